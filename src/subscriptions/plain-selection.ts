/**
 * Turns results into JSON text without graphql-js, where a selection is plain: no arguments below the root, no directives, no
 * field twice, no abstract type, no promise. Whatever is irregular about a result (a field that fails, a null that must not be) is left to
 * graphql-js, which says what is wrong with it.
 */
import {
  GraphQLList,
  GraphQLNonNull,
  isLeafType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { PreparedOperation } from '../operations/documents';

/** Answers null for what is irregular. */
export type PlainWriter = (rootValue: unknown) => string | null;

/** JSON text of a value. Throws `Irregular`. */
type Write = (value: unknown) => string;

class Irregular extends Error {}

/** Null when the selection is not plain. `immutableTypes`: whose objects never change, so that each is written once. */
export function compilePlain(
  schema: GraphQLSchema,
  { document, operation }: PreparedOperation,
  immutableTypes: ReadonlySet<string>,
): PlainWriter | null {
  const root = schema.getRootType(operation.operation);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const write = root ? new Compiler({ fragments, immutableTypes, root }).object(root, operation.selectionSet) : null;
  if (write === null) return null;
  return (rootValue) => {
    try {
      return `{"data":${write(rootValue)}}`;
    } catch (error) {
      if (error instanceof Irregular) return null;
      throw error;
    }
  };
}

interface CompilerOptions {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly immutableTypes: ReadonlySet<string>;
  readonly root: GraphQLObjectType;
}

/** Each method answers null for what is not plain. */
class Compiler {
  constructor(private readonly options: CompilerOptions) {}

  object(type: GraphQLObjectType, selectionSet: SelectionSetNode): Write | null {
    const selected = this.fieldsOf(type, selectionSet);
    const names = selected?.map(({ alias, name }) => (alias ?? name).value);
    // The same name twice merges.
    if (!selected || new Set(names).size < selected.length) return null;
    const members: { readonly head: string; readonly write: Write }[] = [];
    for (const [position, node] of selected.entries()) {
      const write = this.member(type, node);
      if (write === null) return null;
      members.push({ head: `${position === 0 ? '{' : ','}${JSON.stringify(names?.[position])}:`, write });
    }
    const write: Write = (parent) => {
      let text = '';
      for (const member of members) text += member.head + member.write(parent);
      return `${text}}`;
    };
    return this.options.immutableTypes.has(type.name) ? remembered(write) : write;
  }

  private fieldsOf(type: GraphQLObjectType, { selections }: SelectionSetNode): FieldNode[] | null {
    const fields: FieldNode[] = [];
    for (const selection of selections) {
      if (selection.directives?.length) return null;
      if (selection.kind === Kind.FIELD) {
        if (selection.arguments?.length && type !== this.options.root) return null;
        fields.push(selection);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.options.fragments.get(selection.name.value);
      if (!fragment || fragment.directives?.length) return null;
      if (fragment.typeCondition && fragment.typeCondition.name.value !== type.name) return null;
      const inner = this.fieldsOf(type, fragment.selectionSet);
      if (inner === null) return null;
      fields.push(...inner);
    }
    return fields;
  }

  private member(type: GraphQLObjectType, node: FieldNode): Write | null {
    if (node.name.value === '__typename') {
      const text = JSON.stringify(type.name);
      return () => text;
    }
    const field = type.getFields()[node.name.value];
    const write = field ? this.value(field.type, node.selectionSet) : null;
    if (!field || write === null) return null;
    const read = readerOf(field);
    return (parent) => write(read(parent));
  }

  private value(type: GraphQLOutputType, selectionSet: SelectionSetNode | undefined): Write | null {
    if (type instanceof GraphQLNonNull) return required(this.value(type.ofType as GraphQLOutputType, selectionSet));
    if (type instanceof GraphQLList) {
      const write = this.value(type.ofType, selectionSet);
      return write && ((value) => (isNothing(value) ? 'null' : writeList(value, write)));
    }
    if (isLeafType(type)) return (value) => (isNothing(value) ? 'null' : textOf(() => type.serialize(regular(value))));
    if (!isObjectType(type) || !selectionSet || type.isTypeOf) return null;
    const write = this.object(type, selectionSet);
    return write && ((value) => (isNothing(value) ? 'null' : write(regular(value))));
  }
}

function required(write: Write | null): Write | null {
  if (write === null) return null;
  return (value) => {
    const text = write(value);
    if (text === 'null') throw new Irregular();
    return text;
  };
}

function writeList(value: unknown, write: Write): string {
  if (!Array.isArray(value)) throw new Irregular();
  let text = '[';
  for (let i = 0; i < value.length; i++) text += (i === 0 ? '' : ',') + write(value[i]);
  return `${text}]`;
}

function textOf(serialize: () => unknown): string {
  let serialized: unknown;
  try {
    serialized = serialize();
  } catch {
    throw new Irregular();
  }
  const text = serialized === null ? undefined : JSON.stringify(serialized);
  if (text === undefined) throw new Irregular();
  return text;
}

/** Resolvers of plain fields look at their parent only; one that wants more fails, and graphql-js gives it all. */
function readerOf({ name, resolve }: GraphQLField<unknown, unknown>): (parent: unknown) => unknown {
  if (!resolve) return (parent) => (parent as Readonly<Record<string, unknown>>)[name];
  return (parent) => {
    try {
      return resolve(parent, {}, undefined, undefined as unknown as GraphQLResolveInfo);
    } catch {
      throw new Irregular();
    }
  };
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

function regular(value: unknown): unknown {
  if (value instanceof Error || typeof value === 'function' || value instanceof Promise) throw new Irregular();
  return value;
}

function remembered(write: Write): Write {
  const known = new WeakMap<object, string>();
  return (value) => {
    const text = known.get(value as object) ?? write(value);
    known.set(value as object, text);
    return text;
  };
}
