/** Builds of packages/ for tests, in a process of their own: esbuild and rollup are ECMAScript modules. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/package-root';

/** Builds all packages, as they are published, into folders of their names. */
export function buildAll(out: string): void {
  runNode([join(PACKAGE_ROOT, 'scripts', 'packages.mjs'), '--out', out]);
}

/** An entry with all that it imports, but for what applications bring, as one minified text. As `iife` it declares `flagstaff`. */
export async function bundle(folder: string, name: string, format: 'esm' | 'iife'): Promise<string> {
  const script = `
    import { build } from 'esbuild';
    import { optionsOf, peersOf, SOURCES } from ${JSON.stringify(join(PACKAGE_ROOT, 'scripts', 'build-packages.mjs'))};
    const options = { ...optionsOf(${JSON.stringify(folder)}, ${JSON.stringify(name)}), external: peersOf(${JSON.stringify(folder)}), mainFields: ['module', 'main'],
      alias: { ...optionsOf(${JSON.stringify(folder)}, ${JSON.stringify(name)}).alias, ...SOURCES } };
    const { outputFiles } = await build({ ...options, minify: true, write: false, format: '${format}', globalName: 'flagstaff' });
    process.stdout.write(outputFiles[0].text);`;
  return Promise.resolve(runNode(['--input-type=module', '--eval', script]));
}

/** A program of a page with all that it imports, as one minified text that declares `flagstaff` with what the program exports. */
export function bundlePage(program: string): string {
  const sources = ['web-sdk', 'openfeature-web'].map((folder) => [
    `@flagstaff/${folder}`,
    join(PACKAGE_ROOT, 'packages', folder, 'src', 'index.ts'),
  ]);
  return bundleBy({
    stdin: { contents: program, resolveDir: PACKAGE_ROOT },
    alias: Object.fromEntries(sources) as object,
    ...{ format: 'iife', globalName: 'flagstaff' },
  });
}

/** One minified text, by options of esbuild that are JSON. */
export function bundleBy(options: object): string {
  const all = { bundle: true, minify: true, write: false, logLevel: 'warning', ...options };
  const script = `
    import { build } from 'esbuild';
    const { outputFiles } = await build(${JSON.stringify(all)});
    process.stdout.write(outputFiles[0].text);`;
  return runNode(['--input-type=module', '--eval', script]);
}

function runNode(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: PACKAGE_ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
