import type { Snapshot, SnapshotCondition, SnapshotFlag, SnapshotServe } from '../../src/evaluation';
import { compileSnapshot, evaluate, evaluateAll } from '../../src/evaluation';
import type { Answer, Contender } from './contender';
import { sink } from './contender';
import type { BenchFlag, BenchRule } from './workloads';
import { ROLLOUT_SHARES, SEGMENT_KEYS } from './workloads';

export const OURS: Contender = {
  name: 'flagstaff',
  prepare: (flags, contexts) => {
    // Through text, as a snapshot arrives.
    const { compiled, problems } = compileSnapshot(JSON.parse(JSON.stringify(makeSnapshot(flags))));
    if (problems.length > 0) throw new Error(problems[0]?.message);
    const subjects = contexts.map(({ targetingKey, ...attributes }) => ({ targetingKey, attributes }));
    const [only] = flags;
    const key = String(only?.key);
    const isOne = flags.length === 1;
    return {
      answers: (index) => flags.map((flag) => evaluate(compiled, flag.key, subjects[index] ?? {}).value as Answer),
      spin: (count) => {
        for (let index = 0; index < count; index += 1) {
          const subject = subjects[index % subjects.length] ?? {};
          sink.last = isOne ? evaluate(compiled, key, subject) : evaluateAll(compiled, subject);
        }
      },
    };
  },
};

export function makeSnapshot(flags: readonly BenchFlag[]): Snapshot {
  const segment = { key: 'members', version: 1, included: SEGMENT_KEYS, excluded: [], rules: [] };
  return { formatVersion: 1, epoch: 'bench', revision: 42, flags: flags.map(makeFlag), segments: [segment] };
}

function makeFlag(flag: BenchFlag): SnapshotFlag {
  const isText = flag.kind === 'ROLLOUT';
  return {
    key: flag.key,
    version: 3,
    valueType: isText ? 'STRING' : 'BOOLEAN',
    isEnabled: true,
    isArchived: false,
    isClientAvailable: true,
    salt: flag.key,
    variations: isText
      ? ROLLOUT_SHARES.map(([key]) => ({ key, value: key }))
      : [
          { key: 'on', value: true },
          { key: 'off', value: false },
        ],
    offVariation: isText ? 'a' : 'off',
    prerequisites: [],
    targets: [],
    rules: makeConditions(flag).map((conditions, index) => ({ id: `rule-${index}`, conditions, serve: { variation: 'on' } })),
    fallthrough: makeFallthrough(flag),
  };
}

function makeConditions(flag: BenchFlag): SnapshotCondition[][] {
  if (flag.kind === 'RULES') return flag.rules.map(makeRuleConditions);
  return flag.kind === 'SEGMENT' ? [[{ operator: 'IN_SEGMENT', segments: ['members'] }]] : [];
}

function makeRuleConditions({ countries, ageMin, versionMin }: BenchRule): SnapshotCondition[] {
  return [
    { attribute: 'country', operator: 'IN', values: countries },
    { attribute: 'age', operator: 'GREATER_OR_EQUAL', values: [ageMin] },
    { attribute: 'appVersion', operator: 'SEMVER_GREATER_OR_EQUAL', values: [versionMin] },
  ];
}

function makeFallthrough({ kind }: BenchFlag): SnapshotServe {
  if (kind !== 'ROLLOUT') return { variation: kind === 'PLAIN' ? 'on' : 'off' };
  const shares = ROLLOUT_SHARES.map(([variation, percent]) => ({ variation, weight: percent * 1_000 }));
  return { rollout: { bucketBy: 'targetingKey', whenMissing: 'a', shares } };
}
