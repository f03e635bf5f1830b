/**
 * The price of an operation, as its document and variables say before it runs, is never below the objects of its answer; for
 * queries drawn from the schema itself: page sizes by literal, variable and default, aliases, fragments, @include and @skip.
 * Parts of stored rows, whose number no price can know, are one each here; test/attack/cost.test.ts shows what bounds them.
 */
import {
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isEnumType,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql';
import { join } from 'node:path';
import { createSchema } from '../../src/schema';
import { Documents } from '../../src/operations/documents';
import { PACKAGE_ROOT } from '../../src/package-root';
import { configure, forSegment, makeApiKey, makeEnvironment, makeFlag, makeProject, makeSegment } from '../support/make';
import { JSON_HEADERS, send } from '../support/raw';
import { authorization, createWorld, type World } from '../support/world';

const QUERIES = 500;
const DEPTH_MAX = 7;
const COST_MAX = 1_000_000;
const schema = createSchema(join(PACKAGE_ROOT, 'schema'));
const documents = new Documents({ schema, isIntrospectionOn: true });

let world: World;
let ids: Readonly<Record<string, string>>;
beforeAll(async () => {
  world = await createWorld({ env: { OPERATION_COST_MAX: String(COST_MAX) } });
  const project = await makeProject(world);
  const environments = [await makeEnvironment(project), await makeEnvironment(project)];
  const segment = await makeSegment(project, { included: ['ada', 'bob'] });
  const flags = [];
  for (let i = 0; i < 5; i++) flags.push(await makeFlag(project));
  for (const flag of flags) await configure(project, flag, environments[0]!, { rules: [forSegment(segment.key)] });
  await makeApiKey(project, environments[0]!);
  ids = {
    organization: project.organizationId,
    project: project.id,
    environment: environments[0]!.id,
    flag: flags[0]!.id,
    segment: segment.id,
  };
});
afterAll(() => world.close());

type Draw = (max: number) => number;

/** One query; what it draws comes from the seed alone. */
class Generator {
  readonly variables: Record<string, number | boolean> = {};
  private readonly parameters: string[] = [];
  private readonly fragments: string[] = [];
  private aliases = 0;

  constructor(private readonly draw: Draw) {}

  query(): string {
    const names = Object.keys(ids);
    const roots = Array.from({ length: 1 + this.draw(2) }, (_, i) => {
      const name = names[this.draw(names.length)]!;
      const field = schema.getQueryType()!.getFields()[name]!;
      return `r${i}: ${name}(id: "${ids[name]}") ${this.set(getNamedType(field.type) as GraphQLObjectType, 1)}`;
    });
    const parameters = this.parameters.length > 0 ? `(${this.parameters.join(', ')})` : '';
    return `query ${parameters} { ${roots.join(' ')} } ${this.fragments.join(' ')}`;
  }

  private set(type: GraphQLObjectType, depth: number): string {
    const fields = Object.values(type.getFields());
    const objects = fields.filter((field) => isObjectType(getNamedType(field.type)) && this.canAsk(field));
    const chosen = depth < DEPTH_MAX && this.aliases < 25 ? objects.filter(() => this.draw(objects.length) < 2).slice(0, 3) : [];
    const plain = fields.filter(({ type: of, args }) => args.length === 0 && isPlain(of)).slice(0, 1);
    const text = ['__typename', ...plain.map(({ name }) => name), ...chosen.map((field) => this.field(field, depth))].join(' ');
    if (this.fragments.length < 4 && this.draw(5) === 0) {
      const name = `F${this.fragments.length}`;
      this.fragments.push(`fragment ${name} on ${type.name} { ${text} }`);
      return `{ ...${name} }`;
    }
    return this.draw(5) === 0 ? `{ ... on ${type.name} { ${text} } }` : `{ ${text} }`;
  }

  private canAsk({ args }: GraphQLField<unknown, unknown>): boolean {
    return args.every(({ name, type }) => !isNonNullType(type) || name === 'environmentId' || name === 'list');
  }

  private field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const given = field.args.flatMap(({ name }) => {
      if (name === 'environmentId') return [`environmentId: "${ids.environment}"`];
      if (name === 'list') return ['list: INCLUDED'];
      return name === 'first' ? this.pageSize() : [];
    });
    const parts = given.length > 0 ? `(${given.join(', ')})` : '';
    const alias = `a${this.aliases++}`;
    return `${alias}: ${field.name}${parts} ${this.directive()} ${this.set(getNamedType(field.type) as GraphQLObjectType, depth + 1)}`;
  }

  private pageSize(): string[] {
    const size = 1 + this.draw(12);
    const variable = `v${this.parameters.length}`;
    switch (this.draw(5)) {
      case 0:
        return [];
      case 1:
        return [`first: ${size}`];
      case 2:
        this.parameters.push(`$${variable}: Int`);
        this.variables[variable] = size;
        return [`first: $${variable}`];
      case 3:
        this.parameters.push(`$${variable}: Int = ${size}`);
        return [`first: $${variable}`];
      default:
        // Declared and not given: the default of the argument.
        this.parameters.push(`$${variable}: Int`);
        return [`first: $${variable}`];
    }
  }

  private directive(): string {
    const variable = `v${this.parameters.length}`;
    switch (this.draw(8)) {
      case 0:
        this.parameters.push(`$${variable}: Boolean!`);
        this.variables[variable] = this.draw(2) === 0;
        return `@include(if: $${variable})`;
      case 1:
        this.parameters.push(`$${variable}: Boolean = false`);
        return `@skip(if: $${variable})`;
      case 2:
        return '@skip(if: true)';
      default:
        return '';
    }
  }
}

function isPlain(type: unknown): boolean {
  if (isNonNullType(type)) return isPlain(type.ofType);
  return !isListType(type) && (isEnumType(type) || (isScalarType(type) && !type.name.startsWith('JSON')));
}

/** Counts objects of the schema: JSON is not asked for. */
function objectsIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + objectsIn(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Object.values(value).reduce<number>((sum, item) => sum + objectsIn(item), 0);
}

/** The same numbers in each run (mulberry32). */
function drawFrom(seed: number): Draw {
  let state = seed;
  return (max) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % max;
  };
}

it(`prices no query of ${QUERIES} drawn from the schema below what it answers`, async () => {
  const headers = { ...JSON_HEADERS, ...authorization(world.owner.accessToken) };
  let [asked, answered, exact] = [0, 0, 0];
  for (let seed = 1; asked < QUERIES && seed < QUERIES * 2; seed++) {
    const generator = new Generator(drawFrom(seed));
    const query = generator.query();
    const preparation = documents.prepare(query, null);
    // With too many aliases it is refused before it costs anything.
    if (!preparation.isReady) {
      expect([query, preparation.errors[0]!.extensions.code]).toEqual([query, 'OPERATION_LIMIT_EXCEEDED']);
      continue;
    }
    // Not what the answer says of it, which is never below what was used.
    const price = preparation.prepared.cost(generator.variables, { flagsOf: () => 0 });
    if (price > COST_MAX) continue;
    const answer = await send(world, { headers, body: JSON.stringify({ query, variables: generator.variables }) });
    const { data, errors } = answer.body as { data: object; errors?: unknown };
    const objects = Object.values(data).reduce<number>((sum, value) => sum + objectsIn(value), 0);
    expect({ query, errors, isEnough: price >= objects }).toEqual({ query, errors: undefined, isEnough: true });
    expect(answer.cost).toMatchObject({ requested: price, used: objects });
    asked++;
    answered += objects;
    if (price === objects) exact++;
  }

  expect(asked).toBe(QUERIES);
  expect(answered).toBeGreaterThan(2_000);
  // Some cost exactly that, so that a cost which is too low by one would be found.
  expect(exact).toBeGreaterThan(20);
}, 180_000);
