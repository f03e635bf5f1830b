/**
 * Tickets let `EventSource`, which cannot send headers, open an event stream. A ticket is part of a URL, so it is worth
 * little: it identifies an API key without revealing it, and only opens streams that say "something changed", only while
 * that key lives. It stays the same for half a day, so that asking again does not give another URL.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../clock';
import type { Database } from '../../database/transaction';
import { RequestFault, Unauthenticated } from '../../errors';
import { findApiKeysByIds } from './access-repository';
import type { ApiKeyActor, RequestInfo } from './actor';
import type { Authenticator, CredentialHolder } from './authenticate';
import { apiKeyActor } from './current-actor';
import { requireOrigin } from './key-origins';
import type { KeyUsage } from './key-usage';

/** A ticket is valid for the rest of its period and the whole of the next. */
const PERIOD_MS = 12 * 3_600_000;

export interface StreamTicketsOptions {
  readonly database: Pick<Database, 'connection'>;
  readonly clock: Clock;
  readonly secret: string;
  readonly keyUsage: Pick<KeyUsage, 'endOf'>;
  /** Reports changes of access rules. */
  readonly access: Pick<Authenticator, 'onAccessMoved' | 'isPastGrace'>;
  readonly onError: (error: unknown) => void;
}

/** Also checks for open streams whether their keys still live. */
export class StreamTickets {
  private readonly secret: Buffer;

  constructor(private readonly options: StreamTicketsOptions) {
    this.secret = createHmac('sha256', options.secret).update('tickets of event streams').digest();
  }

  /** Creates a ticket for a key and an environment. */
  issue(keyId: string, environmentId: string): string {
    const period = Math.floor(this.options.clock.now().getTime() / PERIOD_MS);
    const body = Buffer.from(JSON.stringify([keyId, environmentId, period])).toString('base64url');
    return `${body}.${this.sign(body)}`;
  }

  /**
   * Returns the key and the environment of a ticket; null when the ticket is not ours, has expired, or its key no longer
   * lives.
   */
  async redeem(text: string, request: RequestInfo): Promise<{ actor: ApiKeyActor; environmentId: string } | null> {
    const [body = '', signature = '', ...rest] = text.split('.');
    if (rest.length > 0 || !isSame(signature, this.sign(body))) return null;
    const [keyId, environmentId, period] = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as [
      string,
      string,
      number,
    ];
    if (!(Math.floor(this.options.clock.now().getTime() / PERIOD_MS) <= period + 1)) return null;
    const holder = await this.holderOf(keyId, request);
    return holder && { actor: holder.actor, environmentId };
  }

  /**
   * Returns the holder of a key that lived when its stream began. Throws `Unauthenticated` when it no longer lives,
   * FORBIDDEN when it may no longer be used from that origin, and UNAVAILABLE when it cannot be checked now.
   */
  async recheck(keyId: string, request: RequestInfo): Promise<CredentialHolder> {
    const holder = await this.holderOf(keyId, request).catch((error: unknown) => {
      if (error instanceof RequestFault) throw error;
      this.options.onError(error);
      throw new RequestFault('UNAVAILABLE', 'The key of the event stream cannot be checked now; try again.');
    });
    if (holder === null) throw new Unauthenticated('The API key of the event stream has expired, or was revoked.');
    return holder;
  }

  onAccessMoved(listener: () => void): () => void {
    return this.options.access.onAccessMoved(listener);
  }

  get isPastGrace(): boolean {
    return this.options.access.isPastGrace;
  }

  /** Returns null when the key does not live. */
  private async holderOf(
    keyId: string,
    request: RequestInfo,
  ): Promise<(CredentialHolder & { readonly actor: ApiKeyActor }) | null> {
    const [key] = await findApiKeysByIds(this.options.database.connection, [keyId]);
    const endsAt = key ? (this.options.keyUsage.endOf(key)?.getTime() ?? Infinity) : 0;
    if (!key || !(endsAt > this.options.clock.now().getTime())) return null;
    const actor = apiKeyActor(key, request);
    requireOrigin(actor);
    return { actor, endsAt };
  }

  private sign(body: string): string {
    return createHmac('sha256', this.secret).update(body).digest('base64url');
  }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
