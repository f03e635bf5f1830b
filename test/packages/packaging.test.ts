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
const PUBLISHED = ['evaluation'];

beforeAll(() => {
  buildAll(built);
  mkdirSync(application);
  const packed = [...PUBLISHED.map((name) => join(built, name)), join(PACKAGE_ROOT, 'node_modules', 're2js')].map(pack);
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

it.each([
  ['CommonJS in Node', 'consumer.cts', ['--module', 'node16']],
  ['an ECMAScript module in Node', 'consumer.mts', ['--module', 'node20']],
  ['what a bundler reads', 'consumer.ts', ['--module', 'esnext', '--moduleResolution', 'bundler']],
])('has types for %s (#627 of launchdarkly/js-core)', (_kind, file, options) => {
  writeFileSync(join(application, file), CORE_CONSUMER);
  const compiler = join(PACKAGE_ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

  run(process.execPath, [compiler, '--strict', '--noEmit', '--lib', 'es2022', ...options, file]);
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
