import type { Clock } from '../../clock';
import type { Database } from '../../database/transaction';
import { Unauthenticated } from '../../errors';
import { unstorable } from '../input-rules';
import { findApiKeyByHash, findBindingsOfUser, findUsersByIds } from './access-repository';
import type { Actor, RequestInfo } from './actor';
import { apiKeyActor } from './current-actor';
import { hashApiKey, isApiKeyText } from './api-key-format';
import { findSessionById } from './session-repository';
import { isLive } from './session-rules';
import type { Tokens } from './tokens';

export interface AuthenticatorOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly secrets: { readonly tokens: Tokens; readonly keyPepper: string };
}

/** Decides who is asking, never what they may do. */
export class Authenticator {
  constructor(private readonly options: AuthenticatorOptions) {}

  /**
   * `authorization` is the text of the Authorization header or of the connection parameter: `Bearer <JWT or API key>`.
   * Absent: anonymous. Present and not valid: `Unauthenticated`; it does not say why, so that guessing teaches nothing.
   */
  async authenticate(authorization: string | undefined, request: RequestInfo): Promise<Actor> {
    if (authorization === undefined || authorization === '') return { kind: 'ANONYMOUS', request };
    const credential = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    if (credential === undefined) {
      throw new Unauthenticated('The Authorization header must have the form "Bearer <access token or API key>".');
    }
    const actor = isApiKeyText(credential)
      ? await this.actorOfApiKey(credential, request)
      : await this.actorOfToken(credential, request);
    if (actor === null) throw new Unauthenticated('The access token or API key is not valid, has expired, or was revoked.');
    return actor;
  }

  private async actorOfApiKey(secret: string, request: RequestInfo): Promise<Actor | null> {
    const key = await findApiKeyByHash(this.options.database.connection, hashApiKey(secret, this.options.secrets.keyPepper));
    if (key === null || key.revokedAt !== null) return null;
    if (key.expiresAt !== null && key.expiresAt <= this.options.clock.now()) return null;
    return apiKeyActor(key, request);
  }

  private async actorOfToken(text: string, request: RequestInfo): Promise<Actor | null> {
    const now = this.options.clock.now();
    const claims = await this.options.secrets.tokens.read(text, now);
    if (claims === null || unstorable(claims.userId + claims.sessionId)) return null;
    const { userId, sessionId } = claims;
    const { connection } = this.options.database;
    const session = await findSessionById(connection, sessionId);
    if (session?.userId !== userId || !isLive(session, now)) return null;
    const [user] = await findUsersByIds(connection, [userId]);
    if (!user) return null;
    const bindings = await findBindingsOfUser(connection, user.id);
    const { authentication } = session;
    return { kind: 'USER', id: user.id, name: user.email, sessionId, authentication, bindings, request };
  }
}
