/** What accounts and keys must look like. Pure. */
import type { Issue } from '../../errors';
import { nameIssues, unstorable } from '../input-rules';

const EMAIL_LENGTH_MAX = 254;
const PASSWORD_LENGTH_MIN = 12;
const PASSWORD_LENGTH_MAX = 1_024;
/** One @, something before it, a dot after it, no white space: anything finer refuses real addresses. */
const EMAIL_FORM = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

export interface AccountInput {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

/** As it is stored and compared. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

export function accountIssues(input: AccountInput): Issue[] {
  return [
    ...emailIssues(normalizeEmail(input.email), ['input', 'email']),
    ...passwordIssues(input.password, ['input', 'password']),
    ...nameIssues('Name', input.name, ['input', 'name']),
  ];
}

export function emailIssues(email: string, path: readonly string[]): Issue[] {
  if (email === '') return [{ code: 'BLANK', message: 'E-mail must not be empty.', path }];
  if (email.length > EMAIL_LENGTH_MAX) {
    const message = `E-mail has ${email.length} characters; at most ${EMAIL_LENGTH_MAX} are allowed.`;
    return [{ code: 'TOO_LONG', message, path }];
  }
  if (EMAIL_FORM.test(email) && !unstorable(email)) return [];
  return [{ code: 'INVALID', message: 'E-mail must be an address such as name@example.com.', path }];
}

export function passwordIssues(password: string, path: readonly string[]): Issue[] {
  if (password.length >= PASSWORD_LENGTH_MIN && password.length <= PASSWORD_LENGTH_MAX) return [];
  const message = `Password has ${password.length} characters; ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} are allowed.`;
  return [{ code: 'OUT_OF_RANGE', message, path }];
}

export interface ApiKeyInput {
  readonly name: string;
  readonly expiresAt?: Date | null;
}

export function apiKeyIssues(input: ApiKeyInput, now: Date): Issue[] {
  const issues = nameIssues('Key name', input.name, ['input', 'name']);
  if (input.expiresAt && input.expiresAt <= now) {
    const message = `The key would have expired already: it is ${now.toISOString()} now.`;
    issues.push({ code: 'OUT_OF_RANGE', message, path: ['input', 'expiresAt'] });
  }
  return issues;
}
