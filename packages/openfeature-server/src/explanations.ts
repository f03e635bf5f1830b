/**
 * Finds out what an answer does not say: whether every context is served the same, and whether a rollout lacked the targeting
 * key. The core tells both in its trace. OFREP's answers say the same (docs/OFREP.md).
 */
import type { Details, Evaluation, EvaluationContext, ServerClient } from '@flagstaff/server-sdk';

type Trace = NonNullable<Evaluation['trace']>;
type Bucketing = Pick<NonNullable<Trace['flags'][number]['rules'][number]['gate']>, 'bucketBy' | 'input'>;

export class Explanations {
  /** Whether a flag that fell through serves every context the same, by its key. */
  private readonly statics = new Map<string, boolean>();
  private readonly stop: () => void;

  constructor(private readonly client: ServerClient) {
    this.stop = client.on('change', ({ flagKeys }) => {
      for (const flagKey of flagKeys) this.statics.delete(flagKey);
    });
  }

  end(): void {
    this.stop();
  }

  /** Only for answers that are no error. */
  explain({ flagKey, reason, variation }: Details<unknown>, context: EvaluationContext): 'STATIC' | 'KEY_MISSING' | null {
    if (reason === 'OVERRIDE' || reason === 'DISABLED') return null;
    const known = reason === 'FALLTHROUGH' ? this.statics.get(flagKey) : false;
    if (known === true) return 'STATIC';
    if (known === false && context.targetingKey) return null;
    const traced = this.client.evaluate(flagKey, context, { trace: true });
    // A hook of the client had another context before it, or the context threw.
    if (traced.trace === null || traced.reason !== reason || traced.variationKey !== variation) return null;
    if (!context.targetingKey && traced.trace.flags.some(lacksTargetingKey)) return 'KEY_MISSING';
    if (reason !== 'FALLTHROUGH') return null;
    const isStatic = isUntargeted(traced.trace);
    this.statics.set(flagKey, isStatic);
    return isStatic ? 'STATIC' : null;
  }
}

/** A flag that fell through has been walked whole. */
function isUntargeted({ flags: [flag] }: Trace): boolean {
  if (flag === undefined || flag.fallthrough?.rollout) return false;
  return flag.prerequisites.length + flag.targets.length + flag.rules.length === 0;
}

function lacksTargetingKey({ rules, fallthrough }: Trace['flags'][number]): boolean {
  const serves = [fallthrough, ...rules.map(({ serve }) => serve)];
  return [...rules.map(({ gate }) => gate), ...serves.map((serve) => serve?.rollout)].some(isKeyless);
}

function isKeyless(bucketing: Bucketing | null | undefined): boolean {
  return bucketing?.input === null && /^\/?targetingKey$/.test(bucketing.bucketBy);
}
