/**
 * What is published, as an application gets it: packed, installed outside the repository by npm, compiled and run. Nothing is
 * fetched. Other compilers, and bundlers: test/packages/consumers.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/package-root';
import { makeHome, readLock, removeHomes } from '../support/layout';
import { createApplication, PUBLISHED, type Application } from './support/application';
import { LITE_WITH_ENGINE, PROGRAMS, RUN_PROGRAMS, sourceOf } from './support/programs';

jest.setTimeout(300_000);

let application: Application;
beforeAll(() => {
  application = createApplication(makeHome());
});
afterAll(removeHomes);

it('has a program of each package', () => {
  expect(PROGRAMS.map(({ folder }) => folder).sort()).toEqual([...PUBLISHED].sort());
});

it('brings nothing to a production installation of the server but what that imports', () => {
  const { packages } = readLock(join(PACKAGE_ROOT, 'package-lock.json'));
  const installed = Object.entries(packages).filter(([path, { dev, link }]) => path !== '' && !dev && !link);
  // npm takes the peers of workspaces for dependencies of production.
  expect(installed.filter(([path]) => /^node_modules\/(@openfeature\/|@types\/react|react)/.test(path))).toEqual([]);
});

it.each(RUN_PROGRAMS)('runs as an ECMAScript module and as CommonJS: $name', (program) => {
  const outputs = (['mjs', 'cjs'] as const).map((end) => application.runNode(`${program.name}.${end}`, sourceOf(program, end)));

  expect(outputs).toEqual(Array(2).fill(`${program.output}\n`));
});

it('runs the server SDK where Node is not known', () => {
  const program = RUN_PROGRAMS.find(({ name }) => name === 'server-sdk')!;
  application.write('edge.mjs', sourceOf(program, 'mjs'));
  const atTheEdge = application.run(process.execPath, ['--conditions', 'workerd', 'edge.mjs']);
  const exported = application.run(process.execPath, [
    ...['--conditions', 'workerd', '--print'],
    `[Object.keys(require('@flagstaff/server-sdk')), require.resolve('@flagstaff/server-sdk')].join()`,
  ]);

  expect(atTheEdge).toBe(`${program.output}\n`);
  expect(exported.trim()).toMatch(/^createServerClient,defineFlag,.*portable\.cjs$/);
});

it.each([
  ['CommonJS in Node', 'cts', ['--module', 'node16']],
  ['an ECMAScript module in Node', 'mts', ['--module', 'node20']],
  ['what a bundler reads', 'ts', ['--module', 'esnext', '--moduleResolution', 'bundler']],
])('has types for %s (#627 of launchdarkly/js-core)', (_kind, end, options) => {
  const compiler = join(PACKAGE_ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const always = [compiler, '--strict', '--noEmit', '--skipDefaultLibCheck', '--lib', 'es2022,dom', ...options];
  const write = (programs: readonly { readonly folder: string; readonly text: string }[]): string[] =>
    programs.map(({ folder, text }) => {
      application.write(`${folder}.${end}`, text);
      return `${folder}.${end}`;
    });
  const programs = PROGRAMS.filter(({ needs }) => needs !== 'NODE');
  const onOthers = PROGRAMS.filter(({ needs }) => needs === 'NODE');

  application.run(process.execPath, [...always, ...write([...programs, { folder: 'lite', text: LITE_WITH_ENGINE }])]);
  // Node's declarations are not there, and what others declare is not ours to check.
  application.run(process.execPath, [...always, '--skipLibCheck', ...write(onOthers)]);
});

it.each(PUBLISHED)('has nothing that publint finds fault with: %s', (name) => {
  const text = `import { publint } from 'publint'; import { formatMessage } from 'publint/utils';
    const { messages, pkg } = await publint({ pkgDir: ${JSON.stringify(join(application.built, name))}, strict: true, pack: false });
    console.log(JSON.stringify(messages.map((message) => formatMessage(message, pkg))));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', text], {
    cwd: PACKAGE_ROOT,
    encoding: 'utf8',
  });

  expect([JSON.parse(stdout), stderr]).toEqual([[], '']);
});

it.each(PUBLISHED)('has a licence, a description, and no sources: %s', (name) => {
  const installed = join(application.folder, 'node_modules', '@flagstaff', name);

  expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
});
