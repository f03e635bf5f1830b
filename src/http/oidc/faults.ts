/** The possible failures of a log-in through the provider, for the client and for the log. */
import { AuthorizationResponseError, ResponseBodyError } from 'openid-client';
import { RequestFault } from '../../errors';

/** Codes of openid-client for answers that were read but prove nothing. */
const NOT_PROVED: ReadonlySet<string> = new Set([
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
  'OAUTH_UNSUPPORTED_OPERATION',
  'OAUTH_INVALID_RESPONSE',
]);
/** Errors by which a provider says that it will work again later (RFC 6749, section 4.1.2.1). */
const PASSING: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error']);

/** `stage` is the step in which the provider was asked. Reveals nothing of its answer, which may contain tokens. */
export function faultOf(error: unknown, stage: 'metadata' | 'log-in'): RequestFault {
  if (isUnreachable(error)) return new RequestFault('UNAVAILABLE', 'The OpenID provider does not answer; try again later.');
  if (stage === 'metadata') {
    return new RequestFault('PROVIDER_FAILED', 'The metadata of the OpenID provider is invalid; see the log of the server.');
  }
  if (error instanceof AuthorizationResponseError) return refusedBy(error.error);
  if (error instanceof ResponseBodyError && error.error === 'invalid_grant') {
    return new RequestFault(
      'UNAUTHENTICATED',
      'The provider rejected the code: it was used already, has expired, or belongs to another log-in. Start again.',
    );
  }
  if (NOT_PROVED.has(codeOf(error))) {
    const claim = claimOf(error);
    const about = claim === null ? '' : ` (${claim})`;
    return new RequestFault('UNAUTHENTICATED', `The answer of the provider does not prove who logged in${about}. Start again.`);
  }
  return new RequestFault('PROVIDER_FAILED', 'The OpenID provider failed to complete the log-in; see the log of the server.');
}

/** Describes an error for the log, with nothing that the provider sent but its error code. */
export function describeError(error: unknown): { readonly cause: string; readonly code: string; readonly claim: string | null } {
  const ofProvider =
    error instanceof AuthorizationResponseError || error instanceof ResponseBodyError ? harmless(error.error) : null;
  return {
    cause:
      ofProvider ??
      causesOf(error)
        .map((cause) => cause.name ?? 'unknown')
        .join(' < '),
    code: codeOf(error),
    claim: claimOf(error),
  };
}

function refusedBy(error: string): RequestFault {
  if (PASSING.has(error))
    return new RequestFault('UNAVAILABLE', 'The OpenID provider is temporarily unavailable; try again later.');
  return new RequestFault('UNAUTHENTICATED', `The provider refused the log-in: ${harmless(error)}.`);
}

/** Filters the error code, because anybody can put anything into a URL. */
function harmless(error: string): string {
  return /^[a-z_]{1,64}$/.test(error) ? error : 'an unrecognized error';
}

interface Cause {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly claim?: unknown;
  readonly cause?: unknown;
}

const CAUSES_MAX = 5;

/** The error, its cause, and so on. */
function causesOf(error: unknown): Cause[] {
  const causes: Cause[] = [];
  for (
    let cause = error;
    typeof cause === 'object' && cause !== null && causes.length < CAUSES_MAX;
    cause = (cause as Cause).cause
  ) {
    causes.push(cause);
  }
  return causes;
}

/** True when there was no answer, or none in time. */
export function isUnreachable(error: unknown): boolean {
  return causesOf(error).some(
    ({ name, message }) => name === 'TimeoutError' || (name === 'TypeError' && message === 'fetch failed'),
  );
}

function codeOf(error: unknown): string {
  const code = causesOf(error).find((cause) => typeof cause.code === 'string')?.code;
  return typeof code === 'string' ? code : 'UNKNOWN';
}

/** The claim that failed a check. */
function claimOf(error: unknown): string | null {
  const claim = causesOf(error).find((cause) => typeof cause.claim === 'string')?.claim;
  return typeof claim === 'string' ? claim : null;
}
