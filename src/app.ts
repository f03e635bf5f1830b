/** The composition root: configuration -> connect -> build -> listen, and the way back. Every adapter is made here. */
import type { Logger } from 'pino';
import { createSchema } from './schema';
import type { Clock } from './clock';
import { createAddressOf } from './http/client-address';
import { systemClock } from './clock';
import type { Config } from './config';
import { connect, createChangeNotifier, createSnapshotStore } from './connect';
import { createLoaders, type Services } from './modules/context';
import type { EmbeddedLocation } from './database/embedded';
import { migrate } from './database/migrate';
import { Cipher } from './database/cipher';
import { Database } from './database/transaction';
import { FlagStream } from './delivery/stream';
import { startHeadPoller, type DatabaseState, type HeadPollerOptions } from './delivery/head-poller';
import { createMailer } from './mail';
import { StartFault, UserFault } from './errors';
import { AccessService } from './modules/accounts/access-service';
import { CountedAttempts } from './modules/accounts/attempts';
import { Authenticator } from './modules/access/authenticate';
import { FailedAuthentications } from './modules/access/failed-authentications';
import { PasswordResetMail } from './modules/accounts/password-reset-mail';
import { PasswordService } from './modules/accounts/password-service';
import { SessionService } from './modules/accounts/session-service';
import { KeyUsage } from './modules/access/key-usage';
import { StreamTickets } from './modules/access/stream-tickets';
import { Tokens } from './modules/access/tokens';
import { UserService } from './modules/accounts/user-service';
import { kindOfId } from './ids';
import { ChangeService } from './modules/changes/change-service';
import { ApiKeyService } from './modules/api-keys/api-key-service';
import { EnvironmentService } from './modules/environments/environment-service';
import { InvitationMail } from './modules/members/invitation-mail';
import { InvitationService } from './modules/members/invitation-service';
import { MemberService } from './modules/members/member-service';
import { ComparisonService } from './modules/flags/comparison-service';
import { ConfigurationService } from './modules/flags/configuration-service';
import { ContextErasureService } from './modules/erasure/context-erasure-service';
import { FlagService } from './modules/flags/flag-service';
import { SegmentRemovalService } from './modules/flags/segment-removal-service';
import { UsageService } from './modules/usage/usage-service';
import { OrganizationService } from './modules/organizations/organization-service';
import { ProjectService } from './modules/projects/project-service';
import { SegmentService } from './modules/segments/segment-service';
import { SnapshotCache } from './modules/snapshots/snapshot-cache';
import { SnapshotService } from './modules/snapshots/snapshot-service';
import { LiveAccess } from './modules/access/live-access';
import { createLoadGauge, type LoadGauge } from './operations/load';
import { createOidc, warnOfUnknownOrganizations } from './http/oidc/create-oidc';
import { PACKAGE_ROOT } from './package-root';
import { startPurge } from './jobs/purge';
import { startRateLimits } from './operations/rate-limits';
import { startServer } from './server';
import type { Readiness } from './http/transport';
import { join } from 'node:path';

export interface App {
  readonly url: string;
  readonly services: Services;
  readonly database: Database;
  /** Null when somebody has set the installation up already. */
  readonly setUpToken: string | null;
  /** Drains and closes everything, in the order that loses nothing. */
  readonly close: () => Promise<void>;
}

export interface AppOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Where the embedded database lives, when it is not the configured directory. */
  readonly embedded?: EmbeddedLocation;
  /** How busy the process is, when it is not to be measured. */
  readonly load?: LoadGauge;
}

/** Resolves when the server answers. Throws `StartFault` with one sentence when it cannot start. */
export async function startApp({ config, log, clock = systemClock, embedded, load }: AppOptions): Promise<App> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const dataSource = await connect(config, log, embedded, closers);
    const ran = await migrate(dataSource);
    if (ran.length > 0) log.info({ migrations: ran }, 'database migrated');

    const notifier = createChangeNotifier(config, log);
    closers.push(() => notifier.close());
    const database = new Database({
      dataSource,
      onCommit: (heads) => {
        // Here at once; other servers hear of it by the bell or the poll.
        const chains = [...heads].filter((head) => kindOfId(head) !== 'environment');
        if (chains.length > 0) authenticator.forget(chains);
        notifier.notify(heads);
      },
    });
    const tokens = new Tokens(config.jwtSecret, config.jwtSecretsPrevious);
    const failedAuthentications = new FailedAuthentications({
      database,
      clock,
      secret: config.keyPepper,
      days: config.failedAuthenticationDays,
      onError: (err) => log.warn({ err }, 'failed authentications could not be written'),
    });
    closers.push(failedAuthentications.start());
    const limits = startRateLimits(config.rateLimits, config.redisUrl);
    closers.push(async () => limits.close());
    const keyUsage = new KeyUsage({
      database,
      clock,
      unusedDays: config.keyUnusedDays,
      onError: (err) => log.warn({ err }, 'when API keys were used could not be written'),
    });
    closers.push(keyUsage.start());
    const authenticator = new Authenticator({
      database,
      clock,
      keyUsage,
      secrets: { tokens, keyPepper: config.keyPepper },
      failures: failedAuthentications,
      limits,
      staleGraceSeconds: config.staleGraceSeconds,
      onError: (err) => log.warn({ err }, 'a credential could not be looked up'),
    });
    const changes = new ChangeService({ database, clock, cipher: new Cipher(config.keyPepper, 'idempotency') });
    const store = createSnapshotStore(config);
    if (store) closers.push(() => store.close());
    const cache = new SnapshotCache({
      database,
      store,
      onNewEpoch: (environmentId) => log.warn({ environmentId }, 'a backup was restored: the environment has a new epoch'),
    });
    const usage = new UsageService({ database, clock, log });
    usage.start();
    closers.push(() => usage.stop());
    const environments = new EnvironmentService({ database, changes });
    const segments = new SegmentService({ database, changes });
    const attempts = new CountedAttempts({ failures: failedAuthentications, limits });
    const sessions = new SessionService({ changes, tokens, sessionDays: config.sessionDays, attempts });
    const passwords = new PasswordService({ database, changes, sessions, attempts });
    const mailer = createMailer(config.smtp, log);
    const invitations = new InvitationService({ database, changes, attempts });
    const passwordResetMail = new PasswordResetMail({
      passwords,
      mailer,
      settings: {
        publicUrl: config.publicUrl,
        onError: (err) => log.error({ err }, 'a password reset could not be made'),
      },
    });
    closers.push(() => passwordResetMail.close());
    const services: Services = {
      access: new AccessService({ database, changes, tokens, sessions, attempts }),
      sessions,
      passwords,
      passwordResetMail,
      users: new UserService(database),
      changes,
      organizations: new OrganizationService({ database, changes }),
      projects: new ProjectService({ database, changes }),
      environments,
      apiKeys: new ApiKeyService({ database, changes, keyUsage, keyPepper: config.keyPepper }),
      members: new MemberService({ changes }),
      invitations,
      invitationMail: new InvitationMail({ invitations, mailer, publicUrl: config.publicUrl }),
      segments,
      flags: new FlagService({ database, changes }),
      configurations: new ConfigurationService({ database, changes }),
      comparisons: new ComparisonService({ database, environments }),
      segmentRemoval: new SegmentRemovalService({ segments }),
      contextErasure: new ContextErasureService({ database, changes }),
      usage,
      streamTickets: new StreamTickets({
        database,
        clock,
        secret: config.jwtSecret,
        keyUsage,
        access: authenticator,
        onError: (err) => log.warn({ err }, 'the key of an event stream could not be looked up'),
      }),
      snapshots: new SnapshotService({ cache, usage }),
    };
    const stream = new FlagStream({
      database,
      cache,
      onSent: (environmentId, compiled, sent) => usage.countsOf(environmentId, compiled).add(sent, null),
    });

    await createConfiguredOwner(config, services);
    await warnOfUnknownOrganizations(config, database.connection, log);
    const setUpToken = (await services.access.isSetUp()) ? null : tokens.setUpToken();

    const headPoller = await startHeadPoller({ notifier, cache, database, clock, access: authenticator, ...headPollerLog(log) });
    closers.push(() => headPoller.stop());
    closers.push(startPurge(database, clock, { failedAuthentications, usage, config }, log));
    const server = await startServer({
      schema: createSchema(join(PACKAGE_ROOT, 'schema')),
      log,
      rateLimits: limits,
      load: load ?? createLoadGauge(),
      inMemory: {
        actorOf: (authorization, request, connection) => authenticator.known(authorization, request, connection),
        snapshots: services.snapshots,
      },
      access: new LiveAccess({
        access: authenticator,
        now: () => clock.now().getTime(),
        onError: (err) => log.error({ err }, 'a credential could not be looked at again'),
      }),
      ticketAccess: new LiveAccess({
        access: services.streamTickets,
        now: () => clock.now().getTime(),
        onError: (err) => log.error({ err }, 'the key of an event stream could not be looked at again'),
      }),
      countFlags: (actor, environmentId) => services.snapshots.countFlags(actor, environmentId),
      limits: config.limits,
      host: config.host,
      port: config.port,
      oidc: createOidc(config, { changes, sessions, clock, log, failed: failedAuthentications }),
      isProduction: config.isProduction,
      allowedOrigins: config.allowedOrigins,
      trustedProxies: config.trustedProxies,
      addressOf: createAddressOf(config.trustedProxies),
      readiness: () => readinessOf(headPoller.databaseState(), cache.environmentIds().length, clock),
      createContext: async (authorization, request) => {
        const actor = await authenticator.authenticate(authorization, request);
        const now = clock.now();
        const loaders = createLoaders(database.connection, now);
        return { actor, services, loaders, stream, budget: { evaluations: 0 }, requestId: request.requestId, now };
      },
    }).catch((error: unknown) => {
      throw portFault(error, config) ?? error;
    });
    closers.push(() => server.close());
    return { url: server.url, services, database, setUpToken, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Once for each outage of the database, and once for its end. */
function headPollerLog(log: Logger): Pick<HeadPollerOptions, 'onDatabaseState' | 'onError'> {
  return {
    onDatabaseState: ({ isReachable }, err) => {
      if (isReachable) log.info('the database is back');
      else log.error({ err }, 'the database is away: evaluation goes on from memory');
    },
    onError: (err) => log.warn({ err }, 'an environment could not be read'),
  };
}

async function createConfiguredOwner(config: Config, services: Services): Promise<void> {
  if (config.owner === null) return;
  const request = { requestId: 'start', address: '', userAgent: '', origin: null, idempotency: null };
  try {
    await services.access.createFirstUser({ kind: 'SYSTEM', request }, { ...config.owner, name: 'Owner' });
  } catch (error) {
    if (error instanceof UserFault) throw new StartFault(`OWNER_EMAIL or OWNER_PASSWORD is refused: ${error.message}`);
    throw error;
  }
}

/** With the database away, a server that has read environments serves them from memory. */
function readinessOf({ isReachable, lastReadAt }: DatabaseState, environments: number, clock: Clock): Readiness {
  if (isReachable) return { status: 'ready' };
  if (environments === 0 || lastReadAt === null) return { status: 'unready', reason: 'the database does not answer' };
  const staleSeconds = Math.max(0, Math.round((clock.now().getTime() - lastReadAt.getTime()) / 1_000));
  return { status: 'ready', stale: true, staleSeconds };
}

function portFault(error: unknown, { host, port }: Config): StartFault | null {
  const sentences: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} on ${host} is in use; stop what uses it or set PORT to another port.`,
    EACCES: `Port ${port} on ${host} may not be used by this account; set PORT to a port above 1023.`,
    EADDRNOTAVAIL: `HOST ${host} is no address of this machine.`,
    ENOTFOUND: `HOST ${host} is no address of this machine.`,
  };
  const sentence = sentences[(error as NodeJS.ErrnoException).code ?? ''];
  return sentence === undefined ? null : new StartFault(sentence);
}
