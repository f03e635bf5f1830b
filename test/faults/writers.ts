/**
 * Writers that do what docs/PROTOCOL.md and OPERATIONS.md ask of a client: each mutation has an Idempotency-Key, and is sent
 * again with it, to another server, until it is answered. Each attempt has a request id of its own, so that afterwards every
 * change in the database can be traced to one attempt of one mutation.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Made } from '../support/make';
import { configure } from '../support/make';
import type { Cluster } from './cluster';
import { Stopwatch } from '../support/stopwatch';

export interface Acknowledged {
  /** The id of the mutation; also its Idempotency-Key. */
  readonly id: string;
  readonly revisions: readonly { readonly environmentId: string; readonly epoch: string; readonly revision: number }[];
  readonly tookMs: number;
}

interface Refusal {
  readonly code: string;
  readonly message: string;
}

interface Payload {
  readonly revisions: Acknowledged['revisions'];
  readonly userErrors: readonly Refusal[];
  readonly flag?: { readonly version: number } | null;
  readonly configuration?: { readonly version: number } | null;
}

type Answer = { readonly payload: Payload } | { readonly refusal: Refusal } | { readonly lost: string };

/** Codes after which docs/ERRORS.md says to try again. */
const RETRYABLE = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RATE_LIMITED']);
const ANSWER_TIMEOUT_MS = 60_000;
const RETRY_MS = 50;

export class Writers {
  readonly acknowledged: Acknowledged[] = [];
  /** Request ids of all attempts, also of those that nobody answered. */
  readonly issued = new Set<string>();
  /** How often an attempt was not answered, by what came instead. */
  readonly lost = new Map<string, number>();
  /** Answers that say that the mutation was refused for good: none is expected. */
  readonly refused: string[] = [];
  /** The longest time of an attempt that was answered, also with a retryable code. */
  longestAnswerMs = 0;
  private readonly run = randomBytes(3).toString('hex');
  private count = 0;
  private isStopped = false;
  private readonly loops: Promise<void>[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly options: { readonly pauseMs?: number; readonly servers?: readonly number[] } = {},
  ) {}

  /** The prefix of all its request ids. */
  get prefix(): string {
    return `write-${this.run}-`;
  }

  async start(count: number): Promise<this> {
    for (let writer = 0; writer < count; writer++) {
      const flag = await this.makeOwnFlag(writer);
      const loop = this.loop(new Author(this.cluster, flag), writer);
      this.loops.push(loop);
      // The one who stops them is told.
      loop.catch(() => undefined);
    }
    return this;
  }

  /** Resolves when every mutation that was begun is acknowledged. */
  async stop(): Promise<this> {
    this.isStopped = true;
    await Promise.all(this.loops);
    return this;
  }

  /** One mutation, until it is acknowledged. */
  async write(author: Author, server: number): Promise<Acknowledged> {
    const id = `${this.prefix}${++this.count}`;
    const { name, input, selection, onDone } = author.next(id);
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} revisions { environmentId epoch revision } userErrors { code message } } }`;
    const begin = Date.now();
    for (let attempt = 0; ; attempt++) {
      const requestId = `${id}.${attempt}`;
      this.issued.add(requestId);
      const servers = this.options.servers ?? this.cluster.urls.map((_url, index) => index);
      const url = this.cluster.urls[servers[(server + attempt) % servers.length]!]!;
      const answer = await this.send(url, { name, query, input }, { id, requestId });
      if ('payload' in answer) {
        if (answer.payload.userErrors.length > 0) this.refused.push(`${name}: ${JSON.stringify(answer.payload.userErrors)}`);
        onDone(answer.payload);
        const done = { id, revisions: answer.payload.revisions, tookMs: Date.now() - begin };
        this.acknowledged.push(done);
        return done;
      }
      const what = 'refusal' in answer ? answer.refusal.code : answer.lost;
      this.lost.set(what, (this.lost.get(what) ?? 0) + 1);
      if ('refusal' in answer && !RETRYABLE.has(answer.refusal.code)) {
        this.refused.push(`${name}: ${answer.refusal.code} ${answer.refusal.message}`);
        throw new Error(`${name} was refused: ${JSON.stringify(answer.refusal)}`);
      }
      await sleep(RETRY_MS * (0.5 + Math.random()));
    }
  }

  /** An author with a flag of its own, on in all environments. */
  async makeAuthor(): Promise<Author> {
    return new Author(this.cluster, await this.makeOwnFlag(randomBytes(3).toString('hex')));
  }

  private async makeOwnFlag(writer: number | string): Promise<Made> {
    const { places } = this.cluster;
    const project = { ...this.cluster.project, client: this.cluster.admin(this.options.servers?.[0] ?? 0) };
    const input = { projectId: project.id, key: `own-${this.run}-${writer}`, name: 'Flag', valueType: 'BOOLEAN' };
    const { createFlag } = await project.client.request<{ createFlag: { flag: Made } }>(
      'mutation ($input: CreateFlagInput!) { createFlag(input: $input) { flag { id key } } }',
      { input },
    );
    for (const { environment } of places) await configure(project, createFlag.flag, environment);
    return createFlag.flag;
  }

  private async loop(author: Author, server: number): Promise<void> {
    while (!this.isStopped) {
      await this.write(author, server);
      const { pauseMs = 0 } = this.options;
      if (pauseMs > 0) await sleep(pauseMs * (0.5 + Math.random()));
    }
  }

  private async send(
    url: string,
    { name, query, input }: { readonly name: string; readonly query: string; readonly input: object },
    { id, requestId }: { readonly id: string; readonly requestId: string },
  ): Promise<Answer> {
    const stopwatch = new Stopwatch();
    try {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${this.cluster.adminSecret}`,
          'idempotency-key': id,
          // The record of changes keeps it.
          'user-agent': requestId,
        },
        body: JSON.stringify({ query, variables: { input } }),
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const { data, errors } = (await response.json()) as {
        data?: Record<string, Payload> | null;
        errors?: { message: string; extensions: { code: string } }[];
      };
      this.longestAnswerMs = Math.max(this.longestAnswerMs, stopwatch.stop());
      const [error] = errors ?? [];
      if (error) return { refusal: { code: error.extensions.code, message: error.message } };
      return { payload: data![name]! };
    } catch (error) {
      return { lost: (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name };
    } finally {
      stopwatch.stop();
    }
  }
}

interface Mutation {
  readonly name: string;
  readonly input: object;
  readonly selection: string;
  readonly onDone: (payload: Payload) => void;
}

/** So many keys an author has in the segment; from then on it takes the oldest out again: nothing is to grow but the record. */
const OWN_KEYS_MAX = 20;

/** Draws mutations that each change something, and keeps count of the versions of its own flag. */
class Author {
  private flagVersion = 1;
  /** The keys in the segment, the oldest first. */
  private readonly keys: string[] = [];
  private readonly versions: Map<string, number>;

  constructor(
    private readonly cluster: Cluster,
    private readonly flag: Made,
  ) {
    this.versions = new Map(cluster.places.map(({ environment }) => [environment.id, 1]));
  }

  next(id: string): Mutation {
    const pick = Math.random();
    if (pick < 0.5) return this.configureOne(id);
    if (pick < 0.65) return this.changeAll(id);
    if (pick < 0.8) return this.rename(id);
    return this.keys.length < OWN_KEYS_MAX ? this.addKey(id) : this.removeKey();
  }

  private configureOne(id: string): Mutation {
    const { places } = this.cluster;
    const { environment } = places[Math.floor(Math.random() * places.length)]!;
    return {
      name: 'setFlagConfiguration',
      input: this.configuration(id, environment),
      selection: 'configuration { version }',
      onDone: (payload) => void this.versions.set(environment.id, payload.configuration?.version ?? 0),
    };
  }

  /** Changes every environment at once. */
  private changeAll(id: string): Mutation {
    const { places, project } = this.cluster;
    const changes = places.map(({ environment }) => ({ setFlagConfiguration: this.configuration(id, environment) }));
    return {
      name: 'applyChangeSet',
      input: { projectId: project.id, changes },
      selection: '',
      onDone: () => {
        for (const [environmentId, version] of this.versions) this.versions.set(environmentId, version + 1);
      },
    };
  }

  private rename(id: string): Mutation {
    return {
      name: 'updateFlag',
      input: { flagId: this.flag.id, expectedVersion: this.flagVersion, name: id },
      selection: 'flag { version }',
      onDone: (payload) => void (this.flagVersion = payload.flag?.version ?? 0),
    };
  }

  private addKey(id: string): Mutation {
    const input = { segmentId: this.cluster.segment.id, list: 'INCLUDED', keys: [id] };
    return { name: 'addSegmentKeys', input, selection: '', onDone: () => void this.keys.push(id) };
  }

  private removeKey(): Mutation {
    const input = { segmentId: this.cluster.segment.id, keys: this.keys.slice(0, 1) };
    return { name: 'removeSegmentKeys', input, selection: '', onDone: () => void this.keys.shift() };
  }

  private configuration(id: string, environment: Made): object {
    return {
      flagId: this.flag.id,
      environmentId: environment.id,
      expectedVersion: this.versions.get(environment.id),
      isEnabled: Math.random() < 0.8,
      offVariation: 'off',
      fallthrough: { variation: 'on' },
      targets: [{ variation: 'on', targetingKeys: [id] }],
    };
  }
}
