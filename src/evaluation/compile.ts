import { PREREQUISITE_DEPTH_MAX, SEGMENT_DEPTH_MAX } from './bounds';
import { CallMemory } from './call-memory';
import type { CompiledFlag, CompiledSegment, CompiledSnapshot, SnapshotProblem } from './compiled';
import { brokenFlag, collectPrerequisiteKeys, compileFlag } from './compile-flag';
import { brokenSegment, compileSegment } from './compile-segment';
import type { ConditionLinks } from './conditions';
import { collectSegmentKeys } from './conditions';
import { AttributeSlots, isRecord } from './context';
import { quote } from './quote';
import { planCompile } from './plan';
import type { Wire } from './reader';
import { isWhole } from './reader';
import type { Snapshot } from './snapshot';

export interface CompileResult {
  readonly compiled: CompiledSnapshot;
  /** Problems of the snapshot, then of segments, then of flags, these in key order. Empty when there are none. */
  readonly problems: readonly SnapshotProblem[];
}

function startEmpty(): CompiledSnapshot {
  const attributeSlots = new AttributeSlots();
  const memory = new CallMemory();
  return { epoch: '', revision: 0, flags: new Map(), liveFlags: [], segments: new Map(), attributeSlots, memory };
}

/**
 * Compiles a snapshot once, so that every evaluation is decided without parsing. Never throws, whatever JSON it gets: a
 * flag that cannot be decided answers ERROR / PARSE_ERROR, the others are not affected. With `previous`, flags and segments
 * are reused whose wire object is the same reference and whose segments and prerequisites are all reused too; a flag that
 * becomes a prerequisite is compiled once more.
 */
export function compileSnapshot(snapshot: Snapshot, previous?: CompiledSnapshot): CompileResult {
  const problems: SnapshotProblem[] = [];
  const wire: Wire = isRecord(snapshot) ? snapshot : {};
  const epoch = wire['epoch'];
  const isEpoch = typeof epoch === 'string';
  if (!isEpoch) note(problems, 'epoch', `epoch must be a string; got ${quote(epoch)}.`);
  const revision = wire['revision'];
  const isRevision = isWhole(revision, Number.MAX_SAFE_INTEGER);
  if (!isRevision) note(problems, 'revision', `revision must be a non-negative integer; got ${quote(revision)}.`);
  const isReadable = wire['formatVersion'] === 1;
  if (!isReadable) note(problems, 'formatVersion', `formatVersion must be 1; got ${quote(wire['formatVersion'])}.`);

  // A format that an older reader would misread has a higher formatVersion, so no part of it is read.
  const segmentWires = readEntries(problems, 'segments', isReadable ? wire['segments'] : []);
  const flagWires = readEntries(problems, 'flags', isReadable ? wire['flags'] : []);
  const base = previous === undefined || previous.memory.isSpent ? startEmpty() : previous;
  const shared: SharedLinks = { slots: base.attributeSlots, memory: base.memory, tests: new Map() };
  const { segments, dirtyKeys } = compileSegments(segmentWires, base, shared);
  const flags = compileFlags(flagWires, base, { ...shared, segments }, dirtyKeys);
  for (const segment of segments.values()) problems.push(...segment.problems);
  for (const flag of flags.values()) problems.push(...flag.problems);
  const compiled = {
    epoch: isEpoch ? epoch : '',
    revision: isRevision ? revision : 0,
    flags,
    liveFlags: [...flags.values()].filter((flag) => !flag.isArchived),
    segments,
    attributeSlots: base.attributeSlots,
    memory: base.memory,
  };
  return { compiled, problems };
}

/** Links that all flags and segments of one compile share. */
type SharedLinks = Omit<ConditionLinks, 'segments'>;

function compileSegments(
  wires: ReadonlyMap<string, Wire>,
  previous: CompiledSnapshot,
  shared: SharedLinks,
): { readonly segments: ReadonlyMap<string, CompiledSegment>; readonly dirtyKeys: ReadonlySet<string> } {
  const plan = planCompile({
    wires,
    known: previous.segments,
    referencesOfKnown: (segment) => segment.segmentKeys,
    referencesOfWire: (wire) => collectSegmentKeys(wire['rules']),
    isAffected: () => false,
    isUnreferenced: () => false,
    depthMax: SEGMENT_DEPTH_MAX,
    noun: 'Segments',
  });
  const segments = plan.compile((key, wire, done, problem) =>
    problem === null
      ? compileSegment(key, wire, { ...shared, segments: done })
      : brokenSegment(key, wire, [{ segmentKey: key, path: ['rules'], message: problem }]),
  );
  return { segments, dirtyKeys: plan.dirtyKeys };
}

function compileFlags(
  wires: ReadonlyMap<string, Wire>,
  previous: CompiledSnapshot,
  links: ConditionLinks,
  dirtySegmentKeys: ReadonlySet<string>,
): ReadonlyMap<string, CompiledFlag> {
  const plan = planCompile({
    wires,
    known: previous.flags,
    referencesOfKnown: (flag) => flag.prerequisiteKeys,
    referencesOfWire: collectPrerequisiteKeys,
    isAffected: (flag) => dirtySegmentKeys.size > 0 && flag.segmentKeys.some((key) => dirtySegmentKeys.has(key)),
    isUnreferenced: (flag) => flag.outcomeSlot < 0 && flag.constant === null,
    depthMax: PREREQUISITE_DEPTH_MAX,
    noun: 'Prerequisites',
  });
  return plan.compile((key, wire, done, problem) =>
    problem === null
      ? compileFlag(key, wire, { ...links, flags: done, isPrerequisite: plan.isReferredTo(key) })
      : brokenFlag(key, wire, [{ flagKey: key, path: ['prerequisites'], message: problem }]),
  );
}

function note(problems: SnapshotProblem[], name: string, message: string): void {
  problems.push({ path: [name], message });
}

/** The objects of a list by their keys, in key order; an object without a key, or with a repeated one, is noted and left out. */
function readEntries(problems: SnapshotProblem[], name: string, list: unknown): ReadonlyMap<string, Wire> {
  const entries = new Map<string, Wire>();
  if (!Array.isArray(list)) {
    note(problems, name, `${name} must be a list; got ${quote(list)}.`);
    return entries;
  }
  let isSorted = true;
  let last = '';
  for (const [index, wire] of list.entries()) {
    const key: unknown = isRecord(wire) ? wire['key'] : undefined;
    if (typeof key !== 'string') {
      problems.push({ path: [name, index], message: `Expected an object with a string as key; got ${quote(wire)}.` });
    } else if (entries.has(key)) {
      problems.push({ path: [name, index, 'key'], message: `Key ${quote(key)} occurs twice; the first is kept.` });
    } else {
      entries.set(key, wire as Wire);
      isSorted = isSorted && key >= last;
      last = key;
    }
  }
  return isSorted ? entries : new Map([...entries].sort(([left], [right]) => (left < right ? -1 : 1)));
}
