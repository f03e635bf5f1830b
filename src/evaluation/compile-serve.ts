import { WEIGHT_TOTAL } from './bounds';
import { compileBucketer, gateSalt, NATIVE_BUCKETER } from './bucketing';
import type { CompiledGate, CompiledServe } from './compiled';
import type { Subject } from './context';
import { checkAttributeReference, compileAttributeReader } from './context';
import type { Outcome } from './evaluation';
import { quote } from './quote';
import type { Reader, Wire } from './reader';
import { isPresent } from './reader';
import type { SnapshotRollout } from './snapshot';

/** Makes the outcome that serves a variation: to everyone (`isSplit` false), or to a share of a rollout. */
export type OutcomeMaker = (variationKey: string, isSplit: boolean, inExperiment: boolean) => Outcome;

export interface ServeReferences {
  readonly reader: Reader;
  readonly salt: string;
  readonly variationKeys: ReadonlyMap<string, number>;
  readonly makeOutcome: OutcomeMaker;
}

interface Share {
  readonly variation: string;
  readonly weight: number;
}

export function compileServe(references: ServeReferences, wire: Wire): CompiledServe | null {
  const { reader } = references;
  const hasVariation = isPresent(wire['variation']);
  if (hasVariation === isPresent(wire['rollout'])) {
    reader.note('Exactly one of variation and rollout must be given.');
    return null;
  }
  if (!hasVariation) return reader.readInside(wire, 'rollout', (rollout) => compileRollout(references, rollout));
  const variationKey = readVariation(references, wire, 'variation');
  if (variationKey === null) return null;
  const fixed = references.makeOutcome(variationKey, false, false);
  return { fixed, split: null, choose: always(fixed) };
}

// Closures that a compiled flag keeps are made in functions of their own, outside the scope of the compile. A closure retains
// everything that any closure of its scope uses: here the compiler, with its flags, with their compilers, for ever.

function always(outcome: Outcome): CompiledServe['choose'] {
  return () => outcome;
}

/** The key of one of the flag's variations, or null. */
export function readVariation({ reader, variationKeys }: ServeReferences, wire: Wire, name: string): string | null {
  const key = wire[name];
  if (typeof key === 'string' && variationKeys.has(key)) return key;
  reader.note(`The flag has no variation ${quote(key)}.`, name);
  return null;
}

function compileRollout(references: ServeReferences, wire: Wire): CompiledServe | null {
  const { reader, salt, makeOutcome } = references;
  const bucketBy = readBucketBy(reader, wire);
  const whenMissing = readVariation(references, wire, 'whenMissing');
  const isExperiment = isPresent(wire['isExperiment']) && reader.readBoolean(wire, 'isExperiment');
  const shares = readShares(references, wire);
  if (bucketBy === null || whenMissing === null || shares === null) return null;
  const read = compileAttributeReader(bucketBy);
  const bucket = compileBucketer(salt, NATIVE_BUCKETER);
  const missing = makeOutcome(whenMissing, false, false);
  const chooseShare = compileShares(shares, (variationKey) => makeOutcome(variationKey, true, isExperiment));
  const choose = chooseByBucket({ read, bucket, missing, chooseShare });
  return { fixed: null, split: { rollout: wire as unknown as SnapshotRollout, salt, read }, choose };
}

interface Choice {
  readonly read: (subject: Subject) => unknown;
  readonly bucket: (value: unknown) => number;
  readonly missing: Outcome;
  readonly chooseShare: (bucket: number) => Outcome;
}

function chooseByBucket({ read, bucket, missing, chooseShare }: Choice): CompiledServe['choose'] {
  return (subject) => {
    const found = bucket(read(subject));
    return found < 0 ? missing : chooseShare(found);
  };
}

/** Turns weights into the ends of half-open intervals; the last share also ends the search. */
function compileShares(shares: readonly Share[], outcomeFor: (variationKey: string) => Outcome): (bucket: number) => Outcome {
  let end = 0;
  const intervals = shares.map(({ variation, weight }) => {
    end += weight;
    return { end, outcome: outcomeFor(variation) };
  });
  return chooseAmong(intervals);
}

interface Interval {
  readonly end: number;
  readonly outcome: Outcome;
}

function chooseAmong(all: readonly Interval[]): (bucket: number) => Outcome {
  const intervals = all.slice(0, -1);
  const last = all.at(-1) as Interval;
  return (bucket) => {
    for (const interval of intervals) {
      if (bucket < interval.end) return interval.outcome;
    }
    return last.outcome;
  };
}

function readShares(references: ServeReferences, wire: Wire): Share[] | null {
  const { reader } = references;
  const shares = reader.readEach(wire, 'shares', (share) => ({
    variation: readVariation(references, share, 'variation'),
    weight: reader.readInteger(share, 'weight', WEIGHT_TOTAL),
  }));
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  if (total !== WEIGHT_TOTAL) {
    reader.note(`The weights of a rollout must sum to ${WEIGHT_TOTAL}; these sum to ${total}.`, 'shares');
    return null;
  }
  const known = shares.filter((share): share is Share => share.variation !== null);
  return known.length === shares.length ? known : null;
}

export function compileGate(reader: Reader, salt: string, ruleId: string, wire: Wire): CompiledGate | null {
  const bucketBy = readBucketBy(reader, wire);
  const weight = reader.readInteger(wire, 'weight', WEIGHT_TOTAL);
  if (bucketBy === null) return null;
  const read = compileAttributeReader(bucketBy);
  const ownSalt = gateSalt(salt, ruleId);
  const bucket = compileBucketer(ownSalt, NATIVE_BUCKETER);
  const test = (subject: Subject): boolean => {
    const found = bucket(read(subject));
    return found >= 0 && found < weight;
  };
  return { bucketBy, salt: ownSalt, weight, read, test };
}

function readBucketBy(reader: Reader, wire: Wire): string | null {
  const bucketBy = wire['bucketBy'];
  const problem = checkAttributeReference(bucketBy);
  if (problem === null) return bucketBy as string;
  reader.note(problem, 'bucketBy');
  return null;
}
