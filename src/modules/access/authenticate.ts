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

const GOOD_NO_MORE = 'The access token or API key is not valid, has expired, or was revoked.';

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
   * `authorization` is the text of the Authorization header or of the connection parameter: `Bearer <JWT or API key>`.
   * Absent: anonymous. Throws `Unauthenticated` when it is not valid, without the reason, so that guessing reveals nothing;
   * FORBIDDEN for a key used on a page whose origin is not in its list; RATE_LIMITED for an address that guesses; and
   * UNAVAILABLE when the credential is not cached and cannot be looked up.
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
   * Returns the actor of a credential that was verified before and may be used from here. Null: `authenticate` decides.
   * Synchronous. Caches the last credential of a connection for as long as the connection lives, because it is usually sent
   * again.
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
   * Returns the holder of a credential that was valid when its connection began. Counts no failures, since this is not
   * guessing. Throws `Unauthenticated` when it is no longer valid, FORBIDDEN when it may no longer be used from that
   * origin, and UNAVAILABLE when it cannot be checked now.
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

  private async verify(credential: string, digest: string, request: RequestInfo): Promise<Verified> {
    const { limits, failures } = this.options;
    // Guesses by others from the same address must not lock out clients whose credential was valid before.
    if (!this.cache.wasGood(digest)) limits.credential(request.address);
    const verified = await this.read(credential, digest);
    if (verified !== null) return verified;
    limits.credentialFailed(request.address);
    const { address, userAgent } = request;
    failures.note({ kind: isApiKeyText(credential) ? 'API_KEY' : 'ACCESS_TOKEN', address, userAgent });
    throw new Unauthenticated(GOOD_NO_MORE);
  }

  /** Returns null for an unknown credential. Throws UNAVAILABLE. */
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
    return endsAt > clock.now().getTime() ? { actor: apiKeyIdentity(key), endsAt } : null;
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

/** Written out field by field for keys, the most frequent callers: a spread costs as much as everything else on this path. */
function actingFor({ actor }: Verified, request: RequestInfo): ApiKeyActor | UserActor {
  if (actor.kind === 'USER') return { ...actor, request };
  const { kind, id, name, keyKind, organizationId, projectId, environmentId, allowedOrigins, bindings } = actor;
  return { kind, id, name, keyKind, organizationId, projectId, environmentId, allowedOrigins, bindings, request };
}
