/** The program for operators, as a process: what it takes from the environment. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/package-root';
import { cleanUpProcesses, makePlace } from '../support/processes';

jest.setTimeout(120_000);

afterEach(cleanUpProcesses);

function operate(env: Record<string, string>, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const hook = join(PACKAGE_ROOT, 'test', 'support', 'run-typescript.cjs');
  const program = join(PACKAGE_ROOT, 'src', 'commands', 'operate.ts');
  const { PATH = '', HOME = '' } = process.env;
  return spawnSync(process.execPath, ['-r', hook, program, ...args], { encoding: 'utf8', env: { PATH, HOME, ...env } });
}

it('migrates with half of an owner in the environment, which would refuse a server, and creates no user', async () => {
  const place = { ...(await makePlace()), OWNER_EMAIL: 'owner@example.com' };

  const migrated = operate(place, 'db:migrate');
  const reset = operate(place, 'password:reset', 'owner@example.com');

  expect([migrated.status, migrated.stderr]).toEqual([0, '']);
  expect([reset.status, reset.stderr]).toEqual([1, 'There is no account with the e-mail address "owner@example.com".\n']);
});

it('names its commands to a caller that asks for another, and refuses any other setting as a server does', async () => {
  const place = await makePlace();

  expect(operate(place, 'constructor').stderr).toMatch(/^The commands are db:migrate, .*; got "constructor"\.\n$/);
  expect(operate({ ...place, PORT: 'x' }, 'db:migrate').stderr).toBe('PORT must be a whole number from 0 to 65535.\n');
});
