/** The whole catalogue of intended errors. docs/ERRORS.md tells clients what to do about each. */
import { hideSecrets } from './evaluation';

/** Codes of `UserError`: what the caller of a mutation can fix. */
export const USER_ERROR_CODES = [
  'BLANK',
  'TOO_LONG',
  'INVALID',
  'OUT_OF_RANGE',
  'TYPE_MISMATCH',
  'DUPLICATE',
  'NOT_FOUND',
  'STALE_VERSION',
  'CYCLE',
  'ARCHIVED',
  'NOT_ARCHIVED',
  'IN_USE',
  'LAST_OWNER',
  'EXPIRED',
  'WRONG_CREDENTIALS',
  'ALREADY_SET_UP',
  'IDEMPOTENCY_KEY_REUSED',
] as const;
export type UserErrorCode = (typeof USER_ERROR_CODES)[number];

/** One thing that the caller can fix. `path` goes from `input` down; null when no single location is at fault. */
export interface Issue {
  readonly code: UserErrorCode;
  readonly message: string;
  readonly path: readonly string[] | null;
  /** Present only with STALE_VERSION: the current state of the object. */
  readonly stale?: StaleFacts;
  /** Present only with IN_USE: the uses; at most 100. */
  readonly usedBy?: readonly Usage[];
}

export interface StaleFacts {
  readonly currentVersion: number;
  /**
   * The actor that made that version. Null when it is unchanged since it was created with its owner, or when that is not
   * known.
   */
  readonly changedBy: { readonly kind: 'USER' | 'API_KEY' | 'SYSTEM'; readonly id: string | null; readonly name: string } | null;
  readonly changedAt: Date | null;
}

/** A use of an object. Keys are of the same project. */
export interface Usage {
  readonly flagKey: string | null;
  readonly segmentKey: string | null;
  /** Null when the use is not in one environment, or in one that the caller may not see. */
  readonly environmentKey: string | null;
  /** Id of `environmentKey`. Never sent. */
  readonly environmentId: string | null;
}

/** Thrown by services, once, with all issues; answered as `payload.userErrors`. Nothing was written. */
export class UserFault extends Error {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(hideSecrets(issues.map((issue) => issue.message).join(' ')));
    this.issues = issues.map((issue) => ({ ...issue, message: hideSecrets(issue.message) }));
    this.name = 'UserFault';
  }
}

/** Codes of top-level errors, in `extensions.code`. */
export const REQUEST_ERROR_CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'OPERATION_LIMIT_EXCEEDED',
  'SUBSCRIPTION_OVER_HTTP',
  'METHOD_NOT_ALLOWED',
  'UNSUPPORTED_MEDIA_TYPE',
  'PAYLOAD_TOO_LARGE',
  'NOT_FOUND',
  'RATE_LIMITED',
  'DEADLINE_EXCEEDED',
  'REVISION_NOT_REACHED',
  'UNAVAILABLE',
  'PROVIDER_FAILED',
  'INTERNAL_SERVER_ERROR',
] as const;
export type RequestErrorCode = (typeof REQUEST_ERROR_CODES)[number];

/** Refuses a request as a whole; answered as a top-level error with this code. The message may be shown to anybody. */
export class RequestFault extends Error {
  constructor(
    readonly code: RequestErrorCode,
    message: string,
  ) {
    super(hideSecrets(message));
    this.name = 'RequestFault';
  }
}

/** Refuses a request for now: the same request may pass after `retryAfterSeconds`, 1 or more. */
export class TryLater extends RequestFault {
  constructor(
    code: RequestErrorCode,
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super(code, message);
  }
}

/** An operation, or a statement that it waited for, took too long and was stopped. */
export class DeadlineExceeded extends TryLater {
  constructor(timeoutMs: number) {
    const message = `The operation did not finish within ${timeoutMs / 1_000} s and was stopped. A mutation may have been applied.`;
    super('DEADLINE_EXCEEDED', message, 1);
  }
}

/** The caller exceeded a limit per minute. */
export class RateLimited extends TryLater {
  /** The name of the limit in docs/LIMITS.md, and the address of the caller. Not sent to the client. */
  readonly limitName: string;
  readonly address: string;

  constructor(
    message: string,
    facts: { readonly retryAfterSeconds: number; readonly limitName: string; readonly address: string },
  ) {
    super('RATE_LIMITED', message, facts.retryAfterSeconds);
    this.limitName = facts.limitName;
    this.address = facts.address;
  }
}

export class Unauthenticated extends RequestFault {
  constructor(message = 'This needs a credential: send the header "Authorization: Bearer <access token or API key>".') {
    super('UNAUTHENTICATED', message);
  }
}

/** The actor may see the object but not do this. An object that it may not see is answered as not found. */
export class Forbidden extends RequestFault {
  constructor(permission: string) {
    super('FORBIDDEN', `This needs the permission ${permission}.`);
  }
}

/** The server cannot start; the message is one sentence for the operator and names the setting at fault. */
export class StartFault extends Error {}
