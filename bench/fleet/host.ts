/** PostgreSQL, Redis and the processes of the simulated servers, and what each of them takes of the machine. */
import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { OwnPostgres } from '../../test/support/own-postgres';
import type { FleetAnswer, FleetOptions, FleetOrder } from './servers';

const SERVERS_PER_PROCESS = 250;

/** The work that PostgreSQL and Redis have done so far. */
export interface Counters {
  readonly atMs: number;
  readonly postgresCpuMs: number;
  readonly redisCpuMs: number;
  readonly redisCommands: number;
  readonly published: number;
  readonly redisBytesOut: number;
}

export interface Connections {
  readonly postgres: number;
  readonly redis: number;
  /** Memory of PostgreSQL's processes that they do not share, in megabytes for each connection. */
  readonly postgresMbEach: number;
}

/** A fleet of simulated servers in a few processes. */
export class Fleet {
  private readonly children: { readonly child: ChildProcess; readonly ended: Promise<null>; readonly count: number }[] = [];

  constructor(readonly size: number) {
    for (let left = size; left > 0; left -= SERVERS_PER_PROCESS) {
      const register = join(__dirname, '..', 'fanout', 'register.cjs');
      const child = fork(join(__dirname, 'servers.ts'), { execArgv: ['-r', register, '--max-old-space-size=3072'] });
      const ended = once(child, 'exit').then(() => null);
      // Messages that it could not be sent are of no use once it has ended.
      child.on('error', () => undefined);
      this.children.push({ child, ended, count: Math.min(left, SERVERS_PER_PROCESS) });
    }
  }

  async start(environmentId: string, options: FleetOptions): Promise<FleetAnswer> {
    return this.all((count) => ({ kind: 'start', count, environmentId, options }));
  }

  /** Sends an order to each process, and joins the answers. */
  async all(orderOf: (count: number) => FleetOrder): Promise<FleetAnswer> {
    const answers = await Promise.all(
      this.children.map(async ({ child, ended, count }) => {
        const answered = new Promise<FleetAnswer>((resolve) => child.once('message', (answer: FleetAnswer) => resolve(answer)));
        child.send(orderOf(count));
        const answer = await Promise.race([answered, ended]);
        if (answer === null) throw new Error('A process of simulated servers has ended.');
        return answer;
      }),
    );
    return {
      times: answers.flatMap(({ times }) => times),
      statements: answers.reduce((sum, each) => sum + each.statements, 0),
      openingStatements: answers.reduce((sum, each) => sum + each.openingStatements, 0),
      slowestStatementMs: Math.max(...answers.map((each) => each.slowestStatementMs)),
    };
  }

  async stop(): Promise<void> {
    await this.all(() => ({ kind: 'stop' })).catch(() => undefined);
    for (const { child } of this.children) child.kill('SIGKILL');
  }
}

export async function readCounters(postgres: OwnPostgres, redis: Redis): Promise<Counters> {
  const info = await redis.info('all');
  const valueOf = (pattern: RegExp): number => Number(pattern.exec(info)?.[1] ?? 0);
  return {
    atMs: performance.now(),
    postgresCpuMs: await cpuMsOfPostgres(postgres),
    redisCpuMs: 1_000 * (valueOf(/^used_cpu_sys:([\d.]+)/m) + valueOf(/^used_cpu_user:([\d.]+)/m)),
    redisCommands: valueOf(/^total_commands_processed:(\d+)/m),
    published: valueOf(/^cmdstat_publish:calls=(\d+)/m),
    redisBytesOut: valueOf(/^total_net_output_bytes:(\d+)/m),
  };
}

export async function readConnections(postgres: OwnPostgres, redis: Redis): Promise<Connections> {
  const [row] = await postgres.query<{ pids: number[] }>(
    `SELECT array_agg(pid) AS pids FROM pg_stat_activity WHERE application_name = 'flagstaff'`,
  );
  const pids = row?.pids ?? [];
  const memory = pids.map(privateMbOf).filter((mb) => mb > 0);
  const clients = /^connected_clients:(\d+)/m.exec(await redis.info('clients'))?.[1] ?? '0';
  return {
    postgres: pids.length,
    redis: Number(clients),
    postgresMbEach: memory.reduce((sum, mb) => sum + mb, 0) / Math.max(1, memory.length),
  };
}

/**
 * The processor time of the postmaster, its children, and those that have ended. Clock ticks are hundredths of a second on every
 * Linux.
 */
async function cpuMsOfPostgres(postgres: OwnPostgres): Promise<number> {
  const [row] = await postgres.query<{ text: string }>(`SELECT pg_read_file('postmaster.pid') AS text`);
  const postmaster = Number(row?.text.split('\n')[0]);
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(postmaster)], { encoding: 'utf8' });
  const children = stdout.split(/\s+/).filter(Boolean).map(Number);
  const own = statOf(postmaster);
  const ticks = own[USER]! + own[SYSTEM]! + own[USER + 2]! + own[SYSTEM + 2]!;
  return 10 * children.map(statOf).reduce((sum, fields) => sum + (fields[USER] ?? 0) + (fields[SYSTEM] ?? 0), ticks);
}

/** Places in /proc/…/stat after the name of the program. Those of the ended children follow two after one's own. */
const USER = 11;
const SYSTEM = 12;

/** Empty for a process that has ended. */
function statOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').map(Number);
  } catch {
    return [];
  }
}

function privateMbOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const kilobytes = [...text.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].map(([, size]) => Number(size));
    return kilobytes.reduce((sum, size) => sum + size, 0) / 1_024;
  } catch {
    return 0;
  }
}
