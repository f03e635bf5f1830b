import { segmentsOf, type CompiledSnapshot, type Evaluation, type EvaluationContext, type Snapshot } from '../../evaluation';
import { RequestFault } from '../../errors';
import { isKeyOfApplication, permits, type Actor } from '../access/actor';
import { authorize, requireIdentity, requireOwnEnvironment } from '../access/authorize';
import type { Permission } from '../access/permissions';
import type { UsageService } from '../usage/usage-service';
import type { Cursor, EnvironmentState } from './environment-state';
import type { SnapshotCache } from './snapshot-cache';
import {
  contextProblem,
  contextsProblem,
  evaluationsProblem,
  flagKeysProblem,
  liveContextProblem,
  selectFlags,
  type ContextInput,
} from './snapshot-rules';
import { tracedEvaluator, type TraceBudget } from './traced-evaluations';
import { waitUntil } from './wait-until';
import type { EvaluationCounts } from './evaluation-counts';
import { evaluateVisible, seesEverything, visibleFlagCount, withInvalidContext } from './visible-evaluations';

const REVISION_WAIT_MS = 2_000;
const REVISION_WAITERS_MAX = 1_000;

export interface SnapshotServiceOptions {
  readonly cache: SnapshotCache;
  readonly usage: UsageService;
  /** Counts every evaluation that is answered, to any caller. */
  readonly evaluated: EvaluationCounts;
  /** Called with every answer of an evaluation. Must not throw. Absent: nobody wants to know. */
  readonly onEvaluated?: (outcome: KeptOutcome) => void;
}

export interface EvaluateInput {
  readonly environmentId?: string | null;
  readonly contexts: readonly ContextInput[];
  readonly flagKeys?: readonly string[] | null;
  readonly minRevision?: Cursor | null;
  /** Requests traces, answered only to actors that see everything. Absent: no. */
  readonly withTrace?: boolean;
  /** Tells that each context was already found within bounds in the form in which it was sent. Absent: no. */
  readonly areContextsChecked?: boolean;
}

export interface FollowInput {
  readonly environmentId?: string | null;
  readonly context: ContextInput;
  readonly flagKeys?: readonly string[] | null;
  readonly minRevision?: Cursor | null;
}

export interface Followed {
  readonly state: EnvironmentState;
  readonly context: EvaluationContext;
  /** Null: all flags that are not archived. */
  readonly flagKeys: readonly string[] | null;
  /** False: client-available flags only, without evaluation details. */
  readonly seesAll: boolean;
  /** Whether what is sent counts as usage of the flags. */
  readonly isCounted: boolean;
}

/** The counters that the root fields of one operation share. */
export interface EvaluationBudget extends TraceBudget {
  /** The number of evaluations answered so far. */
  evaluations: number;
  /** The number of changes of change sets. */
  changes?: number;
}

export interface EvaluateOutcome {
  readonly revision: number;
  readonly epoch: string;
  readonly environmentId: string;
  readonly compiled: CompiledSnapshot;
  readonly results: readonly ContextOutcome[];
}

/** The part of an outcome that may be kept for long: it holds no snapshot. */
export type KeptOutcome = Omit<EvaluateOutcome, 'compiled'>;

export interface ContextOutcome {
  readonly targetingKey: string | null;
  readonly evaluations: readonly Evaluation[];
}

/** The state of an environment at one revision. */
type Moment = Pick<EnvironmentState, 'compiled' | 'epoch' | 'revision' | 'scope'>;

/** An evaluation of which the revision is decided, and nothing else: that comes with the first use of the other two. */
export interface OpenedEvaluation extends Cursor {
  /** Evaluates and counts once, whatever is called or read how often. */
  readonly run: () => EvaluateOutcome;
  readonly results: EvaluateOutcome['results'];
}

/** An evaluation that is ready to run without a wait. */
export interface ReadyEvaluation {
  readonly run: () => EvaluateOutcome;
  /** The number of evaluations that its cost is computed from. */
  readonly evaluations: number;
}

/** Serves evaluations and snapshots to actors that have the permission. */
export class SnapshotService {
  private waiters = 0;

  constructor(private readonly options: SnapshotServiceOptions) {}

  /** Counts the flags of an environment for an actor that may evaluate there; 0 otherwise. Never fails: costs need it. */
  async countFlags(actor: Actor, environmentId: string | null): Promise<number> {
    const state = await this.openFor(actor, environmentId, 'flag:evaluate').catch(() => null);
    return state ? visibleFlagCount(state.compiled, seesEverything(actor)) : 0;
  }

  /**
   * Evaluates every context and flag at one revision. A context that cannot be evaluated is answered INVALID_CONTEXT for each
   * flag, beside the others. Null when there is no such environment or the actor may not see it.
   */
  async evaluate(actor: Actor, input: EvaluateInput, budget: EvaluationBudget): Promise<EvaluateOutcome | null> {
    const opened = await this.openEvaluation(actor, input, budget);
    return opened && opened.run();
  }

  /** Does and refuses as `evaluate` does, but leaves the evaluations themselves to `run`, for callers that may not want them. */
  async openEvaluation(actor: Actor, input: EvaluateInput, budget: EvaluationBudget): Promise<OpenedEvaluation | null> {
    const problem = contextsProblem(input.contexts);
    if (problem !== null) throw new RequestFault('BAD_USER_INPUT', problem);
    const state = await this.openFor(actor, input.environmentId, 'flag:evaluate');
    if (state === null) return null;
    await this.waitFor(state, input.minRevision ?? null);
    if (state.isClosed) return null;
    spend(budget, input.contexts.length, flagCountOf(actor, state, input));
    const problems = input.areContextsChecked === true ? [] : input.contexts.map(contextProblem);
    const { compiled, epoch, revision, scope } = state;
    let outcome: EvaluateOutcome | undefined;
    const run = (): EvaluateOutcome =>
      (outcome ??= this.decide(actor, { compiled, epoch, revision, scope }, input, { budget, problems }));
    return {
      ...{ epoch, revision, run },
      get results() {
        return run().results;
      },
    };
  }

  /** Answers as `countFlags` does when the environment is in memory; null when it is not. */
  countFlagsIfReady(actor: Actor, environmentId: string | null): number | null {
    const state = this.findOpen(actor, environmentId);
    return state && visibleFlagCount(state.compiled, seesEverything(actor));
  }

  /**
   * Prepares an evaluation that runs at once, without a wait. Null when it would have to wait, and whenever `evaluate` would
   * refuse or answer null. Nothing is evaluated, counted or spent before it is run.
   */
  prepareEvaluation(actor: Actor, input: EvaluateInput): ReadyEvaluation | null {
    const state = this.findOpen(actor, input.environmentId);
    if (state === null || state.isClosed || input.withTrace === true) return null;
    if (input.minRevision && !has(state, input.minRevision)) return null;
    if (contextsProblem(input.contexts) !== null || !input.contexts.every(isValid)) return null;
    const flagCount = flagCountOf(actor, state, input);
    if (evaluationsProblem(input.contexts.length, flagCount, 0) !== null) return null;
    return {
      run: () => this.decide(actor, state, input, { budget: {}, problems: [] }),
      evaluations: input.contexts.length * flagCount,
    };
  }

  /**
   * Prepares to give an earlier answer again; running it only counts the evaluations. Null when the environment state has changed
   * since, or the actor may not evaluate there any more: then the answer may differ.
   */
  prepareRepetition(actor: Actor, input: EvaluateInput, outcome: KeptOutcome): { readonly run: () => void } | null {
    const state = this.findOpen(actor, outcome.environmentId);
    if (state === null || state.isClosed || state.revision !== outcome.revision || state.epoch !== outcome.epoch) return null;
    const { compiled } = state;
    return { run: () => this.count(actor, input, outcome, compiled) };
  }

  private findOpen(actor: Actor, environmentId: string | null | undefined): EnvironmentState | null {
    const id = environmentId ?? (actor.kind === 'API_KEY' ? actor.environmentId : null);
    const state = id === null ? null : this.options.cache.known(id);
    return state && permits(actor, 'flag:evaluate', state.scope) ? state : null;
  }

  /** Evaluates and counts. `problems`: a sentence, or null, for the context at the same index. */
  private decide(
    actor: Actor,
    { compiled, epoch, revision, scope }: Moment,
    input: EvaluateInput,
    { budget, problems }: { readonly budget: TraceBudget; readonly problems: readonly (string | null)[] },
  ): EvaluateOutcome {
    const seesAll = seesEverything(actor);
    const flagKeys = input.flagKeys ?? null;
    const isTraced = seesAll && input.withTrace === true;
    const validCount = input.contexts.length - problems.filter(Boolean).length;
    const evaluateUntraced = (context: EvaluationContext): readonly Evaluation[] =>
      evaluateVisible(compiled, context, flagKeys, seesAll);
    const evaluateOne = isTraced ? tracedEvaluator(compiled, validCount, flagKeys, budget) : evaluateUntraced;
    const results = input.contexts.map((context, i) => {
      const problem = problems[i] ?? null;
      const evaluations =
        problem === null
          ? evaluateOne(context as EvaluationContext)
          : evaluateUntraced({}).map((evaluation) => withInvalidContext(evaluation, problem));
      return { targetingKey: context.targetingKey ?? null, evaluations };
    });
    const outcome = { revision, epoch, environmentId: scope.environmentId, compiled, results };
    this.count(actor, input, outcome, compiled);
    return outcome;
  }

  private count(actor: Actor, { flagKeys }: EvaluateInput, outcome: KeptOutcome, compiled: CompiledSnapshot): void {
    for (const { evaluations } of outcome.results) this.options.evaluated.add(evaluations);
    this.options.onEvaluated?.(outcome);
    const { environmentId, results } = outcome;
    if (!isKeyOfApplication(actor)) return;
    const counts = this.options.usage.countsOf(environmentId, compiled);
    const isAll = flagKeys ? null : seesEverything(actor);
    for (const { evaluations } of results) counts.add(evaluations, isAll);
  }

  /**
   * Prepares the live evaluations of one context, once this process has `minRevision`; nothing is evaluated yet. Null when there
   * is no such environment or the actor may not see it.
   */
  async follow(actor: Actor, input: FollowInput, budget: EvaluationBudget): Promise<Followed | null> {
    const problem = liveContextProblem(input.context);
    if (problem !== null) throw new RequestFault('BAD_USER_INPUT', problem);
    const state = await this.openFor(actor, input.environmentId, 'flag:evaluate');
    if (state === null) return null;
    await this.waitFor(state, input.minRevision ?? null);
    if (state.isClosed) return null;
    spend(budget, 1, flagCountOf(actor, state, input));
    const { targetingKey, attributes } = input.context;
    return {
      state,
      context: { targetingKey, attributes } as EvaluationContext,
      flagKeys: input.flagKeys ?? null,
      seesAll: seesEverything(actor),
      isCounted: isKeyOfApplication(actor),
    };
  }

  /** Reads the newest snapshot, of `flagKeys` and their prerequisites where they are given. Null when there is no such environment or the actor may not see it. */
  async read(
    actor: Actor,
    input: Pick<EvaluateInput, 'environmentId' | 'minRevision' | 'flagKeys'>,
  ): Promise<{ revision: number; epoch: string; snapshot: Snapshot } | null> {
    const problem = flagKeysProblem(input.flagKeys ?? []);
    if (problem !== null) throw new RequestFault('BAD_USER_INPUT', problem);
    const state = await this.openFor(actor, input.environmentId, 'snapshot:read');
    if (state === null) return null;
    await this.waitFor(state, input.minRevision ?? null);
    if (state.isClosed) return null;
    const snapshot = input.flagKeys ? selectFlags(state.snapshot, input.flagKeys) : state.snapshot;
    return { revision: snapshot.revision, epoch: snapshot.epoch, snapshot };
  }

  /** Finds the keys of the segments that contain a context, and their project. Null when the actor may not see them. */
  async segmentsOf(
    actor: Actor,
    environmentId: string | null | undefined,
    context: ContextInput,
  ): Promise<{ projectId: string; keys: string[] } | null> {
    const problem = contextProblem(context);
    if (problem !== null) throw new RequestFault('BAD_USER_INPUT', problem);
    const state = await this.openFor(actor, environmentId, 'snapshot:read');
    return state && { projectId: state.scope.projectId, keys: segmentsOf(state.compiled, context as EvaluationContext) };
  }

  /** Opens the state of an environment for an actor that has the permission there; null when the actor may not see it. */
  async openFor(
    actor: Actor,
    environmentId: string | null | undefined,
    permission: Permission,
  ): Promise<EnvironmentState | null> {
    requireIdentity(actor);
    requireOwnEnvironment(actor, environmentId);
    const id = environmentId ?? (actor.kind === 'API_KEY' ? actor.environmentId : null);
    const state = id === null ? null : await this.options.cache.open(id);
    const scope = state?.scope ?? { organizationId: '', projectId: '', environmentId: id ?? '' };
    const isAllowed = authorize(actor, { permission, toSee: 'flag:evaluate' }, scope);
    if (id === null)
      throw new RequestFault('BAD_USER_INPUT', 'environmentId is required: the credential is not a key of one environment.');
    return isAllowed ? state : null;
  }

  /**
   * Waits until this process has the revision, or the environment is gone. It does not wait for another epoch, whose revisions
   * do not compare. Throws REVISION_NOT_REACHED after 2 s, even while the database does not answer, and at once for a request
   * that would be the 1,001st to wait in this process.
   */
  async waitFor(state: EnvironmentState, minRevision: Cursor | null): Promise<void> {
    if (minRevision === null || has(state, minRevision)) return;
    if (this.waiters >= REVISION_WAITERS_MAX) {
      throw new RequestFault(
        'REVISION_NOT_REACHED',
        `More than ${REVISION_WAITERS_MAX} requests are waiting for revisions; try again.`,
      );
    }
    this.waiters++;
    try {
      const reached = waitUntil(state, () => has(state, minRevision), { timeoutMs: REVISION_WAIT_MS });
      // A catch-up that fails leaves the work to the next notification or poll.
      this.options.cache.catchUp(state.scope.environmentId).catch(() => undefined);
      if (!(await reached)) throw notReached(state, minRevision);
    } finally {
      this.waiters--;
    }
  }
}

function flagCountOf(actor: Actor, { compiled }: EnvironmentState, { flagKeys }: Pick<EvaluateInput, 'flagKeys'>): number {
  return flagKeys?.length ?? visibleFlagCount(compiled, seesEverything(actor));
}

const isValid = (context: ContextInput): boolean => contextProblem(context) === null;

function spend(budget: EvaluationBudget, contexts: number, flags: number): void {
  const tooMany = evaluationsProblem(contexts, flags, budget.evaluations);
  if (tooMany !== null) throw new RequestFault('BAD_USER_INPUT', tooMany);
  budget.evaluations += contexts * flags;
}

function notReached(state: EnvironmentState, minRevision: Cursor): RequestFault {
  const bound = `was not reached within ${REVISION_WAIT_MS / 1000} s`;
  return new RequestFault(
    'REVISION_NOT_REACHED',
    `Revision ${minRevision.revision} ${bound}; this server is at ${state.revision}.`,
  );
}

/** Tells whether there is nothing to wait for. */
function has(state: EnvironmentState, minRevision: Cursor): boolean {
  return state.isClosed || state.epoch !== minRevision.epoch || state.revision >= minRevision.revision;
}
