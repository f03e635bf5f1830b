/** What is built of the web SDK: nothing of Node in it, and through /local the same answers as the core gives, wherever it runs. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createContext, Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import type * as Local from '../../../packages/web-sdk/src/local';
import { PACKAGE_ROOT } from '../../../src/package-root';
import { readTopics } from '../../evaluation/support/vectors';
import { describeInBrowser, startBrowser } from '../../support/browser';
import { lend, makeHome, removeHomes } from '../../support/layout';
import { buildAll, bundleBy } from '../support/builds';

const topics = readTopics();
const ALL = { passed: topics.flatMap(({ cases }) => cases).length, failed: [] };
const home = makeHome();
const modules = join(home, 'node_modules');
const dist = join(modules, '@flagstaff', 'web-sdk', 'dist');

beforeAll(() => {
  mkdirSync(join(modules, '@flagstaff'), { recursive: true });
  buildAll(join(modules, '@flagstaff'));
  lend(join(PACKAGE_ROOT, 'node_modules', 're2js'), join(modules, 're2js'));
});

afterAll(removeHomes);

/** Runs where there is no module system and no Node: a text of its own, so that a page can be given it. */
const RUN = `async (createLocalClient, topics, isSame) => {
  const failed = [];
  let passed = 0;
  for (const { file, snapshot, cases } of topics) {
    const silent = () => undefined;
    const client = createLocalClient({ snapshot, logger: { debug: silent, info: silent, warn: silent, error: silent } });
    await client.waitUntilReady();
    for (const { description, flagKey, context, expected } of cases) {
      const actual = client.evaluate(flagKey, context);
      if (Object.entries(expected).every(([name, value]) => isSame(actual[name], value))) passed += 1;
      else failed.push(file + ': ' + description);
    }
    await client.close();
  }
  return { passed, failed };
}`;
/** Compares JSON in a page and in another realm, whose objects have other prototypes. */
const SAME = '(a, b) => JSON.stringify(a) === JSON.stringify(b)';

const bundleLocal = (options: object = {}): string =>
  bundleBy({
    entryPoints: [join(dist, 'local.mjs')],
    ...{ format: 'iife', globalName: 'flagstaff', mainFields: ['module', 'main'], target: ['chrome94'] },
    ...options,
  });

it.each(['mjs', 'cjs'])('answers every vector through /local in Node, as .%s', (end) => {
  const program = join(home, `run.${end}`);
  const name = '@flagstaff/web-sdk/local';
  const head =
    end === 'mjs'
      ? `import { createLocalClient } from '${name}'; import { isDeepStrictEqual } from 'node:util'; import { readFileSync } from 'node:fs';`
      : `const { createLocalClient } = require('${name}'); const { isDeepStrictEqual } = require('node:util'); const { readFileSync } = require('node:fs');`;
  writeFileSync(join(home, 'topics.json'), JSON.stringify(topics));
  writeFileSync(
    program,
    `${head} (${RUN})(createLocalClient, JSON.parse(readFileSync('topics.json', 'utf8')), isDeepStrictEqual).then((result) => console.log(JSON.stringify(result)));`,
  );

  const { stdout, stderr } = spawnSync(process.execPath, [program], { cwd: home, encoding: 'utf8' });

  expect([stderr, JSON.parse(stdout)]).toEqual(['', ALL]);
});

it('answers every vector through /local as one minified file in a context without Node, where no text becomes code', async () => {
  const globals = { setTimeout, clearTimeout, performance: { now: () => performance.now() } };
  const context = createContext({ ...globals }, { codeGeneration: { strings: false, wasm: false } });
  const { createLocalClient } = new Script(`${bundleLocal()};flagstaff`).runInContext(context) as typeof Local;

  const failed: string[] = [];
  let passed = 0;
  for (const { file, snapshot, cases } of topics) {
    const client = createLocalClient({ snapshot: snapshot, logger: silent });
    await client.waitUntilReady();
    for (const { description, flagKey, context: given, expected } of cases) {
      const actual = JSON.parse(JSON.stringify(client.evaluate(flagKey, given))) as Record<string, unknown>;
      const isRight = Object.entries(expected).every(([name, value]) => isDeepStrictEqual(actual[name], value));
      if (isRight) passed += 1;
      else failed.push(`${file}: ${description}`);
    }
  }

  expect({ passed, failed }).toEqual(ALL);
});

describeInBrowser('given a page', () => {
  it('answers every vector through /local', async () => {
    const browser = await startBrowser();
    try {
      const { page } = await browser.open('about:blank');
      await page.addScriptTag({ content: bundleLocal() });
      // As a literal of the language `__proto__` would be no member.
      const call = `(${RUN})(flagstaff.createLocalClient, JSON.parse(${JSON.stringify(JSON.stringify(topics))}), ${SAME})`;

      expect(await page.evaluate(call)).toEqual(ALL);
    } finally {
      await browser.close();
    }
  });
});

it('loads the engine for regular expressions only where a snapshot names it, and is small without', () => {
  const text = bundleLocal({ external: ['@flagstaff/evaluation/regex'], format: 'esm', globalName: undefined });

  expect(text.match(/import\(/g)).toHaveLength(1);
  expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(29_000);
});

it('has nothing of Node in what pages load, and no code that is made of text', () => {
  for (const file of readdirSync(dist).filter((name) => /\.(mjs|cjs)$/.test(name))) {
    const text = readFileSync(join(dist, file), 'utf8');

    expect([file, /node:|\beval\(|new Function|\bBuffer\b/.exec(text)?.[0]]).toEqual([file, undefined]);
  }
});

it('has types that need no other package', () => {
  for (const file of readdirSync(dist).filter((name) => name.endsWith('.d.mts'))) {
    const imported = [...readFileSync(join(dist, file), 'utf8').matchAll(/from '([^']+)'/g)].map(([, name]) => name);

    expect(imported.filter((name) => !name?.startsWith('./'))).toEqual([]);
  }
});

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
