/**
 * Groups the subscribers who sent the same document and variables for one environment: a revision is read once, written as JSON
 * once, and handed to each. A subscriber that is behind (it came with `since`, or its network is slow) reads pages of its own
 * until it has caught up with the group. Nothing queues for a subscriber that cannot be written to: it is a cursor and nothing
 * more (docs/PROTOCOL.md, docs/adr/0011).
 */
import { LRUCache } from 'lru-cache';
import { Coalescer } from '../concurrency/coalescer';
import type { Cursor } from '../modules/snapshots/environment-state';
import type { Delivered } from './delivered';
import { TimeSlicer } from './time-slicer';
import type { FlagChangedEvent, FlagSubscription } from './stream';

/** The clock is read once for this many subscribers. */
const SUBSCRIBERS_PER_CLOCK_READ = 32;
/** Characters of rendered events that are kept for subscribers that come later: a reconnect storm asks for the same few. */
const TEXT_LENGTH_MAX = 8 * 1024 * 1024;

/** Takes the frames of one subscriber. */
export interface SubscriberSink {
  /** Takes a result as JSON text. False: taken, but nothing more before the subscriber is resumed. Must not throw. */
  readonly next: (text: string) => boolean;
  /** The stream has ended with this error. Nothing comes after it. */
  readonly fail: (error: unknown) => void;
}

/** A subscription, and how its events are written. */
export interface GroupRequest {
  readonly subscription: FlagSubscription;
  /** The same for all who are to get the same text for the same event. */
  readonly key: string;
  readonly render: (event: FlagChangedEvent) => string;
}

export interface FanOutOptions {
  /** Called when a change was handed to all subscribers of a group who waited for it. Must not throw. */
  readonly onDelivered?: (delivered: Delivered) => void;
}

export class FanOut {
  /** The number of RESYNC events that subscribers were given. */
  readonly resyncs = { count: 0 };
  private readonly groups = new Map<string, SubscriberGroup>();
  private readonly texts = new LRUCache<string, string>({
    maxSize: TEXT_LENGTH_MAX,
    sizeCalculation: (text) => text.length + 100,
  });
  private readonly slicer = new TimeSlicer();
  private groupCount = 0;

  constructor(private readonly options: FanOutOptions = {}) {}

  /** Begins at once: the sink may be called before this returns. */
  join(request: GroupRequest, sink: SubscriberSink): GroupSubscriber {
    const { environmentId } = request.subscription.state.scope;
    const name = `${environmentId} ${request.key}`;
    let group = this.groups.get(name);
    // An environment that was evicted and read again has another state.
    if (group?.state !== request.subscription.state) {
      group = new SubscriberGroup(request, {
        number: ++this.groupCount,
        texts: this.texts,
        slicer: this.slicer,
        resyncs: this.resyncs,
        onDelivered: (delivered) => this.options.onDelivered?.(delivered),
        onEmpty: (empty) => this.drop(name, empty),
      });
      this.groups.set(name, group);
    }
    const subscriber = new GroupSubscriber(group, sink, request.subscription.from);
    subscriber.begin();
    return subscriber;
  }

  /** Groups of subscribers that share what is read and written. */
  get size(): number {
    return this.groups.size;
  }

  /** Subscribers at this moment, also those that are behind. */
  get subscriberCount(): number {
    return [...this.groups.values()].reduce((sum, group) => sum + group.size, 0);
  }

  private drop(name: string, group: SubscriberGroup): void {
    if (this.groups.get(name) === group) this.groups.delete(name);
  }
}

interface SubscriberGroupOptions {
  readonly number: number;
  readonly texts: LRUCache<string, string>;
  readonly slicer: TimeSlicer;
  readonly resyncs: { count: number };
  readonly onDelivered: (delivered: Delivered) => void;
  readonly onEmpty: (group: SubscriberGroup) => void;
}

class SubscriberGroup {
  /** The cursor that all of `live` have reached. */
  private position: Cursor;
  private readonly live = new Set<GroupSubscriber>();
  /** Subscribers further on than `live`, or that wait for a revision which this server has not seen yet. */
  private readonly ahead = new Set<GroupSubscriber>();
  private subscriberCount = 0;
  private readonly runs = new Coalescer(() => this.run());
  private readonly stop: () => void;

  constructor(
    private readonly request: GroupRequest,
    private readonly options: SubscriberGroupOptions,
  ) {
    const { state } = request.subscription;
    this.position = { epoch: state.epoch, revision: state.revision };
    this.stop = state.onChange(() => void this.runs.request());
  }

  get state(): FlagSubscription['state'] {
    return this.request.subscription.state;
  }

  get size(): number {
    return this.subscriberCount;
  }

  enter(): void {
    this.subscriberCount++;
  }

  exit(subscriber: GroupSubscriber): void {
    this.live.delete(subscriber);
    this.ahead.delete(subscriber);
    if (--this.subscriberCount > 0) return;
    this.stop();
    this.options.onEmpty(this);
  }

  pageAfter(cursor: Cursor): ReturnType<FlagSubscription['pageAfter']> {
    return this.request.subscription.pageAfter(cursor);
  }

  textOf(event: FlagChangedEvent): string {
    const { texts, number } = this.options;
    const name = `${number} ${event.kind} ${event.epoch} ${event.revision}`;
    const known = texts.get(name);
    if (known !== undefined) return known;
    const text = this.request.render(event);
    texts.set(name, text);
    return text;
  }

  /**
   * Makes a subscriber live that has reached the group's position: from now on it is sent events with the others. Answers that
   * position, which they share.
   */
  admit(subscriber: GroupSubscriber, cursor: Cursor): Cursor | null {
    if (!isSame(cursor, this.position) || this.state.isClosed) return null;
    // A change that came meanwhile is sent by the run that the change began.
    this.live.add(subscriber);
    return this.position;
  }

  /** Whether a page after the cursor would not be empty. */
  hasAfter({ epoch, revision }: Cursor): boolean {
    return this.state.epoch === epoch && this.state.revision > revision;
  }

  await(subscriber: GroupSubscriber): void {
    this.ahead.add(subscriber);
  }

  leave(subscriber: GroupSubscriber): void {
    this.live.delete(subscriber);
  }

  yieldIfDue(): Promise<unknown> | null {
    return this.options.slicer.yieldIfDue();
  }

  private async run(): Promise<void> {
    if (this.subscriberCount === 0) return;
    try {
      while (await this.advance());
    } catch (error) {
      for (const subscriber of [...this.live, ...this.ahead]) subscriber.fail(error);
    }
  }

  /** Answers whether there may be more. */
  private async advance(): Promise<boolean> {
    const page = await this.pageAfter(this.position);
    if (isSame(page.cursor, this.position)) {
      this.settleAhead();
      return false;
    }
    for (const event of page.events) {
      await this.hand(event);
      this.settleAhead();
    }
    this.position = page.cursor;
    this.settleAhead();
    return this.subscriberCount > 0;
  }

  /** Hands the event to all live subscribers; one that joins meanwhile is before it, and gets it, too. */
  private async hand(event: FlagChangedEvent): Promise<void> {
    const { slicer } = this.options;
    const to = cursorOf(event);
    if (this.live.size > 0) {
      const startedAt = Date.now();
      const text = this.textOf(event);
      let count = 0;
      for (const subscriber of this.live) {
        subscriber.take(text, to);
        if (++count % SUBSCRIBERS_PER_CLOCK_READ === 0) await slicer.yieldIfDue();
      }
      if (event.kind === 'RESYNC') this.countResync(count);
      else this.options.onDelivered({ ...event, subscription: 'flagChanged', environmentId: this.environmentId, startedAt });
    }
    // With nothing awaited in between: who joins from here on stands after the event.
    this.position = to;
  }

  countResync(count = 1): void {
    this.options.resyncs.count += count;
  }

  private get environmentId(): string {
    return this.state.scope.environmentId;
  }

  private settleAhead(): void {
    if (this.ahead.size === 0) return;
    const subscribers = [...this.ahead];
    this.ahead.clear();
    for (const subscriber of subscribers) subscriber.begin();
  }
}

type SubscriberState = 'READING' | 'LIVE' | 'PAUSED' | 'ENDED';

export class GroupSubscriber {
  private state: SubscriberState = 'PAUSED';

  constructor(
    private readonly group: SubscriberGroup,
    private readonly sink: SubscriberSink,
    /** The position of the last event that was given; unused while live, when the group's position holds for all. */
    private cursor: Cursor,
  ) {
    group.enter();
  }

  /** The sink takes more. */
  resume(): void {
    if (this.state === 'PAUSED') this.begin();
  }

  /** Ends the subscriber: it is given nothing from now on. */
  end(): void {
    if (this.state === 'ENDED') return;
    this.state = 'ENDED';
    this.group.exit(this);
  }

  begin(): void {
    if (this.state === 'ENDED') return;
    this.state = 'READING';
    if (!this.join()) void this.read();
  }

  take(text: string, to: Cursor): void {
    if (this.state !== 'LIVE' || this.sink.next(text)) return;
    this.cursor = to;
    this.pause();
  }

  fail(error: unknown): void {
    if (this.state === 'ENDED') return;
    this.end();
    this.sink.fail(error);
  }

  private pause(): void {
    // The sink may have ended it.
    if (this.state === 'ENDED') return;
    this.state = 'PAUSED';
    this.group.leave(this);
  }

  private async read(): Promise<void> {
    try {
      while (this.state === 'READING') {
        if (this.join()) return;
        const page = await this.group.pageAfter(this.cursor);
        if (isSame(page.cursor, this.cursor)) {
          if (this.group.hasAfter(this.cursor)) continue;
          this.awaitOthers();
          return;
        }
        if (!(await this.giveAll(page.events))) return;
        this.cursor = page.cursor;
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** Unless it can join them at once. */
  private awaitOthers(): void {
    if (this.state === 'READING' && !this.join()) this.group.await(this);
  }

  private join(): boolean {
    const position = this.group.admit(this, this.cursor);
    if (position === null) return false;
    this.cursor = position;
    this.state = 'LIVE';
    return true;
  }

  /** False when the sink takes no more for now, or the member has ended. */
  private async giveAll(events: readonly FlagChangedEvent[]): Promise<boolean> {
    for (const event of events) {
      await this.group.yieldIfDue();
      if (this.state !== 'READING') return false;
      if (event.kind === 'RESYNC') this.group.countResync();
      const isTaken = this.sink.next(this.group.textOf(event));
      this.cursor = cursorOf(event);
      if (isTaken) continue;
      // Another reading may begin from here on.
      this.pause();
      return false;
    }
    return this.state === 'READING';
  }
}

function cursorOf({ epoch, revision }: FlagChangedEvent): Cursor {
  return { epoch, revision };
}

function isSame(a: Cursor, b: Cursor): boolean {
  return a.revision === b.revision && a.epoch === b.epoch;
}
