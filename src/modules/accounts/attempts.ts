import type { Actor } from '../access/actor';
import type { FailedAttempt, FailedAuthentications } from '../access/failed-authentications';

export interface AttemptsOptions {
  readonly failures: FailedAuthentications;
  readonly limits: {
    /** Throws `RateLimited`. `account` is a normalized e-mail. */
    readonly logIn: (address: string, account: string) => void;
  };
}

/** Limits attempts to prove an identity before a secret is checked, and records failures. */
export class CountedAttempts {
  constructor(private readonly options: AttemptsOptions) {}

  /**
   * Called before the password of an account is checked. Throws `RateLimited` after too many attempts, from whatever
   * addresses.
   */
  begin({ request }: Actor, account: string): void {
    this.options.limits.logIn(request.address, account);
  }

  /** `account` is the e-mail that was tried, if any. Neither waits nor throws. */
  failed(kind: FailedAttempt['kind'], { request }: Actor, account: string | null = null): void {
    this.options.failures.note({ kind, address: request.address, userAgent: request.userAgent, account });
  }
}

export type Attempts = Pick<CountedAttempts, 'begin' | 'failed'>;

/** Used by the operator's commands, whose attempts are not limited. */
export const UNLIMITED: Attempts = { begin: () => undefined, failed: () => undefined };
