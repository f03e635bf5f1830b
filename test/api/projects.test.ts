import { absenceOf, expectNothing } from '../support/absence';
import { countStatements } from '../support/count-statements';
import { make, makeApiKey, makeEnvironment, makeOrganization, makeProject, mutate, uniqueKey } from '../support/make';
import { chainLength, lastChange, makeMember, makeOutsider, refusalOf } from '../support/members';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const FIELDS = 'project { id key name description staleAfterDays version } revisions { revision }';

it('changes given fields and keeps absent ones', async () => {
  const { id, key, client, organizationId } = await makeProject(world);

  const payload = await mutate(client, 'updateProject', { projectId: id, expectedVersion: 1, staleAfterDays: 3650 }, FIELDS);

  const project = { id, key, name: 'Shop', description: '', staleAfterDays: 3650, version: 2 };
  expect(payload).toEqual({ project, revisions: [], userErrors: [] });
  const body = { key, name: 'Shop', description: '' };
  expect(await lastChange(world, organizationId)).toEqual({
    kind: 'PROJECT_UPDATED',
    items: [{ kind: 'PROJECT', version: 2, before: { ...body, staleAfterDays: 30 }, after: { ...body, staleAfterDays: 3650 } }],
  });
});

it('creates a project with a number of days of its own', async () => {
  const organization = await makeOrganization(world);
  const input = { organizationId: organization.id, key: uniqueKey('p'), name: 'Shop', staleAfterDays: 7 };

  const payload = await mutate<{ project: { id: string } }>(
    world.client(world.owner.accessToken),
    'createProject',
    input,
    FIELDS,
  );

  expect(payload.project).toEqual({
    id: payload.project.id,
    key: input.key,
    name: 'Shop',
    description: '',
    staleAfterDays: 7,
    version: 1,
  });
});

it('reports explicit nulls and all other issues together, and writes nothing', async () => {
  const { id, client, organizationId } = await makeProject(world);
  const before = await chainLength(world, organizationId);

  const input = { projectId: id, expectedVersion: 1, name: null, description: 'x'.repeat(2001), staleAfterDays: 0 };
  const payload = await mutate(client, 'updateProject', input, FIELDS);

  expect(payload).toEqual({
    project: null,
    revisions: [],
    userErrors: [
      { code: 'INVALID', message: 'Project name must not be null; leave it out to keep it as it is.', path: ['input', 'name'] },
      {
        code: 'TOO_LONG',
        message: 'Project description has 2001 characters; at most 2000 are allowed.',
        path: ['input', 'description'],
      },
      {
        code: 'OUT_OF_RANGE',
        message: 'Days until a flag is stale: 0 was given; 1 to 3,650 are allowed.',
        path: ['input', 'staleAfterDays'],
      },
    ],
  });
  expect(await chainLength(world, organizationId)).toBe(before);
});

it('lets exactly one of twenty writers with one version through', async () => {
  const { id, client } = await makeProject(world);

  const payloads = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      mutate(client, 'updateProject', { projectId: id, expectedVersion: 1, name: `N${i}` }, FIELDS),
    ),
  );

  const refused = payloads.filter(({ userErrors }) => userErrors.length > 0);
  expect(refused).toHaveLength(19);
  expect(refused[0]!.userErrors).toEqual([
    {
      code: 'STALE_VERSION',
      message: 'The project has version 2, not 1; read it again.',
      path: ['input', 'expectedVersion'],
    },
  ]);
});

it('lets exactly one of twenty projects have a key', async () => {
  const organization = await makeOrganization(world);
  const client = world.client(world.owner.accessToken);
  const input = { organizationId: organization.id, key: 'same', name: 'Same' };

  const payloads = await Promise.all(Array.from({ length: 20 }, () => mutate(client, 'createProject', input, 'project { id }')));

  const refused = payloads.filter(({ userErrors }) => userErrors.length > 0);
  expect(refused).toHaveLength(19);
  expect(refused[0]!.userErrors).toEqual([
    { code: 'DUPLICATE', message: 'Another project already has the key "same".', path: ['input', 'key'] },
  ]);
});

it('answers an unknown id, an id of another kind and a project of others alike', async () => {
  const { id, organizationId } = await makeProject(world);
  const outsider = await makeOutsider(world);

  for (const projectId of ['project_x', organizationId, 'a\u0000', id]) {
    const input = { projectId, expectedVersion: 1, confirmKey: 'x' };
    const payload = await mutate(outsider.client, 'deleteProject', input, 'deletedProjectId');
    const message = absenceOf('project', projectId);
    expect(payload).toEqual({
      deletedProjectId: null,
      userErrors: [{ code: 'NOT_FOUND', message, path: ['input', 'projectId'] }],
    });
    const query = outsider.client.request<object>('query ($id: ID!) { project(id: $id) { id } }', { id: projectId });
    await expectNothing('project', projectId, query);
  }
});

it.each(['EDITOR', 'VIEWER'])('denies changes to %s and writes nothing', async (role) => {
  const { id, key, organizationId } = await makeProject(world);
  const member = await makeMember(world, role, { organizationId });
  const before = await chainLength(world, organizationId);

  const update = await refusalOf(
    mutate(member.client, 'updateProject', { projectId: id, expectedVersion: 1, name: 'X' }, FIELDS),
  );
  const input = { projectId: id, expectedVersion: 1, confirmKey: key };
  const deletion = await refusalOf(mutate(member.client, 'deleteProject', input, 'deletedProjectId'));

  expect(update).toEqual({ code: 'FORBIDDEN', message: 'This needs the permission project:update.' });
  expect(deletion).toEqual({ code: 'FORBIDDEN', message: 'This needs the permission project:delete.' });
  expect(await chainLength(world, organizationId)).toBe(before);
});

it('deletes a project with 1,000 flags in 5 environments, and keeps its changes', async () => {
  const project = await makeProject(world);
  for (let i = 0; i < 5; i++) await makeEnvironment(project);
  await insertFlags(project.id, 1000);
  const before = await chainLength(world, project.organizationId);

  const input = { projectId: project.id, expectedVersion: 1, confirmKey: project.key };
  const payload = await mutate(project.client, 'deleteProject', input, 'deletedProjectId revisions { revision }');

  expect(payload).toEqual({ deletedProjectId: project.id, revisions: [], userErrors: [] });
  const left = await world.app.database.connection.query<object[]>(
    `SELECT (SELECT count(*) FROM flag WHERE project_id = $1) AS flags,
            (SELECT count(*) FROM flag_configuration c WHERE c.flag_id LIKE 'flag_bulk' || $1 || '%') AS configurations,
            (SELECT count(*) FROM environment WHERE project_id = $1) AS environments,
            (SELECT count(*)::integer FROM change WHERE project_id = $1) AS changes`,
    [project.id],
  );
  expect(left).toEqual([{ flags: '0', configurations: '0', environments: '0', changes: 7 }]);
  expect(await chainLength(world, project.organizationId)).toBe(before + 1);
  expect(await lastChange(world, project.organizationId)).toMatchObject({
    kind: 'PROJECT_DELETED',
    items: [{ kind: 'PROJECT', version: 2, before: { key: project.key }, after: null }],
  });
});

it('deletes a project while members, keys and flags of it are written, without a dead-lock', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const { id: projectId, organizationId, client } = project;
  const member = await makeMember(world, 'VIEWER', { organizationId });
  const writers = Array.from({ length: 12 }, (_, i) => {
    const role = { organizationId, projectId, userId: member.id, role: i % 2 === 0 ? 'EDITOR' : 'ADMIN' };
    if (i % 3 === 0) return mutate(client, 'setMemberRole', role, 'member { joinedAt }');
    const key = { environmentId: environment.id, kind: 'SERVER', name: 'Key' };
    if (i % 3 === 1) return mutate(client, 'createApiKey', key, 'apiKey { id }');
    return mutate(client, 'createFlag', { projectId, key: `f${i}`, name: 'F', valueType: 'BOOLEAN' }, 'flag { id }');
  });

  const deletion = mutate(
    client,
    'deleteProject',
    { projectId, expectedVersion: 1, confirmKey: project.key },
    'deletedProjectId',
  );

  const refusals = await Promise.all([...writers, deletion].map((work) => refusalOf(work)));
  expect(refusals.filter((refusal) => refusal !== null)).toEqual([]);
  expect(await deletion).toEqual({ deletedProjectId: projectId, userErrors: [] });
});

it('ends the keys of a deleted project', async () => {
  const project = await makeProject(world);
  const secret = await makeApiKey(project, await makeEnvironment(project));
  await make(
    project.client,
    'deleteProject',
    { projectId: project.id, expectedVersion: 1, confirmKey: project.key },
    'deletedProjectId',
  );

  expect((await refusalOf(world.client(secret).request('{ snapshot { revision } }')))?.code).toBe('UNAUTHENTICATED');
});

it('finds projects by part of key or name, literally and ignoring case', async () => {
  const organization = await makeOrganization(world);
  const client = world.client(world.owner.accessToken);
  for (const [key, name] of [
    ['alpha', 'First'],
    ['beta', '100 % ALPHA'],
    ['gamma', 'under_score'],
  ] as const) {
    await make(client, 'createProject', { organizationId: organization.id, key, name }, 'project { id }');
  }
  const search = async (text: string | null): Promise<unknown> => {
    const document = `query ($id: ID!, $text: String) {
      organization(id: $id) { projects(filter: { search: $text }) { totalCount nodes { key } } }
    }`;
    const answer = await client.request<{ organization: { projects: { totalCount: number; nodes: { key: string }[] } } }>(
      document,
      { id: organization.id, text },
    );
    const { totalCount, nodes } = answer.organization.projects;
    expect(totalCount).toBe(nodes.length);
    return nodes.map(({ key }) => key);
  };

  expect(await search('ALPH')).toEqual(['alpha', 'beta']);
  expect(await search('%')).toEqual(['beta']);
  expect(await search('r_s')).toEqual(['gamma']);
  expect(await search('\\')).toEqual([]);
  expect(await search(null)).toEqual(['alpha', 'beta', 'gamma']);
  expect((await refusalOf(search('a\u0000')))?.message).toBe('search: U+0000 and lone surrogates are not allowed.');
  expect(await refusalOf(search('x'.repeat(256)))).toEqual({
    code: 'BAD_USER_INPUT',
    message: 'search: 256 characters were given; at most 255 are allowed.',
  });
});

it('pages through all projects without repeating or missing one', async () => {
  const { id } = await makeOrganization(world);
  await world.app.database.connection.query(
    `INSERT INTO project (id, organization_id, key, name, description, stale_after_days, version, created_at)
     SELECT 'project_page' || n, $1, 'p-' || lpad(n::text, 3, '0'), 'P', '', 30, 1, now() FROM generate_series(1, 25) n`,
    [id],
  );
  const client = world.client(world.owner.accessToken);
  const keys: string[] = [];
  for (let after: string | null = null, more = true; more;) {
    const answer: {
      organization: { projects: { nodes: { key: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } };
    } = await client.request(
      `query ($id: ID!, $after: String) {
        organization(id: $id) { projects(first: 10, after: $after) { nodes { key } pageInfo { hasNextPage endCursor } } }
      }`,
      { id, after },
    );
    const { nodes, pageInfo } = answer.organization.projects;
    keys.push(...nodes.map(({ key }) => key));
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage;
  }

  expect(keys).toEqual(Array.from({ length: 25 }, (_, i) => `p-${String(i + 1).padStart(3, '0')}`));
});

it('lists only the projects in which a member has a role', async () => {
  const organization = await makeOrganization(world);
  const owner = world.client(world.owner.accessToken);
  const create = async (key: string): Promise<string> =>
    (
      await make<{ project: { id: string } }>(
        owner,
        'createProject',
        { organizationId: organization.id, key, name: key },
        'project { id }',
      )
    ).project.id;
  const [one] = [await create('one'), await create('two')];
  const member = await makeMember(world, 'VIEWER', { organizationId: organization.id, projectId: one });

  const answer = await member.client.request(
    'query ($id: ID!) { organization(id: $id) { projects { totalCount nodes { key } } } }',
    { id: organization.id },
  );

  expect(answer).toEqual({ organization: { projects: { totalCount: 1, nodes: [{ key: 'one' }] } } });
});

it('reads a page of projects with environments and organization in as many statements for 10 as for 1,000', async () => {
  const { id } = await makeOrganization(world);
  const client = world.client(world.owner.accessToken);
  const insert = (from: number, to: number) =>
    world.app.database.connection.query(
      `WITH p AS (
         INSERT INTO project (id, organization_id, key, name, description, stale_after_days, version, created_at)
         SELECT 'project_' || $1 || n, $1, 'p-' || lpad(n::text, 4, '0'), 'P', '', 30, 1, now()
         FROM generate_series($2::integer, $3::integer) n RETURNING id
       ), e AS (
         INSERT INTO environment (id, project_id, key, name, color, is_production, position, version, created_at)
         SELECT p.id || n, p.id, 'e' || n, 'E', '#808080', false, n, 1, now() FROM p, generate_series(0, 2) n RETURNING id, project_id
       )
       INSERT INTO environment_head (environment_id, project_id, epoch, revision) SELECT id, project_id, 'x', 0 FROM e`,
      [id, from, to],
    );
  const list = () =>
    countStatements(world, () =>
      client.request<{ organization: { projects: { totalCount: number; nodes: object[] } } }>(
        `query ($id: ID!) {
          organization(id: $id) {
            projects(first: 100) {
              totalCount
              nodes {
                key organization { key }
                environments { key revision apiKeys { name } }
                apiKeys(first: 5) { totalCount nodes { name } }
                members(first: 5) { totalCount nodes { joinedAt user { email } roles { role } } }
              }
            }
          }
        }`,
        { id },
      ),
    );

  await insert(1, 10);
  const few = await list();
  await insert(11, 1000);
  const many = await list();

  expect([few.result.organization.projects.totalCount, many.result.organization.projects.totalCount]).toEqual([10, 1000]);
  expect(many.result.organization.projects.nodes).toHaveLength(100);
  expect(many.statements).toHaveLength(few.statements.length);
  expect(many.statements).toHaveLength(14);
});

async function insertFlags(projectId: string, count: number): Promise<void> {
  const { connection } = world.app.database;
  await connection.query(
    `INSERT INTO flag (id, project_id, key, name, description, value_type, variations, off_variation, on_variation, tags,
                       lifetime, is_client_available, is_archived, salt, version, created_at, updated_at, changed_at)
     SELECT 'flag_bulk' || $1 || n, $1, 'bulk-' || n, 'Bulk', '', 'BOOLEAN', '[]', 'off', 'on', '{}',
            'TEMPORARY', false, false, 'salt', 1, now(), now(), now() FROM generate_series(1, $2::integer) n`,
    [projectId, count],
  );
  await connection.query(
    `INSERT INTO flag_configuration (flag_id, environment_id, is_enabled, off_variation, prerequisites, targets, rules,
                                     fallthrough, version, updated_at)
     SELECT f.id, e.id, false, 'off', '[]', '[]', '[]', '{}', 1, now()
     FROM flag f JOIN environment e ON e.project_id = f.project_id WHERE f.project_id = $1`,
    [projectId],
  );
}
