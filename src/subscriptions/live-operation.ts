/** One operation whose answers go out one by one. Each transport says how they are written. */
import type { GraphQLFormattedError } from 'graphql';

/** What the answers of a subscription come from. */
export interface Source {
  /** More may be written. */
  readonly resume: () => void;
  readonly end: () => void;
}

/** What an error looks like to the client. */
export type Format = (error: unknown) => readonly GraphQLFormattedError[];

export abstract class LiveOperation {
  private source: Source | null = null;
  private isOver = false;

  constructor(private readonly format: Format) {}

  get hasEnded(): boolean {
    return this.isOver;
  }

  resume(): void {
    this.source?.resume();
  }

  /** The client wants no more, or is gone: nothing is said to it. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.source?.end();
    this.source = null;
  }

  /** From now on answers come from there. */
  follow(source: Source): void {
    if (this.isOver) source.end();
    else this.source = source;
  }

  /** One result, as JSON text. False: taken, but nothing more before `resume`. */
  next(text: string): boolean {
    return this.isOver || this.writeNext(text);
  }

  /** The only result. */
  finish(text: string): void {
    this.next(text);
    this.complete();
  }

  complete(): void {
    if (this.isOver) return;
    this.end();
    this.writeComplete();
  }

  /** It failed, or must end: nothing comes after this. */
  fail(error: unknown): void {
    if (!this.isOver) this.refuse(this.format(error));
  }

  refuse(errors: readonly GraphQLFormattedError[]): void {
    if (this.isOver) return;
    this.end();
    this.writeError(errors);
  }

  protected abstract writeNext(text: string): boolean;
  protected abstract writeComplete(): void;
  protected abstract writeError(errors: readonly GraphQLFormattedError[]): void;
}

/** A stream that is asked for its next event when the one before is written, so that nothing queues here. */
export class PulledSource implements Source {
  private wake: (() => void) | null = null;
  private isHeld = false;
  private hasEnded = false;

  constructor(
    private readonly stream: AsyncIterator<unknown>,
    private readonly render: (event: unknown) => string,
    private readonly operation: LiveOperation,
  ) {}

  resume(): void {
    this.isHeld = false;
    this.wake?.();
    this.wake = null;
  }

  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.resume();
    void this.stream.return?.();
  }

  /** Resolves when the stream has ended. Never rejects. */
  async run(): Promise<void> {
    try {
      for (;;) {
        const result = await this.stream.next();
        if (this.hasEnded) return;
        if (result.done === true) return this.operation.complete();
        this.isHeld = !this.operation.next(this.render(result.value));
        if (this.isHeld) await new Promise<void>((resolve) => (this.wake = resolve));
        if (this.hasEnded) return;
      }
    } catch (error) {
      this.operation.fail(error);
    }
  }
}
