/** The server SDK's client: what its parts are, and how they hang together. */
import {
  evaluate,
  evaluateAll,
  isClientAvailable,
  type Evaluation,
  type EvaluationContext,
  type JsonValue,
} from '@flagstaff/evaluation';
import type { ClientEvents, ClientStatus, Fault, Position, ReadyResult } from '../../client/src/api';
import { ClientState } from '../../client/src/client-state';
import { clientEvaluationOf } from '../../client/src/client-evaluation';
import type { Clock } from '../../client/src/clock';
import { Connection } from '../../client/src/connection';
import { planRoute, type Route } from '../../client/src/connection-options';
import { consoleLogger } from '../../client/src/console-logger';
import { contextDigest } from '../../client/src/context-digest';
import { checkOverrides } from '../../client/src/details';
import { EvaluationCounts } from '../../client/src/evaluation-counts';
import { faultOf } from '../../client/src/faults';
import type { Bootstrap, Details, Flag } from '../../client/src/flag-api';
import type { SendHttp } from '../../client/src/http';
import { Listeners } from '../../client/src/listeners';
import { MetricEvents } from '../../client/src/metric-events';
import { planReports } from '../../client/src/report-options';
import { Reporter } from '../../client/src/reporter';
import { VERSION } from '../../client/src/version';
import { within } from '../../client/src/within';
import type { ServerClient, ServerOptions } from './api';
import { Decider } from './decider';
import { SnapshotKeeper } from './snapshot-keeper';
import { snapshotSource } from './snapshot-source';
import { StoreWriter } from './store-writer';

/** The things that differ between Node and the other places where JavaScript runs. */
export interface Runtime {
  readonly clock: Clock;
  readonly send: SendHttp;
  /** Lets go of what the sender keeps. */
  readonly closeSender: () => void;
  readonly environment: (name: string) => string | undefined;
}

const READY_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** A store that does not answer must not hold the start up. */
const LOAD_TIMEOUT_MS = 500;
/** Bounds the memory that counts take, to some megabytes. */
const COUNTED_VARIATIONS_MAX = 10_000;
const NO_CONTEXT: EvaluationContext = Object.freeze({});

export class FlagClient implements ServerClient {
  readonly keeper: SnapshotKeeper;
  readonly state: ClientState;
  private readonly listeners: Listeners;
  private readonly decider: Decider;
  private readonly connection: Connection | null;
  private readonly writer: StoreWriter | null;
  private readonly reporter: Reporter | null;
  private readonly events: MetricEvents;
  private closing: Promise<void> | null = null;

  constructor(
    private readonly options: ServerOptions,
    private readonly runtime: Runtime,
  ) {
    const route = planRoute(options, runtime.send, runtime.clock);
    const overrides = checkOverrides(options.overrides, runtime.environment);
    const onFault = (fault: Fault): void => this.listeners.emit('fault', fault);
    const { logger = consoleLogger } = options;
    this.listeners = new Listeners(logger, () => runtime.clock.now());
    this.events = new MetricEvents(logger);
    const { counts, reporter } = createReporter(options, runtime, route, onFault);
    this.reporter = reporter;
    this.keeper = new SnapshotKeeper({
      onFault,
      onChange: (event) => {
        if (this.keeper.snapshot !== null) this.writer?.note(this.keeper.snapshot);
        this.notePosition();
        this.listeners.emit('change', event);
      },
    });
    this.state = new ClientState(
      () => this.keeper.position,
      (event) => {
        this.notePosition();
        this.listeners.emit('status', event);
      },
    );
    this.decider = new Decider({ keeper: this.keeper, overrides, hooks: options.hooks ?? [], counts, onFault });
    this.writer = options.store === undefined ? null : new StoreWriter(options.store, runtime.clock, onFault);
    this.connection = route === null ? null : this.connect(route, onFault);
    this.useBootstrap();
    void this.start();
  }

  get status(): ClientStatus {
    return this.state.status;
  }

  get position(): Position | null {
    return this.keeper.position;
  }

  boolean(flagKey: string, fallback: boolean, context?: EvaluationContext): boolean {
    return this.decider.value({ key: flagKey, fallback, values: null }, context);
  }

  string<T extends string = string>(flagKey: string, fallback: T, context?: EvaluationContext): T | string {
    return this.decider.value<T | string>({ key: flagKey, fallback, values: null }, context);
  }

  number(flagKey: string, fallback: number, context?: EvaluationContext): number {
    return this.decider.value({ key: flagKey, fallback, values: null }, context);
  }

  json<T extends JsonValue>(flagKey: string, fallback: T, context?: EvaluationContext): T {
    return this.decider.value({ key: flagKey, fallback, values: null }, context);
  }

  value<T>(flag: Flag<T>, context?: EvaluationContext): T {
    return this.decider.value(flag, context);
  }

  details<T>(flag: Flag<T>, context?: EvaluationContext): Details<T>;
  details<T extends JsonValue>(flagKey: string, fallback: T, context?: EvaluationContext): Details<T>;
  details<T>(flag: Flag<T> | string, second?: T | EvaluationContext, third?: EvaluationContext): Details<T> {
    if (typeof flag !== 'string') return this.decider.details(flag, second as EvaluationContext | undefined);
    return this.decider.details({ key: flag, fallback: second as T, values: null }, third);
  }

  evaluate(flagKey: string, context = NO_CONTEXT, options?: { readonly trace?: boolean }): Evaluation {
    const { compiled } = this.keeper;
    return this.reading(
      () => evaluate(compiled, flagKey, context, options),
      () => unreadable(evaluate(compiled, flagKey, NO_CONTEXT)),
    );
  }

  evaluateAll(context = NO_CONTEXT, options: { readonly onlyClientAvailable?: boolean } = {}): readonly Evaluation[] {
    const filter = options.onlyClientAvailable === true ? { filter: isClientAvailable } : {};
    const { compiled } = this.keeper;
    return this.reading(
      () => evaluateAll(compiled, context, filter),
      () => evaluateAll(compiled, NO_CONTEXT, filter).map(unreadable),
    );
  }

  bootstrapFor(context: EvaluationContext): Bootstrap {
    const evaluations = this.evaluateAll(context, { onlyClientAvailable: true }).map(clientEvaluationOf);
    const position = this.keeper.position ?? { epoch: '', revision: 0 };
    // An empty digest fits no context.
    const digest = this.reading(
      () => contextDigest(context),
      () => '',
    );
    return { format: 1, position, contextDigest: digest, evaluations };
  }

  async refresh(): Promise<ReadyResult> {
    // A refusal is in the result.
    await this.connection?.refresh().catch(() => undefined);
    return { ...this.state.event, isTimedOut: false };
  }

  track(): void {
    this.events.track();
  }

  waitUntilReady(timeoutMs = READY_TIMEOUT_MS): Promise<ReadyResult> {
    return this.state.waitUntilReady(timeoutMs);
  }

  on<Name extends keyof ClientEvents>(event: Name, listener: (event: ClientEvents[Name]) => void): () => void {
    return this.listeners.on(event, listener);
  }

  flush(timeoutMs = CLOSE_TIMEOUT_MS): Promise<void> {
    return within(timeoutMs, Promise.all([this.writer?.flush(), this.reporter?.flush()]));
  }

  close(timeoutMs = CLOSE_TIMEOUT_MS): Promise<void> {
    this.closing ??= this.end(timeoutMs);
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Guards against contexts whose members throw when they are read, or have no end. */
  private reading<T>(read: () => T, otherwise: () => T): T {
    try {
      return read();
    } catch (cause) {
      this.listeners.emit('fault', { kind: 'LISTENER', message: 'A context threw when it was read.', cause });
      return otherwise();
    }
  }

  private async end(timeoutMs: number): Promise<void> {
    this.connection?.close();
    this.state.set('CLOSED');
    await within(timeoutMs, Promise.all([this.writer?.flush(), this.reporter?.close()]));
    this.reporter?.abort();
    this.runtime.closeSender();
  }

  /** Waits for an answer of the server: a revision from elsewhere is none that it led to. */
  private notePosition(): void {
    const { position } = this.keeper;
    if (position !== null && this.state.status === 'READY') this.reporter?.notePosition(position);
  }

  private connect(route: Route, onFault: (fault: Fault) => void): Connection {
    const { clock } = this.runtime;
    const followed = snapshotSource(route.endpoint, this.keeper, this.options.environmentId ?? null);
    return new Connection({ ...route, followed, clock, state: this.state, onFault });
  }

  private useBootstrap(): void {
    const { snapshot } = this.options;
    if (snapshot === undefined) return;
    try {
      this.keeper.commit(snapshot);
    } catch (error) {
      throw new TypeError(`The option snapshot is no snapshot: ${faultOf(error).message}`, { cause: error });
    }
    this.state.set('STALE', 'bootstrap');
  }

  private async start(): Promise<void> {
    // Listeners that are added right after construction hear everything.
    await Promise.resolve();
    await this.load();
    if (this.closing === null) this.connection?.start();
  }

  /** A stored snapshot counts only while there is nothing else. */
  private async load(): Promise<void> {
    const { store, key } = this.options;
    if (store === undefined) return;
    const loading = async (): Promise<void> => {
      try {
        if (key !== undefined) store.useKey?.(key);
        const snapshot = await store.load();
        if (snapshot === null || this.keeper.position !== null || this.closing !== null) return;
        this.keeper.commit(snapshot);
        this.state.set('STALE', 'store');
      } catch (cause) {
        this.listeners.emit('fault', {
          kind: 'STORE',
          message: `The store has nothing to begin with: ${messageOf(cause)}`,
          cause,
        });
      }
    };
    await within(LOAD_TIMEOUT_MS, loading());
  }
}

/** An answer to a context that threw, in place of that to an empty one. */
function unreadable(evaluation: Evaluation): Evaluation {
  const none = { value: null, variationKey: null, variationIndex: -1, ruleId: null, prerequisiteKey: null, trace: null };
  const error = { reason: 'ERROR', errorCode: 'GENERAL', errorMessage: 'The context threw when it was read.' } as const;
  return { ...evaluation, ...none, ...error, inExperiment: false };
}

interface Reports {
  readonly counts: EvaluationCounts<Evaluation> | null;
  readonly reporter: Reporter | null;
}

function createReporter(
  options: ServerOptions,
  { clock }: Runtime,
  route: Route | null,
  onFault: (fault: Fault) => void,
): Reports {
  const plan = planReports(options, clock);
  if (plan === null || route === null) return { counts: null, reporter: null };
  const counts = plan.counts
    ? new EvaluationCounts<Evaluation>(({ variationKey }) => variationKey, COUNTED_VARIATIONS_MAX)
    : null;
  const { environmentId = null } = options;
  const sdk = `server-sdk/${VERSION}`;
  return { counts, reporter: new Reporter({ endpoint: route.endpoint, clock, plan, sdk, environmentId, counts, onFault }) };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
