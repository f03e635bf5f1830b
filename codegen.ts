import type { CodegenConfig } from '@graphql-codegen/cli';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path/posix';

const NOUNS = 'src/modules';
const GENERATED = 'src/graphql/generated';

/** Collects each noun's `mappers.json`: the row behind each of its types, with paths as its own files would import them. */
function mappersOfNouns(): Record<string, string> {
  const files = readdirSync(NOUNS).map((noun) => join(NOUNS, noun, 'mappers.json'));
  const mappers = files
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const ofNoun = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
      return Object.entries(ofNoun).map(([type, row]) => [type, relative(GENERATED, join(file, '..', row))]);
    });
  return Object.fromEntries(mappers) as Record<string, string>;
}

/** Writes the resolvers' types, and the typed client of the examples, from the schema. `npm run codegen`; CI checks that nothing would change. */
const config: CodegenConfig = {
  schema: 'schema/*.graphql',
  generates: {
    [`${GENERATED}/enums.ts`]: { plugins: ['typescript'], config: { onlyEnums: true, enumsAsTypes: true } },
    [`${GENERATED}/resolver-types.ts`]: {
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        avoidOptionals: { defaultValue: true },
        scalars: {
          DateTime: 'Date',
          JSON: 'unknown',
          JSONObject: { input: '{ readonly [key: string]: unknown }', output: 'object' },
        },
        defaultScalarType: 'unknown',
        immutableTypes: true,
        contextType: '../../modules/context#Context',
        mapperTypeSuffix: 'Row',
        mappers: {
          ...mappersOfNouns(),
          UserError: '../../errors#Issue',
          InputError: '../../errors#Issue',
          StaleVersionError: '../../errors#Issue',
          InUseError: '../../errors#Issue',
        },
      },
    },
    'examples/generated/client.ts': {
      documents: 'examples/typed-client/*.graphql',
      plugins: ['typescript-operations', 'typed-document-node'],
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: {
          ID: 'string',
          DateTime: 'string',
          JSON: '../typed-client/json#Json',
          JSONObject: '../typed-client/json#JsonObject',
        },
      },
    },
  },
};

export default config;
