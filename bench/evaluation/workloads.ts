/** The decisions, described once; each contender translates them. */

export interface BenchRule {
  readonly countries: readonly string[];
  readonly ageMin: number;
  readonly versionMin: string;
}

export type BenchFlag =
  | { readonly kind: 'PLAIN'; readonly key: string }
  /** True when a rule matches (each: country in list, age at least, version at least), else false. */
  | { readonly kind: 'RULES'; readonly key: string; readonly rules: readonly BenchRule[] }
  /** Text a, b or c at 20, 30 and 50 percent by targeting key. */
  | { readonly kind: 'ROLLOUT'; readonly key: string }
  /** True for members of the one segment, else false. */
  | { readonly kind: 'SEGMENT'; readonly key: string };

export interface BenchContext {
  readonly targetingKey: string;
  readonly country: string;
  readonly age: number;
  readonly appVersion: string;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly flags: readonly BenchFlag[];
  readonly contexts: readonly BenchContext[];
}

export const ROLLOUT_SHARES = [
  ['a', 20],
  ['b', 30],
  ['c', 50],
] as const;
export const SEGMENT_KEYS: readonly string[] = Array.from({ length: 1_000 }, (_, index) => `member-${index * 7}`);
const COUNTRIES = [
  'de',
  'fr',
  'it',
  'es',
  'pt',
  'nl',
  'be',
  'at',
  'ch',
  'pl',
  'cz',
  'dk',
  'se',
  'no',
  'fi',
  'ie',
  'gr',
  'hu',
  'ro',
  'bg',
];

function makeRules(count: number): BenchRule[] {
  // Only the last rule's version is low enough: the others fail at their last condition.
  return Array.from({ length: count }, (_, index) => ({
    countries: COUNTRIES,
    ageMin: 18 + index,
    versionMin: index === count - 1 ? '2.1.0' : `9.${index}.1`,
  }));
}

function makeContexts(count: number): BenchContext[] {
  return Array.from({ length: count }, (_, index) => ({
    targetingKey: index % 2 === 0 ? `member-${index * 7}` : `user-${index}`,
    country: COUNTRIES[index % COUNTRIES.length] as string,
    age: 30 + (index % 40),
    appVersion: `${2 + (index % 3)}.${4 + (index % 7)}.${index % 10}`,
  }));
}

function makeMix(count: number): BenchFlag[] {
  return Array.from({ length: count }, (_, index): BenchFlag => {
    const key = `mixed-${String(index).padStart(3, '0')}`;
    const kind = index % 10;
    if (kind < 4) return { kind: 'PLAIN', key };
    if (kind < 7) return { kind: 'RULES', key, rules: makeRules(1 + (index % 4)) };
    return kind < 9 ? { kind: 'ROLLOUT', key } : { kind: 'SEGMENT', key };
  });
}

const contexts = makeContexts(500);

export const WORKLOADS: readonly Workload[] = [
  { name: 'W1', title: 'flag on, no rule', flags: [{ kind: 'PLAIN', key: 'plain' }], contexts },
  {
    name: 'W2',
    title: '5 rules x 3 conditions, the last matches',
    flags: [{ kind: 'RULES', key: 'ruled', rules: makeRules(5) }],
    contexts,
  },
  { name: 'W3', title: 'rollout over 3 variations', flags: [{ kind: 'ROLLOUT', key: 'rolled-out' }], contexts },
  { name: 'W4', title: 'segment of 1,000 keys', flags: [{ kind: 'SEGMENT', key: 'segmented' }], contexts },
  { name: 'W5', title: '500 mixed flags, one context', flags: makeMix(500), contexts: contexts.slice(0, 1) },
];
