import { murmur3 } from '../../src/evaluation/bucketing';
import type { Answer, Contender } from './contender';
import { sink } from './contender';
import type { BenchContext, BenchFlag, BenchRule } from './workloads';
import { ROLLOUT_SHARES, SEGMENT_KEYS } from './workloads';

interface BoundResult {
  readonly flagKey: string;
  readonly value: Answer;
  readonly variationKey: string;
  readonly reason: string;
  readonly ruleId: string | null;
  readonly revision: number;
}

type Decide = (context: BenchContext) => BoundResult;

/** Closures written by hand for exactly these workloads: no validation, no missing attributes, no types but these. */
export const BOUND: Contender = {
  name: 'lower bound',
  prepare: (flags, contexts) => {
    const byKey = new Map(flags.map((flag) => [flag.key, makeDecide(flag)]));
    const key = String(flags[0]?.key);
    const isOne = flags.length === 1;
    const one = (context: BenchContext): BoundResult | undefined => byKey.get(key)?.(context);
    const all = (context: BenchContext): BoundResult[] => {
      const results: BoundResult[] = [];
      for (const decide of byKey.values()) results.push(decide(context));
      return results;
    };
    return {
      answers: (index) => all(contexts[index] as BenchContext).map(({ value }) => value),
      spin: (count) => {
        for (let index = 0; index < count; index += 1) {
          const context = contexts[index % contexts.length] as BenchContext;
          sink.last = isOne ? one(context) : all(context);
        }
      },
    };
  },
};

function makeResult(flagKey: string, value: Answer, variationKey: string, reason: string, ruleId: string | null): BoundResult {
  return { flagKey, value, variationKey, reason, ruleId, revision: 42 };
}

function makeDecide(flag: BenchFlag): Decide {
  const { key } = flag;
  switch (flag.kind) {
    case 'PLAIN':
      return () => makeResult(key, true, 'on', 'FALLTHROUGH', null);
    case 'RULES': {
      const rules = flag.rules.map(makeRule);
      return (context) => {
        for (let index = 0; index < rules.length; index += 1) {
          if (rules[index]?.(context) === true) return makeResult(key, true, 'on', 'RULE_MATCH', 'rule');
        }
        return makeResult(key, false, 'off', 'FALLTHROUGH', null);
      };
    }
    case 'ROLLOUT': {
      const seed = murmur3(key, 0);
      const [[first, share], [second, nextShare], [third]] = ROLLOUT_SHARES;
      return ({ targetingKey }) => {
        const bucket = Math.floor((murmur3(targetingKey, seed) * 100_000) / 4_294_967_296);
        if (bucket < share * 1_000) return makeResult(key, first, first, 'SPLIT', null);
        if (bucket < (share + nextShare) * 1_000) return makeResult(key, second, second, 'SPLIT', null);
        return makeResult(key, third, third, 'SPLIT', null);
      };
    }
    case 'SEGMENT': {
      const members = new Set(SEGMENT_KEYS);
      return ({ targetingKey }) =>
        members.has(targetingKey)
          ? makeResult(key, true, 'on', 'RULE_MATCH', 'rule')
          : makeResult(key, false, 'off', 'FALLTHROUGH', null);
    }
  }
}

function makeRule({ countries, ageMin, versionMin }: BenchRule): (context: BenchContext) => boolean {
  const set = new Set(countries);
  const wanted = versionMin.split('.').map(Number) as [number, number, number];
  const tests = [
    ({ country }: BenchContext) => set.has(country),
    ({ age }: BenchContext) => age >= ageMin,
    ({ appVersion }: BenchContext) => isAtLeast(appVersion, wanted),
  ];
  return (context) => {
    for (let index = 0; index < tests.length; index += 1) {
      if (tests[index]?.(context) !== true) return false;
    }
    return true;
  };
}

function isAtLeast(text: string, wanted: readonly [number, number, number]): boolean {
  let part = 0;
  let value = 0;
  for (let index = 0; index <= text.length; index += 1) {
    const code = index === text.length ? 46 : text.charCodeAt(index);
    if (code === 46) {
      const other = wanted[part as 0 | 1 | 2];
      if (value !== other) return value > other;
      part += 1;
      value = 0;
    } else {
      value = value * 10 + code - 48;
    }
  }
  return true;
}
