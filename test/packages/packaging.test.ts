/** What is published, as an application gets it: packed, installed outside the repository by npm, compiled and run. Nothing is fetched. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/package-root';
import { makeHome, removeHomes } from '../support/layout';
import { buildAll } from './support/builds';

jest.setTimeout(300_000);

const home = makeHome();
const built = join(home, 'built');
const application = join(home, 'application');
const PUBLISHED = ['evaluation', 'server-sdk', 'web-sdk', 'openfeature-server'];
/** From this repository's node_modules. */
const INSTALLED = ['re2js', '@openfeature/core', '@openfeature/server-sdk'];

beforeAll(() => {
  buildAll(built);
  mkdirSync(application);
  const installed = INSTALLED.map((name) => join(PACKAGE_ROOT, 'node_modules', name));
  const packed = [...PUBLISHED.map((name) => join(built, name)), ...installed].map(pack);
  writeFileSync(join(application, 'package.json'), '{ "private": true }');
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', ...packed]);
});

afterAll(removeHomes);

function pack(folder: string): string {
  const [file = ''] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', folder])).map(
    ({ filename }: { filename: string }) => filename,
  ) as string[];
  return join(application, file);
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: application, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

function runProgram(name: string, text: string): string {
  writeFileSync(join(application, name), text);
  return run(process.execPath, [name]);
}

const EMPTY = `{ formatVersion: 1, epoch: 'e', revision: 7, flags: [], segments: [] }`;
const ASK_CORE = `const { compiled } = compileSnapshot(${EMPTY}); console.log(evaluate(compiled, 'a', {}).errorCode, compiled.revision);`;

it('runs as an ECMAScript module and as CommonJS', () => {
  const outputs = [
    runProgram('core.mjs', `import { compileSnapshot, evaluate } from '@flagstaff/evaluation'; ${ASK_CORE}`),
    runProgram('lite.mjs', `import { compileSnapshot, evaluate } from '@flagstaff/evaluation/lite'; ${ASK_CORE}`),
    runProgram('core.cjs', `const { compileSnapshot, evaluate } = require('@flagstaff/evaluation'); ${ASK_CORE}`),
    runProgram('lite.cjs', `const { compileSnapshot, evaluate } = require('@flagstaff/evaluation/lite'); ${ASK_CORE}`),
  ];

  expect(outputs).toEqual(Array(4).fill('FLAG_NOT_FOUND 7\n'));
});

const ASK_SDK = `const client = createServerClient({ snapshot: ${EMPTY} });
  const test = createTestServerClient({ color: 'blue' });
  client.waitUntilReady().then(({ status, position }) => console.log(status, position.revision, test.string('color', 'red')));`;

it('runs the server SDK and its test client as an ECMAScript module and as CommonJS, and where Node is not known', () => {
  const imports = (end: string): string =>
    end === 'mjs'
      ? `import { createServerClient } from '@flagstaff/server-sdk'; import { createTestServerClient } from '@flagstaff/server-sdk/testing';`
      : `const { createServerClient } = require('@flagstaff/server-sdk'); const { createTestServerClient } = require('@flagstaff/server-sdk/testing');`;

  const outputs = ['mjs', 'cjs'].map((end) => runProgram(`sdk.${end}`, `${imports(end)} ${ASK_SDK}`));
  const atTheEdge = run(process.execPath, ['--conditions', 'workerd', 'sdk.mjs']);
  const exported = run(process.execPath, [
    ...['--conditions', 'workerd', '--print'],
    `[Object.keys(require('@flagstaff/server-sdk')), require.resolve('@flagstaff/server-sdk')].join()`,
  ]);

  expect([...outputs, atTheEdge]).toEqual(Array(3).fill('STALE 7 blue\n'));
  expect(exported.trim()).toMatch(/^createServerClient,defineFlag,.*portable\.cjs$/);
});

it('runs the OpenFeature provider as an ECMAScript module and as CommonJS', () => {
  const ask = `OpenFeature.setProviderAndWait(createServerProvider(createServerClient({ snapshot: ${EMPTY} })))
    .then(() => OpenFeature.getClient().getBooleanDetails('a', true))
    .then(({ value, errorCode }) => console.log(value, errorCode));`;
  const names = [
    ['createServerProvider', '@flagstaff/openfeature-server'],
    ['createServerClient', '@flagstaff/server-sdk'],
    ['OpenFeature', '@openfeature/server-sdk'],
  ];
  const esm = names.map(([name, from]) => `import { ${name} } from '${from}';`).join(' ');
  const cjs = names.map(([name, from]) => `const { ${name} } = require('${from}');`).join(' ');

  expect([runProgram('provider.mjs', `${esm} ${ask}`), runProgram('provider.cjs', `${cjs} ${ask}`)]).toEqual(
    Array(2).fill('true FLAG_NOT_FOUND\n'),
  );
});

const CORE_CONSUMER = `
import { compileSnapshot, evaluate, type Evaluation, type Snapshot } from '@flagstaff/evaluation';
import { useRegexEngine } from '@flagstaff/evaluation/lite';
import { RE2JS } from 're2js';
useRegexEngine(RE2JS);
const snapshot: Snapshot = ${EMPTY};
const evaluation: Evaluation = evaluate(compileSnapshot(snapshot).compiled, 'a', { targetingKey: 'ada' });
// @ts-expect-error A revision is a number.
export const wrong: string = evaluation.revision;
`;
const SDK_CONSUMER = `
import { createServerClient, defineFlag, type ServerClient, type StatusEvent } from '@flagstaff/server-sdk';
import { createTestServerClient } from '@flagstaff/server-sdk/testing';
const color = /* @__PURE__ */ defineFlag<'blue' | 'red'>('color', 'STRING', 'blue', ['red', 'blue']);
const client: ServerClient = createServerClient({ url: 'https://flags.example.com', key: 'fs_server_…' });
client.on('status', ({ status, via }: StatusEvent) => void [status, via]);
export const served: 'blue' | 'red' = client.value(color, { targetingKey: 'ada', attributes: { country: 'de' } });
// @ts-expect-error The flag has no such value.
export const wrongValue: 'green' = client.value(color);
// @ts-expect-error A fallback is needed.
client.boolean('a');
createTestServerClient({ a: true }).flags.set(color, 'red').serve('color', 'value');
`;
const PROVIDER_CONSUMER = `
import { createServerProvider } from '@flagstaff/openfeature-server';
import { createServerClient } from '@flagstaff/server-sdk';
import { OpenFeature } from '@openfeature/server-sdk';
OpenFeature.setProvider(createServerProvider(createServerClient({})));
// @ts-expect-error A provider is made of a client.
createServerProvider({ url: 'https://flags.example.com' });
`;

it.each([
  ['CommonJS in Node', 'consumer.cts', ['--module', 'node16']],
  ['an ECMAScript module in Node', 'consumer.mts', ['--module', 'node20']],
  ['what a bundler reads', 'consumer.ts', ['--module', 'esnext', '--moduleResolution', 'bundler']],
])('has types for %s (#627 of launchdarkly/js-core)', (_kind, file, options) => {
  const compiler = join(PACKAGE_ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const [sdk, provider] = [`sdk-${file}`, `provider-${file}`];
  writeFileSync(join(application, file), CORE_CONSUMER);
  writeFileSync(join(application, sdk), SDK_CONSUMER);
  writeFileSync(join(application, provider), PROVIDER_CONSUMER);

  run(process.execPath, [compiler, '--strict', '--noEmit', '--lib', 'es2022', ...options, file, sdk]);
  // OpenFeature's own types need those of Node or of a page.
  const libraries = ['--lib', 'es2022,dom', '--skipLibCheck'];
  run(process.execPath, [compiler, '--strict', '--noEmit', ...libraries, ...options, provider]);
});

it.each(PUBLISHED)('has nothing that publint finds fault with: %s', (name) => {
  const text = `import { publint } from 'publint'; import { formatMessage } from 'publint/utils';
    const { messages, pkg } = await publint({ pkgDir: ${JSON.stringify(join(built, name))}, strict: true, pack: false });
    console.log(JSON.stringify(messages.map((message) => formatMessage(message, pkg))));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', text], {
    cwd: PACKAGE_ROOT,
    encoding: 'utf8',
  });

  expect([JSON.parse(stdout), stderr]).toEqual([[], '']);
});

it.each(PUBLISHED)('has a licence, a description, and no sources: %s', (name) => {
  const installed = join(application, 'node_modules', '@flagstaff', name);

  expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
});
