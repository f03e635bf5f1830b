/** examples/express with the packages as they are built, and a real server. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/package-root';
import { lend, makeHome, removeHomes } from '../../support/layout';
import { configure, eventually, makeFlag, toggle } from '../../support/make';
import { buildAll } from '../support/builds';
import { serve, type Served } from '../support/served';

let served: Served;
let child: ChildProcess;
const home = makeHome();

beforeAll(async () => {
  served = await serve();
  mkdirSync(join(home, 'node_modules'));
  buildAll(join(home, 'node_modules', '@flagstaff'));
  for (const name of ['re2js', 'express'])
    symlinkSync(join(PACKAGE_ROOT, 'node_modules', name), join(home, 'node_modules', name));
  lend(join(PACKAGE_ROOT, 'examples', 'express'), join(home, 'express'));
});

afterAll(async () => {
  child.kill('SIGKILL');
  await served.close();
  removeHomes();
});

it('gives each request the flags of its user, and its page no rule', async () => {
  const { project, environment, snapshot } = served;
  const flag = await makeFlag(project, { key: 'new-checkout', isClientAvailable: true });
  await makeFlag(project, { key: 'internal' });
  const targets = [{ variation: 'on', targetingKeys: ['ada'] }];
  await configure(project, flag, environment, { targets, fallthrough: { variation: 'off' } });
  const env = { PATH: process.env.PATH, FLAGSTAFF_URL: served.url, FLAGSTAFF_KEY: served.key, PORT: '0' };
  child = spawn(process.execPath, ['express/server.mjs'], { cwd: home, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
  const origin = await eventually(async () => /^(http:\S+)\/\?user=ada$/m.exec(output)?.[1]);
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`${origin}${path}`, { headers: { connection: 'close' } });
    const text = await response.text();
    return text.startsWith('{') ? JSON.parse(text) : text;
  };

  const users = [await ask('/?user=ada&country=de'), await ask('/?user=grace'), await ask('/')];
  const { position, evaluations } = (await ask('/bootstrap?user=ada')) as { position: object; evaluations: object[] };
  const ready = await ask('/readyz');
  await toggle(project, flag, environment, false);
  await eventually(async () => JSON.stringify(await ask('/?user=ada')).includes('old'));

  expect(users).toEqual([{ checkout: 'new' }, { checkout: 'old' }, { checkout: 'old' }]);
  expect(evaluations).toEqual([
    {
      ...{ flagKey: 'new-checkout', value: true, variation: 'on', reason: 'TARGET_MATCH', errorCode: null },
      flagVersion: 2,
    },
  ]);
  expect([position, ready]).toEqual([{ epoch: (await snapshot()).epoch, revision: expect.any(Number) }, 'READY']);
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  expect(await closed).toEqual([0, null]);
});
