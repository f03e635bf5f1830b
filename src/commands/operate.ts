/**
 * The program for operators: `node dist/src/commands/operate.js COMMAND`, which is what `npm run COMMAND` runs. It installs and builds
 * nothing, so it works in the image, and beside running servers.
 */
import { readConfig } from '../config';
import { StartFault } from '../errors';
import { COMMANDS } from './commands';

async function main([name = '', ...args]: readonly string[]): Promise<void> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    throw new StartFault(`The commands are ${Object.keys(COMMANDS).join(', ')}; got ${JSON.stringify(name)}.`);
  }
  // Commands create no first user, so a setting of it that is incomplete is no reason to refuse one.
  const { OWNER_EMAIL: _email, OWNER_PASSWORD: _password, ...settings } = process.env;
  const isDone = await command(
    args,
    () => readConfig(settings),
    (line) => process.stdout.write(`${line}\n`),
  );
  process.exitCode = isDone ? 0 : 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const text = error instanceof StartFault ? error.message : (error as Error).stack;
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
