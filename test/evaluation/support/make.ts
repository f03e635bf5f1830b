import type {
  CompiledSnapshot,
  Snapshot,
  SnapshotFlag,
  SnapshotRule,
  SnapshotSegment,
  SnapshotServe,
} from '../../../src/evaluation';
import { compileSnapshot } from '../../../src/evaluation';

/** A flag that serves `no` to everyone; `parts` says what is different. */
export function makeFlag(key: string, parts: Partial<SnapshotFlag> = {}): SnapshotFlag {
  return {
    key,
    version: 1,
    valueType: 'BOOLEAN',
    isEnabled: true,
    isArchived: false,
    isClientAvailable: true,
    salt: 'salt',
    variations: [
      { key: 'yes', value: true },
      { key: 'no', value: false },
    ],
    offVariation: 'no',
    prerequisites: [],
    targets: [],
    rules: [],
    fallthrough: { variation: 'no' },
    ...parts,
  };
}

export function makeRule(parts: Partial<SnapshotRule> = {}): SnapshotRule {
  return { id: 'rule', conditions: [], serve: { variation: 'yes' }, ...parts };
}

export function makeSegment(key: string, parts: Partial<SnapshotSegment> = {}): SnapshotSegment {
  return { key, version: 1, included: [], excluded: [], rules: [], ...parts };
}

export function makeSnapshot(flags: readonly SnapshotFlag[], segments: readonly SnapshotSegment[] = []): Snapshot {
  return { formatVersion: 1, epoch: 'test', revision: 7, flags, segments };
}

export function makeRollout(yesWeight: number, bucketBy = 'targetingKey'): SnapshotServe {
  const shares = [
    { variation: 'yes', weight: yesWeight },
    { variation: 'no', weight: 100_000 - yesWeight },
  ];
  return { rollout: { bucketBy, whenMissing: 'no', shares } };
}

/** Compiles a snapshot that must have no problem. */
export function compileClean(flags: readonly SnapshotFlag[], segments: readonly SnapshotSegment[] = []): CompiledSnapshot {
  const { compiled, problems } = compileSnapshot(makeSnapshot(flags, segments));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return compiled;
}
