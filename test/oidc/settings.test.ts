/** The settings of log-in by OpenID Connect, as the start reads them. */
import { readConfig, type Config } from '../../src/config';

const SECRETS = { JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'k'.repeat(32) };
const ISSUER = 'https://id.example.com/realms/main';

const oidc = (env: Record<string, string>): Config['oidc'] => readConfig({ ...SECRETS, EMBEDDED_DATABASE: 'on', ...env }).oidc;

it('is off without an issuer', () => {
  expect(oidc({})).toBeNull();
});

it('has defaults that let nobody in who is not known', () => {
  expect(oidc({ OIDC_ISSUER: ISSUER, OIDC_CLIENT_ID: 'flagstaff' })).toEqual({
    issuer: ISSUER,
    clientId: 'flagstaff',
    clientSecret: null,
    scopes: 'openid email profile',
    groupsClaim: 'groups',
    roles: [],
    createsUsers: false,
  });
});

it.each([
  [
    ' admins = ADMIN@acme , viewers=VIEWER@acme,',
    [
      ['admins', 'ADMIN', 'acme'],
      ['viewers', 'VIEWER', 'acme'],
    ],
  ],
  ['a=b=OWNER@acme', [['a=b', 'OWNER', 'acme']]],
  [
    'a=EDITOR@one,a=VIEWER@two',
    [
      ['a', 'EDITOR', 'one'],
      ['a', 'VIEWER', 'two'],
    ],
  ],
  [
    '{"cn=admins,dc=example": "ADMIN@acme", "all": ["VIEWER@one", "VIEWER@two"]}',
    [
      ['cn=admins,dc=example', 'ADMIN', 'acme'],
      ['all', 'VIEWER', 'one'],
      ['all', 'VIEWER', 'two'],
    ],
  ],
])('reads the roles %s', (OIDC_ROLES, expected) => {
  const settings = oidc({ OIDC_ISSUER: ISSUER, OIDC_CLIENT_ID: 'flagstaff', OIDC_ROLES });

  expect(settings?.roles).toEqual(expected.map(([group, role, organization]) => ({ group, role, organization })));
});

it.each<[Record<string, string>, string]>([
  [{ OIDC_CLIENT_ID: 'x' }, 'OIDC_ISSUER must be set when OIDC_CLIENT_ID, OIDC_CLIENT_SECRET or OIDC_ROLES is set.'],
  [{ OIDC_ROLES: 'a=ADMIN@b' }, 'OIDC_ISSUER must be set when OIDC_CLIENT_ID, OIDC_CLIENT_SECRET or OIDC_ROLES is set.'],
  [{ OIDC_ISSUER: ISSUER }, 'OIDC_CLIENT_ID must be set when OIDC_ISSUER is set.'],
  [{ OIDC_ISSUER: 'id' }, 'OIDC_ISSUER must be an https URL without query, such as https://id.example.com/realms/main.'],
  [
    { OIDC_ISSUER: 'http://id.example.com' },
    'OIDC_ISSUER must be an https URL without query, such as https://id.example.com/realms/main.',
  ],
  [
    { OIDC_ISSUER: `${ISSUER}/.well-known/openid-configuration` },
    'OIDC_ISSUER must be the issuer itself, without /.well-known/openid-configuration.',
  ],
  [
    { NODE_ENV: 'production', PUBLIC_URL: 'https://f.example.com', OIDC_ISSUER: 'http://localhost:8080', OIDC_CLIENT_ID: 'x' },
    'OIDC_ISSUER must be an https URL when NODE_ENV is production.',
  ],
  [
    { NODE_ENV: 'production', OIDC_ISSUER: ISSUER, OIDC_CLIENT_ID: 'x' },
    'PUBLIC_URL must be set when OIDC_ISSUER is set and NODE_ENV is production.',
  ],
  [{ OIDC_SCOPES: 'email' }, 'OIDC_SCOPES must list scopes separated by spaces, including openid.'],
  [{ OIDC_CREATE_USERS: 'yes' }, 'OIDC_CREATE_USERS must be on or off.'],
  [{ OIDC_ROLES: 'admins' }, 'OIDC_ROLES must list group=ROLE@organization, separated by commas; "admins" is not of that form.'],
  [{ OIDC_ROLES: '=ADMIN@acme' }, 'OIDC_ROLES has a part without a group: "=ADMIN@acme".'],
  [{ OIDC_ROLES: 'a=BOSS@acme' }, 'OIDC_ROLES gives the group "a" the role "BOSS"; roles are OWNER, ADMIN, EDITOR, VIEWER.'],
  [
    { OIDC_ROLES: 'a=ADMIN@-' },
    'OIDC_ROLES gives the group "a" a role on "-", which is neither an id nor a key of an organization.',
  ],
  [{ OIDC_ROLES: 'a=ADMIN@acme,a=VIEWER@acme' }, 'OIDC_ROLES gives the group "a" two roles on the organization "acme".'],
  [
    { OIDC_ROLES: '{' },
    'OIDC_ROLES must be a JSON object from group to "ROLE@organization" or to a list of these; it is not JSON.',
  ],
  [
    { OIDC_ROLES: '{"a": 1}' },
    'OIDC_ROLES must be a JSON object from group to "ROLE@organization" or to a list of these; the value of the group "a" is not of that form.',
  ],
])('refuses %j', (env, sentence) => {
  expect(() => oidc(env)).toThrow(sentence);
});
