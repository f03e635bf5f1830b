/** How soon a dead credential or a lost role is noticed: at once where it was taken, elsewhere by notification or poll. */
import { GraphQLClient } from 'graphql-request';
import { Stopwatch } from '../support/stopwatch';
import { make, makeApiKey, makeEnvironment, makeFlag, makeProject, eventually, type MadeProject } from '../support/make';
import { makeMember, makeOutsider, refusalOf, type Person } from '../support/members';
import { createWorld, isEmbedded, type World } from '../support/world';

const WHO = '{ viewer { roles { role } } evaluate(contexts: [{ targetingKey: "ada" }]) { revision } }';

async function keyOf(project: MadeProject): Promise<{ id: string; secret: string }> {
  const environment = await makeEnvironment(project);
  const made = await make<{ apiKey: { id: string }; secret: string }>(
    project.client,
    'createApiKey',
    { environmentId: environment.id, kind: 'SERVER', name: 'Back end' },
    'apiKey { id } secret',
  );
  return { id: made.apiKey.id, secret: made.secret };
}

const codeOf = async (client: GraphQLClient, document = WHO): Promise<string | null> =>
  (await refusalOf(client.request(document)))?.code ?? null;

describe('on the server where it was done', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world.close());

  it('refuses a revoked key with the very next request, though it was known', async () => {
    const project = await makeProject(world);
    const key = await keyOf(project);
    const client = world.client(key.secret);
    await client.request(WHO);

    await make(project.client, 'revokeApiKey', { apiKeyId: key.id }, 'apiKey { id }');

    expect(await codeOf(client)).toBe('UNAUTHENTICATED');
  });

  it('shows nothing to a removed member with the very next request', async () => {
    const project = await makeProject(world);
    const { organizationId } = project;
    const member = await makeMember(world, 'EDITOR', { organizationId });
    const ask = (): Promise<{ organization: unknown }> =>
      member.client.request('query ($id: ID!) { organization(id: $id) { id } }', { id: organizationId });
    expect((await ask()).organization).toEqual({ id: organizationId });

    await make(project.client, 'removeMember', { organizationId, userId: member.id }, 'removedUserId');

    expect((await ask()).organization).toBeNull();
  });

  it('gives a role with the very next request, also in an organization that the user was not in', async () => {
    const project = await makeProject(world);
    const { organizationId } = project;
    const outsider = await makeOutsider(world);
    const ask = (): Promise<{ organization: unknown }> =>
      outsider.client.request('query ($id: ID!) { organization(id: $id) { id } }', { id: organizationId });
    expect((await ask()).organization).toBeNull();

    const invited = await make<{ invitationToken: string }>(
      project.client,
      'inviteMember',
      { organizationId, email: outsider.email, role: 'VIEWER' },
      'invitationToken',
    );
    await make(outsider.client, 'acceptInvitation', { token: invited.invitationToken }, 'user { id }');

    expect((await ask()).organization).toEqual({ id: organizationId });
  });

  it('ends the keys of a deleted environment, project and organization with the very next request', async () => {
    const [one, two, three] = [await makeProject(world), await makeProject(world), await makeProject(world)];
    const environment = await makeEnvironment(one);
    const secrets = [await makeApiKey(one, environment), (await keyOf(two)).secret, (await keyOf(three)).secret];
    const clients = secrets.map((secret) => world.client(secret));
    for (const client of clients) expect(await codeOf(client)).toBeNull();

    const { organization } = await three.client.request<{ organization: { key: string } }>(
      'query ($id: ID!) { organization(id: $id) { key } }',
      { id: three.organizationId },
    );
    const version = { expectedVersion: 1 };
    await make(
      one.client,
      'deleteEnvironment',
      { environmentId: environment.id, ...version, confirmKey: environment.key },
      'deletedEnvironmentId',
    );
    await make(two.client, 'deleteProject', { projectId: two.id, ...version, confirmKey: two.key }, 'deletedProjectId');
    await make(
      three.client,
      'deleteOrganization',
      { organizationId: three.organizationId, ...version, confirmKey: organization.key },
      'deletedOrganizationId',
    );

    for (const client of clients) expect(await codeOf(client)).toBe('UNAUTHENTICATED');
  });

  it('does not let a writer finish whose role is taken away while it waits', async () => {
    const project = await makeProject(world);
    const flag = await makeFlag(project);
    const member = await makeMember(world, 'EDITOR', { organizationId: project.organizationId });
    const { dataSource } = world.app.database.connection;
    const holder = dataSource.createQueryRunner();
    await holder.connect();
    await holder.startTransaction();
    await holder.query('SELECT 1 FROM project WHERE id = $1 FOR UPDATE', [project.id]);

    const update = refusalOrErrors(member, flag.id);
    await eventually(async () => {
      if (isEmbedded) return true;
      const rows: unknown[] = await dataSource.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return rows.length > 0;
    });
    await holder.query('DELETE FROM role_binding WHERE user_id = $1', [member.id]);
    await holder.commitTransaction();
    await holder.release();

    expect(await update).toEqual(['NOT_FOUND']);
  });
});

async function refusalOrErrors(member: Person, flagId: string): Promise<string[]> {
  const { updateFlag } = await member.client.request<{ updateFlag: { userErrors: { code: string }[] } }>(
    'mutation ($input: UpdateFlagInput!) { updateFlag(input: $input) { userErrors { code } } }',
    { input: { flagId, expectedVersion: 1, name: 'New' } },
  );
  return updateFlag.userErrors.map(({ code }) => code);
}

/** The promise of two seconds, and one for a machine that does other things, too. */
const PROMISED_MS = 3_000;

// A second server needs a database that two processes can share.
if (!isEmbedded) {
  describe.each([
    ['with Redis between them', {}],
    ['without Redis, by the poll', { REDIS_URL: '' }],
  ])('on another server, %s', (_name, env) => {
    let world: World;
    let elsewhere: (credential: string) => GraphQLClient;
    beforeAll(async () => {
      world = await createWorld({ env });
      const { url } = await world.startSecondServer();
      elsewhere = (credential) => new GraphQLClient(`${url}/graphql`, { headers: { authorization: `Bearer ${credential}` } });
    });
    afterAll(() => world.close());

    it('refuses a revoked key that was known there', async () => {
      const project = await makeProject(world);
      const key = await keyOf(project);
      const client = elsewhere(key.secret);
      await client.request(WHO);

      await make(project.client, 'revokeApiKey', { apiKeyId: key.id }, 'apiKey { id }');
      const stopwatch = new Stopwatch();

      expect(await eventually(() => codeOf(client))).toBe('UNAUTHENTICATED');
      expect(stopwatch.stop()).toBeLessThan(PROMISED_MS);
    });

    it('shows nothing to a removed member who was known there', async () => {
      const project = await makeProject(world);
      const { organizationId } = project;
      const member = await makeMember(world, 'EDITOR', { organizationId });
      const { authorization } = member.client.requestConfig.headers as { authorization: string };
      const client = elsewhere(authorization.replace('Bearer ', ''));
      const ask = (): Promise<{ organization: unknown }> =>
        client.request('query ($id: ID!) { organization(id: $id) { id } }', { id: organizationId });
      expect((await eventually(async () => (await ask()).organization)) as object).toEqual({ id: organizationId });

      await make(project.client, 'removeMember', { organizationId, userId: member.id }, 'removedUserId');
      const stopwatch = new Stopwatch();

      expect(await eventually(async () => (await ask()).organization === null)).toBe(true);
      expect(stopwatch.stop()).toBeLessThan(PROMISED_MS);
    });

    it('refuses the token of a session that was ended', async () => {
      const member = await makeMember(world, 'EDITOR', { organizationId: (await makeProject(world)).organizationId });
      const { authorization } = member.client.requestConfig.headers as { authorization: string };
      const client = elsewhere(authorization.replace('Bearer ', ''));
      await client.request('{ viewer { user { id } } }');

      await make(member.client, 'logOut', {}, 'endedSessionCount');

      expect(await eventually(() => codeOf(client, '{ viewer { user { id } } }'))).toBe('UNAUTHENTICATED');
    });
  });
}
