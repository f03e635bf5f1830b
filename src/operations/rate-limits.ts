/** How much of what anybody may do in a minute. Whoever asks for more is refused with RATE_LIMITED. docs/LIMITS.md has the table. */
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
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

/** What an operation was let in with. */
export interface Admission {
  /** Name of the limit, as in docs/LIMITS.md. */
  readonly limitName: string;
  readonly status: RateLimitStatus;
  /** Where the key stands as far as this operation knows: when it was let in, or when it was settled. */
  readonly latest: () => RateLimitStatus;
  /** Once, when the operation has ended: what it cost in the end. */
  readonly settle: (points: number) => Promise<RateLimitStatus>;
}

/** What an operation was let in with that has nothing to wait for. */
export interface AdmissionAtOnce extends Pick<Admission, 'limitName'> {
  readonly settle: (points: number) => RateLimitStatus;
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
  private exchanging: Promise<unknown> = Promise.resolve();

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
   * Before a secret of an account is looked at. `account` is its normalised e-mail; the count is of the account, whatever
   * the address, so that many machines do not help a guesser. The address is counted by `logInAttempts`.
   * Throws `RateLimited`.
   */
  async logIn(address: string, account: string): Promise<void> {
    // Not in plain text: shared counters leave the process.
    const key = createHash('sha256').update(account).digest('base64url');
    refuseUnlessAllowed(await this.accounts.take(key), 'attempts to log in to one account', this.accounts, address);
  }

  /** Before attempts to log in, to reset a password and the like, one for each mutation field. Throws `RateLimited`. */
  async logInAttempts(address: string, attempts: number): Promise<void> {
    refuseUnlessAllowed(await this.logIns.take(addressKey(address), attempts), 'attempts to log in', this.logIns, address);
  }

  /** Before a credential is looked up: refuses an address from which too many were not valid. Throws `RateLimited`. */
  async credential(address: string): Promise<void> {
    const status = await this.failures.peek(addressKey(address));
    refuseUnlessAllowed(status, 'credentials that are not valid', this.failures, address);
  }

  /** After a credential was looked up and is not valid. */
  async credentialFailed(address: string): Promise<void> {
    await this.failures.settle(addressKey(address), 1, 0);
  }

  /** Before an operation runs; `cost` as its document and variables say. Throws `RateLimited`. */
  async operation(actor: Actor, cost: number): Promise<Admission> {
    const { counter, key, what } = this.countedFor(actor);
    const reserved = counter === this.anonymous ? 1 : Math.min(cost, Math.ceil(counter.limit / RESERVED_PART_MAX));
    const status = await counter.take(key, reserved);
    refuseUnlessAllowed(status, what, counter, actor.request.address);
    let latest = status;
    return {
      limitName: counter.name,
      status,
      latest: () => latest,
      settle: async (points) => {
        const isCounted = counter !== this.anonymous;
        latest = await (isCounted ? counter.settle(key, points - reserved, status.endsAt) : counter.peek(key));
        return latest;
      },
    };
  }

  /**
   * The same without a wait, for whoever has a credential; null for others and for what is refused. Nothing is counted then:
   * `operation` decides.
   */
  operationAtOnce(actor: Actor, cost: number): AdmissionAtOnce | null {
    const { counter, key } = this.countedFor(actor);
    if (counter === this.anonymous) return null;
    const reserved = Math.min(cost, Math.ceil(counter.limit / RESERVED_PART_MAX));
    const status = counter.takeAtOnce(key, reserved);
    if (!status.isAllowed) return null;
    const settle = (points: number): RateLimitStatus => counter.settleAtOnce(key, points - reserved, status.endsAt);
    return { limitName: counter.name, settle };
  }

  /** Tells the other servers what was counted here, and hears what they counted. */
  exchange(): Promise<unknown> {
    const { anonymous, accounts, logIns, failures, management, serverKeys, clientKeys } = this;
    const counters = [anonymous, accounts, logIns, failures, management, serverKeys, clientKeys];
    this.exchanging = this.exchanging.then(() => Promise.all(counters.map((counter) => counter.exchange())));
    return this.exchanging;
  }

  close(): void {
    clearInterval(this.timer);
    this.onClose();
  }

  private countedFor(actor: Actor): { readonly counter: RateCounter; readonly key: string; readonly what: string } {
    if (actor.kind === 'ANONYMOUS' || actor.kind === 'SYSTEM') {
      return { counter: this.anonymous, key: addressKey(actor.request.address), what: 'operations without a credential' };
    }
    if (actor.kind === 'USER') return { counter: this.management, key: actor.id, what: 'cost points' };
    if (actor.keyKind === 'SERVER') return { counter: this.serverKeys, key: actor.id, what: 'cost points' };
    if (actor.keyKind === 'CLIENT' || actor.keyKind === 'MOBILE') {
      return { counter: this.clientKeys, key: addressKey(actor.request.address), what: 'cost points' };
    }
    return { counter: this.management, key: actor.id, what: 'cost points' };
  }
}

function refuseUnlessAllowed(status: RateLimitStatus, what: string, { name, limit }: RateCounter, address: string): void {
  if (status.isAllowed) return;
  const message = `Too many ${what}: at most ${limit} a minute are allowed. Try again in ${status.resetSeconds} s.`;
  throw new RateLimited(message, { retryAfterSeconds: status.resetSeconds, limitName: name, address });
}

/** An IPv6 network of 64 bits belongs to one subscriber, who may take any address of it. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  const groups = [...left, ...gap, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}
