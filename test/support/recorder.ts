/**
 * A subscriber of `flagChanged` that does what docs/PROTOCOL.md asks of a client, over real sockets, and writes everything
 * down: it comes back on any server with the last revision that it has, reads a snapshot on RESYNC, and applies the rest.
 * What breaks a promise of the stream is noted as a sentence.
 */
import canonicalize from 'canonicalize';
import { CloseCode, createClient, type Client } from 'graphql-ws';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

export interface Position {
  readonly epoch: string;
  readonly revision: number;
}

export interface RecordedChange {
  readonly kind: string;
  readonly flagKey: string | null;
  readonly segmentKey: string | null;
  readonly wire: object | null;
}

export interface RecordedEvent extends Position {
  readonly kind: 'CHANGES' | 'RESYNC';
  readonly changes: readonly RecordedChange[];
}

export interface RecorderOptions {
  /** Servers, tried in turn: `http://…`. */
  readonly urls: readonly string[];
  /** The secret of a key that may read snapshots. */
  readonly secret: string;
  /** Which server first. */
  readonly first?: number;
  /** The position of a client that has no state yet when it begins; absent: it reads a snapshot. */
  readonly from?: Position;
  /** For so long nothing may come, not even the answer to a ping, before it gives a connection up. */
  readonly silenceMs?: number;
  /** Revisions of an epoch may come back after a restored backup, until the servers have noticed. */
  readonly toleratesRestore?: boolean;
}

interface Wire {
  readonly key: string;
}

interface SegmentWire extends Wire {
  readonly version: number;
  readonly rules: readonly object[];
  readonly included: readonly string[];
  readonly excluded: readonly string[];
}

interface SegmentDelta {
  readonly version: number;
  readonly rules: readonly object[];
  readonly addedIncluded: readonly string[];
  readonly addedExcluded: readonly string[];
  readonly removed: readonly string[];
}

export interface SnapshotWire extends Position {
  readonly flags: readonly Wire[];
  readonly segments: readonly SegmentWire[];
}

const DOCUMENT = `subscription ($since: RevisionInput) {
  flagChanged(since: $since) { kind revision epoch changes { kind flagKey segmentKey wire } }
}`;
const SNAPSHOT = 'query ($min: RevisionInput) { snapshot(minRevision: $min) { snapshot } }';
/** Too late with `connection_init` or its answer, as a busy machine may be; and what `terminate()` of graphql-ws tells. */
const COME_BACK = new Set<number>([CloseCode.ConnectionInitialisationTimeout, CloseCode.ConnectionAcknowledgementTimeout, 4_499]);
const RECONNECT_MS = 100;
const ANSWER_TIMEOUT_MS = 10_000;
const SILENCE_MS = 8_000;

export class Recorder {
  /** Every event of every connection, in the order in which they came. */
  readonly events: { readonly epoch: string; readonly revision: number; readonly kind: string; readonly digest: string }[] = [];
  readonly problems: string[] = [];
  /** Connections made so far. */
  connections = 0;
  resyncs = 0;
  /** The newest that it has processed. */
  position: Position | null;
  private flags = new Map<string, Wire>();
  private segments = new Map<string, SegmentWire>();
  private turn: number;
  private client: Client | null = null;
  private isStopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: RecorderOptions) {
    this.turn = options.first ?? 0;
    this.position = options.from ?? null;
  }

  start(): this {
    this.running = this.run();
    return this;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.client?.dispose();
    await this.running;
  }

  has({ epoch, revision }: Position): boolean {
    return this.position !== null && this.position.epoch === epoch && this.position.revision >= revision;
  }

  /** Forgets the events so far: they will not be compared with the database. */
  forgetEvents(): void {
    this.events.length = 0;
  }

  /** The hash of the state that it has built from snapshots and events. */
  hash(): string {
    return hashOf({ flags: [...this.flags.values()], segments: [...this.segments.values()] });
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      try {
        if (this.position === null) await this.resync(null);
        await this.follow();
      } catch (error) {
        if (error instanceof BrokenPromise) this.problems.push(error.message);
        else if (!isExpected(error)) this.problems.push(`It was told ${textOf(error)}.`);
      }
      if (!this.isStopped) await sleep(RECONNECT_MS * (0.5 + Math.random()));
      this.turn++;
    }
  }

  private url(): string {
    const { urls } = this.options;
    return urls[this.turn % urls.length] ?? '';
  }

  private async follow(): Promise<void> {
    const silence = new Silence(this.options.silenceMs ?? SILENCE_MS);
    const client = createClient({
      url: `${this.url().replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${this.options.secret}` },
      retryAttempts: 0,
      connectionAckWaitTimeout: ANSWER_TIMEOUT_MS,
      keepAlive: SILENCE_MS / 8,
      on: {
        opened: (socket) => silence.watch(socket as WebSocket),
        pong: () => silence.hear(),
        message: () => silence.hear(),
      },
    });
    this.client = client;
    this.connections++;
    // The position of the stream; the state may be further, when a snapshot was newer than the RESYNC that asked for it.
    let stream = this.position;
    try {
      const events = client.iterate<{ flagChanged: RecordedEvent } | null>({ query: DOCUMENT, variables: { since: stream } });
      for await (const { data, errors } of events) {
        if (this.isStopped) return;
        if (errors) throw new SentEvaluation(errors);
        const event = data?.flagChanged;
        if (!event) throw new BrokenPromise('An event without data came.');
        const { epoch, revision, kind } = event;
        this.events.push({ epoch, revision, kind, digest: kind === 'CHANGES' ? digestOf(event.changes) : '' });
        if (kind === 'RESYNC') {
          stream = { epoch, revision };
          await this.resync(stream);
          continue;
        }
        if (stream !== null && (epoch !== stream.epoch || revision !== stream.revision + 1)) {
          throw new BrokenPromise(`After ${textOf(stream)} came ${textOf({ epoch, revision })}.`);
        }
        stream = { epoch, revision };
        this.apply(event);
      }
    } finally {
      silence.end();
      await client.dispose();
    }
  }

  private async resync(min: Position | null): Promise<void> {
    if (min !== null) this.resyncs++;
    const before = this.position;
    for (;;) {
      const snapshot = await this.readSnapshot(min).catch(() => null);
      if (this.isStopped) return;
      if (snapshot === null) {
        await sleep(RECONNECT_MS);
        this.turn++;
        continue;
      }
      const { epoch, revision } = snapshot;
      if (min !== null && epoch === min.epoch && revision < min.revision) {
        throw new BrokenPromise(`A snapshot of ${revision} was answered where ${min.revision} was asked for.`);
      }
      const goesBack = before !== null && before.epoch === epoch && revision < before.revision;
      if (goesBack && this.options.toleratesRestore !== true) {
        throw new BrokenPromise(`It was set back from ${textOf(before)} to ${revision}.`);
      }
      this.position = { epoch, revision };
      this.flags = new Map(snapshot.flags.map((flag) => [flag.key, flag]));
      this.segments = new Map(snapshot.segments.map((segment) => [segment.key, segment]));
      return;
    }
  }

  private async readSnapshot(min: Position | null): Promise<SnapshotWire> {
    const response = await fetch(`${this.url()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.options.secret}` },
      body: JSON.stringify({ query: SNAPSHOT, variables: { min } }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const { data } = (await response.json()) as { data?: { snapshot: { snapshot: SnapshotWire } | null } | null };
    if (!data?.snapshot) throw new Error('no snapshot');
    return data.snapshot.snapshot;
  }

  private apply({ epoch, revision, changes }: RecordedEvent): void {
    const { position } = this;
    if (position === null) throw new BrokenPromise('A change came before any state.');
    // The snapshot that it has was newer than the RESYNC.
    if (position.epoch === epoch && revision <= position.revision) return;
    if (position.epoch !== epoch || revision !== position.revision + 1) {
      throw new BrokenPromise(`${textOf({ epoch, revision })} came to a state of ${textOf(position)}.`);
    }
    for (const { flagKey, segmentKey, wire } of changes) {
      if (flagKey !== null) put(this.flags, flagKey, wire as Wire | null);
      if (segmentKey !== null) put(this.segments, segmentKey, this.segmentAfter(segmentKey, wire as SegmentDelta | null));
    }
    this.position = { epoch, revision };
  }

  private segmentAfter(key: string, delta: SegmentDelta | null): SegmentWire | null {
    if (delta === null) return null;
    const { included = [], excluded = [] } = this.segments.get(key) ?? {};
    const gone = new Set(delta.removed);
    const stay = (keys: readonly string[]): string[] => keys.filter((one) => !gone.has(one));
    return {
      key,
      version: delta.version,
      rules: delta.rules,
      included: [...stay(included), ...delta.addedIncluded],
      excluded: [...stay(excluded), ...delta.addedExcluded],
    };
  }
}

/** Ends a socket from which nothing comes, though it is pinged: its other side is not there any more. */
class Silence {
  private timer: NodeJS.Timeout | undefined;
  private socket: WebSocket | undefined;
  private hasEnded = false;

  constructor(private readonly ms: number) {}

  watch(socket: WebSocket): void {
    this.socket = socket;
    this.hear();
  }

  hear(): void {
    clearTimeout(this.timer);
    if (this.hasEnded) return;
    this.timer = setTimeout(() => this.socket?.terminate(), this.ms);
  }

  end(): void {
    this.hasEnded = true;
    clearTimeout(this.timer);
  }
}

class BrokenPromise extends Error {}

/** Errors in place of an event. */
class SentEvaluation extends Error {
  constructor(readonly errors: readonly unknown[]) {
    super(JSON.stringify(errors));
  }
}

/** That a server has gone, or cannot serve now. */
function isExpected(error: unknown): boolean {
  const errors: unknown = error instanceof SentEvaluation ? error.errors : error;
  if (Array.isArray(errors)) {
    return errors.every((one) => (one as { extensions?: { code?: string } }).extensions?.code === 'UNAVAILABLE');
  }
  const { code } = error as { code?: unknown };
  // A close event of the WebSocket, or an error of the network. 4403 and its like would be answers to the client.
  return typeof code !== 'number' || code < 4_000 || COME_BACK.has(code);
}

function textOf(value: unknown): string {
  if (value instanceof Error) return value.message;
  return JSON.stringify(value, ['epoch', 'revision', 'code', 'reason', 'message', 'extensions']);
}

function put<T>(things: Map<string, T>, key: string, thing: T | null): void {
  if (thing === null) things.delete(key);
  else things.set(key, thing);
}

export function digestOf(value: unknown): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('base64url');
}

/** The hash of a snapshot's content, whatever its order. */
export function hashOf({ flags, segments }: Pick<SnapshotWire, 'flags' | 'segments'>): string {
  const byKey = <T extends Wire>(things: readonly T[]): T[] => [...things].sort((a, b) => (a.key < b.key ? -1 : 1));
  const sorted = byKey(segments).map((segment) => ({
    ...segment,
    included: [...segment.included].sort(),
    excluded: [...segment.excluded].sort(),
  }));
  return digestOf({ flags: byKey(flags), segments: sorted });
}
