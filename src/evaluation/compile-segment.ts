import type { CallMemory } from './call-memory';
import type { CompiledSegment, ConditionTest, SnapshotProblem } from './compiled';
import { collectSegmentKeys, compileConditions, holdsEach } from './conditions';
import type { ConditionLinks } from './conditions';
import type { Wire } from './reader';
import { Reader } from './reader';

const NOBODY: ReadonlySet<string> = new Set();

/** Compiles one segment; the segments that its rules name are in `links` already. */
export function compileSegment(key: string, wire: Wire, links: ConditionLinks): CompiledSegment {
  const reader = new Reader({ segmentKey: key });
  const version = reader.readInteger(wire, 'version', Number.MAX_SAFE_INTEGER);
  const included = new Set(reader.readTexts(wire, 'included'));
  const excluded = new Set(reader.readTexts(wire, 'excluded'));
  const rules = reader.readEach(wire, 'rules', (rule) => ({
    id: reader.readText(rule, 'id'),
    conditions: compileConditions(reader, rule, links),
  }));
  if (reader.problems.length > 0) return brokenSegment(key, wire, reader.problems);
  const segmentKeys = collectSegmentKeys(wire['rules']);
  const contains = compileMembership({ included, excluded, rules }, links.memory);
  return { key, version, source: wire, segmentKeys, problems: [], included, excluded, rules, contains };
}

/** A segment that no flag may refer to; it contains nobody. */
export function brokenSegment(key: string, wire: Wire, problems: readonly SnapshotProblem[]): CompiledSegment {
  return {
    key,
    version: 0,
    source: wire,
    segmentKeys: collectSegmentKeys(wire['rules']),
    problems,
    included: NOBODY,
    excluded: NOBODY,
    rules: [],
    contains: () => false,
  };
}

/** Checks included keys, then excluded keys, then rules. Without a targeting key only the rules apply. */
function compileMembership(
  { included, excluded, rules }: Pick<CompiledSegment, 'included' | 'excluded' | 'rules'>,
  memory: CallMemory,
): ConditionTest {
  if (rules.length === 0) return ({ targetingKey }) => targetingKey !== null && included.has(targetingKey);
  const matchesRules = oncePerCall(
    (subject) => rules.some(({ conditions }) => holdsEach(conditions, subject)),
    memory.takeAnswerSlot(),
  );
  return (subject) => {
    const { targetingKey } = subject;
    if (targetingKey !== null) {
      if (included.has(targetingKey)) return true;
      if (excluded.has(targetingKey)) return false;
    }
    return matchesRules(subject);
  };
}

/** Runs the test once per call; segments that name segments would otherwise be tested exponentially often. */
function oncePerCall(test: ConditionTest, slot: number): ConditionTest {
  return (subject) => {
    const { memory, call } = subject;
    const kept = memory.answers[slot];
    if (kept === call || kept === -call) return kept === call;
    const answer = test(subject);
    memory.answers[slot] = answer ? call : -call;
    return answer;
  };
}
