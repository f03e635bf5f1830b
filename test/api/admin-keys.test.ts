/** ADMIN keys: what automation may do with a role in an organization, a project or an environment. */
import { randomUUID } from 'node:crypto';
import type { GraphQLClient } from 'graphql-request';
import { countStatements } from '../support/count-statements';
import {
  eventually,
  make,
  makeEnvironment,
  makeFlag,
  makeOrganization,
  makeProject,
  mutate,
  uniqueKey,
  type MadeProject,
} from '../support/make';
import { chainLength, lastChange, makeMember, makeOutsider, refusalOf, uniqueEmail, type RolePlace } from '../support/members';
import { createWorld, isEmbedded, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface AdminKey {
  readonly id: string;
  readonly secret: string;
  readonly client: GraphQLClient;
}

async function makeAdminKey(maker: GraphQLClient, place: RolePlace, role = 'ADMIN', headers = {}): Promise<AdminKey> {
  const input = { ...place, kind: 'ADMIN', role, name: 'Pipeline' };
  const { secret, apiKey } = await make<{ secret: string; apiKey: { id: string } }>(
    maker,
    'createApiKey',
    input,
    'secret apiKey { id }',
  );
  return { id: apiKey.id, secret, client: world.client(secret, headers) };
}

async function makePlaces() {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const { organizationId } = project;
  const places = {
    organization: { organizationId },
    project: { organizationId, projectId: project.id },
    environment: { organizationId, projectId: project.id, environmentId: environment.id },
  };
  return { project, environment, organizationId, places };
}

const NOT_THERE = { organizationId: null, projectId: null, environmentId: null };

it.each(['organization', 'project', 'environment'] as const)('works on one %s, and tells its role', async (level) => {
  const { project, environment, organizationId, places } = await makePlaces();
  const sibling = await makeEnvironment(project);
  const flag = await makeFlag(project);
  const key = await makeAdminKey(project.client, places[level], 'EDITOR');

  const { viewer } = await key.client.request<{ viewer: object }>(
    `{ viewer { user { id } roles { role organizationId projectId environmentId }
       apiKey { id kind role organizationId projectId environment { id } isLive expiresAt allowedOrigins } } }`,
  );
  const outcomes = [];
  for (const { id } of [environment, sibling]) {
    const input = { flagId: flag.id, environmentId: id, isEnabled: true };
    outcomes.push(await refusalOf(make(key.client, 'toggleFlag', input, 'configuration { version }')));
  }

  const place = { ...NOT_THERE, ...places[level] };
  expect(viewer).toEqual({
    user: null,
    roles: [{ role: 'EDITOR', ...place }],
    apiKey: {
      id: key.id,
      kind: 'ADMIN',
      role: 'EDITOR',
      organizationId,
      projectId: place.projectId,
      environment: level === 'environment' ? { id: environment.id } : null,
      isLive: true,
      expiresAt: null,
      allowedOrigins: null,
    },
  });
  expect(key.secret).toMatch(/^fs_admin_[0-9A-Za-z]{36}$/);
  expect(outcomes).toEqual([
    null,
    level === 'environment' ? { code: expect.any(String) as string, message: expect.any(String) as string } : null,
  ]);
});

it('lists the organizations and projects of its role, and no others', async () => {
  const { organizationId, project, places } = await makePlaces();
  await makeOrganization(world);
  const other = await make<{ project: { id: string } }>(
    project.client,
    'createProject',
    { organizationId, key: uniqueKey('project'), name: 'Other' },
    'project { id }',
  );
  const seen = async (place: RolePlace): Promise<object> => {
    const key = await makeAdminKey(project.client, place, 'VIEWER');
    const { organizations } = await key.client.request<{
      organizations: { totalCount: number; nodes: { id: string; projects: { totalCount: number; nodes: { id: string }[] } }[] };
    }>('{ organizations { totalCount nodes { id projects { totalCount nodes { id } } } } }');
    return organizations.nodes.map(({ id, projects }) => [
      id,
      organizations.totalCount,
      projects.totalCount,
      projects.nodes.length,
    ]);
  };

  expect(await seen(places.organization)).toEqual([[organizationId, 1, 2, 2]]);
  expect(await seen(places.project)).toEqual([[organizationId, 1, 1, 1]]);
  expect(await seen(places.environment)).toEqual([[organizationId, 1, 1, 1]]);
  const key = await makeAdminKey(project.client, places.project, 'ADMIN');
  expect(await key.client.request('query ($id: ID!) { project(id: $id) { id } }', { id: other.project.id })).toEqual({
    project: null,
  });
});

it('manages flags, environments, members and keys as an ADMIN does, and is named in the audit log', async () => {
  const { project, organizationId, places } = await makePlaces();
  const key = await makeAdminKey(project.client, places.organization);
  const through: MadeProject = { ...project, client: key.client };

  const environment = await makeEnvironment(through);
  await makeFlag(through);
  const invitation = { organizationId, email: uniqueEmail(), role: 'EDITOR' };
  await make(key.client, 'inviteMember', invitation, 'invitation { id invitedBy { id } }');
  const snapshot = await key.client.request('query ($id: ID!) { snapshot(environmentId: $id) { revision } }', {
    id: environment.id,
  });
  const made = await makeAdminKey(key.client, places.project, 'ADMIN');

  expect(snapshot).toEqual({ snapshot: { revision: expect.any(Number) as number } });
  const { auditLog } = await key.client.request<{ auditLog: { nodes: object[] } }>(
    `query ($id: ID!) { auditLog(organizationId: $id, first: 1) { nodes { change { kind actor { kind id name } } authentication } } }`,
    { id: organizationId },
  );
  expect(auditLog.nodes).toEqual([
    { change: { kind: 'API_KEY_CREATED', actor: { kind: 'API_KEY', id: key.id, name: 'Pipeline' } }, authentication: 'API_KEY' },
  ]);
  expect((await lastChange(world, organizationId)).items).toEqual([
    {
      kind: 'API_KEY',
      version: 1,
      before: null,
      after: expect.objectContaining({ kind: 'ADMIN', role: 'ADMIN', prefix: made.secret.slice(0, 13) }) as object,
    },
  ]);
  expect(JSON.stringify(await lastChange(world, organizationId))).not.toContain(made.secret);
});

it('may not do what only a user may do', async () => {
  const { project, places } = await makePlaces();
  const key = await makeAdminKey(project.client, places.organization);
  const length = await chainLength(world, project.organizationId);
  const input = { key: uniqueKey('organization'), name: 'Own' };

  const owning = await refusalOf(mutate(key.client, 'createOrganization', input, 'organization { id }'));
  const joining = await refusalOf(mutate(key.client, 'acceptInvitation', { token: 'x' }, 'user { id }'));
  const naming = await refusalOf(
    mutate(key.client, 'inviteMember', { ...places.organization, email: uniqueEmail(), role: 'OWNER' }, 'invitation { id }'),
  );

  expect([owning, joining, naming]).toEqual([
    { code: 'FORBIDDEN', message: 'Only a logged-in user can create an organization: its creator owns it.' },
    { code: 'FORBIDDEN', message: 'An API key cannot accept an invitation.' },
    { code: 'FORBIDDEN', message: 'This needs the permission owner:name.' },
  ]);
  expect(await chainLength(world, project.organizationId)).toBe(length);
});

describe('is never stronger than who makes it', () => {
  it('nobody below ADMIN creates one', async () => {
    const { project, organizationId, places } = await makePlaces();
    const length = await chainLength(world, organizationId);
    const input = { ...places.organization, kind: 'ADMIN', role: 'VIEWER', name: 'A key' };
    const editor = await makeMember(world, 'EDITOR', places.organization);
    const outsider = await makeOutsider(world);
    const keys = [
      await makeAdminKey(project.client, places.organization, 'EDITOR'),
      await makeAdminKey(project.client, places.project, 'ADMIN'),
      await makeAdminKey(project.client, places.environment, 'ADMIN'),
    ];
    const before = await chainLength(world, organizationId);

    const refusals = [];
    for (const { client } of [editor, ...keys, { client: world.client() }]) {
      refusals.push(await refusalOf(mutate(client, 'createApiKey', input, 'secret')));
    }
    const hidden = await mutate(outsider.client, 'createApiKey', input, 'secret');

    const forbidden = { code: 'FORBIDDEN', message: 'This needs the permission key:create.' };
    expect(refusals.slice(0, 4)).toEqual([forbidden, forbidden, forbidden, forbidden]);
    expect(refusals[4]).toEqual(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
    expect(hidden.userErrors).toEqual([
      { code: 'NOT_FOUND', message: `There is no organization "${organizationId}".`, path: ['input', 'organizationId'] },
    ]);
    // Invitation and its acceptance, and three keys.
    expect([before - length, (await chainLength(world, organizationId)) - before]).toEqual([5, 0]);
  });

  it('a key of an environment creates keys for itself, at most of its own strength, and none for neighbours', async () => {
    const { project, places } = await makePlaces();
    const sibling = await makeEnvironment(project);
    const key = await makeAdminKey(project.client, places.environment);
    const input = { kind: 'ADMIN', role: 'ADMIN', name: 'A key' };

    const elsewhere = await mutate(
      key.client,
      'createApiKey',
      { ...input, ...places.environment, environmentId: sibling.id },
      'secret',
    );
    const server = await mutate(
      key.client,
      'createApiKey',
      { kind: 'SERVER', environmentId: sibling.id, name: 'A key' },
      'secret',
    );
    const same = await mutate<{ apiKey: object }>(
      key.client,
      'createApiKey',
      { ...input, ...places.environment },
      'apiKey { role projectId environment { id } }',
    );

    const notFound = [
      { code: 'NOT_FOUND', message: `There is no environment "${sibling.id}".`, path: ['input', 'environmentId'] },
    ];
    expect([elsewhere.userErrors, server.userErrors]).toEqual([notFound, notFound]);
    expect(same.apiKey).toEqual({ role: 'ADMIN', projectId: project.id, environment: { id: places.environment.environmentId } });
  });

  it('OWNER is refused for keys', async () => {
    const { project, organizationId, places } = await makePlaces();
    const length = await chainLength(world, organizationId);

    const payload = await mutate(
      project.client,
      'createApiKey',
      { ...places.organization, kind: 'ADMIN', role: 'OWNER', name: '' },
      'secret',
    );

    expect(payload).toEqual({
      secret: null,
      userErrors: [
        {
          code: 'INVALID',
          message: 'OWNER is a role for users only; a key has VIEWER, EDITOR or ADMIN.',
          path: ['input', 'role'],
        },
        { code: 'BLANK', message: 'Key name must not be empty.', path: ['input', 'name'] },
      ],
    });
    expect(await chainLength(world, organizationId)).toBe(length);
  });
});

it.each([
  ['', 'BLANK', 'Key name must not be empty.'],
  [' \t', 'BLANK', 'Key name must not be empty.'],
  ['x'.repeat(256), 'TOO_LONG', 'Key name has 256 characters; at most 255 are allowed.'],
  ['a\u0000b', 'INVALID', 'Key name must not contain U+0000 or a lone surrogate.'],
  ['a\ud800b', 'INVALID', 'Key name must not contain U+0000 or a lone surrogate.'],
])('refuses the name %j with %s', async (name, code, message) => {
  const { project, organizationId, places } = await makePlaces();
  const length = await chainLength(world, organizationId);

  const payload = await mutate(
    project.client,
    'createApiKey',
    { ...places.project, kind: 'ADMIN', role: 'ADMIN', name },
    'secret',
  );

  expect(payload).toEqual({ secret: null, userErrors: [{ code, message, path: ['input', 'name'] }] });
  expect(await chainLength(world, organizationId)).toBe(length);
});

it.each(['', 'a\u0000', 'organization_x', 'x'.repeat(1_000)])('looks the same for places that are not there: %j', async (id) => {
  const { project, organizationId } = await makePlaces();
  const input = { kind: 'ADMIN', role: 'ADMIN', name: 'A key', organizationId };
  const whole = { ...input, organizationId: id };

  const codes = [];
  for (const place of [whole, { ...input, projectId: id }, { ...input, environmentId: id }]) {
    const { userErrors } = await mutate(project.client, 'createApiKey', place, 'secret');
    codes.push(userErrors.map(({ code, path }) => `${code} ${path?.join('.')}`).join());
  }
  expect(codes).toEqual(['NOT_FOUND input.organizationId', 'NOT_FOUND input.projectId', 'NOT_FOUND input.environmentId']);
});

it('refuses values of another type as a whole', async () => {
  const { project, places } = await makePlaces();
  const input = { ...places.project, kind: 'ADMIN', role: 'ADMIN', name: 'A key' };

  for (const wrong of [
    { name: 7 },
    { name: null },
    { role: 'ROOT' },
    { kind: 'admin' },
    { allowedOrigins: 'x'.length },
    { allowedOrigins: [null] },
  ]) {
    const refusal = await refusalOf(mutate(project.client, 'createApiKey', { ...input, ...wrong }, 'secret'));
    expect(refusal?.code).toBe('BAD_USER_INPUT');
  }
});

it('rotates itself, keeps role and scope, and ends immediately when it is revoked', async () => {
  const { project, places } = await makePlaces();
  const key = await makeAdminKey(project.client, places.project, 'ADMIN');

  const { secret, apiKey } = await make<{ secret: string; apiKey: { id: string } }>(
    key.client,
    'rotateApiKey',
    { apiKeyId: key.id, graceSeconds: 60 },
    'secret apiKey { id role projectId kind }',
  );
  const successor = world.client(secret);
  await make(successor, 'revokeApiKey', { apiKeyId: key.id }, 'apiKey { id isLive }');

  expect(apiKey).toEqual({ id: apiKey.id, role: 'ADMIN', projectId: project.id, kind: 'ADMIN' });
  expect(await refusalOf(key.client.request('{ viewer { roles { role } } }'))).toEqual(
    expect.objectContaining({ code: 'UNAUTHENTICATED' }),
  );
  expect(await successor.request('{ viewer { roles { role } } }')).toEqual({ viewer: { roles: [{ role: 'ADMIN' }] } });
});

it('lists the keys of an organization that the caller may see, in as many statements for few as for many', async () => {
  const { project, environment, organizationId, places } = await makePlaces();
  await make(project.client, 'createApiKey', { environmentId: environment.id, kind: 'CLIENT', name: 'Page' }, 'secret');
  const sibling = await makeEnvironment(project);
  await make(project.client, 'createApiKey', { environmentId: sibling.id, kind: 'SERVER', name: 'Sibling' }, 'secret');
  const keys = [
    await makeAdminKey(project.client, places.organization),
    await makeAdminKey(project.client, places.project),
    await makeAdminKey(project.client, places.environment),
  ] as const;
  const list = async (client: GraphQLClient) => {
    const { organization } = await client.request<{ organization: { apiKeys: { totalCount: number; nodes: { id: string }[] } } }>(
      'query ($id: ID!) { organization(id: $id) { apiKeys { totalCount nodes { id environment { key } replacedBy { id } } } } }',
      { id: organizationId },
    );
    return [organization.apiKeys.totalCount, organization.apiKeys.nodes.length];
  };
  const editor = await makeMember(world, 'EDITOR', places.organization);

  const counts = [];
  for (const { client } of [project, ...keys]) counts.push(await list(client));
  const ofProject = await project.client.request<{ project: { apiKeys: { totalCount: number } } }>(
    'query ($id: ID!) { project(id: $id) { apiKeys { totalCount } } }',
    { id: project.id },
  );
  const few = await countStatements(world, () => list(project.client));
  await makeAdminKey(project.client, places.project);
  await makeAdminKey(project.client, places.project);
  const more = await countStatements(world, () => list(project.client));

  expect(counts).toEqual([
    [5, 5],
    [5, 5],
    [4, 4],
    [2, 2],
  ]);
  expect(ofProject.project.apiKeys.totalCount).toBe(4);
  expect(more.result).toEqual([7, 7]);
  expect(more.statements).toHaveLength(few.statements.length);
  expect(await refusalOf(list(editor.client))).toEqual({ code: 'FORBIDDEN', message: 'This needs the permission key:read.' });
});

it('keeps its idempotency claims apart, and replays the secret only to itself', async () => {
  const { project, organizationId, places } = await makePlaces();
  const headers = { 'idempotency-key': randomUUID() };
  const [one, other] = [
    await makeAdminKey(project.client, places.organization, 'ADMIN', headers),
    await makeAdminKey(project.client, places.organization, 'ADMIN', headers),
  ];
  const input = { ...places.project, kind: 'ADMIN', role: 'EDITOR', name: 'Claimed' };
  const create = (client: GraphQLClient) =>
    mutate<{ secret: string }>(client, 'createApiKey', input, 'secret apiKey { id role createdAt endsAt isLive }');
  const length = await chainLength(world, organizationId);

  const first = await create(one.client);
  const again = await create(one.client);
  const others = await create(other.client);

  expect(first.userErrors).toEqual([]);
  expect(again).toEqual(first);
  expect(others.secret).not.toBe(first.secret);
  expect(await chainLength(world, organizationId)).toBe(length + 2);
});

it('lets exactly one of two revoke the other when both try at once', async () => {
  const { project, organizationId, places } = await makePlaces();
  const [one, other] = [
    await makeAdminKey(project.client, places.organization),
    await makeAdminKey(project.client, places.organization),
  ];
  const length = await chainLength(world, organizationId);

  const outcomes = await Promise.all([
    refusalOf(make(one.client, 'revokeApiKey', { apiKeyId: other.id }, 'apiKey { id }')),
    refusalOf(make(other.client, 'revokeApiKey', { apiKeyId: one.id }, 'apiKey { id }')),
  ]);

  // The second caller under the lock of the organization has been revoked by then.
  expect(outcomes.filter((outcome) => outcome === null)).toHaveLength(1);
  expect(outcomes.find((outcome) => outcome !== null)?.code).toBe('UNAUTHENTICATED');
  expect(await chainLength(world, organizationId)).toBe(length + 1);
});

it('refuses a key with a wrong checksum without asking the database', async () => {
  const { project, places } = await makePlaces();
  const { secret } = await makeAdminKey(project.client, places.project);
  const forged = `${secret.slice(0, -1)}${secret.endsWith('a') ? 'b' : 'a'}`;

  const { result, statements } = await countStatements(world, () =>
    refusalOf(world.client(forged).request('{ viewer { roles { role } } }')),
  );

  expect(result?.code).toBe('UNAUTHENTICATED');
  expect(statements.filter((text) => text.includes('api_key'))).toEqual([]);
});

it('stores a key as a keyed hash, and logs it nowhere', async () => {
  const { project, places } = await makePlaces();
  const { id, secret, client } = await makeAdminKey(project.client, places.project);
  await client.request('{ viewer { apiKey { id } } }');

  const [row] = await world.app.database.connection.query<object[]>('SELECT * FROM api_key WHERE id = $1', [id]);

  expect(JSON.stringify(row)).not.toContain(secret);
  expect(row).toEqual(
    expect.objectContaining({ prefix: secret.slice(0, 13), hash: expect.stringMatching(/^[\w-]{43}$/) as string }),
  );
  expect(JSON.stringify(world.logLines())).not.toContain(secret);
});

if (!isEmbedded) {
  it('accepts a key on every server, and ends it on every server', async () => {
    const { project, places } = await makePlaces();
    const key = await makeAdminKey(project.client, places.project);
    const { url } = await world.startSecondServer();
    const ask = (): Promise<number> =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key.secret}` },
        body: JSON.stringify({ query: '{ viewer { apiKey { id } } }' }),
      }).then(({ status }) => status);

    expect(await ask()).toBe(200);
    await make(project.client, 'revokeApiKey', { apiKeyId: key.id }, 'apiKey { id }');

    expect(await eventually(async () => (await ask()) === 401)).toBe(true);
  });
}
