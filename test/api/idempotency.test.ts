/** A mutation that is sent again with its Idempotency-Key is applied once and answered alike. */
import { GraphQLClient } from 'graphql-request';
import { createTestClock } from '../support/clock';
import { make, makeEnvironment, makeOrganization, makeProject, mutate, uniqueKey } from '../support/make';
import { makeMember, refusalOf, logInByPassword } from '../support/members';
import { makeScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

const clock = createTestClock();
let world: World;
beforeAll(async () => {
  world = await createWorld({ clock });
});
afterAll(() => world.close());

const client = (idempotencyKey: string): ReturnType<World['client']> =>
  world.client(world.owner.accessToken, { 'idempotency-key': idempotencyKey });
const PROJECT = 'project { id key name createdAt } revisions { revision }';

async function projectsOf(organizationId: string): Promise<number> {
  const { connection } = world.app.database;
  const rows = await connection.query<unknown[]>('SELECT 1 FROM project WHERE organization_id = $1', [organizationId]);
  return rows.length;
}

it('applies a request that is sent twice once, and answers both alike', async () => {
  const organization = await makeOrganization(world);
  const input = { organizationId: organization.id, key: uniqueKey('project'), name: 'Shop' };
  const key = uniqueKey('idempotency');

  const first = await mutate(client(key), 'createProject', input, PROJECT);
  const second = await mutate(client(key), 'createProject', input, PROJECT);

  expect(first.userErrors).toEqual([]);
  expect(second).toEqual(first);
  expect(await projectsOf(organization.id)).toBe(1);
});

it('applies a request that is sent several times at once only once, and answers all alike', async () => {
  const organization = await makeOrganization(world);
  const input = { organizationId: organization.id, key: uniqueKey('project'), name: 'Shop' };
  const key = uniqueKey('idempotency');

  const answers = await Promise.all([1, 2, 3, 4].map(() => mutate(client(key), 'createProject', input, PROJECT)));

  expect(answers[0]!.userErrors).toEqual([]);
  expect(answers).toEqual(answers.map(() => answers[0]));
  expect(await projectsOf(organization.id)).toBe(1);
});

it('refuses another input under the same key, and applies none of it', async () => {
  const organization = await makeOrganization(world);
  const input = { organizationId: organization.id, key: uniqueKey('project'), name: 'Shop' };
  const key = uniqueKey('idempotency');
  await mutate(client(key), 'createProject', input, PROJECT);

  const other = await mutate(client(key), 'createProject', { ...input, key: uniqueKey('project') }, PROJECT);

  expect(other).toEqual({
    project: null,
    revisions: [],
    userErrors: [
      {
        code: 'IDEMPOTENCY_KEY_REUSED',
        message: `The Idempotency-Key "${key}" was used within 24 hours for another request.`,
        path: null,
      },
    ],
  });
  expect(await projectsOf(organization.id)).toBe(1);
});

it('keeps no claim for a request that was refused', async () => {
  const organization = await makeOrganization(world);
  const input = { organizationId: organization.id, key: 'not a key', name: 'Shop' };
  const key = uniqueKey('idempotency');
  const refused = await mutate(client(key), 'createProject', input, PROJECT);

  const mended = await mutate(client(key), 'createProject', { ...input, key: uniqueKey('project') }, PROJECT);

  expect(refused.userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'key'] }]);
  expect(mended.userErrors).toEqual([]);
});

it('forgets a claim after 24 hours', async () => {
  const own = createTestClock();
  const ageing = await createWorld({ clock: own });
  const key = uniqueKey('idempotency');
  const create = async (organizationKey: string): Promise<readonly { code: string }[]> => {
    const { email, password } = ageing.owner;
    const { accessToken } = await mutate<{ accessToken: string }>(ageing.client(), 'logIn', { email, password }, 'accessToken');
    const again = ageing.client(accessToken, { 'idempotency-key': key });
    return (await mutate(again, 'createOrganization', { key: organizationKey, name: 'Acme' }, 'organization { id }')).userErrors;
  };

  const outcomes = [await create('first')];
  own.advance(24 * 3_600_000 - 1);
  outcomes.push(await create('second'));
  own.advance(1);
  outcomes.push(await create('third'));
  await ageing.close();

  expect(outcomes.map((errors) => errors.map(({ code }) => code))).toEqual([[], ['IDEMPOTENCY_KEY_REUSED'], []]);
});

it('replays the secret of a new API key, which the database does not store in clear', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const input = { environmentId: environment.id, kind: 'SERVER', name: 'Back end' };
  const key = uniqueKey('idempotency');

  const first = await mutate<{ secret: string }>(client(key), 'createApiKey', input, 'apiKey { id createdAt } secret');
  const second = await mutate<{ secret: string }>(client(key), 'createApiKey', input, 'apiKey { id createdAt } secret');
  const { connection } = world.app.database;
  const tables = await connection.query<{ name: string }[]>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  const holders = [];
  for (const { name } of tables) {
    const sql = `SELECT 1 FROM "${name}" t WHERE strpos(t::text, $1) > 0`;
    if ((await connection.query<unknown[]>(sql, [first.secret])).length > 0) holders.push(name);
  }

  expect(first.secret).toMatch(/^fs_server_[0-9A-Za-z]{36}$/);
  expect(second).toEqual(first);
  expect(holders).toEqual([]);
});

it('answers the same mutation under another alias alike, and applies it once', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const again = client(uniqueKey('idempotency'));
  const create = (alias: string): Promise<Record<string, { secret: string }>> =>
    again.request(
      `mutation ($input: CreateApiKeyInput!) { ${alias}: createApiKey(input: $input) { secret userErrors { code } } }`,
      { input: { environmentId: environment.id, kind: 'SERVER', name: 'Back end' } },
    );

  const [first, second] = [await create('_0'), await create('_1')];

  expect(second['_1']).toEqual(first['_0']);
  const keys = await world.app.database.connection.query<unknown[]>('SELECT 1 FROM api_key WHERE environment_id = $1', [
    environment.id,
  ]);
  expect(keys).toHaveLength(1);
});

it('refuses another mutation under the same key, whatever its alias, and applies none of it', async () => {
  const organization = await makeOrganization(world);
  const key = uniqueKey('idempotency');
  const { project } = await make<{ project: { id: string; version: number } }>(
    client(key),
    'createProject',
    { organizationId: organization.id, key: uniqueKey('project'), name: 'Shop' },
    'project { id version }',
  );

  const input = { projectId: project.id, expectedVersion: project.version, name: 'Other' };
  const document = `mutation ($input: UpdateProjectInput!) {
    another: updateProject(input: $input) { project { name } userErrors { code } } }`;
  const refused = await client(key).request(document, { input });
  const { node } = await world
    .client(world.owner.accessToken)
    .request<{ node: unknown }>('query ($id: ID!) { node(id: $id) { ... on Project { name version } } }', { id: project.id });

  expect(refused).toEqual({ another: { project: null, userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] } });
  expect(node).toEqual({ name: 'Shop', version: project.version });
});

it('applies one of two different requests that are sent at once under the same key', async () => {
  const organization = await makeOrganization(world);
  const key = uniqueKey('idempotency');
  const inputs = ['a', 'b', 'c'].map((name) => ({ organizationId: organization.id, key: uniqueKey(name), name }));

  const answers = await Promise.all(inputs.map((input) => mutate(client(key), 'createProject', input, PROJECT)));

  expect(answers.map(({ userErrors }) => userErrors.map(({ code }) => code)).toSorted()).toEqual([
    [],
    ['IDEMPOTENCY_KEY_REUSED'],
    ['IDEMPOTENCY_KEY_REUSED'],
  ]);
  expect(await projectsOf(organization.id)).toBe(1);
});

it('applies a mutation that stands in one request several times each time, and repeats none of them', async () => {
  const { environment, flag } = await makeScene(world);
  const again = client(uniqueKey('idempotency'));
  const place = { flagId: flag.id, environmentId: environment.id };
  const fields = ['a: toggleFlag(input: $on)', 'b: toggleFlag(input: $off)', 'c: toggleFlag(input: $on)'];
  const document = `mutation ($on: ToggleFlagInput!, $off: ToggleFlagInput!) {
    ${fields.map((field) => `${field} { revisions { revision } userErrors { code } }`).join(' ')} }`;
  const variables = { on: { ...place, isEnabled: true }, off: { ...place, isEnabled: false } };

  const first = await again.request(document, variables);
  const second = await again.request(document, variables);

  const at = (revision: number): object => ({ revisions: [{ revision }], userErrors: [] });
  expect(first).toEqual({ a: at(2), b: at(3), c: at(4) });
  expect(second).toEqual(first);
});

it('takes an input whose members come in another order for the same, and one written into the document, too', async () => {
  const organization = await makeOrganization(world);
  const key = uniqueKey('idempotency');
  const project = { organizationId: organization.id, key: uniqueKey('project'), name: 'Shop' };
  const members = Object.entries(project);
  const literal = members.map(([name, value]) => `${name}: "${value}"`).join(', ');

  const first = await mutate(client(key), 'createProject', project, PROJECT);
  const turned = await mutate(client(key), 'createProject', Object.fromEntries(members.toReversed()), PROJECT);
  const written = await client(key).request(
    `mutation { createProject(input: { ${literal} }) { ${PROJECT} userErrors { code message path } } }`,
  );

  expect(first.userErrors).toEqual([]);
  expect([turned, written]).toEqual([first, { createProject: first }]);
  expect(await projectsOf(organization.id)).toBe(1);
});

it('judges what was refused again, and repeats what was carried out beside it', async () => {
  const holder = await makeProject(world);
  const { organizationId } = holder;
  const free = uniqueKey('free');
  const again = client(uniqueKey('idempotency'));
  const document = `mutation ($a: CreateProjectInput!, $b: CreateProjectInput!) {
    a: createProject(input: $a) { project { key } userErrors { code } }
    b: createProject(input: $b) { project { id key } userErrors { code } }
  }`;
  const variables = {
    a: { organizationId, key: holder.key, name: 'A' },
    b: { organizationId, key: free, name: 'B' },
  };

  const first = await again.request<{ b: unknown }>(document, variables);
  const deletion = { projectId: holder.id, expectedVersion: 1, confirmKey: holder.key };
  await make(holder.client, 'deleteProject', deletion, 'deletedProjectId');
  const second = await again.request(document, variables);

  expect(first).toMatchObject({
    a: { project: null, userErrors: [{ code: 'DUPLICATE' }] },
    b: { project: { key: free }, userErrors: [] },
  });
  expect(second).toEqual({ a: { project: { key: holder.key }, userErrors: [] }, b: first.b });
});

it('gives each mutation of one request a claim of its own', async () => {
  const [a, b] = [uniqueKey('a'), uniqueKey('b')];
  const again = client(uniqueKey('idempotency'));
  const document = `mutation ($a: CreateOrganizationInput!, $b: CreateOrganizationInput!) {
    a: createOrganization(input: $a) { organization { id key } userErrors { code } }
    b: createOrganization(input: $b) { organization { id key } userErrors { code } }
  }`;
  const variables = { a: { key: a, name: 'A' }, b: { key: b, name: 'B' } };

  const first = await again.request(document, variables);
  const second = await again.request(document, variables);

  expect(first).toMatchObject({
    a: { organization: { key: a }, userErrors: [] },
    b: { organization: { key: b }, userErrors: [] },
  });
  expect(second).toEqual(first);
});

it('carries out the same request of another caller under the same key', async () => {
  const { project, environment, flag } = await makeScene(world);
  const key = uniqueKey('idempotency');
  const { email } = await makeMember(world, 'EDITOR', { organizationId: project.organizationId, projectId: project.id });
  const input = { flagId: flag.id, environmentId: environment.id, isEnabled: true };
  const toggle = (by: GraphQLClient, isEnabled: boolean): Promise<unknown> =>
    mutate(by, 'toggleFlag', { ...input, isEnabled }, 'revisions { revision }');

  const own = await toggle(client(key), true);
  await toggle(project.client, false);
  const others = await toggle(await signInWith(email, key), true);

  expect([own, others]).toEqual([
    { revisions: [{ revision: 2 }], userErrors: [] },
    { revisions: [{ revision: 4 }], userErrors: [] },
  ]);
});

it('gives an anonymous caller nothing of the claim of another', async () => {
  const project = await makeProject(world);
  const key = uniqueKey('idempotency');
  const input = { organizationId: project.organizationId, key: uniqueKey('project'), name: 'Shop' };
  await mutate(client(key), 'createProject', input, PROJECT);

  const anonymous = await world
    .client(undefined, { 'idempotency-key': key })
    .request('mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id } userErrors { code } } }', {
      input,
    })
    .catch((error: unknown) => error);

  expect((anonymous as { response: { errors: unknown[] } }).response.errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
});

it('refuses to replay an answer to an actor that has lost the role of the first request', async () => {
  const { project, environment, flag } = await makeScene(world);
  const editor = await makeMember(world, 'EDITOR', { organizationId: project.organizationId, projectId: project.id });
  const key = uniqueKey('idempotency');
  const again = await signInWith(editor.email, key);
  const input = { flagId: flag.id, environmentId: environment.id, isEnabled: true };
  const first = await mutate(again, 'toggleFlag', input, 'flag { key }');
  await make(
    project.client,
    'removeMember',
    { organizationId: project.organizationId, userId: editor.id },
    'revisions { revision }',
  );

  const refusal = await refusalOf(mutate(again, 'toggleFlag', input, 'flag { key project { flags { nodes { key } } } }'));

  expect(first).toEqual({ flag: { key: flag.key }, userErrors: [] });
  expect(refusal).toEqual({
    code: 'FORBIDDEN',
    message: 'You no longer have the roles that this request was first made with.',
  });
});

async function signInWith(email: string, idempotencyKey: string): Promise<GraphQLClient> {
  const client = await logInByPassword(world, email);
  const headers = client.requestConfig.headers as Record<string, string>;
  return new GraphQLClient(world.url, { headers: { ...headers, 'idempotency-key': idempotencyKey } });
}
