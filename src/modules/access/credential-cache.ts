import { LRUCache } from 'lru-cache';
import type { ApiKeyActor, UserActor } from './actor';

/** The actor of a verified credential, except for the request. */
export interface Verified {
  readonly actor: Omit<ApiKeyActor, 'request'> | Omit<UserActor, 'request'>;
  /** The instant from which it is refused, in milliseconds since the epoch. Infinity: never. */
  readonly endsAt: number;
}

/** Entries, of size 1 each: with `max` instead, each cache would take room for all of them from the start. */
const AS_MANY_CREDENTIALS = { maxSize: 100_000, sizeCalculation: () => 1 };

/**
 * Caches credentials that were verified against the database until the access rules that they depend on change. A user
 * depends on the rules of every organization, because any may give a role; a key on those of its own. A read that began
 * before a change is answered to its waiters but not cached; concurrent requests for one credential share one read.
 */
export class CredentialCache {
  private readonly users = new LRUCache<string, Verified>(AS_MANY_CREDENTIALS);
  private readonly keys = new LRUCache<string, Verified>({
    ...AS_MANY_CREDENTIALS,
    dispose: (verified, digest) => this.keysOf.get(organizationOf(verified))?.delete(digest),
  });
  private readonly keysOf = new Map<string, Set<string>>();
  /** Digests of credentials that were valid once, including those that no longer are. */
  private readonly good = new LRUCache<string, true>(AS_MANY_CREDENTIALS);
  private reads = new Map<string, Promise<Verified | null>>();

  /** Returns null when the credential is not cached, or has ended. */
  find(digest: string, now: number): Verified | null {
    const verified = this.keys.get(digest) ?? this.users.get(digest);
    return verified !== undefined && now < verified.endsAt ? verified : null;
  }

  /** Whether it was verified before; if so, the caller is not guessing. */
  wasGood(digest: string): boolean {
    return this.good.has(digest);
  }

  /** Returns the result of `read`, and caches it unless it is null. */
  load(digest: string, read: () => Promise<Verified | null>): Promise<Verified | null> {
    const running = this.reads.get(digest);
    if (running) return running;
    const { reads } = this;
    const reading = read()
      .then((verified) => {
        // The map of reads was replaced when the rules changed.
        if (verified !== null && reads === this.reads) this.keep(digest, verified);
        return verified;
      })
      .finally(() => reads.delete(digest));
    reads.set(digest, reading);
    return reading;
  }

  /** Forgets the credentials that depend on these chains, whose access rules have changed. */
  forget(chains: Iterable<string>): void {
    this.reads = new Map();
    this.users.clear();
    for (const chain of chains) {
      for (const digest of this.keysOf.get(chain) ?? []) this.keys.delete(digest);
      this.keysOf.delete(chain);
    }
  }

  private keep(digest: string, verified: Verified): void {
    this.good.set(digest, true);
    if (verified.actor.kind === 'USER') {
      this.users.set(digest, verified);
      return;
    }
    this.keys.set(digest, verified);
    const organizationId = organizationOf(verified);
    const digests = this.keysOf.get(organizationId);
    if (digests) digests.add(digest);
    else this.keysOf.set(organizationId, new Set([digest]));
  }
}

function organizationOf({ actor }: Verified): string {
  return actor.kind === 'API_KEY' ? actor.organizationId : '';
}
