import { identityOf, needsUserInfo, planGroupRole, roleOn, rolesOfGroups } from '../../src/modules/members/oidc-rules';
import type { Role } from '../../src/modules/access/permissions';
import type { RoleBindingEntity, RoleSource } from '../../src/modules/access/role-binding-entity';

const TOKEN = { iss: 'https://id.example.com', sub: 'ada' };
const groupsIn = (claims: object): readonly string[] | undefined => identityOf({ ...TOKEN, ...claims }, null, 'groups')?.groups;

describe('identityOf', () => {
  it('takes names, addresses and groups only where they have the form', () => {
    const claims = {
      ...TOKEN,
      email: 'Ada@Example.com',
      email_verified: true,
      name: 'Ada',
      groups: ['a', 1, null, 'b\u0000', 'c'],
    };

    expect(identityOf(claims, null, 'groups')).toEqual({
      issuer: 'https://id.example.com',
      subject: 'ada',
      email: 'ada@example.com',
      isEmailVerified: true,
      name: 'Ada',
      groups: ['a', 'c'],
    });
  });

  it.each([
    [{ groups: 'one' }, ['one']],
    [{ groups: { one: true } }, []],
    [{ groups: null }, []],
    [{}, []],
  ])('reads the groups of %j', (claims, expected) => {
    expect(groupsIn(claims)).toEqual(expected);
  });

  it('takes no property that every object has for a claim', () => {
    expect(identityOf(TOKEN, null, 'constructor')?.groups).toEqual([]);
    expect(needsUserInfo({ ...TOKEN, email: 'a@b.c' }, 'constructor')).toBe(true);
  });

  it.each(['', 'x'.repeat(256), 'é', 'a\u0000', 7])('knows nobody by the subject %j', (sub) => {
    expect(identityOf({ ...TOKEN, sub }, null, 'groups')).toBeNull();
  });

  it.each(['', 'ada', ' ada@example.com', 'ada@example.com\u00a0', 'a\u0000@example.com', `${'a'.repeat(250)}@example.com`, 7])(
    'takes %j for no address, however verified',
    (email) => {
      expect(identityOf({ ...TOKEN, email, email_verified: true }, null, 'groups')).toMatchObject({
        email: null,
        isEmailVerified: false,
      });
    },
  );
});

describe('rolesOfGroups', () => {
  const mapping = [
    { group: 'a', role: 'VIEWER', organization: 'one' },
    { group: 'b', role: 'ADMIN', organization: 'one' },
    { group: 'c', role: 'EDITOR', organization: 'one' },
    { group: 'c', role: 'OWNER', organization: 'two' },
  ] as const;

  it.each([
    [[], {}],
    [['other'], {}],
    [['c', 'b', 'a'], { one: 'ADMIN', two: 'OWNER' }],
    [['A'], {}],
  ])('gives %j the strongest role on each organization', (groups, expected) => {
    expect(Object.fromEntries(rolesOfGroups(groups, mapping))).toEqual(expected);
  });
});

describe('roleOn', () => {
  const id = `organization_${'0'.repeat(32)}`;
  const other = `organization_${'1'.repeat(32)}`;

  it.each<[string, [string, Role][], string, Role | null]>([
    ['nothing', [['elsewhere', 'OWNER']], 'acme', null],
    ['what its key is given', [['acme', 'ADMIN']], 'acme', 'ADMIN'],
    ['what its id is given', [[id, 'ADMIN']], 'acme', 'ADMIN'],
    [
      'the stronger of both',
      [
        [id, 'VIEWER'],
        ['acme', 'EDITOR'],
      ],
      'acme',
      'EDITOR',
    ],
    ['nothing of an id that it has for a key', [[other, 'OWNER']], other, null],
  ])('gives an organization %s', (_, roles, key, expected) => {
    expect(roleOn(new Map(roles), { id, key })).toBe(expected);
  });
});

describe('planGroupRole', () => {
  const held = (...roles: [Role, RoleSource][]): RoleBindingEntity[] =>
    roles.map(([role, source], i) => ({
      id: `binding_${i}`,
      userId: 'user',
      role,
      source,
      organizationId: 'organization',
      projectId: null,
      environmentId: null,
      createdAt: new Date(0),
    }));

  it.each<[string, [Role, RoleSource][], Role | null, number, string | null]>([
    ['nothing for nothing', [], null, 2, null],
    ['a new role', [], 'ADMIN', 2, 'take  give ADMIN'],
    ['no change of the same role', [['ADMIN', 'OIDC']], 'ADMIN', 2, null],
    ['another role', [['ADMIN', 'OIDC']], 'VIEWER', 2, 'take ADMIN give VIEWER'],
    ['nothing any more', [['ADMIN', 'OIDC']], null, 2, 'take ADMIN give null'],
    ['nothing of what was given here', [['ADMIN', 'DIRECT']], null, 2, null],
    ['a role besides what was given here', [['ADMIN', 'DIRECT']], 'ADMIN', 2, 'take  give ADMIN'],
    ['an owner less where there is another', [['OWNER', 'OIDC']], 'VIEWER', 2, 'take OWNER give VIEWER'],
    ['no owner less where it is the last', [['OWNER', 'OIDC']], 'VIEWER', 1, null],
    [
      'a role less where the last owner stays one',
      [
        ['OWNER', 'OIDC'],
        ['OWNER', 'DIRECT'],
      ],
      null,
      1,
      'take OWNER give null',
    ],
  ])('plans %s', (_, roles, wanted, ownerCount, expected) => {
    const plan = planGroupRole({ email: 'ada@example.com' }, held(...roles), wanted, ownerCount);

    expect(plan && `take ${plan.take.map(({ role }) => role).join()} give ${plan.give}`).toBe(expected);
  });
});
