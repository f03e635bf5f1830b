/** The lines that an operator reads when a server has started in production: how to log in, and what it runs on. */
import { readFileSync } from 'node:fs';
import { hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/package-root';
import { cleanUpProcesses, makePlace, runProgram } from '../support/processes';
import { isEmbedded } from '../support/world';

jest.setTimeout(240_000);

afterEach(cleanUpProcesses);

it('prints the set-up token, and one line that says version, database, Redis and memory', async () => {
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string };
  const secrets = { JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'k'.repeat(32) };
  const env = { ...(await makePlace()), ...secrets, NODE_ENV: 'production', NODE_OPTIONS: '--max-old-space-size=300' };
  const program = runProgram(env);
  const url = await program.listening;
  const [, setUpToken] = /^One-time set-up token: (\S+)$/m.exec(program.stdout()) ?? [];
  const query =
    'mutation ($input: CreateFirstOwnerInput!) { createFirstOwner(input: $input) { user { email } userErrors { code } } }';
  const input = { setUpToken, email: 'owner@example.com', password: 'correct horse battery staple', name: 'Owner' };
  const body = JSON.stringify({ query, variables: { input } });
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const answer = await response.json();
  const line = program.logLines().find(({ msg }) => msg === 'listening')!;

  expect(answer).toMatchObject({ data: { createFirstOwner: { user: { email: input.email }, userErrors: [] } } });
  expect(line).toEqual({
    ...{ level: 30, time: expect.any(String), msg: 'listening', url, version, node: process.versions.node },
    server: `${hostname()}/${program.pid}`,
    database: expect.stringMatching(isEmbedded ? /^embedded PostgreSQL \d+\.\d+$/ : /^PostgreSQL \d+\.\d+$/),
    redis: 'REDIS_URL' in env,
    memoryMb: expect.any(Number),
    heapMb: expect.any(Number),
  });
  expect(line.memoryMb).toBeLessThanOrEqual(totalmem() / 1_048_576 + 1);
  // The old generation, and the young one beside it.
  expect(line.heapMb).toBeGreaterThanOrEqual(300);
  expect(line.heapMb).toBeLessThan(500);
});
