/**
 * Runs one piece of work at a time. A request that comes during a run causes exactly one more, which begins after the request;
 * all requests until then share it. So every request is served by a run that has seen everything done before the request.
 */
export class Coalescer {
  private running: Promise<void> | null = null;
  private next: Promise<void> | null = null;

  constructor(private readonly work: () => Promise<void>) {}

  /** Begins at once when nothing runs. Resolves, or rejects, as the run does that began after the call. */
  request(): Promise<void> {
    if (this.next !== null) return this.next;
    if (this.running === null) return this.start();
    const startNext = (): Promise<void> => {
      this.next = null;
      return this.start();
    };
    this.next = this.running.then(startNext, startNext);
    return this.next;
  }

  /** Resolves when the runs that were requested have ended; never rejects. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.running, this.next]);
  }

  private start(): Promise<void> {
    this.running = this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Turns what is thrown into a rejection. */
  private async run(): Promise<void> {
    await this.work();
  }
}
