'use strict';
// Where a test file runs. Each process of a run keeps PGlite's WebAssembly compiled for as long as it lives: V8 finds it again
// for every embedded database that a test opens, with the machine code that the databases before have warmed up. Otherwise
// each of them is compiled and warmed up anew, which takes half of the time of opening it.
const { readFile } = require('node:fs/promises');
const { join } = require('node:path');
const { TestEnvironment } = require('jest-environment-node');

const path = join(__dirname, '..', '..', 'node_modules', '@electric-sql', 'pglite', 'dist', 'pglite.wasm');
let kept = null;

module.exports = class Environment extends TestEnvironment {
  async setup() {
    await super.setup();
    kept ??= await WebAssembly.compile(await readFile(path));
  }
};
