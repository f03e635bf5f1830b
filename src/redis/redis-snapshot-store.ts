/**
 * Snapshots in Redis. Reads are bounded by a timeout and a circuit breaker: a Redis that is slow, stands still or is gone
 * costs the first requests for an environment a moment, and the next ones nothing. Writes are fire-and-forget.
 */
import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  timeout,
  TimeoutStrategy,
  wrap,
  type CircuitBreakerPolicy,
  type IPolicy,
} from 'cockatiel';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cipher } from '../database/cipher';
import type { Reading } from '../modules/snapshots/environment-state';
import type { SnapshotStore } from '../modules/snapshots/snapshot-store';
import { traceCommands, type RedisNamespace } from './client-options';
import { createRedisClient, type RedisClient } from './redis-client';
import { HEADER_BYTES_MAX, readHeader, SnapshotFormat, type Header, type KeyLists } from './snapshot-format';

const READ_TIMEOUT_MS = 200;
/** Long key lists are megabytes. */
const READ_LISTS_TIMEOUT_MS = 500;
/** This many failures in a row open the circuit breaker. */
const FAILURES_MAX = 3;
const BREAK_MS = 2_000;

/** Between two writes of one environment, whichever servers write. */
const WRITE_INTERVAL_MS = 1_000;
/** How long a server that reads an environment first is given by the others before they read it, too. */
const READER_CLAIM_MS = 3_000;
const READER_WAIT_MS = 1_000;
const READER_LOOK_MS = 50;
const KEPT_SECONDS = 7 * 86_400;

/** Servers of another format have keys of their own. */
const FORMAT = 1;

export interface RedisSnapshotStoreOptions {
  readonly namespace: RedisNamespace;
  /** The same on all servers. */
  readonly cipher: Cipher;
  /** How many times as long as usual Redis is waited for, where it is slow and is to be waited for all the same. */
  readonly patience?: number;
}

export class RedisSnapshotStore implements SnapshotStore {
  private readonly redis: RedisClient;
  private readonly prefix: string;
  private readonly format: SnapshotFormat;
  private readonly policies: { readonly short: IPolicy; readonly long: IPolicy };
  private readonly breaker: CircuitBreakerPolicy;
  private readonly connected: Promise<unknown>;
  private readonly server = randomUUID();
  /** Offered, and not known to be there yet. */
  private readonly offered = new Map<string, Reading>();
  /** Environments that this server said it would read. */
  private readonly reading = new Set<string>();
  private flushing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private flushedAt = 0;
  private isClosed = false;

  constructor({ namespace, cipher, patience = 1 }: RedisSnapshotStoreOptions) {
    this.format = new SnapshotFormat(cipher);
    this.prefix = `${namespace.prefix}:${FORMAT}`;
    this.redis = traceCommands(createRedisClient(namespace.url), namespace.tracing);
    // The change notifier logs when Redis is lost; here it costs speed only.
    this.redis.on('error', () => undefined);
    this.connected = new Promise<void>((resolve) => {
      this.redis.once('ready', () => resolve()).once('close', () => resolve());
    });
    this.breaker = circuitBreaker(handleAll, { halfOpenAfter: BREAK_MS, breaker: new ConsecutiveBreaker(FAILURES_MAX) });
    this.policies = {
      short: wrap(this.breaker, timeout(READ_TIMEOUT_MS * patience, TimeoutStrategy.Aggressive)),
      long: wrap(this.breaker, timeout(READ_LISTS_TIMEOUT_MS * patience, TimeoutStrategy.Aggressive)),
    };
  }

  /** Whether Redis is not asked, because it failed several times in a row. */
  get isCircuitOpen(): boolean {
    return this.breaker.state !== CircuitState.Closed;
  }

  async load(environmentId: string): Promise<Reading | null> {
    const key = this.snapshotKey(environmentId);
    try {
      const bytes = await this.ask((redis) => redis.getBuffer(key));
      return bytes && (await this.open(key, bytes));
    } catch {
      return null;
    }
  }

  async awaitReader(environmentId: string, epoch: string): Promise<Reading | null> {
    const claim = this.readerKey(environmentId);
    try {
      const taken = await this.ask((redis) => redis.set(claim, this.server, 'PX', READER_CLAIM_MS, 'NX'));
      if (taken === 'OK') this.reading.add(environmentId);
      if (taken === 'OK' || (await this.ask((redis) => redis.get(claim))) === this.server) return null;
      for (let waitedMs = 0; waitedMs < READER_WAIT_MS; waitedMs += READER_LOOK_MS) {
        const header = await this.ask((redis) => this.headerAt(redis, environmentId));
        if (header?.epoch === epoch) return await this.load(environmentId);
        await sleep(READER_LOOK_MS);
      }
      return null;
    } catch {
      return null;
    }
  }

  offer(reading: Reading): void {
    if (this.isClosed) return;
    this.offered.set(reading.scope.environmentId, reading);
    this.schedule();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.timer) clearTimeout(this.timer);
    this.redis.disconnect();
    await this.flushing;
  }

  /** Bounded, and at once an error while Redis is known not to answer. */
  private ask<T>(command: (redis: RedisClient) => Promise<T>, policy = this.policies.short): Promise<T> {
    const run = async (): Promise<T> => {
      await this.connected;
      return command(this.redis);
    };
    // A signal for each: all that are given none share one, and from the eleventh listener on Node takes that for a leak.
    return policy.execute(run, new AbortController().signal);
  }

  /** Null for what is not ours or not whole any more; that is taken away, so that the next offer is kept. */
  private async open(key: string, bytes: Buffer): Promise<Reading | null> {
    let isAnswered = true;
    const readLists = async (digests: readonly string[]): Promise<(KeyLists | null)[]> => {
      const keys = digests.map((digest) => this.listsKey(digest));
      isAnswered = false;
      // One by one: in a cluster they lie on several nodes.
      const found = await this.ask((redis) => Promise.all(keys.map((key) => redis.getBuffer(key))), this.policies.long);
      isAnswered = true;
      return Promise.all(
        keys.map(async (listKey, i) => {
          const list = found[i];
          return list ? this.format.readLists(listKey, list).catch(() => this.drop(listKey)) : null;
        }),
      );
    };
    try {
      return (await this.format.read(key, bytes, readLists)) ?? (await this.drop(key));
    } catch {
      return isAnswered ? this.drop(key) : null;
    }
  }

  private async drop(key: string): Promise<null> {
    await this.ask((redis) => redis.del(key)).catch(() => undefined);
    return null;
  }

  private schedule(): void {
    if (this.timer || this.isClosed) return;
    const waitMs = Math.max(0, this.flushedAt + WRITE_INTERVAL_MS - Date.now());
    this.timer = setTimeout(() => {
      this.flushing = this.flush().finally(() => {
        this.timer = null;
        this.flushedAt = Date.now();
        if (this.offered.size > 0) this.schedule();
      });
    }, waitMs);
    this.timer.unref();
  }

  private async flush(): Promise<void> {
    for (const [environmentId, reading] of [...this.offered]) {
      const isKept = await this.keep(reading).catch(() => false);
      // A newer one may have been offered meanwhile.
      if (isKept && this.offered.get(environmentId) === reading) this.offered.delete(environmentId);
    }
  }

  /** True when what lies there is this one or a newer one; false when another server has just written: to be tried again. */
  private async keep(reading: Reading): Promise<boolean> {
    if (this.redis.status !== 'ready') return false;
    const { environmentId } = reading.scope;
    const key = this.snapshotKey(environmentId);
    const there = await this.headerAt(this.redis, environmentId);
    if (there?.epoch === reading.snapshot.epoch && there.revision >= reading.snapshot.revision) {
      await this.redis.expire(key, KEPT_SECONDS);
      return true;
    }
    const claim = `${this.prefix}:writer:${environmentId}`;
    if ((await this.redis.set(claim, this.server, 'PX', WRITE_INTERVAL_MS, 'NX')) !== 'OK') return false;
    const { bytes, lists } = await this.format.write(key, reading);
    for (const [digest, keys] of lists) await this.keepLists(digest, keys);
    await this.redis.set(key, bytes, 'EX', KEPT_SECONDS);
    if (this.reading.delete(environmentId)) await this.redis.del(this.readerKey(environmentId));
    return true;
  }

  private async keepLists(digest: string, keys: KeyLists): Promise<void> {
    const key = this.listsKey(digest);
    if ((await this.redis.expire(key, KEPT_SECONDS)) === 1) return;
    await this.redis.set(key, await this.format.writeLists(key, keys), 'EX', KEPT_SECONDS);
  }

  /** Null when there is none, or something else lies there. */
  private async headerAt(redis: RedisClient, environmentId: string): Promise<Header | null> {
    try {
      return readHeader(await redis.getrangeBuffer(this.snapshotKey(environmentId), 0, HEADER_BYTES_MAX - 1));
    } catch (error) {
      if ((error as Error).message.startsWith('WRONGTYPE')) return null;
      throw error;
    }
  }

  private snapshotKey(environmentId: string): string {
    return `${this.prefix}:snapshot:${environmentId}`;
  }

  private readerKey(environmentId: string): string {
    return `${this.prefix}:reader:${environmentId}`;
  }

  private listsKey(digest: string): string {
    return `${this.prefix}:keys:${digest}`;
  }
}
