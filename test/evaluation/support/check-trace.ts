import type { ConditionTrace, FlagTrace, RuleTrace, ServeTrace, Trace } from '../../../src/evaluation';

import { literalBucket, literalOperator } from './literal-interpreter';

/** Recomputes the variation and the value of an evaluation from nothing but its trace, and fails where a step contradicts another. */
export function recomputeFromTrace(trace: Trace): { variationKey: string | null; value: unknown } {
  return new TraceChecker(trace).recompute(trace.flagKey);
}

class TraceChecker {
  constructor(private readonly trace: Trace) {}

  recompute(flagKey: string): { variationKey: string | null; value: unknown } {
    const flag = this.trace.flags.find((candidate) => candidate.flagKey === flagKey);
    if (flag === undefined) throw new Error(`Flag ${flagKey} is not in the trace.`);
    const variationKey = this.decide(flag);
    return { variationKey, value: flag.variations.find(({ key }) => key === variationKey)?.value ?? null };
  }

  private decide(flag: FlagTrace): string | null {
    if (flag.errorCode !== null) return null;
    if (flag.isArchived || !flag.isEnabled) return flag.offVariation;
    for (const { flagKey, expectedVariation, isEnabled, isArchived } of flag.prerequisites) {
      if (!isEnabled || isArchived || this.recompute(flagKey).variationKey !== expectedVariation) return flag.offVariation;
    }
    const target = flag.targets.find(({ matched }) => matched);
    if (target !== undefined) return target.variation;
    for (const rule of flag.rules) {
      if (this.ruleMatches(rule)) return this.serve(rule.serve);
    }
    return this.serve(flag.fallthrough);
  }

  private ruleMatches(rule: RuleTrace): boolean {
    if (!rule.conditions.every((condition) => this.conditionMatches(condition))) return false;
    if (rule.gate === null) return true;
    const { input, salt, interval } = rule.gate;
    return input !== null && literalBucket(input, salt) >= interval.start && literalBucket(input, salt) < interval.end;
  }

  private conditionMatches(condition: ConditionTrace): boolean {
    switch (condition.kind) {
      case 'ATTRIBUTE':
        return literalOperator(condition.operator, condition.actual ?? undefined, [...condition.expected], condition.ignoreCase);
      case 'SEGMENT':
        return condition.segments.some(({ segmentKey }) => this.isMember(segmentKey)) === (condition.operator === 'IN_SEGMENT');
      case 'GROUP': {
        const answers = condition.conditions.map((inner) => this.conditionMatches(inner));
        if (condition.group === 'ALL') return !answers.includes(false);
        return answers.includes(true) === (condition.group === 'ANY');
      }
    }
  }

  private isMember(segmentKey: string): boolean {
    const segment = this.trace.segments.find((candidate) => candidate.segmentKey === segmentKey);
    if (segment === undefined) throw new Error(`Segment ${segmentKey} is not in the trace.`);
    if (segment.isIncluded) return true;
    if (segment.isExcluded) return false;
    return segment.rules.some((rule) => rule.conditions.every((condition) => this.conditionMatches(condition)));
  }

  private serve(serve: ServeTrace | null): string | null {
    if (serve === null) throw new Error('The walk ended without an answer.');
    if (serve.rollout === null) return serve.variation;
    const { input, salt, intervals, whenMissing } = serve.rollout;
    if (input === null) return whenMissing;
    const bucket = literalBucket(input, salt);
    return intervals.find(({ start, end }) => bucket >= start && bucket < end)?.variation ?? null;
  }
}
