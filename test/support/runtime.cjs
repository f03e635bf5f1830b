'use strict';
// How a test file is loaded: by Node, into the global scope and the module cache of its process. So each process of a run loads
// and compiles the product and all packages once; under Jest's own module registry every test file did, for 2 seconds each, with
// code that V8 had never run before. The test file itself and Jest's state are loaded anew each time. A test finds the product
// as the tests before have left it, as requests of a server do. Of the object `jest` there is what the tests use. No coverage:
// where it is asked for, jest.config.cjs leaves all of this to Jest.
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');
const { sourceMaps } = require('./run-typescript.cjs');

const TEST_TIMEOUT = Symbol.for('TEST_TIMEOUT_SYMBOL');
/** Descriptions of the symbols under which jest-circus keeps the state of a test file in the global scope. */
const STATE_OF_FILE = ['JEST_STATE_SYMBOL', 'EVENT_HANDLERS', 'TEST_TIMEOUT_SYMBOL'];

/** Streams, sockets and the channel to Jest need these themselves, and they are the process's own here. */
const NEVER_FAKED = ['nextTick', 'queueMicrotask'];

module.exports = class Runtime {
  #mocker = new ModuleMocker(globalThis);
  #timers;
  #loaded = new Set();

  constructor(config) {
    this.#timers = new ModernFakeTimers({ config, global: globalThis });
    globalThis.jest = {
      fn: this.#mocker.fn.bind(this.#mocker),
      spyOn: this.#mocker.spyOn.bind(this.#mocker),
      useFakeTimers: () => this.#timers.useFakeTimers({ doNotFake: NEVER_FAKED }),
      useRealTimers: () => this.#timers.useRealTimers(),
      advanceTimersByTimeAsync: (milliseconds) => this.#timers.advanceTimersByTimeAsync(milliseconds),
      getTimerCount: () => this.#timers.getTimerCount(),
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
    this.#timers.dispose();
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
