/** Sorts what can go wrong by what to do about it. */
import type { Fault, FaultKind } from './api';

export class FaultError extends Error {
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

/** The part of a GraphQL error that is read. */
export interface GraphQLError {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly retryAfterSeconds?: number };
}

/** Codes of docs/ERRORS.md. Others mean that this client and the server do not understand each other. */
const KINDS: Readonly<Record<string, FaultKind>> = {
  UNAUTHENTICATED: 'REFUSED',
  FORBIDDEN: 'REFUSED',
  NOT_FOUND: 'GONE',
  RATE_LIMITED: 'BUSY',
  UNAVAILABLE: 'BUSY',
  DEADLINE_EXCEEDED: 'BUSY',
  REVISION_NOT_REACHED: 'BUSY',
  INTERNAL_SERVER_ERROR: 'BUSY',
};

export function faultOf(error: unknown): Fault {
  if (error instanceof FaultError) return error.fault;
  const message = error instanceof Error ? error.message : String(error);
  const { cause } = error instanceof Error ? error : { cause: undefined };
  // `fetch failed` says nothing without it.
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  return { kind: 'NETWORK', message: `The server cannot be reached: ${message}${reason}`, cause: error };
}

export function broken(message: string, cause?: unknown): FaultError {
  return new FaultError({ kind: 'BROKEN', message, cause });
}

/** The fault that the first error is. */
export function faultOfErrors(errors: readonly GraphQLError[]): Fault {
  const [{ message, extensions } = { message: 'no reason was given' } as GraphQLError] = errors;
  const { code = '', retryAfterSeconds } = extensions ?? {};
  const retry = typeof retryAfterSeconds === 'number' ? { retryAfterMs: retryAfterSeconds * 1_000 } : {};
  return { kind: KINDS[code] ?? 'BROKEN', message: `The server refuses${code && ` with ${code}`}: ${message}`, ...retry };
}

/** The fault of an HTTP answer that is not 200. `retryAfter` is its header, in seconds or as a date. */
export function faultOfStatus(status: number, retryAfter: string | null): Fault {
  const message = `The server answers with status ${status}.`;
  if (status === 401 || status === 403) return { kind: 'REFUSED', message };
  if (status === 429 || status === 503) return { kind: 'BUSY', message, ...readRetryAfter(retryAfter) };
  return { kind: status >= 500 ? 'NETWORK' : 'BROKEN', message };
}

function readRetryAfter(text: string | null): Pick<Fault, 'retryAfterMs'> {
  if (text === null) return {};
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return ms > 0 ? { retryAfterMs: Math.min(ms, 3_600_000) } : {};
}

/** Whether the server has said that this key gets nothing, so that asking often would only harm. */
export function isRefusal({ kind }: Fault): boolean {
  return kind === 'REFUSED' || kind === 'GONE';
}
