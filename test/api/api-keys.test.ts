import { absenceOf } from '../support/absence';
import { countStatements } from '../support/count-statements';
import { createTestClock } from '../support/clock';
import { make, makeEnvironment, makeProject, mutate, type Made, type MadeProject } from '../support/make';
import { chainLength, lastChange, makeMember, makeOutsider, refusalOf } from '../support/members';
import { createWorld, type World } from '../support/world';

let world: World;
const clock = createTestClock();
beforeAll(async () => {
  world = await createWorld({ clock });
});
afterAll(() => world.close());

interface MadeKey {
  readonly id: string;
  readonly prefix: string;
  readonly secret: string;
}

async function makeKey(project: MadeProject, environment: Made, input: object = {}): Promise<MadeKey> {
  const whole = { environmentId: environment.id, kind: 'SERVER', name: 'A key', ...input };
  const selection = 'secret apiKey { id prefix }';
  const made = await make<{ secret: string; apiKey: { id: string; prefix: string } }>(
    project.client,
    'createApiKey',
    whole,
    selection,
  );
  return { ...made.apiKey, secret: made.secret };
}

const works = async (secret: string): Promise<boolean> =>
  (await refusalOf(world.client(secret).request('{ snapshot { revision } }'))) === null;
const inSeconds = (seconds: number): string => new Date(clock.now().getTime() + seconds * 1000).toISOString();
const ROTATED =
  'secret apiKey { id kind name prefix expiresAt environment { key } } replacedApiKey { id expiresAt replacedBy { id } } revisions { revision }';

it('rotates a key: both work until the grace is over, then only the new one', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const key = await makeKey(project, environment);

  const payload = await mutate<{ secret: string; apiKey: { id: string; prefix: string } }>(
    project.client,
    'rotateApiKey',
    { apiKeyId: key.id, graceSeconds: 60 },
    ROTATED,
  );

  const { id, prefix } = payload.apiKey;
  expect(payload).toEqual({
    secret: expect.stringMatching(/^fs_server_[0-9A-Za-z]{36}$/) as string,
    apiKey: { id, kind: 'SERVER', name: 'A key', prefix, expiresAt: null, environment: { key: environment.key } },
    replacedApiKey: { id: key.id, expiresAt: inSeconds(60), replacedBy: { id } },
    revisions: [],
    userErrors: [],
  });
  expect([await works(key.secret), await works(payload.secret)]).toEqual([true, true]);
  const body = { kind: 'SERVER', role: null, name: 'A key', allowedOrigins: null, revokedAt: null };
  const old = { ...body, prefix: key.prefix };
  expect(await lastChange(world, project.organizationId)).toEqual({
    kind: 'API_KEY_ROTATED',
    items: [
      {
        kind: 'API_KEY',
        version: 2,
        before: { ...old, expiresAt: null, replacedById: null },
        after: { ...old, expiresAt: inSeconds(60), replacedById: id },
      },
      { kind: 'API_KEY', version: 1, before: null, after: { ...body, prefix, expiresAt: null, replacedById: null } },
    ],
  });

  clock.advance(60_000);
  expect([await works(key.secret), await works(payload.secret)]).toEqual([false, true]);
});

it('gives a day of grace by default and for explicit null', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  for (const input of [{}, { graceSeconds: null }]) {
    const { id } = await makeKey(project, environment);
    const payload = await mutate<{ replacedApiKey: { expiresAt: string } }>(
      project.client,
      'rotateApiKey',
      { apiKeyId: id, ...input },
      ROTATED,
    );
    expect(payload.replacedApiKey.expiresAt).toBe(inSeconds(86_400));
  }
});

it('lets exactly one of twenty rotations of a key through', async () => {
  const project = await makeProject(world);
  const key = await makeKey(project, await makeEnvironment(project));

  const payloads = await Promise.all(
    Array.from({ length: 20 }, () => mutate(project.client, 'rotateApiKey', { apiKeyId: key.id }, 'secret')),
  );

  const refused = payloads.filter(({ userErrors }) => userErrors.length > 0);
  expect(refused).toHaveLength(19);
  expect(refused[0]).toEqual({
    secret: null,
    userErrors: [
      {
        code: 'DUPLICATE',
        message: `The API key ${key.prefix}… already has a successor; rotate that one.`,
        path: ['input', 'apiKeyId'],
      },
    ],
  });
});

it('refuses to rotate a key that has ended, together with a wrong grace', async () => {
  const project = await makeProject(world);
  const key = await makeKey(project, await makeEnvironment(project), { expiresAt: inSeconds(1) });
  const expiresAt = inSeconds(1);
  clock.advance(1_000);

  const payload = await mutate(project.client, 'rotateApiKey', { apiKeyId: key.id, graceSeconds: -1 }, 'secret');

  expect(payload.userErrors).toEqual([
    {
      code: 'EXPIRED',
      message: `The API key ${key.prefix}… expired at ${expiresAt}; create another one.`,
      path: ['input', 'apiKeyId'],
    },
    {
      code: 'OUT_OF_RANGE',
      message: 'Seconds of grace: -1 was given; 0 to 2,592,000 are allowed.',
      path: ['input', 'graceSeconds'],
    },
  ]);
});

it('revokes a key immediately; revoking it again records nothing', async () => {
  const project = await makeProject(world);
  const key = await makeKey(project, await makeEnvironment(project));
  const input = { apiKeyId: key.id };
  const revokedAt = clock.now().toISOString();

  const first = await mutate(project.client, 'revokeApiKey', input, 'apiKey { id revokedAt } revisions { revision }');
  const length = await chainLength(world, project.organizationId);
  clock.advance(1_000);
  const second = await mutate(project.client, 'revokeApiKey', input, 'apiKey { id revokedAt } revisions { revision }');

  expect(first).toEqual({ apiKey: { id: key.id, revokedAt }, revisions: [], userErrors: [] });
  expect(second).toEqual(first);
  expect(await works(key.secret)).toBe(false);
  expect(await chainLength(world, project.organizationId)).toBe(length);
  const again = await mutate(project.client, 'rotateApiKey', input, 'secret');
  expect(again.userErrors).toEqual([
    { code: 'EXPIRED', message: `The API key ${key.prefix}… was revoked; create another one.`, path: ['input', 'apiKeyId'] },
  ]);
});

it('answers an unknown id, an id of another kind and a hidden key alike', async () => {
  const project = await makeProject(world);
  const key = await makeKey(project, await makeEnvironment(project));
  const editor = await makeMember(world, 'EDITOR', { organizationId: project.organizationId });
  const before = await chainLength(world, project.organizationId);

  for (const { client } of [await makeOutsider(world), editor]) {
    for (const apiKeyId of ['key_x', project.id, 'a\u0000', key.id]) {
      for (const name of ['rotateApiKey', 'revokeApiKey']) {
        const { userErrors } = await mutate(client, name, { apiKeyId }, 'apiKey { id }');
        const message = absenceOf('API key', apiKeyId);
        expect(userErrors).toEqual([{ code: 'NOT_FOUND', message, path: ['input', 'apiKeyId'] }]);
      }
    }
  }
  expect(await chainLength(world, project.organizationId)).toBe(before);
  expect(await works(key.secret)).toBe(true);
});

it('answers unknown and hidden environments alike when a key is created', async () => {
  const project = await makeProject(world);
  const [shown, hidden] = [await makeEnvironment(project), await makeEnvironment(project)];
  const place = { organizationId: project.organizationId, projectId: project.id, environmentId: shown.id };
  const admin = await makeMember(world, 'ADMIN', place);

  const input = { environmentId: hidden.id, kind: 'SERVER', name: 'A key' };
  const payload = await mutate(admin.client, 'createApiKey', input, 'apiKey { id }');

  expect(payload).toEqual({
    apiKey: null,
    userErrors: [{ code: 'NOT_FOUND', message: `There is no environment "${hidden.id}".`, path: ['input', 'environmentId'] }],
  });
});

it('refuses the 101st live key, and counts neither revoked nor expired ones', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  await insertKeys(project, environment, 100);
  const input = { environmentId: environment.id, kind: 'CLIENT', name: '' };

  const refused = await mutate(project.client, 'createApiKey', input, 'apiKey { id }');
  await world.app.database.connection.query(`UPDATE api_key SET expires_at = $2 WHERE environment_id = $1 AND name = 'bulk 1'`, [
    environment.id,
    clock.now(),
  ]);

  expect(refused.userErrors).toEqual([
    { code: 'BLANK', message: 'Key name must not be empty.', path: ['input', 'name'] },
    { code: 'OUT_OF_RANGE', message: 'The environment has 100 live API keys; at most 100 are allowed.', path: null },
  ]);
  expect((await mutate(project.client, 'createApiKey', { ...input, name: 'A key' }, 'apiKey { id }')).userErrors).toEqual([]);
});

it('lists the keys of the environments that the caller may see, in as many statements for 10 as for 1,000', async () => {
  const project = await makeProject(world);
  const [one, two] = [await makeEnvironment(project), await makeEnvironment(project)];
  const place = { organizationId: project.organizationId, projectId: project.id, environmentId: one.id };
  const admin = await makeMember(world, 'ADMIN', place);
  const list = (client = project.client) =>
    countStatements(world, () =>
      client.request<{ project: { apiKeys: { totalCount: number; nodes: { environment: { key: string } }[] } } }>(
        `query ($id: ID!) {
          project(id: $id) { apiKeys(first: 100) { totalCount nodes { name environment { key } replacedBy { name } } } }
        }`,
        { id: project.id },
      ),
    );
  await insertKeys(project, one, 5);
  await insertKeys(project, two, 5);

  const few = await list();
  const some = await list(admin.client);
  await insertKeys(project, one, 990, 6);
  const many = await list();

  expect(few.result.project.apiKeys.totalCount).toBe(10);
  expect(some.result.project.apiKeys.nodes.map(({ environment }) => environment.key)).toEqual(Array(5).fill(one.key));
  expect([many.result.project.apiKeys.totalCount, many.result.project.apiKeys.nodes.length]).toEqual([1000, 100]);
  expect(many.statements).toHaveLength(few.statements.length);
  expect(many.statements).toHaveLength(6);
});

it('denies the list to actors that see the project but none of its keys', async () => {
  const project = await makeProject(world);
  const editor = await makeMember(world, 'EDITOR', { organizationId: project.organizationId });

  const refusal = await refusalOf(
    editor.client.request('query ($id: ID!) { project(id: $id) { apiKeys { totalCount } } }', { id: project.id }),
  );

  expect(refusal).toEqual({ code: 'FORBIDDEN', message: 'This needs the permission key:read.' });
});

it('lets no key navigate from itself to its environment and the rules in it', async () => {
  const project = await makeProject(world);
  const key = await makeKey(project, await makeEnvironment(project), { kind: 'CLIENT' });

  const answer = await world.client(key.secret).request('{ viewer { apiKey { id environment { project { key } } } } }');

  expect(answer).toEqual({ viewer: { apiKey: { id: key.id, environment: null } } });
});

async function insertKeys(project: MadeProject, environment: Made, count: number, from = 1): Promise<void> {
  await world.app.database.connection.query(
    `INSERT INTO api_key (id, organization_id, project_id, environment_id, kind, name, prefix, hash, created_at)
     SELECT 'key_' || $3 || n, $1, $2, $3, 'SERVER', 'bulk ' || n, 'fs_server_bulk', $3 || n, now()
     FROM generate_series($4::integer, $4::integer + $5::integer - 1) n`,
    [project.organizationId, project.id, environment.id, from, count],
  );
}
