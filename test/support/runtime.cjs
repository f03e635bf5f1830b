'use strict';
// How a test file is loaded: by Node, into the global scope and the module cache of its process. So each process of a run loads
// and compiles the product and all packages once; under Jest's own module registry every test file did, for 2 seconds each, with
// code that V8 had never run before. The test file itself and Jest's state are loaded anew each time. A test finds the product
// as the tests before have left it, as requests of a server do. No `jest.mock`, no fake timers, no coverage: where coverage is
// asked for, jest.config.cjs leaves all of this to Jest.
const { ModuleMocker } = require('jest-mock');
const { sourceMaps } = require('./run-typescript.cjs');

const TEST_TIMEOUT = Symbol.for('TEST_TIMEOUT_SYMBOL');
/** Descriptions of the symbols under which jest-circus keeps the state of a test file in the global scope. */
const STATE_OF_FILE = ['JEST_STATE_SYMBOL', 'EVENT_HANDLERS', 'TEST_TIMEOUT_SYMBOL'];

module.exports = class Runtime {
  #mocker = new ModuleMocker(globalThis);
  #loaded = new Set();

  constructor() {
    globalThis.jest = {
      spyOn: this.#mocker.spyOn.bind(this.#mocker),
      setTimeout: (milliseconds) => void (globalThis[TEST_TIMEOUT] = milliseconds),
    };
  }

  /** Loads what Jest names by its path, which is the test file and jest-circus; not what these require in turn. */
  requireModule(path) {
    this.#loaded.add(path);
    return require(path);
  }

  requireInternalModule(path) {
    return this.requireModule(path);
  }

  unstable_shouldLoadAsEsm() {
    return false;
  }

  getSourceMaps() {
    return sourceMaps;
  }

  restoreAllMocks() {
    this.#mocker.restoreAllMocks();
  }

  teardown() {
    this.restoreAllMocks();
    for (const path of this.#loaded) forget(path);
    for (const symbol of Object.getOwnPropertySymbols(globalThis)) {
      if (STATE_OF_FILE.includes(symbol.description)) delete globalThis[symbol];
    }
  }

  getAllCoverageInfoCopy() {}
  setGlobalsForRuntime() {}
  enterTestCode() {}
  leaveTestCode() {}
};

function forget(path) {
  const children = module.children;
  const at = children.indexOf(require.cache[path]);
  if (at >= 0) children.splice(at, 1);
  delete require.cache[path];
}
