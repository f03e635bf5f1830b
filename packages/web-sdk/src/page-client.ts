/** The web SDK's client: what its parts are, and how they hang together. */
import type { EvaluationContext, JsonValue } from '@flagstaff/evaluation';
import type { ClientEvents, ClientStatus, Fault, Position, ReadyResult, StatusEvent } from '../../client/src/api';
import { ClientState } from '../../client/src/client-state';
import type { Clock } from '../../client/src/clock';
import { consoleLogger } from '../../client/src/console-logger';
import { checkOverrides } from '../../client/src/details';
import type { Bootstrap, ClientEvaluation, Details, Flag } from '../../client/src/flag-api';
import { Listeners } from '../../client/src/listeners';
import { MetricEvents } from '../../client/src/metric-events';
import { planReports } from '../../client/src/report-options';
import { within } from '../../client/src/within';
import { Answers } from './answers';
import type { KeyValueStorage, Lifecycle, WebClient, WebOptions } from './api';
import { browserEnvironment } from './browser';
import { ContextTurn, copyContext } from './context-turn';
import { EvaluationKeeper } from './evaluation-keeper';
import { Memory } from './memory';
import { PageReports } from './page-reports';
import { scopeOf } from './scope';
import { Presence } from './presence';
import type { Following, Source, SourceParts } from './source';

/** The things that differ between the entries. */
export interface PageRuntime {
  readonly clock: Clock;
  /** Null: the client is offline. Throws a `TypeError` for options that can never work. */
  readonly connect: (parts: SourceParts) => Source | null;
  /** Null: nothing is remembered. */
  readonly storage: KeyValueStorage | null;
  /** Null: somebody always looks. */
  readonly lifecycle: Lifecycle | null;
}

const READY_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;
const HIDDEN_SECONDS = { max: 86_400, usual: 300 } as const;

export class PageClient implements WebClient {
  readonly keeper: EvaluationKeeper;
  readonly state: ClientState;
  private readonly listeners: Listeners;
  private readonly answers: Answers;
  private readonly bootstrapAnswers: Answers;
  private readonly memory: Memory | null;
  private readonly presence: Presence;
  private readonly reports: PageReports | null;
  private readonly events: MetricEvents;
  private readonly source: Source | null;
  private turn: ContextTurn;
  private following: Following | null = null;
  private closing: Promise<void> | null = null;

  constructor(
    private readonly options: WebOptions,
    runtime: PageRuntime,
  ) {
    const { clock } = runtime;
    const onFault = (fault: Fault): void => this.listeners.emit('fault', fault);
    this.turn = new ContextTurn(checkContext(options.context));
    const { logger = consoleLogger } = options;
    this.listeners = new Listeners(logger, () => clock.now());
    this.events = new MetricEvents(logger);
    this.keeper = new EvaluationKeeper((flagKeys, position) => this.onPut(flagKeys, position));
    this.state = new ClientState(
      () => this.keeper.position,
      (event) => this.onStatus(event),
    );
    this.source = runtime.connect({ keeper: this.keeper, state: this.state, clock, onFault });
    this.memory = rememberIn(runtime, options, onFault);
    this.reports = createReports(this.source, runtime, options, onFault);
    this.answers = this.createAnswers(onFault);
    this.useBootstrap(onFault);
    this.bootstrapAnswers = createBootstrapAnswers(this.keeper, onFault);
    this.presence = this.createPresence(runtime);
    this.recall();
    // Listeners that are added right after construction hear everything of the server.
    if (this.source?.isLocal) this.update();
    else void Promise.resolve().then(() => this.update());
  }

  get status(): ClientStatus {
    return this.state.status;
  }

  get position(): Position | null {
    return this.keeper.position;
  }

  get context(): EvaluationContext {
    return this.turn.context;
  }

  boolean(flagKey: string, fallback: boolean): boolean {
    return this.answers.value({ key: flagKey, fallback, values: null });
  }

  string<T extends string = string>(flagKey: string, fallback: T): T | string {
    return this.answers.value<T | string>({ key: flagKey, fallback, values: null });
  }

  number(flagKey: string, fallback: number): number {
    return this.answers.value({ key: flagKey, fallback, values: null });
  }

  json<T extends JsonValue>(flagKey: string, fallback: T): T {
    return this.answers.value({ key: flagKey, fallback, values: null });
  }

  value<T>(flag: Flag<T>): T {
    return this.answers.value(flag);
  }

  details<T>(flag: Flag<T>): Details<T>;
  details<T extends JsonValue>(flagKey: string, fallback: T): Details<T>;
  details<T>(flag: Flag<T> | string, fallback?: T): Details<T> {
    return this.answers.details(askedOf(flag, fallback));
  }

  bootstrapDetails<T>(flag: Flag<T>): Details<T>;
  bootstrapDetails<T extends JsonValue>(flagKey: string, fallback: T): Details<T>;
  bootstrapDetails<T>(flag: Flag<T> | string, fallback?: T): Details<T> {
    return this.bootstrapAnswers.details(askedOf(flag, fallback));
  }

  all(): ReadonlyMap<string, ClientEvaluation> {
    return this.keeper.all;
  }

  async setContext(context: EvaluationContext, timeoutMs = READY_TIMEOUT_MS): Promise<ReadyResult> {
    this.turnTo(context);
    const isSettled = await this.turn.settles(timeoutMs);
    return { ...this.state.event, isTimedOut: !isSettled };
  }

  track(): void {
    this.events.track();
  }

  pause(): void {
    this.presence.pause(true);
  }

  resume(): void {
    this.presence.pause(false);
  }

  waitUntilReady(timeoutMs = READY_TIMEOUT_MS): Promise<ReadyResult> {
    return this.state.waitUntilReady(timeoutMs);
  }

  on<Name extends keyof ClientEvents>(event: Name, listener: (event: ClientEvents[Name]) => void): () => void {
    return this.listeners.on(event, listener);
  }

  flush(timeoutMs = CLOSE_TIMEOUT_MS): Promise<void> {
    return within(timeoutMs, Promise.all([this.memory?.flush(), this.reports?.flush()]));
  }

  close(timeoutMs = CLOSE_TIMEOUT_MS): Promise<void> {
    this.closing ??= this.end(timeoutMs);
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Tells of a fault that was found beside the client. */
  tell(fault: Fault): void {
    this.listeners.emit('fault', fault);
  }

  private async end(timeoutMs: number): Promise<void> {
    this.presence.end();
    this.state.set('CLOSED');
    this.stop();
    await within(timeoutMs, Promise.all([this.memory?.flush(), this.reports?.close()]));
    this.reports?.abort();
  }

  private turnTo(context: EvaluationContext): void {
    let next: ContextTurn;
    try {
      next = new ContextTurn(copyContext(context));
    } catch (cause) {
      this.listeners.emit('fault', { kind: 'LISTENER', message: 'A context is not set: it threw when it was read.', cause });
      return;
    }
    if (next.digest === this.turn.digest || this.status === 'CLOSED') return;
    this.turn.settle();
    this.stop();
    void this.memory?.flush();
    this.turn = next;
    this.recall();
    this.update();
  }

  /** Follows the context, or ends that, as is wanted now. */
  private update(): void {
    if (!this.presence.isWanted || this.status === 'CLOSED') {
      this.stop();
      return;
    }
    const { context, digest } = this.turn;
    this.following ??= this.source?.follow({ context, digest, flagKeys: this.options.flagKeys }) ?? null;
    if (this.source === null) this.turn.settle();
    this.settle();
  }

  private stop(): void {
    this.following?.stop();
    this.following = null;
  }

  private settle(): void {
    if (this.keeper.positionOf(this.turn.digest) !== null) this.turn.settle();
  }

  /** Waits for an answer of the server: a revision from elsewhere is none that it led to. */
  private report(): void {
    if (this.position !== null && this.status === 'READY') this.reports?.notePosition(this.position);
  }

  private onPut(flagKeys: readonly string[], position: Position): void {
    const { all, contextDigest } = this.keeper;
    this.memory?.note(() => ({
      ...{ format: 1, position, contextDigest: contextDigest ?? '' },
      evaluations: [...all.values()],
    }));
    this.report();
    this.following?.notify?.();
    if (flagKeys.length > 0) this.listeners.emit('change', { flagKeys, position });
  }

  private onStatus(event: StatusEvent): void {
    this.settle();
    this.report();
    this.following?.notify?.();
    if (event.status === 'REFUSED' || event.status === 'CLOSED') this.turn.settle();
    this.listeners.emit('status', event);
  }

  /** Evaluations that are remembered count only while there is nothing else of the context. */
  private recall(): void {
    const { turn } = this;
    const begin = (found: Bootstrap | null): void => {
      if (found === null || turn !== this.turn || this.keeper.positionOf(turn.digest) !== null) return;
      this.begin(found, 'store');
    };
    if (this.keeper.positionOf(turn.digest) !== null) return;
    const found = this.memory?.load(turn.digest) ?? null;
    if (found instanceof Promise) void found.then(begin);
    else begin(found);
  }

  private begin({ position, evaluations }: Bootstrap, via: 'store' | 'bootstrap'): void {
    this.keeper.replace(this.turn.digest, position, evaluations);
    if (this.status === 'STARTING' || this.status === 'STALE') this.state.set('STALE', via);
    this.settle();
  }

  private useBootstrap(onFault: (fault: Fault) => void): void {
    const { bootstrap } = this.options;
    if (bootstrap === undefined || bootstrap === null) return;
    if (bootstrap.format !== 1 || typeof bootstrap.position?.epoch !== 'string' || !Array.isArray(bootstrap.evaluations))
      throw new TypeError('The option bootstrap is none: it must be what bootstrapFor of the server SDK has answered.');
    // The server had no flags itself.
    if (bootstrap.position.epoch === '') return;
    if (bootstrap.contextDigest === this.turn.digest) this.begin(bootstrap, 'bootstrap');
    else onFault({ kind: 'SNAPSHOT', message: 'The option bootstrap is not used: it is of another context.' });
  }

  private createAnswers(onFault: (fault: Fault) => void): Answers {
    return new Answers({
      evaluations: () => this.keeper.all,
      position: () => this.keeper.position,
      context: () => this.turn.context,
      overrides: checkOverrides(this.options.overrides, browserEnvironment),
      hooks: this.options.hooks ?? [],
      counts: this.reports?.counts ?? null,
      onFault,
    });
  }

  private createPresence({ lifecycle, clock }: PageRuntime): Presence {
    const { hiddenSeconds = HIDDEN_SECONDS.usual } = this.options;
    if (!(hiddenSeconds >= 0 && hiddenSeconds <= HIDDEN_SECONDS.max))
      throw new TypeError(`hiddenSeconds must be from 0 to ${HIDDEN_SECONDS.max}; got ${hiddenSeconds}.`);
    return new Presence({
      ...{ lifecycle, clock, hiddenMs: hiddenSeconds * 1_000 },
      onChange: () => this.update(),
      onHide: () => {
        void this.memory?.flush();
        this.reports?.hide();
      },
      onLook: (isLate) => {
        void this.reports?.recall();
        if (isLate) this.following?.probe();
      },
    });
  }
}

function createReports(
  source: Source | null,
  { storage, clock }: PageRuntime,
  options: WebOptions,
  onFault: (fault: Fault) => void,
): PageReports | null {
  const plan = planReports(options, clock);
  const endpoint = source?.endpoint;
  if (plan === null || endpoint === undefined) return null;
  return new PageReports({ plan, endpoint, clock, storage, storageKey: `${scopeOf(options)}:reports`, onFault });
}

function askedOf<T>(flag: Flag<T> | string, fallback: T | undefined): Pick<Flag<T>, 'key' | 'fallback' | 'values'> {
  return typeof flag === 'string' ? { key: flag, fallback: fallback as T, values: null } : flag;
}

function checkContext(context: EvaluationContext = {}): EvaluationContext {
  try {
    return copyContext(context);
  } catch (cause) {
    throw new TypeError('The option context is none: it must be JSON.', { cause });
  }
}

function rememberIn({ storage, clock }: PageRuntime, options: WebOptions, onFault: (fault: Fault) => void): Memory | null {
  return storage && new Memory({ storage, scope: scopeOf(options), clock, onFault });
}

/** Serves for good what is served now. */
function createBootstrapAnswers({ all, position }: EvaluationKeeper, onFault: (fault: Fault) => void): Answers {
  const none = { overrides: null, hooks: [], counts: null, context: () => ({}) };
  return new Answers({ ...none, evaluations: () => all, position: () => position, onFault });
}
