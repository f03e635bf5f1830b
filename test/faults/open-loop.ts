/** Requests at a fixed rate, whether or not earlier ones were answered: what goes wrong is counted, not waited for. */
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';

export interface OpenLoopOptions {
  readonly url: string;
  readonly secret: string;
  /** Requests a second. */
  readonly rate: number;
}

const TICK_MS = 5;
const BODY = JSON.stringify({ query: '{ evaluate(contexts: [{ targetingKey: "ada" }]) { results { values } } }' });

export class OpenLoop {
  /** How often each other outcome than an answered evaluation came. */
  readonly failures = new Map<string, number>();
  sent = 0;
  private answered = 0;
  private readonly tookMs: number[] = [];
  /** Leaves idle connections before a load balancer does, as clients should: a busy one would write to one that is closed. */
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 512, timeout: 5_000 });
  private readonly startedAt = performance.now();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: OpenLoopOptions) {
    this.timer = setInterval(() => this.catchUp(), TICK_MS);
  }

  /** Resolves when every request that was sent has had its outcome. */
  async stop(): Promise<this> {
    clearInterval(this.timer);
    while (this.answered < this.sent) await new Promise((resolve) => setTimeout(resolve, 5));
    this.agent.destroy();
    return this;
  }

  /** One line for people. */
  told(): string {
    const seconds = (performance.now() - this.startedAt) / 1_000;
    const sorted = this.tookMs.toSorted((a, b) => a - b);
    const at = (share: number): string => (sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(1);
    const failed = [...this.failures.values()].reduce((sum, count) => sum + count, 0);
    return (
      `${failed} failed of ${this.sent} at ${Math.round(this.sent / seconds)}/s ${JSON.stringify([...this.failures])}; ` +
      `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms`
    );
  }

  private catchUp(): void {
    const due = ((performance.now() - this.startedAt) / 1_000) * this.options.rate;
    while (this.sent < due) this.send();
  }

  private send(): void {
    this.sent++;
    const sentAt = performance.now();
    let isOver = false;
    const end = (failure: string | null): void => {
      if (isOver) return;
      isOver = true;
      this.answered++;
      this.tookMs.push(performance.now() - sentAt);
      if (failure !== null) this.failures.set(failure, (this.failures.get(failure) ?? 0) + 1);
    };
    const headers = {
      'content-type': 'application/json',
      'content-length': BODY.length,
      authorization: `Bearer ${this.options.secret}`,
    };
    const outgoing = request(`${this.options.url}/graphql`, { method: 'POST', headers, agent: this.agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () =>
        end(text.startsWith('{"data":{"evaluate":') ? null : `${response.statusCode} ${text.slice(0, 200)}`),
      );
      response.on('error', (error) => end(error.message));
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message)).end(BODY);
  }
}
