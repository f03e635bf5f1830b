/** From the construction of a web client to its end: nothing is left of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PACKAGE_ROOT } from '../../../src/package-root';
import { configure, makeApiKey, makeFlag } from '../../support/make';
import { serve, type Served } from '../support/served';
import { heldLifecycle, openPage } from '../support/served-web';

let served: Served;
let key: string;

beforeAll(async () => {
  served = await serve();
  key = await makeApiKey(served.project, served.environment, 'CLIENT');
});

afterAll(() => served.close());

it('leaves nothing after 1,000 were made and closed, and lets the process end (#1615 of growthbook)', async () => {
  const support = join(PACKAGE_ROOT, 'test', 'support', 'run-typescript.cjs');
  const program = join(__dirname, '..', 'support', 'life-web.ts');
  const child = spawn(process.execPath, ['-r', support, program, served.url, key], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const { grownBytes, resources } = JSON.parse(stdout) as { grownBytes: number; resources: string[] };

  expect([stderr, code, resources]).toEqual(['', 0, []]);
  expect(grownBytes).toBeLessThan(1_000_000);
});

it('ends once, however often it is closed, at any moment, and serves on', async () => {
  const flag = await makeFlag(served.project, { isClientAvailable: true });
  await configure(served.project, flag, served.environment);
  const lifecycle = heldLifecycle();
  const { client, statuses, faults } = openPage({ url: served.url, key, lifecycle });
  await client.waitUntilReady();
  const before = client.details(flag.key, false);

  await Promise.all([client.close(), client.close()]);
  const result = await client.setContext({ targetingKey: 'grace' });
  await client.flush();

  expect(client.details(flag.key, false)).toBe(before);
  expect([client.status, result.status, result.isTimedOut]).toEqual(['CLOSED', 'CLOSED', false]);
  expect(statuses.map(({ status }) => status)).toEqual(['READY', 'CLOSED']);
  expect(faults).toEqual([]);
});

it('ends when it is closed before it has begun', async () => {
  const { client, statuses } = openPage({ url: served.url, key });

  await client.close();

  expect(statuses.map(({ status }) => status)).toEqual(['CLOSED']);
  expect(await client.waitUntilReady()).toMatchObject({ status: 'CLOSED', isTimedOut: false });
});
