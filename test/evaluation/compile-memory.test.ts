/** A server compiles for as long as it lives: what a snapshot does not need any more must not stay in memory because of another. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compileSnapshot, type CompiledSnapshot, type Snapshot, type SnapshotFlag } from '../../src/evaluation';

const GENERATIONS = 60;
const COLLECTIONS = 5;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const shares = (on: number): object[] => [
  { variation: 'on', weight: on },
  { variation: 'off', weight: 100_000 - on },
];
const rollout = (on: number): object => ({ bucketBy: 'targetingKey', whenMissing: 'off', shares: shares(on) });

/** With everything in it that is compiled. */
function flagOf(key: string, version: number, parts: object): SnapshotFlag {
  return {
    key,
    version,
    valueType: 'BOOLEAN',
    isEnabled: true,
    isArchived: false,
    isClientAvailable: true,
    salt: 'salt',
    variations: [
      { key: 'on', value: true },
      { key: 'off', value: false },
    ],
    offVariation: 'off',
    prerequisites: [],
    targets: [{ variation: 'on', targetingKeys: ['ada'] }],
    rules: [],
    fallthrough: { variation: 'on' },
    ...parts,
  };
}

function flagsAt(version: number): SnapshotFlag[] {
  const attribute = { attribute: 'country', operator: 'IN', values: ['de'] };
  const conditions = [attribute, { operator: 'IN_SEGMENT', segments: ['staff'] }, { group: 'ANY', conditions: [attribute] }];
  return [
    flagOf('a-plain', version, {}),
    flagOf('b-rollout', version, { fallthrough: { rollout: rollout(version) } }),
    flagOf('c-rules', version, {
      rules: [
        { id: 'gate', conditions, gate: { bucketBy: 'plan', weight: 20_000 }, serve: { variation: 'on' } },
        { id: 'split', conditions, serve: { rollout: rollout(1_000) } },
      ],
    }),
    flagOf('d-prerequisite', version, { prerequisites: [{ flagKey: 'a-plain', variation: 'on' }] }),
    flagOf('e-broken', version, { offVariation: 'none' }),
  ];
}

function segmentAt(version: number): Snapshot['segments'][number] {
  const rules = [{ id: 'plan', conditions: [{ attribute: 'plan', operator: 'IN', values: ['gold'] }] }];
  return { key: 'staff', version, included: ['grace'], excluded: [], rules } as Snapshot['segments'][number];
}

/** One change after the other; answers the last snapshot, and what has been compiled on the way. */
function compileGenerations(): { readonly last: CompiledSnapshot; readonly refs: Set<WeakRef<object>> } {
  let flags = flagsAt(1);
  let segments = [segmentAt(1)];
  let compiled: CompiledSnapshot | undefined;
  const seen = new WeakSet();
  const refs = new Set<WeakRef<object>>();
  for (let revision = 1; revision <= GENERATIONS; revision++) {
    const snapshot = { formatVersion: 1, epoch: 'e', revision, flags, segments } as Snapshot;
    compiled = compileSnapshot(snapshot, compiled).compiled;
    for (const thing of [compiled, ...compiled.flags.values(), ...compiled.segments.values()]) {
      if (!seen.has(thing)) refs.add(new WeakRef(thing));
      seen.add(thing);
    }
    const next = flagsAt(revision + 1);
    const turn = revision % (flags.length + 1);
    if (turn === flags.length) segments = [segmentAt(revision + 1)];
    else flags = flags.map((flag, i) => (i === turn ? next[i]! : flag));
  }
  return { last: compiled!, refs };
}

it('keeps nothing of the snapshots before', async () => {
  const { last, refs } = compileGenerations();
  const kept = 1 + last.flags.size + last.segments.size;

  let alive = refs.size;
  // A collection that had begun before ends with what was alive then: what died meanwhile goes with the next one.
  for (let round = 0; round < COLLECTIONS && alive !== kept; round++) {
    // Objects that were looked at in this turn live through it.
    await nextTurn();
    collectGarbage();
    await nextTurn();
    alive = [...refs].filter((ref) => ref.deref() !== undefined).length;
  }

  expect(refs.size).toBeGreaterThan(2 * GENERATIONS);
  expect(alive).toBe(kept);
});
