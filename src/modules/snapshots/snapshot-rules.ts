/** Checks requests for evaluations and snapshots, and selects of a snapshot what was asked for. Pure. */
import type { Snapshot, SnapshotFlag } from '../../evaluation';
import { findInexactNumber, inexactNumber } from '../../validation/input-rules';

const CONTEXTS_MAX = 1_000;
const EVALUATIONS_MAX = 100_000;
const SNAPSHOT_KEYS_MAX = 1_000;
const ATTRIBUTES_BYTES_MAX = 65_536;
const LIVE_ATTRIBUTES_BYTES_MAX = 8_192;
const ATTRIBUTES_DEPTH_MAX = 20;

export interface ContextInput {
  readonly targetingKey?: string | null;
  readonly attributes?: Readonly<Record<string, unknown>> | null;
}

interface ReachedRevision {
  readonly epoch: string;
  readonly revision: number;
}

// Each check answers a sentence, or null when nothing is wrong.

/** Checks the number of contexts only; `contextProblem` checks each. */
export function contextsProblem({ length }: readonly ContextInput[]): string | null {
  return length >= 1 && length <= CONTEXTS_MAX ? null : `contexts: ${length} were given; 1 to ${CONTEXTS_MAX} are allowed.`;
}

export function contextProblem({ attributes }: ContextInput): string | null {
  return attributesProblem('context.attributes', attributes);
}

/** Checks a context that is kept for as long as a subscription lasts. */
export function liveContextProblem({ attributes }: ContextInput): string | null {
  return attributesProblem('context.attributes', attributes, LIVE_ATTRIBUTES_BYTES_MAX);
}

/** Checks attributes; `path` names them in the sentence. */
export function attributesProblem(
  path: string,
  attributes: ContextInput['attributes'],
  bytesMax = ATTRIBUTES_BYTES_MAX,
): string | null {
  if (!attributes) return null;
  // The depth is checked first: serializing a value that nests very deep would overflow the stack.
  if (isDeeperThan(attributes, ATTRIBUTES_DEPTH_MAX)) return `${path} nests deeper than ${ATTRIBUTES_DEPTH_MAX}.`;
  const inexact = findInexactNumber(attributes);
  if (inexact !== null) return inexactNumber(path, inexact);
  const bytes = Buffer.byteLength(JSON.stringify(attributes));
  if (bytes > bytesMax) return `${path} has ${bytes} bytes as JSON; at most ${bytesMax} are allowed.`;
  return null;
}

/** Checks the number of evaluations. `before`: evaluations already answered for other fields of the same operation. */
export function evaluationsProblem(contexts: number, flags: number, before: number): string | null {
  const count = contexts * flags;
  if (before + count <= EVALUATIONS_MAX) return null;
  const others = before === 0 ? '' : `, after ${before} in the same operation`;
  return `${contexts} contexts x ${flags} flags are ${count} evaluations${others}; at most ${EVALUATIONS_MAX} are allowed in one operation.`;
}

/** Checks the number of flags that a snapshot is asked for by key. */
export function flagKeysProblem({ length }: readonly string[]): string | null {
  return length <= SNAPSHOT_KEYS_MAX ? null : `flagKeys: ${length} were given; at most ${SNAPSHOT_KEYS_MAX} are allowed.`;
}

/** Keeps the flags of these keys and, directly or through others, their prerequisites; all segments. Unknown keys are passed over. */
export function selectFlags(snapshot: Snapshot, flagKeys: readonly string[]): Snapshot {
  const flags = new Map(snapshot.flags.map((flag): [string, SnapshotFlag] => [flag.key, flag]));
  const wanted = new Set(flagKeys);
  // A set that grows while it is iterated yields what was added, too.
  for (const key of wanted) for (const { flagKey } of flags.get(key)?.prerequisites ?? []) wanted.add(flagKey);
  return { ...snapshot, flags: snapshot.flags.filter(({ key }) => wanted.has(key)) };
}

/** Tells whether a reader at `than` lacks revisions of `newest`. Revisions of two epochs do not compare: `newest` is newer. */
export function isNewer(newest: ReachedRevision, than: ReachedRevision | null | undefined): boolean {
  return !than || newest.epoch !== than.epoch || newest.revision > than.revision;
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((member) => isDeeperThan(member, depth - 1));
}
