import type { CompiledFlag, CompiledPrerequisite, CompiledRule, CompiledTarget, FlagParts } from './compiled';
import { holdsEach } from './conditions';
import type { Subject } from './context';
import type { Outcome } from './evaluation';

/** Decides in the order of docs/PROTOCOL.md: off, prerequisites, targets, rules, fallthrough. Absent parts cost no time. */
export function compileDecision(parts: FlagParts, isArchived: boolean): Pick<CompiledFlag, 'evaluate' | 'constant'> {
  const { isEnabled, off, prerequisites, rules, fallthrough } = parts;
  if (!isEnabled || isArchived) return { evaluate: () => off, constant: off };
  const targets = indexTargets(parts.targets);
  const { fixed, choose } = fallthrough;
  const decide = rules.length === 0 ? choose : (subject: Subject) => decideByRules(rules, subject) ?? fixed ?? choose(subject);
  if (prerequisites.length === 0 && targets.size === 0) return { evaluate: decide, constant: rules.length === 0 ? fixed : null };
  const evaluate = (subject: Subject): Outcome => {
    for (const prerequisite of prerequisites) {
      if (!isMet(prerequisite, subject)) return prerequisite.failed;
    }
    return (subject.targetingKey === null ? undefined : targets.get(subject.targetingKey)) ?? decide(subject);
  };
  return { evaluate, constant: null };
}

function decideByRules(rules: readonly CompiledRule[], subject: Subject): Outcome | null {
  for (const { conditions, gate, serve } of rules) {
    if (holdsEach(conditions, subject) && (gate === null || gate.test(subject))) return serve.fixed ?? serve.choose(subject);
  }
  return null;
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

/** Answers the outcome of a flag in this call, decided at most once. */
export function outcomeOf(flag: CompiledFlag, subject: Subject): Outcome {
  if (flag.constant !== null) return flag.constant;
  const { outcomeSlot } = flag;
  if (outcomeSlot < 0) return flag.evaluate(subject);
  const { memory, call } = subject;
  const kept = memory.outcomes[outcomeSlot] ?? null;
  if (kept !== null && memory.outcomeCalls[outcomeSlot] === call) return kept;
  const outcome = flag.evaluate(subject);
  memory.outcomes[outcomeSlot] = outcome;
  memory.outcomeCalls[outcomeSlot] = call;
  return outcome;
}

/** A prerequisite must be enabled, not archived, and serve the named variation. */
export function isMet({ flag, variationKey }: CompiledPrerequisite, subject: Subject): boolean {
  if (flag.parts === null || !flag.parts.isEnabled || flag.isArchived) return false;
  return outcomeOf(flag, subject).variationKey === variationKey;
}
