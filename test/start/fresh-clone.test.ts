/**
 * A clone in which `npm start` has installed what it needs, a third of all packages: the server, the demo, the examples and GraphiQL
 * work with these, and no command that an operator runs installs or builds anything beside the running server.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PACKAGE_ROOT } from '../../src/package-root';
import {
  installForStart,
  installProduction,
  lend,
  makeHome,
  pathWithoutNpm,
  readLock,
  removeHomes,
  scriptOf,
} from '../support/layout';
import { cleanUpProcesses, makePlace, runServer } from '../support/processes';

jest.setTimeout(240_000);

const home = makeHome();
const clone = join(home, 'clone');
const PATH = pathWithoutNpm(home);
let place: Record<string, string>;

beforeAll(async () => {
  for (const name of ['examples', 'migrations', 'pages', 'schema', 'src']) lend(join(PACKAGE_ROOT, name), join(clone, name));
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'])
    lend(join(PACKAGE_ROOT, name), join(clone, name));
  lend(join(PACKAGE_ROOT, 'scripts'), join(clone, 'scripts'));
  installProduction(clone);
  installForStart(clone);
  place = await makePlace();
});

afterAll(async () => {
  await cleanUpProcesses();
  removeHomes();
});

async function run(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn('node', args, { cwd: clone, env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number, stdout, stderr };
}

it('is enough for the server, the demo, an example, GraphiQL, and the commands beside them', async () => {
  const server = runServer(['node', 'scripts/start.mjs'], { ...place, PATH }, clone);
  const url = await server.listening;
  const token = /set-up token (\S+)/.exec(server.stdout())![1]!;
  // Beside a PostgreSQL server, the token is printed only.
  writeFileSync(join(place.DATA_DIR!, 'set-up-token'), token);

  const demo = await run(scriptOf(clone, 'demo'), { FLAGSTAFF_URL: url, DATA_DIR: place.DATA_DIR! });
  const found = (pattern: RegExp): string => pattern.exec(demo.stdout)?.[1] ?? '';
  const toggle = await run(['examples/toggle.mjs', found(/Environment +(\S+) \(production\)/), 'new-checkout', 'on'], {
    FLAGSTAFF_URL: url,
    OWNER_EMAIL: 'owner@example.com',
    OWNER_PASSWORD: found(/Log-in +\S+ +(\S+)/),
  });
  const pages = await Promise.all(
    ['graphiql', 'graphiql/graphiql.js', 'graphiql/react-dom.js'].map(async (path) => (await fetch(`${url}/${path}`)).status),
  );
  server.signal('SIGTERM');
  const { code } = await server.ended;
  // The sources are not those of the build any more, as after `git pull`.
  writeFileSync(join(clone, 'src', 'newer.ts'), 'export const newer = 1;\n');
  const reset = await run([...scriptOf(clone, 'password:reset'), 'nobody@example.com'], place);

  expect([demo.code, demo.stderr]).toEqual([0, '']);
  expect(toggle.stderr).toBe('');
  expect(JSON.parse(toggle.stdout)).toMatchObject({ configuration: { isEnabled: true }, userErrors: [] });
  expect(pages).toEqual([200, 200, 200]);
  expect(code).toBe(0);
  expect(server.stdout()).not.toContain('Installing');
  expect(reset).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'This runs the last build, which was made from other sources than are here; npm run build makes a new one.\n' +
      'There is no account with the e-mail address "nobody@example.com".\n',
  });
});

it('asks npm for what the server runs on, and apart from that for the compiler and GraphiQL, and for nothing else', async () => {
  const [bare, bin, asked] = [join(home, 'bare'), join(home, 'bin-with-npm'), join(home, 'asked')];
  for (const name of ['package.json', 'package-lock.json', 'scripts']) lend(join(PACKAGE_ROOT, name), join(bare, name));
  rmSync(join(bare, 'scripts', 'start', 'node_modules'), { recursive: true, force: true });
  mkdirSync(bin);
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\necho "$PWD $*" >> '${asked}'\n`, { mode: 0o755 });

  const install = `import('./scripts/install.mjs').then((install) => install.installForBuild())`;
  const child = spawn('node', ['-e', install], { cwd: bare, env: { PATH: `${bin}:${PATH}:/usr/bin:/bin` }, stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number];

  const quietly = '--no-audit --no-fund --loglevel=error';
  expect(code).toBe(0);
  expect(readFileSync(asked, 'utf8').trim().split('\n')).toEqual([
    `${bare} ci --omit=dev --workspaces=false ${quietly}`,
    `${join(bare, 'scripts', 'start')} ci --include=dev ${quietly}`,
  ]);
});

it('has, for the start, the versions that the checks use', () => {
  const { dependencies } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'scripts/start/package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const versionsIn = (path: string): unknown[] => {
    const { packages } = readLock(join(PACKAGE_ROOT, path));
    return Object.keys(dependencies).map((name) => [name, { ...packages[`node_modules/${name}`], dev: undefined }]);
  };

  expect(versionsIn('scripts/start/package-lock.json')).toEqual(versionsIn('package-lock.json'));
});
