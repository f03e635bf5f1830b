/** What is built of the core: the same answers as its sources give, wherever it runs, and no larger than it must be. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, Script } from 'node:vm';
import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import type * as Core from '../../packages/evaluation/src/lite';
import { PACKAGE_ROOT } from '../../src/package-root';
import { readTopics } from '../evaluation/support/vectors';
import { lend, makeHome, removeHomes } from '../support/layout';
import { buildAll, bundle } from './support/builds';

const topics = readTopics();
const ALL = { passed: topics.flatMap(({ cases }) => cases).length, failed: [] };
const home = makeHome();
const dist = join(home, 'evaluation', 'dist');
const re2js = join(home, 'node_modules', 're2js');

beforeAll(() => {
  buildAll(home);
  mkdirSync(join(home, 'node_modules'));
  lend(join(PACKAGE_ROOT, 'node_modules', 're2js'), re2js);
});

afterAll(removeHomes);

function runVectors(...args: readonly string[]): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, [join(__dirname, 'support', 'run-vectors.mjs'), ...args], {
    encoding: 'utf8',
  });
  return stderr === '' ? JSON.parse(stdout) : stderr;
}

it.each(['mjs', 'cjs'])('answers every vector in Node, as .%s', (end) => {
  expect(runVectors(join(dist, `index.${end}`))).toEqual(ALL);
});

it.each(['mjs', 'cjs'])('answers every vector in Node without its own engine for regular expressions, as .%s', (end) => {
  expect(runVectors(join(dist, `lite.${end}`), join(re2js, 'build', 'index.cjs'))).toEqual(ALL);
});

describe('given one minified file in a context without Node, where no text becomes code', () => {
  const load = (text: string, globals: object = {}): typeof Core => {
    const context = createContext({ ...globals }, { codeGeneration: { strings: false, wasm: false } });
    return new Script(`${text};flagstaff`).runInContext(context) as typeof Core;
  };
  const run = ({ compileSnapshot, evaluate }: typeof Core): unknown => {
    const results = topics.flatMap(({ file, snapshot, cases }) => {
      const { compiled } = compileSnapshot(snapshot);
      return cases.map(({ description, flagKey, context, expected }) => {
        const actual = evaluate(compiled, flagKey, context) as unknown as Record<string, unknown>;
        // What the other realm made has other prototypes.
        const isRight = Object.entries(expected).every(([name, value]) =>
          isDeepStrictEqual(JSON.parse(JSON.stringify(actual[name])), value),
        );
        return isRight ? null : `${file}: ${description}`;
      });
    });
    const failed = results.filter((result) => result !== null);
    return { passed: results.length - failed.length, failed };
  };

  it('answers every vector', async () => {
    expect(run(load(await bundle('evaluation', 'index', 'iife')))).toEqual(ALL);
  });

  it('answers every vector without its own engine, when it is given one', async () => {
    const core = load(await bundle('evaluation', 'lite', 'iife'));
    const { RE2JS } = (await import('re2js')) as unknown as { RE2JS: Core.RegexEngine };
    core.useRegexEngine(RE2JS);

    expect(run(core)).toEqual(ALL);
  });

  it('answers PARSE_ERROR for flags with regular expressions alone when no engine was given', async () => {
    const { compileSnapshot, evaluate } = load(await bundle('evaluation', 'lite', 'iife'));
    const variations = [
      { key: 'on', value: true },
      { key: 'off', value: false },
    ];
    const flag = { version: 1, valueType: 'BOOLEAN', isEnabled: true, isArchived: false, isClientAvailable: true, salt: 's' };
    const rest = { variations, offVariation: 'off', prerequisites: [], targets: [], fallthrough: { variation: 'on' } };
    const conditions = [{ attribute: 'name', operator: 'MATCHES', values: ['^a'] }];
    const { compiled, problems } = compileSnapshot({
      formatVersion: 1,
      epoch: 'e',
      revision: 1,
      flags: [
        { ...flag, ...rest, key: 'a', rules: [] },
        { ...flag, ...rest, key: 'b', rules: [{ id: 'r', conditions, serve: { variation: 'off' } }] },
      ],
      segments: [],
    } as never);

    expect([evaluate(compiled, 'a', {}).value, evaluate(compiled, 'b', {}).errorCode]).toEqual([true, 'PARSE_ERROR']);
    expect(problems.map(({ message }) => message)).toEqual([
      'Regular expression cannot be compiled: MATCHES needs an engine here; give it by useRegexEngine(RE2JS), of @flagstaff/evaluation/regex.',
    ]);
  });
});

it.each([
  ['evaluation', 'index', 62_000],
  ['evaluation', 'lite', 14_500],
  ['server-sdk', 'index', 74_500],
  ['server-sdk', 'portable', 73_000],
  ['react', 'index', 1_000],
  ['openfeature-server', 'index', 2_000],
  ['web-sdk', 'index', 13_700],
  ['openfeature-web', 'index', 1_600],
])('fits into its budget as one compressed file: %s, %s, %d bytes', async (folder, name, bytesMax) => {
  const bytes = gzipSync(await bundle(folder, name, 'esm'), { level: 9 }).length;

  expect(bytes).toBeLessThanOrEqual(bytesMax);
});

it('is typed the same for both kinds of modules', () => {
  const [esm, cjs] = ['d.mts', 'd.cts'].map((end) => readFileSync(join(dist, `index.${end}`), 'utf8'));

  expect(cjs).toBe(esm);
  expect(readFileSync(join(dist, 'lite.d.cts'), 'utf8')).toContain("from './index.cjs'");
});
