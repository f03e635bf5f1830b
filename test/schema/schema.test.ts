/** Rules of the whole schema, whatever is added to it. */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isUnionType,
  type GraphQLNamedType,
} from 'graphql';
import { join } from 'node:path';
import { createSchema } from '../../src/schema';
import { USER_ERROR_CODES } from '../../src/errors';
import { PACKAGE_ROOT } from '../../src/package-root';

const schema = createSchema(join(PACKAGE_ROOT, 'schema'));
const ROOTS = ['Query', 'Mutation', 'Subscription'];
const SPECIFIED = ['String', 'Boolean', 'Int', 'Float', 'ID'];
const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !SPECIFIED.includes(type.name));

interface Described {
  readonly description?: string | null;
}

/** Every element below a type by its coordinate, such as `Query.flag(id:)`. */
function elementsOf(type: GraphQLNamedType): [string, Described][] {
  if (isEnumType(type)) return type.getValues().map((value) => [`${type.name}.${value.name}`, value]);
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field]);
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field): [string, Described][] => [
    [`${type.name}.${field.name}`, field],
    ...field.args.map((argument): [string, Described] => [`${type.name}.${field.name}(${argument.name}:)`, argument]),
  ]);
}

it('describes every type, field, argument and enum value', () => {
  const described: [string, Described][] = types.flatMap((type) => [
    ...(ROOTS.includes(type.name) ? [] : [[type.name, type] as [string, Described]]),
    ...elementsOf(type),
  ]);

  const silent = described.filter(([, { description }]) => !description?.trim()).map(([coordinate]) => coordinate);

  expect(silent).toEqual([]);
  expect(described.length).toBeGreaterThan(200);
});

it('has the user error codes of the catalogue, in its order', () => {
  const type = schema.getType('UserErrorCode');

  const values = isEnumType(type) ? type.getValues().map(({ name }) => name) : [];

  expect(values).toEqual([...USER_ERROR_CODES]);
});

it('reaches every type from a root', () => {
  const reached = new Set<string>();
  const visit = (type: GraphQLNamedType): void => {
    if (reached.has(type.name)) return;
    reached.add(type.name);
    if (isUnionType(type)) type.getTypes().forEach(visit);
    if (isInterfaceType(type)) schema.getPossibleTypes(type).forEach(visit);
    if (isObjectType(type) || isInterfaceType(type)) {
      type.getInterfaces().forEach(visit);
      for (const field of Object.values(type.getFields())) {
        visit(getNamedType(field.type));
        for (const argument of field.args) visit(getNamedType(argument.type));
      }
    }
    if (isInputObjectType(type)) Object.values(type.getFields()).forEach((field) => visit(getNamedType(field.type)));
  };
  for (const root of ROOTS) visit(schema.getType(root)!);

  expect(types.map(({ name }) => name).filter((name) => !reached.has(name))).toEqual([]);
});

it('gives every mutation one argument input, and a payload with revisions and userErrors', () => {
  const mutations = Object.values(schema.getMutationType()!.getFields());

  const shapes = mutations.map(({ name, args, type }) => {
    const payload = getNamedType(type);
    const fields = isObjectType(payload) ? payload.getFields() : {};
    return {
      name,
      args: args.map((argument) => `${argument.name}: ${String(argument.type)}`),
      payload: String(type),
      revisions: String(fields.revisions?.type),
      userErrors: String(fields.userErrors?.type),
    };
  });

  expect(shapes).toEqual(
    mutations.map(({ name }) => {
      const noun = name.charAt(0).toUpperCase() + name.slice(1);
      return {
        name,
        args: [`input: ${noun}Input!`],
        payload: `${noun}Payload!`,
        revisions: '[EnvironmentRevision!]!',
        userErrors: '[UserError!]!',
      };
    }),
  );
});

it('answers every root query with null rather than failing the whole operation', () => {
  const fields = Object.values(schema.getQueryType()!.getFields());

  expect(fields.filter(({ type }) => String(type).endsWith('!')).map(({ name }) => name)).toEqual([]);
});
