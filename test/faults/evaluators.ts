/** Asks each server for evaluations without a pause, and notes every answer that is none. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster';

const QUERY = '{ evaluate(contexts: [{ targetingKey: "ada" }]) { epoch revision results { evaluations { flagKey reason } } } }';
const PAUSE_MS = 20;

interface Answer {
  readonly evaluate: {
    readonly epoch: string;
    readonly revision: number;
    readonly results: readonly { readonly evaluations: readonly object[] }[];
  };
}

export class Evaluators {
  readonly problems: string[] = [];
  readonly answers: number[];
  slowestMs = 0;
  private isStopped = false;
  private readonly loops: Promise<void>[];

  constructor(private readonly cluster: Cluster) {
    this.answers = cluster.urls.map(() => 0);
    this.loops = cluster.urls.map((_url, server) => this.loop(server));
  }

  async stop(): Promise<this> {
    this.isStopped = true;
    await Promise.all(this.loops);
    return this;
  }

  private async loop(server: number): Promise<void> {
    const client = this.cluster.evaluator(server);
    let last = { epoch: '', revision: -1 };
    while (!this.isStopped) {
      const begin = Date.now();
      try {
        const { evaluate } = await client.request<Answer>(QUERY);
        this.slowestMs = Math.max(this.slowestMs, Date.now() - begin);
        this.answers[server]!++;
        if (evaluate.results[0]!.evaluations.length === 0) this.problems.push(`Server ${server} answered without a flag.`);
        if (evaluate.epoch === last.epoch && evaluate.revision < last.revision) {
          this.problems.push(`Server ${server} went back from ${last.revision} to ${evaluate.revision}.`);
        }
        last = evaluate;
      } catch (error) {
        this.problems.push(`Server ${server}: ${(error as Error).message}`);
      }
      await sleep(PAUSE_MS);
    }
  }
}
