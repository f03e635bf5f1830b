/** The limits of one operation, and the bounds of its reach. */
import {
  configure,
  forSegment,
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  mutate,
} from '../support/make';
import { refusalOf } from '../support/members';
import { makeScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('counts the evaluations of all fields of an operation together', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const client = world.client(await makeApiKey(project, environment));
  const variables = {
    contexts: Array.from({ length: 1_000 }, () => ({ targetingKey: 'ada' })),
    flagKeys: Array.from({ length: 60 }, (_, i) => `flag-${i}`),
  };
  const field = 'evaluate(contexts: $contexts, flagKeys: $flagKeys) { revision }';
  const query = `query ($contexts: [EvaluationContextInput!]!, $flagKeys: [String!]) { a: ${field} b: ${field} }`;

  const refusal = await refusalOf(client.request(query, variables));

  expect(refusal).toEqual({
    code: 'BAD_USER_INPUT',
    message:
      '1000 contexts x 60 flags are 60000 evaluations, after 60000 in the same operation; at most 100000 are allowed in one operation.',
  });
});

it('answers at most 100 issues of an input', async () => {
  const project = await makeProject(world);
  const variations = Array.from({ length: 100 }, () => ({ key: 'a b', value: 1 }));
  const input = { projectId: project.id, key: 'many', name: 'Many', valueType: 'STRING', variations };

  const payload = await mutate(project.client, 'createFlag', input, 'flag { id }');

  expect(payload.userErrors).toHaveLength(100);
});

it.each([['["KEY","\\u0000","x"]'], ['["KEY","a","\\u0000"]'], ['["KEY","\\ud800","x"]']])(
  'refuses a cursor with text that cannot be stored: %s',
  async (position) => {
    const project = await makeProject(world);
    const after = Buffer.from(`after:${position}`).toString('base64url');
    const query = 'query ($id: ID!, $after: String) { project(id: $id) { flags(after: $after) { nodes { key } } } }';

    const refusal = await refusalOf(project.client.request(query, { id: project.id, after }));

    expect(refusal).toEqual({
      code: 'BAD_USER_INPUT',
      message: 'after: not a valid cursor for this connection in this order.',
    });
  },
);

it('refuses a segment key with U+0000 in a condition as unknown', async () => {
  const { project, environment, flag } = await makeScene(world);
  const conditions = [{ segment: { operator: 'IN_SEGMENT', segments: ['\u0000'] } }];
  const input = {
    flagId: flag.id,
    environmentId: environment.id,
    expectedVersion: 0,
    offVariation: 'off',
    rules: [{ conditions, serve: { variation: 'on' } }],
    fallthrough: { variation: 'off' },
  };

  const payload = await mutate(project.client, 'setFlagConfiguration', input, 'flag { id }');

  expect(payload.userErrors).toEqual([
    {
      code: 'NOT_FOUND',
      message: 'The project has no segment "\\u0000".',
      path: ['input', 'rules', '0', 'conditions', '0', 'segment', 'segments', '0'],
    },
  ]);
});

it.each(['project { key }', 'usedBy { flagKey }', 'history { nodes { kind } }'])(
  'shows a SERVER key the segments of a context, but not their %s',
  async (selection) => {
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    const segment = await makeSegment(project, { included: ['ada'] });
    const flag = await makeFlag(project);
    await configure(project, flag, environment, { rules: [forSegment(segment.key)] });
    const client = world.client(await makeApiKey(project, environment));
    const ask = (fields: string): Promise<unknown> =>
      client.request(`{ segmentsFor(context: { targetingKey: "ada" }) { ${fields} } }`);

    const refusal = await refusalOf(ask(selection));

    expect(await ask('key')).toEqual({ segmentsFor: [{ key: segment.key }] });
    expect(refusal).toEqual({ code: 'FORBIDDEN', message: 'This needs the permission segment:read.' });
  },
);

it('refuses an archived prerequisite, and to restore a flag that has one', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const [needed, other] = [await makeFlag(project), await makeFlag(project)];
  const prerequisites = [{ flagKey: needed.key, variation: 'on' }];
  await configure(project, other, environment, { prerequisites });
  await make(project.client, 'archiveFlag', { flagId: other.id, expectedVersion: 1 }, 'flag { id }');
  await make(project.client, 'archiveFlag', { flagId: needed.id, expectedVersion: 1 }, 'flag { id }');

  const restored = await mutate(project.client, 'restoreFlag', { flagId: other.id, expectedVersion: 2 }, 'flag { id }');

  expect(restored).toEqual({
    flag: null,
    userErrors: [
      {
        code: 'ARCHIVED',
        message: `The flag "${other.key}" has prerequisites that are archived; restore them first: "${needed.key}".`,
        path: ['input', 'flagId'],
      },
    ],
  });
});

it('saves a flag with an owner who has left', async () => {
  const project = await makeProject(world);
  const flag = await makeFlag(project);
  const { connection } = world.app.database;
  await connection.query(
    `INSERT INTO app_user (id, email, name, password_hash, version, created_at) VALUES ('user_gone', 'gone@example.com', 'Gone', '', 1, now())
     ON CONFLICT DO NOTHING`,
  );
  await connection.query(`UPDATE flag SET owner_id = 'user_gone' WHERE id = $1`, [flag.id]);
  const input = { flagId: flag.id, expectedVersion: 1, name: 'Renamed', ownerId: 'user_gone' };

  const payload = await mutate(project.client, 'updateFlag', input, 'flag { name owner { id } }');

  expect(payload).toEqual({ flag: { name: 'Renamed', owner: { id: 'user_gone' } }, userErrors: [] });
});
