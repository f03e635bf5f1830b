import type { CompiledFlag, CompiledPrerequisite, CompiledRule, CompiledTarget, ConditionTest, FlagDesign } from './compiled';
import { testAll } from './conditions';
import type { Subject } from './context';
import type { Outcome } from './evaluation';

/** Off, prerequisites, targets, rules, fallthrough: the order of docs/PROTOCOL.md. Flags without a part do not pay for it. */
export function compileDecision(design: FlagDesign, isArchived: boolean): (subject: Subject) => Outcome {
  const { isEnabled, off, prerequisites, fallthrough } = design;
  if (!isEnabled || isArchived) return () => off;
  const rules = design.rules.map(compileRuleDecision);
  const targets = indexTargets(design.targets);
  const { choose } = fallthrough;
  const decideByRules = (subject: Subject): Outcome => {
    for (const rule of rules) {
      const outcome = rule(subject);
      if (outcome !== null) return outcome;
    }
    return choose(subject);
  };
  const decide = rules.length === 0 ? choose : decideByRules;
  if (prerequisites.length === 0 && targets.size === 0) return decide;
  return (subject) => {
    for (const prerequisite of prerequisites) {
      if (!isMet(prerequisite, subject)) return prerequisite.failed;
    }
    return (subject.targetingKey === null ? undefined : targets.get(subject.targetingKey)) ?? decide(subject);
  };
}

function compileRuleDecision({ conditions, gate, serve }: CompiledRule): (subject: Subject) => Outcome | null {
  const matches = withGate(testAll(conditions), gate?.test ?? null);
  const { fixed, choose } = serve;
  if (fixed !== null) return (subject) => (matches(subject) ? fixed : null);
  return (subject) => (matches(subject) ? choose(subject) : null);
}

function withGate(matches: ConditionTest, gate: ConditionTest | null): ConditionTest {
  return gate === null ? matches : (subject) => matches(subject) && gate(subject);
}

function indexTargets(targets: readonly CompiledTarget[]): ReadonlyMap<string, Outcome> {
  const index = new Map<string, Outcome>();
  for (const { targetingKeys, outcome } of targets) {
    for (const targetingKey of targetingKeys) {
      if (!index.has(targetingKey)) index.set(targetingKey, outcome);
    }
  }
  return index;
}

/** The outcome of a flag in this call, decided at most once. */
export function outcomeOf(flag: CompiledFlag, subject: Subject): Outcome {
  if (flag.memoCall === subject.call) return flag.memo;
  const outcome = flag.evaluate(subject);
  flag.memo = outcome;
  flag.memoCall = subject.call;
  return outcome;
}

/** A prerequisite must be enabled, not archived, and serve the named variation. */
export function isMet({ flag, variationKey }: CompiledPrerequisite, subject: Subject): boolean {
  if (flag.design === null || !flag.design.isEnabled || flag.isArchived) return false;
  return outcomeOf(flag, subject).variationKey === variationKey;
}
