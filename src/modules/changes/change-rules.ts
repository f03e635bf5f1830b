/** How a change is written down so that nobody can alter it unseen, and which changes may be asked for. Pure. */
import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import { hasUnstorableText } from '../input-rules';

const KINDS_MAX = 50;

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

/** Digest of one body. The lengths stand before the texts, so that no two bodies share an input. */
export function bodyDigest(salt: string, before: string | null, after: string | null): string {
  const lengths = `${before?.length ?? -1}:${after?.length ?? -1}:`;
  return sha256(salt + lengths + (before ?? '') + (after ?? ''));
}

/** Digest of all bodies of a change, from theirs. */
export function bodiesDigest(digests: readonly string[]): string {
  return sha256(digests.join(''));
}

/** Hash of the next row of a chain. `previousHash` is '' for the first row. */
export function chainHash(previousHash: string, canonical: string): string {
  return sha256(previousHash + canonical);
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
