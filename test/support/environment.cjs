'use strict';
// Runs test files: each in the global scope of its process, beside the product, which all test files of the process share
// (runtime.cjs). Each process of a run keeps PGlite's WebAssembly compiled for as long as it lives: V8 finds it again for every
// embedded database that a test opens, with the machine code that the databases before have warmed up. Otherwise each of them
// is compiled and warmed up anew, which takes half of the time of opening it.
const { readFile } = require('node:fs/promises');
const { join, relative } = require('node:path');
const { tests } = require('./not-behind.json');

const root = join(__dirname, '..', '..');
const path = join(root, 'node_modules', '@electric-sql', 'pglite', 'dist', 'pglite.wasm');
let kept = null;

const { console } = globalThis;
const { exit } = process;

/** The names of its describe blocks and its own. */
function nameOf({ name, parent }) {
  return parent === undefined || parent.name === 'ROOT_DESCRIBE_BLOCK' ? name : `${nameOf(parent)} ${name}`;
}

module.exports = class Environment {
  global = globalThis;

  async setup() {
    kept ??= await WebAssembly.compile(await readFile(path));
  }

  constructor(_config, { testPath }) {
    const file = relative(root, testPath).replaceAll('\\', '/');
    this.leftOut = process.env.FLAGSTAFF_TEST_BEHIND ? (tests[file] ?? {}) : {};
  }

  /** Skips what cannot be tested behind a load balancer; `npm run test:behind` prints it, with the reasons. */
  handleTestEvent({ name, test }) {
    if (name === 'test_start' && nameOf(test) in this.leftOut) test.mode = 'skip';
  }

  /** Takes back what Jest has replaced in the process for the test file. */
  async teardown() {
    globalThis.console = console;
    process.exit = exit;
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return null;
  }
};
