/** Turns a `UserFault` into `userErrors`. */
import { UserFault, type Issue } from '../errors';

/** Bounds the issues of one answer, because a hostile input can have as many issues as bytes. */
const USER_ERRORS_MAX = 100;

/** The payload of every refused mutation: only its issues. */
export interface Refusal {
  readonly revisions: never[];
  readonly userErrors: readonly Issue[];
}

/** Turns the service's result into a payload, or into everything that the caller can fix. */
export async function payload<T extends object>(work: Promise<T>): Promise<(T & { userErrors: never[] }) | Refusal> {
  try {
    return { ...(await work), userErrors: [] };
  } catch (error) {
    if (error instanceof UserFault) return { revisions: [], userErrors: error.issues.slice(0, USER_ERRORS_MAX) };
    throw error;
  }
}
