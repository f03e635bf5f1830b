/** Keeps one stream, by the best transport that works, for as long as the client lives. */
import type { Transport } from './api';
import type { Clock } from './clock';
import { spread } from './clock';
import { faultOf } from './faults';
import type { Operation } from './http';
import { Ladder, Retries, type AttemptEnd } from './retry';
import type { RunStream, StreamEnd } from './stream';

/** Until a better transport is tried while a lower one lives. */
const CLIMB_AFTER_MS = 300_000;

export interface StreamTransport {
  readonly via: Exclude<Transport, 'poll'>;
  readonly run: RunStream;
}

/** The stream that data came by. */
export interface StreamOfData {
  /** Whether the stream is still wanted. */
  readonly isCurrent: () => boolean;
  /** Whether they are its first. */
  readonly isFirst: boolean;
}

export interface StreamLoopParts {
  /** Best first; at least one. */
  readonly transports: readonly StreamTransport[];
  readonly clock: Clock;
  /** The operation of the next attempt. Rejects when there can be none yet. */
  readonly prepare: () => Promise<Operation>;
  readonly onOpen: (via: Transport) => void;
  readonly onData: (data: unknown, stream: StreamOfData) => void;
  /** Answers how it ended in truth: a refusal of the stream need not be one of the key. */
  readonly onEnd: (end: AttemptEnd) => Promise<AttemptEnd>;
}

interface Attempt {
  readonly index: number;
  readonly controller: AbortController;
  readonly ended: Promise<AttemptEnd>;
}

const ANEW: StreamEnd = {
  kind: 'CUT',
  fault: { kind: 'NETWORK', message: 'The stream does not go on from what is here; it is asked for anew.' },
};

export class StreamLoop {
  private readonly retries: Retries;
  private readonly ladder: Ladder;
  private current: Attempt | null = null;
  private opened: Attempt | null = null;
  private cancelClimb: () => void = () => undefined;
  private wake: () => void = () => undefined;
  private isClosed = false;

  constructor(private readonly parts: StreamLoopParts) {
    this.retries = new Retries(parts.clock);
    this.ladder = new Ladder(parts.transports.length);
  }

  /** How the stream that lives is carried. Null: none lives. */
  get via(): Transport | null {
    return this.opened === null ? null : (this.parts.transports[this.opened.index]?.via ?? null);
  }

  async run(): Promise<void> {
    while (!this.isClosed) {
      const found = await this.endOf(this.begin(this.ladder.index));
      this.cancelClimb();
      if (this.isClosed) return;
      const end = await this.parts.onEnd(found);
      this.ladder.note(end);
      await this.pause(this.retries.delayAfter(end));
    }
  }

  /** Ends the stream, to ask for it anew after a pause. */
  restart(): void {
    this.current?.controller.abort(ANEW);
  }

  /** Ends a pause between two attempts. */
  hurry(): void {
    this.wake();
  }

  close(): void {
    this.isClosed = true;
    this.cancelClimb();
    this.current?.controller.abort(new Error('the client was closed.'));
    this.wake();
  }

  /** While an attempt runs another may take over, by a better transport. */
  private async endOf(attempt: Attempt): Promise<AttemptEnd> {
    this.current = attempt;
    for (;;) {
      const running: Attempt = this.current;
      const end = await running.ended;
      if (this.current === running) return end;
    }
  }

  private begin(index: number): Attempt {
    const controller = new AbortController();
    const attempt: Attempt = { index, controller, ended: this.attempt(index, controller, () => this.onOpen(attempt)) };
    return attempt;
  }

  private async attempt(index: number, controller: AbortController, onOpen: () => void): Promise<AttemptEnd> {
    const { parts } = this;
    let openedAt: number | null = null;
    let isFirst = true;
    const isCurrent = (): boolean => !controller.signal.aborted;
    const listener = {
      onOpen: () => {
        openedAt = parts.clock.now();
        onOpen();
      },
      onData: (data: unknown) => {
        parts.onData(data, { isCurrent, isFirst });
        isFirst = false;
      },
    };
    // Begins after the attempt is known to the loop.
    await Promise.resolve();
    const end = await this.runOne(index, listener, controller.signal);
    if (this.opened?.controller === controller) this.opened = null;
    return { ...end, livedMs: openedAt === null ? null : parts.clock.now() - openedAt };
  }

  private async runOne(index: number, listener: Parameters<RunStream>[1], signal: AbortSignal): Promise<StreamEnd> {
    const transport = this.parts.transports[index] as StreamTransport;
    try {
      const operation = await this.parts.prepare();
      const end = await transport.run(operation, listener, signal);
      return signal.reason === ANEW ? ANEW : end;
    } catch (error) {
      return { kind: 'CUT', fault: faultOf(error) };
    }
  }

  private onOpen(attempt: Attempt): void {
    const before = this.current;
    // Make before break.
    this.current = attempt;
    this.opened = attempt;
    if (before !== attempt) {
      before?.controller.abort(new Error('a better transport works.'));
      this.ladder.index = attempt.index;
    }
    this.planClimb(attempt.index);
    this.parts.onOpen(this.via ?? 'poll');
  }

  private planClimb(index: number): void {
    this.cancelClimb();
    if (index === 0) return;
    this.cancelClimb = this.parts.clock.after(spread(CLIMB_AFTER_MS, this.parts.clock), () => {
      const attempt = this.begin(0);
      // Once it is the current one, it is no climb any more.
      this.cancelClimb = () => {
        if (this.current !== attempt) attempt.controller.abort(new Error('it is not needed.'));
      };
      void attempt.ended.then(() => {
        if (this.current !== attempt && !this.isClosed && this.opened !== null) this.planClimb(this.opened.index);
      });
    });
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.parts.clock.after(ms, resolve);
      this.wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
