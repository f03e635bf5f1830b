// node -r ./test/support/run-typescript.cjs src/main.ts: runs the sources as they are, without a build.
// Keeps what it has compiled in node_modules/.cache, for other processes and later runs, under a digest of the source.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const options = { ...require('../../jest.swc.cjs'), sourceMaps: true };

const directory = join(__dirname, '..', '..', 'node_modules', '.cache', 'flagstaff-typescript');
const settings = JSON.stringify([require('@swc/core/package.json').version, options]);

/** Paths of source maps by paths of sources, of what this process has loaded. */
const sourceMaps = new Map();

require.extensions['.ts'] = (module, filename) => {
  const source = readFileSync(filename, 'utf8');
  const digest = createHash('sha256').update(`${settings}\0${filename}\0${source}`).digest('hex');
  const path = join(directory, `${digest}.js`);
  sourceMaps.set(filename, `${path}.map`);
  module._compile(readIfThere(path) ?? compile(source, filename, path), filename);
};

/** Packages of packages/ that others import by name: their sources, as `paths` in tsconfig.json says. */
const { paths } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'tsconfig.json'), 'utf8')).compilerOptions;
const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) =>
  resolveFilename(Object.hasOwn(paths, request) ? join(__dirname, '..', '..', paths[request][0]) : request, ...rest);

function compile(source, filename, path) {
  // Loads the compiler only where it is needed.
  const { code, map } = require('@swc/core').transformSync(source, { ...options, filename });
  mkdirSync(directory, { recursive: true });
  write(`${path}.map`, map);
  const linked = `${code}\n//# sourceMappingURL=${pathToFileURL(path)}.map\n`;
  write(path, linked);
  return linked;
}

/** Renames into place, so that no other process reads half a file. */
function write(path, text) {
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

module.exports = { sourceMaps };
