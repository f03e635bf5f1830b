import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { TryLater } from '../../errors';

/** argon2id (the package's default) with the parameters that OWASP's password storage cheat sheet names first for 19 MiB. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** The hash of 32 random bytes that were discarded, with the parameters above. */
export const DECOY_HASH = '$argon2id$v=19$m=19456,t=2,p=1$8TOFAJZMYbG60AbVfEx+mA$qIFh7/34H41vkYxYTXl/lb21c8XyYOPiltKSWJIXVSY';

/** Half of the four threads of libuv's pool, which also sign, verify and resolve names. 38 MiB. */
const HASHES_AT_ONCE = 2;
/** The last of these waits about a second, at some 25 ms each. */
const HASHES_WAITING_MAX = 100;
const hashing = pLimit(HASHES_AT_ONCE);

/** Returns PHC text. Throws UNAVAILABLE when too many are waiting. */
export function hashPassword(password: string): Promise<string> {
  return takingTurns(() => hash(prepared(password), PARAMETERS));
}

/**
 * Takes as long for an unknown user (`storedHash` null) as for a wrong password, so that timing does not distinguish them.
 * Throws UNAVAILABLE when too many are waiting.
 */
export async function verifyPassword(storedHash: string | null, password: string): Promise<boolean> {
  const matches = await takingTurns(() => verify(storedHash ?? DECOY_HASH, prepared(password)));
  return storedHash !== null && matches;
}

async function takingTurns<T>(work: () => Promise<T>): Promise<T> {
  if (hashing.pendingCount >= HASHES_WAITING_MAX) {
    throw new TryLater('UNAVAILABLE', 'Too many passwords are being verified at once; try again in a few seconds.', 2);
  }
  return hashing(work);
}

/** Normalizes é, which one keyboard writes as one character and another as two (RFC 8265, section 4.2). */
function prepared(password: string): string {
  return password.normalize('NFC');
}
