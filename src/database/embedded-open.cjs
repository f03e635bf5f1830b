'use strict';
// Opens PGlite (PostgreSQL in WebAssembly). Plain CommonJS, as all that runs beside the main thread: it is loaded from source and
// from the build alike.
const { readFile } = require('node:fs/promises');
const { setFlagsFromString } = require('node:v8');
const { PGlite } = require('@electric-sql/pglite');

// From Node 24 on, V8 takes 500 MB for a moment to optimize one large function of PostgreSQL, while the server starts. Without its
// optimizing compiler for WebAssembly a statement takes up to a quarter more processor time, and the start less.
if (Number.parseInt(process.versions.node, 10) >= 24) {
  for (const flag of ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);
}

// PostgreSQL's own 128 MB would be taken from the start and never given back, beside the cache of the operating system.
const SETTINGS = ['-c', 'shared_buffers=32MB'];

/** `dataDir` undefined: in memory. `loadFrom`: a tar archive of a data directory, also compressed; undefined: a new database where there is none. */
async function openDatabase(dataDir, loadFrom) {
  const loadDataDir = loadFrom ? blobOf(await readFile(loadFrom)) : undefined;
  const startParams = [...PGlite.defaultStartParams, ...SETTINGS];
  return PGlite.create({ dataDir: dataDir ?? 'memory://', loadDataDir, startParams });
}

/** PGlite tells a compressed archive by the type of the blob. */
function blobOf(bytes) {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return new Blob([bytes], isGzip ? { type: 'application/x-gzip' } : {});
}

/** Errors of the file system carry a number of WASI's `errno` and no message; a crash says how to build PGlite. */
const FILE_ERRORS = { 2: 'EACCES', 19: 'EDQUOT', 29: 'EIO', 33: 'EMFILE', 51: 'ENOSPC', 54: 'ENOTDIR', 63: 'EPERM', 69: 'EROFS' };

function messageOf(error) {
  if (typeof error?.errno === 'number') return FILE_ERRORS[error.errno] ?? `error ${error.errno} of the file system`;
  const message = String(error?.message ?? error);
  return message.startsWith('Aborted(') ? 'PostgreSQL stopped, for the files are damaged or of another version' : message;
}

module.exports = { openDatabase, messageOf };
