/**
 * `evaluate` over HTTP, side by side in one run: the product with all that it does for a request (credential, limits, cost,
 * rates, usage, log, headers) against servers that only answer, and against unleash-server. Servers are processes pinned to one
 * core, the load is one on the other; rounds alternate. The product is asked twice: for 100 contexts that come again and again,
 * as the people do for whom pages are rendered, and for contexts each of which comes once. On PostgreSQL and Redis (DATABASE_URL,
 * REDIS_URL, else the local ones) in databases of its own.
 * `npm run bench -- evaluate-http [seconds per round] [rounds] [names of the others, as raw,yoga]`.
 */
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  cpuMicrosOf,
  ended,
  rssMbOf,
  SERVER_CORE,
  startLoad,
  startOurs,
  startPeer,
  type Asked,
  type LoadResult,
  type Running,
} from './evaluate-http/processes';
import { askAt, logIn, seed } from './evaluate-http/seed';
import { startUnleash } from './evaluate-http/unleash';
import { WORKLOADS, type BenchContext } from './evaluation/workloads';

const SIZES = [50, 500] as const;
const CONNECTIONS = [1, 32, 256] as const;
/** The number of connections that ratios are given for. */
const RATIO_CONNECTIONS = 32;
const PEERS = ['raw', 'mercurius-jit', 'apollo-fastify', 'apollo-express', 'yoga'] as const;
const UNLEASH = 'unleash-server';
const OURS = 'flagstaff';
const OURS_ONCE = 'flagstaff, once';
const CONTEXTS = 100;
/** The part of the targeting key that differs in contexts that come once. */
const MARKER = '#########';
const QUERY =
  'query E($contexts: [EvaluationContextInput!]!) { evaluate(contexts: $contexts) { revision results { evaluations { flagKey value variation reason } } } }';

interface Contender {
  readonly name: string;
  readonly child: ChildProcess;
  readonly asked: Asked;
}

interface Round extends LoadResult {
  /** Time of processors that the server took for one request: what else the machine does weighs less on it. */
  readonly cpuMicros: number;
}

interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

type Figures = Readonly<Record<'perSecond' | 'p50Ms' | 'p99Ms' | 'meanMs' | 'cpuMicros', Spread>>;

export async function run([seconds = '2', rounds = '5', others]: readonly string[]): Promise<void> {
  const children: ChildProcess[] = [];
  const directory = mkdtempSync(join(tmpdir(), 'flagstaff-bench-'));
  const databases = await createDatabases();
  const loadBefore = loadavg()[0];
  try {
    const names = others?.split(',') ?? [...PEERS, UNLEASH];
    const contenders = await startAll(children, databases, join(directory, 'answers.json'), names);
    const load = startLoad();
    children.push(load.child);
    const results: Record<number, object> = {};
    const figures: Record<number, object> = {};
    for (const size of SIZES) {
      const measured = await measure(
        contenders.get(size) ?? [],
        async ({ child, asked }, connections, isWarmUp) => {
          const before = cpuMicrosOf(child);
          const result = await load.ask(asked, connections, isWarmUp ? 1 : Number(seconds));
          return { ...result, cpuMicros: (cpuMicrosOf(child) - before) / result.asked };
        },
        Number(rounds),
      );
      results[size] = { ...ratios(measured, OURS), once: ratios(measured, OURS_ONCE) };
      figures[size] = summary(measured, contenders.get(size) ?? []);
      printTable(size, measured, contenders.get(size) ?? []);
    }
    const manifest = JSON.parse(readFileSync(join(__dirname, 'package.json'), 'utf8')) as { readonly devDependencies: object };
    const machine = {
      node: process.version,
      cores: cpus().length,
      cpu: cpus()[0]?.model,
      loadAverage: [loadBefore, loadavg()[0]],
    };
    const how = { secondsPerRound: seconds, rounds, versions: manifest.devDependencies, machine };
    say(JSON.stringify({ benchmark: 'evaluate-http', results, figures, ...how }));
  } finally {
    for (const child of children) await ended(child);
    await databases.drop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Those that are compared, by the number of flags that they answer. */
async function startAll(
  children: ChildProcess[],
  databases: Databases,
  answersFile: string,
  names: readonly string[],
): Promise<ReadonlyMap<number, readonly Contender[]>> {
  const started = async (running: Promise<Running>): Promise<Running> => {
    const { url, child } = await running;
    children.push(child);
    return { url, child };
  };
  const ours = await started(startOurs(await databases.create()));
  const ask = askAt(ours.url, await logIn(ours.url));
  const mixed = WORKLOADS.find(({ name }) => name === 'W5')?.flags ?? [];
  const contexts = (WORKLOADS[0]?.contexts ?? []).slice(0, CONTEXTS);
  const secrets = new Map<number, string>();
  const answers: Record<number, unknown> = {};
  for (const size of SIZES) {
    const { secret } = await seed(ask, mixed.slice(0, size));
    secrets.set(size, secret);
    const { evaluate } = await askAt(ours.url, secret)<{ evaluate: unknown }>(QUERY, {
      contexts: contexts.slice(0, 1).map(inputOf),
    });
    answers[size] = evaluate;
  }
  writeFileSync(answersFile, JSON.stringify(answers));
  const peers = new Map<string, Running>();
  for (const name of PEERS.filter((peer) => names.includes(peer))) peers.set(name, await started(startPeer(name, answersFile)));

  const contenders = new Map<number, readonly Contender[]>();
  for (const size of SIZES) {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${secrets.get(size) ?? ''}`,
      'x-size': String(size),
    };
    const asked = ({ url }: Running): Asked => ({ url: `${url}/graphql`, headers, bodies: contexts.map(bodyOf) });
    const once = contexts.map((context) => bodyOf({ ...context, targetingKey: `user-${MARKER}` }));
    const startOneUnleash = async (): Promise<Contender> => {
      const databaseUrl = await databases.create();
      const unleash = await startUnleash({ databaseUrl, core: SERVER_CORE, flags: mixed.slice(0, size), contexts });
      children.push(unleash.child);
      return { name: UNLEASH, child: unleash.child, asked: unleash };
    };
    contenders.set(size, [
      { name: OURS, child: ours.child, asked: asked(ours) },
      { name: OURS_ONCE, child: ours.child, asked: { ...asked(ours), bodies: once, marker: MARKER } },
      ...[...peers].map(([name, peer]) => ({ name, child: peer.child, asked: asked(peer) })),
      ...(names.includes(UNLEASH) ? [await startOneUnleash()] : []),
    ]);
  }
  return contenders;
}

type Measure = (contender: Contender, connections: number, isWarmUp: boolean) => Promise<Round>;
type Measured = ReadonlyMap<string, readonly Round[]>;

const nameOf = (contender: string, connections: number): string => `${contender} ${connections}`;

async function measure(contenders: readonly Contender[], measureOne: Measure, rounds: number): Promise<Measured> {
  const measured = new Map<string, Round[]>();
  for (const connections of CONNECTIONS) {
    for (const contender of contenders) await measureOne(contender, connections, true);
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        const result = await measureOne(contender, connections, false);
        if (result.failed > 0) throw new Error(`${contender.name}: ${result.failed} requests failed.`);
        const name = nameOf(contender.name, connections);
        measured.set(name, [...(measured.get(name) ?? []), result]);
      }
    }
  }
  return measured;
}

/** The ratios of neighbours in time: what else the machine does weighs on both. */
function ratios(measured: Measured, name: string): object {
  const own = measured.get(nameOf(name, RATIO_CONNECTIONS)) ?? [];
  const raw = measured.get(nameOf('raw', RATIO_CONNECTIONS)) ?? [];
  const ratio = (key: keyof Round): number => spread(own.map((round, i) => round[key] / (raw[i]?.[key] ?? NaN))).median;
  return { ratioToRawJson: ratio('perSecond'), p99RatioToRawJson: ratio('p99Ms'), cpuRatioToRawJson: ratio('cpuMicros') };
}

function figuresOf(measured: Measured, name: string, connections: number): Figures {
  const rounds = measured.get(nameOf(name, connections)) ?? [];
  const of = (key: keyof Round): Spread => spread(rounds.map((round) => round[key]));
  return { perSecond: of('perSecond'), p50Ms: of('p50Ms'), p99Ms: of('p99Ms'), meanMs: of('meanMs'), cpuMicros: of('cpuMicros') };
}

function summary(measured: Measured, contenders: readonly Contender[]): object {
  return Object.fromEntries(
    contenders.map(({ name, child }) => {
      const perConnections = CONNECTIONS.map((connections) => [connections, figuresOf(measured, name, connections)] as const);
      return [name, { ...Object.fromEntries(perConnections), rssMb: rssMbOf(child) }];
    }),
  );
}

function printTable(size: number, measured: Measured, contenders: readonly Contender[]): void {
  const connected = CONNECTIONS.join(', ');
  say(
    `\n${size} results, at ${connected} connections: requests/s (min to max), p50 and p99 in ms, processor time in µs; RSS in MB`,
  );
  for (const { name, child } of contenders) {
    const cells = CONNECTIONS.map((connections) => {
      const { perSecond, p50Ms, p99Ms, cpuMicros } = figuresOf(measured, name, connections);
      const rate = `${Math.round(perSecond.median)} (${Math.round(perSecond.min)} to ${Math.round(perSecond.max)})`;
      return `${rate} ${p50Ms.median} ${p99Ms.median} ${Math.round(cpuMicros.median)}`.padEnd(42);
    });
    say(`${name.padEnd(17)}${cells.join('')}${rssMbOf(child)}`);
  }
}

interface Databases {
  /** An empty one, as URL. */
  readonly create: () => Promise<string>;
  readonly drop: () => Promise<void>;
}

async function createDatabases(): Promise<Databases> {
  const base = new URL(process.env.DATABASE_URL ?? 'postgres://root@127.0.0.1:5432/root');
  const admin = new Client({ connectionString: base.href });
  await admin.connect();
  const names: string[] = [];
  return {
    create: async () => {
      const name = `flagstaff_bench_${randomBytes(4).toString('hex')}`;
      await admin.query(`CREATE DATABASE "${name}"`);
      names.push(name);
      const url = new URL(base);
      url.pathname = `/${name}`;
      return url.href;
    },
    drop: async () => {
      for (const name of names) await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      await admin.end();
    },
  };
}

const inputOf = ({ targetingKey, ...attributes }: BenchContext): object => ({ targetingKey, attributes });
const bodyOf = (context: BenchContext): string => JSON.stringify({ query: QUERY, variables: { contexts: [inputOf(context)] } });

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (index: number): number => Math.round((sorted[index] ?? NaN) * 1_000) / 1_000;
  return { median: at(Math.floor(sorted.length / 2)), min: at(0), max: at(sorted.length - 1) };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
