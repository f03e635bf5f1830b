/** OFREP as it goes over the wire: bodies, statuses and headers as the specification has them. */
import { configure, eventually, makeApiKey, makeEnvironment, makeFlag, makeProject, makeSegment, toggle } from '../support/make';
import { JSON_HEADERS, send, type RawAnswer } from '../support/raw';
import { makeEmptyScene, type EmptyScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const makeScene = (kind?: string): Promise<EmptyScene> => makeEmptyScene(world, kind);

interface Asked {
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly query?: string;
}

function ask(secret: string | null, { key, body, headers = {}, query = '' }: Asked = {}): Promise<RawAnswer> {
  return send(world, {
    path: `/ofrep/v1/evaluate/flags${key === undefined ? '' : `/${encodeURIComponent(key)}`}${query}`,
    headers: { ...JSON_HEADERS, ...(secret === null ? {} : { authorization: `Bearer ${secret}` }), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body ?? { context: { targetingKey: 'ada' } }),
  });
}

const pick = ({ status, body }: RawAnswer): { status: number; body: unknown } => ({ status, body });

it('answers one flag with value, reason, variant and metadata', async () => {
  const { project, environment, secret } = await makeScene();
  const flag = await makeFlag(project);
  await configure(project, flag, environment, { expectedVersion: 0 });

  const answer = await ask(secret, { key: flag.key });

  const body = { key: flag.key, value: true, reason: 'STATIC', variant: 'on', metadata: { flagVersion: 2 } };
  expect(pick(answer)).toEqual({ status: 200, body });
  expect(answer.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'x-request-id': expect.any(String) });
});

const plan = { attribute: 'plan', operator: 'EQUALS', values: ['pro'] };
const rule = (patch: object): object => ({ id: 'pros', conditions: [{ attribute: plan }], serve: { variation: 'on' }, ...patch });
const half = {
  rollout: {
    bucketBy: 'targetingKey',
    whenMissing: 'off',
    shares: [
      { variation: 'on', weight: 50_000 },
      { variation: 'off', weight: 50_000 },
    ],
  },
};

it.each([
  ['off', { isEnabled: false }, { reason: 'DISABLED', variant: 'off', value: false }],
  [
    'individual target',
    { targets: [{ variation: 'on', targetingKeys: ['ada'] }] },
    { reason: 'TARGETING_MATCH', variant: 'on', value: true },
  ],
  ['nothing to target', {}, { reason: 'STATIC', variant: 'on', value: true }],
  ['fallthrough where others are targeted', { rules: [rule({})] }, { reason: 'UNKNOWN', variant: 'on', value: true }],
  [
    'rollout by an attribute that is absent',
    { fallthrough: { rollout: { ...half.rollout, bucketBy: 'account' } } },
    { reason: 'UNKNOWN', variant: 'off', value: false },
  ],
  ['rollout', { fallthrough: half }, { reason: 'SPLIT', variant: expect.any(String), value: expect.any(Boolean) }],
])('says the reason of OFREP: %s', async (_what, patch, expected) => {
  const { project, environment, secret } = await makeScene();
  const flag = await makeFlag(project);
  await configure(project, flag, environment, patch);

  const answer = await ask(secret, { key: flag.key });

  expect(pick(answer)).toEqual({ status: 200, body: { key: flag.key, metadata: { flagVersion: 2 }, ...expected } });
});

it('names the rule that matched to a SERVER key, and to a CLIENT key does not', async () => {
  const { project, environment, secret } = await makeScene();
  const client = await makeApiKey(project, environment, 'CLIENT');
  const flag = await makeFlag(project, { isClientAvailable: true });
  await configure(project, flag, environment, { fallthrough: { variation: 'off' }, rules: [rule({})] });
  const body = { context: { targetingKey: 'ada', plan: 'pro' } };

  const [byServer, byClient] = await Promise.all([secret, client].map((key) => ask(key, { key: flag.key, body })));

  const answer = { key: flag.key, value: true, reason: 'TARGETING_MATCH', variant: 'on' };
  expect(byServer!.body).toEqual({ ...answer, metadata: { flagVersion: 2, ruleId: 'pros' } });
  expect(byClient!.body).toEqual({ ...answer, metadata: { flagVersion: 2 } });
});

it('says DISABLED when a prerequisite fails', async () => {
  const { project, environment, secret } = await makeScene();
  const [flag, other] = [await makeFlag(project), await makeFlag(project)];
  await configure(project, flag, environment, { prerequisites: [{ flagKey: other.key, variation: 'on' }] });

  const answer = await ask(secret, { key: flag.key });

  const body = { key: flag.key, value: false, reason: 'DISABLED', variant: 'off', metadata: { flagVersion: 2 } };
  expect(pick(answer)).toEqual({ status: 200, body });
});

it('answers 404 FLAG_NOT_FOUND for a flag that is not there, the same to a CLIENT key for one it may not see', async () => {
  const { project, secret } = await makeScene('CLIENT');
  const hidden = await makeFlag(project);

  const answers = [await ask(secret, { key: hidden.key }), await ask(secret, { key: 'nowhere' })];

  expect(answers.map(pick)).toEqual(
    [hidden.key, 'nowhere'].map((key) => ({
      status: 404,
      body: { key, errorCode: 'FLAG_NOT_FOUND', errorDetails: `There is no flag "${key}" in the environment.` },
    })),
  );
});

it('takes keys of flags as long as they may be', async () => {
  const { project, secret } = await makeScene();
  const flag = await makeFlag(project, { key: 'k'.repeat(200) });

  const answer = await ask(secret, { key: flag.key });

  expect(answer.status).toBe(200);
});

it.each([
  ['a rollout', { fallthrough: half }],
  [
    'the gate of a rule',
    { rules: [{ id: 'some', conditions: [], gate: { bucketBy: 'targetingKey', weight: 20_000 }, serve: { variation: 'on' } }] },
  ],
])('answers TARGETING_KEY_MISSING where %s needs one, and only there', async (_what, patch) => {
  const { project, environment, secret } = await makeScene();
  const [flag, fixed] = [await makeFlag(project, { key: 'a' }), await makeFlag(project, { key: 'b' })];
  await configure(project, flag, environment, patch);
  await configure(project, fixed, environment);
  const body = { context: { plan: 'pro' } };

  const single = await ask(secret, { key: flag.key, body });
  const bulk = await ask(secret, { body });

  const errorDetails = 'A rollout of the flag uses the targeting key, and the context has none.';
  const failure = { key: 'a', errorCode: 'TARGETING_KEY_MISSING', errorDetails };
  expect(pick(single)).toEqual({ status: 400, body: failure });
  expect(bulk.status).toBe(200);
  expect((bulk.body as { flags: unknown }).flags).toEqual([
    failure,
    { key: 'b', value: true, reason: 'STATIC', variant: 'on', metadata: { flagVersion: 2 } },
  ]);
});

it('answers PARSE_ERROR for a flag that cannot be decided, to a CLIENT key without a word about why', async () => {
  const { project, environment, secret } = await makeScene();
  const client = await makeApiKey(project, environment, 'CLIENT');
  const segment = await makeSegment(project);
  const flag = await makeFlag(project, { isClientAvailable: true });
  await configure(project, flag, environment, {
    rules: [
      { id: 'r', conditions: [{ segment: { operator: 'IN_SEGMENT', segments: [segment.key] } }], serve: { variation: 'on' } },
    ],
  });
  // Only damage or an older writer could leave this: the API refuses to delete a segment in use.
  await world.app.database.connection.query('DELETE FROM segment WHERE id = $1', [segment.id]);

  const answers = [await ask(secret, { key: flag.key }), await ask(client, { key: flag.key })];

  expect(answers.map(({ status }) => status)).toEqual([400, 400]);
  expect(answers[0]!.body).toEqual({
    key: flag.key,
    errorCode: 'PARSE_ERROR',
    errorDetails: expect.stringContaining(segment.key),
  });
  expect(answers[1]!.body).toEqual({ key: flag.key, errorCode: 'PARSE_ERROR', errorDetails: 'The flag cannot be evaluated.' });
});

it('answers all flags that are not archived, in key order, and 304 to who has just that', async () => {
  const { project, environment, secret } = await makeScene();
  const [b, a] = [await makeFlag(project, { key: 'b' }), await makeFlag(project, { key: 'a' })];
  await configure(project, a, environment, { expectedVersion: 0 });

  const first = await ask(secret);
  const etag = String(first.headers['etag']);
  const again = await ask(secret, { headers: { 'if-none-match': etag } });
  const weak = await ask(secret, { headers: { 'if-none-match': `"other", W/${etag}` } });
  await toggle(project, b, environment, true);
  const changed = await eventuallyChanged(secret, etag);

  const off = { key: 'b', value: false, reason: 'DISABLED', variant: 'off', metadata: { flagVersion: 1 } };
  expect(first.status).toBe(200);
  expect((first.body as { flags: unknown }).flags).toEqual([
    { key: 'a', value: true, reason: 'STATIC', variant: 'on', metadata: { flagVersion: 2 } },
    off,
  ]);
  expect([pick(again), pick(weak)]).toEqual([
    { status: 304, body: '' },
    { status: 304, body: '' },
  ]);
  expect(again.headers['etag']).toBe(etag);
  expect((changed.body as { flags: unknown[] }).flags[1]).toEqual({
    ...off,
    value: true,
    reason: 'STATIC',
    variant: 'on',
    metadata: { flagVersion: 2 },
  });
});

/** Other servers hear of a change a little later. */
async function eventuallyChanged(secret: string, etag: string): Promise<RawAnswer> {
  return eventually(async () => {
    const answer = await ask(secret, { headers: { 'if-none-match': etag } });
    return answer.status === 200 ? answer : null;
  });
}

it('answers 304 when what changed does not concern the context', async () => {
  const { project, environment, secret } = await makeScene('CLIENT');
  const [seen, hidden] = [await makeFlag(project, { isClientAvailable: true }), await makeFlag(project)];
  const first = await ask(secret);

  const { revision, epoch } = await toggle(project, hidden, environment, true);
  const query = `?flagConfigEtag=${epoch}:${revision}&flagConfigLastModified=1771622898`;
  const again = await ask(secret, { headers: { 'if-none-match': String(first.headers['etag']) }, query });

  expect((first.body as { flags: { key: string }[] }).flags.map(({ key }) => key)).toEqual([seen.key]);
  expect(again.status).toBe(304);
});

it('waits for the revision that an event named', async () => {
  const { project, environment, secret } = await makeScene();
  const flag = await makeFlag(project);
  const { revision, epoch } = await toggle(project, flag, environment, true);

  const reached = await ask(secret, { query: `?flagConfigEtag=${epoch}:${revision}` });
  const never = await ask(secret, { query: `?flagConfigEtag=${epoch}:${revision + 1}` });
  const foreign = await ask(secret, { query: '?flagConfigEtag=%22abc%22' });

  expect((reached.body as { flags: { value: unknown }[] }).flags[0]!.value).toBe(true);
  expect(pick(never)).toEqual({
    status: 503,
    body: {
      errorCode: 'GENERAL',
      errorDetails: `Revision ${revision + 1} was not reached within 2 s; this server is at ${revision}.`,
    },
  });
  expect(never.headers['retry-after']).toBe('1');
  expect(foreign.status).toBe(200);
});

it.each([
  ['no JSON', '{"context":', 'PARSE_ERROR', 'The body is not valid JSON.'],
  ['no body', '', 'PARSE_ERROR', 'The body is not valid JSON.'],
  ['a list', '[]', 'INVALID_CONTEXT', expect.stringContaining('"context"')],
  ['no context', '{}', 'INVALID_CONTEXT', expect.stringContaining('"context"')],
  ['a context that is a text', '{"context":"ada"}', 'INVALID_CONTEXT', expect.stringContaining('"context"')],
  ['a context that is null', '{"context":null}', 'INVALID_CONTEXT', expect.stringContaining('"context"')],
  [
    'a targeting key that is a number',
    '{"context":{"targetingKey":1}}',
    'INVALID_CONTEXT',
    'context.targetingKey must be a string; got a value of the type number.',
  ],
  [
    'a targeting key that is a list',
    '{"context":{"targetingKey":[]}}',
    'INVALID_CONTEXT',
    'context.targetingKey must be a string; got a list.',
  ],
  [
    'a context that is too deep',
    `{"context":{"a":${'['.repeat(20)}${']'.repeat(20)}}}`,
    'INVALID_CONTEXT',
    'context nests deeper than 20.',
  ],
  [
    'a context that is far too deep',
    `{"context":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
    'INVALID_CONTEXT',
    'context nests deeper than 20.',
  ],
  [
    'a context that is too large',
    `{"context":{"a":"${'x'.repeat(65_529)}"}}`,
    'INVALID_CONTEXT',
    'context has 65537 bytes as JSON; at most 65536 are allowed.',
  ],
])('refuses %s', async (_what, body, errorCode, errorDetails) => {
  const { secret } = await makeScene();

  const answers = [await ask(secret, { body }), await ask(secret, { key: 'k', body })];

  expect(answers.map(pick)).toEqual([
    { status: 400, body: { errorCode, errorDetails } },
    { status: 400, body: { key: 'k', errorCode, errorDetails } },
  ]);
});

it('tells all problems of a context at once', async () => {
  const { secret } = await makeScene();

  const answer = await ask(secret, { body: { context: { targetingKey: true, a: 'x'.repeat(70_000) } } });

  expect((answer.body as { errorDetails: string }).errorDetails).toBe(
    'context.targetingKey must be a string; got a value of the type boolean. context has 70008 bytes as JSON; at most 65536 are allowed.',
  );
});

it('refuses a body above 256 KiB, and one that is no JSON by its type', async () => {
  const { secret } = await makeScene();

  const large = await ask(secret, { body: `{"a":"${'x'.repeat(256 * 1024)}"}` });
  const text = await ask(secret, { headers: { 'content-type': 'text/plain' } });

  expect(pick(large)).toEqual({
    status: 413,
    body: { errorCode: 'GENERAL', errorDetails: 'The body is larger than the limit of 262144 bytes.' },
  });
  expect(pick(text)).toEqual({
    status: 415,
    body: { errorCode: 'GENERAL', errorDetails: 'The content type must be application/json.' },
  });
});

it('takes the credential from X-API-Key as well', async () => {
  const { secret } = await makeScene();

  const [good, bad] = [
    await ask(null, { headers: { 'x-api-key': secret } }),
    await ask(null, { headers: { 'x-api-key': 'guess' } }),
  ];

  expect([good.status, bad.status]).toEqual([200, 401]);
});

it('refuses who has no credential, or one that is not valid', async () => {
  const answers = [await ask(null), await ask('guess', { key: 'k' })];

  expect(answers.map(pick)).toEqual([
    {
      status: 401,
      body: {
        errorCode: 'GENERAL',
        errorDetails: 'This needs a credential: send the header "Authorization: Bearer <access token or API key>".',
      },
    },
    {
      status: 401,
      body: {
        key: 'k',
        errorCode: 'GENERAL',
        errorDetails: 'The access token or API key is not valid, has expired, or was revoked.',
      },
    },
  ]);
});

it('lets users name the environment, and keys of one environment no other', async () => {
  const { project, environment, secret } = await makeScene();
  const other = await makeEnvironment(project);
  await makeFlag(project);
  const named = (id: string): Asked => ({ headers: { 'x-flagstaff-environment': id } });

  const byUser = await ask(world.owner.accessToken, named(environment.id));
  const nameless = await ask(world.owner.accessToken);
  const byKey = await ask(secret, named(environment.id));
  const elsewhere = await ask(secret, named(other.id));

  expect([byUser.status, byKey.status]).toEqual([200, 200]);
  expect(byUser.body).toEqual({ flags: [expect.objectContaining({ reason: 'DISABLED' })] });
  expect(pick(nameless)).toEqual({
    status: 400,
    body: {
      errorCode: 'GENERAL',
      errorDetails:
        'The header X-Flagstaff-Environment must name an environment by its id: the credential is not a key of one environment.',
    },
  });
  expect(pick(elsewhere)).toEqual({
    status: 403,
    body: {
      errorCode: 'GENERAL',
      errorDetails: 'This key is of another environment: leave the environment out, or use a key of that environment.',
    },
  });
});

it('says no more than "Internal error" when it fails, and logs the cause with the request id', async () => {
  const { secret } = await makeScene();
  const { connection } = world.app.database;
  await connection.query('ALTER TABLE flag_configuration RENAME TO flag_configuration_away');

  const answer = await ask(secret, { key: 'k' });
  await connection.query('ALTER TABLE flag_configuration_away RENAME TO flag_configuration');

  expect(pick(answer)).toEqual({ status: 500, body: { key: 'k', errorCode: 'GENERAL', errorDetails: 'Internal error' } });
  const ofAnswer = answer.headers['x-request-id'];
  const line = world.logLines().find(({ requestId, msg }) => requestId === ofAnswer && msg === 'request failed');
  expect(line).toMatchObject({ err: { message: expect.stringContaining('flag_configuration') } });
});

it('answers 429 with Retry-After when the limit is reached', async () => {
  const limited = await createWorld({ env: { RATE_LIMIT_SERVER_KEY: '3' } });
  const project = await makeProject(limited);
  const secret = await makeApiKey(project, await makeEnvironment(project));
  const request = {
    path: '/ofrep/v1/evaluate/flags',
    headers: { ...JSON_HEADERS, authorization: `Bearer ${secret}` },
    body: '{"context":{"targetingKey":"ada"}}',
  };

  const answers: RawAnswer[] = [];
  for (let i = 0; i < 5; i++) answers.push(await send(limited, request));
  await limited.close();

  const refused = answers.at(-1)!;
  expect(answers[0]!.status).toBe(200);
  expect(pick(refused)).toEqual({ status: 429, body: { errorCode: 'GENERAL', errorDetails: expect.any(String) } });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
});

it('writes one log line for a request, without its query', async () => {
  const { secret } = await makeScene();

  await ask(secret, { headers: { 'x-request-id': 'ofrep-2' }, query: '?flagConfigEtag=abc' });

  const lines = world.logLines().filter(({ clientRequestId }) => clientRequestId === 'ofrep-2');
  expect(lines).toEqual([expect.objectContaining({ method: 'POST', path: '/ofrep/v1/evaluate/flags', status: 200 })]);
});
