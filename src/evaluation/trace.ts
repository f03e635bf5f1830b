import { bucketInput, bucketText, NATIVE_BUCKETER } from './bucketing';
import type {
  CompiledCondition,
  CompiledFlag,
  CompiledGate,
  CompiledRule,
  CompiledSegment,
  CompiledServe,
  CompiledSplit,
  FlagParts,
} from './compiled';
import type { AttributeReader, Subject } from './context';
import { isMet } from './decide';
import type { Outcome } from './evaluation';
import type { JsonValue } from './snapshot';
import type {
  BucketTrace,
  ConditionTrace,
  FlagTrace,
  GateTrace,
  PrerequisiteTrace,
  RolloutTrace,
  RuleTrace,
  SegmentRuleTrace,
  SegmentTrace,
  ServeTrace,
  TargetTrace,
  Trace,
} from './trace-shape';

/** Records the steps of the decision. It decides nothing: the outcome comes from the compiled flag. */
export function traceFlag(flag: CompiledFlag, subject: Subject): Trace {
  const tracer = new Tracer(subject);
  tracer.visitFlag(flag);
  return {
    flagKey: flag.key,
    targetingKey: subject.targetingKey,
    flags: [...tracer.flags.values()].filter((trace) => trace !== null),
    segments: [...tracer.segments.values()].filter((trace) => trace !== null),
  };
}

/** Builds one trace. A flag or segment gets its position when it is first visited, and is null until it is recorded. */
class Tracer {
  readonly flags = new Map<string, FlagTrace | null>();
  readonly segments = new Map<string, SegmentTrace | null>();

  constructor(private readonly subject: Subject) {}

  visitFlag(flag: CompiledFlag): void {
    if (this.flags.has(flag.key)) return;
    this.flags.set(flag.key, null);
    const outcome = flag.evaluate(this.subject);
    this.flags.set(flag.key, {
      flagKey: flag.key,
      flagVersion: flag.version,
      isEnabled: flag.parts?.isEnabled ?? false,
      isArchived: flag.isArchived,
      variations: flag.parts?.variations ?? [],
      offVariation: flag.parts?.off.variationKey ?? null,
      ...this.traceWalk(flag, outcome),
      variationKey: outcome.variationKey,
      reason: outcome.reason,
      ruleId: outcome.ruleId,
      prerequisiteKey: outcome.prerequisiteKey,
      errorCode: outcome.reason === 'ERROR' ? 'PARSE_ERROR' : null,
      errorMessage: outcome.errorMessage,
    });
  }

  /** Records the steps up to the one that decided, which the outcome's reason names. */
  private traceWalk(
    { parts, isArchived }: CompiledFlag,
    { reason, ruleId }: Outcome,
  ): Pick<FlagTrace, 'prerequisites' | 'targets' | 'rules' | 'fallthrough'> {
    if (parts === null || !parts.isEnabled || isArchived) return { prerequisites: [], targets: [], rules: [], fallthrough: null };
    const prerequisites = this.tracePrerequisites(parts);
    if (reason === 'PREREQUISITE_FAILED') return { prerequisites, targets: [], rules: [], fallthrough: null };
    const targets = this.traceTargets(parts);
    if (reason === 'TARGET_MATCH') return { prerequisites, targets, rules: [], fallthrough: null };
    const rules = this.traceRules(parts);
    const fallthrough = ruleId === null ? this.traceServe(parts.fallthrough) : null;
    return { prerequisites, targets, rules, fallthrough };
  }

  private tracePrerequisites({ prerequisites }: FlagParts): PrerequisiteTrace[] {
    const traces: PrerequisiteTrace[] = [];
    for (const prerequisite of prerequisites) {
      const { flag, variationKey } = prerequisite;
      const isEnabled = flag.parts?.isEnabled ?? false;
      const isAsked = isEnabled && !flag.isArchived;
      this.visitFlag(flag);
      const met = isMet(prerequisite, this.subject);
      traces.push({
        flagKey: flag.key,
        expectedVariation: variationKey,
        actualVariation: isAsked ? flag.evaluate(this.subject).variationKey : null,
        isEnabled,
        isArchived: flag.isArchived,
        isMet: met,
      });
      if (!met) break;
    }
    return traces;
  }

  private traceTargets({ targets }: FlagParts): TargetTrace[] {
    const { targetingKey } = this.subject;
    const traces: TargetTrace[] = [];
    for (const { targetingKeys, outcome } of targets) {
      const matched = targetingKey !== null && targetingKeys.includes(targetingKey);
      traces.push({ variation: String(outcome.variationKey), targetingKeyCount: targetingKeys.length, matched });
      if (matched) break;
    }
    return traces;
  }

  private traceRules({ rules }: FlagParts): RuleTrace[] {
    const traces: RuleTrace[] = [];
    for (const rule of rules) {
      const trace = this.traceRule(rule);
      traces.push(trace);
      if (trace.matched) break;
    }
    return traces;
  }

  private traceRule({ id, conditions, gate, serve }: CompiledRule): RuleTrace {
    const { traces, isEachMatched } = this.traceUntil(conditions, false);
    const gateTrace = isEachMatched && gate !== null ? this.traceGate(gate) : null;
    const matched = isEachMatched && (gateTrace === null || gateTrace.matched);
    return { ruleId: id, conditions: traces, gate: gateTrace, matched, serve: matched ? this.traceServe(serve) : null };
  }

  /** Records conditions up to the first one whose answer is `end`. */
  private traceUntil(
    conditions: readonly CompiledCondition[],
    end: boolean,
  ): { readonly traces: readonly ConditionTrace[]; readonly isEachMatched: boolean } {
    const traces: ConditionTrace[] = [];
    for (const condition of conditions) {
      const trace = this.traceCondition(condition);
      traces.push(trace);
      if (trace.matched === end) break;
    }
    return { traces, isEachMatched: traces.every(({ matched }) => matched) };
  }

  private traceCondition({ test, detail }: CompiledCondition): ConditionTrace {
    const matched = test(this.subject);
    switch (detail.kind) {
      case 'ATTRIBUTE': {
        const { kind, attribute, operator, ignoreCase } = detail;
        const expected = detail.values as readonly JsonValue[];
        return { kind, attribute, actual: this.read(detail.read), operator, expected, ignoreCase, matched };
      }
      case 'GROUP': {
        const { kind, group } = detail;
        return { kind, group, conditions: this.traceUntil(detail.conditions, group !== 'ALL').traces, matched };
      }
      case 'SEGMENT': {
        const operator = detail.isNegated ? 'NOT_IN_SEGMENT' : 'IN_SEGMENT';
        return { kind: 'SEGMENT', operator, segments: this.traceMemberships(detail.segments), matched };
      }
    }
  }

  private traceMemberships(segments: readonly CompiledSegment[]): { segmentKey: string; isMember: boolean }[] {
    const memberships: { segmentKey: string; isMember: boolean }[] = [];
    for (const segment of segments) {
      this.visitSegment(segment);
      const isMember = segment.contains(this.subject);
      memberships.push({ segmentKey: segment.key, isMember });
      if (isMember) break;
    }
    return memberships;
  }

  private visitSegment(segment: CompiledSegment): void {
    if (this.segments.has(segment.key)) return;
    this.segments.set(segment.key, null);
    const { targetingKey } = this.subject;
    const isIncluded = targetingKey !== null && segment.included.has(targetingKey);
    const isExcluded = targetingKey !== null && !isIncluded && segment.excluded.has(targetingKey);
    const rules = isIncluded || isExcluded ? [] : this.traceSegmentRules(segment);
    const isMember = segment.contains(this.subject);
    this.segments.set(segment.key, { segmentKey: segment.key, isIncluded, isExcluded, rules, isMember });
  }

  private traceSegmentRules({ rules }: CompiledSegment): SegmentRuleTrace[] {
    const traces: SegmentRuleTrace[] = [];
    for (const { id, conditions } of rules) {
      const { traces: conditionTraces, isEachMatched } = this.traceUntil(conditions, false);
      traces.push({ ruleId: id, conditions: conditionTraces, matched: isEachMatched });
      if (isEachMatched) break;
    }
    return traces;
  }

  private traceGate({ bucketBy, salt, weight, read, test }: CompiledGate): GateTrace {
    const interval = { start: 0, end: weight };
    return { ...this.traceBucket(bucketBy, salt, read), interval, matched: test(this.subject) };
  }

  private traceServe({ split, choose }: CompiledServe): ServeTrace {
    const variation = String(choose(this.subject).variationKey);
    return { variation, rollout: split === null ? null : this.traceRollout(split) };
  }

  private traceRollout({ rollout, salt, read }: CompiledSplit): RolloutTrace {
    let start = 0;
    const intervals = rollout.shares.map(({ variation, weight }) => {
      const interval = { variation, start, end: start + weight };
      start = interval.end;
      return interval;
    });
    const { whenMissing, isExperiment } = rollout;
    return { ...this.traceBucket(rollout.bucketBy, salt, read), intervals, whenMissing, isExperiment: isExperiment === true };
  }

  private traceBucket(bucketBy: string, salt: string, read: AttributeReader): BucketTrace {
    const actual = this.read(read);
    const input = bucketInput(actual);
    if (input === null) return { bucketBy, actual, input, salt, seed: null, hash: null, bucket: null };
    const { seed, hash, bucket } = bucketText(input, salt, NATIVE_BUCKETER);
    return { bucketBy, actual, input, salt, seed, hash, bucket };
  }

  private read(read: AttributeReader): JsonValue {
    return (read(this.subject) ?? null) as JsonValue;
  }
}
