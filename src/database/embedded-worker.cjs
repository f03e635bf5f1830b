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

async function answer(database, request) {
  switch (request.kind) {
    case 'protocol':
      await database.execProtocolRawStream(request.bytes, {
        onRawData: (data) => {
          const bytes = Uint8Array.from(data);
          parentPort.postMessage({ kind: 'data', id: request.id, bytes }, [bytes.buffer]);
        },
      });
      return {};
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
          parentPort.postMessage({ kind: 'failed', id: request.id, message: String(error?.message ?? error) });
        }
        if (request.kind === 'close') parentPort.close();
      });
    });
  },
  (error) => parentPort.postMessage({ kind: 'unopened', message: String(error?.message ?? error) }),
);
