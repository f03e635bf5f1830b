/**
 * Many servers of a fleet in one process: of each the parts that talk to PostgreSQL and Redis, which are the product's own, and
 * not its HTTP. Some share a pool of connections, which the orders say. Talks to the benchmark over the channel of `fork`.
 */
import pLimit from 'p-limit';
import { migrations } from '../../migrations';
import { systemClock } from '../../src/clock';
import { Cipher } from '../../src/database/cipher';
import { createDataSource } from '../../src/database/data-source';
import { Database } from '../../src/database/transaction';
import { startHeadPoller } from '../../src/delivery/head-poller';
import { entities } from '../../src/modules/entities';
import type { EnvironmentState } from '../../src/modules/snapshots/environment-state';
import { SnapshotCache } from '../../src/modules/snapshots/snapshot-cache';
import { redisNamespaceOf, type RedisNamespace } from '../../src/redis/client-options';
import { createRedisChangeNotifier } from '../../src/redis/redis-change-notifier';
import { createRedisRates } from '../../src/redis/redis-rates';
import { RedisSnapshotStore } from '../../src/redis/redis-snapshot-store';

export interface FleetOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly installationId: string;
  /** Servers that share a pool, and the connections of the pool. */
  readonly serversPerPool: number;
  readonly connectionsPerPool: number;
}

export type FleetOrder =
  | { readonly kind: 'start'; readonly count: number; readonly environmentId: string; readonly options: FleetOptions }
  /** Answers when each server holds the revision: when it came to each, by the clock of the machine. */
  | { readonly kind: 'hold'; readonly revision: number }
  /** Opens an environment as `count` servers that have just started do, `atOnce` of them at a time, and forgets it. */
  | {
      readonly kind: 'open';
      readonly count: number;
      readonly atOnce: number;
      readonly environmentId: string;
      readonly databaseUrl: string;
    }
  | { readonly kind: 'count' }
  | { readonly kind: 'stop' };

export interface FleetAnswer {
  /** Milliseconds: of an open how long it took, of a hold when it was. */
  readonly times: readonly number[];
  /** SQL statements so far, of polls and changes. */
  readonly statements: number;
  /** SQL statements so far that opened environments. */
  readonly openingStatements: number;
  /** The longest wait of a statement for its answer since the last count. */
  readonly slowestStatementMs: number;
}

interface SimulatedServer {
  readonly store: RedisSnapshotStore;
  /** When a revision came. */
  readonly arrivals: Map<number, number>;
  readonly close: () => Promise<void>;
}

const PEPPER = 'a pepper of the tests, of 32 characters';
/** The servers of one process wait for each other, as servers of their own would not: Redis is given longer to answer. */
const PATIENCE = 100;
const STARTING_AT_ONCE = 10;
const LOOK_MS = 5;
const ATTEMPTS_MAX = 20;
const RETRY_MS = 1_000;

const servers: SimulatedServer[] = [];
const closers: (() => Promise<void>)[] = [];

interface StatementCount {
  count: number;
  slowestMs: number;
}
const ofServers: StatementCount = { count: 0, slowestMs: 0 };
/** Statements of cold starts alone, which have a pool of their own. */
const ofOpening: StatementCount = { count: 0, slowestMs: 0 };
let opening: Promise<Database> | null = null;

const now = (): number => performance.timeOrigin + performance.now();

async function openDatabase(databaseUrl: string, poolSize: number, counted: StatementCount): Promise<Database> {
  const onEnd = (_end: unknown, durationMs: number): void => {
    counted.count++;
    counted.slowestMs = Math.max(counted.slowestMs, durationMs);
  };
  const dataSource = createDataSource({
    connection: { url: databaseUrl, poolSize },
    entities,
    migrations,
    onPoolError: () => undefined,
    observer: { onEnd, tracing: null },
  });
  await dataSource.initialize();
  closers.push(() => dataSource.destroy());
  return new Database({ dataSource, onCommit: () => undefined });
}

function createStore(namespace: RedisNamespace): RedisSnapshotStore {
  return new RedisSnapshotStore({ namespace, cipher: new Cipher(PEPPER, 'snapshots'), patience: PATIENCE });
}

async function startServer(namespace: RedisNamespace, database: Database, environmentId: string): Promise<SimulatedServer> {
  const notifier = createRedisChangeNotifier({ ...namespace, onStateChange: () => undefined });
  const rates = createRedisRates(namespace, 60);
  const store = createStore(namespace);
  const cache = new SnapshotCache({ database, store });
  const poller = await startHeadPoller({
    ...{ notifier, cache, database, clock: systemClock },
    onDatabaseState: () => undefined,
    onError: () => undefined,
  });
  const state = await firstAnswer(cache, environmentId);
  if (state === null) throw new Error('There is no such environment.');
  const arrivals = new Map<number, number>();
  state.onChange(() => void arrivals.set(state.revision, now()));
  const close = async (): Promise<void> => {
    await poller.stop();
    rates.close();
    await Promise.all([store.close(), notifier.close()]);
  };
  return { store, arrivals, close };
}

/** Asks again, as clients do, while servers that start together find no free connection. */
async function firstAnswer(cache: SnapshotCache, environmentId: string): Promise<EnvironmentState | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await cache.open(environmentId);
    } catch (error) {
      if (attempt === ATTEMPTS_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

async function start({ count, environmentId, options }: Extract<FleetOrder, { kind: 'start' }>): Promise<number[]> {
  const namespace = redisNamespaceOf(options.redisUrl, options.installationId);
  const databases: Database[] = [];
  for (let first = 0; first < count; first += options.serversPerPool) {
    databases.push(await openDatabase(options.databaseUrl, options.connectionsPerPool, ofServers));
  }
  const limit = pLimit(STARTING_AT_ONCE);
  const times = Array.from({ length: count }, (_, i) =>
    limit(async () => {
      const begun = now();
      servers.push(await startServer(namespace, databases[Math.floor(i / options.serversPerPool)]!, environmentId));
      return now() - begun;
    }),
  );
  return Promise.all(times);
}

async function hold(revision: number): Promise<number[]> {
  // A server may go from one revision to the one after the next.
  const arrivalOf = ({ arrivals }: SimulatedServer): number | undefined => {
    const times = [...arrivals].flatMap(([at, time]) => (at >= revision ? [time] : []));
    return times.length === 0 ? undefined : Math.min(...times);
  };
  while (servers.some((server) => arrivalOf(server) === undefined)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  return servers.map((server) => arrivalOf(server)!);
}

async function open(order: Extract<FleetOrder, { kind: 'open' }>): Promise<number[]> {
  const { count, atOnce, environmentId, databaseUrl } = order;
  const database = await (opening ??= openDatabase(databaseUrl, atOnce, ofOpening));
  const limit = pLimit(atOnce);
  const times = Array.from({ length: count }, (_, i) =>
    limit(async () => {
      const { store } = servers[i % servers.length]!;
      const begun = now();
      const state = await firstAnswer(new SnapshotCache({ database, store }), environmentId);
      if (state === null) throw new Error('There is no such environment.');
      return now() - begun;
    }),
  );
  return Promise.all(times);
}

async function obey(order: FleetOrder): Promise<number[]> {
  if (order.kind === 'start') return start(order);
  if (order.kind === 'hold') return hold(order.revision);
  if (order.kind === 'open') return open(order);
  if (order.kind === 'stop') {
    await Promise.all(servers.map((server) => server.close()));
    for (const close of closers) await close();
  }
  return [];
}

process.on('disconnect', () => process.exit(0));
process.on('message', (order: FleetOrder) => {
  obey(order).then(
    (times) => {
      const { count: statements, slowestMs: slowestStatementMs } = ofServers;
      process.send?.({ times, statements, openingStatements: ofOpening.count, slowestStatementMs } satisfies FleetAnswer);
      ofServers.slowestMs = 0;
    },
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
