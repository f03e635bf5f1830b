import {
  invitationIssues,
  isSameScope,
  isWithin,
  lastOwnerIssues,
  bindingScopeIssues,
  planAcceptance,
  strongerRole,
} from '../../src/modules/access/member-rules';

const whole = { organizationId: 'o', projectId: null, environmentId: null };
const project = { ...whole, projectId: 'p' };
const environment = { ...project, environmentId: 'e' };
const lastOwner = {
  code: 'LAST_OWNER',
  message: 'ada@example.com is the last owner of the organization; make somebody else OWNER first.',
  path: ['input', 'userId'],
};

it.each([
  [['OWNER'], null, 1, [lastOwner]],
  [['OWNER'], 'ADMIN', 1, [lastOwner]],
  [['EDITOR', 'OWNER'], null, 1, [lastOwner]],
  [['OWNER'], 'OWNER', 1, []],
  [['OWNER'], null, 2, []],
  [['ADMIN'], null, 1, []],
] as const)('of %j to %j among %i owners: %j', (before, after, ownerCount, issues) => {
  expect(lastOwnerIssues({ email: 'ada@example.com', before, after, ownerCount })).toEqual(issues);
});

it('gives OWNER only on a whole organization', () => {
  const refusal = {
    code: 'INVALID',
    message: 'OWNER is a role on a whole organization; give ADMIN on a project or environment.',
    path: ['input', 'role'],
  };

  expect(bindingScopeIssues('OWNER', whole)).toEqual([]);
  expect(bindingScopeIssues('ADMIN', environment)).toEqual([]);
  expect(bindingScopeIssues('OWNER', project)).toEqual([refusal]);
});

it('reports all issues of an invitation together', () => {
  expect(invitationIssues('ada@example.com', 'VIEWER', whole, false)).toEqual([]);
  expect(invitationIssues('nobody', 'OWNER', project, false).map(({ code }) => code)).toEqual(['INVALID', 'INVALID']);
  expect(invitationIssues('ada@example.com', 'VIEWER', whole, true)).toEqual([
    {
      code: 'DUPLICATE',
      message: 'ada@example.com already has a role there; change it with setMemberRole.',
      path: ['input', 'email'],
    },
  ]);
});

const now = new Date('2026-11-21T00:00:00.000Z');
const invitation = { email: 'ada@example.com', expiresAt: new Date(now.getTime() + 1) };
const nobody = { loggedInEmail: null, hasAccount: false, now };

it('decides who accepts an invitation', () => {
  const account = { name: 'Ada', password: 'a long enough password' };

  expect(planAcceptance(invitation, {}, { ...nobody, loggedInEmail: 'ada@example.com' })).toEqual({ claimant: 'LOGGED_IN' });
  expect(planAcceptance(invitation, account, { ...nobody, hasAccount: true })).toEqual({ claimant: 'ACCOUNT' });
  expect(planAcceptance(invitation, account, nobody)).toEqual({ claimant: 'NEW' });
});

it.each([
  ['no invitation', null, {}, nobody, ['NOT_FOUND token']],
  ['an ended one', { ...invitation, expiresAt: now }, {}, nobody, ['EXPIRED token']],
  ['another user', invitation, {}, { ...nobody, loggedInEmail: 'bob@example.com' }, ['WRONG_CREDENTIALS token']],
  ['an account without its password', invitation, { password: null }, { ...nobody, hasAccount: true }, ['BLANK password']],
  ['no account and nothing given', invitation, {}, nobody, ['BLANK name', 'OUT_OF_RANGE password']],
  ['no account and nulls given', invitation, { name: null, password: null }, nobody, ['BLANK name', 'OUT_OF_RANGE password']],
])('refuses %s', (_case, offered, input, facts, expected) => {
  const { issues } = planAcceptance(offered, input, facts);

  expect(issues?.map(({ code, path }) => `${code} ${path?.at(-1)}`)).toEqual(expected);
});

it('keeps the stronger of two roles', () => {
  expect(strongerRole('VIEWER', 'ADMIN')).toBe('ADMIN');
  expect(strongerRole('OWNER', 'ADMIN')).toBe('OWNER');
});

it('distinguishes scopes', () => {
  expect(isSameScope(whole, { ...whole })).toBe(true);
  expect(isSameScope(whole, project)).toBe(false);
  expect(isSameScope(project, environment)).toBe(false);
  expect(isSameScope(whole, { ...whole, organizationId: 'x' })).toBe(false);
});

it.each([
  [environment, whole, true],
  [environment, project, true],
  [environment, environment, true],
  [project, environment, false],
  [whole, project, false],
  [{ ...project, projectId: 'x' }, project, false],
  [{ ...whole, organizationId: 'x' }, whole, false],
])('%j within %j: %s', (inner, outer, expected) => {
  expect(isWithin(inner, outer)).toBe(expected);
});
