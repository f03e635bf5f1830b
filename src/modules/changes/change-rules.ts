/** How a change is written down so that nobody can alter it unseen, and which changes may be asked for. Pure. */
import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import type { Visibility } from '../access/visibility';
import { hasUnstorableText } from '../../validation/input-rules';
import type { ChangeBodyEntity } from './change-body-entity';
import type { ChangeEntity } from './change-entity';
import type { SubjectKind } from './change-kinds';

const KINDS_MAX = 50;

/**
 * How new rows are covered (docs/AUDIT.md). 1, which canonical texts do not name: the digest of all bodies is made of their
 * digests alone. 2: of every column of the bodies but the texts and the salt, which the digests cover.
 */
export type ChainFormat = 1 | 2;
export const CHAIN_FORMAT = 2;

/** What is wrong with a filter of changes, as a sentence; null when nothing is. */
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

/** Canonical JSON (RFC 8785). */
export function canonicalText(value: unknown): string {
  return canonicalize(value) ?? 'null';
}

/** Things that say who may do what. */
export const ACCESS_SUBJECTS: readonly SubjectKind[] = ['API_KEY', 'MEMBER', 'INVITATION', 'USER', 'SESSION'];

/** Whether whoever sees so much of a place sees one of the things that a change there changed. */
export function isVisibleItem(
  { environmentIds, seesAccess }: Visibility,
  { subjectKind, environmentId }: Pick<ChangeBodyEntity, 'subjectKind' | 'environmentId'>,
): boolean {
  if (!seesAccess && ACCESS_SUBJECTS.includes(subjectKind)) return false;
  return environmentId === null || environmentIds === null || environmentIds.includes(environmentId);
}

/** A row of `change` without what is computed from it. */
export type ChangeColumns = Omit<ChangeEntity, 'canonical' | 'hash'>;

/** The text that the hash of a row covers: all its other columns, and the format unless it is 1. */
export function canonicalRow(columns: ChangeColumns, format: ChainFormat = CHAIN_FORMAT): string {
  const { createdAt } = columns;
  return canonicalText({ ...columns, createdAt: createdAt.toISOString(), ...(format === 1 ? {} : { format }) });
}

/** Digest of one body. The lengths (UTF-16 units; -1: null) stand before the texts, so that no two bodies share an input. */
export function bodyDigest(salt: string, before: string | null, after: string | null): string {
  const lengths = `${before?.length ?? -1}:${after?.length ?? -1}:`;
  return sha256(salt + lengths + (before ?? '') + (after ?? ''));
}

/** A row of `change_body` without what an erasure takes away. */
export type BodyColumns = Omit<ChangeBodyEntity, 'before' | 'after' | 'salt'>;

/** Digest of all bodies of a change, in their order. It holds for erased bodies, too. */
export function bodiesDigest(bodies: readonly BodyColumns[], format: ChainFormat = CHAIN_FORMAT): string {
  return sha256(format === 1 ? bodies.map(({ digest }) => digest).join('') : canonicalText(bodies));
}

/** Hash of the next row of a chain. `previousHash` is '' for the first row. */
export function chainHash(previousHash: string, canonical: string): string {
  return sha256(previousHash + canonical);
}

/** Where a body stands: the place of its change in the chain, and its own in the change. */
export type BodyPath = readonly [sequence: number, position: number];

/** The record that accounts for erased bodies; one item of a PERSONAL_DATA_ERASED change. It never names whose data it was. */
export interface ErasureRecord {
  readonly erasedBodies: readonly BodyPath[];
}

// Where the bodies and the delivered events keep what may be a targeting key, as text or as name of a member.
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
 * Whether a targeting key stands in a body or in a delivered event: among targets, in the values of a rule, among the keys
 * of a segment, or in the value of a variation. The same text as a name, a key of a flag or a word of ours does not count.
 */
export function mentionsTargetingKey(value: unknown, targetingKey: string, isPlace = false): boolean {
  if (typeof value === 'string') return isPlace && value === targetingKey;
  if (Array.isArray(value)) return value.some((member) => mentionsTargetingKey(member, targetingKey, isPlace));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, member]) =>
      (isPlace && name === targetingKey) || mentionsTargetingKey(member, targetingKey, isPlace || KEY_PATHS.has(name)),
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
