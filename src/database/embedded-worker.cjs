'use strict';
// Runs PGlite (PostgreSQL in WebAssembly) off the main thread and speaks the PostgreSQL wire protocol over messages.
// Plain CommonJS, so that a worker thread can load it from source and from the build alike.
const { parentPort, workerData } = require('node:worker_threads');
const { readFile } = require('node:fs/promises');
const { PGlite } = require('@electric-sql/pglite');

async function open() {
  const { dataDir, loadFrom } = workerData;
  const loadDataDir = loadFrom ? new Blob([await readFile(loadFrom)]) : undefined;
  return PGlite.create({ dataDir: dataDir ?? 'memory://', loadDataDir });
}

/** Errors of the file system carry a number of WASI's `errno` and no message; a crash says how to build PGlite. */
const FILE_ERRORS = { 2: 'EACCES', 19: 'EDQUOT', 29: 'EIO', 33: 'EMFILE', 51: 'ENOSPC', 54: 'ENOTDIR', 63: 'EPERM', 69: 'EROFS' };

function messageOf(error) {
  if (typeof error?.errno === 'number') return FILE_ERRORS[error.errno] ?? `error ${error.errno} of the file system`;
  const message = String(error?.message ?? error);
  return message.startsWith('Aborted(') ? 'PostgreSQL stopped, for the files are damaged or of another version' : message;
}

async function answer(database, request) {
  switch (request.kind) {
    case 'protocol': {
      // The last part goes with the end of the answer: most answers are one part, and a message wakes the other thread.
      let held;
      await database.execProtocolRawStream(request.bytes, {
        onRawData: (data) => {
          if (held) parentPort.postMessage({ kind: 'data', id: request.id, bytes: held }, [held.buffer]);
          held = Uint8Array.from(data);
        },
      });
      return { bytes: held };
    }
    case 'reset':
      // A client that left in mid-transaction must not leave it open for the next one.
      await database.exec('ROLLBACK').catch(() => undefined);
      await database.exec('DISCARD ALL');
      return {};
    case 'dump': {
      const file = await database.dumpDataDir('none');
      return { bytes: new Uint8Array(await file.arrayBuffer()) };
    }
    case 'close':
      await database.close();
      return {};
    default:
      throw new Error(`Unknown request ${request.kind}`);
  }
}

open().then(
  (database) => {
    parentPort.postMessage({ kind: 'ready' });
    let last = Promise.resolve();
    parentPort.on('message', (request) => {
      last = last.then(async () => {
        try {
          parentPort.postMessage({ kind: 'done', id: request.id, ...(await answer(database, request)) });
        } catch (error) {
          parentPort.postMessage({ kind: 'failed', id: request.id, message: messageOf(error) });
        }
        if (request.kind === 'close') parentPort.close();
      });
    });
  },
  (error) => parentPort.postMessage({ kind: 'unopened', message: messageOf(error) }),
);
