/** Faults of ours are never shown: a fault of any layer, over any transport, is one log line and one masked error. */
import { GraphQLError } from 'graphql';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Authenticator } from '../../src/modules/access/authenticate';
import { Operations } from '../../src/operations/operations';
import { eventually, makeApiKey, uniqueKey, type Made, type MadeProject } from '../support/make';
import { JSON_HEADERS, send } from '../support/raw';
import { openAcknowledged, openSocket } from '../support/raw-socket';
import { answerOver, LIVE_TRANSPORTS, TRANSPORTS, type Answer, type Transport } from '../support/transports';
import { createWorld, isEmbedded, type World } from '../support/world';
import { whileBroken, whileChanged, whileStatement } from './support/faults';
import { asked, expectMasked as expectMaskedIn, expectServed as expectServedIn, linesOf, makePlace } from './support/masked';

const SECRET = 'duplicate key value violates unique constraint "users_email_key"';

let world: World;
let project: MadeProject;
let environment: Made;
let flag: Made;
beforeAll(async () => {
  world = await createWorld();
  ({ project, environment, flag } = await makePlace(world));
});
afterAll(() => world.close());

const ask = (transport: Transport, query: string, variables: object = {}): Promise<Answer> =>
  asked(world, transport, query, variables);
const expectMasked = (answer: Answer): string => expectMaskedIn(world, answer);
const expectServed = (transport: Transport): Promise<void> => expectServedIn({ world, project, environment, flag }, transport);

const PROJECT = 'query ($id: ID!) { project(id: $id) { key } }';

/** Things that code throws which we have not thought of. */
const thrown: readonly (readonly [string, () => unknown, string])[] = [
  ['an error', () => new Error(SECRET), SECRET],
  ['an error with a status', () => Object.assign(new Error(SECRET), { status: 418, statusCode: 400, code: 'EACCES' }), SECRET],
  ['an error with extensions of its own', () => Object.assign(new Error(SECRET), { extensions: { code: 'FORBIDDEN' } }), SECRET],
  ['an error of a driver', () => Object.assign(new Error(SECRET), { driverError: new Error('x'), query: 'SELECT' }), SECRET],
  ['text', () => SECRET, 'Unexpected error value: '],
  ['nothing', () => undefined, 'Unexpected error value: '],
  ['null', () => null, 'Unexpected error value: '],
  ['an object', () => ({ message: SECRET, extensions: { code: 'BAD_USER_INPUT' } }), 'Unexpected error value: '],
  ['an error of GraphQL without a code', () => new GraphQLError(SECRET), SECRET],
  ['an error of GraphQL with a code of another', () => new GraphQLError(SECRET, { extensions: { code: 'DB_DOWN' } }), SECRET],
  ['a stack that ended', () => new RangeError('Maximum call stack size exceeded'), 'Maximum call stack'],
];

describe.each(TRANSPORTS)('over %s', (transport) => {
  it.each(thrown)('masks %s that a service throws', async (_what, make, cause) => {
    const fail = (): never => {
      throw make();
    };
    const { services } = world.app;
    const outcome = await whileBroken(services.projects, 'find', fail, () => ask(transport, PROJECT, { id: project.id }));

    expect(outcome).toMatchObject({ data: { project: null }, errors: [{ path: ['project'] }] });
    expect(outcome.status ?? 200).toBe(200);
    expect(JSON.stringify(outcome)).not.toContain('users_email_key');
    expect(expectMasked(outcome)).toContain(cause);
    await expectServed(transport);
  });

  it('masks a rejection, and what a mutation throws', async () => {
    const { services } = world.app;
    const document =
      'mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { key } userErrors { code } } }';
    const input = { organizationId: project.organizationId, key: uniqueKey('project'), name: 'Name' };
    const outcome = await whileBroken(
      services.projects,
      'create',
      () => Promise.reject(new Error(SECRET)),
      () => ask(transport, document, { input }),
    );

    expect(outcome).toMatchObject({ data: null, errors: [{ path: ['createProject'] }] });
    expect(outcome.status ?? 200).toBe(200);
    expect(expectMasked(outcome)).toBe(SECRET);
    await expectServed(transport);
  });

  const statements: [string, RegExp, string, RegExp][] = [
    ['bad SQL', /FROM "project"/, 'SELEC 1', /syntax error/],
    ['a table that is not there', /FROM "project"/, 'SELECT * FROM users_email_key', /users_email_key/],
    ['a division by zero', /FROM "project"/, 'SELECT 1 / 0', /division by zero/],
    [
      'a violated constraint',
      /FROM "project"/,
      `INSERT INTO "organization" ("id") VALUES ('users_email_key')`,
      /violates not-null constraint/,
    ],
  ];
  it.each(statements)('masks %s in a repository', async (_what, pattern, replacement, cause) => {
    const { result, replaced } = await whileStatement(world, pattern, replacement, () =>
      ask(transport, PROJECT, { id: project.id }),
    );

    expect(replaced).toBe(1);
    expect(result).toMatchObject({ data: { project: null } });
    expect(expectMasked(result)).toMatch(cause);
    await expectServed(transport);
  });

  // The embedded database has no other session that could end one of its statements.
  (isEmbedded ? it.skip : it)('masks a statement that was cancelled, and calls a lost connection an outage', async () => {
    const cancel = 'SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(5)';
    const end = 'SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)';
    const run = (replacement: string): Promise<{ result: Answer }> =>
      whileStatement(world, /FROM "project"/, replacement, () => ask(transport, PROJECT, { id: project.id }));

    const cancelled = (await run(cancel)).result;
    const ended = (await run(end)).result;

    expect(expectMasked(cancelled)).toMatch(/canceling statement/);
    expect(ended.errors).toMatchObject([
      { message: expect.stringMatching(/^The database is unavailable/) as string, extensions: { code: 'UNAVAILABLE' } },
    ]);
    expect(JSON.stringify(ended)).not.toContain('terminat');
    await expectServed(transport);
  });

  it('masks what fails in a transaction, and keeps nothing of it', async () => {
    const key = uniqueKey('flag');
    const document = 'mutation ($input: CreateFlagInput!) { createFlag(input: $input) { flag { key } userErrors { code } } }';
    const input = { projectId: project.id, key, name: 'Flag', valueType: 'BOOLEAN' };
    const { result, replaced } = await whileStatement(world, /INTO "?change"?\b/, 'INSERT INTO "change" DEFAULT VALUES', () =>
      ask(transport, document, { input }),
    );

    expect(replaced).toBe(1);
    expect(expectMasked(result)).toMatch(/violates not-null constraint/);
    const [row] = await world.app.database.connection.query<object[]>('SELECT 1 FROM flag WHERE key = $1', [key]);
    expect(row).toBeUndefined();
    expect((await ask(transport, document, { input })).errors).toEqual([]);
  });

  it('masks a loader, once for each field that waits for it, and answers the rest', async () => {
    const query =
      'query ($id: ID!) { project(id: $id) { key } flag(id: "flag_00000000000000000000000000000000") { key } all: project(id: $id) { environments { key } } }';
    const { result, replaced } = await whileStatement(world, /FROM "environment"/, 'SELECT 1 / 0', () =>
      ask(transport, query, { id: project.id }),
    );

    expect(replaced).toBe(1);
    expect(result.data).toEqual({ project: { key: project.key }, flag: null, all: null });
    expect(result.errors.map(({ path }) => path)).toEqual([['all', 'environments']]);
    expect(expectMasked(result)).toBe('division by zero');
    await expectServed(transport);
  });

  it('masks a value that cannot be written as its type', async () => {
    const query = 'query ($id: ID!) { project(id: $id) { key createdAt } }';
    const broken = { id: project.id, key: project.key, organizationId: project.organizationId, createdAt: SECRET };
    const outcome = await whileBroken(
      world.app.services.projects,
      'find',
      async () => broken,
      () => ask(transport, query, { id: project.id }),
    );

    expect(outcome).toMatchObject({ data: { project: null }, errors: [{ path: ['project', 'createdAt'] }] });
    expect(JSON.stringify(outcome)).not.toContain('users_email_key');
    expectMasked(outcome);
    await expectServed(transport);
  });

  it('masks what the hash of a password throws', async () => {
    const query = 'mutation ($input: LogInInput!) { logIn(input: $input) { accessToken } }';
    const { email, password } = world.owner;
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the object that the server calls, not a copy
    const argon2 = require('@node-rs/argon2') as object;
    const outcome = await whileBroken(
      argon2,
      'verify',
      () => Promise.reject(new Error(SECRET)),
      () => ask(transport, query, { input: { email, password } }),
    );

    expect(outcome).toMatchObject({ data: null, errors: [{ path: ['logIn'] }] });
    expect(expectMasked(outcome)).toBe(SECRET);
    expect(JSON.stringify(linesOf(world, outcome.errors[0]!.extensions.requestId))).not.toContain(password);
    expect((await ask(transport, query, { input: { email, password } })).errors).toEqual([]);
  });

  // The in-memory notifier has nothing that could break.
  (process.env.REDIS_URL ? it : it.skip)('answers a mutation that was committed, although Redis breaks', async () => {
    const broken = (): Promise<never> => Promise.reject(new Error(SECRET));
    const document =
      'mutation ($input: ToggleFlagInput!) { toggleFlag(input: $input) { configuration { isEnabled } userErrors { code } } }';
    const input = { flagId: flag.id, environmentId: environment.id, isEnabled: transport !== 'WebSocket' };
    const outcome = await whileBroken(RedisPubSub.prototype, 'publish', broken, async () => {
      const answer = await ask(transport, document, { input });
      // A notification that cannot be sent at once is sent on a later turn.
      await eventually(async () => (await expectServed(transport), true));
      return answer;
    });

    expect(outcome.errors).toEqual([]);
    expect(outcome.data).toEqual({ toggleFlag: { configuration: { isEnabled: transport !== 'WebSocket' }, userErrors: [] } });
  });
});

it('says nothing of why a credential cannot be looked up: 503 over HTTP, and a socket that is to be opened again', async () => {
  const [first, second] = [await makeApiKey(project, environment), await makeApiKey(project, environment)];
  const { result } = await whileStatement(world, /FROM "api_key"/, 'SELECT 1 / 0', async () => {
    const outcome = await answerOver('HTTP', world, { query: '{ viewer { __typename } }' }, first);
    const opened = await openSocket(world);
    opened.send({ type: 'connection_init', payload: { authorization: `Bearer ${second}` } });
    return { outcome, closed: await opened.closed };
  });

  expect(result.outcome).toMatchObject({ status: 503, errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
  expect(JSON.stringify(result.outcome)).not.toContain('division');
  expect(result.closed).toEqual({ code: 1013, reason: 'Try again later' });
  expect((await answerOver('HTTP', world, { query: '{ viewer { __typename } }' }, first)).status).toBe(200);
});

it('masks what fails before an operation is known: 500 over HTTP, and a socket that is to be opened again', async () => {
  const other = await createWorld();
  const early = await openAcknowledged(other);
  const fail = (): Promise<never> => Promise.reject(new Error(SECRET));
  // Not the clock, which the timers of the server ask, too.
  const { answer, streamed, refused, closed } = await whileBroken(Authenticator.prototype, 'authenticate', fail, async () => {
    const overHttp = await send(other, { headers: JSON_HEADERS, body: JSON.stringify({ query: '{ viewer { __typename } }' }) });
    const overSse = await answerOver('SSE', other, { query: '{ viewer { __typename } }' });
    early.send({ id: 'x', type: 'subscribe', payload: { query: '{ viewer { __typename } }' } });
    const overSocket = (await early.next()) as { payload: Answer['errors'] };
    const late = await openSocket(other);
    late.send({ type: 'connection_init' });
    return { answer: overHttp, streamed: overSse, refused: overSocket, closed: await late.closed };
  });
  early.send({ id: 'y', type: 'subscribe', payload: { query: '{ viewer { __typename } }' } });
  const served = await early.next();
  const causes = other.logLines().flatMap(({ requestId, msg, err }) => {
    const { message } = (err ?? {}) as { message?: string };
    return message === SECRET ? [[requestId, msg]] : [];
  });

  const [broken] = (answer.body as { errors: { extensions: { requestId: string } }[] }).errors;
  const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) as string };
  expect(answer).toMatchObject({ status: 500, body: { errors: [{ message: 'Internal error', extensions }] } });
  expect(streamed).toMatchObject({ status: 500, errors: [{ message: 'Internal error', extensions }] });
  expect(refused.payload).toMatchObject([{ message: 'Internal error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  expect(JSON.stringify([answer, streamed, refused])).not.toContain('users_email_key');
  expect(closed).toEqual({ code: 1013, reason: 'Try again later' });
  expect(served).toEqual({ id: 'y', type: 'next', payload: { data: { viewer: null } } });
  expect(causes).toEqual([
    [broken!.extensions.requestId, 'request failed'],
    [streamed.errors[0]!.extensions.requestId, 'request failed'],
    [refused.payload[0]!.extensions.requestId, 'request failed'],
    [undefined, 'a socket could not be authenticated'],
  ]);
  early.close();
  await other.close();
});

it.each(TRANSPORTS)('masks what the way of an operation itself fails with over %s', async (transport) => {
  for (const step of ['prepare', 'admit', 'execute']) {
    const fail = (): never => {
      throw new Error(SECRET);
    };
    const outcome = await whileBroken(Operations.prototype, step, fail, () => ask(transport, PROJECT, { id: project.id }));

    expect([step, outcome.status, outcome.data]).toEqual([step, transport === 'WebSocket' ? null : 500, undefined]);
    expect(expectMasked(outcome)).toBe(SECRET);
  }
  await expectServed(transport);
});

it.each(LIVE_TRANSPORTS)('masks the source of a subscription over %s', async (transport) => {
  const query = `subscription { evaluationsChanged(environmentId: "${environment.id}", context: { targetingKey: "ada" }) { revision } }`;
  const { snapshots } = world.app.services;
  const outcome = await whileBroken(
    snapshots,
    'follow',
    () => Promise.reject(new Error(SECRET)),
    () => ask(transport, query),
  );

  expect(expectMasked(outcome)).toBe(SECRET);
  await expectServed(transport);
});

it.each(TRANSPORTS)('masks a table that is really gone over %s', async (transport) => {
  const outcome = await whileChanged(world, 'ALTER TABLE project RENAME TO gone', 'ALTER TABLE gone RENAME TO project', () =>
    ask(transport, PROJECT, { id: project.id }),
  );

  expect(JSON.stringify(outcome)).not.toContain('relation');
  expect(expectMasked(outcome)).toBe('relation "project" does not exist');
  await expectServed(transport);
});
