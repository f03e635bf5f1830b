/** Objects that are deleted with an environment, a project or an organization are recorded in the change that deletes it. */
import { verifyChain } from '../../src/modules/changes/verify-repository';
import { cloneRows, make, makeEnvironment, makeProject, mutate, type Made, type MadeProject } from '../support/make';
import { lastChange, makeMember, uniqueEmail, type Person, type RolePlace } from '../support/members';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  // Ten thousand rows may take their time on a busy machine.
  world = await createWorld({ env: { EXECUTION_TIMEOUT_MS: '120000' } });
});
afterAll(() => world.close());

interface Access {
  readonly keyPrefix: string;
  readonly member: Person;
  readonly invited: string;
}

/** An ADMIN key, a member and an invitation in one scope. */
async function grantAccess({ client }: MadeProject, place: RolePlace): Promise<Access> {
  const key = { ...place, kind: 'ADMIN', role: 'EDITOR', name: 'Automation' };
  const { apiKey } = await make<{ apiKey: { prefix: string } }>(client, 'createApiKey', key, 'apiKey { prefix }');
  const member = await makeMember(world, 'EDITOR', place);
  const invited = uniqueEmail('invited');
  await make(client, 'inviteMember', { ...place, email: invited, role: 'VIEWER' }, 'isMailed');
  return { keyPrefix: apiKey.prefix, member, invited };
}

interface Item {
  readonly kind: string;
  readonly version: number;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: object | null;
}

const keyItem = (access: Access): object => ({
  kind: 'API_KEY',
  version: 2,
  before: {
    kind: 'ADMIN',
    role: 'EDITOR',
    name: 'Automation',
    prefix: access.keyPrefix,
    allowedOrigins: null,
    expiresAt: null,
    revokedAt: null,
    replacedById: null,
  },
  after: null,
});

const memberItem = (
  access: Access,
  { projectId = null, environmentId = null }: Partial<Record<keyof RolePlace, string | null>>,
) => ({
  kind: 'MEMBER',
  version: 1,
  before: { email: access.member.email, roles: [{ role: 'EDITOR', projectId, environmentId }] },
  after: null,
});

const invitationItem = (
  access: Access,
  { projectId = null, environmentId = null }: Partial<Record<keyof RolePlace, string | null>>,
) => ({
  kind: 'INVITATION',
  version: 1,
  before: { email: access.invited, role: 'VIEWER', projectId, environmentId, expiresAt: expect.any(String) },
  after: null,
});

async function itemsOfLast({ organizationId }: MadeProject): Promise<{ kind: string; gone: Item[] }> {
  const { kind, items } = await lastChange(world, organizationId);
  const [, ...gone] = items as Item[];
  return { kind, gone };
}

const deleteEnvironment = ({ client }: MadeProject, { id, key }: Made): Promise<unknown> =>
  make(client, 'deleteEnvironment', { environmentId: id, confirmKey: key, expectedVersion: 1 }, 'deletedEnvironmentId');

it('records keys, members and invitations of a deleted environment, and none of its neighbour', async () => {
  const project = await makeProject(world);
  const [environment, neighbour] = [await makeEnvironment(project), await makeEnvironment(project)];
  const place = { organizationId: project.organizationId, projectId: project.id, environmentId: environment.id };
  const access = await grantAccess(project, place);
  await grantAccess(project, { ...place, environmentId: neighbour.id });

  await deleteEnvironment(project, environment);

  expect(await itemsOfLast(project)).toEqual({
    kind: 'ENVIRONMENT_DELETED',
    gone: [keyItem(access), memberItem(access, place), invitationItem(access, place)],
  });
});

it('records keys, members and invitations of a deleted project and its environments, each member once with all roles', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const place = { organizationId: project.organizationId, projectId: project.id };
  const inside = { ...place, environmentId: environment.id };
  const [onProject, onEnvironment] = [await grantAccess(project, place), await grantAccess(project, inside)];
  const { id: userId } = onProject.member;
  await make(project.client, 'setMemberRole', { ...inside, userId, role: 'ADMIN' }, 'member { user { id } }');

  const { id: projectId, key: confirmKey } = project;
  await make(project.client, 'deleteProject', { projectId, confirmKey, expectedVersion: 1 }, 'deletedProjectId');

  const { kind, gone } = await itemsOfLast(project);
  const twoRoles = memberItem(onProject, place);
  twoRoles.before.roles.push({ role: 'ADMIN', projectId: project.id, environmentId: environment.id });
  expect(kind).toBe('PROJECT_DELETED');
  expect(gone).toHaveLength(6);
  expect(gone).toEqual(
    expect.arrayContaining([
      keyItem(onProject),
      keyItem(onEnvironment),
      twoRoles,
      memberItem(onEnvironment, inside),
      invitationItem(onProject, place),
      invitationItem(onEnvironment, inside),
    ]),
  );
});

it('records keys, members and invitations of a deleted organization and all in it, and the chain stays valid', async () => {
  const project = await makeProject(world);
  const { organizationId } = project;
  const environment = await makeEnvironment(project);
  const [whole, part] = [
    await grantAccess(project, { organizationId }),
    await grantAccess(project, { organizationId, projectId: project.id, environmentId: environment.id }),
  ];

  await deleteOrganization(project);

  const { kind, gone } = await itemsOfLast(project);
  const ofOwner = { email: world.owner.email, roles: [{ role: 'OWNER', projectId: null, environmentId: null }] };
  const partPlace = { projectId: project.id, environmentId: environment.id };
  expect(kind).toBe('ORGANIZATION_DELETED');
  expect(gone).toHaveLength(7);
  expect(gone).toEqual(
    expect.arrayContaining([
      keyItem(whole),
      keyItem(part),
      { kind: 'MEMBER', version: 1, before: ofOwner, after: null },
      memberItem(whole, {}),
      memberItem(part, partPlace),
      invitationItem(whole, {}),
      invitationItem(part, partPlace),
    ]),
  );
  expect((await verifyChain(world.app.database.connection, organizationId)).problem).toBeNull();
});

it('records ten thousand invitations that are deleted with an organization', async () => {
  const project = await makeProject(world);
  const { organizationId } = project;
  await make(project.client, 'inviteMember', { organizationId, email: uniqueEmail('first'), role: 'VIEWER' }, 'isMailed');
  await cloneRows(world, 'invitation', [1, 9_999], {
    where: `t.organization_id = '${organizationId}'`,
    set: { id: `t.id || i`, token_hash: `t.token_hash || i`, email: `i || t.email` },
  });

  await deleteOrganization(project);

  const { gone } = await itemsOfLast(project);
  expect(gone.filter(({ kind }) => kind === 'INVITATION')).toHaveLength(10_000);
  expect((await verifyChain(world.app.database.connection, organizationId)).problem).toBeNull();
}, 240_000);

async function deleteOrganization({ client, organizationId }: MadeProject): Promise<void> {
  const [organization] = await world.app.database.connection.query<{ key: string }[]>(
    'SELECT key FROM organization WHERE id = $1',
    [organizationId],
  );
  const input = { organizationId, confirmKey: organization!.key, expectedVersion: 1 };
  await make(client, 'deleteOrganization', input, 'deletedOrganizationId');
}

it('withdraws and records the invitations of a removed member, and keeps those of others', async () => {
  const project = await makeProject(world);
  const { organizationId } = project;
  const admin = await makeMember(world, 'ADMIN', { organizationId });
  const [offered, other] = [uniqueEmail('offered'), uniqueEmail('other')];
  const invite = async (client: typeof admin.client, email: string): Promise<string> =>
    (await make<{ invitationToken: string }>(client, 'inviteMember', { organizationId, email, role: 'ADMIN' }, 'invitationToken'))
      .invitationToken;
  const token = await invite(admin.client, offered);
  await invite(project.client, other);

  await make(project.client, 'removeMember', { organizationId, userId: admin.id }, 'removedUserId');

  const { kind, items } = await lastChange(world, organizationId);
  const taken = { token, name: 'Somebody', password: 'correct horse battery staple' };
  const { userErrors } = await mutate<object>(world.client(), 'acceptInvitation', taken, 'user { id }');
  const { organization } = await project.client.request<{ organization: { invitations: { nodes: { email: string }[] } } }>(
    'query ($id: ID!) { organization(id: $id) { invitations { nodes { email } } } }',
    { id: organizationId },
  );
  expect(kind).toBe('MEMBER_REMOVED');
  expect(items).toMatchObject([
    { kind: 'MEMBER', before: { email: admin.email } },
    { kind: 'INVITATION', before: { email: offered, role: 'ADMIN' }, after: null },
  ]);
  expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'token'] }]);
  expect(organization.invitations.nodes).toEqual([{ email: other }]);
});

it('leaves the invitations of somebody who keeps a role elsewhere in the organization', async () => {
  const project = await makeProject(world);
  const { organizationId, id: projectId } = project;
  const admin = await makeMember(world, 'ADMIN', { organizationId });
  const place = { organizationId, userId: admin.id, projectId };
  await make(project.client, 'setMemberRole', { ...place, role: 'EDITOR' }, 'member { user { id } }');
  const email = uniqueEmail('offered');
  await make(admin.client, 'inviteMember', { organizationId, email, role: 'VIEWER' }, 'isMailed');

  await make(project.client, 'removeMember', place, 'removedUserId');

  const { items } = await lastChange(world, organizationId);
  expect(items).toMatchObject([{ kind: 'MEMBER' }]);
});
