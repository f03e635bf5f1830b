import { createHash } from 'node:crypto';
import type { Clock } from '../../clock';
import type { Database } from '../../database/transaction';
import { RequestFault, Unauthenticated } from '../../errors';
import { unstorable } from '../../validation/input-rules';
import { findApiKeyByHash, findBindingsOfUser, findUsersByIds } from './access-repository';
import type { Actor, ApiKeyActor, RequestInfo, UserActor } from './actor';
import { apiKeyIdentity } from './current-actor';
import { hashApiKey, isApiKeyText } from './api-key-format';
import { CredentialCache, type Verified } from './credential-cache';
import type { FailedAuthentications } from './failed-authentications';
import { isOriginAllowed, requireOrigin } from './key-origins';
import type { KeyUsage } from './key-usage';
import { findSessionById } from './session-repository';
import { isLive } from './session-rules';
import type { Tokens } from './tokens';

export interface AuthenticatorOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly secrets: { readonly tokens: Tokens; readonly keyPepper: string };
  readonly failures: FailedAuthentications;
  readonly keyUsage: KeyUsage;
  /** Refuses an address that guesses. */
  readonly limits: {
    readonly credential: (address: string) => void;
    readonly credentialFailed: (address: string) => void;
  };
  /** For how long credentials that were verified are taken while the book cannot be read. */
  readonly staleGraceSeconds: number;
  readonly onError: (error: unknown) => void;
}

/** Who holds a credential, and from when on it is refused: milliseconds since the epoch. Infinity: never. */
export interface CredentialHolder {
  readonly actor: Actor;
  readonly endsAt: number;
}

const GOOD_NO_MORE = 'The access token or API key is not valid, has expired, or was revoked.';

/**
 * Decides who is asking, never what they may do. Verified credentials are remembered until the access rules on which they
 * stand move, which this server hears within a second or so (docs/OPERATIONS.md).
 */
export class Authenticator {
  private readonly cache = new CredentialCache();
  private readonly lastOf = new WeakMap<object, { readonly authorization: string; readonly digest: string }>();
  private readonly listeners = new Set<() => void>();
  /** Since when nobody can tell whether access rules have moved. Null: the book is read every second. */
  private unheardSince: number | null = null;

  constructor(private readonly options: AuthenticatorOptions) {}

  /**
   * `authorization` is the text of the Authorization header or of the connection parameter: `Bearer <JWT or API key>`.
   * Absent: anonymous. Present and not valid: `Unauthenticated`; it does not say why, so that guessing teaches nothing.
   * Throws FORBIDDEN for a key that is used on a page of an origin which is not in its list.
   * Throws RATE_LIMITED for an address that guesses, and UNAVAILABLE when the credential is not known and cannot be
   * looked up.
   */
  async authenticate(authorization: string | undefined, request: RequestInfo): Promise<Actor> {
    if (authorization === undefined || authorization === '') return { kind: 'ANONYMOUS', request };
    const credential = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    if (credential === undefined) {
      throw new Unauthenticated('The Authorization header must have the form "Bearer <access token or API key>".');
    }
    const digest = digestOf(credential);
    const verified = this.remembered(digest) ?? (await this.verify(credential, digest, request));
    const actor = actingFor(verified, request);
    requireOrigin(actor);
    if (actor.kind === 'API_KEY') this.options.keyUsage.note(actor.id);
    return actor;
  }

  /**
   * The actor of a credential that was verified before and may be used here. Null: `authenticate` decides. Never waits.
   * What a connection sent last is remembered as long as the connection lives: mostly it is sent again.
   */
  known(authorization: string, request: RequestInfo, connection: object): Actor | null {
    let last = this.lastOf.get(connection);
    if (last?.authorization !== authorization) {
      const credential = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
      if (credential === undefined) return null;
      last = { authorization, digest: digestOf(credential) };
      this.lastOf.set(connection, last);
    }
    const verified = this.remembered(last.digest);
    if (verified === null) return null;
    const actor = actingFor(verified, request);
    if (!isOriginAllowed(actor)) return null;
    if (actor.kind === 'API_KEY') this.options.keyUsage.note(actor.id);
    return actor;
  }

  /**
   * Who holds a credential that was good when its connection began. Nobody guesses here, so nothing is counted.
   * Throws `Unauthenticated` when it is good no more, FORBIDDEN when it may not be used from there any more, and UNAVAILABLE
   * when that cannot be found out now.
   */
  async recheck(authorization: string, request: RequestInfo): Promise<CredentialHolder> {
    const credential = /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
    const digest = createHash('sha256').update(credential).digest('base64url');
    const verified = this.remembered(digest) ?? (await this.read(credential, digest));
    if (verified === null) throw new Unauthenticated(GOOD_NO_MORE);
    const actor = actingFor(verified, request);
    requireOrigin(actor);
    return { actor, endsAt: verified.endsAt };
  }

  /** Whether the book has not been heard of for so long that nobody's credential is taken. */
  get isPastGrace(): boolean {
    return !this.isHeard(this.options.clock.now().getTime());
  }

  /** Called after the access rules moved, when a credential or a role may have gone. Answers how to stop listening. */
  onAccessMoved(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The access rules of these chains have moved: what was known of them is forgotten. */
  accessMoved(heads: ReadonlyMap<string, number>): void {
    this.forget(heads.keys());
  }

  /**
   * The access rules of these chains are said to have moved, and the book cannot be read: whoever stands on them is not taken
   * for who they were, and gets UNAVAILABLE until it can.
   */
  accessUnverified(chains: ReadonlySet<string>): void {
    this.forget(chains);
  }

  /** At once on the server that wrote, before anybody is answered. */
  forget(chains: Iterable<string>): void {
    this.cache.forget(chains);
    for (const listener of this.listeners) listener();
  }

  /** Whether the book can be read, and when it last was. */
  databaseStateChanged({ isReachable, lastReadAt }: { readonly isReachable: boolean; readonly lastReadAt: Date | null }): void {
    this.unheardSince = isReachable ? null : (lastReadAt ?? this.options.clock.now()).getTime();
  }

  private remembered(digest: string): Verified | null {
    const now = this.options.clock.now().getTime();
    return this.isHeard(now) ? this.cache.find(digest, now) : null;
  }

  private isHeard(now: number): boolean {
    return this.unheardSince === null || now < this.unheardSince + this.options.staleGraceSeconds * 1_000;
  }

  private async verify(credential: string, digest: string, request: RequestInfo): Promise<Verified> {
    const { limits, failures } = this.options;
    // Others who guess from the same address do not lock out those who need not.
    if (!this.cache.wasGood(digest)) limits.credential(request.address);
    const verified = await this.read(credential, digest);
    if (verified !== null) return verified;
    limits.credentialFailed(request.address);
    const { address, userAgent } = request;
    failures.note({ kind: isApiKeyText(credential) ? 'API_KEY' : 'ACCESS_TOKEN', address, userAgent });
    throw new Unauthenticated(GOOD_NO_MORE);
  }

  /** Null when it is no credential. Throws UNAVAILABLE. */
  private read(credential: string, digest: string): Promise<Verified | null> {
    const read = () => (isApiKeyText(credential) ? this.readApiKey(credential) : this.readToken(credential));
    return this.cache.load(digest, read).catch((error: unknown) => {
      this.options.onError(error);
      throw new RequestFault('UNAVAILABLE', 'The credential cannot be checked now; try again.');
    });
  }

  private async readApiKey(secret: string): Promise<Verified | null> {
    const { database, clock, secrets } = this.options;
    const key = await findApiKeyByHash(database.connection, hashApiKey(secret, secrets.keyPepper));
    if (key === null) return null;
    const endsAt = this.options.keyUsage.endOf(key)?.getTime() ?? Infinity;
    return endsAt <= clock.now().getTime() ? null : { actor: apiKeyIdentity(key), endsAt };
  }

  private async readToken(text: string): Promise<Verified | null> {
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
    return {
      actor: { kind: 'USER', id: user.id, name: user.email, sessionId, authentication, bindings },
      endsAt: Math.min(claims.expiresAt.getTime(), session.expiresAt.getTime()),
    };
  }
}

function digestOf(credential: string): string {
  return createHash('sha256').update(credential).digest('base64url');
}

/** Keys are most of those who ask; written out, because spreading an object costs as much as all the rest of knowing them. */
function actingFor({ actor }: Verified, request: RequestInfo): ApiKeyActor | UserActor {
  if (actor.kind === 'USER') return { ...actor, request };
  const { kind, id, name, keyKind, organizationId, projectId, environmentId, allowedOrigins, bindings } = actor;
  return { kind, id, name, keyKind, organizationId, projectId, environmentId, allowedOrigins, bindings, request };
}
