import type { Database, Transaction } from '../../database/transaction';
import { UserFault } from '../../errors';
import { newId } from '../../ids';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import { SYSTEM_CHAIN } from '../changes/record-change';
import { unstorable } from '../../validation/input-rules';
import { findUserByEmail, hasUser, insertUser, lockForFirstUser } from '../access/access-repository';
import { accountIssues, normalizeEmail, type AccountInput } from '../access/access-rules';
import type { Actor } from '../access/actor';
import type { Attempts } from './attempts';
import { hashPassword, verifyPassword } from './passwords';
import { lockUser } from '../access/session-repository';
import type { BrowserSession, SessionBeginning, SessionService, SessionTokens } from './session-service';
import type { Tokens } from '../access/tokens';
import type { UserEntity } from '../access/user-entity';

export interface AccessServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
  readonly tokens: Tokens;
  readonly sessions: SessionService;
  readonly attempts: Attempts;
}

export interface LogInInput {
  readonly email: string;
  readonly password: string;
}

export interface LogInResult extends SessionTokens {
  readonly user: UserEntity;
  readonly revisions: EnvironmentRevision[];
}

/** Stands for an account while attempts to set up are counted; not an e-mail address. */
const SET_UP = 'set-up';

/** Creates the first account and logs users in by e-mail and password. */
export class AccessService {
  constructor(private readonly options: AccessServiceOptions) {}

  /** Whether a first user exists. */
  isSetUp(): Promise<boolean> {
    return hasUser(this.options.database.connection);
  }

  /**
   * Creates the first user for the holder of the server's one-time token. Attempts are limited and recorded like those to
   * log in.
   */
  async createFirstOwner(
    actor: Actor,
    input: AccountInput & { readonly setUpToken: string },
  ): Promise<{ user: UserEntity; revisions: EnvironmentRevision[] }> {
    this.options.attempts.begin(actor, SET_UP);
    if (!this.options.tokens.isSetUpToken(input.setUpToken)) {
      this.options.attempts.failed('SET_UP_TOKEN', actor);
      const message =
        'The set-up token is wrong. The server prints it when it starts, until there is a first user; from then on, log in.';
      throw new UserFault([{ code: 'WRONG_CREDENTIALS', message, path: ['input', 'setUpToken'] }]);
    }
    const result = await this.createFirstUser(actor, input);
    if (result) return result;
    throw new UserFault([{ code: 'ALREADY_SET_UP', message: 'A user exists already; log in instead.', path: null }]);
  }

  /** Creates the user when there is none; returns null when there is one. Of several concurrent calls, one creates it. */
  async createFirstUser(
    actor: Actor,
    input: AccountInput,
  ): Promise<{ user: UserEntity; revisions: EnvironmentRevision[] } | null> {
    const issues = accountIssues(input);
    if (issues.length > 0) throw new UserFault(issues);
    const passwordHash = await hashPassword(input.password);
    return this.options.changes.commit(actor, async (tx) => {
      if (await lockForFirstUser(tx.connection)) return null;
      const user: UserEntity = {
        id: newId('user'),
        email: normalizeEmail(input.email),
        name: input.name,
        passwordHash,
        version: 1,
        createdAt: this.options.changes.now(),
      };
      await insertUser(tx.connection, user);
      const revisions = await this.options.changes.record(tx, actor, {
        kind: 'USER_CREATED',
        organizationId: SYSTEM_CHAIN,
        projectId: null,
        deliveries: [],
        items: [
          {
            subjectKind: 'USER',
            subjectId: user.id,
            subjectKey: user.email,
            version: 1,
            before: null,
            after: { email: user.email, name: user.name },
          },
        ],
      });
      return { user, revisions };
    });
  }

  /** Begins a session whose client gets tokens. */
  logIn(actor: Actor, input: LogInInput): Promise<LogInResult> {
    return this.begin(actor, input, async (tx, beginning, user) => {
      return { ...(await this.options.sessions.begin(tx, beginning)), user, revisions: [] };
    });
  }

  /** Begins a session of a browser. */
  logInBrowser(actor: Actor, input: LogInInput): Promise<BrowserSession> {
    return this.begin(actor, input, (tx, beginning) => this.options.sessions.beginInBrowser(tx, beginning));
  }

  /**
   * Makes an unknown e-mail and a wrong password indistinguishable, in the answer and in its time. Also refuses when the
   * password is changed while it is being verified.
   */
  private async begin<Session>(
    actor: Actor,
    input: LogInInput,
    work: (tx: Transaction, beginning: SessionBeginning, user: UserEntity) => Promise<Session>,
  ): Promise<Session> {
    const email = normalizeEmail(input.email);
    const user = unstorable(email) ? null : await findUserByEmail(this.options.database.connection, email);
    this.options.attempts.begin(actor, email);
    const isRight = await verifyPassword(user?.passwordHash ?? null, input.password);
    if (!user || !isRight) {
      this.options.attempts.failed('PASSWORD', actor, email);
      throw wrongCredentials();
    }
    return this.options.changes.commit(actor, async (tx) => {
      const current = await lockUser(tx.connection, user.id);
      if (current?.passwordHash !== user.passwordHash) throw wrongCredentials();
      return work(tx, { user, authentication: 'PASSWORD', actor }, user);
    });
  }
}

function wrongCredentials(): UserFault {
  return new UserFault([{ code: 'WRONG_CREDENTIALS', message: 'E-mail or password is wrong.', path: ['input'] }]);
}
