/** examples/node-service with the packages as they are built, and a server that goes away. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/package-root';
import { lend, makeHome, removeHomes } from '../support/layout';
import { configure, eventually, makeFlag, toggle } from '../support/make';
import { examplesIn } from '../support/documents';
import { buildAll } from './support/builds';
import { serve, type Served } from './support/served';

let served: Served;
const home = makeHome();
const children: ChildProcess[] = [];

beforeAll(async () => {
  served = await serve();
  mkdirSync(join(home, 'node_modules'));
  buildAll(join(home, 'node_modules', '@flagstaff'));
  lend(join(PACKAGE_ROOT, 'node_modules', 're2js'), join(home, 'node_modules', 're2js'));
  lend(join(PACKAGE_ROOT, 'examples', 'node-service'), join(home, 'node-service'));
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await served.close();
  removeHomes();
});

async function start(): Promise<{ url: string; child: ChildProcess; output: () => string }> {
  const env = { PATH: process.env.PATH, FLAGSTAFF_URL: served.url, FLAGSTAFF_KEY: served.key, PORT: '0' };
  const child = spawn(process.execPath, ['node-service/server.mjs'], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const url = await eventually(async () => /^(http:\S+)\?user=ada$/m.exec(output)?.[1]);
  return { url, child, output: () => output };
}

async function end(child: ChildProcess): Promise<unknown> {
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  return closed;
}

const changesIn = (output: string): number => output.split('flags: new-checkout changed').length - 1;
const ask = async (url: string): Promise<unknown> =>
  (await fetch(`${url}?user=ada`, { headers: { connection: 'close' } })).json();

it('answers by flags, follows them, and serves on from its file when it is started without the server', async () => {
  const { project, environment, proxy } = served;
  const flag = await makeFlag(project, { key: 'new-checkout' });
  await configure(project, flag, environment, { targets: [{ variation: 'on', targetingKeys: ['ada'] }] });
  const first = await start();
  const before = await ask(first.url);
  await toggle(project, flag, environment, false);
  await eventually(async () => changesIn(first.output()) === 2);
  const after = await ask(first.url);
  await toggle(project, flag, environment, true);
  await eventually(async () => changesIn(first.output()) === 3);

  const ended = await end(first.child);
  proxy.stall();
  proxy.cut();
  const second = await start();
  const alone = await ask(second.url);
  const status = await (await fetch(`${second.url}readyz`, { headers: { connection: 'close' } })).text();

  expect([before, after, alone]).toEqual([{ checkout: 'new' }, { checkout: 'old' }, { checkout: 'new' }]);
  expect(status).toBe('STALE');
  expect([ended, await end(second.child)]).toEqual([
    [0, null],
    [0, null],
  ]);
});

it('is what docs/SDK.md says to begin with', () => {
  const [start = ''] = examplesIn('docs/SDK.md', 'js').map(({ text }) => text);
  const readme = readFileSync(join(PACKAGE_ROOT, 'packages', 'server-sdk', 'README.md'), 'utf8');

  for (const line of start.split('\n').slice(0, 4)) expect(readme).toContain(line);
});
