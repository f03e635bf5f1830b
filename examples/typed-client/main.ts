/**
 * Runs switch-flag.ts from the command line.
 * OWNER_EMAIL=… OWNER_PASSWORD=… FLAGSTAFF_KEY=fs_server_… node main.js <organization id> <project key> <environment key> <flag key> on|off
 */
import { GraphQLClient } from 'graphql-request';
import { LogInDocument } from '../generated/client';
import { switchFlag } from './switch-flag';

const USAGE = 'node main.js <organization id> <project key> <environment key> <flag key> on|off';

function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set.`);
  return value;
}

async function main(): Promise<void> {
  const [organizationId, projectKey, environmentKey, flagKey, state] = process.argv.slice(2);
  if (!organizationId || !projectKey || !environmentKey || !flagKey || (state !== 'on' && state !== 'off')) {
    throw new Error(`Usage: ${USAGE}`);
  }
  const base = process.env.FLAGSTAFF_URL || `http://localhost:${process.env.PORT || '4000'}`;
  const url = `${base.replace(/^ws/, 'http').replace(/\/*(graphql\/?)?$/, '')}/graphql`;
  const input = { email: given('OWNER_EMAIL'), password: given('OWNER_PASSWORD') };
  const { logIn } = await new GraphQLClient(url).request(LogInDocument, { input });
  if (!logIn.accessToken) throw new Error(logIn.userErrors.map(({ message }) => message).join(' '));

  const place = { url, organizationId, projectKey, environmentKey };
  const credentials = { accessToken: logIn.accessToken, serverKey: given('FLAGSTAFF_KEY') };
  const decision = await switchFlag(place, credentials, flagKey, { isEnabled: state === 'on', targetingKey: 'ada' });
  process.stdout.write(
    `${decision.flagKey} serves ${decision.variation} (${JSON.stringify(decision.value)}): ${decision.reason}\n`,
  );
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
