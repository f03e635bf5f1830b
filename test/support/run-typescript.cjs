// node -r ./test/support/run-typescript.cjs src/main.ts: runs the sources as they are, without a build.
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');
const options = require('../../jest.swc.cjs');

require.extensions['.ts'] = (module, filename) => {
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...options, filename }).code, filename);
};
