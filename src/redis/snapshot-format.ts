/**
 * Snapshots as they lie in Redis: compressed, encrypted and authenticated with a key that only the servers have, so that
 * a client that can write to Redis can neither read targeting keys nor decide flags. Long key lists lie apart, under a digest of
 * what they hold, so that a change of a flag does not write them again.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, deflateRaw, inflateRaw } from 'node:zlib';
import type { Cipher } from '../database/cipher';
import type { Snapshot, SnapshotSegment } from '../evaluation';
import type { Reading } from '../modules/snapshots/environment-state';

const deflate = promisify<Buffer, { level: number }, Buffer>(deflateRaw);
const inflate = promisify<Buffer, Buffer>(inflateRaw);

/** Shorter lists stay with their segment. */
const KEYS_APART_MIN = 1_000;

/** Included and excluded keys of one segment. */
export type KeyLists = readonly [readonly string[], readonly string[]];

/** A segment whose keys lie apart, under this digest. */
type SegmentInBody = SnapshotSegment | (Omit<SnapshotSegment, 'included' | 'excluded'> & { readonly keysDigest: string });

interface Body extends Omit<Reading, 'snapshot'> {
  readonly snapshot: Omit<Snapshot, 'segments'> & { readonly segments: readonly SegmentInBody[] };
}

/** The part that is compared without decrypting the rest. */
export interface Header {
  readonly epoch: string;
  readonly revision: number;
}

export const HEADER_BYTES_MAX = 100;

/** Null for bytes without such a header. */
export function readHeader(bytes: Buffer | null): Header | null {
  const match = /^([\w-]{1,64}) (\d{1,10})\n/.exec(bytes?.subarray(0, HEADER_BYTES_MAX).toString('latin1') ?? '');
  return match && { epoch: match[1] ?? '', revision: Number(match[2]) };
}

export class SnapshotFormat {
  /** Digests of lists that were seen before: a list that did not change is the same array. */
  private readonly digests = new WeakMap<readonly string[], { readonly excluded: readonly string[]; readonly digest: string }>();

  constructor(private readonly cipher: Cipher) {}

  /** The bytes, and the long lists that belong to them by their digests. `key` is where they will lie. */
  async write(key: string, { scope, changeId, snapshot }: Reading): Promise<{ bytes: Buffer; lists: Map<string, KeyLists> }> {
    const lists = new Map<string, KeyLists>();
    const segments = snapshot.segments.map((segment): SegmentInBody => {
      const { included, excluded, ...rest } = segment;
      if (included.length + excluded.length < KEYS_APART_MIN) return segment;
      const keysDigest = this.digestOf(included, excluded);
      lists.set(keysDigest, [included, excluded]);
      return { ...rest, keysDigest };
    });
    const body: Body = { scope, changeId, snapshot: { ...snapshot, segments } };
    const header = `${snapshot.epoch} ${snapshot.revision}\n`;
    const encrypted = await this.pack(body, `${key} ${header}`);
    return { bytes: Buffer.concat([Buffer.from(header, 'latin1'), encrypted]), lists };
  }

  /** Throws for bytes that are not ours. `readLists` answers null for lists that are not there any more. */
  async read(
    key: string,
    bytes: Buffer,
    readLists: (digests: readonly string[]) => Promise<readonly (KeyLists | null)[]>,
  ): Promise<Reading | null> {
    const end = bytes.indexOf('\n') + 1;
    const header = bytes.subarray(0, end).toString('latin1');
    const { scope, changeId, snapshot } = (await this.unpack(bytes.subarray(end), `${key} ${header}`)) as Body;
    const digests = snapshot.segments.flatMap((segment) => ('keysDigest' in segment ? [segment.keysDigest] : []));
    const found = digests.length === 0 ? [] : await readLists(digests);
    const lists = new Map(digests.map((digest, i) => [digest, found[i] ?? null]));
    const segments: SnapshotSegment[] = [];
    for (const segment of snapshot.segments) {
      if (!('keysDigest' in segment)) {
        segments.push(segment);
        continue;
      }
      const { keysDigest, key, version, rules } = segment;
      const keys = lists.get(keysDigest);
      if (!keys) return null;
      const [included, excluded] = keys;
      this.digests.set(included, { excluded, digest: keysDigest });
      segments.push({ key, version, included, excluded, rules });
    }
    return { scope, changeId, snapshot: { ...snapshot, segments } };
  }

  writeLists(key: string, lists: KeyLists): Promise<Buffer> {
    return this.pack(lists, key);
  }

  /** Throws for bytes that are not ours. */
  async readLists(key: string, bytes: Buffer): Promise<KeyLists> {
    return (await this.unpack(bytes, key)) as KeyLists;
  }

  private digestOf(included: readonly string[], excluded: readonly string[]): string {
    const known = this.digests.get(included);
    if (known?.excluded === excluded) return known.digest;
    const digest = createHash('sha256')
      .update(JSON.stringify([included, excluded]))
      .digest('base64url');
    this.digests.set(included, { excluded, digest });
    return digest;
  }

  private async pack(value: unknown, key: string): Promise<Buffer> {
    const text = Buffer.from(JSON.stringify(value), 'utf8');
    return this.cipher.encryptBytes(await deflate(text, { level: constants.Z_BEST_SPEED }), key);
  }

  private async unpack(bytes: Buffer, key: string): Promise<unknown> {
    return JSON.parse((await inflate(this.cipher.decryptBytes(bytes, key))).toString('utf8'));
  }
}
