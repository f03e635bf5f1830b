import { accountIssues, apiKeyIssues, emailIssues, normalizeEmail, planRotation } from '../../src/modules/access/access-rules';
import type { ApiKeyEntity } from '../../src/modules/access/api-key-entity';

const now = new Date('2026-11-21T00:00:00.000Z');
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const key: ApiKeyEntity = {
  id: 'key_1',
  organizationId: 'organization_1',
  projectId: 'project_1',
  environmentId: 'environment_1',
  kind: 'SERVER',
  name: 'A key',
  prefix: 'fs_server_abcd',
  hash: 'hash',
  createdAt: at(-100),
  expiresAt: null,
  revokedAt: null,
  replacedById: null,
};

it('compares e-mail addresses without case and white space around', () => {
  expect(normalizeEmail('  Ada@Example.COM ')).toBe('ada@example.com');
});

it.each([
  ['', 'BLANK'],
  [`${'x'.repeat(250)}@a.bc`, 'TOO_LONG'],
  ['ada', 'INVALID'],
  ['a\u0000@b.c', 'INVALID'],
])('refuses the address %j with %s', (email, code) => {
  expect(emailIssues(email, ['input', 'email'])).toEqual([expect.objectContaining({ code, path: ['input', 'email'] })]);
});

it('tells all that is wrong with an account at once', () => {
  const codes = accountIssues({ email: 'x', password: 'short', name: '' }).map(({ code, path }) => `${code} ${path?.at(-1)}`);

  expect(codes).toEqual(['INVALID email', 'OUT_OF_RANGE password', 'BLANK name']);
  expect(accountIssues({ email: 'a@b.c', password: 'x'.repeat(1025), name: 'Ada' })).toHaveLength(1);
  expect(accountIssues({ email: 'a@b.c', password: 'x'.repeat(12), name: 'Ada' })).toEqual([]);
});

it('refuses a key that would have ended already', () => {
  expect(apiKeyIssues({ name: 'A key', expiresAt: null }, now)).toEqual([]);
  expect(apiKeyIssues({ name: 'A key', expiresAt: at(1) }, now)).toEqual([]);
  expect(apiKeyIssues({ name: 'A key', expiresAt: now }, now)).toEqual([
    {
      code: 'OUT_OF_RANGE',
      message: 'The key would have expired already: it is 2026-11-21T00:00:00.000Z now.',
      path: ['input', 'expiresAt'],
    },
  ]);
});

it('ends the old key after the grace, and never later than it would have ended', () => {
  const short = { ...key, expiresAt: at(10) };

  expect(planRotation(key, 60, 'key_2', now)).toEqual({
    old: { ...key, replacedById: 'key_2', expiresAt: at(60) },
    expiresAt: null,
  });
  expect(planRotation(short, 60, 'key_2', now)).toEqual({
    old: { ...short, replacedById: 'key_2', expiresAt: at(10) },
    expiresAt: at(110),
  });
});

it.each([
  [{ revokedAt: now }, 'EXPIRED', 'The API key fs_server_abcd… was revoked; create another one.'],
  [{ replacedById: 'key_2' }, 'DUPLICATE', 'The API key fs_server_abcd… has a successor already; rotate that one.'],
  [{ expiresAt: now }, 'EXPIRED', 'The API key fs_server_abcd… ended at 2026-11-21T00:00:00.000Z; create another one.'],
])('does not rotate a key with %j', (state, code, message) => {
  expect(planRotation({ ...key, ...state }, 0, 'key_3', now)).toEqual({
    issues: [{ code, message, path: ['input', 'apiKeyId'] }],
  });
});

it.each([-1, 2_592_001])('refuses a grace of %i seconds', (graceSeconds) => {
  expect(planRotation(key, graceSeconds, 'key_2', now)).toEqual({
    issues: [
      {
        code: 'OUT_OF_RANGE',
        message: `Seconds of grace: ${graceSeconds} was given; 0 to 2,592,000 are allowed.`,
        path: ['input', 'graceSeconds'],
      },
    ],
  });
});
