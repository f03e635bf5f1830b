/** One operation whose results are sent one by one. Each transport implements how they are written. */
import type { GraphQLFormattedError } from 'graphql';
import type { ScopedPermission } from '../delivery/scoped-permission';
import { Forbidden } from '../errors';
import { permits, type Actor } from '../modules/access/actor';

/** The source of a subscription's results. */
export interface Source {
  /** Called when the transport can take more. */
  readonly resume: () => void;
  readonly end: () => void;
}

/** Formats an error as the client may see it. */
export type Format = (error: unknown) => readonly GraphQLFormattedError[];

export abstract class LiveOperation {
  /** Null: its stream requires none. */
  requiredPermission: ScopedPermission | null = null;
  private source: Source | null = null;
  private isOver = false;

  constructor(private readonly format: Format) {}

  get hasEnded(): boolean {
    return this.isOver;
  }

  resume(): void {
    this.source?.resume();
  }

  /** Ends this operation alone when the actor may not follow its stream any more. */
  review(actor: Actor): void {
    if (this.requiredPermission === null) return;
    const { permission, scope } = this.requiredPermission;
    if (!permits(actor, permission, scope)) this.fail(new Forbidden(permission));
  }

  /** Ends the operation without a message: the client completed it, or is gone. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.source?.end();
    this.source = null;
  }

  /** Sets the source of the results. */
  follow(source: Source): void {
    if (this.isOver) source.end();
    else this.source = source;
  }

  /** Writes one result, as JSON text. False when it was accepted, but no more may follow before `resume`. */
  next(text: string): boolean {
    return this.isOver || this.writeNext(text);
  }

  /** Writes the only result and completes the operation. */
  finish(text: string): void {
    this.next(text);
    this.complete();
  }

  complete(): void {
    if (this.isOver) return;
    this.end();
    this.writeComplete();
  }

  /** Ends the operation with an error. */
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

/** Pulls the next event of a stream only when the one before is written, so that nothing queues here. */
export class PulledSource implements Source {
  private wake: (() => void) | null = null;
  private isPaused = false;
  private hasEnded = false;

  constructor(
    private readonly stream: AsyncIterator<unknown>,
    private readonly render: (event: unknown) => string,
    private readonly operation: LiveOperation,
  ) {}

  resume(): void {
    this.isPaused = false;
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
        this.isPaused = !this.operation.next(this.render(result.value));
        if (this.isPaused) await new Promise<void>((resolve) => (this.wake = resolve));
        if (this.hasEnded) return;
      }
    } catch (error) {
      this.operation.fail(error);
    }
  }
}
