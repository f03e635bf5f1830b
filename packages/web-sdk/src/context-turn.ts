/** One context of a client, from when it is set until the next one is. */
import type { EvaluationContext } from '@flagstaff/evaluation';
import { contextDigest } from '../../client/src/context-digest';
import { within } from '../../client/src/within';

export class ContextTurn {
  readonly digest: string;
  private isSettled = false;
  private settling: () => void = () => undefined;
  private readonly settled = new Promise<void>((resolve) => (this.settling = resolve));

  constructor(readonly context: EvaluationContext) {
    this.digest = contextDigest(context);
  }

  /** There are flags of the context, or there will be none. */
  settle(): void {
    this.isSettled = true;
    this.settling();
  }

  /** Resolves with false when the time was over first. */
  async settles(timeoutMs: number): Promise<boolean> {
    if (!this.isSettled) await within(timeoutMs, this.settled);
    return this.isSettled;
  }
}

/** Copies a context as it travels. Throws for what is no JSON, or throws when it is read. */
export function copyContext({ targetingKey, attributes }: EvaluationContext): EvaluationContext {
  return JSON.parse(JSON.stringify({ targetingKey, attributes })) as EvaluationContext;
}
