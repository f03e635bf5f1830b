/**
 * Whether Redis does what Flagstaff needs: not only that it answers, but that this user may publish, write and run scripts,
 * and that there is room. Tried each 5 s with the very commands, because a refusal of these would be seen by nobody else:
 * all of them are sent without waiting.
 */
import { Cluster } from 'ioredis';
import type { RedisClient } from './redis-client';
import { redisFaultOf, type RedisFault } from './redis-fault';

const PROBE_KEPT_SECONDS = 60;
/** The commands of the script that counts rates. */
const COUNT = `redis.call('set', KEYS[1], 0, 'EX', ARGV[1], 'NX') redis.call('incrby', KEYS[1], 1) return redis.call('pttl', KEYS[1])`;

/** The connections that must both work. */
export type Part = 'publisher' | 'subscriber';

export class RedisHealth {
  /** Absent: not known yet. Null: works. */
  private readonly parts = new Map<Part, RedisFault | null>();
  private reported: RedisFault | null | undefined;
  private isClosed = false;

  /** `onChange` is told each change of the kind of the fault; null: Redis works, at the start or again. */
  constructor(private readonly onChange: (fault: RedisFault | null) => void) {}

  /** Null: works. Undefined: not known yet. */
  fault(): RedisFault | null | undefined {
    return this.reported;
  }

  set(part: Part, error: Error | null): void {
    if (this.isClosed) return;
    this.parts.set(part, error && redisFaultOf(error));
    const faults = [...this.parts.values()];
    // A refusal of one connection says more than that the other one was lost meanwhile.
    const fault = faults.find((each) => each && each.kind !== 'unreachable') ?? faults.find((each) => each) ?? null;
    if (fault === null && this.parts.size < 2) return;
    const isNew = this.reported === undefined || fault?.kind !== this.reported?.kind;
    this.reported = fault;
    if (isNew) this.onChange(fault);
  }

  /** Says nothing from then on: connections that we end ourselves are not lost. */
  close(): void {
    this.isClosed = true;
  }
}

/** Throws what Redis answers to the first command that it refuses. */
export async function probe(client: RedisClient, prefix: string, channel: string): Promise<void> {
  const key = `${prefix}:probe`;
  const outcomes = await Promise.allSettled([
    // A database that is not there leaves the connection on the first one.
    client instanceof Cluster ? requireWholeCluster(client) : client.select(client.options.db ?? 0),
    client.publish(channel, '{"heads":[]}'),
    client.set(key, '', 'EX', PROBE_KEPT_SECONDS),
    client.get(key),
    client.getrange(key, 0, 0),
    client.expire(key, PROBE_KEPT_SECONDS),
    client.eval(COUNT, 1, `${key}:count`, PROBE_KEPT_SECONDS),
    client.del(key),
  ]);
  const refusal = outcomes.find((outcome) => outcome.status === 'rejected');
  if (refusal) throw refusal.reason;
}

/** Throws unless each slot of the cluster has a node that answers: the keys of this probe are in two of 16,384. */
async function requireWholeCluster(client: Cluster): Promise<void> {
  const valueOf = await clusterInfoOf(client);
  const state = valueOf('cluster_state');
  const missing = Number(valueOf('cluster_slots_pfail')) + Number(valueOf('cluster_slots_fail'));
  if (state !== 'ok' || missing > 0) throw new Error(`CLUSTERDOWN cluster_state is ${state}, ${missing} slots have no node`);
}

/** Reads what a node says of its cluster: finds the value of a name; empty when it says nothing of it. */
export async function clusterInfoOf(client: Cluster): Promise<(name: string) => string> {
  const info = String(await client.cluster('INFO'));
  return (name) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
}
