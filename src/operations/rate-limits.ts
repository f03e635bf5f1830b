/** The rate limits per minute; operations beyond them are refused with RATE_LIMITED. docs/LIMITS.md has the table. */
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { IPv6 } from 'ipaddr.js';
import { Coalescer } from '../concurrency/coalescer';
import type { RedisNamespace } from '../redis/client-options';
import { createRedisRates } from '../redis/redis-rates';
import { RateLimited } from '../errors';
import type { Actor } from '../modules/access/actor';
import { LabelledCounts } from '../telemetry/labelled-counts';
import { RateCounter, WINDOW_SECONDS, type SharedCounter, type RateLimitStatus } from './rate-counter';

/** Points per minute; at least 1. */
export interface RateLimitSettings {
  /** Operations without a credential, per address. */
  readonly anonymous: number;
  /** Attempts to log in to one account, from any address. */
  readonly logInsPerAccount: number;
  /** Attempts to log in, to reset a password and the like, per address. */
  readonly logInsPerAddress: number;
  /** Credentials that were not valid, per address. */
  readonly credentialFailures: number;
  /** Cost of the operations of one user or ADMIN key. */
  readonly management: number;
  /** Cost of the operations of one SERVER key. */
  readonly serverKeys: number;
  /** Cost of the operations of CLIENT and MOBILE keys, per address. */
  readonly clientKeys: number;
}

export interface RateLimitsOptions {
  readonly settings: RateLimitSettings;
  /** Null when this server counts alone. */
  readonly shared?: SharedCounter | null;
  readonly onClose?: () => void;
}

/** Starts the rate limits. All servers with the same Redis count together; null counts alone. */
export function startRateLimits(settings: RateLimitSettings, redis: RedisNamespace | null): RateLimits {
  const shared = redis && createRedisRates(redis, WINDOW_SECONDS);
  return new RateLimits({ settings, shared, onClose: () => shared?.close() });
}

const EXCHANGE_INTERVAL_MS = 500;
/** An operation reserves its cost, but at most limit / 10; the points that it really used are settled when it ends. */
const RESERVED_PART_MAX = 10;

export class RateLimits {
  /** Counts what was refused, by the name of the limit. */
  readonly refused = new LabelledCounts('limit');
  private readonly anonymous: RateCounter;
  private readonly accounts: RateCounter;
  private readonly logIns: RateCounter;
  private readonly failures: RateCounter;
  private readonly management: RateCounter;
  private readonly serverKeys: RateCounter;
  private readonly clientKeys: RateCounter;
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly onClose: () => void;
  private readonly exchanges = new Coalescer(() => this.exchangeAll());

  constructor({ settings, shared = null, onClose = () => undefined }: RateLimitsOptions) {
    this.onClose = onClose;
    const counter = (name: string, limit: number): RateCounter => new RateCounter(name, limit, shared);
    this.anonymous = counter('anonymous', settings.anonymous);
    this.accounts = counter('log-in-account', settings.logInsPerAccount);
    this.logIns = counter('log-in-address', settings.logInsPerAddress);
    this.failures = counter('credential-failures', settings.credentialFailures);
    this.management = counter('management', settings.management);
    this.serverKeys = counter('server-key', settings.serverKeys);
    this.clientKeys = counter('client-address', settings.clientKeys);
    if (shared === null) return;
    this.timer = setInterval(() => void this.exchange(), EXCHANGE_INTERVAL_MS);
    this.timer.unref();
  }

  /**
   * Must be called before a secret of an account is checked. `account` is its normalized e-mail. Counts per account, whatever
   * the address, so that many machines do not help a guesser; `logInAttempts` counts per address. Throws `RateLimited`.
   */
  logIn(address: string, account: string): void {
    // Shared counters leave the process, so the e-mail is hashed.
    const key = createHash('sha256').update(account).digest('base64url');
    this.refuseUnlessAllowed(this.accounts.take(key), 'attempts to log in to one account', this.accounts, address);
  }

  /** Counts attempts to log in, to reset a password and the like, one for each mutation field. Throws `RateLimited`. */
  logInAttempts(address: string, attempts: number): void {
    this.refuseUnlessAllowed(this.logIns.take(addressKey(address), attempts), 'attempts to log in', this.logIns, address);
  }

  /** Refuses an address that sent too many invalid credentials; called before a credential is looked up. Throws `RateLimited`. */
  credential(address: string): void {
    const status = this.failures.peek(addressKey(address));
    this.refuseUnlessAllowed(status, 'invalid credentials', this.failures, address);
  }

  /** Counts a credential that was looked up and is not valid. */
  credentialFailed(address: string): void {
    this.failures.settle(addressKey(address), 1, 0);
  }

  /** Admits an operation before it runs; `cost` follows from its document and variables. Throws `RateLimited`. */
  operation(actor: Actor, cost: number): Admission {
    const counted = this.countedFor(actor);
    const admission = new Admission(counted, cost);
    this.refuseUnlessAllowed(admission.latest, counted.what, counted.counter, actor.request.address);
    return admission;
  }

  /** Answers null, and counts nothing, where `operation` would throw; for callers that leave refusals to `operation`. */
  tryOperation(actor: Actor, cost: number): Admission | null {
    const admission = new Admission(this.countedFor(actor), cost);
    return admission.latest.isAllowed ? admission : null;
  }

  /** Sends the points counted here to the other servers, and adds theirs. */
  exchange(): Promise<void> {
    return this.exchanges.request();
  }

  close(): void {
    clearInterval(this.timer);
    this.onClose();
  }

  private refuseUnlessAllowed(status: RateLimitStatus, what: string, { name, limit }: RateCounter, address: string): void {
    if (status.isAllowed) return;
    this.refused.add(name);
    const message = `Too many ${what}: at most ${limit} a minute are allowed. Try again in ${status.resetSeconds} s.`;
    throw new RateLimited(message, { retryAfterSeconds: status.resetSeconds, limitName: name, address });
  }

  private async exchangeAll(): Promise<void> {
    const { anonymous, accounts, logIns, failures, management, serverKeys, clientKeys } = this;
    const counters = [anonymous, accounts, logIns, failures, management, serverKeys, clientKeys];
    await Promise.all(counters.map((counter) => counter.exchange()));
  }

  private countedFor(actor: Actor): Counted {
    if (actor.kind === 'ANONYMOUS' || actor.kind === 'SYSTEM') {
      const key = addressKey(actor.request.address);
      return { counter: this.anonymous, key, what: 'operations without a credential', isByCost: false };
    }
    const what = 'cost points';
    if (actor.kind === 'USER') return { counter: this.management, key: actor.id, what, isByCost: true };
    if (actor.keyKind === 'SERVER') return { counter: this.serverKeys, key: actor.id, what, isByCost: true };
    if (actor.keyKind === 'CLIENT' || actor.keyKind === 'MOBILE') {
      return { counter: this.clientKeys, key: addressKey(actor.request.address), what, isByCost: true };
    }
    return { counter: this.management, key: actor.id, what, isByCost: true };
  }
}

/** The counter and key that an operation is counted under. */
interface Counted {
  readonly counter: RateCounter;
  readonly key: string;
  /** Names the points in a refusal. */
  readonly what: string;
  /** False when each operation counts as one point, whatever it costs. */
  readonly isByCost: boolean;
}

/** The points that were reserved when one operation was admitted. */
export class Admission {
  /** The status of the key when this operation was admitted or, later, when it was settled. */
  latest: RateLimitStatus;
  private readonly reserved: number;

  constructor(
    private readonly counted: Counted,
    cost: number,
  ) {
    const { counter, key, isByCost } = counted;
    this.reserved = isByCost ? Math.min(cost, Math.ceil(counter.limit / RESERVED_PART_MAX)) : 1;
    this.latest = counter.take(key, this.reserved);
  }

  /** Name of the limit, as in docs/LIMITS.md. */
  get limitName(): string {
    return this.counted.counter.name;
  }

  /** Counts the points that the operation used; called once, when it has ended. */
  settle(points: number): RateLimitStatus {
    const { counter, key, isByCost } = this.counted;
    this.latest = isByCost ? counter.settle(key, points - this.reserved, this.latest.endsAt) : counter.peek(key);
    return this.latest;
  }
}

/** Maps all addresses of one IPv6 /64 to one key, because such a network belongs to one subscriber of a provider. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  const parsed = IPv6.parse(address.replace(/%.*/, ''));
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
