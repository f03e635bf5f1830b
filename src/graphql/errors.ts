/** Turns everything that is not `userErrors` into `errors[]`, and masks unintended errors. */
import { GraphQLError, Kind, type GraphQLFormattedError, type TypeNode } from 'graphql';
import { REQUEST_ERROR_CODES, RequestFault, TryLater, type RequestErrorCode } from '../errors';
import { hideSecrets } from '../evaluation';

export interface ErrorContext {
  readonly requestId: string;
  /** Called once, with the cause, for each error that is our fault. */
  readonly report: (error: unknown) => void;
  /** Whether graphql-js may suggest what was meant, which reveals names of the schema. */
  readonly mayHint?: boolean;
  /** Finds the `@oneOf` type in an input type, at the end of the members named by `steps`. Null: none. Absent: they are not named. */
  readonly alternativesAt?: (typeName: string, steps: readonly string[]) => Alternatives | null;
}

/** The members of a `@oneOf` type, of which exactly one must be given. */
export interface Alternatives {
  readonly typeName: string;
  readonly members: readonly string[];
}

const KNOWN_CODES: ReadonlySet<string> = new Set(REQUEST_ERROR_CODES);

/** The form of an error that a client may see. */
export function formatError(error: unknown, context: ErrorContext): GraphQLFormattedError {
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const location = error instanceof GraphQLError ? { locations: error.locations, path: error.path } : {};
  if (cause instanceof RequestFault) return formatted(cause, cause.code, location, context);
  const code = intendedCode(error);
  if (code !== null) return formatted(error as GraphQLError, code, location, context);
  context.report(cause);
  return formatted({ message: 'Internal error' }, 'INTERNAL_SERVER_ERROR', location, context);
}

/** The code of an error that GraphQL or Apollo raise about the request itself; null for everything else. */
function intendedCode(error: unknown): RequestErrorCode | null {
  if (!(error instanceof GraphQLError)) return null;
  const { code, http } = error.extensions;
  if ((http as { status?: number } | undefined)?.status === 405) return 'METHOD_NOT_ALLOWED';
  // graphql-js copies `extensions` from foreign errors, whose codes are not ours and whose messages are not meant for clients.
  const isOfGraphql = error.originalError === undefined || error.originalError instanceof GraphQLError;
  const isKnown = typeof code === 'string' && KNOWN_CODES.has(code) && code !== 'INTERNAL_SERVER_ERROR';
  if (isOfGraphql && isKnown) return code as RequestErrorCode;
  // graphql-js itself, not a resolver, raises errors about variables when it executes a valid document. A scalar's own
  // message about one of them is the original error.
  const isAboutVariable = error.originalError === undefined || error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION;
  return isAboutVariable && error.path === undefined ? 'BAD_USER_INPUT' : null;
}

/** Matches the hint that ends some sentences of graphql-js. */
const HINT = / ?Did you mean [^?]*\?$/;

/**
 * Matches messages of graphql-js about a value that may be a secret: they quote the input, for instance a password of digits
 * where a string is expected.
 */
const SECRET_LOCATION = / at "[^"]*(?:password|token)"$/i;
const REPEATING = /^(String cannot represent a non string value|JSONObject cannot represent non-object value): [\s\S]*$/;
/** Matches where an object belongs: a text in place of one may be anything, also the secret that belongs into it. */
const NO_OBJECT = /^(?:JSONObject cannot represent|Expected type "\w+" to be an object)/;
const FOUND_TEXT = /^(Expected value of type "[^"]+", found) "[\s\S]*$/;
const UNEXPECTED_TEXT = /^(Syntax Error: [\s\S]*?\b(?:Block)?String) "[\s\S]*$/;

/** Removes a possibly secret value from a sentence: the location is enough, as the sender knows the value. */
function withoutSecrets({ message, originalError }: GraphQLError): string {
  const reason = originalError?.message;
  const [, variable = '', value = ''] = /^(Variable "\$\w+" got invalid value )([\s\S]*)$/.exec(message) ?? [];
  if (variable === '' || reason === undefined || !value.endsWith(`; ${reason}`)) {
    return message.replace(REPEATING, '$1.').replace(FOUND_TEXT, '$1 a string.').replace(UNEXPECTED_TEXT, '$1.');
  }
  const given = value.slice(0, -`; ${reason}`.length);
  const [location = ''] = / at "[^"]*"$/.exec(given) ?? [];
  if (SECRET_LOCATION.test(given) || NO_OBJECT.test(reason)) {
    return `${variable}…${location}; ${reason.replace(REPEATING, '$1.')}`;
  }
  return given.includes('{ ') ? `${variable}{…}${location}; ${reason}` : message;
}

/** Matches what graphql-js says about a `@oneOf` type of which none or several members are given, or one that is null. */
const NOT_ONE_OF =
  /(?:Exactly one key must be specified for OneOf type "(\w+)"|OneOf Input Object "(\w+)" must specify exactly one key|Field "(\w+)\.\w+" must be non-null)\.$/;
/** Matches the same of a null in a variable, where the type is not named. */
const NULL_OF_VARIABLE = / at "\w+\.(?<path>[^"]+)"; (?<sentence>Field "\w+" must be non-null\.)$/;

/** Says which members there are, of which graphql-js says only that one must be given. */
function nameAlternatives(message: string, nodes: GraphQLError['nodes'], alternativesAt: ErrorContext['alternativesAt']): string {
  const [sentence, ...names] = NOT_ONE_OF.exec(message) ?? [];
  const typeName = names.find((name) => name !== undefined);
  if (sentence !== undefined && typeName !== undefined) return replaced(message, sentence, alternativesAt?.(typeName, []));
  const inVariable = NULL_OF_VARIABLE.exec(message)?.groups;
  const [variable] = nodes ?? [];
  if (inVariable === undefined || variable?.kind !== Kind.VARIABLE_DEFINITION) return message;
  const steps = (inVariable['path'] ?? '').split('.').map((step) => step.replace(/\[.*$/, ''));
  return replaced(message, inVariable['sentence'] ?? '', alternativesAt?.(nameOf(variable.type), steps.slice(0, -1)));
}

function replaced(message: string, sentence: string, found: Alternatives | null | undefined): string {
  if (!found) return message;
  return message.replace(sentence, `${found.typeName} takes exactly one of these, and not null: ${found.members.join(', ')}.`);
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

function formatted(
  error: { readonly message: string },
  code: RequestErrorCode,
  location: Pick<Partial<GraphQLError>, 'locations' | 'path'>,
  { requestId, mayHint = false, alternativesAt }: ErrorContext,
): GraphQLFormattedError {
  const message =
    error instanceof GraphQLError
      ? nameAlternatives(hideSecrets(withoutSecrets(error)), error.nodes, alternativesAt)
      : error.message;
  return {
    message: mayHint || error instanceof RequestFault ? message : message.replace(HINT, ''),
    ...(location.locations ? { locations: location.locations } : {}),
    ...(location.path ? { path: location.path } : {}),
    extensions: { code, requestId, ...(error instanceof TryLater ? { retryAfterSeconds: error.retryAfterSeconds } : {}) },
  };
}
