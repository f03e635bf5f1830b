/** Two runs of the same suites: embedded database and in-memory bell, or DATABASE_URL and REDIS_URL. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: process.env.FLAGSTAFF_TEST_FAULTS ? [] : ['<rootDir>/test/faults/'],
  transform: { '^.+\\.ts$': ['@swc/jest', require('./jest.swc.cjs')], '^.+\\.js$': ['@swc/jest', require('./jest.swc.cjs')] },
  // Packages that are ES modules only: Jest runs CommonJS, so they are compiled, too.
  transformIgnorePatterns: [
    '/node_modules/(?!(jose|uuid|graphql-request|p-limit|yocto-queue|openid-client|oauth4webapi|oidc-provider)/)',
  ],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testTimeout: 60_000,
  maxWorkers: 2,
  collectCoverageFrom: ['src/evaluation/**/*.ts', 'src/modules/**/*-rules.ts'],
  coverageThreshold: process.env.FLAGSTAFF_COVERAGE ? { './src/evaluation/': { branches: 100 } } : {},
};
