/** From the construction of a client to its end: nothing is left of it, and it keeps nothing alive. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { VERSION } from '../../../packages/client/src/version';
import type * as Sdk from '../../../packages/server-sdk/src/index-node';
import { bundle } from '../support/builds';
import { createServerClient } from '../../../packages/server-sdk/src/index-node';
import { eventually, makeFlag, toggle } from '../../support/make';
import { startHttpProxy } from '../support/http-proxy';
import { runProcess } from '../support/processes';
import { serve, type Served } from '../support/served';

let served: Served;

beforeAll(async () => {
  served = await serve();
});

afterAll(() => served.close());

const run = (job: string, subject = ''): ReturnType<typeof runProcess> => runProcess(job, { served, subject });

it('lets a process end that forgot to close it while it follows (#460 of js-core, #8 of node-server-sdk)', async () => {
  expect(await run('forget')).toEqual({ code: 0, stdout: 'READY, following', stderr: '' });
});

it('lets a process end before the server has answered, also a server that never does', async () => {
  const answered = await run('forgetAtOnce');
  served.proxy.stall();
  const stalled = await run('forgetAtOnce').finally(() => {
    served.proxy.heal();
    served.proxy.cut();
  });

  expect([answered, stalled]).toEqual(Array(2).fill({ code: 0, stdout: 'done', stderr: '' }));
});

it('leaves nothing after 1,000 were made and closed (#1615 of growthbook, #722 of unleash-node-sdk)', async () => {
  const { stdout } = await run('repeat');
  const { grownBytes, resources } = JSON.parse(stdout) as { grownBytes: number; resources: string[] };

  expect(resources).toEqual([]);
  expect(grownBytes).toBeLessThan(1_000_000);
});

it('lives and ends in a worker thread, by itself and from outside', async () => {
  const flag = await makeFlag(served.project);
  await toggle(served.project, flag, served.environment, true);

  const [forgot, terminated] = [await run('worker', flag.key), await run('terminate', flag.key)];

  expect(forgot).toEqual({ code: 0, stdout: '{"message":[false,"READY",true],"code":0}\n', stderr: '' });
  expect(terminated).toEqual({ code: 0, stdout: '{"code":1}\n', stderr: '' });
});

it('keeps the file that is there, and no draft, on a disk that is full, and says so', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'flagstaff-full-'));
  const path = join(directory, 'flags');
  for (let i = 0; i < 5; i++) await makeFlag(served.project);
  const saved = await run('save', path);
  const before = readFileSync(path);
  // No file of this process may be larger than a kilobyte.
  const shell = ['bash', '-c', 'ulimit -f 1; exec "$0" "$@"'] as const;
  const full = await runProcess('save', { served, subject: path, shell });

  expect(saved.stdout).toBe('{"status":"READY","faults":[]}\n');
  expect(JSON.parse(full.stdout)).toEqual({
    status: 'STALE',
    faults: [expect.stringMatching(/^STORE The snapshot could not be stored: Error: EFBIG/)],
  });
  expect(readdirSync(directory)).toEqual(['flags']);
  expect(readFileSync(path)).toEqual(before);
  rmSync(directory, { recursive: true });
});

it('lives beside another version of itself in one process, and neither knows of the other', async () => {
  const text = await bundle('server-sdk', 'index', 'iife');
  const [here, newer] = [text, text.replaceAll(`"${VERSION}"`, '"99.0.0"')].map((version) => {
    const load = new Script(`(require) => { ${version}; return flagstaff; }`).runInThisContext() as (
      from: NodeJS.Require,
    ) => typeof Sdk;
    return load(require);
  });
  const flag = await makeFlag(served.project);
  const proxy = await startHttpProxy(Number(new URL(served.world.url).port));
  const options = { url: proxy.url, key: served.key };
  const [a, b] = [here!.createServerClient({ ...options, overrides: { [flag.key]: true } }), newer!.createServerClient(options)];
  await Promise.all([a.waitUntilReady(), b.waitUntilReady()]);

  const values = [a.boolean(flag.key, false), b.boolean(flag.key, false)];
  await a.close();
  const { revision } = await toggle(served.project, flag, served.environment, true);
  await eventually(async () => b.position?.revision === revision);
  await b.flush();

  const reports = proxy.seen.filter(({ path }) => path === 'report').map(({ body }) => body);
  expect(values).toEqual([true, false]);
  expect([a.status, b.status, b.boolean(flag.key, false)]).toEqual(['CLOSED', 'READY', true]);
  expect(reports.at(-1)).toContain('server-sdk/99.0.0');
  await b.close();
  await proxy.stop();
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
