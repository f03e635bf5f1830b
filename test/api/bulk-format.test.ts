/** LaunchDarkly's evaluated bulk format. */
import { absenceOf } from '../support/absence';
import { configure, makeEnvironment, makeFlag, toggle } from '../support/make';
import { JSON_HEADERS, send, type RawAnswer } from '../support/raw';
import { makeEmptyScene, type EmptyScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const makeScene = (kind?: string): Promise<EmptyScene> => makeEmptyScene(world, kind);

const ADA = { kind: 'user', key: 'ada' };
const encoded = (value: unknown, form: BufferEncoding = 'base64url'): string =>
  encodeURIComponent(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(form));

interface Asked {
  readonly authorization: string;
  /** Id or key of the environment. */
  readonly at: string;
  readonly context?: unknown;
  readonly headers?: Record<string, string>;
}

function post({ authorization, at, context = ADA, headers = {} }: Asked): Promise<RawAnswer> {
  const body = typeof context === 'string' ? context : JSON.stringify(context);
  return send(world, { path: `/environments/${at}/flags`, headers: { ...JSON_HEADERS, authorization, ...headers }, body });
}

function get({ authorization, at, headers = {} }: Asked, query: string): Promise<RawAnswer> {
  return send(world, { method: 'GET', path: `/environments/${at}/flags${query}`, headers: { authorization, ...headers } });
}

const ofContext = (context: unknown, form?: BufferEncoding): string => `?context=${encoded(context, form)}`;
const pick = ({ status, body }: RawAnswer): { status: number; body: unknown } => ({ status, body });
const messageOf = ({ body }: RawAnswer): { code: string; message: string } => {
  const [{ message, extensions }] = (body as { errors: [{ message: string; extensions: { code: string } }] }).errors;
  return { code: extensions.code, message };
};

it('answers every flag with value, index of the variation and version, by GET and by POST', async () => {
  const { project, environment, secret } = await makeScene();
  const [a, b] = [await makeFlag(project, { key: 'a' }), await makeFlag(project, { key: 'b' })];
  await configure(project, a, environment);
  const asked = { authorization: `Bearer ${secret}`, at: environment.id };

  const answers = [
    await post(asked),
    await get(asked, ofContext(ADA)),
    await get(asked, ofContext(ADA, 'base64')),
    await get({ ...asked, authorization: secret }, ofContext(ADA)),
    await get({ ...asked, at: environment.key }, ofContext(ADA)),
  ];

  const body = {
    [a.key]: { value: true, variation: 0, version: 2, flagVersion: 2, trackEvents: false },
    [b.key]: { value: false, variation: 1, version: 1, flagVersion: 1, trackEvents: false },
  };
  expect(answers.map(pick)).toEqual(answers.map(() => ({ status: 200, body })));
});

const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });

it.each([
  ['as large as may be', { ...ADA, bio: 'x'.repeat(65_536 - JSON.stringify({ ...ADA, bio: '' }).length) }],
  ['as deep as may be', { ...ADA, a: nested(19) }],
  ['of the old form, as large as may be', { key: 'ada', custom: { bio: 'x'.repeat(65_000) } }],
  ['of several kinds, as large as may be', { kind: 'multi', user: { key: 'ada', bio: 'x'.repeat(65_000) } }],
])('answers for a context %s, which it states twice to itself', async (_what, context) => {
  const { project, environment, secret } = await makeScene();
  const flag = await makeFlag(project);
  await configure(project, flag, environment);

  const answer = await post({ authorization: secret, at: environment.id, context });

  const served = { value: true, variation: 0, version: 2, flagVersion: 2, trackEvents: false };
  expect(pick(answer)).toEqual({ status: 200, body: { [flag.key]: served } });
});

it('answers 304 to a client that has the current answer, and 200 after a change', async () => {
  const { project, environment, secret } = await makeScene();
  const flag = await makeFlag(project);
  const asked = { authorization: secret, at: environment.id };
  const first = await post(asked);
  const headers = { 'if-none-match': String(first.headers['etag']) };

  const again = [await post({ ...asked, headers }), await get({ ...asked, headers }, ofContext(ADA))];
  const { revision, epoch } = await toggle(project, flag, environment, true);
  await world
    .client(secret)
    .request('query ($min: RevisionInput) { snapshot(minRevision: $min) { revision } }', { min: { revision, epoch } });
  const changed = await post({ ...asked, headers });

  expect(again.map(pick)).toEqual([
    { status: 304, body: '' },
    { status: 304, body: '' },
  ]);
  expect(changed.status).toBe(200);
});

it('answers CLIENT keys only flags that are available to clients', async () => {
  const { project, environment, secret } = await makeScene('CLIENT');
  const [seen, hidden] = [await makeFlag(project, { isClientAvailable: true }), await makeFlag(project)];

  const { body } = await post({ authorization: secret, at: environment.id });

  expect(Object.keys(body as object)).toEqual([seen.key]);
  expect(body).not.toHaveProperty([hidden.key]);
});

it('answers a flag in error without a variation', async () => {
  const { project, environment, secret } = await makeScene();
  const flag = await makeFlag(project);
  await configure(project, flag, environment);
  await world.app.database.connection.query(`UPDATE flag_configuration SET off_variation = 'gone' WHERE flag_id = $1`, [flag.id]);

  const { body } = await post({ authorization: secret, at: environment.id });

  expect(body).toEqual({ [flag.key]: { value: null, variation: null, version: 2, flagVersion: 2, trackEvents: false } });
});

const where = (attribute: string, value: unknown): object => ({
  id: 'r',
  conditions: [{ attribute: { attribute, operator: 'EQUALS', values: [value] } }],
  serve: { variation: 'on' },
});

it.each([
  ['an attribute', where('plan', 'pro'), { ...ADA, plan: 'pro' }],
  ['the kind', where('kind', 'device'), { kind: 'device', key: 'd' }],
  ['an attribute by way of its kind', where('/user/plan', 'pro'), { ...ADA, plan: 'pro' }],
  ['the key by way of its kind', where('/user/key', 'ada'), ADA],
  ['the targeting key', where('targetingKey', 'ada'), ADA],
  ['an attribute of a user of the old form', where('plan', 'pro'), { key: 'ada', custom: { plan: 'pro' } }],
  [
    'a part of several kinds',
    where('/organization/tier', 2),
    { kind: 'multi', user: { key: 'ada' }, organization: { key: 'acme', tier: 2 } },
  ],
  [
    'the key of a part',
    where('/organization/key', 'acme'),
    { kind: 'multi', user: { key: 'ada' }, organization: { key: 'acme' } },
  ],
  ['the user among several kinds', where('targetingKey', 'ada'), { kind: 'multi', device: { key: 'd' }, user: { key: 'ada' } }],
  [
    'the first kind where there is no user',
    where('targetingKey', 'acme'),
    { kind: 'multi', organization: { key: 'acme' }, service: { key: 's' } },
  ],
])('maps LaunchDarkly contexts to ours: %s', async (_what, rule, context) => {
  const { project, environment, secret } = await makeScene();
  const flag = await makeFlag(project);
  await configure(project, flag, environment, { fallthrough: { variation: 'off' }, rules: [rule] });

  const { body } = await post({ authorization: secret, at: environment.id, context });

  expect(body).toMatchObject({ [flag.key]: { value: true, variation: 0 } });
});

it('does not evaluate what a context says about itself to LaunchDarkly', async () => {
  const { project, environment, secret } = await makeScene();
  const flag = await makeFlag(project);
  const rules = [
    { id: 'r', conditions: [{ attribute: { attribute: '_meta', operator: 'EXISTS', values: [] } }], serve: { variation: 'on' } },
  ];
  await configure(project, flag, environment, { fallthrough: { variation: 'off' }, rules });

  const { body } = await post({
    authorization: secret,
    at: environment.id,
    context: { ...ADA, _meta: { privateAttributes: ['a'] } },
  });

  expect(body).toMatchObject({ [flag.key]: { value: false } });
});

it.each([
  ['a list', [], 'The context must be an object such as {"kind": "user", "key": "…"}.'],
  ['null', 'null', 'The context must be an object such as {"kind": "user", "key": "…"}.'],
  ['no key', { kind: 'user' }, 'context.key must be a non-empty string.'],
  ['an empty key', { kind: 'user', key: '' }, 'context.key must be a non-empty string.'],
  ['a key that is a number', { key: 7 }, 'context.key must be a non-empty string.'],
  [
    'a kind that may not be, and no key',
    { kind: 'a b' },
    'The kind "a b" must be 1 to 100 letters, digits, ".", "_" and "-", and neither "kind" nor "multi". context.key must be a non-empty string.',
  ],
  ['no kinds', { kind: 'multi' }, 'A context of the kind "multi" must contain at least one context.'],
  [
    'parts that are wrong',
    { kind: 'multi', user: 'ada', device: {} },
    'context.device.key must be a non-empty string. context.user must be an object with a key.',
  ],
  ['what is too deep', `{"key":"a","a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'context nests deeper than 20.'],
  ['what is too large', { key: 'a', a: 'x'.repeat(65_536) }, 'context has 65554 bytes as JSON; at most 65536 are allowed.'],
])('refuses %s', async (_what, context, message) => {
  const { environment, secret } = await makeScene();

  const answer = await post({ authorization: secret, at: environment.id, context });

  expect([answer.status, messageOf(answer)]).toEqual([400, { code: 'BAD_USER_INPUT', message }]);
});

it.each([
  ['no context', '', 'The query parameter context must be given exactly once, as a base64url-encoded JSON object.'],
  [
    'two contexts',
    `${ofContext(ADA)}&context=e30`,
    'The query parameter context must be given exactly once, as a base64url-encoded JSON object.',
  ],
  ['what is no base64url', '?context=%7B%7D', 'context: not valid base64url.'],
  ['what is no JSON', ofContext('{"key":'), 'context: the decoded bytes are not JSON in UTF-8.'],
  ['what is no UTF-8', '?context=_w', 'context: the decoded bytes are not JSON in UTF-8.'],
])('refuses a query with %s', async (_what, query, message) => {
  const { environment, secret } = await makeScene();

  const answer = await get({ authorization: secret, at: environment.id }, query);

  expect([answer.status, messageOf(answer)]).toEqual([400, { code: 'BAD_USER_INPUT', message }]);
});

it('refuses a body that is not JSON', async () => {
  const { environment, secret } = await makeScene();

  const answer = await post({ authorization: secret, at: environment.id, context: '{"key":' });

  expect([answer.status, messageOf(answer)]).toEqual([400, { code: 'BAD_REQUEST', message: 'The body is not valid JSON.' }]);
});

it('refuses keys of other environments, unknown keys and anonymous callers', async () => {
  const { project, environment, secret } = await makeScene();
  const other = await makeEnvironment(project);

  const elsewhere = [await post({ authorization: secret, at: other.id }), await post({ authorization: secret, at: other.key })];
  const byKeyOfEnvironment = await post({ authorization: `Bearer ${world.owner.accessToken}`, at: environment.key });
  const stranger = await post({ authorization: 'guess', at: environment.id });
  const nobody = await send(world, { path: `/environments/${environment.id}/flags`, body: JSON.stringify(ADA) });
  const owner = await post({ authorization: `Bearer ${world.owner.accessToken}`, at: environment.id });

  const ofAnother = 'This key is of another environment: leave the environment out, or use a key of that environment.';
  expect(elsewhere.map((answer) => [answer.status, messageOf(answer)])).toEqual([
    [403, { code: 'FORBIDDEN', message: ofAnother }],
    [403, { code: 'FORBIDDEN', message: ofAnother }],
  ]);
  expect([byKeyOfEnvironment.status, messageOf(byKeyOfEnvironment)]).toEqual([
    404,
    { code: 'NOT_FOUND', message: absenceOf('environment', environment.key) },
  ]);
  expect([stranger, nobody].map((answer) => [answer.status, messageOf(answer).code])).toEqual([
    [401, 'UNAUTHENTICATED'],
    [401, 'UNAUTHENTICATED'],
  ]);
  expect(owner.status).toBe(200);
});
