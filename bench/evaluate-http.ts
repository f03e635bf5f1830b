/**
 * `evaluate` over HTTP, side by side in one run: the product with all that it does for a request (credential, limits, cost,
 * rates, usage, log, headers) against servers that only answer. Servers are processes pinned to one core, the load is one on the
 * other; rounds alternate. On PostgreSQL and Redis (DATABASE_URL, REDIS_URL, else the local ones) in a database of its own.
 * `npm run bench -- evaluate-http [seconds per round] [rounds]`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { Client } from 'pg';
import { askAt, logIn, OWNER, seed } from './evaluate-http/seed';
import { WORKLOADS, type BenchFlag } from './evaluation/workloads';

const SERVER_CORE = '0';
const LOAD_CORE = '1';
const SIZES = [50, 500] as const;
const CONNECTIONS = [1, 32, 256] as const;
const PEERS = ['raw', 'mercurius-jit', 'apollo-fastify', 'apollo-express', 'yoga'] as const;
const OURS = 'flagstaff';
const ROOT = join(__dirname, '..');
const QUERY =
  'query E($contexts: [EvaluationContextInput!]!) { evaluate(contexts: $contexts) { revision results { evaluations { flagKey value variation reason } } } }';

interface Running {
  readonly name: string;
  readonly url: string;
  readonly child: ChildProcess;
}

interface Round {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly meanMs: number;
  readonly failed: number;
  /** Time of processors, user and system, that the server took for one request: what else the machine does weighs less on it. */
  readonly cpuMicros: number;
}

interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export async function run([seconds = '3', rounds = '5']: readonly string[]): Promise<void> {
  const children: ChildProcess[] = [];
  const directory = mkdtempSync(join(tmpdir(), 'flagstaff-bench-'));
  const admin = new Client({ connectionString: process.env.DATABASE_URL ?? 'postgres://root@127.0.0.1:5432/root' });
  await admin.connect();
  const database = `flagstaff_bench_${randomBytes(4).toString('hex')}`;
  await admin.query(`CREATE DATABASE "${database}"`);
  try {
    await measureAll({ children, directory, database, seconds: Number(seconds), rounds: Number(rounds) });
  } finally {
    for (const child of children) await ended(child);
    await admin.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
    await admin.end();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Plan {
  readonly children: ChildProcess[];
  readonly directory: string;
  readonly database: string;
  readonly seconds: number;
  readonly rounds: number;
}

async function measureAll({ children, directory, database, seconds, rounds }: Plan): Promise<void> {
  const started = await startOurs(children, database);
  const { server: ours } = started;
  const ask = askAt(ours.url, await logIn(ours.url));
  const mixed = WORKLOADS.find(({ name }) => name === 'W5')!.flags;
  const contexts = WORKLOADS[0]!.contexts;
  const secrets = new Map<number, string>();
  const answers: Record<string, unknown> = {};
  for (const size of SIZES) {
    const { secret } = await seed(ask, mixed.slice(0, size));
    secrets.set(size, secret);
    const { evaluate } = await askAt(ours.url, secret)<{ evaluate: unknown }>(QUERY, { contexts: [contextOf(contexts[0]!)] });
    answers[size] = evaluate;
  }
  writeFileSync(join(directory, 'answers.json'), JSON.stringify(answers));
  const servers = [ours];
  for (const name of PEERS) servers.push(await startPeer(children, name, join(directory, 'answers.json')));
  const load = startLoad(children);
  const bodies = contexts
    .slice(0, 100)
    .map((context) => JSON.stringify({ query: QUERY, variables: { contexts: [contextOf(context)] } }));
  const figures: Record<string, Record<string, Record<string, unknown>>> = {};
  const results: Record<string, { ratioToRawJson: number; p99RatioToRawJson: number }> = {};
  for (const size of SIZES) {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${secrets.get(size)!}`,
      'x-size': String(size),
    };
    figures[size] = {};
    const taken = new Map<string, Round[]>();
    for (const connections of CONNECTIONS) {
      const measure = async ({ url, child }: Running, duration: number): Promise<Round> => {
        const before = cpuMicrosOf(child);
        const result = await load.ask({ url: `${url}/graphql`, headers, bodies, connections, seconds: duration });
        return { ...result, cpuMicros: (cpuMicrosOf(child) - before) / (result.perSecond * duration) };
      };
      for (const server of servers) await measure(server, 1);
      for (let round = 0; round < rounds; round++) {
        for (const server of servers) {
          const result = await measure(server, seconds);
          if (result.failed > 0) throw new Error(`${server.name}: ${result.failed} requests failed.`);
          const key = `${server.name} ${connections}`;
          taken.set(key, [...(taken.get(key) ?? []), result]);
        }
      }
    }
    for (const { name, child } of servers) {
      const perConnections = CONNECTIONS.map((connections) => {
        const list = taken.get(`${name} ${connections}`)!;
        const of = (key: keyof Round): Spread => spread(list.map((round) => round[key]));
        return [
          connections,
          {
            perSecond: of('perSecond'),
            p50Ms: of('p50Ms'),
            p99Ms: of('p99Ms'),
            meanMs: of('meanMs'),
            cpuMicros: of('cpuMicros'),
          },
        ] as const;
      });
      figures[size][name] = { ...Object.fromEntries(perConnections), rssMb: rssMbOf(child) };
    }
    // Of neighbours in time: what else the machine does weighs on both.
    const paired = (key: 'perSecond' | 'p99Ms'): number =>
      spread(taken.get(`${OURS} 32`)!.map((round, i) => round[key] / taken.get('raw 32')![i]![key])).median;
    results[size] = { ratioToRawJson: paired('perSecond'), p99RatioToRawJson: paired('p99Ms') };
    printTable(size, figures[size], servers);
  }
  const large = await measureLarge(ours, secrets.get(500)!, mixed);
  const restart = await measureStart(children, ours, database, ask, mixed);
  console.log(`\n1,000 contexts x 100 flags in one query: ${large.median} ms (${large.min} to ${large.max})`);
  console.log(
    `Start with 500 flags x 5 environments: ready in ${restart.readyMs} ms, all five environments read in ${restart.allReadMs} ms`,
  );
  const versions = (JSON.parse(readFileSync(join(__dirname, 'package.json'), 'utf8')) as { devDependencies: unknown })
    .devDependencies;
  const machine = { node: process.version, cores: cpus().length, loadAverage: loadavg(), secondsPerRound: seconds, rounds };
  console.log(JSON.stringify({ results, figures, thousandContextsMs: large, start: restart, versions, ...machine }));
}

function contextOf({ targetingKey, ...attributes }: { readonly targetingKey: string }): object {
  return { targetingKey, attributes };
}

async function startOurs(children: ChildProcess[], database: string): Promise<{ server: Running; readyMs: number }> {
  const url = new URL(process.env.DATABASE_URL ?? 'postgres://root@127.0.0.1:5432/root');
  url.pathname = `/${database}`;
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const begun = Date.now();
  const child = spawn(
    'taskset',
    ['-c', SERVER_CORE, process.execPath, '-r', join(ROOT, 'test/support/run-typescript.cjs'), join(ROOT, 'src/main.ts')],
    {
      cwd: ROOT,
      // Its log lines are written, to where nobody keeps them.
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        PORT: String(port),
        DATABASE_URL: url.toString(),
        REDIS_URL: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379',
        JWT_SECRET: 'a secret of the benchmark, of 32 characters',
        KEY_PEPPER: 'a pepper of the benchmark, of 32 characters',
        OWNER_EMAIL: OWNER.email,
        OWNER_PASSWORD: OWNER.password,
        // High enough not to refuse; counted all the same.
        RATE_LIMIT_SERVER_KEY: '999999999',
        RATE_LIMIT_MANAGEMENT: '999999999',
        // Others may share the machine: the flags are to be made all the same.
        EVENT_LOOP_DELAY_MAX_MS: '60000',
      },
    },
  );
  children.push(child);
  const server = { name: OURS, url: `http://127.0.0.1:${port}`, child };
  for (;;) {
    const isReady = await fetch(`${server.url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return { server, readyMs: Date.now() - begun };
    if (child.exitCode !== null) throw new Error('The server did not start.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function startPeer(children: ChildProcess[], name: string, file: string): Promise<Running> {
  const child = spawn('taskset', ['-c', SERVER_CORE, process.execPath, join(__dirname, 'evaluate-http/peer.cjs'), name, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
  });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { name, url: `http://127.0.0.1:${line}`, child };
}

function startLoad(children: ChildProcess[]): { ask: (request: object) => Promise<Omit<Round, 'cpuMicros'>> } {
  const child = spawn('taskset', ['-c', LOAD_CORE, process.execPath, join(__dirname, 'evaluate-http/load.cjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: Interface = createInterface({ input: child.stdout });
  return {
    ask: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const [line] = (await once(lines, 'line')) as [string];
      return JSON.parse(line) as Omit<Round, 'cpuMicros'>;
    },
  };
}

async function measureLarge({ url }: Running, secret: string, flags: readonly BenchFlag[]): Promise<Spread> {
  const contexts = Array.from({ length: 1_000 }, (_, i) => ({
    targetingKey: `user-${i}`,
    attributes: { country: 'de', age: 40, appVersion: '2.5.1' },
  }));
  const query = QUERY.replace('E(', 'E($keys: [String!], ').replace('evaluate(', 'evaluate(flagKeys: $keys, ');
  const body = JSON.stringify({ query, variables: { contexts, keys: flags.slice(0, 100).map(({ key }) => key) } });
  const taken: number[] = [];
  for (let i = 0; i < 20; i++) {
    const begun = performance.now();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}`, 'accept-encoding': 'identity' },
      body,
    });
    const { length } = await response.text();
    if (response.status !== 200 || length < 1_000_000) throw new Error(`It answered ${response.status}, ${length} characters.`);
    if (i >= 5) taken.push(performance.now() - begun);
  }
  return spread(taken);
}

async function measureStart(
  children: ChildProcess[],
  before: Running,
  database: string,
  ask: ReturnType<typeof askAt>,
  flags: readonly BenchFlag[],
): Promise<{ readyMs: number; allReadMs: number }> {
  const { environmentIds } = await seed(ask, flags, 5);
  const accessToken = await logIn(before.url);
  await ended(before.child);
  const { server, readyMs } = await startOurs(children, database);
  const begun = Date.now();
  const asking = environmentIds.map((id) =>
    askAt(server.url, accessToken)('query E($id: ID!) { evaluate(environmentId: $id, contexts: [{}]) { revision } }', { id }),
  );
  await Promise.all(asking);
  return { readyMs, allReadMs: readyMs + Date.now() - begun };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

/** Clock ticks of user and system time are hundredths of a second on every Linux. */
function cpuMicrosOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function rssMbOf({ pid }: ChildProcess): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return Math.round((pages * 4_096) / 1e6);
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (index: number): number => Math.round((sorted[index] ?? NaN) * 1_000) / 1_000;
  return { median: at(Math.floor(sorted.length / 2)), min: at(0), max: at(sorted.length - 1) };
}

function printTable(size: number, figures: Record<string, Record<string, unknown>>, servers: readonly Running[]): void {
  console.log(
    `\n${size} results: requests/s (min to max), p50 and p99 in ms, processor time in µs a request, at ${CONNECTIONS.join(', ')} connections; RSS in MB`,
  );
  for (const { name } of servers) {
    const cells = CONNECTIONS.map((connections) => {
      const { perSecond, p50Ms, p99Ms, cpuMicros } = figures[name]![connections] as Record<string, Spread>;
      const rate = `${Math.round(perSecond!.median)} (${Math.round(perSecond!.min)} to ${Math.round(perSecond!.max)})`;
      return `${rate} ${p50Ms!.median} ${p99Ms!.median} ${Math.round(cpuMicros!.median)}`.padEnd(40);
    });
    console.log(`${name.padEnd(16)}${cells.join('')}${String(figures[name]!.rssMb)}`);
  }
}
