/**
 * Events of subscriptions as results in JSON text, written once for all who asked in the same words. What an event shows
 * depends on the document and its variables only, never on who reads: the subscriptions of this schema have no field that
 * looks at its context.
 */
import { execute, GraphQLError, Kind, visit, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { createHash } from 'node:crypto';
import type { PreparedOperation } from '../operations/documents';
import { compilePlain, type PlainWriter } from './plain-selection';

/** How the events of one subscription look to whoever asked for it in these words. */
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
  readonly write: PlainWriter | null;
}

/** Longer variables are told apart by their digest. */
const KEY_LENGTH_MAX = 200;

export class SharedExecution {
  private readonly readings = new WeakMap<PreparedOperation, Reading>();
  private count = 0;

  constructor(private readonly options: SharedExecutionOptions) {}

  renderingOf(prepared: PreparedOperation, variables: Readonly<Record<string, unknown>>): Rendering {
    const reading = this.readingOf(prepared);
    const own = JSON.stringify(reading.variables.map((name) => variables[name]));
    const short = own.length <= KEY_LENGTH_MAX ? own : createHash('sha256').update(own).digest('base64');
    return {
      key: `${reading.number} ${short}`,
      render: (event) => reading.write?.(event) ?? this.execute(prepared, variables, event),
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
    const { schema, immutableTypes, startArguments } = this.options;
    const reading: Reading = {
      number: ++this.count,
      variables: variablesOf(prepared, startArguments),
      write: compilePlain(schema, prepared, immutableTypes),
    };
    this.readings.set(prepared, reading);
    return reading;
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
