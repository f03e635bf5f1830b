/** Rules for accounts and keys. Pure. */
import type { Issue } from '../../errors';
import { nameIssues, unstorable } from '../../validation/input-rules';
import { nullIssues, patched, rangeIssues } from '../../validation/patch-rules';
import type { ApiKeyEntity } from './api-key-entity';
import { isClientKind, type ApiKeyKind, type KeyRole } from './api-key-format';
import { normalizeOrigins, originIssues } from './key-origins';
import type { Role } from './permissions';

const EMAIL_LENGTH_MAX = 254;
const PASSWORD_LENGTH_MIN = 12;
const PASSWORD_LENGTH_MAX = 1_024;
/** One @, something before it, a dot after it, no white space: a stricter form refuses real addresses. */
const EMAIL_FORM = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

export interface AccountInput {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

/**
 * Brings an address into the form in which it is stored and compared. Unicode folds three characters to the ASCII letter k,
 * to ";" and to "`"; they are left as they are, so that no other spelling reaches somebody's account.
 */
export function normalizeEmail(email: string): string {
  return email.trim().replace(/[^\u212A\u037E\u1FEF]+/g, (part) => part.normalize('NFC').toLowerCase());
}

export function accountIssues(input: AccountInput): Issue[] {
  return [
    ...emailIssues(normalizeEmail(input.email), ['input', 'email']),
    ...passwordIssues(input.password, ['input', 'password'], input.email),
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

/** `email` belongs to the account that gets the password; null when it is not known. */
export function passwordIssues(password: string, path: readonly string[], email: string | null): Issue[] {
  if (password.length < PASSWORD_LENGTH_MIN || password.length > PASSWORD_LENGTH_MAX) {
    const message = `Password has ${password.length} characters; ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} are allowed.`;
    return [{ code: 'OUT_OF_RANGE', message, path }];
  }
  const invalid = (message: string): Issue[] => [{ code: 'INVALID', message, path }];
  if (unstorable(password)) return invalid('Password must not contain U+0000 or a lone surrogate.');
  const isEmail = email !== null && normalizeEmail(password) === normalizeEmail(email);
  return isEmail ? invalid('Password must not be the e-mail address.') : [];
}

export interface ApiKeyInput {
  readonly kind: ApiKeyKind;
  readonly name: string;
  readonly expiresAt?: Date | null;
  readonly organizationId?: string | null;
  readonly projectId?: string | null;
  readonly environmentId?: string | null;
  readonly role?: Role | null;
  readonly allowedOrigins?: readonly string[] | null;
}

/** The scope of a new key: an ADMIN key has the scope of its role, every other kind one environment. */
export type ApiKeyTarget =
  | { readonly kind: 'ADMIN'; readonly role: KeyRole; readonly organizationId: string }
  | { readonly kind: Exclude<ApiKeyKind, 'ADMIN'>; readonly role: null; readonly environmentId: string };

/** Returns null when the input names no valid target; `apiKeyIssues` says why. */
export function apiKeyTarget({ kind, organizationId, environmentId, role }: ApiKeyInput): ApiKeyTarget | null {
  if (kind !== 'ADMIN') return isGiven(environmentId) ? { kind, role: null, environmentId } : null;
  return isGiven(organizationId) && isGiven(role) && role !== 'OWNER' ? { kind, role, organizationId } : null;
}

/** `latest` is the last instant at which the key may end. Null: no bound. */
export function apiKeyIssues(input: ApiKeyInput, now: Date, latest: Date | null = null): Issue[] {
  const issues = [...targetIssues(input), ...nameIssues('Key name', input.name, ['input', 'name'])];
  if (input.expiresAt && !(input.expiresAt > now)) {
    const message = `The key would have expired already: it is ${now.toISOString()} now.`;
    issues.push({ code: 'OUT_OF_RANGE', message, path: ['input', 'expiresAt'] });
  }
  if (input.expiresAt && latest !== null && input.expiresAt > latest) {
    const message = `The key would outlive the API key that creates it, which ends at ${latest.toISOString()}.`;
    issues.push({ code: 'OUT_OF_RANGE', message, path: ['input', 'expiresAt'] });
  }
  return [...issues, ...keyOriginIssues(input.kind, input.allowedOrigins)];
}

function keyOriginIssues(kind: ApiKeyKind, origins: readonly string[] | null | undefined): Issue[] {
  const path = ['input', 'allowedOrigins'];
  if (isClientKind(kind) || !origins || origins.length === 0) return originIssues(origins, path);
  return [{ code: 'INVALID', message: `Only CLIENT and MOBILE keys have allowed origins, not ${kind} keys.`, path }];
}

/** Absent fields keep their value. */
export interface ApiKeyPatch {
  readonly name?: string | null;
  /** Null or empty: any origin. */
  readonly allowedOrigins?: readonly string[] | null;
}

export type ApiKeyUpdatePlan =
  { readonly issues: readonly Issue[]; readonly key?: never } | { readonly issues?: never; readonly key: ApiKeyEntity };

/** Returns the same key when nothing changes. */
export function planApiKeyUpdate(key: ApiKeyEntity, patch: ApiKeyPatch): ApiKeyUpdatePlan {
  const name = patched(patch.name, key.name);
  const issues = [
    ...revocationIssues(key),
    ...nullIssues({ name: patch.name }, { name: 'Key name' }),
    ...nameIssues('Key name', name, ['input', 'name']),
    ...keyOriginIssues(key.kind, patch.allowedOrigins),
  ];
  if (issues.length > 0) return { issues };
  const allowedOrigins = patch.allowedOrigins === undefined ? key.allowedOrigins : normalizeOrigins(patch.allowedOrigins);
  const isSame = name === key.name && JSON.stringify(allowedOrigins) === JSON.stringify(key.allowedOrigins);
  return { key: isSame ? key : { ...key, name, allowedOrigins } };
}

/** The interval at which the last use of a key is stored. */
export const USE_INTERVAL_MS = 60_000;
/** Two intervals, because a slow server may store the last use a minute late. */
const USE_LAG_MS = 2 * USE_INTERVAL_MS;
const DAY_MS = 86_400_000;

/**
 * The instant from which the key is refused. Null: never. A key ends `unusedDays` after its last use, or its creation if it
 * was never used; 0: it does not end for lack of use.
 */
export function keyEnd({ createdAt, lastUsedAt, expiresAt, revokedAt }: ApiKeyEntity, unusedDays: number): Date | null {
  // A replayed answer has them as strings. What is no time counts as long ago: NaN would compare as not ended.
  const timeOf = (instant: Date | null): number => (instant === null ? Infinity : new Date(instant).getTime() || 0);
  const unused = unusedDays === 0 ? Infinity : timeOf(lastUsedAt ?? createdAt) + unusedDays * DAY_MS + USE_LAG_MS;
  const end = Math.min(timeOf(expiresAt), timeOf(revokedAt), unused);
  return end === Infinity ? null : new Date(end);
}

/** Keys whose last use (or creation, if never used) is later than this do not count as unused. Null: no key does. */
export function usedAfter(unusedDays: number, now: Date): Date | null {
  return unusedDays === 0 ? null : new Date(now.getTime() - unusedDays * DAY_MS - USE_LAG_MS);
}

function targetIssues({ kind, organizationId, projectId, environmentId, role }: ApiKeyInput): Issue[] {
  const issue = (field: string, message: string): Issue => ({ code: 'INVALID', message, path: ['input', field] });
  if (kind === 'ADMIN') {
    return [
      ...(isGiven(organizationId) ? [] : [issue('organizationId', 'An ADMIN key needs the organization that it works in.')]),
      ...(isGiven(role) ? [] : [issue('role', 'An ADMIN key needs a role: VIEWER, EDITOR or ADMIN.')]),
      ...(role === 'OWNER' ? [issue('role', 'OWNER is a role for users only; a key has VIEWER, EDITOR or ADMIN.')] : []),
    ];
  }
  return [
    ...(isGiven(environmentId) ? [] : [issue('environmentId', `A ${kind} key needs the environment that it evaluates in.`)]),
    ...(isGiven(organizationId)
      ? [issue('organizationId', `A ${kind} key works in one environment; give environmentId only.`)]
      : []),
    ...(isGiven(projectId) ? [issue('projectId', `A ${kind} key works in one environment; give environmentId only.`)] : []),
    ...(isGiven(role) ? [issue('role', `A ${kind} key has no role; only an ADMIN key has one.`)] : []),
  ];
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

/** 30 days. */
const GRACE_SECONDS_MAX = 2_592_000;

export type RotationPlan =
  | { readonly issues: readonly Issue[]; readonly old?: never; readonly expiresAt?: never }
  | { readonly issues?: never; readonly old: ApiKeyEntity; readonly expiresAt: Date | null };

/** RFC 3339 has no year of five digits. */
const LAST_INSTANT_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Returns the earlier of two ends. Null: never. */
export function earlierEnd(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}

/** Plans the end of the old key and of its successor, which lives as long as the old one would have. */
export function planRotation(
  key: ApiKeyEntity,
  { graceSeconds, unusedDays }: { readonly graceSeconds: number; readonly unusedDays: number },
  successorId: string,
  now: Date,
): RotationPlan {
  const issues = [
    ...rotationIssues(key, unusedDays, now),
    ...rangeIssues('Seconds of grace', graceSeconds, { min: 0, max: GRACE_SECONDS_MAX }, ['input', 'graceSeconds']),
  ];
  if (issues.length > 0) return { issues };
  const { createdAt, expiresAt } = key;
  const end = now.getTime() + graceSeconds * 1_000;
  return {
    old: { ...key, replacedById: successorId, expiresAt: new Date(Math.min(end, expiresAt?.getTime() ?? end)) },
    expiresAt: expiresAt && new Date(Math.min(now.getTime() + expiresAt.getTime() - createdAt.getTime(), LAST_INSTANT_MS)),
  };
}

function rotationIssues(key: ApiKeyEntity, unusedDays: number, now: Date): Issue[] {
  const path = ['input', 'apiKeyId'];
  const { prefix, revokedAt, replacedById } = key;
  if (revokedAt !== null) return revocationIssues(key);
  if (replacedById !== null) {
    return [{ code: 'DUPLICATE', message: `The API key ${prefix}… already has a successor; rotate that one.`, path }];
  }
  const end = keyEnd(key, unusedDays);
  if (end === null || end > now) return [];
  return [{ code: 'EXPIRED', message: `The API key ${prefix}… expired at ${end.toISOString()}; create another one.`, path }];
}

function revocationIssues({ prefix, revokedAt }: ApiKeyEntity): Issue[] {
  if (revokedAt === null) return [];
  const message = `The API key ${prefix}… was revoked; create another one.`;
  return [{ code: 'EXPIRED', message, path: ['input', 'apiKeyId'] }];
}
