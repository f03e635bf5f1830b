import type { Transaction } from '../../database/transaction';
import { RequestFault, UserFault } from '../../errors';
import { newId } from '../../ids';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import { SYSTEM_CHAIN, type ChangeItemDraft } from '../changes/record-change';
import { unstorable } from '../../validation/input-rules';
import { findUsersByIds } from '../access/access-repository';
import type { Actor, UserActor } from '../access/actor';
import type { Attempts } from './attempts';
import { notFound } from '../access/absence';
import { requireIdentity } from '../access/authorize';
import { createSessionSecret, hashSessionSecret } from '../access/credential';
import type { SessionAuthentication, SessionEntity } from '../access/session-entity';
import {
  endSessions,
  findLiveSessions,
  findRefreshToken,
  findSessionById,
  insertRefreshToken,
  insertSession,
  lockSession,
  lockUser,
  touchSession,
  useRefreshToken,
} from '../access/session-repository';
import { isLive, judgeRefresh, refusedRefreshToken, sessionEnd, type SessionEndReason } from '../access/session-rules';
import { createOpaqueToken, hashOpaqueToken, type Tokens } from '../access/tokens';
import type { UserEntity } from '../access/user-entity';

export interface SessionServiceOptions {
  readonly changes: ChangeService;
  readonly tokens: Tokens;
  /** Days that a session lasts from its log-in. */
  readonly sessionDays: number;
  readonly attempts: Attempts;
}

/** The tokens of a session's client, which are stored nowhere else. */
export interface SessionTokens {
  readonly accessToken: string;
  /** Expiry of the access token. */
  readonly expiresAt: Date;
  readonly refreshToken: string;
  /** Expiry of the refresh token and of the session. */
  readonly refreshExpiresAt: Date;
}

/** A session as its browser keeps it, in a cookie. */
export interface BrowserSession {
  /** Stored nowhere else. */
  readonly secret: string;
  /** How long the session lasts, from now. */
  readonly lifetimeSeconds: number;
}

/** Whose session begins, how they proved to be the user, and who asked. */
export interface SessionBeginning {
  readonly user: Pick<UserEntity, 'id' | 'email'>;
  readonly authentication: SessionAuthentication;
  readonly actor: Actor;
}

export interface RefreshedSession extends SessionTokens {
  readonly user: UserEntity;
  readonly revisions: EnvironmentRevision[];
}

export interface EndedSessions {
  readonly endedSessionCount: number;
  readonly revisions: EnvironmentRevision[];
}

/** Manages sessions from log-in to end. Each end raises the access head of the system chain, which tells other servers. */
export class SessionService {
  constructor(private readonly options: SessionServiceOptions) {}

  /**
   * Creates and records a session whose client gets tokens, as the last step of a `commit`. The caller has verified that the actor
   * is the user.
   */
  async begin(tx: Transaction, beginning: SessionBeginning): Promise<SessionTokens> {
    const session = await this.insert(tx, beginning, null);
    const tokens = await this.issue(tx, session, session.createdAt);
    await this.recordBeginning(tx, beginning, session);
    return tokens;
  }

  /** The same for a browser, which gets a secret for its cookie and no token that a script could read. */
  async beginInBrowser(tx: Transaction, beginning: SessionBeginning): Promise<BrowserSession> {
    const secret = createSessionSecret();
    const session = await this.insert(tx, beginning, hashSessionSecret(secret));
    await this.recordBeginning(tx, beginning, session);
    return { secret, lifetimeSeconds: Math.floor((session.expiresAt.getTime() - session.createdAt.getTime()) / 1_000) };
  }

  /**
   * Exchanges a refresh token, which it uses up, for new tokens. A token presented again ends the session; so of several
   * concurrent calls with one token, one succeeds and the next ends the session.
   */
  async refresh(actor: Actor, input: { readonly refreshToken: string }): Promise<RefreshedSession> {
    const tokenHash = hashOpaqueToken(input.refreshToken);
    const refreshed = await this.options.changes.commit(actor, (tx) => this.rotate(tx, actor, tokenHash));
    // Thrown only now: the end of a session whose token was reused must be committed.
    if (refreshed === null) {
      this.options.attempts.failed('REFRESH_TOKEN', actor);
      throw new UserFault([refusedRefreshToken()]);
    }
    return refreshed;
  }

  /** Ends the session in which the actor asks, or all sessions of the user. */
  async logOut(actor: Actor, input: { readonly everywhere: boolean }): Promise<EndedSessions> {
    const user = requireUser(actor);
    return this.options.changes.commit(actor, async (tx) => {
      if (!input.everywhere) {
        const session = await findSessionById(tx.connection, user.sessionId);
        return this.end(tx, actor, { sessions: session ? [session] : [], email: user.name, reason: 'LOGGED_OUT' });
      }
      await lockUser(tx.connection, user.id);
      const sessions = await findLiveSessions(tx.connection, user.id, this.options.changes.now());
      return this.end(tx, actor, { sessions, email: user.name, reason: 'LOGGED_OUT_EVERYWHERE' });
    });
  }

  /** Ends one of the actor's own sessions. */
  async endOne(actor: Actor, input: { readonly sessionId: string }): Promise<EndedSessions> {
    const user = requireUser(actor);
    return this.options.changes.commit(actor, async (tx) => {
      const session = unstorable(input.sessionId) ? null : await lockSession(tx.connection, input.sessionId);
      if (session?.userId !== user.id || !isLive(session, this.options.changes.now())) {
        throw notFound('live session', input.sessionId, ['input', 'sessionId']);
      }
      return this.end(tx, actor, { sessions: [session], email: user.name, reason: 'ENDED_BY_USER' });
    });
  }

  /** Ends the user's sessions except `exceptId`; the caller records them. The caller has locked the user. */
  async endAllOf(
    tx: Transaction,
    user: Pick<UserEntity, 'id' | 'email'>,
    ending: { readonly reason: SessionEndReason; readonly exceptId: string | null },
  ): Promise<ChangeItemDraft[]> {
    const now = this.options.changes.now();
    const live = await findLiveSessions(tx.connection, user.id, now);
    const sessions = live.filter(({ id }) => id !== ending.exceptId);
    return this.endRows(tx, { sessions, email: user.email, reason: ending.reason });
  }

  private async insert(
    tx: Transaction,
    { user, authentication, actor }: SessionBeginning,
    cookieHash: string | null,
  ): Promise<SessionEntity> {
    const { changes, sessionDays } = this.options;
    const now = changes.now();
    const session: SessionEntity = {
      id: newId('session'),
      userId: user.id,
      authentication,
      address: actor.request.address,
      userAgent: actor.request.userAgent,
      createdAt: now,
      lastRefreshedAt: now,
      expiresAt: sessionEnd(now, sessionDays),
      endedAt: null,
      cookieHash,
    };
    await insertSession(tx.connection, session);
    return session;
  }

  private async recordBeginning(
    tx: Transaction,
    { user, authentication, actor }: SessionBeginning,
    session: SessionEntity,
  ): Promise<void> {
    await this.options.changes.record(tx, actor, {
      kind: 'SESSION_CREATED',
      organizationId: SYSTEM_CHAIN,
      projectId: null,
      deliveries: [],
      provedBy: { user, authentication },
      items: [{ ...sessionSubject(session, user.email), version: 1, before: null, after: sessionBody(session, user.email) }],
    });
  }

  private async rotate(tx: Transaction, actor: Actor, tokenHash: string): Promise<RefreshedSession | null> {
    const now = this.options.changes.now();
    const known = await findRefreshToken(tx.connection, tokenHash);
    const session = known && (await lockSession(tx.connection, known.sessionId));
    // Read again under the lock: another call may have used it meanwhile.
    const token = session && (await findRefreshToken(tx.connection, tokenHash));
    const [user] = session ? await findUsersByIds(tx.connection, [session.userId]) : [];
    const judgement = judgeRefresh(token, session, now);
    if (session === null || !user || judgement === 'REFUSE') return null;
    if (judgement === 'REUSED') {
      await this.end(tx, actor, { sessions: [session], email: user.email, reason: 'REFRESH_TOKEN_REUSED' });
      return null;
    }
    await useRefreshToken(tx.connection, tokenHash, now);
    await touchSession(tx.connection, session.id, now);
    return { ...(await this.issue(tx, session, now)), user, revisions: [] };
  }

  private async issue(tx: Transaction, session: SessionEntity, now: Date): Promise<SessionTokens> {
    const { id: sessionId, userId, expiresAt: refreshExpiresAt } = session;
    const refreshToken = createOpaqueToken('refresh');
    await insertRefreshToken(tx.connection, {
      tokenHash: hashOpaqueToken(refreshToken),
      sessionId,
      createdAt: now,
      usedAt: null,
    });
    const { text: accessToken, expiresAt } = this.options.tokens.sign({ userId, sessionId }, now, refreshExpiresAt);
    return { accessToken, expiresAt, refreshToken, refreshExpiresAt };
  }

  /** Ends and records the sessions; records nothing when all had ended already. */
  private async end(tx: Transaction, actor: Actor, ending: Ending): Promise<EndedSessions> {
    const items = await this.endRows(tx, ending);
    if (items.length === 0) return { endedSessionCount: 0, revisions: [] };
    const revisions = await this.options.changes.record(tx, actor, {
      kind: 'SESSION_ENDED',
      organizationId: SYSTEM_CHAIN,
      projectId: null,
      deliveries: [],
      changesAccess: true,
      items,
    });
    return { endedSessionCount: items.length, revisions };
  }

  private async endRows(tx: Transaction, { sessions, email, reason }: Ending): Promise<ChangeItemDraft[]> {
    const now = this.options.changes.now();
    const ids = sessions.map(({ id }) => id);
    const ended = new Set(ids.length === 0 ? [] : await endSessions(tx.connection, ids, now));
    return sessions
      .filter(({ id }) => ended.has(id))
      .map((session) => ({
        ...sessionSubject(session, email),
        version: 2,
        before: sessionBody(session, email),
        after: { ...sessionBody(session, email), endedAt: now.toISOString(), reason },
      }));
  }
}

interface Ending {
  readonly sessions: readonly SessionEntity[];
  readonly email: string;
  readonly reason: SessionEndReason;
}

function requireUser(actor: Actor): UserActor {
  requireIdentity(actor);
  if (actor.kind === 'USER') return actor;
  throw new RequestFault('FORBIDDEN', 'An API key has no session; to end its access, revoke it with revokeApiKey.');
}

function sessionSubject(
  { id, userId }: SessionEntity,
  email: string,
): Pick<ChangeItemDraft, 'subjectKind' | 'subjectId' | 'subjectKey' | 'parentId'> {
  return { subjectKind: 'SESSION', subjectId: id, subjectKey: email, parentId: userId };
}

/** The session as history keeps it. */
function sessionBody({ authentication, expiresAt }: SessionEntity, email: string): object {
  return { email, authentication, expiresAt: expiresAt.toISOString() };
}
