/** The options that HTTP and WebSocket share. */
import type { GraphQLSchema } from 'graphql';
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import type { AddressOf } from './client-address';
import type { LimitSettings } from '../operations/operations';
import type { Context } from '../modules/context';
import { RequestFault } from '../errors';
import type { Credential } from '../modules/access/credential';
import type { LiveAccess } from '../modules/access/live-access';
import type { LoadGauge } from '../operations/load';
import type { OperationGuard } from '../operations/operation-guard';
import type { Actor, RequestInfo } from '../modules/access/actor';
import type { SnapshotService } from '../modules/snapshots/snapshot-service';
import type { RequestsLogged } from './request-log';
import type { SessionCookies } from './session-cookie';
import type { RateLimits } from '../operations/rate-limits';
import type { Metrics } from '../telemetry/metrics';
import type { Tracing } from '../telemetry/tracing';
import type { Delivered } from '../delivery/delivered';

export interface TransportOptions {
  readonly schema: GraphQLSchema;
  /** The one that wraps the resolvers of the schema. */
  readonly guard: OperationGuard;
  readonly log: Logger;
  /** The requests that get a line in the log. */
  readonly logRequests: RequestsLogged;
  readonly metrics: Metrics;
  /** Null: traces are off. */
  readonly tracing: Tracing | null;
  /** Called when a change was handed to all subscribers who waited for it. */
  readonly onDelivered: (delivered: Delivered) => void;
  /** Null: `/metrics` is not served at this port. */
  readonly metricsToken: string | null;
  readonly rateLimits: RateLimits;
  readonly limits: LimitSettings;
  readonly load: LoadGauge;
  /** The number of flags in an environment, for an actor that may evaluate there; 0 otherwise. Never fails. */
  readonly countFlags: (actor: Actor, environmentId: string | null) => Promise<number>;
  readonly isProduction: boolean;
  /** Origins of browsers, in addition to the server's own. */
  readonly allowedOrigins: readonly string[];
  /** The base URL of the installation, without a trailing slash; null when it is not known. */
  readonly publicUrl: string | null;
  /** Determines where a request came from, as trusted proxies state it. Fastify's own `request.ip` is the peer. */
  readonly addressOf: AddressOf;
  /** Authenticates the caller and creates the context of the resolvers. Throws `Unauthenticated`. */
  readonly createContext: (credential: Credential | undefined, request: RequestInfo) => Promise<Context>;
  readonly sessionCookies: SessionCookies;
  readonly readiness: () => Readiness;
  /** Aborted when the server has stopped accepting, and streams must end. */
  readonly ending: AbortSignal;
  /** Ends connections when their access ends. Closed with the server. */
  readonly access: LiveAccess;
  /** The same for event streams, which a ticket opens: tracked by the id of the key. */
  readonly ticketAccess: LiveAccess<string>;
  /** Answers from memory only; null leaves the request to code that may wait. */
  readonly inMemory: {
    readonly actorOf: (authorization: string, request: RequestInfo, connection: object) => Actor | null;
    readonly snapshots: Pick<SnapshotService, 'prepareEvaluation' | 'prepareRepetition' | 'countFlagsIfReady'>;
  };
}

/** The answer of `/readyz`. Stale: the database is unavailable, and evaluation continues from memory. */
export type Readiness = (
  | { readonly status: 'ready' }
  | { readonly status: 'ready'; readonly stale: true; readonly staleSeconds: number }
  | { readonly status: 'unready'; readonly reason: string }
) & {
  /** `connected`, or what is wrong; the log says what to do. Absent without Redis, and until it is known. */
  readonly redis?: string;
  /** `used`, or what is wrong; the log says what to do. Absent without a replica, and until it is known. */
  readonly replica?: string;
};

const IDEMPOTENCY_KEY_LENGTH_MAX = 200;
export const USER_AGENT_LENGTH_MAX = 256;

/** Facts about a request before it is authenticated. */
export function requestInfoOf(
  requestId: string,
  address: string,
  headers: IncomingHttpHeaders,
  traceParent: string | null = null,
): RequestInfo {
  const key = headers['idempotency-key'];
  if (key !== undefined && (typeof key !== 'string' || !/^[\x21-\x7e]+$/.test(key) || key.length > IDEMPOTENCY_KEY_LENGTH_MAX)) {
    const bound = `1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} visible ASCII characters`;
    throw new RequestFault('BAD_USER_INPUT', `The Idempotency-Key header must have ${bound}.`);
  }
  return {
    requestId,
    address,
    userAgent: (headers['user-agent'] ?? '').slice(0, USER_AGENT_LENGTH_MAX),
    origin: headers.origin ?? null,
    idempotency: key === undefined ? null : { key, digest: '', repetition: 0, ofOperation: [] },
    traceParent,
  };
}
