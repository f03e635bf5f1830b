const { pure, transport } = require('./test/support/run-once.json');
const { files: notBehind } = require('./test/support/not-behind.json');

// What a run leaves out: the tests with faults and those that fetch packages of other people, unless they are asked for; those that
// cannot tell one database from another, where CI has run them before (scripts/test.mjs). What the list does not name is never left
// out.
const leftOut = [
  ...(process.env.FLAGSTAFF_TEST_FAULTS ? [] : ['test/faults/']),
  ...(process.env.FLAGSTAFF_TEST_CONSUMERS ? [] : ['test/packages/consumers/']),
  ...(process.env.FLAGSTAFF_TEST_AGAIN ? [...pure, ...transport] : []),
  ...(process.env.FLAGSTAFF_TEST_BEHIND ? Object.keys(notBehind) : []),
];

// All test files of a process share one copy of the product and of the packages. Jest knows which lines have run, and which files
// have changed, only of what it has loaded itself: each test file has a copy of its own then.
const sharedModules = {
  testEnvironment: '<rootDir>/test/support/environment.cjs',
  runtime: '<rootDir>/test/support/runtime.cjs',
};
const needsJestModules = process.argv.some((argument) => /^--(coverage|collectCoverage|watch)/.test(argument));

/** Two runs of the same suites: embedded database and in-memory bell, or DATABASE_URL and REDIS_URL. */
module.exports = {
  ...(needsJestModules ? {} : sharedModules),
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: leftOut.map((path) => `<rootDir>/${path}`),
  transform: { '^.+\\.ts$': ['@swc/jest', require('./jest.swc.cjs')], '^.+\\.js$': ['@swc/jest', require('./jest.swc.cjs')] },
  // Where Jest loads modules itself, as tsconfig.json says; elsewhere test/support/run-typescript.cjs does it.
  moduleNameMapper: {
    '^@flagstaff/evaluation$': '<rootDir>/packages/evaluation/src/index.ts',
    '^@flagstaff/evaluation/(lite|regex)$': '<rootDir>/packages/evaluation/src/$1.ts',
    '^@flagstaff/web-sdk$': '<rootDir>/packages/web-sdk/src/index.ts',
    '^@flagstaff/web-sdk/testing$': '<rootDir>/packages/web-sdk/src/testing.ts',
    '^@flagstaff/server-sdk$': '<rootDir>/packages/server-sdk/src/index-node.ts',
  },
  // Packages that are ES modules only: Jest runs CommonJS, so they are compiled, too.
  transformIgnorePatterns: [
    '/node_modules/(?!(jose|uuid|graphql-request|p-limit|yocto-queue|openid-client|oauth4webapi|oidc-provider)/)',
  ],
  globalSetup: '<rootDir>/test/support/global-setup.cjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.cjs',
  testTimeout: 180_000,
  testSequencer: '<rootDir>/test/support/sequencer.cjs',
  maxWorkers: 2,
  collectCoverageFrom: ['src/evaluation/**/*.ts', 'src/modules/**/*-rules.ts'],
  coverageThreshold: process.env.FLAGSTAFF_COVERAGE ? { './src/evaluation/': { branches: 100 } } : {},
};
