/** The packages as bundlers of applications take them: without a warning, and what they make of them runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeHome, removeHomes } from '../../support/layout';
import { createApplicationWith, type Application } from '../support/application';
import { RUN_PROGRAMS, sourceOf } from '../support/programs';

jest.setTimeout(600_000);

const IN_PAGES = RUN_PROGRAMS.filter(({ needsNode = false }) => !needsNode);

let application: Application;
beforeAll(() => {
  application = createApplicationWith(makeHome(), join(__dirname, 'tools'));
  for (const program of IN_PAGES)
    for (const end of ['mjs', 'cjs'] as const) application.write(`${program.name}.${end}`, sourceOf(program, end));
});
afterAll(removeHomes);

/** What Vite writes is an ECMAScript module, and package.json does not say so. */
const AS_MODULE = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'];

// Each answers the warnings with which it writes `out/NAME` of entries by these names, minified and for browsers.
const BUNDLERS = {
  esbuild: `
    import { build } from 'esbuild';
    const bundle = async (entries) => {
      const { warnings } = await build({ entryPoints: entries, outdir: 'out', bundle: true, minify: true, logLevel: 'silent' });
      return warnings.map(({ text }) => text);
    };`,
  vite: `
    import react from '@vitejs/plugin-react';
    import { build, createLogger } from 'vite';
    const bundle = async (entries) => {
      const warnings = [];
      const customLogger = { ...createLogger('silent'), warn: (text) => warnings.push(text), warnOnce: (text) => warnings.push(text) };
      const rollupOptions = { input: entries, output: { entryFileNames: '[name].js', chunkFileNames: 'chunk-[hash].js' } };
      // The plugin of React knows what 'use client' means.
      await build({ configFile: false, plugins: [react()], customLogger, build: { outDir: 'out', emptyOutDir: false, rollupOptions } });
      return warnings;
    };`,
  webpack: `
    import webpack from 'webpack';
    const bundle = (entry) => new Promise((resolve, reject) => {
      // Sizes have budgets of their own; the server SDK and test clients have the whole core.
      const performance = { hints: false };
      webpack({ mode: 'production', target: 'web', performance, entry, output: { path: process.cwd() + '/out' } }).run((error, stats) => {
        if (error || stats.hasErrors()) reject(error ?? new Error(stats.toString()));
        else resolve(stats.toJson({ all: false, warnings: true }).warnings.map(({ message }) => message));
      });
    });`,
};
const EACH = (Object.keys(BUNDLERS) as (keyof typeof BUNDLERS)[]).flatMap((bundler) =>
  (['mjs', 'cjs'] as const).map((end) => [bundler, end] as const),
);

/** By the name of a bundle, the file that it is made of. */
function runBundler(bundler: keyof typeof BUNDLERS, entries: Readonly<Record<string, string>>): unknown {
  const text = `${BUNDLERS[bundler]} console.log('\\n' + JSON.stringify(await bundle(${JSON.stringify(entries)})));`;
  return JSON.parse(application.runNode(`run-${bundler}.mjs`, text).trim().split('\n').at(-1)!);
}

it.each(EACH)('is bundled by %s without a warning, and runs, from .%s', (bundler, end) => {
  const bundles = IN_PAGES.map(({ name }) => ({ name: `${bundler}-${end}-${name}`, entry: `./${name}.${end}` }));

  const warnings = runBundler(bundler, Object.fromEntries(bundles.map(({ name, entry }) => [name, entry])));
  const outputs = bundles.map(({ name }) => application.run(process.execPath, [...AS_MODULE, `out/${name}.js`]));

  expect(warnings).toEqual([]);
  expect(outputs).toEqual(IN_PAGES.map(({ output }) => `${output}\n`));
});

it('leaves nothing of a package of which nothing is used', () => {
  application.write(
    'unused.mjs',
    `import '@flagstaff/server-sdk'; import { evaluate } from '@flagstaff/evaluation'; console.log(1);`,
  );
  runBundler('esbuild', { unused: './unused.mjs' });

  expect(readFileSync(join(application.folder, 'out', 'unused.js'), 'utf8')).toBe('(()=>{console.log(1);})();\n');
});
