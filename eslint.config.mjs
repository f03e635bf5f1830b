import graphqlEslint from '@graphql-eslint/eslint-plugin';
import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import tseslint from 'typescript-eslint';

// The folders of src, from the ground up: a folder may import those before it.
const FOLDERS = [
  'concurrency',
  'telemetry',
  'evaluation',
  'graphql',
  'validation',
  'database',
  'modules',
  'delivery',
  'redis',
  'operations',
  'http',
  'fast-evaluate',
  'subscriptions',
  'jobs',
  'composition',
  'commands',
];
const folderZones = FOLDERS.flatMap((folder, i) =>
  FOLDERS.slice(i + 1).map((later) => ({
    // Generated types name the rows of the nouns; `Context` and resolvers name the streams that they answer with.
    target:
      folder === 'graphql'
        ? './src/graphql/!(generated)'
        : folder === 'modules'
          ? './src/modules/**/!(context|*-resolvers).ts'
          : `./src/${folder}`,
    from: `./src/${later}`,
    message: `${folder}/ comes before ${later}/ (ARCHITECTURE.md).`,
  })),
);

// The nouns, in the same order: that of the imports in the list of them.
const NOUNS = [
  ...readFileSync(join(import.meta.dirname, 'src/modules/index.ts'), 'utf8').matchAll(/from '\.\/([^/]+)\/module'/g),
].map(([, noun]) => noun);
const nounZones = NOUNS.flatMap((noun, i) =>
  NOUNS.slice(i + 1).map((later) => ({
    target: `./src/modules/${noun}/**/!(*-resolvers).ts`,
    from: `./src/modules/${later}`,
    message: `${noun} comes before ${later}: what needs both belongs to ${later}.`,
  })),
);

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'examples/typed-client/dist/**',
      'packages/*/dist/**',
      'node_modules/**',
      'bench/node_modules/**',
      'coverage/**',
      'data/**',
      'src/graphql/generated/**',
      'examples/generated/**',
    ],
  },
  { ...js.configs.recommended, files: ['**/*.{ts,mjs,cjs,js}'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: 'tsconfig.json' })] },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', prefer: 'type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Each noun adds to these in its module.ts.
      '@typescript-eslint/no-empty-object-type': ['error', { allowWithName: '^(IdKinds|Services|Loaders)$' }],
      // An async function that fits a promised shape need not await; a throw in it still becomes a rejection.
      '@typescript-eslint/require-await': 'off',
      'no-console': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'start' }],
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: false, skipComments: false }],
      'max-params': ['error', 4],
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: [
            {
              target: './src/evaluation',
              from: './src',
              except: ['./evaluation'],
              message: 'The core imports nothing of the rest.',
            },
            {
              target: ['./src/modules/**/*-rules.ts', './src/validation'],
              from: ['./src/database', './src/graphql'],
              message: 'Rules are pure.',
            },
            {
              target: './src/modules/**/!(*-resolvers|noun-module).ts',
              from: './src/graphql',
              except: ['./generated/enums.ts'],
              message: 'Only resolvers know GraphQL.',
            },
            {
              target: './src/*/**',
              from: ['./src/app.ts', './src/main.ts'],
              message: 'The program imports the folders, never the other way round.',
            },
            {
              target: './src/!(composition)/**',
              from: ['./src/server.ts', './src/schema.ts'],
              message: 'Only composition/ and the program put the server together.',
            },
            {
              target: ['./src/*.ts', './src/!(fast-evaluate)/**'],
              from: './src/fast-evaluate',
              except: ['./route.ts'],
              message: 'fast-evaluate/ has one export.',
            },
            ...folderZones,
            ...nounZones,
          ],
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'typeorm', message: 'Only entities, repositories, database/ and migrations/ know TypeORM.' },
            { name: 'graphql', message: 'Only resolvers, graphql/ and the transports know GraphQL.' },
            { name: 'ioredis', message: 'Only redis/ knows Redis.' },
          ],
          patterns: [{ group: ['@apollo/*'], message: 'Only server.ts and http/ know Apollo.' }],
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
      ],
    },
  },
  {
    files: [
      'src/**/*-entity.ts',
      'src/**/head-entities.ts',
      'src/**/*-repository.ts',
      'src/{database,graphql,operations,fast-evaluate,subscriptions,http,redis}/**/*.ts',
      'src/**/*-resolvers.ts',
      'src/modules/access/access-directives.ts',
      'src/modules/access/id-arguments.ts',
      'src/{app,schema,server}.ts',
      'src/composition/connect.ts',
      'src/composition/with-database.ts',
    ],
    rules: { 'no-restricted-imports': 'off' },
  },
  // The programs hand the environment to config.ts.
  { files: ['src/main.ts', 'src/commands/operate.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['src/evaluation/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(?!\\.|re2js$)', message: 'The core imports only itself, and re2js.' }] },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'The core has no clock.' },
        { object: 'Math', property: 'random', message: 'The core draws nothing.' },
      ],
    },
  },
  {
    files: ['packages/**/*.ts'],
    rules: {
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: false, skipComments: false }],
      'max-params': ['error', 4],
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: [
            {
              target: './packages',
              from: './src',
              except: ['./evaluation'],
              message: 'Packages share the core with the server, and nothing else.',
            },
            {
              target: './packages/!(evaluation)/**',
              from: './src',
              message: 'Import @flagstaff/evaluation, as an application does.',
            },
            {
              target: './packages/{evaluation,client}/**',
              from: ['./packages/server-sdk', './packages/web-sdk'],
              message: 'SDKs import the client, never the other way round.',
            },
          ],
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['node:*'], message: 'Only *-node.ts and file-store.ts know Node; the rest runs everywhere.' },
            { group: ['**/evaluation/src/*'], message: 'Import @flagstaff/evaluation, as an application does.' },
          ],
        },
      ],
    },
  },
  { files: ['packages/**/*-node.ts', 'packages/**/file-store.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      'max-lines': 'off',
      'no-loss-of-precision': 'off',
    },
  },
  { files: ['codegen.ts', 'test/support/global-*.ts'], rules: { 'import-x/no-default-export': 'off' } },
  { files: ['bench/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.{mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        Blob: 'readonly',
        Response: 'readonly',
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        WebAssembly: 'readonly',
      },
    },
  },
  {
    files: ['deploy/k6/*.js'],
    languageOptions: { globals: { __ENV: 'readonly', __VU: 'readonly', __ITER: 'readonly' } },
  },
  {
    // Next names files that hold JSX so; they run in Node, at the edge and in browsers.
    files: ['examples/next/**/*.js'],
    languageOptions: {
      parserOptions: { ecmaFeatures: { jsx: true } },
      globals: { process: 'readonly', URL: 'readonly', Response: 'readonly' },
    },
  },
  {
    files: ['pages/*.js'],
    languageOptions: {
      globals: {
        document: 'readonly',
        location: 'readonly',
        history: 'readonly',
        navigator: 'readonly',
        localStorage: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        addEventListener: 'readonly',
        FormData: 'readonly',
        URL: 'readonly',
        GraphiQL: 'readonly',
        React: 'readonly',
        ReactDOM: 'readonly',
      },
    },
  },
  {
    files: ['schema/*.graphql'],
    languageOptions: { parser: graphqlEslint.parser, parserOptions: { graphQLConfig: { schema: 'schema/*.graphql' } } },
    plugins: { '@graphql-eslint': graphqlEslint },
    rules: {
      '@graphql-eslint/require-description': [
        'error',
        { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true, rootField: true },
      ],
      '@graphql-eslint/description-style': ['error', { style: 'block' }],
      '@graphql-eslint/no-hashtag-description': 'error',
      '@graphql-eslint/input-name': ['error', { checkInputType: true, caseSensitiveInputType: false }],
      '@graphql-eslint/require-deprecation-reason': 'error',
      '@graphql-eslint/require-deprecation-date': ['error', { argumentName: 'reason' }],
      '@graphql-eslint/no-unreachable-types': 'error',
      '@graphql-eslint/no-duplicate-fields': 'error',
      '@graphql-eslint/relay-connection-types': 'error',
      '@graphql-eslint/relay-page-info': 'error',
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      '@graphql-eslint/naming-convention': [
        'error',
        {
          types: 'PascalCase',
          FieldDefinition: 'camelCase',
          InputValueDefinition: 'camelCase',
          Argument: 'camelCase',
          DirectiveDefinition: 'camelCase',
          EnumValueDefinition: 'UPPER_CASE',
          // Not `Type`: a flag's value type is a word of this field.
          EnumTypeDefinition: { forbiddenSuffixes: ['Enum'] },
        },
      ],
    },
  },
);
