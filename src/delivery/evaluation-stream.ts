/**
 * The stream behind `evaluationsChanged`: the state of one context, not the history of it. A subscriber who reads slowly has
 * no queue; when it asks again, it is sent how the newest revision differs from what it was sent last (docs/PROTOCOL.md).
 *
 * One driver for each environment serves all its subscribers, on one compiled snapshot, in slices, so that ten thousand of
 * them do not keep a request waiting.
 */
import { Coalescer } from '../concurrency/coalescer';
import { RequestFault } from '../errors';
import { listAffectedFlagKeys, type CompiledSnapshot, type Evaluation, type EvaluationContext } from '../evaluation';
import type { EnvironmentState } from '../modules/snapshots/environment-state';
import type { ScopedPermission, Guarded } from './scoped-permission';
import type { Delivered } from './delivered';
import { EvaluationView, type SentEvaluation } from './evaluation-view';
import { TimeSlicer } from './time-slicer';

/**
 * Events and evaluations in them that one slice may hand out: turning them into frames comes after the slice, costs more
 * than finding them, and cannot be interrupted.
 */
const SLICE_WEIGHT_MAX = 128;

export interface EvaluationsChangedEvent {
  readonly revision: number;
  readonly epoch: string;
  /** All in the first event and in the first of another epoch; else those whose value or variation is another one. */
  readonly evaluations: readonly Evaluation[];
}

export interface EvaluationsChangedRequest {
  readonly state: EnvironmentState;
  readonly context: EvaluationContext;
  /** Null: all flags that are not archived. */
  readonly flagKeys: readonly string[] | null;
  /** False: client-available flags only, and the answer without its grounds. */
  readonly seesAll: boolean;
  /** Whether what is sent counts as usage. Absent: yes. */
  readonly isCounted?: boolean;
}

export interface SentEvaluations {
  readonly environmentId: string;
  readonly compiled: CompiledSnapshot;
  readonly evaluations: readonly Evaluation[];
  /** Whether they count as usage. */
  readonly isCounted: boolean;
}

export interface EvaluationStreamOptions {
  /** Called with evaluations that are about to be sent to one subscriber. Must not throw. */
  readonly onSent?: (sent: SentEvaluations) => void;
  /** Called when a change was sent to all subscribers who waited for it. Must not throw. */
  readonly onDelivered?: (delivered: Delivered) => void;
}

export class EvaluationStream {
  private readonly drivers = new Map<EnvironmentState, EnvironmentDriver>();
  /** Drivers that have subscribers to serve. They take turns. */
  private readonly busy = new Set<EnvironmentDriver>();
  private readonly slicer = new TimeSlicer(SLICE_WEIGHT_MAX);
  private readonly runs = new Coalescer(() => this.serveBusy());

  constructor(private readonly options: EvaluationStreamOptions = {}) {}

  /** Costs nothing until the first `next()`. Ends with NOT_FOUND when the environment is deleted. */
  evaluationsChanged(request: EvaluationsChangedRequest): AsyncIterableIterator<EvaluationsChangedEvent> {
    return new EvaluationSubscription(request, () => this.driverOf(request.state));
  }

  /** Subscribers served at this moment. */
  get subscriberCount(): number {
    return [...this.drivers.values()].reduce((sum, driver) => sum + driver.memberCount, 0);
  }

  private driverOf(state: EnvironmentState): EnvironmentDriver {
    const known = this.drivers.get(state);
    if (known) return known;
    const driver: EnvironmentDriver = new EnvironmentDriver(state, {
      onBusy: () => {
        this.busy.add(driver);
        void this.runs.request();
      },
      onSent: (sent) => this.options.onSent?.({ environmentId: state.scope.environmentId, ...sent }),
      onDelivered: (delivered) => this.options.onDelivered?.(delivered),
      onEmpty: () => {
        this.drivers.delete(state);
        this.busy.delete(driver);
      },
    });
    this.drivers.set(state, driver);
    return driver;
  }

  private async serveBusy(): Promise<void> {
    await this.slicer.next();
    for (const driver of this.busy) {
      this.busy.delete(driver);
      if (driver.serve(this.slicer)) this.busy.add(driver);
      await this.slicer.yieldIfDue();
    }
  }
}

interface DriverEvents {
  /** There are subscribers to serve. */
  readonly onBusy: () => void;
  readonly onSent: (sent: Omit<SentEvaluations, 'environmentId'>) => void;
  readonly onDelivered: (delivered: Delivered) => void;
  /** The last subscriber is gone, and the driver has stopped listening to its environment state. */
  readonly onEmpty: () => void;
}

/** Serves the subscribers of one environment. */
class EnvironmentDriver {
  private readonly views = new Map<string, EvaluationView>();
  private compiled: CompiledSnapshot;
  /** Counts the snapshots shown; a subscriber whose turn is lower may have something to be sent. */
  private turn = 0;
  /** The turn at which the present epoch began. */
  private epochTurn = 0;
  /** Those that wait for an event, and know the newest snapshot. */
  private idle = new Set<EvaluationSubscription>();
  /** Those that wait for an event, and may not know the newest snapshot. Served in order. */
  private due = new Set<EvaluationSubscription>();
  /** The change that is being sent. Null: none, or nobody knows which. */
  private delivering: Delivered | null = null;
  private readonly stop: () => void;

  constructor(
    private readonly state: EnvironmentState,
    private readonly events: DriverEvents,
  ) {
    this.compiled = state.compiled;
    this.stop = state.onChange(() => this.wake());
  }

  get memberCount(): number {
    return [...this.views.values()].reduce((sum, view) => sum + view.members.size, 0);
  }

  /** The view that the subscriber is a member of from now on. */
  join(subscription: EvaluationSubscription): EvaluationView {
    const name = nameOfView(subscription.request);
    const { flagKeys, seesAll } = subscription.request;
    const view = this.views.get(name) ?? new EvaluationView(flagKeys, seesAll, this.compiled, this.turn);
    this.views.set(name, view);
    view.members.add(subscription);
    return view;
  }

  leave(subscription: EvaluationSubscription, view: EvaluationView): void {
    this.idle.delete(subscription);
    this.due.delete(subscription);
    view.members.delete(subscription);
    if (view.members.size === 0) this.views.delete(nameOfView(subscription.request));
    if (this.views.size > 0) return;
    this.stop();
    this.events.onEmpty();
  }

  /** The subscriber waits for an event. */
  ask(subscription: EvaluationSubscription): void {
    const knowsNewest = subscription.turn === this.turn && this.state.compiled === this.compiled && !this.state.isClosed;
    (knowsNewest ? this.idle : this.due).add(subscription);
    if (!knowsNewest) this.events.onBusy();
  }

  /** Serves until the slice is over; answers whether some are left. */
  serve(slicer: TimeSlicer): boolean {
    this.showNewest();
    for (const subscription of this.due) {
      if (slicer.isOver) break;
      this.due.delete(subscription);
      if (this.state.isClosed) {
        subscription.fail(new RequestFault('NOT_FOUND', 'The environment was deleted.'));
        slicer.add(1);
        continue;
      }
      const event = this.eventFor(subscription);
      if (event === null) {
        this.idle.add(subscription);
        continue;
      }
      subscription.give(event);
      slicer.add(1 + event.evaluations.length);
    }
    if (this.due.size > 0) return true;
    if (this.delivering !== null) this.events.onDelivered(this.delivering);
    this.delivering = null;
    return false;
  }

  private eventFor(subscription: EvaluationSubscription): EvaluationsChangedEvent | null {
    const isWhole = subscription.turn < this.epochTurn;
    const evaluations = subscription.send(isWhole);
    const { revision, epoch } = this.compiled;
    if (!isWhole && evaluations.length === 0) return null;
    const { isCounted = true } = subscription.request;
    this.events.onSent({ compiled: this.compiled, evaluations, isCounted });
    return { revision, epoch, evaluations };
  }

  /** Makes idle subscribers due again, behind those that are due already: they had nothing new the last time. */
  private wake(): void {
    if (this.idle.size === 0) return;
    if (this.due.size === 0) [this.due, this.idle] = [this.idle, this.due];
    else for (const subscription of this.idle) this.due.add(subscription);
    this.idle.clear();
    this.events.onBusy();
  }

  /** Shows the newest snapshot; those between it and the one shown are skipped. */
  private showNewest(): void {
    const newest = this.state.compiled;
    if (newest === this.compiled) return;
    const isNewEpoch = newest.epoch !== this.compiled.epoch;
    // A state that was set back waits for its new epoch: nothing that was sent is taken back within an epoch.
    if (!isNewEpoch && newest.revision < this.compiled.revision) return;
    const affectedKeys = isNewEpoch ? null : listAffectedFlagKeys(this.compiled, newest);
    this.compiled = newest;
    const { origin, scope } = this.state;
    const { environmentId } = scope;
    const { revision } = newest;
    this.delivering = origin && { subscription: 'evaluationsChanged', environmentId, revision, ...origin, startedAt: Date.now() };
    this.turn += 1;
    if (isNewEpoch) this.epochTurn = this.turn;
    for (const view of this.views.values()) view.show(newest, affectedKeys, this.turn);
  }
}

function nameOfView({ flagKeys, seesAll }: EvaluationsChangedRequest): string {
  return JSON.stringify([seesAll, flagKeys]);
}

const NOTHING_SENT = new Uint32Array(0);

interface Waiting {
  readonly promise: Promise<IteratorResult<EvaluationsChangedEvent>>;
  readonly resolve: (result: IteratorResult<EvaluationsChangedEvent>) => void;
  readonly reject: (error: Error) => void;
}

class EvaluationSubscription implements AsyncIterableIterator<EvaluationsChangedEvent>, Guarded, SentEvaluation {
  numbers = NOTHING_SENT;
  turn = -1;
  private membership: { readonly driver: EnvironmentDriver; readonly view: EvaluationView } | null = null;
  private waiting: Waiting | null = null;
  private isEnded = false;

  constructor(
    readonly request: EvaluationsChangedRequest,
    private readonly findDriver: () => EnvironmentDriver,
  ) {}

  get context(): EvaluationContext {
    return this.request.context;
  }

  get requiredPermission(): ScopedPermission {
    return { permission: 'flag:evaluate', scope: this.request.state.scope };
  }

  next(): Promise<IteratorResult<EvaluationsChangedEvent>> {
    if (this.isEnded) return Promise.resolve({ done: true, value: undefined });
    if (this.waiting !== null) return this.waiting.promise.then(() => this.next());
    const waiting = createWaiting();
    this.waiting = waiting;
    this.membership ??= this.join();
    this.membership.driver.ask(this);
    return waiting.promise;
  }

  return(): Promise<IteratorResult<EvaluationsChangedEvent>> {
    this.end()?.resolve({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: Error): Promise<IteratorResult<EvaluationsChangedEvent>> {
    this.end()?.resolve({ done: true, value: undefined });
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  send(isWhole: boolean): Evaluation[] {
    return this.membership === null ? [] : this.membership.view.send(this, isWhole);
  }

  give(event: EvaluationsChangedEvent): void {
    const { waiting } = this;
    this.waiting = null;
    waiting?.resolve({ done: false, value: event });
  }

  fail(error: Error): void {
    this.end()?.reject(error);
  }

  private join(): { readonly driver: EnvironmentDriver; readonly view: EvaluationView } {
    const driver = this.findDriver();
    return { driver, view: driver.join(this) };
  }

  private end(): Waiting | null {
    const { waiting, membership } = this;
    this.isEnded = true;
    this.waiting = null;
    this.membership = null;
    this.numbers = NOTHING_SENT;
    membership?.driver.leave(this, membership.view);
    return waiting;
  }
}

function createWaiting(): Waiting {
  let resolve: Waiting['resolve'] = () => undefined;
  let reject: Waiting['reject'] = () => undefined;
  const promise = new Promise<IteratorResult<EvaluationsChangedEvent>>((onResult, onError) => {
    resolve = onResult;
    reject = onError;
  });
  return { promise, resolve, reject };
}
