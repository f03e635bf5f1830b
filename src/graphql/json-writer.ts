/**
 * Writes values as JSON text for a selection, without graphql-js: each field is read from its parent and completed by its type
 * (GraphQL specification, 6.4.3). Irregular values (a field that fails, a null in a non-null position, a promise) are left to
 * graphql-js, which reports the error.
 */
import {
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
} from 'graphql';
import type { JsonChunkCache, Write, WriteContext } from './json-chunks';
import type { PlainField } from './plain-fields';

/** Thrown for a value that only graphql-js can write. */
export class Irregular extends Error {}

/** Writes the JSON text of a value. Throws `Irregular`. */
export type WriteValue = Write<unknown>;

export interface JsonWriterOptions {
  /** Types whose objects never change, so that each is serialized once for each selection. */
  readonly immutableTypes: ReadonlySet<string>;
  readonly chunks: JsonChunkCache;
  /** Returns a writer that replaces a field's resolver and type, called with its parent; null when the field has none. */
  readonly writerFor?: (field: PlainField) => WriteValue | null;
}

/** Null when a field cannot be written here: it has an abstract type, or arguments (those of the root were used already). */
export function compileObject(fields: readonly PlainField[], options: JsonWriterOptions): WriteValue | null {
  const members: { readonly head: string; readonly write: WriteValue }[] = [];
  let head = '{';
  for (const [i, field] of fields.entries()) {
    head += `${i === 0 ? '' : ','}${JSON.stringify(field.key)}:`;
    if (field.definition === null) head += JSON.stringify(field.type.name);
    else {
      const write = options.writerFor?.(field) ?? compileMember(field.definition, field.below, options);
      if (write === null) return null;
      members.push({ head, write });
      head = '';
    }
  }
  const end = `${head}}`;
  return (value, context) => {
    let text = '';
    for (const member of members) text += member.head + member.write(value, context);
    return text + end;
  };
}

type Below = PlainField['below'];

function compileMember(definition: GraphQLField<unknown, unknown>, below: Below, options: JsonWriterOptions): WriteValue | null {
  const write = compileValue(definition.type, below, options);
  const read = readerOf(definition);
  return write && ((parent, context) => write(read(parent), context));
}

function compileValue(type: GraphQLOutputType, below: Below, options: JsonWriterOptions): WriteValue | null {
  if (isNonNullType(type)) return required(compileValue(type.ofType, below, options));
  const write = compileNonNull(type, below, options);
  return write && ((value, context) => (value === null || value === undefined ? 'null' : write(value, context)));
}

function compileNonNull(type: GraphQLOutputType, below: Below, options: JsonWriterOptions): WriteValue | null {
  if (isListType(type)) return compileList(type.ofType, below, options);
  if (isLeafType(type)) return (value, context) => writeLeaf(type, value, context);
  if (!isObjectType(type) || below === null) return null;
  const write = compileObjectOf(type, below, options);
  if (write === null || !options.immutableTypes.has(type.name)) return write;
  const chunks = options.chunks.create(write);
  return (value, context) => chunks.write(value as object, context);
}

function compileList(itemType: GraphQLOutputType, below: Below, options: JsonWriterOptions): WriteValue | null {
  const type = getNullableType(itemType);
  if (isObjectType(type) && options.immutableTypes.has(type.name)) {
    // Null items are irregular, too, even when the type allows them; they are rare.
    const write = below && compileObjectOf(type, below, options);
    const chunks = write && options.chunks.create(write);
    return chunks && ((values, context) => chunks.writeAll(listOf(values) as readonly object[], context));
  }
  const write = compileValue(itemType, below, options);
  return (
    write &&
    ((values, context) =>
      `[${listOf(values)
        .map((value) => write(value, context))
        .join()}]`)
  );
}

function compileObjectOf(type: GraphQLObjectType, below: readonly PlainField[], options: JsonWriterOptions): WriteValue | null {
  if (type.isTypeOf || below.some(({ definition }) => definition !== null && definition.args.length > 0)) return null;
  const write = compileObject(below, options);
  return write && ((value, context) => write(objectOf(value), context));
}

function required(write: WriteValue | null): WriteValue | null {
  if (write === null) return null;
  return (value, context) => {
    const text = write(value, context);
    if (text === 'null') throw new Irregular();
    return text;
  };
}

function writeLeaf(type: GraphQLLeafType, value: unknown, context: WriteContext): string {
  let serialized: unknown;
  try {
    serialized = type.serialize(regular(value));
  } catch {
    throw new Irregular();
  }
  const text = serialized === null ? undefined : JSON.stringify(serialized);
  if (text === undefined) throw new Irregular();
  if (context.isAscii && Buffer.byteLength(text) > text.length) context.isAscii = false;
  return text;
}

/** Calls the resolver with the parent only; one that reads more throws, and the value is left to graphql-js. */
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

function objectOf(value: unknown): object {
  const checked = regular(value);
  if (typeof checked !== 'object' || checked === null) throw new Irregular();
  return checked;
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Irregular();
  return value;
}

function regular(value: unknown): unknown {
  if (value instanceof Error || typeof value === 'function' || value instanceof Promise) throw new Irregular();
  return value;
}
