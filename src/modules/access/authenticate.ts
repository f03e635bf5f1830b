import { createHash } from 'node:crypto';
import type { Clock } from '../../clock';
import type { Database } from '../../database/transaction';
import { RequestFault, Unauthenticated } from '../../errors';
import { unstorable } from '../../validation/input-rules';
import { findApiKeyByHash, findBindingsOfUser, findUsersByIds } from './access-repository';
import type { Actor, ApiKeyActor, RequestInfo, UserActor } from './actor';
import { apiKeyIdentity } from './current-actor';
import { hashApiKey, isApiKeyText } from './api-key-format';
import { hashSessionSecret, isSessionSecret, type Credential, type SessionCookie } from './credential';
import { CredentialCache, type Verified } from './credential-cache';
import type { FailedAttempt, FailedAuthentications } from './failed-authentications';
import { isOriginAllowed, requireOrigin } from './key-origins';
import type { KeyUsage } from './key-usage';
import type { SessionEntity } from './session-entity';
import { findSessionByCookieHash, findSessionById } from './session-repository';
import { isLive } from './session-rules';
import type { Tokens } from './tokens';

export interface AuthenticatorOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly secrets: { readonly tokens: Tokens; readonly keyPepper: string };
  readonly failures: FailedAuthentications;
  readonly keyUsage: KeyUsage;
  /** Refuses addresses that guess credentials. */
  readonly limits: {
    readonly credential: (address: string) => void;
    readonly credentialFailed: (address: string) => void;
  };
  /** How long verified credentials are accepted while the database cannot be read. */
  readonly staleGraceSeconds: number;
  readonly onError: (error: unknown) => void;
}

/** The actor behind a credential, and when it ends: milliseconds since the epoch. Infinity: never. */
export interface CredentialHolder {
  readonly actor: Actor;
  readonly endsAt: number;
}

const CREDENTIAL_REFUSED = 'The access token or API key is not valid, has expired, or was revoked.';
const SESSION_ENDED = 'The session of the cookie has ended; log in again.';

/**
 * Decides who is asking, never what they may do. Remembers verified credentials until the access rules that they depend on
 * change, which this server learns within a second or so (docs/OPERATIONS.md).
 */
export class Authenticator {
  private readonly cache = new CredentialCache();
  private readonly lastOf = new WeakMap<object, { readonly authorization: string; readonly digest: string }>();
  private readonly listeners = new Set<() => void>();
  /** The instant since which changes of access rules may have been missed. Null: the database is read every second. */
  private unreadableSince: number | null = null;

  constructor(private readonly options: AuthenticatorOptions) {}

  /**
   * `credential` is the text of the Authorization header or of the connection parameter, `Bearer <JWT or API key>`, or the cookie
   * of a session. Absent: anonymous. Throws `Unauthenticated` when it is not valid, without the reason, so that guessing reveals
   * nothing; FORBIDDEN for a key used on a page whose origin is not in its list; RATE_LIMITED for an address that guesses; and
   * UNAVAILABLE when the credential is not cached and cannot be looked up.
   */
  async authenticate(credential: Credential | undefined, request: RequestInfo): Promise<Actor> {
    if (credential === undefined || credential === '') return { kind: 'ANONYMOUS', request };
    const secret = secretOf(credential);
    if (secret === null) {
      throw new Unauthenticated('The Authorization header must have the form "Bearer <access token or API key>".');
    }
    const digest = digestOf(secret);
    const verified = this.remembered(digest) ?? (await this.verify(secret, digest, request));
    const actor = actingFor(verified, request);
    requireOrigin(actor);
    if (actor.kind === 'API_KEY') this.options.keyUsage.note(actor.id);
    return actor;
  }

  /**
   * Returns the actor of a credential that was verified before and may be used from here. Null: `authenticate` decides.
   * Synchronous. Caches the last credential of a connection for as long as the connection lives, because it is usually sent
   * again.
   */
  known(authorization: string, request: RequestInfo, connection: object): Actor | null {
    let last = this.lastOf.get(connection);
    if (last?.authorization !== authorization) {
      const secret = secretOf(authorization);
      if (secret === null) return null;
      last = { authorization, digest: digestOf(secret) };
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
   * Returns the holder of a credential that was valid when its connection began. Counts no failures, since this is not
   * guessing. Throws `Unauthenticated` when it is no longer valid, FORBIDDEN when it may no longer be used from that
   * origin, and UNAVAILABLE when it cannot be checked now.
   */
  async recheck(credential: Credential, request: RequestInfo): Promise<CredentialHolder> {
    const secret = secretOf(credential) ?? '';
    const digest = digestOf(secret);
    const verified = this.remembered(digest) ?? (await this.read(secret, digest));
    if (verified === null) throw refusalOf(secret);
    const actor = actingFor(verified, request);
    requireOrigin(actor);
    return { actor, endsAt: verified.endsAt };
  }

  /** Whether the database has been unreadable for so long that no cached credential is accepted any more. */
  get isPastGrace(): boolean {
    return !this.isWithinGrace(this.options.clock.now().getTime());
  }

  /**
   * Calls the listener after access rules changed and a credential or a role may be gone. Returns the function that
   * unsubscribes.
   */
  onAccessMoved(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Forgets the credentials of these chains, whose access rules have changed. */
  accessMoved(heads: ReadonlyMap<string, number>): void {
    this.forget(heads.keys());
  }

  /**
   * Handles a notification that the access rules of these chains changed while the database cannot be read: credentials
   * that depend on them get UNAVAILABLE until it can.
   */
  accessUnverified(chains: ReadonlySet<string>): void {
    this.forget(chains);
  }

  /** Called on the server that made the change, before it answers. */
  forget(chains: Iterable<string>): void {
    this.cache.forget(chains);
    for (const listener of this.listeners) listener();
  }

  /** Notes whether the database can be read, and when it was last read. */
  databaseStateChanged({ isReachable, lastReadAt }: { readonly isReachable: boolean; readonly lastReadAt: Date | null }): void {
    this.unreadableSince = isReachable ? null : (lastReadAt ?? this.options.clock.now()).getTime();
  }

  private remembered(digest: string): Verified | null {
    const now = this.options.clock.now().getTime();
    return this.isWithinGrace(now) ? this.cache.find(digest, now) : null;
  }

  private isWithinGrace(now: number): boolean {
    return this.unreadableSince === null || now < this.unreadableSince + this.options.staleGraceSeconds * 1_000;
  }

  private async verify(secret: Credential, digest: string, request: RequestInfo): Promise<Verified> {
    const { limits, failures } = this.options;
    // Guesses by others from the same address must not lock out clients whose credential was valid before.
    if (!this.cache.wasGood(digest)) limits.credential(request.address);
    const verified = await this.read(secret, digest);
    if (verified !== null) return verified;
    limits.credentialFailed(request.address);
    const { address, userAgent } = request;
    failures.note({ kind: failureOf(secret), address, userAgent });
    throw refusalOf(secret);
  }

  /** Returns null for an unknown credential. Throws UNAVAILABLE. */
  private read(secret: Credential, digest: string): Promise<Verified | null> {
    return this.cache
      .load(digest, () => this.readUncached(secret))
      .catch((error: unknown) => {
        this.options.onError(error);
        throw new RequestFault('UNAVAILABLE', 'The credential cannot be checked now; try again.');
      });
  }

  private readUncached(secret: Credential): Promise<Verified | null> {
    if (typeof secret !== 'string') return this.readCookie(secret);
    return isApiKeyText(secret) ? this.readApiKey(secret) : this.readToken(secret);
  }

  private async readApiKey(secret: string): Promise<Verified | null> {
    const { database, clock, secrets } = this.options;
    const key = await findApiKeyByHash(database.connection, hashApiKey(secret, secrets.keyPepper));
    if (key === null) return null;
    const endsAt = this.options.keyUsage.endOf(key)?.getTime() ?? Infinity;
    return endsAt > clock.now().getTime() ? { actor: apiKeyIdentity(key), endsAt } : null;
  }

  private async readToken(text: string): Promise<Verified | null> {
    const now = this.options.clock.now();
    const claims = await this.options.secrets.tokens.read(text, now);
    if (claims === null || unstorable(claims.userId + claims.sessionId)) return null;
    const session = await findSessionById(this.options.database.connection, claims.sessionId);
    const verified = session?.userId === claims.userId ? await this.userOf(session, now) : null;
    return verified && { ...verified, endsAt: Math.min(claims.expiresAt.getTime(), verified.endsAt) };
  }

  private async readCookie({ sessionSecret }: SessionCookie): Promise<Verified | null> {
    if (!isSessionSecret(sessionSecret)) return null;
    const session = await findSessionByCookieHash(this.options.database.connection, hashSessionSecret(sessionSecret));
    return session && this.userOf(session, this.options.clock.now());
  }

  /** Null when the session does not live. */
  private async userOf(session: SessionEntity, now: Date): Promise<Verified | null> {
    if (!isLive(session, now)) return null;
    const { connection } = this.options.database;
    const [user] = await findUsersByIds(connection, [session.userId]);
    if (!user) return null;
    const bindings = await findBindingsOfUser(connection, user.id);
    const { id: sessionId, authentication, expiresAt } = session;
    return {
      actor: { kind: 'USER', id: user.id, name: user.email, sessionId, authentication, bindings },
      endsAt: expiresAt.getTime(),
    };
  }
}

/** Takes what follows `Bearer`, or the cookie; null for an Authorization of another form. */
function secretOf(credential: Credential): Credential | null {
  return typeof credential === 'string' ? (/^Bearer +(\S+) *$/i.exec(credential)?.[1] ?? null) : credential;
}

/** The digest of a cookie is that of no text after `Bearer`: none has a blank. */
function digestOf(secret: Credential): string {
  const text = typeof secret === 'string' ? secret : `cookie ${secret.sessionSecret}`;
  return createHash('sha256').update(text).digest('base64url');
}

function failureOf(secret: Credential): FailedAttempt['kind'] {
  if (typeof secret !== 'string') return 'SESSION_COOKIE';
  return isApiKeyText(secret) ? 'API_KEY' : 'ACCESS_TOKEN';
}

function refusalOf(secret: Credential): Unauthenticated {
  return new Unauthenticated(typeof secret === 'string' ? CREDENTIAL_REFUSED : SESSION_ENDED);
}

/** Written out field by field for keys, the most frequent callers: a spread costs as much as everything else on this path. */
function actingFor({ actor }: Verified, request: RequestInfo): ApiKeyActor | UserActor {
  if (actor.kind === 'USER') return { ...actor, request };
  const { kind, id, name, keyKind, organizationId, projectId, environmentId, allowedOrigins, bindings } = actor;
  return { kind, id, name, keyKind, organizationId, projectId, environmentId, allowedOrigins, bindings, request };
}
