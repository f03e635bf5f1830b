/** Log-in, tokens, keys, and the first owner. */
import type { FailedAuthentications } from '../../src/modules/access/failed-authentications';
import { makeApiKey, makeEnvironment, makeProject, mutate } from '../support/make';
import { sendQuery } from '../support/raw';
import { createTestClock } from '../support/clock';
import { refusalOf } from '../support/members';
import { createWorld, type World } from '../support/world';

const clock = createTestClock();
let world: World;
beforeAll(async () => {
  world = await createWorld({ clock });
});
afterAll(() => world.close());

const LOG_IN = 'accessToken expiresAt user { id } revisions { revision }';
const refusedLogIn = {
  accessToken: null,
  expiresAt: null,
  user: null,
  revisions: [],
  userErrors: [{ code: 'WRONG_CREDENTIALS', message: 'E-mail or password is wrong.', path: ['input'] }],
};

async function countOf(table: string, from: World = world): Promise<number> {
  const [row] = await from.app.database.connection.query<{ count: number }[]>(`SELECT count(*)::int AS count FROM ${table}`);
  return row!.count;
}

it('answers a wrong password, an unknown e-mail and text that cannot be stored alike, and records nothing', async () => {
  const { email, password } = world.owner;
  const before = await countOf('change');
  const inputs = [
    { email, password: 'wrong' },
    { email, password: '' },
    { email, password: `${password} ` },
    { email: 'nobody@example.com', password },
    { email: '', password },
    { email: 'a\u0000@example.com', password },
    { email: '\ud800@example.com', password },
    { email, password: '\u0000' },
    { email: `${'a'.repeat(10_000)}@example.com`, password },
  ];

  const payloads = [];
  for (const input of inputs) payloads.push(await mutate(world.client(), 'logIn', input, LOG_IN));

  expect(payloads).toEqual(inputs.map(() => refusedLogIn));
  expect(await countOf('change')).toBe(before);
});

it('signs a user in whatever the case of the e-mail, for 15 minutes', async () => {
  const { email, password } = world.owner;

  const payload = await mutate<{ accessToken: string; expiresAt: string }>(
    world.client(),
    'logIn',
    { email: ` ${email.toUpperCase()} `, password },
    LOG_IN,
  );
  const answer = await sendQuery(world, '{ viewer { user { email } } }', { authorization: `bearer ${payload.accessToken}` });

  const lifetimeMs = new Date(payload.expiresAt).getTime() - clock.now().getTime();
  expect(Math.ceil(lifetimeMs / 60_000)).toBe(15);
  expect(answer.body).toEqual({ data: { viewer: { user: { email } } } });
});

it.each([
  ['another scheme', () => 'Basic b3duZXI6c2VjcmV0'],
  ['no scheme', () => world.owner.accessToken],
  ['two credentials', () => `Bearer ${world.owner.accessToken} ${world.owner.accessToken}`],
])('refuses %s', async (_what, authorizationOf) => {
  const answer = await sendQuery(world, '{ viewer { user { id } } }', { authorization: authorizationOf() });

  const message = 'The Authorization header must have the form "Bearer <access token or API key>".';
  expect(answer.status).toBe(401);
  expect(answer.body).toEqual({
    errors: [{ message, extensions: { code: 'UNAUTHENTICATED', requestId: answer.headers['x-request-id'] } }],
  });
});

const changed = (text: string): string => text.slice(0, -3) + (text.endsWith('AAA') ? 'BBB' : 'AAA');
const unsigned = (token: string): string => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`;

it.each([
  ['text that we never gave', () => 'garbage'],
  ['a token with another signature', () => changed(world.owner.accessToken)],
  ['a token without a signature', () => unsigned(world.owner.accessToken)],
  ['a key with a wrong checksum', () => `fs_server_${'a'.repeat(36)}`],
  ['a key in the form of ours', () => 'fs_server_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0kG2Xq'],
])('refuses %s without telling why', async (_what, credentialOf) => {
  const answer = await sendQuery(world, '{ viewer { user { id } } }', { authorization: `Bearer ${credentialOf()}` });

  const message = 'The access token or API key is not valid, has expired, or was revoked.';
  expect(answer.status).toBe(401);
  expect(answer.body).toEqual({
    errors: [{ message, extensions: { code: 'UNAUTHENTICATED', requestId: answer.headers['x-request-id'] } }],
  });
});

it('refuses a token after 15 minutes and a key after its expiry', async () => {
  const own = createTestClock();
  const ageing = await createWorld({ clock: own });
  const project = await makeProject(ageing);
  const environment = await makeEnvironment(project);
  const expiresAt = new Date(own.now().getTime() + 10 * 60_000).toISOString();
  const { secret } = await mutate<{ secret: string }>(
    project.client,
    'createApiKey',
    { environmentId: environment.id, kind: 'SERVER', name: 'Short', expiresAt },
    'secret',
  );
  const lasting = await makeApiKey(project, environment);
  const statuses = async (): Promise<number[]> => {
    const answers = [ageing.owner.accessToken, secret, lasting].map((credential) =>
      sendQuery(ageing, '{ viewer { user { id } } }', { authorization: `Bearer ${credential}` }),
    );
    return (await Promise.all(answers)).map(({ status }) => status);
  };

  const seen = [await statuses()];
  own.advance(10 * 60_000);
  seen.push(await statuses());
  own.advance(5 * 60_000);
  seen.push(await statuses());
  await ageing.close();

  expect(seen).toEqual([
    [200, 200, 200],
    [200, 401, 200],
    [401, 401, 200],
  ]);
});

const OWNER = { email: 'second@example.com', password: 'correct horse battery staple', name: 'Second' };

it('counts attempts to set up like those to log in, and notes wrong set-up tokens', async () => {
  const limited = await createWorld({ env: { RATE_LIMIT_LOG_IN_ACCOUNT: '3', REDIS_URL: '' }, ownerless: true });
  const attempt = (setUpToken: string): Promise<{ userErrors: readonly { code: string }[] }> =>
    mutate(limited.client(), 'createFirstOwner', { ...OWNER, setUpToken }, 'user { id }');

  const codes = [];
  for (let i = 0; i < 3; i++) codes.push(...(await attempt(`guess ${i}`)).userErrors.map(({ code }) => code));
  const refusal = await refusalOf(attempt(limited.app.setUpToken!));
  const { sessions } = limited.app.services as unknown as {
    sessions: { options: { attempts: { options: { failures: FailedAuthentications } } } };
  };
  await sessions.options.attempts.options.failures.flush();
  const noted = await limited.app.database.connection.query('SELECT kind, account, count FROM failed_authentication');
  await limited.close();

  expect(codes).toEqual(['WRONG_CREDENTIALS', 'WRONG_CREDENTIALS', 'WRONG_CREDENTIALS']);
  expect(refusal?.code).toBe('RATE_LIMITED');
  expect(noted).toEqual([{ kind: 'SET_UP_TOKEN', account: null, count: 3 }]);
});

it('refuses a second first owner, with the token as without', async () => {
  const setUpToken = world.app.setUpToken!;
  const before = await countOf('app_user');

  const again = await mutate(world.client(), 'createFirstOwner', { ...OWNER, setUpToken }, 'user { id } revisions { revision }');
  const guessed = await mutate(world.client(), 'createFirstOwner', { ...OWNER, setUpToken: 'guess' }, 'user { id }');

  expect(again).toEqual({
    user: null,
    revisions: [],
    userErrors: [{ code: 'ALREADY_SET_UP', message: 'A user exists already; log in instead.', path: null }],
  });
  expect(guessed).toEqual({
    user: null,
    userErrors: [
      {
        code: 'WRONG_CREDENTIALS',
        message:
          'The set-up token is wrong. The server prints it when it starts, until there is a first user; from then on, log in.',
        path: ['input', 'setUpToken'],
      },
    ],
  });
  expect(await countOf('app_user')).toBe(before);
});

it('makes one owner of the configured one, prints no token then, and lets that one in', async () => {
  const env = { OWNER_EMAIL: 'Configured@Example.com', OWNER_PASSWORD: 'correct horse battery staple' };
  const configured = await createWorld({ env, ownerless: true });

  const payload = await mutate<{ user: { email: string } }>(
    configured.client(),
    'logIn',
    { email: 'configured@example.com', password: env.OWNER_PASSWORD },
    'user { email name }',
  );
  const users = await countOf('app_user', configured);
  const token = configured.app.setUpToken;
  await configured.close();

  expect(payload).toEqual({ user: { email: 'configured@example.com', name: 'Owner' }, userErrors: [] });
  expect({ users, token }).toEqual({ users: 1, token: null });
});

it('makes one owner of several that are asked for at once, and reports all problems of a bad one together', async () => {
  const empty = await createWorld({ ownerless: true });
  const setUpToken = empty.app.setUpToken!;
  const create = (input: object): Promise<{ user: unknown; userErrors: readonly { code: string }[] }> =>
    mutate(empty.client(), 'createFirstOwner', { ...OWNER, setUpToken, ...input }, 'user { email }');

  const bad = await create({ email: 'nobody', password: 'short', name: ' ' });
  const usersBefore = await countOf('app_user', empty);
  const outcomes = await Promise.all([1, 2, 3].map((n) => create({ email: `owner-${n}@example.com` })));
  const usersAfter = await countOf('app_user', empty);
  await empty.close();

  expect(bad).toEqual({
    user: null,
    userErrors: [
      { code: 'INVALID', message: 'E-mail must be an address such as name@example.com.', path: ['input', 'email'] },
      { code: 'OUT_OF_RANGE', message: 'Password has 5 characters; 12 to 1024 are allowed.', path: ['input', 'password'] },
      { code: 'BLANK', message: 'Name must not be empty.', path: ['input', 'name'] },
    ],
  });
  expect(outcomes.map(({ userErrors }) => userErrors.map(({ code }) => code)).toSorted()).toEqual([
    [],
    ['ALREADY_SET_UP'],
    ['ALREADY_SET_UP'],
  ]);
  expect([usersBefore, usersAfter]).toEqual([0, 1]);
});
