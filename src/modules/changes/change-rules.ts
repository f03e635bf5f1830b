/** How a change is written down so that nobody can alter it unseen. Pure. */
import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';

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
