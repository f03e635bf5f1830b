import { LRUCache } from 'lru-cache';
import type { ApiKeyActor, UserActor } from './actor';

/** A credential that was found good: who it is, but for the request. */
export interface Verified {
  readonly actor: Omit<ApiKeyActor, 'request'> | Omit<UserActor, 'request'>;
  /** From when on it is refused, as milliseconds since the epoch. Infinity: never. */
  readonly endsAt: number;
}

const CREDENTIALS_MAX = 100_000;

/**
 * Credentials that were verified against the book, until the access rules on which they stand move. A user stands on the
 * rules of every organization, because any may give a role; a key on those of its own. What was read before the rules
 * moved is answered to whoever waited for it, but not kept; concurrent requests for one credential are one read.
 */
export class CredentialCache {
  private readonly users = new LRUCache<string, Verified>({ max: CREDENTIALS_MAX });
  private readonly keys = new LRUCache<string, Verified>({
    max: CREDENTIALS_MAX,
    dispose: (verified, digest) => this.keysOf.get(organizationOf(verified))?.delete(digest),
  });
  private readonly keysOf = new Map<string, Set<string>>();
  /** Digests of credentials that were good once, whatever has become of them. */
  private readonly good = new LRUCache<string, true>({ max: CREDENTIALS_MAX });
  private reads = new Map<string, Promise<Verified | null>>();

  /** Null when it is not known, or its time is over. */
  find(digest: string, now: number): Verified | null {
    const verified = this.keys.get(digest) ?? this.users.get(digest);
    return verified !== undefined && now < verified.endsAt ? verified : null;
  }

  /** Whether it was verified before: then whoever has it does not guess. */
  wasGood(digest: string): boolean {
    return this.good.has(digest);
  }

  /** What `read` answers; kept when it is a credential. */
  load(digest: string, read: () => Promise<Verified | null>): Promise<Verified | null> {
    const running = this.reads.get(digest);
    if (running) return running;
    const { reads } = this;
    const reading = read()
      .then((verified) => {
        // Other reads took the place of these when the rules moved.
        if (verified !== null && reads === this.reads) this.keep(digest, verified);
        return verified;
      })
      .finally(() => reads.delete(digest));
    reads.set(digest, reading);
    return reading;
  }

  /** The access rules of these chains have moved. */
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
