import { countStatements } from '../support/count-statements';
import { createTestClock } from '../support/clock';
import { make, makeEnvironment, makeOrganization, makeProject, mutate, uniqueKey } from '../support/make';
import {
  chainLength,
  lastActor,
  lastChange,
  makeMember,
  makeOutsider,
  PASSWORD,
  refusalOf,
  logInByPassword,
  uniqueEmail,
  type Person,
} from '../support/members';
import { createWorld, type World } from '../support/world';

let world: World;
const clock = createTestClock();
const start = clock.now().getTime();
beforeAll(async () => {
  world = await createWorld({ clock });
});
afterAll(() => world.close());
const owner = () => world.client(world.owner.accessToken);

const INVITED =
  'invitation { id email role projectId environmentId expiresAt invitedBy { email } organization { id } } invitationToken revisions { revision }';
const ACCEPTED = 'user { id email name } roles { role projectId environmentId } revisions { revision }';
const MEMBER = 'member { user { id email } roles { role projectId environmentId } } revisions { revision }';

interface Invited {
  readonly invitationToken: string;
  readonly invitation: { readonly id: string };
}

async function invite(organizationId: string, email: string, role = 'VIEWER'): Promise<string> {
  const input = { organizationId, email, role };
  return (await make<Invited>(owner(), 'inviteMember', input, 'invitationToken')).invitationToken;
}

async function rolesOf(organizationId: string): Promise<string[]> {
  const { organization } = await owner().request<{
    organization: { members: { nodes: { user: { email: string }; roles: { role: string }[] }[] } };
  }>('query ($id: ID!) { organization(id: $id) { members { nodes { user { email } roles { role } } } } }', {
    id: organizationId,
  });
  return organization.members.nodes.map(({ user, roles }) => `${user.email} ${roles.map(({ role }) => role).join(',')}`);
}

it('invites an address, and creates an account for the holder of the token', async () => {
  const { id: organizationId } = await makeOrganization(world);
  const email = uniqueEmail('Ada');

  const invited = await mutate<Invited>(
    owner(),
    'inviteMember',
    { organizationId, email: ` ${email} `, role: 'EDITOR' },
    INVITED,
  );
  const body = { email: email.toLowerCase(), role: 'EDITOR', projectId: null, environmentId: null };
  const expiresAt = new Date(clock.now().getTime() + 7 * 86_400_000).toISOString();
  expect(invited).toEqual({
    invitation: {
      ...body,
      id: invited.invitation.id,
      expiresAt,
      invitedBy: { email: world.owner.email },
      organization: { id: organizationId },
    },
    invitationToken: expect.stringMatching(/^fs_invitation_[\w-]{43}$/) as string,
    revisions: [],
    userErrors: [],
  });
  expect(await lastChange(world, organizationId)).toEqual({
    kind: 'MEMBER_INVITED',
    items: [{ kind: 'INVITATION', version: 1, before: null, after: { ...body, expiresAt } }],
  });

  const input = { token: invited.invitationToken, name: 'Ada Lovelace', password: PASSWORD };
  const accepted = await mutate<{ user: { id: string } }>(world.client(), 'acceptInvitation', input, ACCEPTED);
  const role = { role: 'EDITOR', projectId: null, environmentId: null };
  const user = { id: accepted.user.id, email: email.toLowerCase(), name: 'Ada Lovelace' };
  expect(accepted).toEqual({ user, roles: [role], revisions: [], userErrors: [] });
  expect(await lastChange(world, organizationId)).toEqual({
    kind: 'INVITATION_ACCEPTED',
    items: [
      { kind: 'INVITATION', version: 1, before: { ...body, expiresAt }, after: null },
      { kind: 'MEMBER', version: 1, before: null, after: { email: body.email, roles: [role] } },
      { kind: 'USER', version: 1, before: null, after: { email: body.email, name: 'Ada Lovelace' } },
    ],
  });
  expect(await lastChange(world, 'system')).toEqual({
    kind: 'USER_CREATED',
    items: [{ kind: 'USER', version: 1, before: null, after: { email: body.email, name: 'Ada Lovelace' } }],
  });
  const actor = { kind: 'USER', id: user.id, name: user.email, authentication: 'INVITATION' };
  expect([await lastActor(world, organizationId), await lastActor(world, 'system')]).toEqual([actor, actor]);
  const { client, elsewhere } = { client: await logInByPassword(world, email), elsewhere: await makeOrganization(world) };
  const again = await invite(elsewhere.id, email);
  await make(world.client(), 'acceptInvitation', { token: again, password: PASSWORD }, ACCEPTED);
  expect(await lastActor(world, elsewhere.id)).toEqual({ ...actor, authentication: 'PASSWORD' });
  const third = await makeOrganization(world);
  await make(client, 'acceptInvitation', { token: await invite(third.id, email) }, ACCEPTED);
  expect(await lastActor(world, third.id)).toEqual({ ...actor, authentication: 'PASSWORD' });
});

it('stores token and password only as hashes', async () => {
  const { id: organizationId } = await makeOrganization(world);
  const token = await invite(organizationId, uniqueEmail());

  const bodies = await world.app.database.connection.query<{ text: string }[]>(
    `SELECT coalesce(b.after, '') || coalesce(b.before, '') || c.canonical AS text FROM change c JOIN change_body b ON b.change_id = c.id
     WHERE c.organization_id = $1 UNION ALL SELECT token_hash FROM invitation WHERE organization_id = $1`,
    [organizationId],
  );

  expect(bodies.length).toBeGreaterThan(2);
  expect(bodies.filter(({ text }) => text.includes(token))).toEqual([]);
});

it('replaces an open invitation with another to the same address', async () => {
  const { id: organizationId } = await makeOrganization(world);
  const email = uniqueEmail();
  const first = await invite(organizationId, email, 'ADMIN');
  const second = await invite(organizationId, email.toUpperCase(), 'VIEWER');

  const input = { name: 'Ada', password: PASSWORD };
  const byFirst = await mutate(world.client(), 'acceptInvitation', { ...input, token: first }, ACCEPTED);
  const bySecond = await mutate<{ roles: object[] }>(world.client(), 'acceptInvitation', { ...input, token: second }, ACCEPTED);

  const message = 'There is no open invitation with this token; it may have been used or replaced.';
  expect(byFirst).toEqual({
    user: null,
    roles: null,
    revisions: [],
    userErrors: [{ code: 'NOT_FOUND', message, path: ['input', 'token'] }],
  });
  expect(bySecond.roles).toEqual([{ role: 'VIEWER', projectId: null, environmentId: null }]);
});

it('lets exactly one of twenty acceptances of one token through', async () => {
  const { id: organizationId } = await makeOrganization(world);
  const input = { token: await invite(organizationId, uniqueEmail()), name: 'Ada', password: PASSWORD };

  const payloads = await Promise.all(
    Array.from({ length: 20 }, () => mutate(world.client(), 'acceptInvitation', input, 'user { id }')),
  );

  const codes = payloads.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
  expect(codes).toEqual(Array(19).fill('NOT_FOUND'));
  expect(await rolesOf(organizationId)).toHaveLength(2);
});

it('creates one account when one address accepts several invitations at once', async () => {
  const email = uniqueEmail();
  const tokens: string[] = [];
  for (let i = 0; i < 4; i++) tokens.push(await invite((await makeOrganization(world)).id, email));

  const payloads = await Promise.all(
    tokens.map((token) => mutate(world.client(), 'acceptInvitation', { token, name: 'Ada', password: PASSWORD }, 'user { id }')),
  );

  const message = 'An account with this address was created a moment ago; try again.';
  const refused = payloads.filter(({ userErrors }) => userErrors.length > 0);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toEqual({ user: null, userErrors: [{ code: 'DUPLICATE', message, path: ['input', 'token'] }] });
  const accounts = await world.app.database.connection.query<object[]>('SELECT 1 FROM app_user WHERE email = $1', [email]);
  expect(accounts).toHaveLength(1);
});

it('ends an invitation after seven days', async () => {
  const { id: organizationId } = await makeOrganization(world);
  const token = await invite(organizationId, uniqueEmail());
  const end = new Date(clock.now().getTime() + 7 * 86_400_000);
  clock.advance(7 * 86_400_000);

  const payload = await mutate(world.client(), 'acceptInvitation', { token, name: 'Ada', password: PASSWORD }, 'user { id }');
  clock.advance(start - clock.now().getTime());

  expect(payload).toEqual({
    user: null,
    userErrors: [
      {
        code: 'EXPIRED',
        message: `The invitation expired at ${end.toISOString()}; ask for another one.`,
        path: ['input', 'token'],
      },
    ],
  });
});

it('gives a role to an existing account: to the logged-in user, or for its password', async () => {
  const [one, two] = [await makeOrganization(world), await makeOrganization(world)];
  const member = await makeOutsider(world);
  const other = await makeOutsider(world);
  const [tokenOne, tokenTwo] = [await invite(one.id, member.email), await invite(two.id, member.email)];
  const accept = (client = world.client(), input: object = {}) =>
    mutate<{ user: { id: string } }>(client, 'acceptInvitation', { token: tokenTwo, ...input }, 'user { id }');

  const loggedIn = await accept(member.client, { token: tokenOne });
  const stranger = await accept(other.client);
  const without = await accept();
  const wrong = await accept(world.client(), { password: 'not the right one' });
  const right = await accept(world.client(), { password: PASSWORD });

  expect([loggedIn.user.id, right.user.id]).toEqual([member.id, member.id]);
  expect([stranger, without, wrong].map(({ userErrors }) => userErrors[0])).toEqual([
    {
      code: 'WRONG_CREDENTIALS',
      message: 'The invitation is for a different e-mail address than the one of the logged-in user.',
      path: ['input', 'token'],
    },
    {
      code: 'BLANK',
      message: 'An account with the invited address exists: log in, or give its password.',
      path: ['input', 'password'],
    },
    {
      code: 'WRONG_CREDENTIALS',
      message: 'The password is not the one of the account with the invited address.',
      path: ['input', 'password'],
    },
  ]);
});

it('never replaces a stronger role when an invitation is accepted', async () => {
  const { id: organizationId } = await makeOrganization(world);
  const email = uniqueEmail();
  const first = await invite(organizationId, email, 'VIEWER');
  await world.app.database.connection.query('UPDATE invitation SET email = $1 WHERE email = $2', ['parked@example.com', email]);
  const member = await makeMember(world, 'ADMIN', { organizationId }, email);
  await world.app.database.connection.query('UPDATE invitation SET email = $2 WHERE email = $1', ['parked@example.com', email]);

  const payload = await mutate<{ roles: object[] }>(member.client, 'acceptInvitation', { token: first }, ACCEPTED);

  expect(payload.roles).toEqual([{ role: 'ADMIN', projectId: null, environmentId: null }]);
});

it('reports all issues of an acceptance or an invitation together', async () => {
  const { id: organizationId } = await makeOrganization(world);
  const project = await makeProject(world);
  const token = await invite(organizationId, uniqueEmail());
  const member = await makeMember(world, 'VIEWER', { organizationId });
  const before = await chainLength(world, organizationId);

  const acceptance = await mutate(world.client(), 'acceptInvitation', { token, name: null, password: 'short' }, 'user { id }');
  const input = { organizationId: project.organizationId, projectId: project.id, role: 'OWNER', email: 'nobody' };
  const invitation = await mutate(owner(), 'inviteMember', input, 'invitationToken');
  const again = await mutate(owner(), 'inviteMember', { organizationId, email: member.email, role: 'ADMIN' }, 'invitationToken');

  expect(acceptance.userErrors).toEqual([
    { code: 'BLANK', message: 'Name must not be empty.', path: ['input', 'name'] },
    { code: 'OUT_OF_RANGE', message: 'Password has 5 characters; 12 to 1024 are allowed.', path: ['input', 'password'] },
  ]);
  expect(invitation.userErrors).toEqual([
    { code: 'INVALID', message: 'E-mail must be an address such as name@example.com.', path: ['input', 'email'] },
    {
      code: 'INVALID',
      message: 'OWNER is a role on a whole organization; give ADMIN on a project or environment.',
      path: ['input', 'role'],
    },
  ]);
  expect(again.userErrors).toEqual([
    {
      code: 'DUPLICATE',
      message: `${member.email} already has a role there; change it with setMemberRole.`,
      path: ['input', 'email'],
    },
  ]);
  expect(await chainLength(world, organizationId)).toBe(before);
});

it('replaces the role in one scope and keeps those in other scopes', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const { organizationId } = project;
  const member = await makeMember(world, 'VIEWER', { organizationId });
  const set = (input: object) => mutate(owner(), 'setMemberRole', { organizationId, userId: member.id, ...input }, MEMBER);

  await set({ role: 'EDITOR', environmentId: environment.id });
  const payload = await set({ role: 'ADMIN' });
  const length = await chainLength(world, organizationId);
  const again = await set({ role: 'ADMIN', projectId: null, environmentId: null });

  const whole = { projectId: null, environmentId: null };
  expect(payload).toEqual({
    member: {
      user: { id: member.id, email: member.email },
      roles: [
        { role: 'ADMIN', ...whole },
        { role: 'EDITOR', projectId: project.id, environmentId: environment.id },
      ],
    },
    revisions: [],
    userErrors: [],
  });
  expect(again).toEqual(payload);
  expect(await chainLength(world, organizationId)).toBe(length);
  expect(await lastChange(world, organizationId)).toEqual({
    kind: 'MEMBER_ROLE_SET',
    items: [
      {
        kind: 'MEMBER',
        version: 1,
        before: { email: member.email, roles: [{ role: 'VIEWER', ...whole }] },
        after: { email: member.email, roles: [{ role: 'ADMIN', ...whole }] },
      },
    ],
  });
});

it('removes a member from one scope, or from the whole organization with the open invitation', async () => {
  const project = await makeProject(world);
  const { organizationId, id: projectId } = project;
  const environment = await makeEnvironment(project);
  const member = await makeMember(world, 'VIEWER', { organizationId });
  const place = { organizationId, userId: member.id };
  for (const input of [{ projectId }, { environmentId: environment.id }]) {
    await make(owner(), 'setMemberRole', { ...place, role: 'EDITOR', ...input }, 'member { joinedAt }');
  }
  await make(owner(), 'inviteMember', { organizationId, projectId, email: uniqueEmail(), role: 'VIEWER' }, 'invitationToken');

  const fromProject = await mutate(owner(), 'removeMember', { ...place, projectId }, 'removedUserId revisions { revision }');
  expect(fromProject).toEqual({ removedUserId: member.id, revisions: [], userErrors: [] });
  expect(await rolesOf(organizationId)).toContain(`${member.email} VIEWER`);
  const again = await mutate(owner(), 'removeMember', { ...place, projectId }, 'removedUserId');
  expect(again.userErrors).toEqual([
    { code: 'NOT_FOUND', message: `There is no member "${member.id}".`, path: ['input', 'userId'] },
  ]);

  await make(owner(), 'removeMember', place, 'removedUserId');
  expect(await rolesOf(organizationId)).toEqual([`${world.owner.email} OWNER`]);
  const { organization } = await member.client.request<{ organization: unknown }>(
    'query ($id: ID!) { organization(id: $id) { key } }',
    { id: organizationId },
  );
  expect(organization).toBeNull();
});

it('withdraws the open invitation of a removed member', async () => {
  const project = await makeProject(world);
  const { organizationId, id: projectId } = project;
  const member = await makeMember(world, 'VIEWER', { organizationId });
  const input = { organizationId, projectId, email: member.email, role: 'ADMIN' };
  const { invitationToken } = await make<Invited>(owner(), 'inviteMember', input, 'invitationToken');

  await make(owner(), 'removeMember', { organizationId, userId: member.id }, 'removedUserId');
  const payload = await mutate(member.client, 'acceptInvitation', { token: invitationToken }, 'user { id }');

  expect(payload.userErrors.map(({ code }) => code)).toEqual(['NOT_FOUND']);
});

it('never leaves an organization without an owner', async () => {
  const { id: organizationId } = await makeOrganization(world);
  const { viewer } = await owner().request<{ viewer: { user: { id: string } } }>('{ viewer { user { id } } }');
  const userId = viewer.user.id;
  const before = await chainLength(world, organizationId);

  const demotion = await mutate(owner(), 'setMemberRole', { organizationId, userId, role: 'ADMIN' }, 'member { joinedAt }');
  const removal = await mutate(owner(), 'removeMember', { organizationId, userId }, 'removedUserId');

  const message = `${world.owner.email} is the last owner of the organization; make somebody else OWNER first.`;
  const userErrors = [{ code: 'LAST_OWNER', message, path: ['input', 'userId'] }];
  expect(demotion).toEqual({ member: null, userErrors });
  expect(removal).toEqual({ removedUserId: null, userErrors });
  expect(await chainLength(world, organizationId)).toBe(before);
});

it.each(['each steps down', 'each removes the other'])('lets exactly one of the last two owners go when %s', async (way) => {
  const { id: organizationId } = await makeOrganization(world);
  const [one, two] = [await makeMember(world, 'OWNER', { organizationId }), await makeMember(world, 'OWNER', { organizationId })];
  const { viewer } = await owner().request<{ viewer: { user: { id: string } } }>('{ viewer { user { id } } }');
  await make(owner(), 'removeMember', { organizationId, userId: viewer.user.id }, 'removedUserId');
  const go = ({ client, id }: Person, other: Person) =>
    way === 'each steps down'
      ? mutate<object>(client, 'setMemberRole', { organizationId, userId: id, role: 'VIEWER' }, 'revisions { revision }')
      : mutate<object>(client, 'removeMember', { organizationId, userId: other.id }, 'revisions { revision }');

  const payloads = await Promise.all([go(one, two), go(two, one)]);

  const codes = payloads.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
  expect(codes).toEqual([way === 'each steps down' ? 'LAST_OWNER' : 'NOT_FOUND']);
  const owners = await world.app.database.connection.query<object[]>(
    `SELECT 1 FROM role_binding WHERE organization_id = $1 AND role = 'OWNER'`,
    [organizationId],
  );
  expect(owners).toHaveLength(1);
});

it('lets only an OWNER give or take OWNER, and denied calls write nothing', async () => {
  const { id: organizationId } = await makeOrganization(world);
  const admin = await makeMember(world, 'ADMIN', { organizationId });
  const second = await makeMember(world, 'OWNER', { organizationId });
  const before = await chainLength(world, organizationId);
  const input = { organizationId, userId: second.id };

  const refusals = await Promise.all(
    [
      mutate(admin.client, 'inviteMember', { organizationId, email: uniqueEmail(), role: 'OWNER' }, 'invitationToken'),
      mutate(admin.client, 'setMemberRole', { organizationId, userId: admin.id, role: 'OWNER' }, 'revisions { revision }'),
      mutate(admin.client, 'setMemberRole', { ...input, role: 'ADMIN' }, 'revisions { revision }'),
      mutate(admin.client, 'removeMember', input, 'removedUserId'),
    ].map((work) => refusalOf(work)),
  );

  expect(refusals).toEqual(Array(4).fill({ code: 'FORBIDDEN', message: 'This needs the permission owner:name.' }));
  expect(await chainLength(world, organizationId)).toBe(before);
});

it.each([
  ['inviteMember', { email: 'new@example.com', role: 'VIEWER' }, 'member:invite'],
  ['setMemberRole', { role: 'ADMIN' }, 'member:update'],
  ['removeMember', {}, 'member:remove'],
])('denies %s to an EDITOR, to anonymous callers and to outsiders, and writes nothing', async (name, input, permission) => {
  const { id: organizationId } = await makeOrganization(world);
  const editor = await makeMember(world, 'EDITOR', { organizationId });
  const outsider = await makeOutsider(world);
  const before = await chainLength(world, organizationId);
  const whole = name === 'inviteMember' ? { organizationId, ...input } : { organizationId, userId: editor.id, ...input };
  const call = (client: Person['client']) => mutate<object>(client, name, whole, 'revisions { revision }');

  expect(await refusalOf(call(editor.client))).toEqual({
    code: 'FORBIDDEN',
    message: `This needs the permission ${permission}.`,
  });
  expect((await refusalOf(call(world.client())))?.code).toBe('UNAUTHENTICATED');
  expect((await call(outsider.client)).userErrors).toEqual([
    { code: 'NOT_FOUND', message: `There is no organization "${organizationId}".`, path: ['input', 'organizationId'] },
  ]);
  expect(await chainLength(world, organizationId)).toBe(before);
});

it('lets an ADMIN of a project manage its members, and nobody elsewhere', async () => {
  const project = await makeProject(world);
  const other = await makeProject(world);
  const { organizationId, id: projectId } = project;
  const admin = await makeMember(world, 'ADMIN', { organizationId, projectId });
  const set = (input: object) =>
    mutate(
      admin.client,
      'setMemberRole',
      { organizationId, role: 'VIEWER', userId: admin.id, ...input },
      'revisions { revision }',
    );

  const invited = await mutate<Invited>(
    admin.client,
    'inviteMember',
    { organizationId, projectId, email: uniqueEmail(), role: 'EDITOR' },
    INVITED,
  );
  const whole = await refusalOf(set({}));
  const foreign = await set({ projectId: other.id });
  const unknown = await set({ projectId: 'a\u0000' });
  const nowhere = await set({ projectId, environmentId: 'environment_x' });
  const stranger = await set({ projectId, userId: (await makeOutsider(world)).id });

  expect(invited).toMatchObject({ invitation: { projectId, role: 'EDITOR' }, userErrors: [] });
  expect(whole).toEqual({ code: 'FORBIDDEN', message: 'This needs the permission member:update.' });
  expect(
    [foreign, unknown, nowhere, stranger].map(({ userErrors }) => [userErrors[0]!.code, userErrors[0]!.path!.at(-1)]),
  ).toEqual([
    ['NOT_FOUND', 'projectId'],
    ['NOT_FOUND', 'projectId'],
    ['NOT_FOUND', 'environmentId'],
    ['NOT_FOUND', 'userId'],
  ]);
});

it('names as members of a project those whose roles reach it, with these roles only', async () => {
  const project = await makeProject(world);
  const { organizationId, id: projectId } = project;
  const second = await make<{ project: { id: string } }>(
    owner(),
    'createProject',
    { organizationId, key: 'second', name: 'Second' },
    'project { id }',
  );
  const here = await makeMember(world, 'EDITOR', { organizationId, projectId }, uniqueEmail('a-here'));
  await makeMember(world, 'EDITOR', { organizationId, projectId: second.project.id }, uniqueEmail('b-there'));
  await make(
    owner(),
    'setMemberRole',
    { organizationId, userId: here.id, projectId: second.project.id, role: 'ADMIN' },
    'member { joinedAt }',
  );

  const answer = await here.client.request(
    `query ($id: ID!) { project(id: $id) { members { totalCount nodes { user { email } roles { role projectId } } } } }`,
    { id: projectId },
  );
  const inOrganization = here.client.request('query ($id: ID!) { organization(id: $id) { members { totalCount } } }', {
    id: organizationId,
  });

  expect(answer).toEqual({
    project: {
      members: {
        totalCount: 2,
        nodes: [
          { user: { email: here.email }, roles: [{ role: 'EDITOR', projectId }] },
          { user: { email: world.owner.email }, roles: [{ role: 'OWNER', projectId: null }] },
        ],
      },
    },
  });
  expect(await refusalOf(inOrganization)).toEqual({ code: 'FORBIDDEN', message: 'This needs the permission member:read.' });
});

it('lists invitations for actors that may invite', async () => {
  const { id: organizationId } = await makeOrganization(world);
  const member = await makeMember(world, 'EDITOR', { organizationId });
  const emails = [uniqueEmail('a'), uniqueEmail('b')];
  for (const email of emails) await invite(organizationId, email);
  const document =
    'query ($id: ID!) { organization(id: $id) { invitations { totalCount nodes { email invitedBy { email } } } } }';

  const answer = await owner().request(document, { id: organizationId });

  const invitedBy = { email: world.owner.email };
  expect(answer).toEqual({
    organization: { invitations: { totalCount: 2, nodes: emails.map((email) => ({ email, invitedBy })) } },
  });
  expect((await refusalOf(member.client.request(document, { id: organizationId })))?.code).toBe('FORBIDDEN');
});

it.each([
  ['members', 'joinedAt user { email name } roles { role projectId }', 10, 1000],
  ['invitations', 'email invitedBy { email } organization { key }', 9, 999],
])('reads the %s of an organization in as many statements for 10 as for 1,000', async (field, selection, some, all) => {
  const { id } = await makeOrganization(world);
  const list = () =>
    countStatements(world, () =>
      owner().request<{ organization: { list: { totalCount: number; nodes: object[] } } }>(
        `query ($id: ID!) { organization(id: $id) { list: ${field}(first: 100) { totalCount nodes { ${selection} } } } }`,
        { id },
      ),
    );

  await insertMembers(id, 1, 9);
  const few = await list();
  await insertMembers(id, 10, 999);
  const many = await list();

  expect([few, many].map(({ result }) => result.organization.list.totalCount)).toEqual([some, all]);
  expect(many.result.organization.list.nodes).toHaveLength(100);
  expect([few.statements.length, many.statements.length]).toEqual([5, 5]);
});

it('shows a new organization to its creator in the same operation', async () => {
  const outsider = await makeOutsider(world);
  const key = uniqueKey('organization');

  const { organization } = await mutate<{ organization: { members: { totalCount: number } } }>(
    outsider.client,
    'createOrganization',
    { key, name: 'Mine' },
    'organization { members { totalCount } }',
  );

  expect(organization.members.totalCount).toBe(1);
});

it('refuses an API key that accepts an invitation', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const input = { environmentId: environment.id, kind: 'SERVER', name: 'A key' };
  const { secret } = await make<{ secret: string }>(owner(), 'createApiKey', input, 'secret');
  const token = await invite(project.organizationId, uniqueEmail());

  const refusal = await refusalOf(mutate(world.client(secret), 'acceptInvitation', { token }, 'user { id }'));

  expect(refusal).toEqual({ code: 'FORBIDDEN', message: 'An API key cannot accept an invitation.' });
});

async function insertMembers(organizationId: string, from: number, to: number): Promise<void> {
  const { connection } = world.app.database;
  const parameters = [organizationId, from, to];
  await connection.query(
    `WITH u AS (
       INSERT INTO app_user (id, email, name, password_hash, version, created_at)
       SELECT 'user_' || $1 || n, 'z' || n || $1 || '@example.com', 'Bulk', 'x', 1, now()
       FROM generate_series($2::integer, $3::integer) n RETURNING id
     )
     INSERT INTO role_binding (id, user_id, role, organization_id, created_at) SELECT 'binding_' || id, id, 'VIEWER', $1, now() FROM u`,
    parameters,
  );
  await connection.query(
    `INSERT INTO invitation (id, organization_id, email, role, token_hash, invited_by_id, created_at, expires_at)
     SELECT 'invitation_' || $1 || n, $1, n || '@example.com', 'VIEWER', $1 || n,
            (SELECT user_id FROM role_binding WHERE organization_id = $1 AND role = 'OWNER'), now(), now()
     FROM generate_series($2::integer, $3::integer) n`,
    parameters,
  );
}
