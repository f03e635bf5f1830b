/** From the construction of a client to its end: nothing is left of it, and it keeps nothing alive. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PACKAGE_ROOT } from '../../../src/package-root';
import { createServerClient } from '../../../packages/server-sdk/src/index-node';
import { eventually, makeFlag } from '../../support/make';
import { serve, type Served } from '../support/served';

let served: Served;

beforeAll(async () => {
  served = await serve();
});

afterAll(() => served.close());

async function runProgram(job: string): Promise<unknown> {
  const support = join(PACKAGE_ROOT, 'test', 'support', 'run-typescript.cjs');
  const program = join(__dirname, '..', 'support', 'life.ts');
  const child = spawn(process.execPath, ['-r', support, program, served.url, served.key, job], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number, stdout, stderr };
}

it('lets a process end that forgot to close it while it follows (#460 of js-core, #8 of node-server-sdk)', async () => {
  expect(await runProgram('forget')).toEqual({ code: 0, stdout: 'READY, following', stderr: '' });
});

it('lets a process end before the server has answered, also a server that never does', async () => {
  const answered = await runProgram('forgetAtOnce');
  served.proxy.stall();
  const stalled = await runProgram('forgetAtOnce').finally(() => {
    served.proxy.heal();
    served.proxy.cut();
  });

  expect([answered, stalled]).toEqual(Array(2).fill({ code: 0, stdout: 'done', stderr: '' }));
});

it('leaves nothing after 1,000 were made and closed (#1615 of growthbook, #722 of unleash-node-sdk)', async () => {
  const { stdout } = (await runProgram('repeat')) as { stdout: string };
  const { grownBytes, resources } = JSON.parse(stdout) as { grownBytes: number; resources: string[] };

  expect(resources).toEqual([]);
  expect(grownBytes).toBeLessThan(1_000_000);
});

it('ends once, however often it is closed, at any moment, and serves on', async () => {
  const flag = await makeFlag(served.project);
  const { client, statuses } = served.connect();
  await client.waitUntilReady();
  await eventually(async () => client.evaluate(flag.key).errorCode === null);
  const before = client.details(flag.key, true);

  await Promise.all([client.close(), client.close()]);
  await client.close();
  await client.flush();

  expect(statuses.at(-1)).toMatchObject({ status: 'CLOSED', position: client.position });
  expect(statuses.filter(({ status }) => status === 'CLOSED')).toHaveLength(1);
  expect(client.details(flag.key, true)).toEqual(before);
  expect(await client.waitUntilReady()).toMatchObject({ status: 'CLOSED', isTimedOut: false });
  expect(await client.refresh()).toMatchObject({ status: 'CLOSED' });
});

it('ends with the block that uses it', async () => {
  const client = createServerClient({ url: served.url, key: served.key });

  await client[Symbol.asyncDispose]();

  expect(client.status).toBe('CLOSED');
});

it('does not let listeners that throw stop others, or the stream', async () => {
  const { client, faults } = served.connect();
  const changes: (readonly string[])[] = [];
  client.on('change', () => {
    throw new Error('no');
  });
  client.on('change', ({ flagKeys }) => changes.push(flagKeys));
  await client.waitUntilReady();

  const flag = await makeFlag(served.project);
  await eventually(async () => changes.at(-1)?.includes(flag.key));

  expect(new Set(faults.map(({ kind, message }) => `${kind} ${message}`))).toEqual(
    new Set(['LISTENER A listener of "change" threw: Error: no']),
  );
});

it('does not call a listener that was ended, and calls one that was given twice twice', async () => {
  const { client } = served.connect();
  let calls = 0;
  const listener = (): void => void (calls += 1);
  const [end] = [client.on('status', listener), client.on('status', listener)];
  end();
  await client.close();

  expect(calls).toBe(1);
});
