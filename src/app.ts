/** The composition root: configuration -> connect -> build -> listen, and the way back. */
import type { Logger } from 'pino';
import { systemClock, type Clock } from './clock';
import { buildAuthentication } from './composition/build-authentication';
import { buildDelivery } from './composition/build-delivery';
import { buildServices } from './composition/build-services';
import { connect, createChangeNotifier, startReplica } from './composition/connect';
import { createErrorReports } from './composition/error-reports';
import type { Foundation } from './composition/foundation';
import { transportOptions } from './composition/transport-options';
import { observeParts } from './composition/observe-parts';
import type { Config } from './config';
import type { EmbeddedDatabase } from './database/embedded';
import { openInstallation } from './database/installation';
import { migrate } from './database/migrate';
import { readVersion } from './database/open-data-source';
import { Database } from './database/transaction';
import { startHeadPoller } from './delivery/head-poller';
import { StartFault, UserFault } from './errors';
import { hideSecrets } from './evaluation';
import { warnOfUnknownOrganizations } from './http/oidc/create-oidc';
import { startMetricsServer } from './http/metrics';
import { kindOfId } from './ids';
import { startPurge } from './jobs/purge';
import { internalRequest } from './modules/access/actor';
import type { Services } from './modules/context';
import type { LoadGauge } from './operations/load';
import { redisNamespaceOf } from './redis/client-options';
import { startServer } from './server';
import { Metrics } from './telemetry/metrics';
import { startTracing } from './telemetry/tracing';

export interface App {
  readonly url: string;
  /** Null where GraphiQL is not served. */
  readonly graphiqlUrl: string | null;
  readonly services: Services;
  readonly database: Database;
  /** PostgreSQL's own form, such as `15.14`. */
  readonly databaseVersion: string;
  /** Null when the first user exists already. */
  readonly setUpToken: string | null;
  /** Tells load balancers that the server is going; it serves as before until it is closed. */
  readonly beginDrain: () => void;
  /** Drains and closes everything, in an order that loses nothing. */
  readonly close: () => Promise<void>;
}

export interface AppOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Opens the embedded database, if it is not that of the configured directory. It is closed with the app. */
  readonly openEmbedded?: () => Promise<EmbeddedDatabase>;
  /** Reports a fixed load instead of the measured one. */
  readonly load?: LoadGauge;
}

/** Resolves when the server answers. Throws `StartFault` with one sentence when it cannot start. */
export async function startApp({ config, log, clock = systemClock, openEmbedded, load }: AppOptions): Promise<App> {
  const tracing = startTracing(config.tracing, hideSecrets);
  const reports = createErrorReports(log);
  const foundation: Foundation = { config, log, clock, reports, metrics: new Metrics(), tracing, closers: [] };
  if (tracing !== null) foundation.closers.push(() => tracing.close());
  const close = async (): Promise<void> => {
    for (const closer of foundation.closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await start(foundation, { openEmbedded, load })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  foundation: Foundation,
  { openEmbedded, load }: Pick<AppOptions, 'openEmbedded' | 'load'>,
): Promise<Omit<App, 'close'>> {
  const { config, log, clock, reports, metrics, tracing, closers } = foundation;
  const dataSource = await connect(foundation, openEmbedded);
  const ran = await migrate(dataSource);
  if (ran.length > 0) log.info({ migrations: ran }, 'database migrated');

  const installation = await openInstallation(dataSource.manager, config.keyPepper);
  const redis = config.redisUrl === null ? null : redisNamespaceOf(config.redisUrl, installation.id, tracing);
  const { notifier, redisFault } = createChangeNotifier(foundation, redis);
  const replica = startReplica(foundation, dataSource, installation.id);
  const database = new Database({
    dataSource,
    replica,
    onCommit: (heads) => {
      // Forgotten here immediately; other servers learn of it by notification or poll.
      const chains = [...heads].filter((head) => kindOfId(head) !== 'environment');
      if (chains.length > 0) authentication.authenticator.forget(chains);
      for (const head of heads) delivery.cache.noteCommit(head);
      notifier.notify(heads);
    },
  });
  const authentication = buildAuthentication(foundation, database, redis);
  const delivery = buildDelivery(foundation, database, redis);
  const services = buildServices(foundation, { database, authentication, delivery });

  await createConfiguredOwner(config, services, log);
  await warnOfUnknownOrganizations(config, database.connection, log);
  const setUpToken = (await services.access.isSetUp()) ? null : authentication.tokens.setUpToken();

  const { cache, usage } = delivery;
  const { authenticator: access, failures: failedAuthentications } = authentication;
  const { databaseState: onDatabaseState, environmentUnread: onError } = reports;
  const headPoller = await startHeadPoller({ notifier, cache, database, clock, access, onDatabaseState, onError });
  closers.push(() => headPoller.stop());
  closers.push(startPurge({ database, clock, failedAuthentications, usage, retention: config, metrics, log }));
  const parts = { database, authentication, delivery, services, headPoller, redisFault, replica, load };
  observeParts(metrics, parts);
  await serveMetrics(foundation);
  const transport = transportOptions(foundation, parts);
  const server = await startServer(transport).catch((error: unknown) => {
    throw portFault(error, { ...config, variable: 'PORT' }) ?? error;
  });
  closers.push(() => server.close());
  const { url, graphiqlUrl, beginDrain } = server;
  const databaseVersion = await readVersion(dataSource);
  return { url, graphiqlUrl, services, database, databaseVersion, setUpToken, beginDrain };
}

/** Serves metrics at a port of their own, if there is one. Measures the process only if somebody may ask. */
async function serveMetrics({ config, metrics, log, closers }: Foundation): Promise<void> {
  const { host } = config;
  const { port, token } = config.metrics;
  if (port !== null || token !== null) metrics.addRuntime();
  if (port === null) return;
  const server = await startMetricsServer(metrics, { host, port, token }).catch((error: unknown) => {
    throw portFault(error, { host, port, variable: 'METRICS_PORT' }) ?? error;
  });
  log.info({ url: server.url }, 'metrics');
  closers.push(server.close);
}

async function createConfiguredOwner(config: Config, services: Services, log: Logger): Promise<void> {
  if (config.owner === null) return;
  const request = internalRequest('start');
  try {
    const created = await services.access.createFirstUser({ kind: 'SYSTEM', request }, { ...config.owner, name: 'Owner' });
    if (created !== null) log.info('made the first user, of OWNER_EMAIL and OWNER_PASSWORD');
  } catch (error) {
    if (error instanceof UserFault) throw new StartFault(`OWNER_EMAIL or OWNER_PASSWORD is invalid: ${error.message}`);
    throw error;
  }
}

interface Listening {
  readonly host: string;
  readonly port: number;
  /** The variable that chose the port. */
  readonly variable: string;
}

function portFault(error: unknown, { host, port, variable }: Listening): StartFault | null {
  const { code, syscall } = error as NodeJS.ErrnoException;
  const sentences: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} on ${host} is in use; stop what uses it or set ${variable} to another port.`,
    EACCES: `Port ${port} on ${host} may not be used by this account; set ${variable} to a port above 1023.`,
  };
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return null;
  const elsewhere = `HOST ${host} is not an address of this machine; set it to one, such as 127.0.0.1 or 0.0.0.0.`;
  return new StartFault(sentences[code ?? ''] ?? elsewhere);
}
