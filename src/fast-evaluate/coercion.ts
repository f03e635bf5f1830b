/**
 * Coerces variables of an operation and arguments of a field. Values that need no change are only checked, not copied; all
 * others are left to graphql-js, so that the result is always the one of graphql-js.
 */
import {
  getArgumentValues,
  getVariableValues,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  typeFromAST,
  valueFromAST,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import type { Variables } from '../operations/cost';

/** Coerces variables as graphql-js does; null when it refuses them. */
export type Coercion = (given: Variables) => Variables | null;

/** Whether graphql-js would accept the value unchanged. False leaves the decision to graphql-js. */
type Check = (value: unknown) => boolean;

interface PlainVariable {
  readonly name: string;
  readonly isRequired: boolean;
  /** Undefined when there is none. */
  readonly defaultValue: unknown;
  readonly check: Check;
}

export function compileCoercion(schema: GraphQLSchema, operation: OperationDefinitionNode): Coercion {
  const definitions = operation.variableDefinitions ?? [];
  const byGraphql: Coercion = (given) => getVariableValues(schema, definitions, given).coerced ?? null;
  const known: PlainVariable[] = [];
  for (const { variable, type: typeNode, defaultValue } of definitions) {
    const type = typeFromAST(schema, typeNode);
    if (!isInputType(type)) return byGraphql;
    known.push({
      name: variable.name.value,
      isRequired: isNonNullType(type),
      defaultValue: defaultValue && valueFromAST(defaultValue, type),
      check: compileCheck(type),
    });
  }
  return (given) => {
    const coerced: Record<string, unknown> = {};
    for (const { name, isRequired, defaultValue, check } of known) {
      if (!Object.hasOwn(given, name)) {
        if (defaultValue !== undefined) coerced[name] = defaultValue;
        else if (isRequired) return byGraphql(given);
      } else if (check(given[name])) coerced[name] = given[name];
      else return byGraphql(given);
    }
    return coerced;
  };
}

function compileCheck(type: GraphQLInputType): Check {
  if (isNonNullType(type)) {
    const inner = compileNonNull(type.ofType);
    return (value) => value !== null && value !== undefined && inner(value);
  }
  const inner = compileNonNull(type);
  return (value) => value === null || inner(value);
}

function compileNonNull(type: GraphQLInputType): Check {
  if (isNonNullType(type)) return compileNonNull(type.ofType);
  if (isListType(type)) {
    const item = compileCheck(type.ofType);
    return (value) => Array.isArray(value) && value.every(item);
  }
  if (isInputObjectType(type)) return compileObject(Object.values(type.getFields()), type.isOneOf);
  return (value) => {
    try {
      return type.parseValue(value) === value;
    } catch {
      return false;
    }
  };
}

interface InputField {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly defaultValue?: unknown;
}

function compileObject(fields: readonly InputField[], isOneOf: boolean): Check {
  // These values are not accepted unchanged: omitted fields get defaults, and a oneOf object may have only one.
  if (isOneOf || fields.some(({ defaultValue }) => defaultValue !== undefined)) return () => false;
  const checks = new Map(fields.map(({ name, type }) => [name, compileCheck(type)]));
  const required = fields.filter(({ type }) => isNonNullType(type)).map(({ name }) => name);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const given = value as Variables;
    for (const name of Object.keys(given)) {
      const check = checks.get(name);
      if (check === undefined || !check(given[name])) return false;
    }
    return required.every((name) => Object.hasOwn(given, name));
  };
}

/** Computes the arguments of a field from coerced variables. Throws `GraphQLError` as graphql-js does. */
export type ArgumentsOf = (variables: Variables) => Variables;

export function compileArguments(definition: GraphQLField<unknown, unknown>, node: FieldNode): ArgumentsOf {
  const given = node.arguments ?? [];
  const fixed: Record<string, unknown> = {};
  const taken: (readonly [string, string])[] = [];
  for (const { name, type, defaultValue } of definition.args) {
    const value = given.find((argument) => argument.name.value === name)?.value;
    if (defaultValue !== undefined) return (variables) => getArgumentValues(definition, node, variables);
    if (!value) continue;
    if (value.kind === Kind.VARIABLE) taken.push([name, value.name.value]);
    else {
      const constant = hasVariable(value) ? undefined : valueFromAST(value, type);
      if (constant === undefined) return (variables) => getArgumentValues(definition, node, variables);
      fixed[name] = constant;
    }
  }
  const required = new Set(definition.args.filter(({ type }) => isNonNullType(type)).map(({ name }) => name));
  return (variables) => {
    const values = { ...fixed };
    for (const [name, variable] of taken) {
      const value = variables[variable];
      if (value === undefined || value === null) {
        // graphql-js reports a required argument that is null or missing.
        if (required.has(name)) return getArgumentValues(definition, node, variables);
        if (value === undefined) continue;
      }
      values[name] = value;
    }
    return values;
  };
}

function hasVariable(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.some(hasVariable);
  if (value.kind === Kind.OBJECT) return value.fields.some((field) => hasVariable(field.value));
  return value.kind === Kind.VARIABLE;
}
