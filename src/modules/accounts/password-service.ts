import type { Connection, Database, Transaction } from '../../database/transaction';
import { RequestFault, UserFault, type Issue } from '../../errors';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import { SYSTEM_CHAIN, type ChangeItemDraft } from '../changes/record-change';
import { unstorable } from '../../validation/input-rules';
import { findUserByEmail, findUsersByIds } from '../access/access-repository';
import { normalizeEmail, passwordIssues } from '../access/access-rules';
import type { Actor } from '../access/actor';
import type { Attempts } from './attempts';
import { requireIdentity } from '../access/authorize';
import {
  countPasswordResets,
  endPasswordResets,
  findPasswordReset,
  insertPasswordReset,
  updatePassword,
} from './password-reset-repository';
import { hashPassword, verifyPassword } from './passwords';
import { lockUser } from '../access/session-repository';
import { isLive, refusedResetToken, type SessionEndReason } from '../access/session-rules';
import type { SessionService } from './session-service';
import { createOpaqueToken, hashOpaqueToken } from '../access/tokens';
import type { UserEntity } from '../access/user-entity';

export interface PasswordServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
  readonly sessions: SessionService;
  readonly attempts: Attempts;
}

export interface ChangePasswordInput {
  readonly currentPassword: string;
  readonly newPassword: string;
}

export interface ResetPasswordInput {
  readonly token: string;
  readonly newPassword: string;
}

export interface PasswordResult {
  readonly user: UserEntity;
  readonly revisions: EnvironmentRevision[];
}

export interface NewPasswordReset {
  /** The account's own address, regardless of the spelling in the request. */
  readonly email: string;
  /** Stored nowhere else. */
  readonly token: string;
  readonly expiresAt: Date;
}

const RESET_LIFETIME_MS = 3_600_000;
/** The most tokens that one account gets within the lifetime of a token. */
const RESETS_MAX = 3;
const NEW_PASSWORD = ['input', 'newPassword'];

/** Sets new passwords, for an old password or a one-time token. */
export class PasswordService {
  constructor(private readonly options: PasswordServiceOptions) {}

  /** Ends all other sessions of the user, and their reset tokens. */
  async change(actor: Actor, input: ChangePasswordInput): Promise<PasswordResult> {
    requireIdentity(actor);
    if (actor.kind !== 'USER')
      throw new RequestFault('FORBIDDEN', 'An API key has no password: log in as a user to change yours.');
    const [user] = await findUsersByIds(this.options.database.connection, [actor.id]);
    this.options.attempts.begin(actor, actor.name);
    const isRight = await verifyPassword(user?.passwordHash ?? null, input.currentPassword);
    if (!isRight) this.options.attempts.failed('PASSWORD', actor, actor.name);
    const issues = [...(isRight ? [] : [wrongPassword()]), ...passwordIssues(input.newPassword, NEW_PASSWORD, actor.name)];
    const passwordHash = issues.length > 0 ? '' : await hashPassword(input.newPassword);
    // Checked inside the commit, so that a repeated request with an Idempotency-Key gets its first answer although the
    // password has changed.
    return this.options.changes.commit(actor, async (tx) => {
      if (!user || issues.length > 0) throw new UserFault(issues);
      const current = await lockUser(tx.connection, user.id);
      if (current?.passwordHash !== user.passwordHash) throw new UserFault([wrongPassword()]);
      const ending = { reason: 'PASSWORD_CHANGED', exceptId: actor.sessionId } as const;
      return this.set(tx, actor, current, { passwordHash, ending });
    });
  }

  /**
   * Creates a one-time token for the account with the address. Returns null when there is no such account, or when it got 3
   * tokens within the hour: otherwise anybody could fill a mailbox and the audit log. Earlier tokens stay valid until one
   * of them is used, so that asking again does not invalidate a mail on its way. The operator always gets one.
   */
  async createReset(actor: Actor, address: string): Promise<NewPasswordReset | null> {
    const email = normalizeEmail(address);
    if (unstorable(email)) return null;
    const { changes, database } = this.options;
    const user = await findUserByEmail(database.connection, email);
    if (!user) return null;
    const token = createOpaqueToken('reset');
    const createdAt = changes.now();
    const expiresAt = new Date(createdAt.getTime() + RESET_LIFETIME_MS);
    const mayHaveOne = async (connection: Connection): Promise<boolean> =>
      actor.kind === 'SYSTEM' || (await countPasswordResets(connection, user.id, createdAt)) < RESETS_MAX;
    // Most requests of a flood end here, without a lock.
    if (!(await mayHaveOne(database.connection))) return null;
    const isMade = await changes.commit(actor, async (tx) => {
      await lockUser(tx.connection, user.id);
      if (!(await mayHaveOne(tx.connection))) return false;
      const tokenHash = hashOpaqueToken(token);
      await insertPasswordReset(tx.connection, { tokenHash, userId: user.id, createdAt, expiresAt, endedAt: null });
      await changes.record(tx, actor, {
        kind: 'PASSWORD_RESET_REQUESTED',
        organizationId: SYSTEM_CHAIN,
        projectId: null,
        deliveries: [],
        items: [{ ...userItem(user), after: { ...userBody(user), resetExpiresAt: expiresAt.toISOString() } }],
      });
      return true;
    });
    return isMade ? { email: user.email, token, expiresAt } : null;
  }

  /** Uses the token up and ends all sessions of its user. Of several concurrent calls, one succeeds. */
  async reset(actor: Actor, input: ResetPasswordInput): Promise<PasswordResult> {
    const { changes, database } = this.options;
    const tokenHash = hashOpaqueToken(input.token);
    const offered = await findPasswordReset(database.connection, tokenHash);
    const isOpen = offered !== null && isLive(offered, changes.now());
    const [owner] = isOpen ? await findUsersByIds(database.connection, [offered.userId]) : [];
    if (!owner) this.options.attempts.failed('RESET_TOKEN', actor);
    const issues: Issue[] = [
      ...(owner ? [] : [refusedResetToken()]),
      ...passwordIssues(input.newPassword, NEW_PASSWORD, owner?.email ?? null),
    ];
    const passwordHash = issues.length > 0 ? '' : await hashPassword(input.newPassword);
    return changes.commit(actor, async (tx) => {
      if (!owner || issues.length > 0) throw new UserFault(issues);
      const user = await lockUser(tx.connection, owner.id);
      // Read again under the lock, because it may have ended meanwhile.
      const reset = await findPasswordReset(tx.connection, tokenHash);
      if (!user || !reset || !isLive(reset, changes.now())) throw new UserFault([refusedResetToken()]);
      return this.set(tx, actor, user, { passwordHash, ending: { reason: 'PASSWORD_RESET', exceptId: null } });
    });
  }

  private async set(
    tx: Transaction,
    actor: Actor,
    current: UserEntity,
    next: {
      readonly passwordHash: string;
      readonly ending: {
        readonly reason: Extract<SessionEndReason, 'PASSWORD_CHANGED' | 'PASSWORD_RESET'>;
        readonly exceptId: string | null;
      };
    },
  ): Promise<PasswordResult> {
    const { changes, sessions } = this.options;
    const user: UserEntity = { ...current, passwordHash: next.passwordHash, version: current.version + 1 };
    await updatePassword(tx.connection, user);
    await endPasswordResets(tx.connection, user.id, changes.now());
    const ended = await sessions.endAllOf(tx, user, next.ending);
    const revisions = await changes.record(tx, actor, {
      kind: next.ending.reason,
      ...(next.ending.reason === 'PASSWORD_RESET' ? { provedBy: { user, authentication: 'RESET_TOKEN' } } : {}),
      organizationId: SYSTEM_CHAIN,
      projectId: null,
      deliveries: [],
      changesAccess: true,
      items: [userItem(user), ...ended],
    });
    return { user, revisions };
  }
}

function wrongPassword(): Issue {
  return { code: 'WRONG_CREDENTIALS', message: 'The current password is wrong.', path: ['input', 'currentPassword'] };
}

/** History does not keep passwords, so before and after are equal. */
function userItem(user: UserEntity): ChangeItemDraft {
  const body = userBody(user);
  return {
    subjectKind: 'USER',
    subjectId: user.id,
    subjectKey: user.email,
    version: user.version,
    before: body,
    after: body,
  };
}

function userBody({ email, name }: UserEntity): object {
  return { email, name };
}
