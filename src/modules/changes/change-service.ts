import { issueOfConstraint, type ConstraintIssues } from '../../database/constraint-errors';
import type { Clock } from '../../clock';
import type { Cipher } from '../../database/cipher';
import type { HeadsOf } from '../../database/replica';
import type { Connection, Database, Transaction } from '../../database/transaction';
import { RequestFault, UserFault } from '../../errors';
import { bindingsOf, permits, type Actor } from '../access/actor';
import { authorize } from '../access/authorize';
import { visibilityIn, type Visibility } from '../access/visibility';
import type { ChangeBodyEntity } from './change-body-entity';
import type { ChangeEntity } from './change-entity';
import { findBodiesByChangeIds, findChangesByIds, listChanges, type ChangeSearch } from './change-repository';
import { canonicalText, changeFilterProblem, isVisibleItem } from './change-rules';
import { deleteClaims, keepResult, listKeptResults, takeClaim, type ClaimKey } from './idempotency-repository';
import type { IdempotencyRecordEntity } from './idempotency-record-entity';
import { readHeadsOfOrganization, readHeadsOfProjects, type EnvironmentRevision } from './head-repository';
import { recordChange, type ChangeDraft } from './record-change';

export interface ChangeServiceOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Encrypts the results of mutations that are kept for a repeated request. */
  readonly cipher: Cipher;
}

/** Performs every write: each use case that changes something is one `commit` with one `record` as its last step. */
export class ChangeService {
  constructor(private readonly options: ChangeServiceOptions) {}

  /**
   * Runs `work` in one transaction. With an idempotency claim the work is done once; a repeated request gets the first
   * result again, with instants as RFC 3339 text. A unique violation named in `constraintIssues` becomes a `UserFault`.
   */
  async commit<T>(actor: Actor, work: (tx: Transaction) => Promise<T>, constraintIssues: ConstraintIssues = {}): Promise<T> {
    try {
      return await this.options.database.transaction((tx) => this.once(tx, actor, work));
    } catch (error) {
      const issue = issueOfConstraint(error, constraintIssues);
      throw issue ? new UserFault([issue]) : error;
    }
  }

  /** Answers the time that a change made now gets. */
  now(): Date {
    return this.options.clock.now();
  }

  /** Records the change, as the last step of a `commit`. */
  record(tx: Transaction, actor: Actor, draft: ChangeDraft): Promise<EnvironmentRevision[]> {
    return recordChange(tx, actor, this.now(), draft);
  }

  /**
   * Finds a change. Null when there is none or the actor may not see it: a change in a project requires `flag:read` there, any
   * other `audit:read` on the organization; and at least one of its items must be visible.
   */
  async find(actor: Actor, id: string): Promise<ChangeEntity | null> {
    const { connection } = this.options.database;
    const [change] = await findChangesByIds(connection, [id]);
    if (!change) return null;
    const { organizationId, projectId } = change;
    if (!permits(actor, projectId === null ? 'audit:read' : 'flag:read', { organizationId, projectId })) return null;
    const items = await findBodiesByChangeIds(connection, [id]);
    return this.visibleItems(actor, change, items).length > 0 ? change : null;
  }

  /**
   * Selects the items of a change that the actor may see: none of environments that are hidden from it, and none of keys,
   * members, invitations, users and sessions unless it may read the audit log.
   */
  visibleItems(actor: Actor, change: ChangeEntity, items: readonly ChangeBodyEntity[]): ChangeBodyEntity[] {
    const visibility = visibilityIn(actor, change);
    return items.filter((item) => isVisibleItem(visibility, item));
  }

  /** Answers false for an organization that the actor may not see; throws FORBIDDEN for one whose audit log it may not read. */
  mayReadAudit(actor: Actor, organizationId: string): boolean {
    return authorize(actor, { permission: 'audit:read', toSee: 'organization:read' }, { organizationId });
  }

  /** Lists the visible changes, newest first; the caller has authorized the project or organization. */
  async list(
    search: ChangeSearch,
    visibility: Visibility,
    beforeSequence: string | null,
    limit: number,
  ): Promise<ChangeEntity[]> {
    const problem = changeFilterProblem(search);
    if (problem !== null) throw new RequestFault('BAD_USER_INPUT', problem);
    const slice = { beforeSequence: sequencePosition(beforeSequence), limit };
    return this.options.database.readFresh(headsOf(search), (connection) => listChanges(connection, search, visibility, slice));
  }

  /** Deletes the results kept since then for repeated requests that `isConcerned` accepts; answers how many. */
  async forgetResults(connection: Connection, since: Date, isConcerned: (result: unknown) => boolean): Promise<number> {
    let count = 0;
    for (let after: ClaimKey | null = null; ;) {
      const records: IdempotencyRecordEntity[] = await listKeptResults(connection, since, after, RESULTS_PER_PAGE);
      const concerned = records.filter(({ sealedResult }) => isConcerned(this.resultOrNull(sealedResult)));
      if (concerned.length > 0) await deleteClaims(connection, concerned);
      count += concerned.length;
      if (records.length < RESULTS_PER_PAGE) return count;
      after = records.at(-1) ?? null;
    }
  }

  private async once<T>(tx: Transaction, actor: Actor, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const { idempotency } = actor.request;
    if (idempotency === null || (actor.kind !== 'USER' && actor.kind !== 'API_KEY')) return work(tx);
    // The input may hold a password, and a plain digest would let it be found quickly by trying passwords.
    const fingerprint = (digest: string): string => this.options.cipher.fingerprint(digest);
    const ofOperation = idempotency.ofOperation.map(fingerprint);
    const claim = { ...idempotency, digest: fingerprint(idempotency.digest), ofOperation };
    const earlier = await takeClaim(tx.connection, actor.id, claim, this.now());
    if (earlier) return this.replay<T>(earlier, claim.digest, rightsOf(actor));
    const result = await work(tx);
    const kept: KeptResult<T> = { rights: rightsOf(actor), result };
    await keepResult(tx.connection, actor.id, claim, this.options.cipher.encrypt(JSON.stringify(kept)));
    return result;
  }

  /** Answers the kept result. A payload gives access to the things it names, so an actor that lost a right since is refused. */
  private replay<T>(record: IdempotencyRecordEntity, digest: string, rights: readonly string[]): T {
    if (record.digest !== digest || record.sealedResult === null) {
      const message = `The Idempotency-Key ${JSON.stringify(record.idempotencyKey)} was used within 24 hours for another request.`;
      throw new UserFault([{ code: 'IDEMPOTENCY_KEY_REUSED', message, path: null }]);
    }
    const kept = this.decrypt<T>(record.sealedResult);
    if (kept.rights.every((right) => rights.includes(right))) return kept.result;
    throw new RequestFault('FORBIDDEN', 'You no longer have the roles that this request was first made with.');
  }

  /** Answers null for a result that was encrypted with another KEY_PEPPER: it cannot be decrypted any more. */
  private resultOrNull(sealedResult: string | null): unknown {
    try {
      return this.decrypt(sealedResult ?? '').result;
    } catch {
      return null;
    }
  }

  private decrypt<T>(sealedResult: string): KeptResult<T> {
    return JSON.parse(this.options.cipher.decrypt(sealedResult)) as KeptResult<T>;
  }
}

function headsOf({ organizationId, projectId }: ChangeSearch): HeadsOf {
  if (projectId) return (connection) => readHeadsOfProjects(connection, [projectId]);
  return async (connection) => (organizationId ? readHeadsOfOrganization(connection, organizationId) : []);
}

const RESULTS_PER_PAGE = 500;

interface KeptResult<T> {
  /** The rights that the actor had when the work was done. */
  readonly rights: readonly string[];
  readonly result: T;
}

function rightsOf(actor: Actor): string[] {
  return bindingsOf(actor).map((binding) => canonicalText(binding));
}

/** Checks that a cursor position is a sequence in a chain. Throws BAD_USER_INPUT for a cursor of another list. */
export function sequencePosition(position: string | null): string | null {
  if (position === null || /^\d{1,18}$/.test(position)) return position;
  throw new RequestFault('BAD_USER_INPUT', 'after: not a valid cursor for this connection.');
}
