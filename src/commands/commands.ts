/** The commands for operators by their names. */
import type { Config } from '../config';
import { StartFault } from '../errors';
import { backUp, restore } from './backup';
import { readArguments, runAuditVerify } from './audit-verify';
import { acceptKeyPepper, migrateDatabase, renewEpochsOf, revertDatabase } from './change-database';
import { runDoctor } from './doctor/doctor';
import { createPasswordReset } from './password-reset';

/** Reads the configuration once its arguments are known to be right. Prints sentences. Returns whether all is as it should be. Throws `StartFault` with one sentence. */
export type Command = (args: readonly string[], read: () => Config, print: (line: string) => void) => Promise<boolean>;

export const COMMANDS: Readonly<Record<string, Command>> = {
  'db:migrate': async (args, read, print) => {
    takeNone('db:migrate', args);
    print(await migrateDatabase(read()));
    return true;
  },
  'db:revert': async (args, read, print) => {
    takeNone('db:revert', args);
    print(await revertDatabase(read()));
    return true;
  },
  'db:new-epoch': async (args, read, print) => {
    if (args.length > 1) throw new StartFault('Usage: npm run db:new-epoch -- [ENVIRONMENT_ID]');
    print(await renewEpochsOf(read(), args[0] ?? null));
    return true;
  },
  'db:backup': async (args, read, print) => {
    print(await backUp(read(), fileIn('db:backup', args)));
    return true;
  },
  'db:restore': async (args, read, print) => {
    print(await restore(read(), fileIn('db:restore', args)));
    return true;
  },
  'key-pepper:accept': async (args, read, print) => {
    takeNone('key-pepper:accept', args);
    print(await acceptKeyPepper(read()));
    return true;
  },
  doctor: async (args, read, print) => {
    takeNone('doctor', args);
    return runDoctor(read, print);
  },
  'audit:verify': async (args, read, print) => runAuditVerify(read(), readArguments(args), print),
  'password:reset': async (args, read, print) => {
    const [email, ...others] = args;
    if (email === undefined || others.length > 0) throw new StartFault('Usage: npm run password:reset -- EMAIL');
    const config = read();
    const reset = await createPasswordReset(config, email);
    if (reset === null) throw new StartFault(`There is no account with the e-mail address ${JSON.stringify(email)}.`);
    print(`One-time token for ${reset.email}, until ${reset.expiresAt.toISOString()}:\n\n${reset.token}\n`);
    const page = `${config.publicUrl ?? ''}/reset-password#${reset.token}`;
    print(`Hand it over where nobody else can read it. It sets a new password at ${page}, or by the mutation resetPassword, and`);
    print('ends all sessions of the account.');
    return true;
  },
};

function fileIn(name: string, [file, ...others]: readonly string[]): string {
  if (file === undefined || others.length > 0) throw new StartFault(`Usage: npm run ${name} -- FILE`);
  return file;
}

function takeNone(name: string, args: readonly string[]): void {
  if (args.length > 0)
    throw new StartFault(`${name} takes no arguments; got ${args.map((arg) => JSON.stringify(arg)).join(' ')}.`);
}
