import type { Actor } from '../access/actor';
import type { FailedAttempt, FailedAuthentications } from '../access/failed-authentications';

export interface AttemptsOptions {
  readonly failures: FailedAuthentications;
  readonly limits: {
    /** Throws `RateLimited`. `account` is a normalised e-mail. */
    readonly logIn: (address: string, account: string) => void;
  };
}

/** Attempts to prove who one is: bounded before a secret is looked at, and noted when they fail. */
export class CountedAttempts {
  constructor(private readonly options: AttemptsOptions) {}

  /** Before the password of an account is looked at. Throws `RateLimited` after too many, wherever they came from. */
  begin({ request }: Actor, account: string): void {
    this.options.limits.logIn(request.address, account);
  }

  /** `account`: the e-mail that was tried, where one was. Never waits and never throws. */
  failed(kind: FailedAttempt['kind'], { request }: Actor, account: string | null = null): void {
    this.options.failures.note({ kind, address: request.address, userAgent: request.userAgent, account });
  }
}

export type Attempts = Pick<CountedAttempts, 'begin' | 'failed'>;

/** For commands of the operator, who may try as often as they like. */
export const UNWATCHED: Attempts = { begin: () => undefined, failed: () => undefined };
