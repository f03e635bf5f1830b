/**
 * Tickets with which `EventSource`, which cannot send a header, opens an event stream. A ticket stands in a URL, so it is
 * worth little: it names an API key without telling it, opens nothing but a stream that says "something changed", and only
 * while that key lives. It is the same text for half a day, so that asking again does not give another URL.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../clock';
import type { Database } from '../../database/transaction';
import { findApiKeysByIds } from './access-repository';
import type { ApiKeyActor, RequestInfo } from './actor';
import { apiKeyActor } from './current-actor';
import { requireOrigin } from './key-origins';

/** A ticket is good for the rest of its period and the whole of the next. */
const PERIOD_MS = 12 * 3_600_000;
/** Streams of one key are looked after together. */
const LOOK_INTERVAL_MS = 10_000;

export interface StreamTicketsOptions {
  readonly database: Pick<Database, 'connection'>;
  readonly clock: Clock;
  readonly secret: string;
}

export class StreamTickets {
  private readonly secret: Buffer;
  private readonly looks = new Map<string, { readonly at: number; readonly isLive: Promise<boolean> }>();

  constructor(private readonly options: StreamTicketsOptions) {
    this.secret = createHmac('sha256', options.secret).update('tickets of event streams').digest();
  }

  /** A ticket for a key and an environment. */
  issue(keyId: string, environmentId: string): string {
    const period = Math.floor(this.options.clock.now().getTime() / PERIOD_MS);
    const body = Buffer.from(JSON.stringify([keyId, environmentId, period])).toString('base64url');
    return `${body}.${this.seal(body)}`;
  }

  /** The key and the environment of a ticket; null when it is not ours, has ended, or the key does not live any more. */
  async redeem(text: string, request: RequestInfo): Promise<{ actor: ApiKeyActor; environmentId: string } | null> {
    const [body = '', seal = '', ...rest] = text.split('.');
    if (rest.length > 0 || !isSame(seal, this.seal(body))) return null;
    const [keyId, environmentId, period] = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as [
      string,
      string,
      number,
    ];
    if (Math.floor(this.options.clock.now().getTime() / PERIOD_MS) > period + 1) return null;
    const actor = await this.actorOf(keyId, request);
    if (actor) requireOrigin(actor);
    return actor && { actor, environmentId };
  }

  /** Whether a key lives, as of at most 10 seconds ago. */
  isLive({ id, request }: ApiKeyActor): Promise<boolean> {
    const now = this.options.clock.now().getTime();
    const known = this.looks.get(id);
    if (known && now - known.at < LOOK_INTERVAL_MS) return known.isLive;
    const isLive = this.actorOf(id, request).then((actor) => actor !== null);
    this.looks.set(id, { at: now, isLive });
    isLive.then((lives) => !lives && this.looks.delete(id)).catch(() => this.looks.delete(id));
    return isLive;
  }

  private async actorOf(keyId: string, request: RequestInfo): Promise<ApiKeyActor | null> {
    const [key] = await findApiKeysByIds(this.options.database.connection, [keyId]);
    if (!key || key.revokedAt !== null) return null;
    if (key.expiresAt !== null && key.expiresAt <= this.options.clock.now()) return null;
    return apiKeyActor(key, request);
  }

  private seal(body: string): string {
    return createHmac('sha256', this.secret).update(body).digest('base64url');
  }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
