/** Digests and hashes that make an altered change detectable, and the rules for filters of changes. Pure. */
import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import type { Visibility } from '../access/visibility';
import { hasUnstorableText } from '../../validation/input-rules';
import type { ChangeBodyEntity } from './change-body-entity';
import type { ChangeEntity } from './change-entity';
import type { SubjectKind } from './change-kinds';

const KINDS_MAX = 50;

/**
 * Says what the digest of all bodies of a row covers (docs/AUDIT.md). 1, which canonical texts do not name: only the digests
 * of the bodies. 2: every column of the bodies except the texts and the salt, which the digests of the bodies cover.
 */
export type ChainFormat = 1 | 2;
const CHAIN_FORMAT = 2;

/** Answers a sentence that says what is wrong with a filter of changes; null when nothing is. */
export function changeFilterProblem(filter: {
  readonly kinds?: readonly string[] | null;
  readonly subjectKinds?: readonly string[] | null;
}): string | null {
  for (const field of ['kinds', 'subjectKinds'] as const) {
    const count = filter[field]?.length ?? 0;
    if (count > KINDS_MAX) return `filter.${field}: ${count} were given; at most ${KINDS_MAX} are allowed.`;
  }
  return hasUnstorableText(filter) ? 'filter: U+0000 and lone surrogates are not allowed.' : null;
}

/** Serializes a value as canonical JSON (RFC 8785). */
export function canonicalText(value: unknown): string {
  return canonicalize(value) ?? 'null';
}

/** The kinds of things that decide who may do what. */
export const ACCESS_SUBJECTS: readonly SubjectKind[] = ['API_KEY', 'MEMBER', 'INVITATION', 'USER', 'SESSION'];

/** Tells whether an item of a change is visible to an actor with this visibility. */
export function isVisibleItem(
  { environmentIds, seesAccess }: Visibility,
  { subjectKind, environmentId }: Pick<ChangeBodyEntity, 'subjectKind' | 'environmentId'>,
): boolean {
  if (!seesAccess && ACCESS_SUBJECTS.includes(subjectKind)) return false;
  return environmentId === null || environmentIds === null || environmentIds.includes(environmentId);
}

/** A row of `change` without the columns that are computed from the others. */
export type ChangeColumns = Omit<ChangeEntity, 'canonical' | 'hash'>;

/** The text that the hash of a row covers: all its other columns, and the format unless it is 1. */
export function canonicalRow(columns: ChangeColumns, format: ChainFormat = CHAIN_FORMAT): string {
  const { createdAt } = columns;
  return canonicalText({ ...columns, createdAt: createdAt.toISOString(), ...(format === 1 ? {} : { format }) });
}

/** Computes the digest of one body. The lengths (UTF-16 units; -1: null) precede the texts, so no two bodies share an input. */
export function bodyDigest(salt: string, before: string | null, after: string | null): string {
  const lengths = `${before?.length ?? -1}:${after?.length ?? -1}:`;
  return sha256(salt + lengths + (before ?? '') + (after ?? ''));
}

/** A row of `change_body` without the columns that an erasure sets to null. */
export type BodyColumns = Omit<ChangeBodyEntity, 'before' | 'after' | 'salt'>;

/** Computes the digest of all bodies of a change, in their order. Erasing a body does not alter it. */
export function bodiesDigest(bodies: readonly BodyColumns[], format: ChainFormat = CHAIN_FORMAT): string {
  return sha256(format === 1 ? bodies.map(({ digest }) => digest).join('') : canonicalText(bodies));
}

/** Computes the hash of the next row of a chain. `previousHash` is '' for the first row. */
export function chainHash(previousHash: string, canonical: string): string {
  return sha256(previousHash + canonical);
}

/** Locates a body: the position of its change in the chain, and its own position in the change. */
export type BodyPath = readonly [sequence: number, position: number];

/** Accounts for erased bodies; one item of a PERSONAL_DATA_ERASED change. It never names the person whose data it was. */
export interface ErasureRecord {
  readonly erasedBodies: readonly BodyPath[];
}

// Names of the members of bodies and delivered events that may hold a targeting key, as text or as the name of a member.
const KEY_PATHS: ReadonlySet<string> = new Set([
  'targetingKeys',
  'values',
  'value',
  'included',
  'excluded',
  'added',
  'addedIncluded',
  'addedExcluded',
  'removed',
]);

/**
 * Tells whether a body or a delivered event contains a targeting key: among targets, in the values of a rule, among the keys
 * of a segment, or in the value of a variation. The same text as a name, as a key of a flag or as one of the product's own
 * words does not count.
 */
export function mentionsTargetingKey(value: unknown, targetingKey: string, isInKeyPath = false): boolean {
  if (typeof value === 'string') return isInKeyPath && value === targetingKey;
  if (Array.isArray(value)) return value.some((member) => mentionsTargetingKey(member, targetingKey, isInKeyPath));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, member]) =>
      (isInKeyPath && name === targetingKey) || mentionsTargetingKey(member, targetingKey, isInKeyPath || KEY_PATHS.has(name)),
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
