// Lets node run the TypeScript of the benchmark's own processes.
require('../../test/support/run-typescript.cjs');
