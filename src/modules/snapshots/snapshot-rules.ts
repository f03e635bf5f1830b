/** Checks evaluation requests. Pure: each function answers a sentence, or null when nothing is wrong. */

import { findInexactNumber, inexactNumber } from '../../validation/input-rules';

export const CONTEXTS_MAX = 1_000;
export const EVALUATIONS_MAX = 100_000;
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

/** Tells whether a reader at `than` lacks revisions of `newest`. Revisions of two epochs do not compare: `newest` is newer. */
export function isNewer(newest: ReachedRevision, than: ReachedRevision | null | undefined): boolean {
  return !than || newest.epoch !== than.epoch || newest.revision > than.revision;
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((member) => isDeeperThan(member, depth - 1));
}
