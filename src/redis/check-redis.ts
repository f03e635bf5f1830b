/** Looks at a Redis once, as an operator would. */
import { Cluster } from 'ioredis';
import { observeConnection } from './connection-states';
import { COMMAND_TIMEOUT_MS, createRedisClient } from './redis-client';
import { redisFaultOf, type RedisFault } from './redis-fault';
import { clusterInfoOf, probe } from './redis-health';
import { redisAddressOf, type RedisAddress } from './redis-url';

export interface RedisFacts {
  /** Null: it does all that Flagstaff needs. */
  readonly fault: RedisFault | null;
  /** Empty when it is not known. */
  readonly version: string;
  /** Its policy for when it is full, such as `allkeys-lru`; empty when it has no bound, or does not say. */
  readonly policyWhenFull: string;
  /** Null when nothing answers. */
  readonly nodes: RedisNodes | null;
}

export interface RedisNodes {
  readonly form: RedisAddress['form'];
  readonly masters: number;
  /** Counts those of all masters together. */
  readonly replicas: number;
}

/** Takes a few seconds at most. Never rejects. */
export async function checkRedis(url: string): Promise<RedisFacts> {
  const client = createRedisClient(url, { commandTimeout: COMMAND_TIMEOUT_MS, isProbe: true });
  let lost: Error | null = null;
  observeConnection(client, { onReady: () => undefined, onLoss: (error) => (lost ??= error) });
  try {
    await client.connect();
    await probe(client, 'flagstaff:doctor', 'flagstaff:doctor');
    const info = await client.info().catch(() => '');
    const valueOf = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
    const isBounded = valueOf('maxmemory') !== '0';
    const policyWhenFull = isBounded ? valueOf('maxmemory_policy') : '';
    const nodes =
      client instanceof Cluster
        ? await countNodes(client)
        : { form: redisAddressOf(url).form, masters: 1, replicas: Number(valueOf('connected_slaves')) };
    return { fault: null, version: valueOf('redis_version'), policyWhenFull, nodes };
  } catch (error) {
    return { fault: redisFaultOf(lost ?? (error as Error)), version: '', policyWhenFull: '', nodes: null };
  } finally {
    client.disconnect();
  }
}

async function countNodes(cluster: Cluster): Promise<RedisNodes> {
  const valueOf = await clusterInfoOf(cluster);
  const masters = Number(valueOf('cluster_size'));
  return { form: 'cluster', masters, replicas: Number(valueOf('cluster_known_nodes')) - masters };
}
