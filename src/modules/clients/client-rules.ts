/** Checks reports, and decides when the next one is wanted. Pure. */
import type { Issue } from '../../errors';
import { quote, type CompiledSnapshot } from '../../evaluation';
import { countIssues, type Path } from '../../validation/input-rules';
import { rangeIssues } from '../../validation/patch-rules';
import type { Cursor } from '../snapshots/environment-state';
import { isVisible } from '../snapshots/visible-evaluations';
import { saltOf, type Count } from '../usage/usage-counts';

export interface EvaluationCount {
  readonly flagKey: string;
  readonly variation?: string | null;
  readonly evaluations: number;
}

/** The part of a report that is checked. */
export interface ReportedInput {
  readonly instanceId: string;
  readonly sdk: string;
  readonly batch: number;
  readonly position?: Cursor | null;
  readonly ageMs?: number | null;
  readonly counts?: readonly EvaluationCount[] | null;
}

const COUNTS_MAX = 1_000;
const EVALUATIONS_MAX = 1_000_000_000;
const AGE_MS_MAX = 86_400_000;
const INT_MAX = 2 ** 31 - 1;
const NEXT_MS = { min: 60_000, max: 600_000 } as const;
/** One server records so many without noticing. */
const REPORTS_PER_SECOND = 100;

const NAME: Form = { pattern: /^[\w-]{1,64}$/, form: '1 to 64 letters, digits, - and _' };
const SDK: Form = { pattern: /^[\w.+/@-]{1,64}$/, form: '1 to 64 letters, digits and .+-_/@' };

export function reportIssues({ instanceId, sdk, batch, position, ageMs, counts }: ReportedInput): Issue[] {
  const input: Path = ['input'];
  const { epoch = 'none', revision = 0 } = position ?? {};
  return [
    ...nameIssues(instanceId, NAME, [...input, 'instanceId']),
    ...nameIssues(sdk, SDK, [...input, 'sdk']),
    ...nameIssues(epoch, NAME, [...input, 'position', 'epoch']),
    ...rangeIssues('revision', revision, { min: 0, max: INT_MAX }, [...input, 'position', 'revision']),
    ...rangeIssues('batch', batch, { min: 1, max: INT_MAX }, [...input, 'batch']),
    ...rangeIssues('ageMs', ageMs ?? 0, { min: 0, max: AGE_MS_MAX }, [...input, 'ageMs']),
    ...countIssues('counts', counts?.length ?? 0, { min: 0, max: COUNTS_MAX }, [...input, 'counts']),
    ...(counts ?? []).flatMap(({ evaluations }, i) => {
      const path: Path = [...input, 'counts', String(i), 'evaluations'];
      return rangeIssues('evaluations', evaluations, { min: 1, max: EVALUATIONS_MAX }, path);
    }),
  ];
}

interface Form {
  readonly pattern: RegExp;
  readonly form: string;
}

function nameIssues(value: string, { pattern, form }: Form, path: Path): Issue[] {
  if (pattern.test(value)) return [];
  return [{ code: 'INVALID', message: `${path.at(-1)} must be ${form}; got ${quote(value)}.`, path }];
}

/** Joins the counts of each flag and variation, and tells how many name what is not there for the caller. */
export function resolveCounts(
  counts: readonly EvaluationCount[],
  { flags }: CompiledSnapshot,
  seesAll: boolean,
): { readonly known: readonly Count[]; readonly unknownCount: number } {
  const known = new Map<string, Count>();
  let unknownCount = 0;
  for (const { flagKey, variation, evaluations } of counts) {
    const flag = flags.get(flagKey);
    const variationKey = variation ?? '';
    const hasVariation = variationKey === '' || flag?.parts?.variations.some(({ key }) => key === variationKey) === true;
    if (flag === undefined || !isVisible(flag, seesAll) || !hasVariation) {
      unknownCount += 1;
      continue;
    }
    const name = JSON.stringify([flagKey, variationKey]);
    const before = known.get(name)?.evaluations ?? 0;
    known.set(name, { flagKey, salt: saltOf(flag), variationKey, evaluations: before + evaluations });
  }
  return { known: [...known.values()], unknownCount };
}

/** Answers milliseconds, by how many reports this server has recorded in the last second. */
export function nextReportMs(reportsPerSecond: number): number {
  return Math.round(Math.min(NEXT_MS.max, Math.max(NEXT_MS.min, (NEXT_MS.min * reportsPerSecond) / REPORTS_PER_SECOND)));
}
