// Builds what is published of packages/: ECMAScript and CommonJS modules with their types, one file for each entry. They go
// into `dist` of each package, or with `--out FOLDER` into copies of the packages there.
import { build } from 'esbuild';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { root } from './install.mjs';

/** The oldest that the code runs on. Node 20 knows all of ES2022. */
const TARGET = ['es2022', 'node20', 'chrome94', 'safari15.4', 'firefox105'];

const regexEngine = join(root, 'packages', 'evaluation', 'src', 'regex-engine.ts');

/** Sources of packages that others of packages/ depend on, for those who bundle all of it. */
export const SOURCES = { '@flagstaff/evaluation': join(root, 'packages', 'evaluation', 'src', 'index.ts') };

/** The entries of each package, by the names of their files: the source, and what is not the same for all entries. */
export const PACKAGES = {
  evaluation: {
    index: { source: 'src/index.ts' },
    lite: { source: 'src/lite.ts', alias: { re2js: regexEngine } },
    regex: { source: 'src/regex.ts' },
  },
  'server-sdk': {
    index: { source: 'src/index-node.ts', platform: 'node' },
    portable: { source: 'src/portable.ts' },
    testing: { source: 'src/testing.ts' },
  },
  'openfeature-server': { index: { source: 'src/index.ts' } },
  'openfeature-web': { index: { source: 'src/index.ts' } },
  'web-sdk': {
    index: { source: 'src/index.ts' },
    local: { source: 'src/local.ts' },
    tabs: { source: 'src/tabs.ts' },
    testing: { source: 'src/testing.ts' },
  },
  react: {
    index: { source: 'src/index.ts' },
    testing: { source: 'src/testing.ts' },
  },
};

/**
 * Options of esbuild for one entry. Packages that are dependencies, or that applications bring, are imported, not bundled; so is
 * the package itself by another of its entries, so that both have the same objects.
 */
export function optionsOf(folder, name) {
  const { source, alias = {}, platform = 'neutral' } = PACKAGES[folder][name];
  const { name: own, dependencies = {}, peerDependencies = {} } = readManifest(folder);
  return {
    entryPoints: [join(root, 'packages', folder, source)],
    bundle: true,
    platform,
    target: TARGET,
    alias,
    external: [own, ...Object.keys({ ...dependencies, ...peerDependencies })].filter((imported) => !(imported in alias)),
    legalComments: 'none',
    logLevel: 'warning',
  };
}

/** The packages that the application brings: they are in no bundle. Those that only some entries need are not among them. */
export function peersOf(folder) {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = readManifest(folder);
  return Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
}

/** Builds all packages into folders of their names under `out`. */
export async function buildPackages(out = join(root, 'packages')) {
  const folders = Object.keys(PACKAGES);
  for (const folder of folders) prepare(folder, join(out, folder));
  await Promise.all(
    folders.flatMap((folder) =>
      Object.keys(PACKAGES[folder]).flatMap((name) => {
        const to = join(out, folder, 'dist');
        return [
          build({ ...optionsOf(folder, name), format: 'esm', outfile: join(to, `${name}.mjs`) }),
          build({ ...optionsOf(folder, name), format: 'cjs', outfile: join(to, `${name}.cjs`) }),
        ];
      }),
    ),
  );
  for (const folder of folders) await writeTypes(folder, join(out, folder, 'dist'));
}

function prepare(folder, to) {
  const from = join(root, 'packages', folder);
  rmSync(join(to, 'dist'), { recursive: true, force: true });
  mkdirSync(join(to, 'dist'), { recursive: true });
  copyFileSync(join(root, 'LICENSE'), join(to, 'LICENSE'));
  if (from === to) return;
  for (const file of ['package.json', 'README.md']) copyFileSync(join(from, file), join(to, file));
}

/** The package of a module. */
function ownerOf(name) {
  return /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name;
}

/** The same text for both kinds of modules: what is declared is exported by name in either. */
async function writeTypes(folder, to) {
  const { name: own, dependencies = {} } = readManifest(folder);
  const imported = [own, ...Object.keys(dependencies), ...peersOf(folder)];
  const entries = Object.entries(PACKAGES[folder]);
  const bundle = await rollup({
    input: Object.fromEntries(entries.map(([name, { source }]) => [name, join(root, 'packages', folder, source)])),
    external: (name) => name.startsWith('node:') || imported.includes(ownerOf(name)),
    plugins: [dts({ tsconfig: join(root, 'packages', 'tsconfig.json') })],
  });
  for (const [end, format] of [
    ['mts', 'esm'],
    ['cts', 'esm'],
  ])
    await bundle.write({ dir: to, format, entryFileNames: `[name].d.${end}`, chunkFileNames: `[name].d.${end}` });
  await bundle.close();
}
