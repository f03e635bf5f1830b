import { WEIGHT_TOTAL } from './bounds';

/**
 * Maps a context to its bucket in a rollout: an integer, 0 to 99999, one per thousandth of a percent.
 *
 * `bucket = floor(hash32 * 100000 / 2^32)`; `hash32` is MurmurHash3 x86-32 of the UTF-8 bytes of the value, seeded with
 * MurmurHash3 x86-32 (seed 0) of the UTF-8 bytes of the salt, so that the salt costs nothing per evaluation. The product
 * stays below 2^49, exact in a double. Changing anything here moves every context of every rollout (docs/adr/0001).
 */

/** How a value becomes a bucket, as data, so that flags imported from other products can bring their own setting. */
export interface Bucketer {
  readonly hash: 'MURMUR3_X86_32';
  /** The hash, seed 0, of the salt text. */
  readonly seed: 'HASH_OF_SALT';
  readonly encoding: 'UTF_8';
  /** The text that is hashed; `{value}` is the bucketBy attribute's value as text. */
  readonly inputTemplate: '{value}';
  /** floor(hash * 100000 / 2^32). */
  readonly projection: 'FLOOR_100000';
  /** Intervals are [start, end). */
  readonly boundary: 'HALF_OPEN';
}

export const NATIVE_BUCKETER: Bucketer = Object.freeze({
  hash: 'MURMUR3_X86_32',
  seed: 'HASH_OF_SALT',
  encoding: 'UTF_8',
  inputTemplate: '{value}',
  projection: 'FLOOR_100000',
  boundary: 'HALF_OPEN',
});

/** The table that another bucketer's parts would be added to. */
const HASHES: { readonly [hash in Bucketer['hash']]: (text: string, seed: number) => number } = {
  MURMUR3_X86_32: murmur3,
};
const PROJECTIONS: { readonly [projection in Bucketer['projection']]: (hash: number) => number } = {
  FLOOR_100000: (hash) => Math.floor((hash * WEIGHT_TOTAL) / 4_294_967_296),
};

/** The result of a bucketer for one salt and one value; a trace shows these numbers. */
export interface Bucketing {
  readonly seed: number;
  readonly hash: number;
  readonly bucket: number;
}

/** The salt that a gate's seed is hashed from; a split's is the flag's salt alone. */
export function gateSalt(salt: string, ruleId: string): string {
  return `${salt}:gate:${ruleId}`;
}

/** The text that is hashed for a value: a text as it is, a safe integer in decimal, else null (no bucket). */
export function bucketInput(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return Number.isSafeInteger(value) ? String(value) : null;
}

/** The bucket of a value under a salt, or null when the value cannot be hashed. */
export function bucketOf(value: unknown, salt: string, bucketer: Bucketer = NATIVE_BUCKETER): number | null {
  const input = bucketInput(value);
  return input === null ? null : bucketText(input, salt, bucketer).bucket;
}

export function bucketText(input: string, salt: string, bucketer: Bucketer): Bucketing {
  const hashText = HASHES[bucketer.hash];
  const seed = hashText(salt, 0);
  const hash = hashText(input, seed);
  return { seed, hash, bucket: PROJECTIONS[bucketer.projection](hash) };
}

/** Like `bucketOf`, with the salt hashed beforehand; answers -1 when the value cannot be hashed. */
export function compileBucketer(salt: string, bucketer: Bucketer): (value: unknown) => number {
  const hashText = HASHES[bucketer.hash];
  const project = PROJECTIONS[bucketer.projection];
  const seed = hashText(salt, 0);
  return (value) => {
    if (typeof value === 'string') return project(hashText(value, seed));
    return Number.isSafeInteger(value) ? project(hashText(String(value), seed)) : -1;
  };
}

/** MurmurHash3 x86-32 of the UTF-8 bytes of a text, 0 to 2^32 - 1. A lone surrogate counts as U+FFFD, as in TextEncoder. */
export function murmur3(text: string, seed: number): number {
  const length = text.length;
  const blocksEnd = length & ~3;
  let hash = seed | 0;
  let index = 0;
  while (index < blocksEnd) {
    const first = text.charCodeAt(index);
    const second = text.charCodeAt(index + 1);
    const third = text.charCodeAt(index + 2);
    const fourth = text.charCodeAt(index + 3);
    if ((first | second | third | fourth) > 127) return murmur3Beyond(text, index, hash);
    hash = mixBlock(hash, first | (second << 8) | (third << 16) | (fourth << 24));
    index += 4;
  }
  let tail = 0;
  for (let shift = 0; index < length; index += 1, shift += 8) {
    const code = text.charCodeAt(index);
    if (code > 127) return murmur3Beyond(text, blocksEnd, hash);
    tail |= code << shift;
  }
  // An empty tail scrambles to 0.
  return finish(hash ^ scramble(tail), length);
}

/** The rest of a text that is not all ASCII, from a block boundary on (all before is ASCII, so bytes = code units). */
function murmur3Beyond(text: string, start: number, hashBefore: number): number {
  let hash = hashBefore;
  let block = 0;
  let bytes = start;
  const push = (byte: number): void => {
    block |= byte << ((bytes & 3) * 8);
    bytes += 1;
    if ((bytes & 3) !== 0) return;
    hash = mixBlock(hash, block);
    block = 0;
  };
  for (let index = start; index < text.length; index += 1) {
    // The index is inside the text, so there is a code point.
    const point = text.codePointAt(index) as number;
    if (point > 0xffff) index += 1;
    pushUtf8(point >= 0xd800 && point <= 0xdfff ? 0xfffd : point, push);
  }
  return finish(hash ^ scramble(block), bytes);
}

function pushUtf8(point: number, push: (byte: number) => void): void {
  if (point < 0x80) return push(point);
  if (point < 0x800) {
    push(0xc0 | (point >> 6));
  } else {
    if (point < 0x10000) {
      push(0xe0 | (point >> 12));
    } else {
      push(0xf0 | (point >> 18));
      push(0x80 | ((point >> 12) & 63));
    }
    push(0x80 | ((point >> 6) & 63));
  }
  push(0x80 | (point & 63));
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

function mixBlock(hash: number, block: number): number {
  const mixed = hash ^ scramble(block);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hashBefore: number, bytes: number): number {
  let hash = hashBefore ^ bytes;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
