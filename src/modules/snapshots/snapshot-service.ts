import {
  evaluate,
  evaluateAll,
  isClientAvailable,
  segmentsOf,
  type CompiledSnapshot,
  type Evaluation,
  type EvaluationContext,
  type Snapshot,
} from '../../evaluation';
import { RequestFault } from '../../errors';
import type { Actor } from '../access/actor';
import { authorize } from '../access/authorize';
import type { Permission } from '../access/permissions';
import type { Cursor, EnvironmentBook } from './environment-book';
import type { SnapshotCache } from './snapshot-cache';
import { contextsProblem, evaluationsProblem, type ContextInput } from './snapshot-rules';

const REVISION_WAIT_MS = 2_000;
const REVISION_WAITERS_MAX = 1_000;

export interface SnapshotServiceOptions {
  readonly cache: SnapshotCache;
}

export interface EvaluateInput {
  readonly environmentId?: string | null;
  readonly contexts: readonly ContextInput[];
  readonly flagKeys?: readonly string[] | null;
  readonly minRevision?: Cursor | null;
}

/** What the root fields of one operation have in common. */
export interface EvaluationBudget {
  /** Evaluations answered so far. */
  evaluations: number;
}

export interface EvaluateOutcome {
  readonly revision: number;
  readonly epoch: string;
  readonly results: readonly ContextOutcome[];
}

export interface ContextOutcome {
  readonly targetingKey: string | null;
  readonly evaluations: readonly Evaluation[];
}

/** Evaluation and snapshots, for whoever may have them. */
export class SnapshotService {
  private waiters = 0;

  constructor(private readonly options: SnapshotServiceOptions) {}

  /** Every context and flag from one revision. Null when there is no such environment or the actor may not see it. */
  async evaluate(actor: Actor, input: EvaluateInput, budget: EvaluationBudget): Promise<EvaluateOutcome | null> {
    const problem = contextsProblem(input.contexts);
    if (problem !== null) throw new RequestFault('BAD_USER_INPUT', problem);
    const book = await this.openFor(actor, input.environmentId, 'flag:evaluate');
    if (book === null) return null;
    await this.waitFor(book, input.minRevision ?? null);
    const { compiled, epoch, revision } = book;
    const seesAll = actor.kind !== 'API_KEY' || actor.keyKind === 'SERVER';
    const flagCount = input.flagKeys?.length ?? compiled.liveFlags.length;
    const tooMany = evaluationsProblem(input.contexts.length, flagCount, budget.evaluations);
    if (tooMany !== null) throw new RequestFault('BAD_USER_INPUT', tooMany);
    budget.evaluations += input.contexts.length * flagCount;
    const results = input.contexts.map(({ targetingKey, attributes }) => {
      const context = { targetingKey, attributes } as EvaluationContext;
      const evaluations = evaluateFlags(compiled, context, input.flagKeys ?? null, seesAll);
      return { targetingKey: targetingKey ?? null, evaluations: seesAll ? evaluations : evaluations.map(withoutRules) };
    });
    return { revision, epoch, results };
  }

  /** Null when there is no such environment or the actor may not see it. */
  async read(
    actor: Actor,
    input: { readonly environmentId?: string | null; readonly minRevision?: Cursor | null },
  ): Promise<{ revision: number; epoch: string; snapshot: Snapshot } | null> {
    const book = await this.openFor(actor, input.environmentId, 'snapshot:read');
    if (book === null) return null;
    await this.waitFor(book, input.minRevision ?? null);
    const { snapshot } = book;
    return { revision: snapshot.revision, epoch: snapshot.epoch, snapshot };
  }

  /** Keys of the segments that a context is in, and the project they belong to. Null when the actor may not see them. */
  async segmentsOf(
    actor: Actor,
    environmentId: string | null | undefined,
    context: ContextInput,
  ): Promise<{ projectId: string; keys: string[] } | null> {
    const problem = contextsProblem([context]);
    if (problem !== null) throw new RequestFault('BAD_USER_INPUT', problem);
    const book = await this.openFor(actor, environmentId, 'snapshot:read');
    return book && { projectId: book.scope.projectId, keys: segmentsOf(book.compiled, context as EvaluationContext) };
  }

  /** The book of an environment for an actor who has the permission there; null when the actor may not see it. */
  async openFor(actor: Actor, environmentId: string | null | undefined, permission: Permission): Promise<EnvironmentBook | null> {
    const id = environmentId ?? (actor.kind === 'API_KEY' ? actor.environmentId : null);
    const book = id === null ? null : await this.options.cache.open(id);
    const scope = book?.scope ?? { organizationId: '', projectId: '', environmentId: id ?? '' };
    const isAllowed = authorize(actor, { permission, toSee: 'flag:evaluate' }, scope);
    if (id === null)
      throw new RequestFault('BAD_USER_INPUT', 'environmentId is needed: the credential is no key of one environment.');
    return isAllowed ? book : null;
  }

  /** Waits until this process has the revision. A foreign epoch is not waited for: its revisions do not compare. */
  async waitFor(book: EnvironmentBook, minRevision: Cursor | null): Promise<void> {
    if (minRevision === null || has(book, minRevision)) return;
    if (this.waiters >= REVISION_WAITERS_MAX) {
      throw new RequestFault('REVISION_NOT_REACHED', `More than ${REVISION_WAITERS_MAX} requests wait for revisions; try again.`);
    }
    this.waiters++;
    try {
      await this.options.cache.catchUp(book.scope.environmentId);
      await untilReached(book, minRevision);
    } finally {
      this.waiters--;
    }
  }
}

function untilReached(book: EnvironmentBook, minRevision: Cursor): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      stop();
      settle();
    };
    const look = (): void => {
      if (has(book, minRevision)) end(resolve);
    };
    const stop = book.onChange(look);
    const timer = setTimeout(() => {
      const message = `Revision ${minRevision.revision} was not reached within ${REVISION_WAIT_MS / 1000} s; this server is at ${book.revision}.`;
      end(() => reject(new RequestFault('REVISION_NOT_REACHED', message)));
    }, REVISION_WAIT_MS);
    look();
  });
}

function has(book: EnvironmentBook, minRevision: Cursor): boolean {
  return book.epoch !== minRevision.epoch || book.revision >= minRevision.revision;
}

function evaluateFlags(
  compiled: CompiledSnapshot,
  context: EvaluationContext,
  flagKeys: readonly string[] | null,
  seesAll: boolean,
): readonly Evaluation[] {
  if (flagKeys === null) return evaluateAll(compiled, context, seesAll ? undefined : { filter: isClientAvailable });
  return flagKeys.map((key) => {
    const isHidden = !seesAll && compiled.flags.get(key)?.isClientAvailable !== true;
    // Evaluated under a key that no flag can have, a hidden flag is answered exactly as one that does not exist.
    return isHidden
      ? { ...evaluate(compiled, '', context), flagKey: key, errorMessage: unknownFlag(key) }
      : evaluate(compiled, key, context);
  });
}

function unknownFlag(key: string): string {
  return `There is no flag ${JSON.stringify(key)} in the environment.`;
}

/** What CLIENT and MOBILE keys may see: the answer, not how it came about. */
function withoutRules(evaluation: Evaluation): Evaluation {
  // What is wrong with a flag names its rules, its segments and other flags.
  const errorMessage = evaluation.errorCode === 'PARSE_ERROR' ? 'The flag cannot be evaluated.' : evaluation.errorMessage;
  return { ...evaluation, ruleId: null, prerequisiteKey: null, trace: null, errorMessage };
}
