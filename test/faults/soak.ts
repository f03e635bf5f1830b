/**
 * `npm run soak -- 600`: writers and subscribers for so many seconds, while servers, Redis and PostgreSQL are broken in turn,
 * one random fault after the other; in the end the same comparison with the database as in the tests, and a summary.
 */
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FailPoint } from '../support/fail-points';
import { configure, makeFlag, toggle } from '../support/make';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { convergence, problemsOfBook, problemsOfSubscribers } from './checks';
import { startCluster, type Cluster } from './cluster';
import { Evaluators } from './evaluators';
import { Witness } from './witness';
import { Writers } from './writers';

const SECONDS_DEFAULT = 600;
const SUBSCRIBERS = 30;
const WRITERS = 4;
const POINTS: readonly FailPoint['at'][] = ['inside', 'committed', 'notified'];

/** The ways of each server to PostgreSQL and to Redis. */
interface Links {
  readonly postgres: TcpProxy[];
  readonly redis: TcpProxy[];
}

type Fault = (cluster: Cluster, links: Links) => Promise<void>;

const pick = <T>(things: readonly T[]): T => things[Math.floor(Math.random() * things.length)]!;
const wait = (maxMs: number): Promise<void> => sleep(maxMs * (0.2 + 0.8 * Math.random()));

/** All but the last one, which is watched. */
const mortals = ({ servers }: Cluster): Cluster['servers'] => servers.slice(0, -1);

/** Each leaves everything working behind. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'server killed at a fail-point': async (cluster) => {
    const victim = pick(mortals(cluster));
    await victim.kill();
    await victim.start({ at: pick(POINTS), pass: 1 + Math.floor(Math.random() * 5) });
    victim.arm();
    await victim.ended();
    await victim.start();
  },
  'server killed': async (cluster) => {
    const victim = pick(mortals(cluster));
    await victim.kill();
    await wait(1_000);
    await victim.start();
  },
  'server restarted': async (cluster) => {
    const server = pick(mortals(cluster));
    await server.drain();
    await server.start();
  },
  'server stood still': async ({ servers }) => {
    const server = pick(servers);
    server.pause();
    await wait(3_000);
    server.resume();
  },
  'Redis killed': async ({ redis }) => {
    await redis.kill();
    await wait(3_000);
    await redis.start();
  },
  'Redis stood still': async ({ redis }) => {
    redis.pause();
    await wait(5_000);
    redis.resume();
  },
  'Redis flushed': async ({ redis }) => void (await commandsOf(redis.url, [['FLUSHALL']])),
  'Redis subscriptions cut': async ({ redis }) => {
    for (let i = 0; i < 5; i++) {
      await commandsOf(redis.url, [['CLIENT', 'KILL', 'TYPE', 'pubsub']]);
      await wait(500);
    }
  },
  'strange messages': async ({ redis, redisPrefix, places }) => {
    const { id } = places[0]!.environment;
    const messages = ['', '{"heads":[1]}', `{"heads":["${id}","${id}"]}`, 'x'.repeat(100_000), '{"heads":["environment_x"]}'];
    for (let i = 0; i < 20; i++) {
      await commandsOf(
        redis.url,
        messages.map((message) => ['PUBLISH', `${redisPrefix}:heads`, message]),
      );
    }
  },
  'Redis half-open': async (_cluster, { redis }) => {
    for (const link of redis) link.stall({ isForNew: false });
    await wait(5_000);
  },
  'PostgreSQL half-open': async (_cluster, { postgres }) => {
    const link = pick(postgres);
    link.stall();
    await wait(8_000);
    link.heal();
  },
  'PostgreSQL killed': async ({ postgres }) => {
    await postgres.kill();
    await wait(2_000);
    await postgres.start();
  },
  'PostgreSQL shut down': async ({ postgres }) => {
    await postgres.stop();
    await wait(2_000);
    await postgres.start();
  },
  'PostgreSQL stood still': async ({ postgres }) => {
    postgres.pause();
    await wait(5_000);
    postgres.resume();
  },
  'transactions broken': async ({ postgres }) => {
    for (let i = 0; i < 20; i++) {
      await postgres.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL`,
      );
      await wait(100);
    }
  },
};

async function main(): Promise<number> {
  const seconds = Number(process.argv[2] ?? SECONDS_DEFAULT);
  if (!Number.isInteger(seconds) || seconds < 1) {
    say('Say for how many seconds: npm run soak -- 600');
    return 2;
  }
  const links: Links = { postgres: [], redis: [] };
  const cluster = await startCluster({
    servers: 3,
    environments: 2,
    envOf: async ({ postgres, redis }) => {
      const [toPostgres, toRedis] = [await startTcpProxy(postgres.port), await startTcpProxy(redis.port)];
      links.postgres.push(toPostgres);
      links.redis.push(toRedis);
      return {
        DATABASE_URL: postgres.url.replace(`:${postgres.port}/`, `:${toPostgres.port}/`),
        REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
      };
    },
  });
  const onInterrupt = (): void => void cluster.close().finally(() => process.exit(130));
  process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt);
  try {
    return await soak(cluster, links, seconds);
  } finally {
    await cluster.close();
    for (const link of [...links.postgres, ...links.redis]) await link.close();
  }
}

/** Each value of a flag is this long, so that its events are. */
const LONG_VALUE_LENGTH = 4_000;
/** More revisions than an environment state keeps. */
const LONG_EVENTS = 1_100;

/** Fills what is kept up to a bound, the latest revisions and the texts of events, before anything is measured. */
async function fillMemories(cluster: Cluster): Promise<void> {
  const recorders = cluster.places.map((place) => cluster.record({ place, first: cluster.servers.length - 1 }));
  const project = { ...cluster.project, client: cluster.admin() };
  const variations = ['on', 'off'].map((key) => ({ key, value: key.padEnd(LONG_VALUE_LENGTH, '.') }));
  const flag = await makeFlag(project, { valueType: 'STRING', variations });
  for (const { environment } of cluster.places) await configure(project, flag, environment);
  for (let i = 0; i < LONG_EVENTS; i++) {
    await Promise.all(cluster.places.map(({ environment }) => toggle(project, flag, environment, i % 2 === 0)));
  }
  for (const [index, place] of cluster.places.entries()) await convergence(cluster, [recorders[index]!], place);
  for (const recorder of recorders) await recorder.stop();
}

async function soak(cluster: Cluster, links: Links, seconds: number): Promise<number> {
  await fillMemories(cluster);
  const witness = await Witness.call(cluster.servers.at(-1)!);
  const recorders = cluster.places.map((place) =>
    Array.from({ length: SUBSCRIBERS / 2 }, (_, first) => cluster.record({ place, first })),
  );
  const writers = await new Writers(cluster, { pauseMs: 20 }).start(WRITERS);
  const counts = new Map<string, number>();
  const end = Date.now() + seconds * 1_000;
  while (Date.now() < end) {
    const [name, fault] = pick(Object.entries(FAULTS));
    await fault(cluster, links);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    await wait(2_000);
  }
  // Everything works again from here on.
  const evaluators = new Evaluators(cluster);
  const problems: string[] = [];
  await writers.stop().catch((error: unknown) => problems.push((error as Error).message));
  let slowestMs = 0;
  for (const [index, place] of cluster.places.entries()) {
    slowestMs = Math.max(slowestMs, await convergence(cluster, recorders[index]!, place));
    problems.push(...(await problemsOfSubscribers(cluster, recorders[index]!, place)));
  }
  problems.push(...(await problemsOfBook(cluster, writers)));
  await evaluators.stop();
  problems.push(...evaluators.problems, ...cluster.crashes(), ...cluster.servers.flatMap(errorsOf));
  for (const recorder of recorders.flat()) await recorder.stop();
  const holdings = await witness.hear();
  problems.push(...holdings.problems);

  const all = recorders.flat();
  const sum = (figure: (recorder: (typeof all)[number]) => number): number => all.reduce((total, one) => total + figure(one), 0);
  say(`Soaked for ${seconds} s with ${WRITERS} writers, ${SUBSCRIBERS} subscribers, ${cluster.servers.length} servers.`);
  say(`Faults: ${[...counts].map(([name, count]) => `${name} ${count}`).join(', ') || 'none'}.`);
  say(
    `${writers.acknowledged.length} mutations acknowledged in ${writers.issued.size} attempts; ` +
      `${sum(({ events }) => events.length)} events on ${sum(({ connections }) => connections)} connections, ` +
      `${sum(({ resyncs }) => resyncs)} times RESYNC; converged ${slowestMs} ms after the last mutation.`,
  );
  for (const line of holdings.told) say(line);
  for (const problem of problems) say(`BROKEN: ${problem}`);
  say(problems.length === 0 ? 'Every promise held.' : `${problems.length} promises were broken.`);
  return problems.length === 0 ? 0 : 1;
}

/** The errors in a server's log that it did not mean to answer. */
function errorsOf({ output }: Cluster['servers'][number]): string[] {
  return output()
    .split('\n')
    .filter((line) => /"msg":"(request|operation) failed"/.test(line));
}

/** On a connection of its own, which the fault itself cannot cut for long. */
async function commandsOf(url: string, commands: readonly (readonly [string, ...string[]])[]): Promise<void> {
  const client = new Redis(url);
  client.on('error', () => undefined);
  try {
    for (const [name, ...rest] of commands) await client.call(name, ...rest);
  } finally {
    client.disconnect();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say((error as Error).stack ?? String(error));
    process.exit(1);
  },
);
