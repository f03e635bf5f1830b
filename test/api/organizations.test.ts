import { absenceOf } from '../support/absence';
import { countStatements } from '../support/count-statements';
import { make, makeEnvironment, makeFlag, makeOrganization, makeProject, mutate, uniqueKey } from '../support/make';
import { chainLength, lastChange, makeMember, makeOutsider, refusalOf } from '../support/members';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
const owner = () => world.client(world.owner.accessToken);

const UPDATED = 'organization { id key name version } revisions { revision }';

it('renames an organization and records before and after', async () => {
  const { id, key } = await makeOrganization(world);

  const payload = await mutate(
    owner(),
    'updateOrganization',
    { organizationId: id, expectedVersion: 1, name: 'Ümläut 🏳️' },
    UPDATED,
  );

  expect(payload).toEqual({ organization: { id, key, name: 'Ümläut 🏳️', version: 2 }, revisions: [], userErrors: [] });
  expect(await lastChange(world, id)).toEqual({
    kind: 'ORGANIZATION_UPDATED',
    items: [{ kind: 'ORGANIZATION', version: 2, before: { key, name: 'Acme' }, after: { key, name: 'Ümläut 🏳️' } }],
  });
});

it('records nothing when the name is the same', async () => {
  const { id, key } = await makeOrganization(world);
  const before = await chainLength(world, id);

  const payload = await mutate(owner(), 'updateOrganization', { organizationId: id, expectedVersion: 1, name: 'Acme' }, UPDATED);

  expect(payload).toEqual({ organization: { id, key, name: 'Acme', version: 1 }, revisions: [], userErrors: [] });
  expect(await chainLength(world, id)).toBe(before);
});

it('names the author of the current version when the version is stale', async () => {
  const { id } = await makeOrganization(world);
  await make(owner(), 'updateOrganization', { organizationId: id, expectedVersion: 1, name: 'Second' }, 'organization { id }');

  const { updateOrganization } = await owner().request<{ updateOrganization: object }>(
    `mutation ($input: UpdateOrganizationInput!) {
      updateOrganization(input: $input) {
        organization { id }
        userErrors { __typename code message path ... on StaleVersionError { currentVersion changedBy { kind name } } }
      }
    }`,
    { input: { organizationId: id, expectedVersion: 1, name: 'Third' } },
  );

  expect(updateOrganization).toEqual({
    organization: null,
    userErrors: [
      {
        __typename: 'StaleVersionError',
        code: 'STALE_VERSION',
        message: 'The organization has version 2, not 1; read it again.',
        path: ['input', 'expectedVersion'],
        currentVersion: 2,
        changedBy: { kind: 'USER', name: world.owner.email },
      },
    ],
  });
});

it.each([
  [' ', 'BLANK', 'Organization name must not be empty.'],
  ['x'.repeat(256), 'TOO_LONG', 'Organization name has 256 characters; at most 255 are allowed.'],
  ['a\u0000', 'INVALID', 'Organization name must not contain U+0000 or a lone surrogate.'],
])('refuses the name %j', async (name, code, message) => {
  const { id } = await makeOrganization(world);

  const payload = await mutate(owner(), 'updateOrganization', { organizationId: id, expectedVersion: 1, name }, UPDATED);

  expect(payload).toEqual({
    organization: null,
    revisions: [],
    userErrors: [{ code, message, path: ['input', 'name'] }],
  });
});

it('lets exactly one of twenty organizations have a key', async () => {
  const key = uniqueKey('organization');

  const payloads = await Promise.all(
    Array.from({ length: 20 }, () => mutate(owner(), 'createOrganization', { key, name: 'Acme' }, 'organization { key }')),
  );

  const refused = payloads.filter(({ userErrors }) => userErrors.length > 0);
  const message = `Another organization already has the key "${key}".`;
  expect(refused).toHaveLength(19);
  expect(refused[0]!.userErrors).toEqual([{ code: 'DUPLICATE', message, path: ['input', 'key'] }]);
});

it('answers an unknown id, an id of another kind and an organization of others alike', async () => {
  const { id } = await makeOrganization(world);
  const outsider = await makeOutsider(world);
  const answers = ['organization_x', 'flag_0', 'a\u0000', id].map(async (organizationId) => {
    const input = { organizationId, expectedVersion: 1, name: 'Mine' };
    const { userErrors } = await mutate(outsider.client, 'updateOrganization', input, UPDATED);
    return [organizationId, userErrors] as const;
  });

  for (const [organizationId, userErrors] of await Promise.all(answers)) {
    const message = absenceOf('organization', organizationId);
    expect(userErrors).toEqual([{ code: 'NOT_FOUND', message, path: ['input', 'organizationId'] }]);
  }
});

it('lets only an OWNER delete it, and writes nothing for a denied call', async () => {
  const { id, key } = await makeOrganization(world);
  const admin = await makeMember(world, 'ADMIN', { organizationId: id });
  const before = await chainLength(world, id);
  const input = { organizationId: id, expectedVersion: 1, confirmKey: key };

  const byAdmin = await refusalOf(mutate(admin.client, 'deleteOrganization', input, 'deletedOrganizationId'));
  const byNobody = await refusalOf(mutate(world.client(), 'deleteOrganization', input, 'deletedOrganizationId'));

  expect(byAdmin).toEqual({ code: 'FORBIDDEN', message: 'This needs the permission organization:delete.' });
  expect(byNobody?.code).toBe('UNAUTHENTICATED');
  expect(await chainLength(world, id)).toBe(before);
});

it('deletes all that it owns, keeps the audit rows and ends the streams', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  await makeFlag(project);
  const id = project.organizationId;
  const events = world.socket(world.owner.accessToken).iterate({
    query: 'subscription ($id: ID!) { flagChanged(environmentId: $id, since: { epoch: "none", revision: 0 }) { kind } }',
    variables: { id: environment.id },
  });
  expect((await events.next()).value?.data).toEqual({ flagChanged: { kind: 'RESYNC' } });
  const ended = events.next().catch((errors: { extensions: { code: string } }[]) => errors[0]!.extensions.code);
  const { organization } = await owner().request<{ organization: { key: string } }>(
    'query ($id: ID!) { organization(id: $id) { key } }',
    { id },
  );

  const input = { organizationId: id, expectedVersion: 1, confirmKey: organization.key };
  const payload = await mutate(owner(), 'deleteOrganization', input, 'deletedOrganizationId revisions { revision }');

  expect(payload).toEqual({ deletedOrganizationId: id, revisions: [], userErrors: [] });
  // The role of its owner is deleted as well: either fault may come first.
  expect(['NOT_FOUND', 'FORBIDDEN']).toContain(await ended);
  const left = await world.app.database.connection.query<object[]>(
    `SELECT (SELECT count(*) FROM project WHERE organization_id = $1) AS projects,
            (SELECT count(*) FROM role_binding WHERE organization_id = $1) AS roles,
            (SELECT count(*) FROM flag WHERE project_id = $2) AS flags,
            (SELECT count(*) FROM environment_head WHERE environment_id = $3) AS heads`,
    [id, project.id, environment.id],
  );
  expect(left).toEqual([{ projects: '0', roles: '0', flags: '0', heads: '0' }]);
  expect(await chainLength(world, id)).toBe(5);
  expect(await lastChange(world, id)).toMatchObject({
    kind: 'ORGANIZATION_DELETED',
    items: [
      { kind: 'ORGANIZATION', version: 2, after: null },
      { kind: 'MEMBER', after: null },
    ],
  });
});

it('refuses to delete it without its exact key', async () => {
  const { id, key } = await makeOrganization(world);

  const input = { organizationId: id, expectedVersion: 1, confirmKey: 'acme' };
  const payload = await mutate(owner(), 'deleteOrganization', input, 'deletedOrganizationId');

  expect(payload).toEqual({
    deletedOrganizationId: null,
    userErrors: [
      { code: 'INVALID', message: `Confirm with the key of the organization, "${key}".`, path: ['input', 'confirmKey'] },
    ],
  });
});

it('deletes an organization while its projects, members and keys are written, without a dead-lock', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const { organization } = await owner().request<{ organization: { key: string } }>(
    'query ($id: ID!) { organization(id: $id) { key } }',
    { id: project.organizationId },
  );
  const { id: projectId, organizationId } = project;
  const writers = Array.from({ length: 12 }, (_, i) => {
    const invitation = { organizationId, projectId, email: `a${i}@example.com`, role: 'VIEWER' };
    if (i % 3 === 0) return mutate(owner(), 'inviteMember', invitation, 'invitation { id }');
    const key = { environmentId: environment.id, kind: 'SERVER', name: 'Key' };
    if (i % 3 === 1) return mutate(owner(), 'createApiKey', key, 'apiKey { id }');
    return mutate(owner(), 'createFlag', { projectId, key: `f${i}`, name: 'F', valueType: 'BOOLEAN' }, 'flag { id }');
  });

  const input = { organizationId, expectedVersion: 1, confirmKey: organization.key };
  const deletion = mutate<object>(owner(), 'deleteOrganization', input, 'deletedOrganizationId');

  const refusals = await Promise.all([...writers, deletion].map((work) => refusalOf(work)));
  expect(refusals.filter((refusal) => refusal !== null)).toEqual([]);
  expect(await deletion).toEqual({ deletedOrganizationId: organizationId, userErrors: [] });
});

it('lists the organizations of a user and their projects in as many statements for one as for many', async () => {
  const own = await createWorld();
  try {
    const client = own.client(own.owner.accessToken);
    const list = () =>
      countStatements(own, () =>
        client.request<{ organizations: { totalCount: number; nodes: { projects: { totalCount: number; nodes: object[] } }[] } }>(
          '{ organizations(first: 100) { totalCount nodes { key projects(first: 3) { totalCount nodes { key organization { key } } } } } }',
        ),
      );
    await makeProject(own);
    const few = await list();
    for (let i = 0; i < 9; i++) await makeProject(own);
    await own.app.database.connection.query(
      `INSERT INTO project (id, organization_id, key, name, description, stale_after_days, version, created_at)
       SELECT 'project_' || o.id || n, o.id, 'bulk-' || lpad(n::text, 4, '0'), 'Bulk', '', 30, 1, now()
       FROM organization o, generate_series(1, 100) n`,
    );
    const many = await list();

    expect(few.result.organizations).toMatchObject({ totalCount: 1, nodes: [{ projects: { totalCount: 1 } }] });
    expect(many.result.organizations.totalCount).toBe(10);
    for (const { projects } of many.result.organizations.nodes) {
      expect([projects.totalCount, projects.nodes.length]).toEqual([101, 3]);
    }
    expect(many.statements).toHaveLength(few.statements.length);
    expect(many.statements).toHaveLength(4);
  } finally {
    await own.close();
  }
});
