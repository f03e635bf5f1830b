/**
 * Keeps what an SDK follows current, by two loops instead of modes: the stream loop keeps one stream, and the floor polls whenever
 * none lives. So nothing is older than a grace and a poll while HTTP works at all, whatever else is blocked.
 */
import type { Fault, Transport } from './api';
import type { ClientState } from './client-state';
import type { Clock } from './clock';
import { spread } from './clock';
import { FaultError, faultOf, isRefusal } from './faults';
import type { Operation } from './http';
import type { AttemptEnd } from './retry';
import { StreamLoop, type StreamOfData, type StreamTransport } from './stream-loop';

const AFTER_FAILED_START_MS = 1_000;
const AFTER_LOSS_MS = 10_000;
const REFUSED_POLL_MS = 300_000;

/** The data that an SDK keeps, and how it asks for them. */
export interface Followed {
  /**
   * Whether a stream begins with all there is: then nothing need be read before it, and its first event says that the client is
   * current. Else it begins with what changes, and being current is asked for.
   */
  readonly startsWhole: boolean;
  readonly hasData: () => boolean;
  /** Asks the server for what is newer than what is here. Rejects when it does not answer. */
  readonly read: (signal: AbortSignal) => Promise<void>;
  /** The stream that begins where what is here ends. */
  readonly operation: () => Operation;
  /**
   * Puts one event in place; `isFirst` is of its stream. ANEW: it does not follow what is here. Rejects when something had to be read
   * and could not.
   */
  readonly apply: (data: unknown, isFirst: boolean, signal: AbortSignal) => Promise<'APPLIED' | 'ANEW'>;
}

export interface ConnectionParts {
  readonly followed: Followed;
  /** Best first; none: polls only. */
  readonly transports: readonly StreamTransport[];
  readonly isPolling: boolean;
  readonly pollMs: number;
  readonly clock: Clock;
  readonly state: ClientState;
  readonly onFault: (fault: Fault) => void;
}

export class Connection {
  private readonly controller = new AbortController();
  private readonly loop: StreamLoop | null;
  private reading: Promise<void> | null = null;
  private applying: Promise<unknown> = Promise.resolve();
  private cancelPoll: (() => void) | null = null;
  private hasLived = false;
  /** A stream lives that keeps the client current. */
  private isFollowing = false;

  constructor(private readonly parts: ConnectionParts) {
    const { transports, clock } = parts;
    this.loop =
      transports.length === 0
        ? null
        : new StreamLoop({
            transports,
            clock,
            prepare: () => this.prepare(),
            onOpen: (via) => this.onOpen(via),
            onData: (data, stream) => this.onData(data, stream),
            onEnd: (end) => this.onEnd(end),
          });
  }

  start(): void {
    if (this.loop === null) {
      void this.poll();
      return;
    }
    if (this.parts.followed.startsWhole && this.parts.isPolling) this.pollAfter(AFTER_FAILED_START_MS);
    void this.loop.run();
  }

  /** Asks now instead of waiting, because there is reason to believe that the network was away, or is back. */
  probe(): void {
    if (this.parts.state.status === 'REFUSED') return;
    if (this.isFollowing) void this.refresh().catch(() => this.loop?.restart());
    else {
      this.loop?.hurry();
      if (this.parts.isPolling) void this.poll();
    }
  }

  /** Asks the server now. Rejects when it does not answer; two at once are one. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = null));
    return this.reading;
  }

  close(): void {
    this.controller.abort(new Error('the client was closed.'));
    this.loop?.close();
    this.stopPolling();
  }

  private async read(): Promise<void> {
    const { state } = this.parts;
    try {
      await this.parts.followed.read(this.controller.signal);
    } catch (error) {
      const fault = faultOf(error);
      this.note(fault);
      // Once it is closed, the state is no longer its own.
      if (this.controller.signal.aborted) throw new FaultError(fault);
      if (isRefusal(fault)) state.set('REFUSED');
      else if (state.status === 'READY' && !this.isFollowing) state.set('STALE');
      throw new FaultError(fault);
    }
    this.tellReady();
  }

  private tellReady(): void {
    if (this.controller.signal.aborted) return;
    this.parts.state.fault = null;
    this.parts.state.set('READY', (this.isFollowing ? this.loop?.via : null) ?? 'poll');
  }

  private async prepare(): Promise<Operation> {
    const { followed, state } = this.parts;
    const needsData = !followed.startsWhole && !followed.hasData();
    if (needsData || state.status === 'REFUSED') await this.refresh();
    return followed.operation();
  }

  private onOpen(via: Transport): void {
    if (this.parts.followed.startsWhole) return;
    this.follow();
    // A stream has no event that says "you are current".
    if (this.parts.state.status === 'READY') this.parts.state.set('READY', via);
    else void this.refresh().catch(() => this.loop?.restart());
  }

  private follow(): void {
    this.hasLived = true;
    this.isFollowing = true;
    this.stopPolling();
  }

  /** One event after the other, for one of them may have to read something first. */
  private onData(data: unknown, { isCurrent, isFirst }: StreamOfData): void {
    const { followed } = this.parts;
    const apply = async (): Promise<void> => {
      if (!isCurrent() || this.controller.signal.aborted) return;
      try {
        if ((await followed.apply(data, isFirst, this.controller.signal)) === 'ANEW') this.loop?.restart();
        else if (followed.startsWhole && isCurrent()) {
          this.follow();
          this.tellReady();
        }
      } catch (error) {
        this.note(faultOf(error));
        this.loop?.restart();
      }
    };
    this.applying = this.applying.then(apply);
  }

  private async onEnd(end: AttemptEnd): Promise<AttemptEnd> {
    this.isFollowing = false;
    if (this.parts.state.fault !== end.fault) this.note(end.fault);
    // Whether the key is refused, or only the stream, by something in between.
    if (isRefusal(end.fault) && this.parts.state.status !== 'REFUSED') await this.refresh().catch(() => undefined);
    const isRefused = this.parts.state.status === 'REFUSED';
    if (!isRefused && this.parts.isPolling && this.cancelPoll === null) {
      const grace = this.hasLived ? AFTER_LOSS_MS : AFTER_FAILED_START_MS;
      this.pollAfter(Math.max(grace, end.fault.retryAfterMs ?? 0));
    }
    return isRefusal(end.fault) && !isRefused ? { ...end, fault: { ...end.fault, kind: 'BROKEN' }, livedMs: null } : end;
  }

  private async poll(): Promise<void> {
    this.stopPolling();
    const fault = await this.refresh().then(
      () => null,
      (error: unknown) => faultOf(error),
    );
    const lives = this.loop !== null && (this.isFollowing || this.parts.state.status === 'REFUSED');
    if (this.controller.signal.aborted || lives) return;
    const ms = this.parts.state.status === 'REFUSED' ? REFUSED_POLL_MS : this.parts.pollMs;
    this.pollAfter(Math.max(spread(ms, this.parts.clock), fault?.retryAfterMs ?? 0));
  }

  private pollAfter(ms: number): void {
    this.stopPolling();
    this.cancelPoll = this.parts.clock.after(ms, () => void this.poll());
  }

  private stopPolling(): void {
    this.cancelPoll?.();
    this.cancelPoll = null;
  }

  private note(fault: Fault): void {
    if (this.controller.signal.aborted) return;
    this.parts.state.fault = fault;
    this.parts.onFault(fault);
  }
}
