import { join } from 'node:path';
import type { Clock } from '../clock';
import type { Replica } from '../database/replica';
import type { ReplicaFault } from '../database/replica-fault';
import type { Database } from '../database/transaction';
import type { DatabaseState, HeadPoller } from '../delivery/head-poller';
import { createAddressOf } from '../http/client-address';
import { createOidc } from '../http/oidc/create-oidc';
import { createSessionCookies } from '../http/session-cookie';
import type { Readiness } from '../http/transport';
import { LiveAccess } from '../modules/access/live-access';
import { createOutcome, type Context, type Services } from '../modules/context';
import { createLoaders } from '../modules/loaders';
import { createLoadGauge, type LoadGauge } from '../operations/load';
import { OperationGuard } from '../operations/operation-guard';
import { PACKAGE_ROOT } from '../package-root';
import type { RedisFault } from '../redis/redis-fault';
import { createSchema } from '../schema';
import type { ServerOptions } from '../server';
import type { Authentication } from './build-authentication';
import type { DeliveryParts } from './build-delivery';
import type { RedisFaultNow } from './connect';
import { createDeliveryReport } from './delivery-reports';
import type { Foundation } from './foundation';

export interface TransportParts {
  readonly database: Database;
  readonly authentication: Authentication;
  readonly delivery: DeliveryParts;
  readonly services: Services;
  readonly headPoller: HeadPoller;
  readonly redisFault: RedisFaultNow;
  /** Null: there is none. */
  readonly replica: Replica | null;
  /** Reports a fixed load instead of the measured one. */
  readonly load: LoadGauge | undefined;
}

/** Puts together the options of the transports. */
export function transportOptions(foundation: Foundation, parts: TransportParts): ServerOptions {
  const { config, log, clock, metrics, tracing } = foundation;
  const { authenticator, limits, failures } = parts.authentication;
  const { snapshots, changes, sessions } = parts.services;
  const guard = new OperationGuard(config.limits);
  return {
    schema: createSchema(join(PACKAGE_ROOT, 'schema'), { guard, tracing }),
    guard,
    log,
    logRequests: config.logRequests,
    metrics,
    tracing,
    onDelivered: createDeliveryReport(foundation),
    metricsToken: config.metrics.token,
    rateLimits: limits,
    load: parts.load ?? createLoadGauge(),
    ...liveAccess(foundation, parts.authentication),
    inMemory: {
      actorOf: (authorization, request, connection) => authenticator.known(authorization, request, connection),
      snapshots,
    },
    countFlags: (actor, environmentId) => snapshots.countFlags(actor, environmentId),
    limits: config.limits,
    host: config.host,
    port: config.port,
    oidc: createOidc(config, { changes, sessions, clock, log, failed: failures }),
    isProduction: config.isProduction,
    allowedOrigins: config.allowedOrigins,
    publicUrl: config.publicUrl,
    addressOf: createAddressOf(config.trustedProxies),
    readiness: () => ({
      ...readinessOf(parts.headPoller.databaseState(), parts.delivery.cache.environmentIds().length, clock),
      ...redisReadiness(parts.redisFault()),
      ...replicaReadiness(parts.replica?.fault),
    }),
    createContext: contextMaker(clock, parts),
    sessionCookies: createSessionCookies(config),
  };
}

/** Builds what ends connections when their access ends. Its timers run until the server is closed. */
function liveAccess(
  { clock, reports }: Foundation,
  { authenticator, streamTickets }: Authentication,
): Pick<ServerOptions, 'access' | 'ticketAccess'> {
  const now = (): number => clock.now().getTime();
  return {
    access: new LiveAccess({ access: authenticator, now, onError: reports.credentialUnverified }),
    ticketAccess: new LiveAccess({ access: streamTickets, now, onError: reports.ticketUnverified }),
  };
}

function contextMaker(clock: Clock, parts: TransportParts): ServerOptions['createContext'] {
  const { database, services, delivery, authentication } = parts;
  return async (credential, request): Promise<Context> => {
    const actor = await authentication.authenticator.authenticate(credential, request);
    const now = clock.now();
    const loaders = createLoaders(database, now);
    const { requestId } = request;
    return {
      actor,
      services,
      loaders,
      stream: delivery.stream,
      budget: { evaluations: 0 },
      outcome: createOutcome(),
      requestId,
      now,
    };
  };
}

/** Without Redis a server is ready all the same. */
function redisReadiness(fault: RedisFault | null | undefined): Pick<Readiness, 'redis'> {
  return fault === undefined ? {} : { redis: fault?.kind ?? 'connected' };
}

/** Without its replica a server is ready all the same. */
function replicaReadiness(fault: ReplicaFault | null | undefined): Pick<Readiness, 'replica'> {
  return fault === undefined ? {} : { replica: fault?.kind ?? 'used' };
}

/** A server that has read environments serves them from memory while the database is unavailable. */
function readinessOf({ isReachable, lastReadAt }: DatabaseState, environments: number, clock: Clock): Readiness {
  if (isReachable) return { status: 'ready' };
  if (environments === 0 || lastReadAt === null) return { status: 'unready', reason: 'the database does not answer' };
  const staleSeconds = Math.max(0, Math.round((clock.now().getTime() - lastReadAt.getTime()) / 1_000));
  return { status: 'ready', stale: true, staleSeconds };
}
