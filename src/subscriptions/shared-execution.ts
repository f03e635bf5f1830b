/**
 * Renders events of subscriptions as JSON text, once for all subscribers with the same operation. A result depends only on the
 * event, the document and its variables, never on the subscriber: the subscriptions of this schema have no field that reads
 * the context.
 */
import { execute, GraphQLError, Kind, visit, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { createHash } from 'node:crypto';
import { JsonChunkCache } from '../graphql/json-chunks';
import { compileObject, Irregular, type WriteValue } from '../graphql/json-writer';
import { collectPlainFields, findConditions } from '../graphql/plain-fields';
import { executionArguments, type PreparedOperation } from '../operations/documents';

/** Renders the events of one subscription for one document and set of variables. */
export interface Rendering {
  /** Equal for the same document and variables; variables that only say where to begin are left out. */
  readonly key: string;
  /** The result as JSON text. */
  readonly render: (event: unknown) => string;
}

export interface SharedExecutionOptions {
  readonly schema: GraphQLSchema;
  /** Formats a result as clients may see it, as JSON text. */
  readonly textOf: (result: ExecutionResult) => string;
  /** Types whose objects never change, so that each is serialized once for each selection. */
  readonly immutableTypes: ReadonlySet<string>;
  /** Arguments of root fields that only say where in the stream to begin. */
  readonly startArguments: ReadonlySet<string>;
}

/** The parts that are computed once per operation. */
interface Reading {
  readonly number: number;
  /** Variables that decide how events look, or which are sent. */
  readonly variables: readonly string[];
  /** Null when graphql-js must write the events. */
  readonly write: WriteValue | null;
}

/** Longer variables are replaced by their digest, in UTF-16 code units. */
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
    const result = execute({ ...executionArguments(this.options.schema, prepared, variables), rootValue: event });
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

  /** Null when the answer depends on `@skip` or `@include`, or only graphql-js can write it. */
  private compile(prepared: PreparedOperation): WriteValue | null {
    const { schema, immutableTypes } = this.options;
    if (findConditions(prepared.document)?.length !== 0) return null;
    const fields = collectPlainFields(schema, prepared, {});
    return fields && compileObject(fields, { immutableTypes, chunks: this.chunks });
  }
}

/** Null when the event is irregular, so that only graphql-js can write it. */
function writeResult(write: WriteValue | null, event: unknown): string | null {
  if (write === null) return null;
  try {
    return `{"data":${write(event, { isAscii: true })}}`;
  } catch (error) {
    if (error instanceof Irregular) return null;
    throw error;
  }
}

/** Lists the variables that matter, in the order of the document. Subscribers that differ in others share their results. */
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
