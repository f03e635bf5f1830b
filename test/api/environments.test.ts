import { absenceOf } from '../support/absence';
import { countStatements } from '../support/count-statements';
import {
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  mutate,
  toggle,
  uniqueKey,
  type MadeProject,
} from '../support/make';
import { chainLength, lastChange, makeMember, makeOutsider, refusalOf } from '../support/members';
import { makeScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const FIELDS = 'environment { id key name color isProduction position version revision } revisions { revision }';

it('changes what is given, keeps what is left out, and does not advance the revision', async () => {
  const project = await makeProject(world);
  const { id, key } = await makeEnvironment(project);
  await makeFlag(project);

  const input = { environmentId: id, expectedVersion: 1, name: 'Prod 🚀', color: '#FF0000', isProduction: true };
  const payload = await mutate(project.client, 'updateEnvironment', input, FIELDS);

  const environment = { id, key, name: 'Prod 🚀', color: '#ff0000', isProduction: true, position: 0, version: 2, revision: 1 };
  expect(payload).toEqual({ environment, revisions: [], userErrors: [] });
  expect(await lastChange(world, project.organizationId)).toEqual({
    kind: 'ENVIRONMENT_UPDATED',
    items: [
      {
        kind: 'ENVIRONMENT',
        version: 2,
        before: { key, name: 'Environment', color: '#808080', isProduction: false, requiredRole: null, position: 0 },
        after: { key, name: 'Prod 🚀', color: '#ff0000', isProduction: true, requiredRole: null, position: 0 },
      },
    ],
  });
});

it('moves an environment in the order while the others close up and keep their versions', async () => {
  const project = await makeProject(world);
  const [a] = [await makeEnvironment(project, 'a'), await makeEnvironment(project, 'b'), await makeEnvironment(project, 'c')];

  await make(project.client, 'updateEnvironment', { environmentId: a.id, expectedVersion: 1, position: 2 }, 'environment { id }');

  expect(await orderOf(project)).toEqual([
    { key: 'b', position: 0, version: 1 },
    { key: 'c', position: 1, version: 1 },
    { key: 'a', position: 2, version: 2 },
  ]);
});

it('closes the order up when an environment is deleted, and appends a new one', async () => {
  const project = await makeProject(world);
  const [a] = [await makeEnvironment(project, 'a'), await makeEnvironment(project, 'b')];

  await make(
    project.client,
    'deleteEnvironment',
    { environmentId: a.id, expectedVersion: 1, confirmKey: 'a' },
    'deletedEnvironmentId',
  );
  await makeEnvironment(project, 'c');

  expect(await orderOf(project)).toEqual([
    { key: 'b', position: 0, version: 1 },
    { key: 'c', position: 1, version: 1 },
  ]);
});

it('keeps positions contiguous under many movers at once', async () => {
  const project = await makeProject(world);
  const ids: string[] = [];
  for (let i = 0; i < 6; i++) ids.push((await makeEnvironment(project)).id);

  await Promise.all(
    ids.map((environmentId, i) =>
      make(project.client, 'updateEnvironment', { environmentId, expectedVersion: 1, position: 5 - i }, 'environment { id }'),
    ),
  );

  expect((await orderOf(project)).map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
});

it('refuses explicit nulls, and all that is wrong at once, and writes nothing', async () => {
  const project = await makeProject(world);
  const { id } = await makeEnvironment(project);
  const before = await chainLength(world, project.organizationId);

  const nulls = { environmentId: id, expectedVersion: 1, name: null, color: null, isProduction: null, position: null };
  const bad = { environmentId: id, expectedVersion: 1, name: '', color: 'red', position: 1 };
  const first = await mutate(project.client, 'updateEnvironment', nulls, FIELDS);
  const second = await mutate(project.client, 'updateEnvironment', bad, FIELDS);

  const refused = (what: string, field: string) => ({
    code: 'INVALID',
    message: `${what} must not be null; leave it out to keep it as it is.`,
    path: ['input', field],
  });
  expect(first).toEqual({
    environment: null,
    revisions: [],
    userErrors: [
      refused('Environment name', 'name'),
      refused('Environment color', 'color'),
      refused('isProduction', 'isProduction'),
      refused('Environment position', 'position'),
    ],
  });
  expect(second.userErrors).toEqual([
    { code: 'BLANK', message: 'Environment name must not be empty.', path: ['input', 'name'] },
    { code: 'INVALID', message: 'Environment color "red" must have the form #rrggbb.', path: ['input', 'color'] },
    { code: 'OUT_OF_RANGE', message: 'Environment position: 1 was given; 0 to 0 are allowed.', path: ['input', 'position'] },
  ]);
  expect(await chainLength(world, project.organizationId)).toBe(before);
});

it('records nothing when nothing would change', async () => {
  const project = await makeProject(world);
  const { id } = await makeEnvironment(project);
  const before = await chainLength(world, project.organizationId);

  const input = { environmentId: id, expectedVersion: 1, color: '#808080', position: 0 };
  const payload = await mutate<{ environment: object }>(project.client, 'updateEnvironment', input, FIELDS);

  expect(payload.environment).toMatchObject({ id, version: 1 });
  expect(await chainLength(world, project.organizationId)).toBe(before);
});

it('refuses a stale version', async () => {
  const project = await makeProject(world);
  const { id } = await makeEnvironment(project);

  const payload = await mutate(project.client, 'updateEnvironment', { environmentId: id, expectedVersion: 9, name: 'X' }, FIELDS);

  expect(payload.userErrors).toEqual([
    {
      code: 'STALE_VERSION',
      message: 'The environment has version 1, not 9; read it again.',
      path: ['input', 'expectedVersion'],
    },
  ]);
});

it('lets exactly one of twenty environments have a key', async () => {
  const project = await makeProject(world);
  const input = { projectId: project.id, key: 'same', name: 'Same' };

  const payloads = await Promise.all(
    Array.from({ length: 20 }, () => mutate(project.client, 'createEnvironment', input, 'environment { id }')),
  );

  const refused = payloads.filter(({ userErrors }) => userErrors.length > 0);
  expect(refused).toHaveLength(19);
  expect(refused[0]!.userErrors).toEqual([
    { code: 'DUPLICATE', message: 'Another environment already has the key "same".', path: ['input', 'key'] },
  ]);
  expect((await orderOf(project)).map(({ position }) => position)).toEqual([0]);
});

it('deletes an environment with its configurations, keys, roles and revisions; its keys end and its streams, too', async () => {
  const { project, environment, flag } = await makeScene(world);
  await toggle(project, flag, environment, true);
  const secret = await makeApiKey(project, environment);
  const place = { organizationId: project.organizationId, projectId: project.id, environmentId: environment.id };
  await makeMember(world, 'EDITOR', place);
  const events = world.socket(secret).iterate({
    query: 'subscription { flagChanged(since: { epoch: "none", revision: 0 }) { kind } }',
  });
  expect((await events.next()).value?.data).toEqual({ flagChanged: { kind: 'RESYNC' } });
  const ended = events
    .next()
    .catch((end: { extensions: { code: string } }[] | { code: number }) => ('code' in end ? end.code : end[0]!.extensions.code));

  const input = { environmentId: environment.id, expectedVersion: 1, confirmKey: environment.key };
  const payload = await mutate(project.client, 'deleteEnvironment', input, 'deletedEnvironmentId revisions { revision }');

  expect(payload).toEqual({ deletedEnvironmentId: environment.id, revisions: [], userErrors: [] });
  // The key of the caller is deleted as well: either fault may come first.
  expect(['NOT_FOUND', 4403]).toContain(await ended);
  expect((await refusalOf(world.client(secret).request('{ snapshot { revision } }')))?.code).toBe('UNAUTHENTICATED');
  const tables = ['flag_configuration', 'api_key', 'role_binding', 'environment_head', 'environment_revision'];
  const counts = tables.map((table) => `(SELECT count(*)::integer FROM ${table} WHERE environment_id = $1) AS ${table}`);
  const left = await world.app.database.connection.query<object[]>(`SELECT ${counts.join(', ')}`, [environment.id]);
  expect(left).toEqual([Object.fromEntries(tables.map((table) => [table, 0]))]);
  expect(await lastChange(world, project.organizationId)).toMatchObject({
    kind: 'ENVIRONMENT_DELETED',
    items: ['ENVIRONMENT', 'API_KEY', 'MEMBER'].map((kind) => ({ kind, after: null })),
  });
});

it('looks the same for an unknown id, an id of another kind, an environment of others and a hidden one', async () => {
  const project = await makeProject(world);
  const [shown, hidden] = [await makeEnvironment(project), await makeEnvironment(project)];
  const place = { organizationId: project.organizationId, projectId: project.id, environmentId: shown.id };
  const outsider = await makeOutsider(world);
  const insider = await makeMember(world, 'ADMIN', place);

  for (const { client } of [outsider, insider]) {
    for (const environmentId of ['environment_x', project.id, 'a\u0000', hidden.id]) {
      const input = { environmentId, expectedVersion: 1, name: 'X' };
      const { userErrors } = await mutate(client, 'updateEnvironment', input, FIELDS);
      const message = absenceOf('environment', environmentId);
      expect(userErrors).toEqual([{ code: 'NOT_FOUND', message, path: ['input', 'environmentId'] }]);
    }
  }
});

it('denies changes to an EDITOR and writes nothing', async () => {
  const project = await makeProject(world);
  const { id, key } = await makeEnvironment(project);
  const editor = await makeMember(world, 'EDITOR', { organizationId: project.organizationId });
  const before = await chainLength(world, project.organizationId);

  const update = mutate(editor.client, 'updateEnvironment', { environmentId: id, expectedVersion: 1, name: 'X' }, FIELDS);
  const input = { environmentId: id, expectedVersion: 1, confirmKey: key };
  const deletion = mutate(editor.client, 'deleteEnvironment', input, 'deletedEnvironmentId');

  expect((await refusalOf(update))?.message).toBe('This needs the permission environment:update.');
  expect((await refusalOf(deletion))?.message).toBe('This needs the permission environment:delete.');
  expect(await chainLength(world, project.organizationId)).toBe(before);
});

it('refuses to delete it without its exact key', async () => {
  const project = await makeProject(world);
  const { id, key } = await makeEnvironment(project);

  const input = { environmentId: id, expectedVersion: 1, confirmKey: uniqueKey('x') };
  const payload = await mutate(project.client, 'deleteEnvironment', input, 'deletedEnvironmentId');

  expect(payload).toEqual({
    deletedEnvironmentId: null,
    userErrors: [
      { code: 'INVALID', message: `Confirm with the key of the environment, "${key}".`, path: ['input', 'confirmKey'] },
    ],
  });
});

it('reads all environments of a project with heads and project in as many statements for 1 as for 100', async () => {
  const project = await makeProject(world);
  await makeEnvironment(project);
  const list = () =>
    countStatements(world, () =>
      project.client.request<{ project: { environments: object[] } }>(
        'query ($id: ID!) { project(id: $id) { environments { key revision epoch project { key } apiKeys { name } } } }',
        { id: project.id },
      ),
    );

  const few = await list();
  await world.app.database.connection.query(
    `WITH e AS (
       INSERT INTO environment (id, project_id, key, name, color, is_production, position, version, created_at)
       SELECT 'environment_' || $1 || n, $1, 'e' || n, 'E', '#808080', false, n, 1, now() FROM generate_series(1, 99) n RETURNING id
     )
     INSERT INTO environment_head (environment_id, project_id, epoch, revision) SELECT id, $1, 'x', 0 FROM e`,
    [project.id],
  );
  const many = await list();

  expect([few.result.project.environments.length, many.result.project.environments.length]).toEqual([1, 100]);
  expect(many.statements).toHaveLength(few.statements.length);
  expect(many.statements).toHaveLength(5);
});

async function orderOf(project: MadeProject): Promise<{ key: string; position: number; version: number }[]> {
  const answer = await project.client.request<{
    project: { environments: { key: string; position: number; version: number }[] };
  }>('query ($id: ID!) { project(id: $id) { environments { key position version } } }', { id: project.id });
  return answer.project.environments;
}

it('reports a stale version together with all other issues', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const input = { environmentId: environment.id, expectedVersion: 7 };

  const updated = await mutate(project.client, 'updateEnvironment', { ...input, name: '' }, 'revisions { revision }');
  const deleted = await mutate(project.client, 'deleteEnvironment', { ...input, confirmKey: 'no' }, 'revisions { revision }');

  expect(updated.userErrors.map(({ code }) => code)).toEqual(['STALE_VERSION', 'BLANK']);
  expect(deleted.userErrors.map(({ code }) => code)).toEqual(['STALE_VERSION', 'INVALID']);
});
