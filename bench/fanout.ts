/**
 * Fan-out: one change, every subscriber of `flagChanged` on one server. Beside the real server, in the same run: a plain `ws`
 * server that writes the same bytes with an id of its own around them to each socket, and graphql-ws with
 * graphql-redis-subscriptions as their documents show them. Server and clients are processes of their own, each kept on a core
 * by taskset. Clients write and read frames themselves, so that they are not what is measured.
 *
 * `npm run bench -- fanout [subscribers…]`, by default 1,000, 5,000 and 10,000. Needs DATABASE_URL and REDIS_URL of servers that
 * may be written to (a database is made and dropped), and `ulimit -n` above the subscribers.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { median } from './fanout/statistics';
import type { LoadAnswer, LoadOrder } from './fanout/load';
import type { Started } from './fanout/servers';

const HERE = join(__dirname, 'fanout');
const ROUNDS = 7;
const WARM_UP = 3;
const SERVERS = ['ours', 'raw', 'stock'] as const;
type ServerName = (typeof SERVERS)[number];
/** Open files of a process besides those of its subscribers. */
const SPARE_FILES = 500;

interface Figures {
  /** Milliseconds from sending the change to the frame at the last client. */
  readonly lastMs: readonly number[];
  /** Milliseconds from the first client's frame to the last client's. */
  readonly spreadMs: readonly number[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly connectMs: number;
  readonly bytesPerConnection: number;
  readonly payload: string;
}

export async function run(args: readonly string[]): Promise<void> {
  const counts = args.length > 0 ? args.map(Number) : [1_000, 5_000, 10_000];
  const files = openFilesMax();
  const possible = counts.filter((count) => count + SPARE_FILES <= files);
  for (const count of counts) {
    if (!possible.includes(count))
      say(`${count} subscribers need ulimit -n above ${count + SPARE_FILES}; it is ${files}: left out.`);
  }
  const database = await createDatabase();
  let payload = '';
  const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
  const results: Record<number, Record<ServerName, Figures>> = {};
  const load = [loadavg()[0]];
  try {
    for (const count of possible) {
      const figures: Partial<Record<ServerName, Figures>> = {};
      for (const name of SERVERS) {
        const measured = await measure(name, count, { DATABASE_URL: database.url, REDIS_URL: redisUrl, PAYLOAD: payload });
        // The others write what ours wrote.
        if (name === 'ours') payload = measured.payload;
        figures[name] = measured;
        say(`${count} subscribers, ${name}: ${describe(measured)}`);
      }
      results[count] = figures as Record<ServerName, Figures>;
    }
  } finally {
    await database.drop();
  }
  load.push(loadavg()[0]);
  print(results);
  const subscribers = Object.fromEntries(
    Object.entries(results).map(([count, { ours, raw, stock }]) => [
      count,
      {
        timeRatioToRaw: round(median(ours.lastMs) / median(raw.lastMs)),
        spreadRatioToRaw: round(median(ours.spreadMs) / median(raw.spreadMs)),
        memoryRatioToRaw: round(ours.bytesPerConnection / raw.bytesPerConnection),
        p50Ms: ours.p50Ms,
        p99Ms: ours.p99Ms,
        ours: summary(ours),
        raw: summary(raw),
        stock: summary(stock),
      },
    ]),
  );
  const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model, loadAverage: load, openFilesMax: files };
  say(JSON.stringify({ benchmark: 'fanout', subscribers, rounds: ROUNDS, machine }));
}

async function measure(name: ServerName, count: number, env: Record<string, string>): Promise<Figures> {
  const server = start('servers.ts', [name], '0', env);
  const load = start('load.ts', [], '1', {});
  try {
    const started = (await server.answer()) as Started;
    const before = await settledMemory(server);
    const connected = await order(load, { kind: 'connect', count, ...started });
    const after = await settledMemory(server);
    const rounds: LoadAnswer[] = [];
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      const change = started.changes[round % started.changes.length];
      if (!change) throw new Error('There is no change to make.');
      const answer = await order(load, { kind: 'change', change });
      if (round >= WARM_UP) rounds.push(answer);
    }
    const all = rounds.flatMap(({ delaysMs }) => delaysMs).sort((a, b) => a - b);
    const at = (part: number): number => round(all[Math.min(all.length - 1, Math.floor(all.length * part))] ?? NaN);
    return {
      lastMs: rounds.map(({ delaysMs }) => Math.max(...delaysMs)),
      spreadMs: rounds.map(({ delaysMs }) => Math.max(...delaysMs) - Math.min(...delaysMs)),
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      connectMs: connected.tookMs,
      bytesPerConnection: Math.round((after - before) / count),
      payload: rounds.at(-1)?.payload ?? '',
    };
  } finally {
    await load.end();
    await server.end();
  }
}

async function order(load: Program, what: LoadOrder): Promise<LoadAnswer> {
  load.tell(what);
  return (await load.answer()) as LoadAnswer;
}

/** Resident memory after collections. */
async function settledMemory(server: Program): Promise<number> {
  server.tell('memory');
  return ((await server.answer()) as { readonly rss: number }).rss;
}

interface Program {
  readonly tell: (message: unknown) => void;
  /** The next line that the program writes, as JSON. */
  readonly answer: () => Promise<unknown>;
  readonly end: () => Promise<void>;
}

function start(file: string, args: readonly string[], core: string, env: Record<string, string>): Program {
  const node = [process.execPath, '--expose-gc', '-r', join(HERE, 'register.cjs'), join(HERE, file), ...args];
  const pinned = hasTaskset() ? ['taskset', '-c', core, ...node] : node;
  const child: ChildProcess = spawn(pinned[0] as string, pinned.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = [];
  if (!child.stdout || !child.stdin) throw new Error('No pipes.');
  const { stdin } = child;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const next = waiting.shift();
    if (next) next.resolve(line);
    else lines.push(line);
  });
  const exited = once(child, 'exit').then(([code]) => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`${file} ${args.join(' ')} ended with ${String(code)}.`));
  });
  return {
    tell: (message) => stdin.write(`${JSON.stringify(message)}\n`),
    answer: async () => {
      const line = lines.shift() ?? (await new Promise<string>((resolve, reject) => waiting.push({ resolve, reject })));
      return JSON.parse(line) as unknown;
    },
    end: async () => {
      stdin.end();
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function createDatabase(): Promise<{ readonly url: string; readonly drop: () => Promise<void> }> {
  const base = new URL(process.env.DATABASE_URL ?? 'postgres://root@127.0.0.1:5432/root');
  const name = `flagstaff_bench_${Date.now()}`;
  const query = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: base.href });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  await query(`CREATE DATABASE ${name}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => query(`DROP DATABASE ${name} WITH (FORCE)`) };
}

function openFilesMax(): number {
  const { stdout } = spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' });
  return stdout.trim() === 'unlimited' ? Infinity : Number(stdout);
}

const hasTaskset = (): boolean => spawnSync('taskset', ['--version']).status === 0;
const round = (value: number): number => Math.round(value * 100) / 100;

function summary({ lastMs, spreadMs, payload, ...rest }: Figures): object {
  const of = (values: readonly number[]): object => ({
    median: round(median(values)),
    min: round(Math.min(...values)),
    max: round(Math.max(...values)),
  });
  return { lastMs: of(lastMs), spreadMs: of(spreadMs), payloadLength: payload.length, ...rest };
}

function describe(figures: Figures): string {
  const { lastMs, spreadMs, p50Ms, p99Ms, connectMs, bytesPerConnection } = figures;
  return `last client ${round(median(lastMs))} ms (${round(Math.min(...lastMs))} to ${round(Math.max(...lastMs))}), first to last ${round(median(spreadMs))} ms, p50 ${p50Ms}, p99 ${p99Ms}, connected in ${Math.round(connectMs)} ms, ${bytesPerConnection} bytes per connection`;
}

function print(results: Record<number, Record<ServerName, Figures>>): void {
  say(
    '\nsubscribers  server  change to last client (ms)   first to last (ms)  p50 (ms)  p99 (ms)  connect (s)  bytes/connection',
  );
  for (const [count, byServer] of Object.entries(results)) {
    for (const name of SERVERS) {
      const { lastMs, spreadMs, p50Ms, p99Ms, connectMs, bytesPerConnection } = byServer[name];
      const last = `${round(median(lastMs))} (${round(Math.min(...lastMs))} to ${round(Math.max(...lastMs))})`;
      const cells: [string | number, number][] = [
        [count, 11],
        [name, 8],
        [last, 28],
        [round(median(spreadMs)), 20],
        [p50Ms, 10],
        [p99Ms, 10],
        [round(connectMs / 1_000), 13],
        [bytesPerConnection, 18],
      ];
      say(cells.map(([cell, width]) => String(cell).padStart(width)).join(''));
    }
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
