/** How the evaluations of one context are read and followed: `evaluationsChanged`, and `evaluate` where no stream lives. */
import type { EvaluationContext } from '@flagstaff/evaluation';
import type { Position } from '../../client/src/api';
import type { Followed } from '../../client/src/connection';
import { broken, FaultError } from '../../client/src/faults';
import type { ClientEvaluation } from '../../client/src/flag-api';
import { request, type Endpoint } from '../../client/src/http';
import type { EvaluationKeeper } from './evaluation-keeper';

const FIELDS = 'evaluations { flagKey value variation reason errorCode flagVersion inExperiment }';
const EVALUATE = `query ($context: EvaluationContextInput!, $flagKeys: [String!], $have: RevisionInput, $min: RevisionInput) {
  evaluate(contexts: [$context], flagKeys: $flagKeys, minRevision: $min) { epoch revision resultsIfNewer(than: $have) { ${FIELDS} } }
}`;
const CHANGES = `subscription ($context: EvaluationContextInput!, $flagKeys: [String!], $min: RevisionInput) {
  evaluationsChanged(context: $context, flagKeys: $flagKeys, minRevision: $min) { epoch revision ${FIELDS} }
}`;

export interface FollowedContext {
  readonly context: EvaluationContext;
  readonly digest: string;
  readonly flagKeys: readonly string[] | undefined;
}

interface State extends Position {
  readonly evaluations: readonly ClientEvaluation[];
}

export function evaluationSource(endpoint: Endpoint, keeper: EvaluationKeeper, followed: FollowedContext): Followed {
  const { digest, ...asked } = followed;
  const isNewer = ({ epoch, revision }: Position): boolean => {
    const have = keeper.positionOf(digest);
    return have === null || have.epoch !== epoch || revision > have.revision;
  };
  return {
    startsWhole: true,
    hasData: () => keeper.positionOf(digest) !== null,
    read: async (signal) => {
      const have = keeper.positionOf(digest);
      // Another context's revision is a bound, too: the server that answers may be behind the one before.
      const variables = { ...asked, have, min: have === null ? keeper.position : null };
      const state = readAnswer(await request(endpoint, { query: EVALUATE, variables }, signal), have);
      const now = keeper.positionOf(digest);
      // A stream may have brought another epoch meanwhile, and epochs have no order.
      const isOvertaken = now !== have && now?.epoch !== state?.epoch;
      if (state === null || isOvertaken || !isNewer(state) || signal.aborted) return;
      keeper.replace(digest, positionOf(state), state.evaluations);
    },
    operation: () => ({ query: CHANGES, variables: { ...asked, min: keeper.position } }),
    apply: async (data, isFirst) => {
      const state = readState((data as { readonly evaluationsChanged?: unknown } | null)?.evaluationsChanged);
      const have = keeper.positionOf(digest);
      if (isFirst) {
        // Complete. At the same revision it replaces what was remembered.
        if (isNewer(state) || have?.revision === state.revision) keeper.replace(digest, positionOf(state), state.evaluations);
        return 'APPLIED';
      }
      // A difference to what this stream has sent, or all of another epoch.
      if (have?.epoch !== state.epoch) return 'ANEW';
      if (isNewer(state)) keeper.merge(positionOf(state), state.evaluations);
      return 'APPLIED';
    },
  };
}

/** Null: nothing is newer. */
function readAnswer(data: unknown, have: Position | null): State | null {
  const { evaluate } = (data ?? {}) as { readonly evaluate?: { readonly resultsIfNewer?: readonly unknown[] | null } | null };
  if (evaluate === null)
    throw new FaultError({ kind: 'GONE', message: 'There is no such environment, or the key may not read it.' });
  if (evaluate?.resultsIfNewer === null && have !== null) return null;
  return readState({ ...evaluate, ...(evaluate?.resultsIfNewer?.[0] as object | undefined) });
}

function readState(given: unknown): State {
  const { epoch, revision, evaluations } = (given ?? {}) as Partial<State>;
  if (typeof epoch !== 'string' || typeof revision !== 'number' || !Array.isArray(evaluations))
    throw broken('The server answers without the evaluations that were asked for.');
  return { epoch, revision, evaluations: evaluations as readonly ClientEvaluation[] };
}

function positionOf({ epoch, revision }: Position): Position {
  return { epoch, revision };
}
