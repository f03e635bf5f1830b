/** Every place of the schema where a client can put a value, found by walking it, each in an operation that is valid otherwise. */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

/** Valid values by `rootField.name` or by the name of the argument or field; undefined: none is known. */
export type Known = (name: string, rootField: string) => unknown;

export interface Input {
  /** `mutation createFlag input.variations.0.value` */
  readonly label: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly rootField: string;
  /** Name of the argument or input field. */
  readonly name: string;
  /** The name of a scalar or enum; `[]` for a list as a whole. */
  readonly type: string;
  readonly document: string;
  readonly variables: (known: Known, value: unknown) => Record<string, unknown>;
}

interface InputPath {
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly build: (known: Known, value: unknown) => unknown;
}

/** Conditions hold groups of conditions, and so on: the first level has all places that there are. */
const SAME_TYPE_MAX = 1;
/** Members that a list needs besides the one that is looked at. */
const COMPANIONS: Readonly<Record<string, readonly unknown[]>> = { variations: [{ key: 'off', value: false }] };

export function inputsOf(schema: GraphQLSchema): Input[] {
  return [
    ...rootInputs(schema, 'query'),
    ...rootInputs(schema, 'mutation'),
    ...rootInputs(schema, 'subscription'),
    ...nestedInputs(schema),
  ];
}

function rootInputs(schema: GraphQLSchema, kind: Input['kind']): Input[] {
  const root = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() };
  return Object.values(root[kind]!.getFields()).flatMap((field) => {
    const document = `${kind} (${parametersOf(field.args)}) { ${field.name}(${argumentsOf(field.args)}) ${selectionOf(field)} }`;
    return placesOfArguments(field.args, field.name).map((place) => ({
      label: `${kind} ${field.name} ${place.path}`,
      kind,
      rootField: field.name,
      name: place.name,
      type: place.type,
      document,
      variables: place.build as Input['variables'],
    }));
  });
}

/** How to get to an object that has fields with arguments. */
const WAYS: Readonly<Record<string, readonly [before: string, after: string]>> = {
  Organization: ['organization(id: $organizationId) {', '}'],
  Project: ['project(id: $projectId) {', '}'],
  Flag: ['flag(id: $flagId) {', '}'],
  FlagConfiguration: ['flag(id: $flagId) { configuration(environmentId: $environment) {', '} }'],
  Segment: ['segment(id: $segmentId) {', '}'],
  SnapshotResult: ['snapshot(environmentId: $environment) {', '}'],
  EvaluateResult: ['evaluate(environmentId: $environment, contexts: {}) {', '}'],
};
const WAY_VARIABLES: Readonly<Record<string, readonly (readonly [variable: string, known: string])[]>> = {
  Organization: [['organizationId', 'organizationId']],
  Project: [['projectId', 'projectId']],
  Flag: [['flagId', 'flagId']],
  FlagConfiguration: [
    ['flagId', 'flagId'],
    ['environment', 'environmentId'],
  ],
  Segment: [['segmentId', 'segmentId']],
  SnapshotResult: [['environment', 'environmentId']],
  EvaluateResult: [['environment', 'environmentId']],
};

function nestedInputs(schema: GraphQLSchema): Input[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || type.name.startsWith('__') || roots.includes(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => {
      if (field.args.length === 0) return [];
      const way = WAYS[type.name];
      if (!way) throw new Error(`${type.name}.${field.name} takes arguments, and no way to it is known.`);
      const wayVariables = WAY_VARIABLES[type.name]!;
      const parameters = [...wayVariables.map(([variable]) => `$${variable}: ID!`), parametersOf(field.args)].join(', ');
      const document = `query (${parameters}) { ${way[0]} ${field.name}(${argumentsOf(field.args)}) ${selectionOf(field)} ${way[1]} }`;
      return placesOfArguments(field.args, `${type.name}.${field.name}`).map((place) => ({
        label: `query ${type.name}.${field.name} ${place.path}`,
        kind: 'query' as const,
        rootField: `${type.name}.${field.name}`,
        name: place.name,
        type: place.type,
        document,
        variables: (known: Known, value: unknown) => ({
          ...(place.build(known, value) as object),
          ...Object.fromEntries(wayVariables.map(([variable, name]) => [variable, known(name, '')])),
        }),
      }));
    });
  });
}

function parametersOf(args: readonly GraphQLArgument[]): string {
  return args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
}

function argumentsOf(args: readonly GraphQLArgument[]): string {
  return args.map(({ name }) => `${name}: $${name}`).join(', ');
}

function selectionOf({ type }: GraphQLField<unknown, unknown>): string {
  const named: GraphQLOutputType = getNamedType(type);
  if (isScalarType(named) || isEnumType(named)) return '';
  const fields = isObjectType(named) ? named.getFields() : {};
  return [
    '{ __typename',
    fields.userErrors ? 'userErrors { code message path }' : '',
    fields.pageInfo ? 'pageInfo { endCursor } nodes { __typename }' : '',
    fields.totalCount ? 'totalCount' : '',
    '}',
  ].join(' ');
}

function placesOfArguments(args: readonly GraphQLArgument[], root: string): InputPath[] {
  return args.flatMap((argument) =>
    placesOf(argument.type, argument.name, argument.name, root, []).map((place) => ({
      ...place,
      build: (known: Known, value: unknown) => ({
        ...requiredOf(
          args.filter(({ name }) => name !== argument.name),
          known,
          root,
        ),
        [argument.name]: place.build(known, value),
      }),
    })),
  );
}

function placesOf(type: GraphQLInputType, name: string, path: string, root: string, above: readonly string[]): InputPath[] {
  if (isNonNullType(type)) return placesOf(type.ofType, name, path, root, above);
  const whole = { path, name, build: (_known: Known, value: unknown) => value };
  if (isListType(type)) {
    const members = placesOf(type.ofType, name, `${path}.0`, root, above).map((place) => ({
      ...place,
      build: (known: Known, value: unknown) => [place.build(known, value), ...(COMPANIONS[name] ?? [])],
    }));
    // Values that are too wide are made of members that are valid by themselves.
    const build = (known: Known, value: unknown): unknown =>
      typeof value === 'number' ? Array.from({ length: value }, () => validOf(type.ofType, name, known, root)) : value;
    return [{ ...whole, build, type: '[]' }, ...members];
  }
  if (!isInputObjectType(type)) return [{ ...whole, type: type.name }];
  if (above.filter((other) => other === type.name).length >= SAME_TYPE_MAX) return [];
  const fields = Object.values(type.getFields());
  return fields.flatMap((field) =>
    placesOf(field.type, field.name, `${path}.${field.name}`, root, [...above, type.name]).map((place) => ({
      ...place,
      build: (known: Known, value: unknown) => ({
        ...(type.isOneOf
          ? {}
          : requiredOf(
              fields.filter((other) => other !== field),
              known,
              root,
            )),
        [field.name]: place.build(known, value),
      }),
    })),
  );
}

interface Typed {
  readonly name: string;
  readonly type: GraphQLInputType;
}

function requiredOf(fields: readonly Typed[], known: Known, root: string): Record<string, unknown> {
  const required = fields.filter(({ type }) => isNonNullType(type));
  return Object.fromEntries(required.map(({ name, type }) => [name, validOf(type, name, known, root)]));
}

function validOf(type: GraphQLInputType, name: string, known: Known, root: string): unknown {
  if (isNonNullType(type)) return validOf(type.ofType, name, known, root);
  if (isListType(type)) return known(`[${name}]`, root) ?? [];
  const value = known(name, root);
  if (value !== undefined) return value;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const [first] = fields;
    return type.isOneOf ? { [first!.name]: validOf(first!.type, first!.name, known, root) } : requiredOf(fields, known, root);
  }
  const scalars: Readonly<Record<string, unknown>> = { Int: 1, Boolean: true, JSON: 'x', JSONObject: {} };
  return scalars[type.name] ?? 'text';
}
