/** How much of what anybody may do in a minute. Whoever asks for more is refused with RATE_LIMITED. docs/LIMITS.md has the table. */
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { IPv6 } from 'ipaddr.js';
import { Coalescer } from '../concurrency/coalescer';
import { createRedisRates } from '../redis/redis-rates';
import { RateLimited } from '../errors';
import type { Actor } from '../modules/access/actor';
import { RateCounter, WINDOW_SECONDS, type SharedCounter, type RateLimitStatus } from './rate-counter';

/** Points per minute; at least 1. */
export interface RateLimitSettings {
  /** Operations without a credential, per address. */
  readonly anonymous: number;
  /** Attempts to log in to one account, from wherever. */
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
  /** Null: this server counts alone. */
  readonly shared?: SharedCounter | null;
  readonly onClose?: () => void;
}

/** With Redis, all servers count together. */
export function startRateLimits(settings: RateLimitSettings, redisUrl: string | null): RateLimits {
  const shared = redisUrl === null ? null : createRedisRates(redisUrl, WINDOW_SECONDS);
  return new RateLimits({ settings, shared, onClose: () => shared?.close() });
}

const EXCHANGE_INTERVAL_MS = 500;
/** An operation reserves its cost, but no more than this part of the limit: what it used in the end is settled afterwards. */
const RESERVED_PART_MAX = 10;

export class RateLimits {
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
   * Before a secret of an account is looked at. `account` is its normalized e-mail; the count is of the account, whatever
   * the address, so that many machines do not help a guesser. The address is counted by `logInAttempts`.
   * Throws `RateLimited`.
   */
  logIn(address: string, account: string): void {
    // Not in plain text: shared counters leave the process.
    const key = createHash('sha256').update(account).digest('base64url');
    refuseUnlessAllowed(this.accounts.take(key), 'attempts to log in to one account', this.accounts, address);
  }

  /** Before attempts to log in, to reset a password and the like, one for each mutation field. Throws `RateLimited`. */
  logInAttempts(address: string, attempts: number): void {
    refuseUnlessAllowed(this.logIns.take(addressKey(address), attempts), 'attempts to log in', this.logIns, address);
  }

  /** Before a credential is looked up: refuses an address from which too many were not valid. Throws `RateLimited`. */
  credential(address: string): void {
    const status = this.failures.peek(addressKey(address));
    refuseUnlessAllowed(status, 'invalid credentials', this.failures, address);
  }

  /** After a credential was looked up and is not valid. */
  credentialFailed(address: string): void {
    this.failures.settle(addressKey(address), 1, 0);
  }

  /** Before an operation runs; `cost` as its document and variables say. Throws `RateLimited`. */
  operation(actor: Actor, cost: number): Admission {
    const counted = this.countedFor(actor);
    const admission = new Admission(counted, cost);
    refuseUnlessAllowed(admission.latest, counted.what, counted.counter, actor.request.address);
    return admission;
  }

  /** The same for a caller that leaves refusals to `operation`: null, and nothing is counted. */
  tryOperation(actor: Actor, cost: number): Admission | null {
    const admission = new Admission(this.countedFor(actor), cost);
    return admission.latest.isAllowed ? admission : null;
  }

  /** Tells the other servers what was counted here, and hears what they counted. */
  exchange(): Promise<void> {
    return this.exchanges.request();
  }

  close(): void {
    clearInterval(this.timer);
    this.onClose();
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

/** What an operation is counted as. */
interface Counted {
  readonly counter: RateCounter;
  readonly key: string;
  /** Names the points in a refusal. */
  readonly what: string;
  /** False: each operation is one point, whatever it costs. */
  readonly isByCost: boolean;
}

/** The points that one operation was let in with. */
export class Admission {
  /** Where the key stands as far as this operation knows: when it was let in, or when it was settled. */
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

  /** Counts what the operation cost in the end; called once, when it has ended. */
  settle(points: number): RateLimitStatus {
    const { counter, key, isByCost } = this.counted;
    this.latest = isByCost ? counter.settle(key, points - this.reserved, this.latest.endsAt) : counter.peek(key);
    return this.latest;
  }
}

function refuseUnlessAllowed(status: RateLimitStatus, what: string, { name, limit }: RateCounter, address: string): void {
  if (status.isAllowed) return;
  const message = `Too many ${what}: at most ${limit} a minute are allowed. Try again in ${status.resetSeconds} s.`;
  throw new RateLimited(message, { retryAfterSeconds: status.resetSeconds, limitName: name, address });
}

/** Answers the network of 64 bits for an IPv6 address: it belongs to one subscriber, who may take any address of it. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  const parsed = IPv6.parse(address.replace(/%.*/, ''));
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
