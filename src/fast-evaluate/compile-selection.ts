/**
 * Operations that ask for a plain tree of fields, compiled: which keys come out, in which order, for which variables. What
 * graphql-js finds out for each request from the syntax tree (GraphQL specification, 6.3.2) is found out once here, once for
 * each combination of values of those variables that `@skip` and `@include` ask for.
 */
import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isObjectType,
  Kind,
  OperationTypeNode,
  valueFromAST,
  visit,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { compileCoercion, type Coercion, type Variables } from './coercion';
import type { PreparedOperation } from '../operations/documents';

/** One key of an answer. */
export interface PlainField {
  readonly key: string;
  readonly name: string;
  /** The type that has the field. */
  readonly typeName: string;
  /** Null for a leaf. */
  readonly below: readonly PlainField[] | null;
  /** Throws `GraphQLError` as graphql-js does. */
  readonly argumentsOf: (variables: Variables) => Variables;
}

export interface PlainOperation<Form> {
  readonly coerce: Coercion;
  /** Names of all variables that are declared. */
  readonly variableNames: ReadonlySet<string>;
  /** What `compile` made of the fields that are answered for these variables, which were coerced. Null: it made nothing. */
  readonly formFor: (variables: Variables) => Form | null;
}

/** Each is compiled; whoever alternates more conditions than this is answered without. */
const FORMS_MAX = 16;

/**
 * Null for what is no query of a plain tree: other directives than `@skip` and `@include`, fragments on other types than the
 * one they stand in. `compile` is called once for each set of fields that can be answered.
 */
export function compilePlain<Form>(
  schema: GraphQLSchema,
  { document, operation }: PreparedOperation,
  compile: (fields: readonly PlainField[]) => Form | null,
): PlainOperation<Form> | null {
  const root = schema.getQueryType();
  if (operation.operation !== OperationTypeNode.QUERY || !root) return null;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const conditions = new Set<string>();
  let isPlain = true;
  visit(document, {
    Directive: ({ name, arguments: given }) => {
      if (name.value !== 'skip' && name.value !== 'include') isPlain = false;
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) conditions.add(value.name.value);
    },
  });
  if (!isPlain) return null;
  const names = [...conditions];
  const forms = new Map<string, Form | null>();
  const collector = { schema, fragments };
  return {
    coerce: compileCoercion(schema, operation),
    variableNames: new Set((operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value)),
    formFor: (variables) => {
      const values = names.length === 0 ? '' : names.map((name) => String(variables[name])).join();
      let form = forms.get(values);
      if (form !== undefined) return form;
      if (forms.size >= FORMS_MAX) return null;
      const fields = collectSet({ ...collector, variables }, root, [operation.selectionSet]);
      form = fields && compile(fields);
      forms.set(values, form);
      return form;
    },
  };
}

interface Collector {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Variables;
}

/** Null where there is something that is not plain. */
function collectSet(
  collector: Collector,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): readonly PlainField[] | null {
  const grouped = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  if (!sets.every((set) => gather(collector, type, set, grouped, spread))) return null;
  const fields: PlainField[] = [];
  for (const [key, nodes] of grouped) {
    const field = compileField(collector, type, key, nodes);
    if (field === null) return null;
    fields.push(field);
  }
  return fields;
}

function gather(
  collector: Collector,
  type: GraphQLObjectType,
  { selections }: SelectionSetNode,
  grouped: Map<string, FieldNode[]>,
  spread: Set<string>,
): boolean {
  return selections.every((selection) => {
    const { variables, fragments } = collector;
    if (getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if === true) return true;
    if (getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if === false) return true;
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      const nodes = grouped.get(key);
      if (nodes) nodes.push(selection);
      else grouped.set(key, [selection]);
      return true;
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      if (spread.has(selection.name.value)) return true;
      spread.add(selection.name.value);
    }
    const source = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    const on = source?.typeCondition?.name.value ?? type.name;
    return source !== undefined && on === type.name && gather(collector, type, source.selectionSet, grouped, spread);
  });
}

function compileField(
  collector: Collector,
  type: GraphQLObjectType,
  key: string,
  nodes: readonly FieldNode[],
): PlainField | null {
  const [node] = nodes;
  const name = node?.name.value ?? '';
  if (name === '__typename') return { key, name, typeName: type.name, below: null, argumentsOf: () => ({}) };
  const definition = type.getFields()[name];
  if (!node || !definition) return null;
  const argumentsOf = compileArguments(definition as GraphQLField<unknown, unknown>, node);
  const inner = getNamedType(definition.type);
  const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  if (sets.length === 0) return { key, name, typeName: type.name, below: null, argumentsOf };
  const below = isObjectType(inner) ? collectSet(collector, inner, sets) : null;
  return below && { key, name, typeName: type.name, below, argumentsOf };
}

function compileArguments(definition: GraphQLField<unknown, unknown>, node: FieldNode): PlainField['argumentsOf'] {
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
  const required = new Set(definition.args.filter(({ type }) => String(type).endsWith('!')).map(({ name }) => name));
  return (variables) => {
    const values = { ...fixed };
    for (const [name, variable] of taken) {
      const value = variables[variable];
      if (value === undefined || value === null) {
        // What may not be null, and what is left out: graphql-js has the words for it.
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
