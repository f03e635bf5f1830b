import { CONDITION_DEPTH_MAX } from './bounds';
import type { CallMemory } from './call-memory';
import type { CompiledCondition, CompiledSegment, ConditionDetail, ConditionTest } from './compiled';
import type { AttributeSlots, Subject } from './context';
import { checkAttributeReference, compileAttributeReader, isOwnName, readPlain } from './context';
import type { PreparedCondition } from './operators';
import { prepareAttributeCondition } from './operators';
import { quote } from './quote';
import type { Reader, Wire } from './reader';
import { isPresent } from './reader';

/** Links of conditions. */
export interface ConditionLinks {
  /** The segments compiled so far; a broken one is included, with its problems. */
  readonly segments: ReadonlyMap<string, CompiledSegment>;
  readonly slots: AttributeSlots;
  readonly memory: CallMemory;
  /** Tests made in this compile, keyed by operator and operands. */
  readonly tests: Map<string, SharedTest>;
}

/** A test, and the first condition on each attribute that has it. */
interface SharedTest {
  readonly prepared: PreparedCondition;
  readonly firsts: Map<string, UnfinishedCondition>;
}

/** A condition gets a slot when the second equal one is compiled. It never changes after the compile. */
interface UnfinishedCondition extends CompiledCondition {
  answerSlot: number;
}

const CONDITION_KINDS = ['attribute', 'segments', 'group'] as const;

/** Compiles the `conditions` of a rule or group. A condition that cannot be decided is noted with the reader and left out. */
export function compileConditions(reader: Reader, wire: Wire, links: ConditionLinks, depth = 1): CompiledCondition[] {
  return reader.readEach(wire, 'conditions', (condition) => compileCondition(reader, condition, links, depth));
}

/** Whether all conditions hold. */
export function holdsEach(conditions: readonly CompiledCondition[], subject: Subject): boolean {
  for (const condition of conditions) {
    if (!holds(condition, subject)) return false;
  }
  return true;
}

function holdsAny(conditions: readonly CompiledCondition[], subject: Subject): boolean {
  for (const condition of conditions) {
    if (holds(condition, subject)) return true;
  }
  return false;
}

function holds({ ownName, slot, testValue, answerSlot, test }: CompiledCondition, subject: Subject): boolean {
  if (ownName === null) return test(subject);
  if (answerSlot < 0) return testValue(readPlain(subject, ownName, slot), subject);
  const { memory, call } = subject;
  const kept = memory.answers[answerSlot];
  if (kept === call) return true;
  if (kept === -call) return false;
  const answer = testValue(readPlain(subject, ownName, slot), subject);
  memory.answers[answerSlot] = answer ? call : -call;
  return answer;
}

function compileCondition(reader: Reader, wire: Wire, links: ConditionLinks, depth: number): CompiledCondition | null {
  const [kind, ...others] = CONDITION_KINDS.filter((name) => isPresent(wire[name]));
  if (kind === undefined || others.length > 0) {
    reader.note('A condition must have exactly one of attribute, segments and group.');
    return null;
  }
  if (kind === 'attribute') return compileAttributeCondition(reader, wire, links);
  if (kind === 'segments') return compileSegmentCondition(reader, wire, links);
  return compileGroupCondition(reader, wire, links, depth);
}

function compileAttributeCondition(reader: Reader, wire: Wire, links: ConditionLinks): CompiledCondition | null {
  const { slots, memory } = links;
  const shared = prepareOnce(wire, links.tests);
  const { test: testValue, issues } = shared.prepared;
  if (testValue === null) {
    for (const issue of issues) reader.note(issue.message, ...issue.path);
    return null;
  }
  const attribute = String(wire['attribute']);
  const read = compileAttributeReader(attribute);
  const ownName = isOwnName(attribute) ? attribute : null;
  const condition: UnfinishedCondition = {
    ownName,
    slot: ownName === null ? -1 : slots.slotOf(ownName),
    testValue,
    answerSlot: -1,
    test: (subject) => testValue(read(subject), subject),
    detail: {
      kind: 'ATTRIBUTE',
      attribute,
      operator: String(wire['operator']),
      values: wire['values'] as readonly unknown[],
      ignoreCase: wire['ignoreCase'] === true,
      read,
    },
  };
  if (ownName !== null) shareAnswer(shared, condition, ownName, memory);
  return condition;
}

/**
 * Shares tests between equal conditions, because the same lists, bounds and versions recur from flag to flag. This keeps a
 * large snapshot small enough for the processor's caches, and compiles a pattern once.
 */
function prepareOnce(wire: Wire, tests: Map<string, SharedTest>): SharedTest {
  const { attribute, operator, values, ignoreCase } = wire;
  const alone = (): SharedTest => ({ prepared: prepareAttributeCondition(wire), firsts: new Map() });
  // Nested operands are refused anyway, and might be too deep for JSON.stringify.
  if (!Array.isArray(values) || values.some((value) => typeof value === 'object') || typeof ignoreCase === 'object')
    return alone();
  if (checkAttributeReference(attribute) !== null || typeof operator !== 'string') return alone();
  const key = JSON.stringify([operator, ignoreCase, values]);
  const known = tests.get(key) ?? alone();
  tests.set(key, known);
  return known;
}

function shareAnswer({ firsts }: SharedTest, condition: UnfinishedCondition, attribute: string, memory: CallMemory): void {
  const first = firsts.get(attribute);
  if (first === undefined) {
    firsts.set(attribute, condition);
    return;
  }
  if (first.answerSlot < 0) first.answerSlot = memory.takeAnswerSlot();
  condition.answerSlot = first.answerSlot;
}

function compileSegmentCondition(reader: Reader, wire: Wire, { segments: lookup }: ConditionLinks): CompiledCondition | null {
  const operator = wire['operator'];
  if (operator !== 'IN_SEGMENT' && operator !== 'NOT_IN_SEGMENT') {
    reader.note(`Operator ${quote(operator)} does not apply to segments; use IN_SEGMENT or NOT_IN_SEGMENT.`, 'operator');
  }
  const segments: CompiledSegment[] = [];
  for (const [index, key] of reader.readTexts(wire, 'segments').entries()) {
    const segment = lookup.get(key);
    if (segment === undefined) reader.note(`Segment ${quote(key)} is not in the snapshot.`, 'segments', index);
    else if (segment.problems.length > 0) reader.note(`Segment ${quote(key)} did not compile.`, 'segments', index);
    else segments.push(segment);
  }
  return segmentCondition(segments, operator === 'NOT_IN_SEGMENT');
}

function segmentCondition(segments: readonly CompiledSegment[], isNegated: boolean): CompiledCondition {
  return conditionOf({ kind: 'SEGMENT', isNegated, segments }, (subject) => {
    for (const segment of segments) {
      if (segment.contains(subject)) return !isNegated;
    }
    return isNegated;
  });
}

function compileGroupCondition(reader: Reader, wire: Wire, links: ConditionLinks, depth: number): CompiledCondition | null {
  if (depth > CONDITION_DEPTH_MAX) {
    reader.note(`Groups may nest at most ${CONDITION_DEPTH_MAX} deep.`);
    return null;
  }
  const conditions = compileConditions(reader, wire, links, depth + 1);
  const group = wire['group'];
  if (group === 'ALL') return conditionOf({ kind: 'GROUP', group, conditions }, (subject) => holdsEach(conditions, subject));
  if (group === 'ANY') return conditionOf({ kind: 'GROUP', group, conditions }, (subject) => holdsAny(conditions, subject));
  if (group === 'NONE') return conditionOf({ kind: 'GROUP', group, conditions }, (subject) => !holdsAny(conditions, subject));
  reader.note(`Unknown group: ${quote(group)}; must be ALL, ANY or NONE.`, 'group');
  return null;
}

/** A condition on anything but one attribute; the walk over rules never asks for its value. */
function conditionOf(detail: ConditionDetail, test: ConditionTest): CompiledCondition {
  return { ownName: null, slot: -1, testValue: hasNoValue, answerSlot: -1, test, detail };
}

function hasNoValue(): boolean {
  return false;
}

/** Collects the keys of the segments that conditions of unknown shape name; ignores everything else that may be wrong. */
export function collectSegmentKeys(rules: unknown): string[] {
  const keys = new Set<string>();
  if (Array.isArray(rules)) {
    for (const rule of rules) collectFrom((rule as Wire | null)?.['conditions'], keys, 0);
  }
  return [...keys];
}

function collectFrom(conditions: unknown, keys: Set<string>, depth: number): void {
  if (!Array.isArray(conditions) || depth > CONDITION_DEPTH_MAX) return;
  for (const condition of conditions as readonly (Wire | null)[]) {
    const segments = condition?.['segments'];
    for (const key of Array.isArray(segments) ? segments : []) {
      if (typeof key === 'string') keys.add(key);
    }
    collectFrom(condition?.['conditions'], keys, depth + 1);
  }
}
