/** A server under overload, and operations that take too long. */
import { performance } from 'node:perf_hooks';
import { eventually, makeApiKey, makeEnvironment, makeFlag, makeProject, uniqueKey } from '../support/make';
import { send, sendQuery, type RawAnswer } from '../support/raw';
import { epochOf } from '../support/scene';
import { answerOver, errorsOver, LIVE_TRANSPORTS, TRANSPORTS } from '../support/transports';
import { authorization, createWorld, isEmbedded } from '../support/world';

const VIEWER = '{ viewer { user { email } } }';
/**
 * Long enough for operations in time, on a busy machine, too; and shorter than the 2 seconds that a server waits for a
 * revision.
 */
const TIMEOUT_MS = '1500';
const LATE = 'The operation did not finish within 1.5 s and was stopped. A mutation may have been applied.';

it('keeps evaluating when the event loop is late, and refuses everything else for now', async () => {
  let delayMs = 0;
  const world = await createWorld({
    env: { EVENT_LOOP_DELAY_MAX_MS: '250' },
    load: { delayMs: () => delayMs, close: () => undefined },
  });
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  await makeFlag(project);
  const secret = await makeApiKey(project, environment);
  const evaluate = { query: '{ evaluate(contexts: [{}]) { results { evaluations { reason } } } }' };
  const overloaded = {
    code: 'UNAVAILABLE',
    message: 'The server is overloaded and serves only evaluations; try again in a few seconds.',
  };

  delayMs = 251;
  const late: RawAnswer = await sendQuery(world, VIEWER, authorization(world.owner.accessToken));
  const refused = await Promise.all(
    TRANSPORTS.map((transport) => errorsOver(transport, world, { query: VIEWER }, world.owner.accessToken)),
  );
  const mixed = await errorsOver('HTTP', world, { query: `{ viewer { __typename } ${evaluate.query.slice(1)}` }, secret);
  const evaluated = await Promise.all(TRANSPORTS.map((transport) => errorsOver(transport, world, evaluate, secret)));
  delayMs = 250;
  const afterwards = await sendQuery(world, VIEWER, authorization(world.owner.accessToken));

  expect([late.status, late.headers['retry-after']]).toEqual([503, '2']);
  expect(refused).toEqual(TRANSPORTS.map(() => [overloaded]));
  expect(mixed).toEqual([overloaded]);
  expect(evaluated).toEqual(TRANSPORTS.map(() => []));
  expect(afterwards.status).toBe(200);
  expect((await send(world, { method: 'GET', path: '/livez', headers: {} })).status).toBe(200);
  await world.close();
});

// The embedded database runs one statement after the other, so no other transaction could hold a lock beside it.
(isEmbedded ? it.skip : it)(
  'ends an operation that waits too long, the statement that it waits for, and begins nothing more of it',
  async () => {
    const world = await createWorld({ env: { EXECUTION_TIMEOUT_MS: TIMEOUT_MS } });
    const project = await makeProject(world);
    const { connection } = world.app.database;
    const runner = connection.connection.createQueryRunner();
    await runner.query('BEGIN');
    // It is idle for as long as the operation waits, and must not be ended for that.
    await runner.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    await runner.query('SELECT 1 FROM project WHERE id = $1 FOR UPDATE', [project.id]);
    const [first, second] = [uniqueKey('flag'), uniqueKey('flag')];
    const create = (key: string): string =>
      `createFlag(input: { projectId: "${project.id}", key: "${key}", name: "F", valueType: BOOLEAN }) { flag { key } userErrors { code } }`;

    const answer = await sendQuery(
      world,
      `mutation { a: ${create(first)} b: ${create(second)} }`,
      authorization(world.owner.accessToken),
    );
    const isServed = await sendQuery(world, VIEWER, authorization(world.owner.accessToken));
    // The lock that it waited for is still held.
    const askedAt = performance.now();
    await eventually(async () => {
      const waiting: unknown = await runner.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return (waiting as object[]).length === 0;
    });
    const stoppedAfterMs = performance.now() - askedAt;
    await runner.query('ROLLBACK');
    await runner.release();

    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(answer.body).toMatchObject({
      errors: [
        {
          message: LATE,
          extensions: { code: 'DEADLINE_EXCEEDED' },
        },
      ],
    });
    expect(isServed.status).toBe(200);
    // Left to itself, a statement would wait for 10 s.
    expect(stoppedAfterMs).toBeLessThan(5_000);
    const query = `{ project(id: "${project.id}") { flags { nodes { key } } } }`;
    const { body } = await sendQuery(world, query, authorization(world.owner.accessToken));
    expect(JSON.stringify(body)).not.toContain(second);
    await world.close();
  },
);

(isEmbedded ? it.skip : it)(
  'says of a statement that the database stopped for its time what it says of an operation',
  async () => {
    const world = await createWorld({ env: { EXECUTION_TIMEOUT_MS: TIMEOUT_MS } });
    const { connection } = world.app.database;

    await expect(connection.query('SELECT pg_sleep(30)')).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: LATE,
      retryAfterSeconds: 1,
    });
    await world.close();
  },
);

it('ends a subscription that takes too long to begin', async () => {
  const world = await createWorld({ env: { EXECUTION_TIMEOUT_MS: TIMEOUT_MS } });
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const secret = await makeApiKey(project, environment);
  const epoch = await epochOf(world, secret);
  const query = 'subscription ($min: RevisionInput) { evaluationsChanged(context: {}, minRevision: $min) { revision } }';
  const variables = { min: { epoch, revision: 1_000 } };

  const answers = await Promise.all(
    LIVE_TRANSPORTS.map((transport) => answerOver(transport, world, { query, variables }, secret)),
  );

  const error = { message: LATE, extensions: { code: 'DEADLINE_EXCEEDED', retryAfterSeconds: 1 } };
  expect(answers).toMatchObject([
    { status: null, errors: [error] },
    { status: 503, errors: [error] },
  ]);
  expect(answers[0]?.data).toBeUndefined();
  await world.close();
});
