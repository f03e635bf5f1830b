/** The one place where a `UserFault` becomes `userErrors`. */
import { createHash } from 'node:crypto';
import { UserFault, type Issue } from '../errors';

/** A hostile input has as many problems as bytes; nobody reads more than these. */
const USER_ERRORS_MAX = 100;

/** What every mutation payload has when it was refused: nothing but the problems. */
export interface Refusal {
  readonly revisions: never[];
  readonly userErrors: readonly Issue[];
}

/** The service's result as a payload, or everything that the caller can fix. */
export async function payload<T extends object>(work: Promise<T>): Promise<(T & { userErrors: never[] }) | Refusal> {
  try {
    return { ...(await work), userErrors: [] };
  } catch (error) {
    if (error instanceof UserFault) return { revisions: [], userErrors: error.issues.slice(0, USER_ERRORS_MAX) };
    throw error;
  }
}

/** Tells one mutation from another that bears the same Idempotency-Key. */
export function digestOfMutation(fieldName: string, input: unknown): string {
  return createHash('sha256')
    .update(`${fieldName} ${JSON.stringify(input)}`)
    .digest('base64url');
}
