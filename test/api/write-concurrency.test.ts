/** Concurrent writers. Numbers of writers and rounds are bounded by count, never by time. */
import {
  configure,
  forSegment,
  make,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  mutate,
  targeting,
  toggle,
  type Made,
  type MadeProject,
} from '../support/make';
import { makeScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  // All wait for locks; none waits for a connection, which a pool grants within seconds or not at all.
  world = await createWorld({ env: { DATABASE_POOL_SIZE: '20', EXECUTION_TIMEOUT_MS: '120000' } });
});
afterAll(() => world.close());

const times = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)));
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

async function recorded(environment: Made): Promise<{ revisions: number[]; changes: number }> {
  const rows = await world.app.database.connection.query<{ revision: number; change_id: string }[]>(
    'SELECT revision, change_id FROM environment_revision WHERE environment_id = $1 ORDER BY revision',
    [environment.id],
  );
  return { revisions: rows.map(({ revision }) => revision), changes: new Set(rows.map((row) => row.change_id)).size };
}

async function sequencesOf(project: MadeProject): Promise<number[]> {
  const rows = await world.app.database.connection.query<{ sequence: string }[]>(
    'SELECT sequence FROM change WHERE organization_id = $1 ORDER BY sequence',
    [project.organizationId],
  );
  return rows.map(({ sequence }) => Number(sequence));
}

interface Written {
  readonly configuration: { version: number } | null;
  readonly revisions: { revision: number }[];
}
const WRITTEN = 'configuration { version } revisions { revision }';

it('loses nothing of 20 concurrent writers on one flag', async () => {
  const { project, environment, flag } = await makeScene(world);
  /** Reads the version again until its write is accepted, like a careful client. */
  const setOnce = async (i: number): Promise<Written> => {
    for (let expectedVersion = 0; ;) {
      const rules = [{ id: `writer-${i}`, conditions: [], serve: { variation: 'on' } }];
      const payload = await mutate<Written>(
        project.client,
        'setFlagConfiguration',
        targeting(flag, environment, { expectedVersion, isEnabled: null, rules }),
        `${WRITTEN} userErrors { ... on StaleVersionError { currentVersion } }`,
      );
      const [stale] = payload.userErrors as unknown as { currentVersion: number }[];
      if (!stale) return payload;
      expectedVersion = stale.currentVersion;
    }
  };
  const flip = (i: number): Promise<Written> =>
    mutate<Written>(
      project.client,
      'toggleFlag',
      { flagId: flag.id, environmentId: environment.id, isEnabled: i % 4 === 1 },
      WRITTEN,
    );

  const written = await times(20, (i) => (i % 2 === 0 ? setOnce(i) : flip(i)));

  const counted = written.filter(({ revisions }) => revisions.length > 0);
  const versions = counted.map(({ configuration }) => configuration!.version).sort((a, b) => a - b);
  const { flag: read } = await project.client.request<{
    flag: {
      configuration: {
        version: number;
        history: { nodes: { items: { version: number; before: { version: number }; after: { rules: { id: string }[] } }[] }[] };
      };
    };
  }>(
    `query ($id: ID!, $environmentId: ID!) { flag(id: $id) { configuration(environmentId: $environmentId) {
      version history(first: 100) { nodes { items { version before after } } } } } }`,
    { id: flag.id, environmentId: environment.id },
  );
  const items = read.configuration.history.nodes.map((node) => node.items[0]!).toReversed();
  expect(counted.length).toBeGreaterThanOrEqual(11);
  expect(versions).toEqual(range(1, counted.length));
  expect(read.configuration.version).toBe(counted.length);
  expect(items.map(({ version }) => version)).toEqual(versions);
  expect(items.map(({ before }) => before.version)).toEqual(versions.map((version) => version - 1));
  const writers = new Set(items.flatMap(({ after }) => after.rules.map(({ id }) => id)));
  expect([...writers].sort()).toEqual(
    range(0, 9)
      .map((i) => `writer-${i * 2}`)
      .sort(),
  );
  expect(await recorded(environment)).toEqual({ revisions: range(1, counted.length + 1), changes: counted.length + 1 });
});

it('applies exactly one of two edits of the same version', async () => {
  const { project, environment, flag } = await makeScene(world);

  for (const expectedVersion of range(0, 4)) {
    const payloads = await times(2, () =>
      mutate<Written>(project.client, 'setFlagConfiguration', targeting(flag, environment, { expectedVersion }), WRITTEN),
    );
    expect(payloads.map(({ userErrors }) => userErrors.map(({ code }) => code)).sort()).toEqual([[], ['STALE_VERSION']]);
  }
});

it('lets exactly one of two writers through that together would form a cycle of prerequisites', async () => {
  for (const round of range(1, 5)) {
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    const [a, b] = [await makeFlag(project, { key: `a-${round}` }), await makeFlag(project, { key: `b-${round}` })];

    const payloads = await Promise.all(
      [
        [a, b],
        [b, a],
      ].map(([flag, other]) =>
        mutate<Written>(
          project.client,
          'setFlagConfiguration',
          targeting(flag!, environment, { prerequisites: [{ flagKey: other!.key, variation: 'on' }] }),
          WRITTEN,
        ),
      ),
    );

    expect(payloads.map(({ userErrors }) => userErrors.map(({ code }) => code)).sort()).toEqual([[], ['CYCLE']]);
  }
});

it('either deletes a segment or lets a flag use it, never both', async () => {
  for (const round of range(1, 5)) {
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    const [flag, segment] = [await makeFlag(project), await makeSegment(project, { key: `s-${round}` })];
    const work = [
      () => mutate(project.client, 'deleteSegment', { segmentId: segment.id, expectedVersion: 1 }, 'deletedSegmentId'),
      () =>
        mutate(
          project.client,
          'setFlagConfiguration',
          targeting(flag, environment, { rules: [forSegment(segment.key)] }),
          WRITTEN,
        ),
    ];

    const payloads = await Promise.all((round % 2 ? work : work.toReversed()).map((start) => start()));

    const codes = payloads.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
    expect(codes).toHaveLength(1);
    expect(['IN_USE', 'NOT_FOUND']).toContain(codes[0]);
  }
});

/** More rounds for a longer run: 1,200 take about a minute. */
const rounds = Number(process.env.CHANGE_SET_ROUNDS ?? 10);

it('applies change sets over several environments by 8 writers without a dead-lock or a gap', async () => {
  const project = await makeProject(world);
  const environments = await times(4, () => makeEnvironment(project));
  const flags = await times(4, () => makeFlag(project));
  const before = await Promise.all(environments.map(recorded));

  const applied = await times(8, async (writer) => {
    let steps = 0;
    for (let round = 0; round < rounds; round++) {
      // Each writer names the environments in an order of its own, and one flag that all of them write.
      const changes = environments.map((_, i) => ({
        toggleFlag: {
          flagId: flags[(writer + round) % 4]!.id,
          environmentId: environments[(i + writer) % 4]!.id,
          isEnabled: (round + writer) % 2 === 0,
        },
      }));
      const { revisions } = await make<{ revisions: object[] }>(
        project.client,
        'applyChangeSet',
        { projectId: project.id, changes: writer % 2 ? changes : changes.toReversed() },
        'revisions { revision }',
      );
      steps += revisions.length;
    }
    return steps;
  });

  const after = await Promise.all(environments.map(recorded));
  const steps = after.reduce((sum, { revisions }, i) => sum + revisions.length - before[i]!.revisions.length, 0);
  expect(steps).toBe(applied.reduce((sum, count) => sum + count, 0));
  for (const { revisions } of after) expect(revisions).toEqual(range(1, revisions.length));
  const sequences = await sequencesOf(project);
  expect(sequences).toEqual(range(1, sequences.length));
}, 240_000);

it('adds the keys of all concurrent callers', async () => {
  const project = await makeProject(world);
  const segment = await makeSegment(project);

  const payloads = await times(8, (i) =>
    make<{ addedCount: number }>(
      project.client,
      'addSegmentKeys',
      { segmentId: segment.id, list: 'INCLUDED', keys: ['shared', `own-${i}`] },
      'addedCount segment { version }',
    ),
  );

  expect(payloads.reduce((sum, { addedCount }) => sum + addedCount, 0)).toBe(9);
  const { segment: read } = await project.client.request<{ segment: object }>(
    'query ($id: ID!) { segment(id: $id) { version includedCount } }',
    { id: segment.id },
  );
  expect(read).toEqual({ version: 9, includedCount: 9 });
});

it('applies two concurrent requests with the same Idempotency-Key once, and answers both alike', async () => {
  const { environment, flag } = await makeScene(world);
  const client = world.client(world.owner.accessToken, { 'idempotency-key': `key-of-${flag.key}` });
  const send = (patch: object = {}) =>
    mutate(
      client,
      'setFlagConfiguration',
      targeting(flag, environment, patch),
      'configuration { version updatedAt } revisions { revision }',
    );

  const [first, second] = await Promise.all([send(), send()]);
  const later = await send();
  const other = await send({ isEnabled: false });

  expect(first).toEqual({
    configuration: { version: 1, updatedAt: expect.any(String) as string },
    revisions: [{ revision: 2 }],
    userErrors: [],
  });
  expect(second).toEqual(first);
  expect(later).toEqual(first);
  expect(other).toEqual({
    configuration: null,
    revisions: [],
    userErrors: [
      {
        code: 'IDEMPOTENCY_KEY_REUSED',
        message: `The Idempotency-Key "key-of-${flag.key}" was used within 24 hours for another request.`,
        path: null,
      },
    ],
  });
  expect(await recorded(environment)).toEqual({ revisions: [1, 2], changes: 2 });
});

it('keeps a toggle from going stale while others set the targeting', async () => {
  const { project, environment, flag } = await makeScene(world);
  await configure(project, flag, environment);

  await Promise.all([
    toggle(project, flag, environment, false),
    configure(project, flag, environment, { expectedVersion: 1, isEnabled: null }).catch(() => null),
  ]);

  const { flag: read } = await project.client.request<{ flag: { configurations: { isEnabled: boolean }[] } }>(
    'query ($id: ID!) { flag(id: $id) { configurations { isEnabled } } }',
    { id: flag.id },
  );
  expect(read.configurations).toEqual([{ isEnabled: false }]);
});
