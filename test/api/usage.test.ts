/** Evaluations are counted by flag, variation and minute, behind the requests. */
import { pino } from 'pino';
import { evaluateAll } from '../../src/evaluation';
import { UsageService } from '../../src/modules/usage/usage-service';
import { createTestClock } from '../support/clock';
import { countStatements } from '../support/count-statements';
import { configure, make, makeFlag, toggle } from '../support/make';
import { JSON_HEADERS, send } from '../support/raw';
import { makeSceneWithKey, type SceneWithKey } from '../support/scene';
import { createWorld, type World } from '../support/world';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const START = new Date('2026-03-01T10:00:30.000Z');
const clock = createTestClock(START);
let world: World;
beforeAll(async () => {
  world = await createWorld({ clock });
});
afterAll(() => world.close());

const makeScene = (kind?: string): Promise<SceneWithKey> => makeSceneWithKey(world, kind, { isClientAvailable: true });

const EVALUATE = `query ($contexts: [EvaluationContextInput!]!, $flagKeys: [String!], $minRevision: RevisionInput) {
  evaluate(contexts: $contexts, flagKeys: $flagKeys, minRevision: $minRevision) { revision epoch }
}`;

const evaluate = (secret: string, targetingKeys: string[], variables = {}): Promise<unknown> =>
  world.client(secret).request(EVALUATE, { contexts: targetingKeys.map((targetingKey) => ({ targetingKey })), ...variables });

interface Point {
  readonly at: string;
  readonly variation: string | null;
  readonly evaluations: number;
}

const USAGE = `query ($flagId: ID!, $environmentId: ID!, $from: DateTime!, $to: DateTime!, $resolution: UsageResolution) {
  flag(id: $flagId) { configuration(environmentId: $environmentId) {
    usage(from: $from, to: $to, resolution: $resolution) { at variation evaluations }
  } }
}`;

async function usageOf({ project, environment, flag }: SceneWithKey, variables = {}): Promise<Point[]> {
  await world.app.services.usage.flush();
  const range = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z', resolution: 'MINUTE' };
  const data = await project.client.request<{ flag: { configuration: { usage: Point[] } } }>(USAGE, {
    flagId: flag.id,
    environmentId: environment.id,
    ...range,
    ...variables,
  });
  return data.flag.configuration.usage;
}

const minuteOf = (date: Date): string => new Date(Math.floor(date.getTime() / MINUTE_MS) * MINUTE_MS).toISOString();

it('counts each evaluation of each context, by variation', async () => {
  const scene = await makeScene();
  const { project, environment, flag, secret } = scene;
  await configure(project, flag, environment, { targets: [{ variation: 'off', targetingKeys: ['grace'] }] });

  await evaluate(secret, ['ada', 'grace', 'alan']);
  await evaluate(secret, ['ada'], { flagKeys: [flag.key, flag.key, 'nowhere'] });

  const at = minuteOf(clock.now());
  expect(await usageOf(scene)).toEqual([
    { at, variation: 'off', evaluations: 1 },
    { at, variation: 'on', evaluations: 4 },
  ]);
});

it.each(['a user', 'an ADMIN key'])('does not count what is evaluated for %s, who only looks', async (who) => {
  const scene = await makeScene();
  const { project, environment } = scene;
  const admin = { organizationId: project.organizationId, kind: 'ADMIN', role: 'VIEWER', name: 'Tool' };
  const { secret } = await make<{ secret: string }>(project.client, 'createApiKey', admin, 'secret');
  const credential = who === 'a user' ? world.owner.accessToken : secret;
  const query = `query ($id: ID!) { evaluate(environmentId: $id, contexts: [{ targetingKey: "ada" }]) { revision } }`;
  const live = `subscription ($id: ID!) {
    evaluationsChanged(environmentId: $id, context: { targetingKey: "ada" }) { revision } }`;

  await world.client(credential).request(query, { id: environment.id });
  const events = world.socket(credential).iterate({ query: live, variables: { id: environment.id } });
  await events.next();
  await events.return?.();

  expect(await usageOf(scene)).toEqual([]);
  expect(await project.client.request('query ($id: ID!) { flag(id: $id) { lastEvaluatedAt } }', { id: scene.flag.id })).toEqual({
    flag: { lastEvaluatedAt: null },
  });
});

it('gives counts of a deleted flag to no flag that gets its key afterwards', async () => {
  const scene = await makeScene();
  const { project, flag, secret } = scene;
  await evaluate(secret, ['ada', 'grace']);
  await make(project.client, 'archiveFlag', { flagId: flag.id, expectedVersion: 1 }, 'flag { id }');
  await make(project.client, 'deleteFlag', { flagId: flag.id, expectedVersion: 2 }, 'deletedFlagId');

  const next = { ...scene, flag: await makeFlag(project, { key: flag.key, isClientAvailable: true }) };
  const atFirst = await usageOf(next);
  await evaluate(secret, ['alan'], { minRevision: await toggle(project, next.flag, scene.environment, true) });
  const then = await usageOf(next);

  expect(atFirst).toEqual([]);
  expect(then).toEqual([{ at: minuteOf(clock.now()), variation: 'on', evaluations: 1 }]);
});

it('counts an invalid context as served no variation', async () => {
  const scene = await makeScene();
  const { project, environment, flag, secret } = scene;
  await configure(project, flag, environment);
  const query = `query ($contexts: [EvaluationContextInput!]!) { evaluate(contexts: $contexts) { revision } }`;

  await world.client(secret).request(query, { contexts: [{}, { attributes: { a: 'x'.repeat(65_536) } }, {}] });

  const at = minuteOf(clock.now());
  expect(await usageOf(scene)).toEqual([
    { at, variation: null, evaluations: 1 },
    { at, variation: 'on', evaluations: 2 },
  ]);
});

it('counts answers of OFREP and the bulk format, also 304, but no snapshots', async () => {
  const scene = await makeScene();
  const { environment, flag, secret } = scene;
  const headers = { ...JSON_HEADERS, authorization: `Bearer ${secret}` };
  const body = '{"context":{"targetingKey":"ada"}}';

  const bulk = await send(world, { path: '/ofrep/v1/evaluate/flags', headers, body });
  const again = { ...headers, 'if-none-match': String(bulk.headers['etag']) };
  const unchanged = await send(world, { path: '/ofrep/v1/evaluate/flags', headers: again, body });
  await send(world, { path: `/ofrep/v1/evaluate/flags/${flag.key}`, headers, body });
  await send(world, { path: `/environments/${environment.id}/flags`, headers, body: '{"kind":"user","key":"ada"}' });
  await world.client(secret).request('{ snapshot { revision } }');

  expect(unchanged.status).toBe(304);
  expect(await usageOf(scene)).toEqual([{ at: minuteOf(clock.now()), variation: 'off', evaluations: 4 }]);
});

it('counts for CLIENT keys only flags that they are answered', async () => {
  const scene = await makeScene('CLIENT');
  const { project, secret } = scene;
  const hidden = await makeFlag(project);

  await evaluate(secret, ['ada', 'grace']);
  await evaluate(secret, ['ada'], { flagKeys: [hidden.key] });

  expect(await usageOf(scene)).toMatchObject([{ variation: 'off', evaluations: 2 }]);
  expect(await usageOf({ ...scene, flag: hidden })).toEqual([]);
});

it('counts what evaluationsChanged sends', async () => {
  const scene = await makeScene();
  const { project, environment, flag, secret } = scene;
  await makeFlag(project);
  const query = 'subscription { evaluationsChanged(context: { targetingKey: "ada" }) { evaluations { flagKey } } }';

  const events: unknown[] = [];
  for await (const event of world.socket(secret).iterate({ query })) {
    events.push(event);
    if (events.length === 2) break;
    await toggle(project, flag, environment, true);
  }

  expect(await usageOf(scene)).toMatchObject([
    { variation: 'off', evaluations: 1 },
    { variation: 'on', evaluations: 1 },
  ]);
});

it('counts evaluations that failed under no variation', async () => {
  const scene = await makeScene();
  const { project, environment, flag, secret } = scene;
  const rule = { id: 'r', conditions: [{ segment: { operator: 'IN_SEGMENT', segments: ['gone'] } }], serve: { variation: 'on' } };
  await configure(project, flag, environment);
  await world.app.database.connection.query('UPDATE flag_configuration SET rules = $2 WHERE flag_id = $1', [
    flag.id,
    JSON.stringify([rule]),
  ]);

  await evaluate(secret, ['ada']);

  expect(await usageOf(scene)).toMatchObject([{ variation: null, evaluations: 1 }]);
});

it('keeps minutes apart, and sums them up by the hour and the day', async () => {
  const scene = await makeScene();
  const { project, environment, flag, secret } = scene;
  const first = clock.now();
  await evaluate(secret, ['ada']);
  clock.advance(MINUTE_MS);
  await evaluate(secret, ['ada', 'grace']);
  const minRevision = await toggle(project, flag, environment, true);
  await evaluate(secret, ['ada'], { minRevision });

  const minutes = await usageOf(scene);
  const hours = await usageOf(scene, { resolution: 'HOUR' });
  const days = await usageOf(scene, { resolution: 'DAY' });
  const part = await usageOf(scene, { from: minuteOf(clock.now()), to: '2027-01-01T00:00:00Z' });

  const second = minuteOf(clock.now());
  expect(minutes).toEqual([
    { at: minuteOf(first), variation: 'off', evaluations: 1 },
    { at: second, variation: 'off', evaluations: 2 },
    { at: second, variation: 'on', evaluations: 1 },
  ]);
  expect(part).toEqual(minutes.slice(1));
  const sums = [
    { variation: 'off', evaluations: 3 },
    { variation: 'on', evaluations: 1 },
  ];
  expect(hours).toEqual(sums.map((sum) => ({ at: `${second.slice(0, 13)}:00:00.000Z`, ...sum })));
  expect(days).toEqual(sums.map((sum) => ({ at: `${second.slice(0, 10)}T00:00:00.000Z`, ...sum })));
});

it('adds what several flushes write', async () => {
  const scene = await makeScene();
  const { secret } = scene;

  await evaluate(secret, ['ada']);
  await world.app.services.usage.flush();
  await evaluate(secret, ['ada']);
  await Promise.all([world.app.services.usage.flush(), world.app.services.usage.flush()]);

  expect(await usageOf(scene)).toMatchObject([{ variation: 'off', evaluations: 2 }]);
});

it('keeps a failed batch, logs the failure, and writes the batch the next time', async () => {
  const scene = await makeScene();
  const { connection } = world.app.database;
  // Done before anything is counted, because the timer would have written it.
  await connection.query('ALTER TABLE flag_usage_minute RENAME TO flag_usage_minute_away');
  await evaluate(scene.secret, ['ada']);

  await world.app.services.usage.flush();
  await evaluate(scene.secret, ['ada']);
  await connection.query('ALTER TABLE flag_usage_minute_away RENAME TO flag_usage_minute');

  expect(await usageOf(scene)).toMatchObject([{ variation: 'off', evaluations: 2 }]);
  expect(world.logLines()).toContainEqual(expect.objectContaining({ msg: 'usage could not be written', waiting: 1 }));
});

it('keeps at most 100,000 counts while the database is unavailable, and logs how many it dropped', async () => {
  const scene = await makeScene();
  const { database, services } = world.app;
  const request = { requestId: 'r', address: '', userAgent: '', origin: null, idempotency: null };
  const { compiled } = (await services.snapshots.openFor({ kind: 'SYSTEM', request }, scene.environment.id, 'flag:evaluate'))!;
  const evaluations = evaluateAll(compiled, { targetingKey: 'ada' });
  const lines: { readonly forgotten?: number }[] = [];
  const moving = createTestClock(START);
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const usage = new UsageService({ database, clock: moving, log });
  await database.connection.query('ALTER TABLE flag_usage_minute RENAME TO flag_usage_minute_away');

  for (let i = 0; i < 100_003; i++) {
    usage.countsOf(scene.environment.id, compiled).add(evaluations, true);
    moving.advance(MINUTE_MS);
  }
  await usage.flush();
  await database.connection.query('ALTER TABLE flag_usage_minute_away RENAME TO flag_usage_minute');
  await usage.flush();

  const COUNT = 'SELECT count(*)::integer AS count, min(minute) AS first FROM flag_usage_minute WHERE flag_id = $1';
  const [written] = await database.connection.query<object[]>(COUNT, [scene.flag.id]);
  const first = new Date(minuteOf(new Date(START.getTime() + 3 * MINUTE_MS)));
  expect(written).toEqual({ count: 100_000, first });
  expect(lines.map((line) => line.forgotten)).toEqual([3, undefined]);
});

it('skips deleted flags and environments', async () => {
  const scene = await makeScene();
  const { connection } = world.app.database;
  const other = await makeScene();
  await evaluate(scene.secret, ['ada']);
  await evaluate(other.secret, ['ada']);

  await connection.query('DELETE FROM flag WHERE id = $1', [other.flag.id]);

  expect(await usageOf(scene)).toMatchObject([{ evaluations: 1 }]);
  expect(await connection.query('SELECT * FROM flag_usage WHERE flag_id = $1', [other.flag.id])).toEqual([]);
});

it('shows when a flag was last evaluated, and that it is stale when that is long ago', async () => {
  const scene = await makeScene();
  const { project, flag, secret } = scene;
  const STATE = 'query ($id: ID!) { flag(id: $id) { lastEvaluatedAt staleReason } }';
  const stateOf = async (): Promise<unknown> => (await project.client.request<{ flag: unknown }>(STATE, { id: flag.id })).flag;
  const never = await stateOf();
  await toggle(project, flag, scene.environment, true);
  await configure(project, flag, scene.environment, {
    expectedVersion: 1,
    targets: [{ variation: 'off', targetingKeys: ['grace'] }],
  });

  await evaluate(secret, ['ada']);
  await world.app.services.usage.flush();
  const fresh = await stateOf();
  const at = minuteOf(clock.now());
  await world.app.database.connection.query(`UPDATE flag_usage SET last_evaluated_at = last_evaluated_at - interval '400 days'`);
  const stale = await stateOf();

  expect(never).toEqual({ lastEvaluatedAt: null, staleReason: null });
  expect(fresh).toEqual({ lastEvaluatedAt: at, staleReason: null });
  expect(stale).toMatchObject({ staleReason: 'NOT_EVALUATED' });
});

it('refuses a range that ends before it begins, and too many points', async () => {
  const scene = await makeScene();
  await world.app.database.connection.query(
    `INSERT INTO flag_usage_minute SELECT $1, $2, '2026-02-01'::timestamptz + i * interval '1 minute', 'on', 1 FROM generate_series(1, 1001) i`,
    [scene.flag.id, scene.environment.id],
  );

  const backwards = usageOf(scene, { from: '2026-02-02T00:00:00Z', to: '2026-02-01T00:00:00Z' });
  await expect(backwards).rejects.toThrow(
    'from must be before to; from is 2026-02-02T00:00:00.000Z, to is 2026-02-01T00:00:00.000Z.',
  );
  await expect(usageOf(scene)).rejects.toThrow('More than 1000 points lie between from and to');
  expect(await usageOf(scene, { from: '2026-02-01T00:02:00Z' })).toHaveLength(1_000);
  expect(await usageOf(scene, { resolution: 'HOUR' })).toHaveLength(17);
});

it('reads usage of many configurations with one statement', async () => {
  const scene = await makeScene();
  const { project, environment, flag, secret } = scene;
  const other = await makeFlag(project, { isClientAvailable: true });
  await evaluate(secret, ['ada']);
  await world.app.services.usage.flush();

  const DOCUMENT = `query ($id: ID!, $environmentId: ID!) { project(id: $id) { flags { nodes { key configuration(environmentId: $environmentId) {
    usage(from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z") { evaluations }
  } } } } }`;
  const { result, statements } = await countStatements(world, () =>
    project.client.request<{ project: { flags: { nodes: unknown } } }>(DOCUMENT, {
      id: project.id,
      environmentId: environment.id,
    }),
  );

  const keys = [flag.key, other.key].sort();
  expect(statements.filter((text) => text.includes('flag_usage_minute'))).toHaveLength(1);
  expect(result.project.flags.nodes).toEqual(keys.map((key) => ({ key, configuration: { usage: [{ evaluations: 1 }] } })));
});

it('deletes minutes that are too old, and keeps when a flag was last evaluated', async () => {
  const scene = await makeScene();
  const { connection } = world.app.database;
  await evaluate(scene.secret, ['ada']);
  await world.app.services.usage.flush();
  await connection.query(`INSERT INTO flag_usage_minute VALUES ($1, $2, $3, 'on', 7)`, [
    scene.flag.id,
    scene.environment.id,
    new Date(clock.now().getTime() - 91 * DAY_MS),
  ]);

  await world.app.services.usage.purge(90);

  const left = await connection.query<unknown[]>('SELECT variation_key, evaluations FROM flag_usage_minute WHERE flag_id = $1', [
    scene.flag.id,
  ]);
  expect(left).toEqual([{ variation_key: 'off', evaluations: '1' }]);
});

it('writes what was counted when the server ends', async () => {
  const other = await createWorld();
  const { flag, secret } = await makeSceneWithKey(other);
  // Done before anything is counted, because the timer may come first.
  const queries = jest.spyOn(other.app.database.connection, 'query');
  await other.client(secret).request(EVALUATE, { contexts: [{ targetingKey: 'ada' }] });

  await other.close();

  const written = queries.mock.calls.filter(([sql]) => sql.includes('INSERT INTO flag_usage_minute'));
  queries.mockRestore();
  expect(written.map(([, parameters]) => (parameters as unknown[])[1])).toEqual([[flag.key]]);
  expect(other.logLines().filter(({ msg }) => msg === 'usage could not be written')).toEqual([]);
});
