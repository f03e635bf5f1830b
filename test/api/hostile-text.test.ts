/** U+0000 and lone surrogates in every text that any operation takes, found by walking the schema. */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { join } from 'node:path';
import { createSchema } from '../../src/schema';
import { PACKAGE_ROOT } from '../../src/package-root';
import { sendQuery, send, JSON_HEADERS, type RawAnswer } from '../support/raw';
import { authorization, createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const schema = createSchema(join(PACKAGE_ROOT, 'schema'));
const TEXTS = ['String', 'ID', 'JSON', 'JSONObject'];
const DEPTH_MAX = 5;

/** A value of the type whose every string is `text`; null for recursive types. */
function valueOf(type: GraphQLInputType, text: string, depth = 0): unknown {
  if (isNonNullType(type)) return valueOf(type.ofType, text, depth);
  if (isListType(type)) return depth > DEPTH_MAX ? [] : [valueOf(type.ofType, text, depth)];
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const chosen = type.isOneOf ? fields.slice(0, 1) : fields.filter((f) => depth <= DEPTH_MAX || isNonNullType(f.type));
    return Object.fromEntries(chosen.map((field) => [field.name, valueOf(field.type, text, depth + 1)]));
  }
  if (type.name === 'JSONObject') return { [text]: text };
  if (type.name === 'JSON') return text;
  if (type.name === 'Boolean') return true;
  if (type.name === 'Int') return 1;
  if (type.name === 'DateTime') return '2099-01-01T00:00:00.000Z';
  return text;
}

interface Operation {
  readonly name: string;
  readonly kind: 'query' | 'mutation';
  readonly field: GraphQLField<unknown, unknown>;
}

const operations: Operation[] = [
  ...Object.values(schema.getQueryType()!.getFields()).map((field) => ({ name: field.name, kind: 'query' as const, field })),
  ...Object.values(schema.getMutationType()!.getFields()).map((field) => ({
    name: field.name,
    kind: 'mutation' as const,
    field,
  })),
]
  .filter(({ field }) => field.args.some(takesText))
  // It takes no text, and would end the session of these tests.
  .filter(({ name }) => name !== 'logOut');

function takesText({ type }: GraphQLArgument): boolean {
  const named = getNamedType(type);
  return TEXTS.includes(named.name) || isInputObjectType(named);
}

function documentOf({ kind, field }: Operation): string {
  const payload = getNamedType(field.type);
  const selection =
    isObjectType(payload) && payload.getFields().userErrors ? '{ userErrors { code path message } }' : '{ __typename }';
  const variables = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const values = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  return `${kind} (${variables}) { ${field.name}(${values}) ${selection} }`;
}

async function run(operation: Operation, text: string, credential: string): Promise<RawAnswer> {
  const variables = Object.fromEntries(operation.field.args.map(({ name, type }) => [name, valueOf(type, text)]));
  return send(world, {
    headers: { ...JSON_HEADERS, ...authorization(credential) },
    body: JSON.stringify({ query: documentOf(operation), variables }),
  });
}

async function countOfChanges(): Promise<unknown> {
  return world.app.database.connection.query('SELECT count(*)::int AS count FROM change');
}

it.each(operations.map((operation) => [`${operation.kind} ${operation.name}`, operation] as const))(
  'refuses text that cannot be stored in %s without an internal error, and writes nothing',
  async (_name, operation) => {
    const before = await countOfChanges();

    const codes = new Set<unknown>();
    for (const text of ['\u0000', 'a\u0000b', '\ud800', 'a\udc00b']) {
      const { body } = await run(operation, text, world.owner.accessToken);
      const { errors = [] } = body as { errors?: { extensions: { code: string } }[] };
      for (const error of errors) codes.add(error.extensions.code);
    }

    expect([...codes].filter((code) => code === 'INTERNAL_SERVER_ERROR')).toEqual([]);
    expect(await countOfChanges()).toEqual(before);
  },
);

it('keeps serving after all of it', async () => {
  const answer = await sendQuery(world, '{ viewer { user { id } } }');

  expect(answer.status).toBe(200);
});
