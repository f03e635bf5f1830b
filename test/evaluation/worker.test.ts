import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { transformSync } from '@swc/core';

import { readTopics } from './support/vectors';

const root = join(__dirname, '..', '..');
const folder = join(root, '.cache', `evaluation-worker-${process.pid}`);

/** Inside the worker: every vector, and how many of them differ. */
const SCRIPT = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { compileSnapshot, evaluate } = require(workerData.core);
  let passed = 0;
  const failed = [];
  for (const { snapshot, cases } of workerData.topics) {
    const { compiled } = compileSnapshot(snapshot);
    for (const { description, flagKey, context, expected } of cases) {
      const actual = evaluate(compiled, flagKey, context);
      const isEqual = Object.keys(expected).every((name) => JSON.stringify(actual[name]) === JSON.stringify(expected[name]));
      if (isEqual) passed += 1;
      else failed.push(description);
    }
  }
  parentPort.postMessage({ passed, failed });
`;

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  const source = join(root, 'src', 'evaluation');
  for (const file of readdirSync(source).filter((name) => name.endsWith('.ts'))) {
    const { code } = transformSync(readFileSync(join(source, file), 'utf8'), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    writeFileSync(join(folder, file.replace(/\.ts$/, '.js')), code);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('gives every conformance vector the same answer in a worker thread', async () => {
  const topics = readTopics();
  const worker = new Worker(SCRIPT, { eval: true, workerData: { core: join(folder, 'index.js'), topics } });

  const report = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();

  expect(report).toEqual({ passed: topics.reduce((sum, { cases }) => sum + cases.length, 0), failed: [] });
});
