/**
 * Events of subscriptions as results in JSON text, written once for all who asked the same. What an event shows depends on
 * the document and its variables only, never on who reads: the subscriptions of this schema have no field that looks at its
 * context.
 */
import { execute, GraphQLError, Kind, visit, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { createHash } from 'node:crypto';
import { JsonChunkCache } from '../graphql/json-chunks';
import { compileObject, Irregular, type WriteValue } from '../graphql/json-writer';
import { collectPlainFields, findConditions } from '../graphql/plain-fields';
import type { PreparedOperation } from '../operations/documents';

/** How the events of one subscription look to those who asked for it with these variables. */
export interface Rendering {
  /** The same for the same document and variables, but for those that only say where to begin. */
  readonly key: string;
  /** The result as JSON text. */
  readonly render: (event: unknown) => string;
}

export interface SharedExecutionOptions {
  readonly schema: GraphQLSchema;
  /** A result as clients may see it, as JSON text. */
  readonly textOf: (result: ExecutionResult) => string;
  /** Types whose objects never change, so that each is written once for each selection. */
  readonly immutableTypes: ReadonlySet<string>;
  /** Arguments of root fields that say where in the stream to begin, and nothing of how events look. */
  readonly startArguments: ReadonlySet<string>;
}

/** What is found out once for an operation. */
interface Reading {
  readonly number: number;
  /** Variables that have a say in how events look, or in which come. */
  readonly variables: readonly string[];
  /** Null when graphql-js has to write events. */
  readonly write: WriteValue | null;
}

/** Longer variables are told apart by their digest. */
const KEY_LENGTH_MAX = 200;

export class SharedExecution {
  private readonly chunks = new JsonChunkCache();
  private readonly readings = new WeakMap<PreparedOperation, Reading>();
  private count = 0;

  constructor(private readonly options: SharedExecutionOptions) {}

  renderingOf(prepared: PreparedOperation, variables: Readonly<Record<string, unknown>>): Rendering {
    const reading = this.readingOf(prepared);
    const own = JSON.stringify(reading.variables.map((name) => variables[name]));
    const short = own.length <= KEY_LENGTH_MAX ? own : createHash('sha256').update(own).digest('base64');
    return {
      key: `${reading.number} ${short}`,
      render: (event) => writeResult(reading.write, event) ?? this.execute(prepared, variables, event),
    };
  }

  private execute(prepared: PreparedOperation, variables: Readonly<Record<string, unknown>>, event: unknown): string {
    const result = execute({
      schema: this.options.schema,
      document: prepared.document,
      operationName: prepared.operation.name?.value,
      variableValues: variables,
      rootValue: event,
    });
    if (result instanceof Promise) throw new GraphQLError('A subscription event must be answered synchronously.');
    return this.options.textOf(result);
  }

  private readingOf(prepared: PreparedOperation): Reading {
    const known = this.readings.get(prepared);
    if (known) return known;
    const { startArguments } = this.options;
    const reading: Reading = {
      number: ++this.count,
      variables: variablesOf(prepared, startArguments),
      write: this.compile(prepared),
    };
    this.readings.set(prepared, reading);
    return reading;
  }

  /** Null where the answer depends on conditions, and for what only graphql-js can write. */
  private compile(prepared: PreparedOperation): WriteValue | null {
    const { schema, immutableTypes } = this.options;
    if (findConditions(prepared.document)?.length !== 0) return null;
    const fields = collectPlainFields(schema, prepared, {});
    return fields && compileObject(fields, { immutableTypes, chunks: this.chunks });
  }
}

/** Null for what is irregular. */
function writeResult(write: WriteValue | null, event: unknown): string | null {
  if (write === null) return null;
  try {
    return `{"data":${write(event, { isAscii: true })}}`;
  } catch (error) {
    if (error instanceof Irregular) return null;
    throw error;
  }
}

/** In the order of the document. Whoever differs in others only may be shown the same. */
function variablesOf({ document, operation }: PreparedOperation, startArguments: ReadonlySet<string>): string[] {
  const names = new Set<string>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION && definition !== operation) continue;
    visit(definition, {
      VariableDefinition: () => false,
      Argument: ({ name }) => (startArguments.has(name.value) ? false : undefined),
      Variable: ({ name }) => void names.add(name.value),
    });
  }
  return [...names];
}
