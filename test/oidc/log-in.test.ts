/** Log-in through a real OpenID provider, from the first request to the session. */
import { createHash, randomBytes } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import type { App } from '../../src/app';
import type { SystemActor } from '../../src/modules/access/actor';
import { parseGroupRoles } from '../../src/modules/members/oidc-rules';
import { findUnknownOrganizations, OidcService } from '../../src/modules/members/oidc-service';
import { whoIs } from '../support/browser-sessions';
import { make, mutate, uniqueKey } from '../support/make';
import {
  chainLength,
  lastActor,
  lastChange,
  makeMember,
  PASSWORD,
  refusalOf,
  logInByPassword,
  uniqueEmail,
} from '../support/members';
import { COUNTING_ALONE, createWorld, isEmbedded, type World } from '../support/world';
import { beginLogIn, callBack, logInAs, passProvider, PUBLIC_URL, refusalIn, type Answer } from './support/browser';
import { CLIENT, PUBLIC_CLIENT_ID, startHonestProvider, type HonestProvider } from './support/honest-provider';

interface LoggedIn {
  readonly accessToken: string;
  readonly expiresAt: string;
  readonly refreshToken: string;
  readonly refreshExpiresAt: string;
  readonly user: { readonly id: string; readonly email: string; readonly name: string };
}

interface Refused {
  readonly userErrors: readonly { readonly code: string }[];
}
const codesOf = ({ userErrors }: Refused): string[] => userErrors.map(({ code }) => code);

const BY_THE_OPERATOR: SystemActor = {
  kind: 'SYSTEM',
  request: { requestId: 'test', address: '', userAgent: '', origin: null, idempotency: null },
};

let provider: HonestProvider;
let world: World;
let app: App;
let organization: { id: string; key: string };
const acme = uniqueKey('acme');
const solo = uniqueKey('solo');

beforeAll(async () => {
  provider = await startHonestProvider();
  world = await createWorld({
    env: environment({ OIDC_ROLES: `admins=ADMIN@${acme},viewers=VIEWER@${acme},owners=OWNER@${acme},bosses=OWNER@${solo}` }),
  });
  app = world.app;
  organization = await createOrganization(acme);
});

afterAll(async () => {
  await world.close();
  await provider.close();
});

function environment(more: Record<string, string> = {}): Record<string, string> {
  return {
    PUBLIC_URL,
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_CLIENT_SECRET: CLIENT.secret,
    OIDC_CREATE_USERS: 'on',
    ALLOWED_ORIGINS: 'https://dashboard.example.com',
    ...more,
  };
}

async function createOrganization(key: string): Promise<{ id: string; key: string }> {
  const owner = world.client(world.owner.accessToken);
  return (
    await make<{ organization: { id: string; key: string } }>(
      owner,
      'createOrganization',
      { key, name: 'Acme' },
      'organization { id key }',
    )
  ).organization;
}

async function idOfOwner(): Promise<string> {
  const { viewer } = await world
    .client(world.owner.accessToken)
    .request<{ viewer: { user: { id: string } } }>('{ viewer { user { id } } }');
  return viewer.user.id;
}

/** Somebody at the provider. */
function person(claims: Record<string, unknown> = {}): { login: string; email: string } {
  const login = `login-${randomBytes(5).toString('hex')}`;
  const email = uniqueEmail('person');
  provider.people.set(login, { email, email_verified: true, name: 'Grace Hopper', ...claims });
  return { login, email: (claims.email as string | undefined) ?? email };
}

function changeClaims(login: string, claims: Record<string, unknown>): void {
  provider.people.set(login, { ...provider.people.get(login), ...claims });
}

const loggedIn = (answer: Answer): LoggedIn => {
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body as LoggedIn;
};

const rolesOf = (userId: string): Promise<{ role: string; source: string }[]> =>
  app.database.connection.query('SELECT role, source FROM role_binding WHERE user_id = $1 ORDER BY role, source', [userId]);

const countUsers = async (): Promise<number> =>
  Number((await app.database.connection.query<{ count: string }[]>('SELECT count(*) FROM app_user'))[0]!.count);

const accessRevision = async (chain = organization.id): Promise<number> =>
  Number(
    (
      await app.database.connection.query<{ revision: string }[]>('SELECT revision FROM access_head WHERE organization_id = $1', [
        chain,
      ])
    )[0]!.revision,
  );

it('makes a user at the first log-in, with a session that works, and finds the same one at the next', async () => {
  const { login, email } = person();

  const answer = await logInAs(app, login);
  const first = loggedIn(answer);
  const second = loggedIn(await logInAs(app, login));
  const { viewer } = await world
    .client(first.accessToken)
    .request<{ viewer: object }>('{ viewer { user { id email name } roles { role } } }');
  const sessions = await app.database.connection.query('SELECT authentication FROM session WHERE user_id = $1 ORDER BY id', [
    first.user.id,
  ]);

  expect(first.user).toEqual({ id: first.user.id, email, name: 'Grace Hopper' });
  expect(second.user).toEqual(first.user);
  expect(viewer).toEqual({ user: first.user, roles: [] });
  expect(sessions).toEqual([{ authentication: 'OIDC' }, { authentication: 'OIDC' }]);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(answer.headers.getSetCookie()).toEqual(['flagstaff_oidc=; Path=/auth/oidc; Max-Age=0; HttpOnly; SameSite=Lax']);
});

it('warns at the start of organizations that OIDC_ROLES names and that are not there', () => {
  const warnings = world
    .logLines()
    .filter(({ msg }) => String(msg).startsWith('OIDC_ROLES names organizations that do not exist'));

  expect(warnings).toMatchObject([{ level: 40, organizations: [acme, solo] }]);
});

it('gives tokens that refresh', async () => {
  const { refreshToken } = loggedIn(await logInAs(app, person().login));

  const refreshed = await make<{ accessToken: string }>(world.client(), 'refreshSession', { refreshToken }, 'accessToken');
  const { viewer } = await world.client(refreshed.accessToken).request<{ viewer: object }>('{ viewer { user { name } } }');

  expect(viewer).toEqual({ user: { name: 'Grace Hopper' } });
});

it('sends the browser away with state, nonce and an S256 challenge, and remembers them in an encrypted cookie', async () => {
  const { location, setCookie, cookie } = await beginLogIn(app);

  const parameters = Object.fromEntries(location.searchParams);
  expect(location.origin).toBe(provider.issuer);
  expect(parameters).toEqual({
    client_id: CLIENT.id,
    response_type: 'code',
    redirect_uri: `${PUBLIC_URL}/auth/oidc/callback`,
    scope: 'openid email profile',
    state: expect.stringMatching(/^[\w-]{43}$/) as string,
    nonce: expect.stringMatching(/^[\w-]{43}$/) as string,
    code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
    code_challenge_method: 'S256',
  });
  expect(setCookie).toMatch(/^flagstaff_oidc=[\w-]+; Path=\/auth\/oidc; Max-Age=600; HttpOnly; SameSite=Lax$/);
  const clear = Buffer.from(cookie.split('=')[1]!, 'base64url').toString('latin1');
  expect(clear).not.toContain(parameters.state);
  expect(clear).not.toContain(parameters.nonce);
});

it('links an existing account by a verified e-mail address', async () => {
  const member = await makeMember(world, 'VIEWER', { organizationId: organization.id });
  const { login } = person({ email: member.email.toUpperCase(), groups: ['admins'] });
  const users = await countUsers();

  const { user } = loggedIn(await logInAs(app, login));
  const roles = await rolesOf(user.id);

  expect(user).toEqual({ id: member.id, email: member.email, name: 'A member' });
  expect(await countUsers()).toBe(users);
  expect(roles).toEqual([
    { role: 'ADMIN', source: 'OIDC' },
    { role: 'VIEWER', source: 'DIRECT' },
  ]);
  const linked = await app.database.connection.query(
    `SELECT c.kind, b.before, b.after FROM change c JOIN change_body b ON b.change_id = c.id
     WHERE b.subject_id = $1 AND c.kind = 'IDENTITY_LINKED'`,
    [user.id],
  );
  const body = { email: member.email, name: 'A member' };
  expect(linked).toEqual([
    { kind: 'IDENTITY_LINKED', before: expect.any(String) as string, after: expect.any(String) as string },
  ]);
  const [{ before, after }] = linked as [{ before: string; after: string }];
  expect(JSON.parse(before)).toEqual(body);
  expect(JSON.parse(after)).toEqual({ ...body, identity: { issuer: provider.issuer, subject: login } });
});

it('lets nobody into an account any more who made it for somebody else, once its owner has logged in', async () => {
  // The inviter gets the token where no mail is sent, and can make the account that others will trust.
  const email = uniqueEmail('cto');
  const attacker = await makeMember(world, 'VIEWER', { organizationId: (await createOrganization(uniqueKey('mine'))).id }, email);
  const session = await make<{ accessToken: string; refreshToken: string }>(
    world.client(),
    'logIn',
    { email, password: PASSWORD },
    'accessToken refreshToken',
  );
  const reset = await app.services.passwords.createReset(BY_THE_OPERATOR, email);
  const before = await accessRevision('system');
  const { login } = person({ email, groups: ['owners'] });

  const owner = loggedIn(await logInAs(app, login));
  const viewer = '{ viewer { user { id } } }';
  const byOldSessions = [
    await refusalOf(attacker.client.request(viewer)),
    await refusalOf(world.client(session.accessToken).request(viewer)),
  ];
  const refreshed = await mutate<Refused>(
    world.client(),
    'refreshSession',
    { refreshToken: session.refreshToken },
    'accessToken',
  );
  const byPassword = await mutate<Refused>(world.client(), 'logIn', { email, password: PASSWORD }, 'accessToken');
  const newPassword = 'another password of the attacker';
  const byToken = await mutate<Refused>(world.client(), 'resetPassword', { token: reset!.token, newPassword }, 'user { id }');

  expect(owner.user.id).toBe(attacker.id);
  expect(byOldSessions.map((refusal) => refusal?.code)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  expect(codesOf(refreshed)).toEqual(['WRONG_CREDENTIALS']);
  expect(codesOf(byPassword)).toEqual(['WRONG_CREDENTIALS']);
  expect(codesOf(byToken)).toEqual(['EXPIRED']);
  expect(await accessRevision('system')).toBe(before + 1);
  expect(await world.client(owner.accessToken).request(viewer)).toEqual({ viewer: { user: { id: attacker.id } } });
  const linked = await app.database.connection.query<{ kind: string; after: string }[]>(
    `SELECT b.subject_kind AS kind, b.after FROM change c JOIN change_body b ON b.change_id = c.id
     WHERE c.kind = 'IDENTITY_LINKED' AND c.actor_id = $1 AND c.authentication = 'OIDC' ORDER BY b.position`,
    [attacker.id],
  );
  expect(linked.map(({ kind }) => kind)).toEqual(['USER', 'SESSION', 'SESSION']);
  expect(linked.slice(1).map(({ after }) => (JSON.parse(after) as { reason: string }).reason)).toEqual([
    'IDENTITY_LINKED',
    'IDENTITY_LINKED',
  ]);

  // The owner's own session and those to come are not touched, and the owner may have a password again.
  const fresh = await app.services.passwords.createReset(BY_THE_OPERATOR, email);
  const set = await mutate<Refused>(world.client(), 'resetPassword', { token: fresh!.token, newPassword }, 'user { id }');
  expect(codesOf(set)).toEqual([]);
  loggedIn(await logInAs(app, login));
  await logInByPassword(world, email, newPassword);
});

it('lets nobody take an invitation in the name of somebody who logs in through the provider but themselves', async () => {
  const { login, email } = person();
  const { user, accessToken } = loggedIn(await logInAs(app, login));
  const owner = world.client(world.owner.accessToken);
  const place = { organizationId: organization.id, email, role: 'EDITOR' };
  const { invitationToken: token } = await make<{ invitationToken: string }>(owner, 'inviteMember', place, 'invitationToken');

  const input = { token, name: 'Somebody', password: PASSWORD };
  const taken = await mutate<Refused>(world.client(), 'acceptInvitation', input, 'user { id }');
  const accepted = await make<{ user: object }>(world.client(accessToken), 'acceptInvitation', { token }, 'user { id }');

  expect(codesOf(taken)).toEqual(['WRONG_CREDENTIALS']);
  expect(accepted).toMatchObject({ user: { id: user.id } });
  expect(await lastActor(world, organization.id)).toEqual({ kind: 'USER', id: user.id, name: email, authentication: 'OIDC' });
});

it('writes down who logged in, and whose account was made, as their own doing', async () => {
  const { login, email } = person();
  const { user } = loggedIn(await logInAs(app, login));

  const rows = await app.database.connection.query(
    'SELECT kind, actor_kind, actor_name, authentication FROM change WHERE actor_id = $1 ORDER BY sequence',
    [user.id],
  );

  const actor = { actor_kind: 'USER', actor_name: email, authentication: 'OIDC' };
  expect(rows).toEqual([
    { kind: 'USER_CREATED', ...actor },
    { kind: 'SESSION_CREATED', ...actor },
  ]);
});

it('gives roles on an organization that is named by its id, and none on another one that has the id for a key', async () => {
  const mine = await createOrganization(uniqueKey('named'));
  const gone = `organization_${'0'.repeat(32)}`;
  const squatter = await createOrganization(gone);
  const text = `ids=ADMIN@${mine.id},ids=VIEWER@${mine.key},ids=OWNER@${gone}`;
  const { roles = [] } = parseGroupRoles(text);
  const service = new OidcService({ ...app.services, settings: { roles, createsUsers: true } });
  const identity = { issuer: provider.issuer, subject: uniqueKey('somebody'), name: 'Somebody', isEmailVerified: true };
  const request = { requestId: 'r', address: '', userAgent: '', origin: null, idempotency: null };

  const { user } = await service.logIn({ kind: 'ANONYMOUS', request }, { ...identity, email: uniqueEmail(), groups: ['ids'] });

  expect(await findUnknownOrganizations(app.database.connection, roles)).toEqual([gone]);
  expect(await rolesOf(user.id)).toEqual([{ role: 'ADMIN', source: 'OIDC' }]);
  expect(squatter.key).toBe(gone);
});

it.each([
  ['false', false],
  ['a text', 'true'],
  ['not told', undefined],
])('does not hand an account to an address whose verification is %s', async (_, emailVerified) => {
  const member = await makeMember(world, 'ADMIN', { organizationId: organization.id });
  const { login } = person({ email: member.email, email_verified: emailVerified, groups: ['owners'] });
  const before = await chainLength(world, organization.id);

  const answer = await logInAs(app, login);

  expect(refusalIn(answer)).toEqual({
    status: 403,
    code: 'FORBIDDEN',
    message:
      'The provider has not verified the e-mail address (the claim email_verified is not true), so it cannot be used to log in.',
  });
  expect(await rolesOf(member.id)).toEqual([{ role: 'ADMIN', source: 'DIRECT' }]);
  expect(await chainLength(world, organization.id)).toBe(before);
  expect(await app.database.connection.query('SELECT 1 FROM oidc_identity WHERE subject = $1', [login])).toEqual([]);
});

it('makes no user without a verified e-mail address, and none with something that is no address', async () => {
  const users = await countUsers();
  const unverified = await logInAs(app, person({ email_verified: false }).login);
  const without = await logInAs(app, person({ email: undefined }).login);
  const padded = await logInAs(app, person({ email: ` ${uniqueEmail()}` }).login);

  const none = 'The provider did not return an e-mail address, which the first log-in needs; it must release the claim email.';
  expect([unverified, without, padded].map(refusalIn)).toEqual([
    expect.objectContaining({ status: 403, code: 'FORBIDDEN' }),
    { status: 403, code: 'FORBIDDEN', message: none },
    { status: 403, code: 'FORBIDDEN', message: none },
  ]);
  expect(await countUsers()).toBe(users);
});

it.each([
  ['a Cyrillic a', (email: string) => email.replace('a', '\u0430')],
  ['a Kelvin sign', (email: string) => email.replace('k', '\u212a')],
  ['a full-width letter', (email: string) => email.replace('k', '\uff4b')],
  ['a zero-width space', (email: string) => email.replace('@', '\u200b@')],
  ['a dot', (email: string) => email.replace('k', 'k.')],
])('takes an address that looks alike by %s for another one', async (_, disguise) => {
  const member = await makeMember(world, 'ADMIN', { organizationId: organization.id }, uniqueEmail('karla'));
  const { login } = person({ email: disguise(member.email) });

  const { user } = loggedIn(await logInAs(app, login));

  expect(user.id).not.toBe(member.id);
});

it('does not give an account to a second person at the provider who has its address now', async () => {
  const first = person();
  const { user } = loggedIn(await logInAs(app, first.login));
  const second = person({ email: first.email });

  const answer = await logInAs(app, second.login);

  expect(refusalIn(answer)).toEqual({
    status: 403,
    code: 'FORBIDDEN',
    message: 'The account with this e-mail address belongs to another identity at the provider.',
  });
  expect(loggedIn(await logInAs(app, first.login)).user).toEqual(user);
});

it('knows a person by the subject, whatever becomes of the address', async () => {
  const { login, email } = person();
  const { user } = loggedIn(await logInAs(app, login));
  const member = await makeMember(world, 'ADMIN', { organizationId: organization.id });
  changeClaims(login, { email: member.email, email_verified: true });

  const again = loggedIn(await logInAs(app, login));

  expect(again.user).toEqual({ ...user, email });
});

it('gives the roles of groups at the first log-in and those of now at each later one, and records each change', async () => {
  const { login, email } = person({ groups: ['viewers', 'admins', 'others'] });
  const revision = await accessRevision();

  const { user } = loggedIn(await logInAs(app, login));
  const atFirst = {
    roles: await rolesOf(user.id),
    change: await lastChange(world, organization.id),
    revision: await accessRevision(),
  };
  await logInAs(app, login);
  const unchanged = { change: await lastChange(world, organization.id), revision: await accessRevision() };
  changeClaims(login, { groups: ['viewers'] });
  await logInAs(app, login);
  const weaker = {
    roles: await rolesOf(user.id),
    change: await lastChange(world, organization.id),
    revision: await accessRevision(),
  };
  changeClaims(login, { groups: undefined });
  await logInAs(app, login);
  const gone = {
    roles: await rolesOf(user.id),
    change: await lastChange(world, organization.id),
    revision: await accessRevision(),
  };

  const body = (role: string): object => ({ email, roles: [{ role, projectId: null, environmentId: null, source: 'OIDC' }] });
  const change = (kind: string, before: object | null, after: object | null): object => ({
    kind,
    items: [{ kind: 'MEMBER', version: 1, before, after }],
  });
  expect(atFirst).toEqual({
    roles: [{ role: 'ADMIN', source: 'OIDC' }],
    change: change('MEMBER_ROLE_SET', null, body('ADMIN')),
    revision: revision + 1,
  });
  expect(unchanged).toEqual({ change: atFirst.change, revision: revision + 1 });
  expect(weaker).toEqual({
    roles: [{ role: 'VIEWER', source: 'OIDC' }],
    change: change('MEMBER_ROLE_SET', body('ADMIN'), body('VIEWER')),
    revision: revision + 2,
  });
  expect(gone).toEqual({ roles: [], change: change('MEMBER_REMOVED', body('VIEWER'), null), revision: revision + 3 });
});

it('leaves a role that was given here alone, also when the groups are gone', async () => {
  const member = await makeMember(world, 'EDITOR', { organizationId: organization.id });
  const { login } = person({ email: member.email, groups: ['viewers'] });
  await logInAs(app, login);
  const withGroup = await rolesOf(member.id);
  changeClaims(login, { groups: [] });

  await logInAs(app, login);

  const direct = { role: 'EDITOR', source: 'DIRECT' };
  expect(withGroup).toEqual([direct, { role: 'VIEWER', source: 'OIDC' }]);
  expect(await rolesOf(member.id)).toEqual([direct]);
});

it('withdraws what somebody offered whose last role goes with their groups', async () => {
  const { login, email } = person({ groups: ['admins'] });
  const { accessToken } = loggedIn(await logInAs(app, login));
  const offer = { organizationId: organization.id, email: uniqueEmail('offered'), role: 'VIEWER' };
  await make(world.client(accessToken), 'inviteMember', offer, 'isMailed');
  changeClaims(login, { groups: [] });

  await logInAs(app, login);

  expect(await lastChange(world, organization.id)).toMatchObject({
    kind: 'MEMBER_REMOVED',
    items: [
      { kind: 'MEMBER', before: { email }, after: null },
      { kind: 'INVITATION', before: { email: offer.email, role: 'VIEWER' }, after: null },
    ],
  });
});

it('lets setMemberRole replace the role of a group, until the next log-in through the provider', async () => {
  const { login } = person({ groups: ['admins'] });
  const { user } = loggedIn(await logInAs(app, login));
  const owner = world.client(world.owner.accessToken);

  await make(owner, 'setMemberRole', { organizationId: organization.id, userId: user.id, role: 'VIEWER' }, 'member { joinedAt }');
  const replaced = await rolesOf(user.id);
  await logInAs(app, login);

  expect(replaced).toEqual([{ role: 'VIEWER', source: 'DIRECT' }]);
  expect(await rolesOf(user.id)).toEqual([
    { role: 'ADMIN', source: 'OIDC' },
    { role: 'VIEWER', source: 'DIRECT' },
  ]);
});

it('never takes the last owner away, neither by groups nor by counting one person twice', async () => {
  const { id: organizationId } = await createOrganization(solo);
  const { login } = person({ groups: ['bosses'] });
  const { user, accessToken } = loggedIn(await logInAs(app, login));
  const creator = await idOfOwner();
  await make(world.client(accessToken), 'removeMember', { organizationId, userId: creator }, 'removedUserId');
  changeClaims(login, { groups: [] });

  const stays = loggedIn(await logInAs(app, login));
  const kept = await rolesOf(user.id);
  await app.database.connection.query(
    `INSERT INTO role_binding (id, user_id, role, organization_id, created_at) VALUES ($1, $2, 'OWNER', $3, now())`,
    [`binding_${randomBytes(16).toString('hex')}`, user.id, organizationId],
  );
  const removal = await mutate(
    world.client(stays.accessToken),
    'removeMember',
    { organizationId, userId: user.id },
    'removedUserId',
  );
  await logInAs(app, login);

  expect(kept).toEqual([{ role: 'OWNER', source: 'OIDC' }]);
  expect(removal.userErrors.map(({ code }) => code)).toEqual(['LAST_OWNER']);
  expect(await rolesOf(user.id)).toEqual([{ role: 'OWNER', source: 'DIRECT' }]);
});

it('makes one user of two first log-ins of one person at once', async () => {
  const { login } = person({ groups: ['viewers'] });
  const begun = await Promise.all([beginLogIn(app), beginLogIn(app)]);
  const back = await Promise.all(begun.map(({ location }) => passProvider(location, login)));

  const answers = await Promise.all(back.map(({ search }, i) => callBack(app, search, begun[i]!.cookie)));

  const [one, other] = answers.map(loggedIn);
  expect(one!.user).toEqual(other!.user);
  expect(await rolesOf(one!.user.id)).toEqual([{ role: 'VIEWER', source: 'OIDC' }]);
});

describe('a callback', () => {
  const begin = 'Start again at /auth/oidc/log-in.';
  const noCookie = {
    status: 400,
    code: 'BAD_REQUEST',
    message: `No log-in is in progress in this browser: its cookie is missing, was altered or is older than 10 minutes. ${begin}`,
  };
  const wrongState = {
    status: 400,
    code: 'BAD_REQUEST',
    message: `The state does not match the log-in that this browser started. ${begin}`,
  };

  it('is refused without the cookie, and with an altered one', async () => {
    const { location, cookie } = await beginLogIn(app);
    const { search } = await passProvider(location, person().login);
    const flipped = `${cookie.slice(0, -5)}${cookie.at(-5) === 'A' ? 'B' : 'A'}${cookie.slice(-4)}`;

    const answers = [
      await callBack(app, search, null),
      await callBack(app, search, flipped),
      await callBack(app, search, `${cookie}AAAA`),
      await callBack(app, search, 'flagstaff_oidc=e30'),
      await callBack(app, search, 'flagstaff_oidc='),
    ];

    expect(answers.map(refusalIn)).toEqual(Array.from({ length: 5 }, () => noCookie));
  });

  it('is refused with another state, none, or two', async () => {
    const { location, cookie } = await beginLogIn(app);
    const back = await passProvider(location, person().login);
    const code = back.searchParams.get('code')!;
    const state = back.searchParams.get('state')!;

    const answers = [
      await callBack(app, { code, state: `${state.slice(1)}A` }, cookie),
      await callBack(app, { code }, cookie),
      await callBack(app, `?code=${code}&state=${state}&state=${state}`, cookie),
    ];

    expect(answers.map(refusalIn)).toEqual([wrongState, wrongState, wrongState]);
  });

  it('is refused with the cookie of another log-in', async () => {
    const [mine, theirs] = [await beginLogIn(app), await beginLogIn(app)];
    const { search } = await passProvider(theirs.location, person().login);

    const answer = await callBack(app, search, mine.cookie);

    expect(refusalIn(answer)).toEqual(wrongState);
    // Else any page could end a log-in that is under way.
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it('with the code of another log-in is refused by the provider, for its challenge is another one', async () => {
    const [mine, theirs] = [await beginLogIn(app), await beginLogIn(app)];
    const stolen = (await passProvider(theirs.location, person().login)).searchParams.get('code')!;
    const state = mine.location.searchParams.get('state')!;

    const answer = await callBack(app, { code: stolen, state, iss: provider.issuer }, mine.cookie);

    expect(refusalIn(answer)).toEqual({
      status: 401,
      code: 'UNAUTHENTICATED',
      message: 'The provider rejected the code: it was used already, has expired, or belongs to another log-in. Start again.',
    });
  });

  it('works once: the provider takes its code no second time', async () => {
    const { location, cookie } = await beginLogIn(app);
    const { search } = await passProvider(location, person().login);

    const first = await callBack(app, search, cookie);
    const replayed = await callBack(app, search, cookie);

    expect(first.status).toBe(200);
    expect(refusalIn(replayed)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  it('is refused with neither code nor error, and with both', async () => {
    const { location, cookie } = await beginLogIn(app);
    const state = location.searchParams.get('state')!;

    const answers = [await callBack(app, { state }, cookie), await callBack(app, { state, code: 'x', error: 'y' }, cookie)];

    const message = `The provider must send either a code or an error. ${begin}`;
    expect(answers.map(refusalIn)).toEqual([
      { status: 400, code: 'BAD_REQUEST', message },
      { status: 400, code: 'BAD_REQUEST', message },
    ]);
  });

  it.each([
    ['access_denied', 401, 'UNAUTHENTICATED', 'The provider refused the log-in: access_denied.'],
    ['temporarily_unavailable', 503, 'UNAVAILABLE', 'The OpenID provider is temporarily unavailable; try again later.'],
    ['<b>', 401, 'UNAUTHENTICATED', 'The provider refused the log-in: an unrecognized error.'],
  ])('with the error %s of the provider is answered with %i', async (error, status, code, message) => {
    const { location, cookie } = await beginLogIn(app);
    const state = location.searchParams.get('state')!;

    const answer = await callBack(app, { state, error, error_description: 'No', iss: provider.issuer }, cookie);

    expect(refusalIn(answer)).toEqual({ status, code, message });
    expect(answer.headers.getSetCookie()).toEqual(['flagstaff_oidc=; Path=/auth/oidc; Max-Age=0; HttpOnly; SameSite=Lax']);
  });

  it('that names another issuer is refused', async () => {
    const { location, cookie } = await beginLogIn(app);
    const back = await passProvider(location, person().login);
    back.searchParams.set('iss', 'https://other.example.com');

    expect(refusalIn(await callBack(app, back.search, cookie))).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });
});

it('refuses a log-in without PKCE at the provider', async () => {
  const { location } = await beginLogIn(app);
  location.searchParams.delete('code_challenge');
  location.searchParams.delete('code_challenge_method');

  const back = await passProvider(location, person().login);

  expect(back.searchParams.get('error')).toBe('invalid_request');
  expect(back.searchParams.get('code')).toBeNull();
});

it('shows a browser a page that hands the tokens to its own origin and the allowed ones only', async () => {
  const answer = await logInAs(app, person({ name: '</script><script>alert(1)</script>' }).login, {
    accept: 'text/html,*/*;q=0.8',
  });

  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('cross-origin-opener-policy')).toBe('unsafe-none');
  expect(answer.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; script-src 'sha256-[A-Za-z0-9+/=]+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  );
  const scripts = [...answer.text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1]!);
  expect(scripts).toHaveLength(2);
  const data = JSON.parse(scripts[0]!) as {
    message: { type: string; accessToken: string; user: { name: string } };
    origins: string[];
  };
  expect(data.origins).toEqual([PUBLIC_URL, 'https://dashboard.example.com']);
  expect(data.message).toMatchObject({ type: 'flagstaff:log-in', user: { name: '</script><script>alert(1)</script>' } });
  expect(scripts[1]).not.toContain(data.message.accessToken);
  const digest = createHash('sha256').update(scripts[1]!).digest('base64');
  expect(answer.headers.get('content-security-policy')).toContain(`'sha256-${digest}'`);
  const sent: unknown[] = [];
  const element = { textContent: scripts[0], remove: () => sent.push('removed') };
  runInNewContext(scripts[1]!, {
    document: { getElementById: () => element },
    window: { opener: { postMessage: (message: unknown, origin: string) => sent.push([message, origin]) } },
  });
  expect(JSON.parse(JSON.stringify(sent))).toEqual(['removed', ...data.origins.map((origin) => [data.message, origin])]);
});

it('writes no secret into the log', async () => {
  const { location, cookie } = await beginLogIn(app);
  const back = await passProvider(location, person().login);
  const { accessToken, refreshToken } = loggedIn(await callBack(app, back.search, cookie));
  await callBack(app, back.search, cookie);

  const log = JSON.stringify(world.logLines());

  const state = location.searchParams.get('state')!;
  const nonce = location.searchParams.get('nonce')!;
  const challenge = location.searchParams.get('code_challenge')!;
  const code = back.searchParams.get('code')!;
  const secrets = [state, nonce, challenge, code, accessToken, refreshToken, cookie.split('=')[1]!, CLIENT.secret];
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  expect(log).toContain('/auth/oidc/callback');
});

it('takes a callback of a log-in that another server with the same secret began', async () => {
  // The embedded database serves one server, so that the other one has a database of its own there.
  const other = isEmbedded ? await createWorld({ env: environment(), ownerless: true }) : null;
  const second = other?.app ?? (await world.startSecondServer());
  const { login, email } = person();
  const begunHere = await beginLogIn(app);
  const begunThere = await beginLogIn(second);
  const here = await passProvider(begunHere.location, login);
  const there = await passProvider(begunThere.location, login);

  const answers = [await callBack(second, here.search, begunHere.cookie), await callBack(app, there.search, begunThere.cookie)];
  await other?.close();

  expect(answers.map((answer) => loggedIn(answer).user.email)).toEqual([email, email]);
});

it('does not take the cookie of a server with another secret', async () => {
  const other = await createWorld({ env: environment({ JWT_SECRET: 'another secret, of 32 characters too' }) });
  const { location, cookie } = await beginLogIn(other.app);
  const { search } = await passProvider(location, person().login);

  const answer = await callBack(app, search, cookie);
  await other.close();

  expect(refusalIn(answer)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
});

it('makes no users where that is off, but lets those in who have an account; and needs no secret as a public client', async () => {
  const strict = await createWorld({
    env: environment({ OIDC_CREATE_USERS: '', OIDC_CLIENT_ID: PUBLIC_CLIENT_ID, OIDC_CLIENT_SECRET: '' }),
  });
  const stranger = person();
  const known = person({ email: strict.owner.email });

  const refused = await logInAs(strict.app, stranger.login);
  const admitted = loggedIn(await logInAs(strict.app, known.login));
  const users = await strict.app.database.connection.query('SELECT email FROM app_user');
  await strict.close();

  expect(refusalIn(refused)).toEqual({
    status: 403,
    code: 'FORBIDDEN',
    message:
      'There is no account with this e-mail address, and this server does not create accounts at log-in; ask for an invitation.',
  });
  expect(admitted.user.email).toBe(strict.owner.email);
  expect(users).toEqual([{ email: strict.owner.email }]);
});

it('counts attempts to log in by address', async () => {
  const limited = await createWorld({ env: environment({ ...COUNTING_ALONE, RATE_LIMIT_LOG_IN_ADDRESS: '3' }), ownerless: true });
  await beginLogIn(limited.app);
  await beginLogIn(limited.app);
  await callBack(limited.app, { state: 'x', code: 'y' }, null);

  const answer = await callBack(limited.app, { state: 'x', code: 'y' }, null);
  await limited.close();

  expect(refusalIn(answer)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
});

it('has no such paths where no provider is set', async () => {
  const plain = await createWorld({ ownerless: true });
  const answers = await Promise.all(['log-in', 'callback'].map((path) => fetch(`${plain.app.url}/auth/oidc/${path}`)));
  await plain.close();

  expect(answers.map(({ status }) => status)).toEqual([404, 404]);
});

describe('a log-in that was begun with a page to return to', () => {
  /** Logs in, and answers the callback with the cookies that it set. */
  const logInTo = async (login: string, to: string, at: Pick<World, 'app'> = world): Promise<Answer> => {
    const { location, cookie } = await beginLogIn(at.app, to);
    const back = await passProvider(location, login);
    return callBack(at.app, back.search, cookie, { accept: 'text/html' });
  };

  it('sets the cookie of a session and leads there, and shows no token', async () => {
    const { login, email } = person();
    const before = await world.app.database.connection.query<[{ count: number }]>('SELECT count(*)::int FROM refresh_token');

    const answer = await logInTo(login, '/o/acme?tab=keys#new');
    const [cleared, set = ''] = answer.headers.getSetCookie();
    const seen = await whoIs({ url: `${app.url}/graphql` }, set.split(';')[0]!);
    const after = await world.app.database.connection.query('SELECT count(*)::int FROM refresh_token');

    expect([answer.status, answer.text]).toEqual([303, '']);
    expect(answer.headers.get('location')).toBe(`${PUBLIC_URL}/o/acme?tab=keys#new`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(cleared).toBe('flagstaff_oidc=; Path=/auth/oidc; Max-Age=0; HttpOnly; SameSite=Lax');
    expect(set).toMatch(/^flagstaff_session=fs_session_\w{36}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/);
    expect(seen).toBe(email);
    expect(after).toEqual(before);
    expect(await lastActor(world, 'system')).toMatchObject({ kind: 'USER', name: email, authentication: 'OIDC' });
  });

  it('leads to a path below the base path of PUBLIC_URL', async () => {
    const own = await createWorld({ env: environment({ PUBLIC_URL: `${PUBLIC_URL}/flags` }) });
    const { location, cookie } = await beginLogIn(own.app, '/o/acme');
    const back = await passProvider(location, person().login);
    const answer = await callBack(own.app, back.search, cookie);
    await own.close();

    expect(answer.headers.get('location')).toBe(`${PUBLIC_URL}/flags/o/acme`);
    expect(answer.headers.getSetCookie()[1]).toContain('; Path=/flags; ');
  });

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    ' /o/acme',
    'o/acme',
    '',
    '/o/acme\r\nSet-Cookie: x=y',
    '@evil.example/',
    '.evil.example/',
    'javascript:alert(1)',
    '/é',
    `/${'a'.repeat(1_000)}`,
  ])('refuses to lead to %j', async (to) => {
    const response = await fetch(`${app.url}/auth/oidc/log-in?to=${encodeURIComponent(to)}`, { redirect: 'manual' });
    const { errors } = (await response.json()) as { errors: [{ message: string; extensions: { code: string } }] };

    expect([response.status, errors[0].extensions.code, errors[0].message]).toEqual([
      400,
      'BAD_REQUEST',
      '"to" must be a path of this server such as /o/acme, of at most 1000 characters.',
    ]);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it('refuses two pages, and a way out of the base path', async () => {
    const own = await createWorld({ env: environment({ PUBLIC_URL: `${PUBLIC_URL}/flags` }) });
    const statusFor = async (query: string): Promise<number> =>
      (await fetch(`${own.app.url}/auth/oidc/log-in?${query}`, { redirect: 'manual' })).status;
    const statuses = [await statusFor('to=/a&to=/b'), await statusFor('to=/../other'), await statusFor('to=/%252e%252e/other')];
    await own.close();

    expect(statuses).toEqual([400, 400, 400]);
  });

  it('takes the page from its own cookie alone, and not from the callback', async () => {
    const { location, cookie } = await beginLogIn(app);
    const back = await passProvider(location, person().login);

    const answer = await callBack(app, `${back.search}&to=/o/acme`, cookie);

    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie()).toHaveLength(1);
  });

  it('begins no session for somebody who may not log in', async () => {
    const { login } = person({ email_verified: false });

    const answer = await logInTo(login, '/');

    expect([answer.status, answer.headers.getSetCookie()]).toEqual([
      403,
      ['flagstaff_oidc=; Path=/auth/oidc; Max-Age=0; HttpOnly; SameSite=Lax'],
    ]);
  });
});
