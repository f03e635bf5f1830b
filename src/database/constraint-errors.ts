import type { Issue } from '../errors';

/** Name of a unique constraint -> issue for the caller. Constraint names are an API: `<table>_<columns>_<kind>`. */
export type ConstraintIssues = Readonly<Record<string, Issue>>;

const UNIQUE_VIOLATION = '23505';

/** The issue of a unique violation that the caller can fix; null for any other error. */
export function issueOfConstraint(error: unknown, issues: ConstraintIssues): Issue | null {
  const driverError = (error as { driverError?: { code?: string; constraint?: string } }).driverError;
  if (driverError?.code !== UNIQUE_VIOLATION || driverError.constraint === undefined) return null;
  return issues[driverError.constraint] ?? null;
}

/** The issue of a key that another row already has. `what` is the noun: `flag`. */
export function duplicateKey(constraint: string, what: string, key: string): ConstraintIssues {
  const message = `Another ${what} already has the key ${JSON.stringify(key)}.`;
  return { [constraint]: { code: 'DUPLICATE', message, path: ['input', 'key'] } };
}
