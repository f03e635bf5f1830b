/** Parses, validates and limits each document once, for all transports. The cache is bounded by count and by bytes. */
import {
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { RequestErrorCode } from '../errors';
import { hideSecrets } from '../evaluation';
import { compileCost, type Cost } from './cost';
import { readCostBounds } from './cost-bounds';
import { documentProblems, DOCUMENT_TOKENS_MAX, rootFieldsOf } from './limits';
import { RootFields, type RootFieldTraits } from './root-fields';
import { shapeOf, type Shape } from './shape';

/** One operation of a document that may run. */
export interface PreparedOperation extends RootFieldTraits {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** The operation's name for logs, metrics and traces: without a secret that a client may have put there. Null: it has none. */
  readonly shownName: string | null;
  /** Names of the root fields, fragments included; a name is repeated as often as its field is selected. */
  readonly rootFields: readonly string[];
  readonly cost: Cost;
  readonly shape: Shape;
}

/** Returns the arguments for graphql-js, but for values that are not the client's: the context, or the event. */
export function executionArguments(
  schema: GraphQLSchema,
  { document, operation }: PreparedOperation,
  variableValues: Readonly<Record<string, unknown>>,
): ExecutionArgs {
  return { schema, document, operationName: operation.name?.value, variableValues };
}

/** The result of preparing one operation of a document. */
export type Preparation =
  | { readonly isReady: true; readonly prepared: PreparedOperation }
  | { readonly isReady: false; readonly errors: readonly GraphQLError[] };

interface Entry {
  /** Null when the document is refused as a whole. */
  readonly document: DocumentNode | null;
  readonly errors: readonly GraphQLError[];
  /** Keyed by name; the empty name when the request gave none. */
  readonly operations: Map<string, PreparedOperation>;
}

export interface DocumentsOptions {
  readonly schema: GraphQLSchema;
  readonly isIntrospectionOn: boolean;
}

export const ENTRIES_MAX = 2_000;
export const BYTES_MAX = 64 * 1024 * 1024;
const ENTRY_BYTES_MAX = 2 * 1024 * 1024;
/** Memory that a token takes as syntax tree and compiled cost, and memory that an error takes; both measured. */
const BYTES_PER_TOKEN = 700;
const BYTES_PER_ERROR = 1_000;
/** More errors are of no use to a client, and each costs time to format. */
const VALIDATION_ERRORS_MAX = 20;

export class Documents {
  private readonly entries = new LRUCache<string, Entry>({
    max: ENTRIES_MAX,
    maxSize: BYTES_MAX,
    maxEntrySize: ENTRY_BYTES_MAX,
    sizeCalculation: ({ document, errors }, text) =>
      1_000 + text.length * 2 + (document?.tokenCount ?? 0) * BYTES_PER_TOKEN + errors.length * BYTES_PER_ERROR,
  });
  private readonly rules;
  private readonly bounds;
  private readonly rootFields;

  /** Throws when a directive of the schema is wrong. */
  constructor(private readonly options: DocumentsOptions) {
    this.bounds = readCostBounds(options.schema);
    this.rootFields = new RootFields(options.schema);
    this.rules = options.isIntrospectionOn ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  }

  /** `operationName` is needed where the document has several operations. */
  prepare(text: string, operationName: string | null | undefined): Preparation {
    let entry = this.entries.get(text);
    if (!entry) {
      entry = this.read(text);
      this.entries.set(text, entry);
    }
    if (entry.document === null) return { isReady: false, errors: entry.errors };
    const known = entry.operations.get(operationName ?? '');
    if (known) return { isReady: true, prepared: known };
    const found = findOperation(entry.document, operationName ?? null);
    if (typeof found === 'string') return { isReady: false, errors: [refusal('OPERATION_RESOLUTION_FAILURE', found)] };
    const prepared = this.compile(entry.document, found);
    // Unknown names were refused above, so the map never has more entries than the document has operations.
    entry.operations.set(operationName ?? '', prepared);
    return { isReady: true, prepared };
  }

  /** The current size of the cache. */
  get remembered(): { readonly documents: number; readonly bytes: number } {
    return { documents: this.entries.size, bytes: this.entries.calculatedSize };
  }

  private read(text: string): Entry {
    const refused = (errors: readonly GraphQLError[]): Entry => ({ document: null, errors, operations: new Map() });
    let document: DocumentNode;
    try {
      document = parse(text, { maxTokens: DOCUMENT_TOKENS_MAX });
    } catch (error) {
      // The parser recurses for each level, so the stack can overflow before the token limit is reached.
      if (error instanceof RangeError) return refused([refusal('GRAPHQL_PARSE_FAILED', 'The document is nested too deeply.')]);
      if (!(error instanceof GraphQLError)) throw error;
      return refused([refusal('GRAPHQL_PARSE_FAILED', error.message, error)]);
    }
    // Limits are checked before validation, because some of its rules compare every field with every other.
    const problems = documentProblems(document);
    if (problems.length > 0) return refused(problems.map((problem) => refusal('OPERATION_LIMIT_EXCEEDED', problem)));
    const errors = validate(this.options.schema, document, this.rules, { maxErrors: VALIDATION_ERRORS_MAX });
    if (errors.length > 0) return refused(errors.map((error) => refusal('GRAPHQL_VALIDATION_FAILED', error.message, error)));
    return { document, errors: [], operations: new Map() };
  }

  private compile(document: DocumentNode, operation: OperationDefinitionNode): PreparedOperation {
    const { schema } = this.options;
    const rootFields = rootFieldsOf(document, operation);
    return {
      document,
      operation,
      shownName: operation.name === undefined ? null : hideSecrets(operation.name.value),
      rootFields,
      ...this.rootFields.traitsOf(operation.operation, rootFields),
      cost: compileCost(schema, document, operation, this.bounds),
      shape: shapeOf(schema, document, operation),
    };
  }
}

/** Returns an error sentence when there is no such operation, or when the name is needed to choose one. */
function findOperation({ definitions }: DocumentNode, name: string | null): OperationDefinitionNode | string {
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [first, second] = operations;
  if (name !== null && name !== '') {
    return operations.find((operation) => operation.name?.value === name) ?? `Unknown operation named ${JSON.stringify(name)}.`;
  }
  if (second) return 'Must provide operation name if query contains multiple operations.';
  return first ?? 'Must provide an operation.';
}

/** Keeps the source positions, but not the syntax tree that they point into. */
function refusal(code: RequestErrorCode, message: string, { source, positions }: Partial<GraphQLError> = {}): GraphQLError {
  const error = new GraphQLError(message, { source, positions, extensions: { code } });
  // Until `stack` is first read, V8 keeps the arguments of the calls, and with them the syntax tree. Nobody reads it.
  error.stack = message;
  return error;
}
