/**
 * Runs one piece of work at a time. A request during a run causes exactly one more run, which all requests until its start
 * share. So every request is served by a run that started after it, and that sees everything done before the request.
 */
export class Coalescer {
  private running: Promise<void> | null = null;
  private next: Promise<void> | null = null;

  constructor(private readonly work: () => Promise<void>) {}

  /** Starts immediately when nothing runs. Resolves or rejects with the run that started after the call. */
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

  /** Resolves when all requested runs have ended; never rejects. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.running, this.next]);
  }

  private start(): Promise<void> {
    this.running = this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Turns an exception into a rejection. */
  private async run(): Promise<void> {
    await this.work();
  }
}
