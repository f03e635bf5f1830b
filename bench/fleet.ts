/**
 * A fleet: 10, 100 and 1,000 simulated servers on one real PostgreSQL and one real Redis, which are started for it and removed. The
 * servers are the product's own poll, subscription, rate counts, snapshot store and snapshots, many in a process; measured is what
 * they take of PostgreSQL and Redis while nothing changes, how long a change takes to all of them, and a cold start of all.
 * Then two servers, one of them 80 ms away from PostgreSQL and Redis.
 *
 * `npm run bench -- fleet [servers…]`; with 0 only the two regions. Takes some minutes, and `ulimit -n` of 10,000 for 1,000 servers.
 */
import { cpus, loadavg } from 'node:os';
import { Fleet, readConnections, readCounters, type Connections, type Counters } from './fleet/host';
import { measureRegions } from './fleet/regions';
import { startScene, type Scene } from './fleet/scene';

const SIZES = [10, 100, 1_000];
const SETTLE_MS = 3_000;
const QUIET_MS = 10_000;
const CHANGES = 5;
const CHANGE_EACH_MS = 1_000;
/** More servers than these do not open an environment: from there on it is the machine of the simulation that is measured. */
const OPENING_MAX = 200;
/** Bounds how many servers of one process open an environment at a time. */
const OPENING_AT_ONCE = 16;
/**
 * From so many servers on, those of a process share a pool, as a thousand sessions are more than a machine with everything else on it
 * can start; below, each has its own pool, with the fewest connections that the product takes.
 */
const SHARING_FROM = 200;
const OWN_POOL = { serversPerPool: 1, connectionsPerPool: 2 };
const SHARED_POOL = { serversPerPool: 250, connectionsPerPool: 25 };
const CONNECTIONS_MAX = 400;

interface Share {
  readonly statementsPerSecond: number;
  readonly postgresCpuPercent: number;
  readonly redisCommandsPerSecond: number;
  readonly redisPublishedPerSecond: number;
  readonly redisMegabytesOutPerSecond: number;
  readonly redisCpuPercent: number;
}

interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

interface ColdStart {
  readonly servers: number;
  readonly seconds: number;
  readonly openMs: Spread;
  readonly statements: number;
  readonly postgresCpuMs: number;
  readonly redisCpuMs: number;
  readonly redisMegabytesOut: number;
}

interface Figures {
  readonly servers: number;
  readonly connections: Connections;
  readonly quiet: Share & { readonly slowestStatementMs: number };
  /** From the answer to the mutation. */
  readonly changeMs: Spread;
  readonly eachChange: { readonly statements: number; readonly postgresCpuMs: number; readonly redisCpuMs: number };
  readonly coldRedisEmpty: ColdStart;
  readonly coldRedisFull: ColdStart;
}

export async function run(args: readonly string[]): Promise<void> {
  const sizes = args.length > 0 ? args.map(Number).filter((size) => size > 0) : SIZES;
  const loadBefore = loadavg()[0];
  const scene = await startScene(CONNECTIONS_MAX);
  try {
    const fleets: Figures[] = [];
    for (const size of sizes) {
      fleets.push(await measureFleet(scene, size));
      print(fleets.at(-1)!);
    }
    const regions = await measureRegions(scene);
    for (const [what, figures] of Object.entries(regions)) say(`${what}: ${JSON.stringify(figures)}`);
    const machine = {
      node: process.version,
      cores: cpus().length,
      cpu: cpus()[0]?.model,
      loadAverage: [loadBefore, loadavg()[0]],
    };
    say(JSON.stringify({ benchmark: 'fleet', fleets, regions, machine }));
  } finally {
    await scene.close();
  }
}

async function measureFleet(scene: Scene, size: number): Promise<Figures> {
  const { postgres, redis, installationId } = scene;
  const client = redis.client();
  const fleet = new Fleet(size);
  try {
    await fleet.start(scene.small.environmentIds[0]!, {
      ...{ databaseUrl: postgres.url, redisUrl: redis.url, installationId },
      ...(size >= SHARING_FROM ? SHARED_POOL : OWN_POOL),
    });
    say(`${size} servers have started`);
    await sleep(SETTLE_MS);
    const connections = await readConnections(postgres, client);
    const before = await fleet.all(() => ({ kind: 'count' }));
    const quiet = await between(scene, () => sleep(QUIET_MS));
    const after = await fleet.all(() => ({ kind: 'count' }));
    const statementsPerSecond = (after.statements - before.statements) / quiet.seconds;
    const changes = await measureChanges(scene, fleet, { postgres: quiet.postgresCpuMs, redis: quiet.redisCpuMs }, quiet.seconds);
    say('they had each change; now they start cold');
    await client.flushall();
    const coldRedisEmpty = await measureColdStart(scene, fleet);
    const coldRedisFull = await measureColdStart(scene, fleet);
    return {
      servers: size,
      connections,
      quiet: { ...shareOf(quiet, statementsPerSecond), slowestStatementMs: after.slowestStatementMs },
      ...changes,
      coldRedisEmpty,
      coldRedisFull,
    };
  } finally {
    await fleet.stop();
  }
}

type Difference = Omit<Counters, 'atMs'> & { readonly seconds: number };

/** The work that PostgreSQL and Redis do while something else is done. */
async function between({ postgres, redis }: Scene, work: () => Promise<unknown>): Promise<Difference> {
  const client = redis.client();
  const before = await readCounters(postgres, client);
  await work();
  const after = await readCounters(postgres, client);
  return {
    seconds: (after.atMs - before.atMs) / 1_000,
    postgresCpuMs: after.postgresCpuMs - before.postgresCpuMs,
    redisCpuMs: after.redisCpuMs - before.redisCpuMs,
    redisCommands: after.redisCommands - before.redisCommands,
    published: after.published - before.published,
    redisBytesOut: after.redisBytesOut - before.redisBytesOut,
  };
}

function shareOf(difference: Difference, statementsPerSecond: number): Share {
  const { seconds, postgresCpuMs, redisCpuMs, redisCommands, published, redisBytesOut } = difference;
  return {
    statementsPerSecond: Math.round(statementsPerSecond),
    postgresCpuPercent: round(postgresCpuMs / seconds / 10),
    redisCommandsPerSecond: Math.round(redisCommands / seconds),
    redisPublishedPerSecond: round(published / seconds),
    redisMegabytesOutPerSecond: round(redisBytesOut / seconds / 1e6),
    redisCpuPercent: round(redisCpuMs / seconds / 10),
  };
}

/** One change a second; what the fleet takes in quiet is taken off. */
async function measureChanges(
  scene: Scene,
  fleet: Fleet,
  quietCpuMs: { readonly postgres: number; readonly redis: number },
  quietSeconds: number,
): Promise<Pick<Figures, 'changeMs' | 'eachChange'>> {
  const delays: number[] = [];
  const { statements } = await fleet.all(() => ({ kind: 'count' }));
  const taken = await between(scene, async () => {
    for (let turn = 0; turn < CHANGES; turn++) {
      const begun = performance.now();
      const revision = await scene.change();
      const committedAt = performance.timeOrigin + performance.now();
      const { times } = await fleet.all(() => ({ kind: 'hold', revision }));
      delays.push(...times.map((time) => Math.max(0, time - committedAt)));
      await sleep(CHANGE_EACH_MS - (performance.now() - begun));
    }
  });
  const all = await fleet.all(() => ({ kind: 'count' }));
  const perChange = (total: number, quiet: number): number => round((total - (quiet * taken.seconds) / quietSeconds) / CHANGES);
  return {
    changeMs: spreadOf(delays),
    eachChange: {
      statements: round((all.statements - statements - fleet.size * taken.seconds) / CHANGES),
      postgresCpuMs: perChange(taken.postgresCpuMs, quietCpuMs.postgres),
      redisCpuMs: perChange(taken.redisCpuMs, quietCpuMs.redis),
    },
  };
}

async function measureColdStart(scene: Scene, fleet: Fleet): Promise<ColdStart> {
  const environmentId = scene.large.environmentIds[0]!;
  const before = await fleet.all(() => ({ kind: 'count' }));
  const databaseUrl = scene.postgres.url;
  const share = Math.min(1, OPENING_MAX / fleet.size);
  let times: readonly number[] = [];
  const taken = await between(scene, async () => {
    ({ times } = await fleet.all((count) => ({
      kind: 'open',
      count: Math.ceil(count * share),
      atOnce: OPENING_AT_ONCE,
      environmentId,
      databaseUrl,
    })));
  });
  const after = await fleet.all(() => ({ kind: 'count' }));
  return {
    servers: times.length,
    seconds: round(taken.seconds),
    openMs: spreadOf(times),
    statements: after.openingStatements - before.openingStatements,
    postgresCpuMs: Math.round(taken.postgresCpuMs),
    redisCpuMs: Math.round(taken.redisCpuMs),
    redisMegabytesOut: round(taken.redisBytesOut / 1e6),
  };
}

function spreadOf(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function print({ servers, connections, quiet, changeMs, eachChange, ...cold }: Figures): void {
  say(`\n${servers} servers`);
  say(
    `  connections: PostgreSQL ${connections.postgres} of ${round(connections.postgresMbEach)} MB each, Redis ${connections.redis}`,
  );
  say(
    `  quiet: ${quiet.statementsPerSecond} statements/s, PostgreSQL ${quiet.postgresCpuPercent} % of a core; ` +
      `Redis ${quiet.redisCommandsPerSecond} commands/s, ${quiet.redisPublishedPerSecond} published/s, ` +
      `${quiet.redisMegabytesOutPerSecond} MB/s out, ${quiet.redisCpuPercent} % of a core; slowest statement ${round(quiet.slowestStatementMs)} ms`,
  );
  say(`  a change is with all: p50 ${changeMs.p50}, p99 ${changeMs.p99}, max ${changeMs.max} ms`);
  say(
    `  each change: ${eachChange.statements} statements, PostgreSQL ${eachChange.postgresCpuMs} ms, Redis ${eachChange.redisCpuMs} ms`,
  );
  for (const [what, figures] of Object.entries(cold)) say(`  ${what}: ${JSON.stringify(figures)}`);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

const round = (value: number): number => Math.round(value * 100) / 100;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
