'use strict';
// Runs PGlite (PostgreSQL in WebAssembly) off the main thread and speaks the PostgreSQL wire protocol over messages.
const { parentPort, workerData } = require('node:worker_threads');
const { messageOf, openDatabase } = require('./embedded-open.cjs');

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

openDatabase(workerData.dataDir, workerData.loadFrom).then(
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
