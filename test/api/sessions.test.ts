/** Sessions from log-in to end: refresh tokens that rotate, access tokens that end with their session, signing keys that rotate. */
import { SignJWT } from 'jose';
import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { readConfig } from '../../src/config';
import { purgeSessions } from '../../src/modules/access/session-repository';
import { createTestClock } from '../support/clock';
import { eventually, makeApiKey, makeEnvironment, makeOrganization, makeProject, make, mutate } from '../support/make';
import { lastActor, lastChange, refusalOf } from '../support/members';
import { JSON_HEADERS, send, sendQuery } from '../support/raw';
import { accessHead, logIn, makeAccount, statusOf, TOKENS, written, type SessionTokens } from '../support/sessions';
import { createWorld, isEmbedded, type World } from '../support/world';

const SECRET = 'a secret of the tests, of 32 characters';
const PREVIOUS = 'the secret of before that still verifies';
const DAY_MS = 24 * 3_600_000;

const clock = createTestClock();
let world: World;
beforeAll(async () => {
  world = await createWorld({ clock, env: { JWT_SECRET_PREVIOUS: `${PREVIOUS}, an even older secret that has 32 characters` } });
});
afterAll(() => world.close());

const REFRESHED = `${TOKENS} user { email } revisions { revision }`;
const refusedRefresh = {
  accessToken: null,
  expiresAt: null,
  refreshToken: null,
  refreshExpiresAt: null,
  user: null,
  revisions: [],
  userErrors: [
    {
      code: 'WRONG_CREDENTIALS',
      message: 'The refresh token is invalid or expired; log in again.',
      path: ['input', 'refreshToken'],
    },
  ],
};
const refresh = (refreshToken: string, of: World = world): Promise<SessionTokens & { userErrors: readonly object[] }> =>
  mutate<SessionTokens>(of.client(), 'refreshSession', { refreshToken }, REFRESHED);
const logOut = (token: string, input: object = {}): Promise<{ endedSessionCount: number | null }> =>
  make(world.client(token), 'logOut', input, 'endedSessionCount revisions { revision }');

interface SessionFacts {
  readonly id: string;
  readonly isCurrent: boolean;
}
const SESSION = 'id authentication address userAgent createdAt lastRefreshedAt expiresAt isCurrent';
async function sessionsOf(token: string): Promise<{ session: SessionFacts; sessions: SessionFacts[] }> {
  const { viewer } = await world
    .client(token, { 'user-agent': 'another one' })
    .request<{ viewer: { session: SessionFacts; sessions: SessionFacts[] } }>(
      `{ viewer { session { ${SESSION} } sessions { ${SESSION} } } }`,
    );
  return viewer;
}

describe('A log-in', () => {
  it('begins a session of 30 days, shows it to its user and records it without its tokens', async () => {
    const account = await makeAccount(world);
    const client = world.client(undefined, { 'user-agent': 'a browser' });
    const now = clock.now().toISOString();

    const tokens = await make<SessionTokens>(
      client,
      'logIn',
      { email: account.email, password: 'correct horse battery staple' },
      TOKENS,
    );
    const { session, sessions } = await sessionsOf(tokens.accessToken);
    const change = await lastChange(world, 'system');
    const actor = await lastActor(world, 'system');
    const stored = JSON.stringify(await world.app.database.connection.query('SELECT * FROM refresh_token'));

    const refreshExpiresAt = new Date(clock.now().getTime() + 30 * DAY_MS).toISOString();
    expect(tokens.refreshExpiresAt).toBe(refreshExpiresAt);
    expect(tokens.refreshToken).toMatch(/^fs_refresh_[\w-]{43}$/);
    expect(session).toEqual({
      id: expect.stringMatching(/^session_/) as string,
      authentication: 'PASSWORD',
      address: '127.0.0.1',
      userAgent: 'a browser',
      createdAt: now,
      lastRefreshedAt: now,
      expiresAt: refreshExpiresAt,
      isCurrent: true,
    });
    expect(sessions).toEqual([session]);
    expect(actor).toEqual({ kind: 'USER', id: account.id, name: account.email, authentication: 'PASSWORD' });
    expect(change).toEqual({
      kind: 'SESSION_CREATED',
      items: [
        {
          kind: 'SESSION',
          version: 1,
          before: null,
          after: { email: account.email, authentication: 'PASSWORD', expiresAt: refreshExpiresAt },
        },
      ],
    });
    expect(stored).not.toContain(tokens.refreshToken);
    expect(stored).toContain(createHash('sha256').update(tokens.refreshToken).digest('base64url'));
    expect(JSON.stringify(world.logLines())).not.toContain(tokens.refreshToken);
  });

  it('begins no session when it is refused', async () => {
    const { email } = await makeAccount(world);
    const before = await written(world);

    const { userErrors } = await mutate(world.client(), 'logIn', { email, password: 'wrong' }, TOKENS);

    expect(userErrors).toMatchObject([{ code: 'WRONG_CREDENTIALS' }]);
    expect(await written(world)).toEqual(before);
  });

  it('lasts as many days as the server is configured for, and its last access token no longer', async () => {
    const own = createTestClock();
    const short = await createWorld({ clock: own, env: { SESSION_DAYS: '1' } });
    const { refreshToken, refreshExpiresAt } = await make<SessionTokens>(short.client(), 'logIn', login(short), TOKENS);
    const end = own.now().getTime() + DAY_MS;

    own.advance(DAY_MS - 60_000);
    const last = await refresh(refreshToken, short);
    own.advance(60_000);
    const statuses = [await statusOf(short, last.accessToken)];
    const late = await refresh(last.refreshToken, short);
    await short.close();

    expect(new Date(refreshExpiresAt).getTime()).toBe(end);
    expect(last.userErrors).toEqual([]);
    expect(last.refreshExpiresAt).toBe(refreshExpiresAt);
    expect(new Date(last.expiresAt).getTime()).toBe(Math.floor(end / 1_000) * 1_000);
    expect(statuses).toEqual([401]);
    expect(late).toEqual(refusedRefresh);
  });
});

function login({ owner: { email, password } }: World): object {
  return { email, password };
}

describe('refreshSession', () => {
  it('returns new tokens of the same session, whose end stays', async () => {
    const account = await makeAccount(world);
    const first = await logIn(world, account);
    const { session } = await sessionsOf(first.accessToken);
    clock.advance(10 * 60_000);

    const second = await refresh(first.refreshToken);
    const third = await refresh(second.refreshToken);
    const after = await sessionsOf(third.accessToken);

    expect(second).toEqual({
      accessToken: expect.not.stringMatching(first.accessToken) as string,
      expiresAt: new Date(Math.floor((clock.now().getTime() + 15 * 60_000) / 1_000) * 1_000).toISOString(),
      refreshToken: expect.not.stringMatching(first.refreshToken) as string,
      refreshExpiresAt: first.refreshExpiresAt,
      user: { email: account.email },
      revisions: [],
      userErrors: [],
    });
    expect(after.sessions).toEqual([{ ...session, lastRefreshedAt: clock.now().toISOString() }]);
    expect(await statusOf(world, first.accessToken)).toBe(200);
  });

  it('ends the session when a used token comes again, answers as for an unknown one, and records why', async () => {
    const account = await makeAccount(world);
    const other = await logIn(world, account);
    const first = await logIn(world, account);
    const second = await refresh(first.refreshToken);
    const headBefore = await accessHead(world);

    const again = await refresh(first.refreshToken);
    const change = await lastChange(world, 'system');
    const head = await accessHead(world);
    const afterwards = await written(world);
    const statuses = await Promise.all(
      [first, second, other].map(({ accessToken }: SessionTokens) => statusOf(world, accessToken)),
    );
    const newest = await refresh(second.refreshToken);
    const unknown = await refresh(`fs_refresh_${'a'.repeat(43)}`);

    expect([again, newest, unknown]).toEqual([refusedRefresh, refusedRefresh, refusedRefresh]);
    expect(statuses).toEqual([401, 401, 200]);
    const body = { email: account.email, authentication: 'PASSWORD', expiresAt: first.refreshExpiresAt };
    expect(change).toEqual({
      kind: 'SESSION_ENDED',
      items: [
        {
          kind: 'SESSION',
          version: 2,
          before: body,
          after: { ...body, endedAt: clock.now().toISOString(), reason: 'REFRESH_TOKEN_REUSED' },
        },
      ],
    });
    expect(head).toBe(headBefore! + 1);
    expect(await written(world)).toEqual(afterwards);
  });

  it('lets one of two calls at once succeed, and ends the session by the other', async () => {
    const account = await makeAccount(world);
    const { refreshToken } = await logIn(world, account);

    const answers = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    const won = answers.filter(({ userErrors }) => userErrors.length === 0);
    const lost = answers.filter(({ userErrors }) => userErrors.length > 0);

    expect(won).toHaveLength(1);
    expect(lost).toEqual([refusedRefresh]);
    expect(await statusOf(world, won[0]!.accessToken)).toBe(401);
    expect((await lastChange(world, 'system')).items).toMatchObject([{ after: { reason: 'REFRESH_TOKEN_REUSED' } }]);
  });

  it('refuses after a log-out', async () => {
    const { accessToken, refreshToken } = await logIn(world, await makeAccount(world));
    await logOut(accessToken);
    const before = await written(world);

    expect(await refresh(refreshToken)).toEqual(refusedRefresh);
    expect(await written(world)).toEqual(before);
  });

  it.each([
    ['nothing', () => ''],
    ['white space', () => '   '],
    ['U+0000', () => '\u0000'],
    ['half a surrogate pair', () => '\ud800'],
    ['100,000 characters', () => 'a'.repeat(100_000)],
    ['a token that nobody was given', () => `fs_refresh_${'A'.repeat(43)}`],
    ['an access token', () => world.owner.accessToken],
    ['look-alikes of ASCII', () => 'ｆｓ＿ｒｅｆｒｅｓｈ'],
  ])('refuses %s and writes nothing', async (_what, textOf) => {
    const before = await written(world);

    expect(await refresh(textOf())).toEqual(refusedRefresh);
    expect(await written(world)).toEqual(before);
  });

  it.each(['null', '7', '["text"]', '{}'])('refuses %s in the place of a text', async (value) => {
    const query = 'mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken } }';
    const body = `{"query":${JSON.stringify(query)},"variables":{"input":{"refreshToken":${value}}}}`;

    const answer = await send(world, { headers: JSON_HEADERS, body });

    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  it('refuses a refresh token as a credential', async () => {
    const { refreshToken } = await logIn(world, await makeAccount(world));

    expect(await statusOf(world, refreshToken)).toBe(401);
  });
});

describe('logOut', () => {
  it('ends the session in which it is sent immediately, and no other', async () => {
    const account = await makeAccount(world);
    const [one, other] = [await logIn(world, account), await logIn(world, account)];
    const headBefore = await accessHead(world);

    const answer = await logOut(one.accessToken);
    const statuses = [await statusOf(world, one.accessToken), await statusOf(world, other.accessToken)];

    expect(answer).toMatchObject({ endedSessionCount: 1, revisions: [], userErrors: [] });
    expect(statuses).toEqual([401, 200]);
    expect(await accessHead(world)).toBe(headBefore! + 1);
    expect(await lastChange(world, 'system')).toMatchObject({
      kind: 'SESSION_ENDED',
      items: [{ after: { email: account.email, reason: 'LOGGED_OUT' } }],
    });
  });

  it('ends all sessions of the user, and those of nobody else', async () => {
    const [account, stranger] = [await makeAccount(world), await makeAccount(world)];
    const tokens = [await logIn(world, account), await logIn(world, account), await logIn(world, stranger)];
    await logOut(tokens[0]!.accessToken);
    const last = await logIn(world, account);

    const answer = await logOut(last.accessToken, { everywhere: true });
    const statuses = [];
    for (const { accessToken } of [...tokens, last]) statuses.push(await statusOf(world, accessToken));

    expect(answer).toMatchObject({ endedSessionCount: 2 });
    expect(statuses).toEqual([401, 401, 200, 401]);
    expect((await lastChange(world, 'system')).items).toMatchObject([
      { after: { reason: 'LOGGED_OUT_EVERYWHERE' } },
      { after: { reason: 'LOGGED_OUT_EVERYWHERE' } },
    ]);
  });

  it('refuses API keys and anonymous callers', async () => {
    const project = await makeProject(world);
    const key = await makeApiKey(project, await makeEnvironment(project));
    const before = await written(world);

    const byKey = await refusalOf(mutate(world.client(key), 'logOut', {}, 'endedSessionCount'));
    const byNobody = await refusalOf(mutate(world.client(), 'logOut', { everywhere: true }, 'endedSessionCount'));

    expect(byKey).toEqual({
      code: 'FORBIDDEN',
      message: 'An API key has no session; to end its access, revoke it with revokeApiKey.',
    });
    expect(byNobody).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await written(world)).toEqual(before);
  });

  it('is done once for two calls at once', async () => {
    const { accessToken } = await logIn(world, await makeAccount(world));
    const headBefore = await accessHead(world);

    const answers = await Promise.allSettled([logOut(accessToken), logOut(accessToken)]);
    const counts = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.endedSessionCount : 0));

    expect(counts.toSorted()).toEqual([0, 1]);
    expect(await accessHead(world)).toBe(headBefore! + 1);
  });
});

describe('endSession', () => {
  it('ends another session of the user', async () => {
    const account = await makeAccount(world);
    const [here, there] = [await logIn(world, account), await logIn(world, account)];
    const { session } = await sessionsOf(there.accessToken);

    const seen = await sessionsOf(here.accessToken);
    const answer = await mutate(world.client(here.accessToken), 'endSession', { sessionId: session.id }, 'endedSessionCount');
    const left = await sessionsOf(here.accessToken);

    expect(seen.sessions.map(({ id, isCurrent }) => ({ id, isCurrent }))).toEqual([
      { id: session.id, isCurrent: false },
      { id: seen.session.id, isCurrent: true },
    ]);
    expect(answer).toEqual({ endedSessionCount: 1, userErrors: [] });
    expect(await statusOf(world, there.accessToken)).toBe(401);
    expect(left.sessions).toEqual([left.session]);
  });

  it("does not know somebody else's session, one that has ended, or hostile text", async () => {
    const [mine, theirs, ended] = [
      await logIn(world, await makeAccount(world)),
      await logIn(world, await makeAccount(world)),
      await logIn(world, await makeAccount(world)),
    ];
    const [foreign, gone] = [await sessionsOf(theirs.accessToken), await sessionsOf(ended.accessToken)];
    await logOut(ended.accessToken);
    const before = await written(world);
    const ids = [foreign.session.id, gone.session.id, '', 'a\u0000', '\ud800', 'x'.repeat(1_000)];

    const codes = [];
    for (const sessionId of ids) {
      const { userErrors } = await mutate(world.client(mine.accessToken), 'endSession', { sessionId }, 'endedSessionCount');
      codes.push(userErrors.map(({ code, path }) => ({ code, path })));
    }

    expect(codes).toEqual(ids.map(() => [{ code: 'NOT_FOUND', path: ['input', 'sessionId'] }]));
    expect(await written(world)).toEqual(before);
  });
});

describe('A session that has ended', () => {
  it('is deleted with its refresh tokens after a while; a live one is not', async () => {
    const own = createTestClock();
    const ageing = await createWorld({ clock: own });
    const { connection } = ageing.app.database;
    const old = await make<SessionTokens>(ageing.client(), 'logIn', login(ageing), TOKENS);
    await refresh(old.refreshToken, ageing);
    own.advance(29 * DAY_MS);
    const young = await make<SessionTokens>(ageing.client(), 'logIn', login(ageing), TOKENS);
    own.advance(DAY_MS);

    const count = await purgeSessions(connection, own.now());
    const [left] = await connection.query<object[]>(
      'SELECT (SELECT count(*)::int FROM session) AS sessions, (SELECT count(*)::int FROM refresh_token) AS tokens',
    );
    const alive = await refresh(young.refreshToken, ageing);
    await ageing.close();

    // The world's own log-in is the second of the old ones.
    expect(count).toBe(2);
    expect(left).toEqual({ sessions: 1, tokens: 1 });
    expect(alive.userErrors).toEqual([]);
  });
});

it('keeps and raises the access head of an organization that is deleted', async () => {
  const organization = await makeOrganization(world);
  const before = await accessHead(world, organization.id);

  await make(
    world.client(world.owner.accessToken),
    'deleteOrganization',
    { organizationId: organization.id, expectedVersion: 1, confirmKey: organization.key },
    'deletedOrganizationId',
  );

  expect(await accessHead(world, organization.id)).toBe(before! + 1);
});

describe('An access token', () => {
  const kidOf = (secret: string): string => createHash('sha256').update(`key id of ${secret}`).digest('base64url').slice(0, 12);
  const bytes = (secret: string): Uint8Array => new TextEncoder().encode(secret);

  interface Forgery {
    readonly header?: { readonly alg: string; readonly kid?: string };
    readonly claims?: Record<string, unknown>;
    readonly key?: Uint8Array | ReturnType<typeof generateKeyPairSync>['privateKey'];
  }

  /** Signs a token like the server, except for the forged parts. */
  async function forge({
    header = { alg: 'HS256', kid: kidOf(SECRET) },
    claims = {},
    key = bytes(SECRET),
  }: Forgery): Promise<string> {
    const account = await makeAccount(world);
    const { accessToken } = await logIn(world, account);
    const honest = JSON.parse(Buffer.from(accessToken.split('.')[1]!, 'base64url').toString()) as object;
    const changed = Object.fromEntries(Object.entries({ ...honest, ...claims }).filter(([, value]) => value !== undefined));
    return new SignJWT(changed).setProtectedHeader(header).sign(key);
  }

  it('is what the tests forge when they change nothing', async () => {
    expect(await statusOf(world, await forge({}))).toBe(200);
  });

  it('holds when a previous key signed it', async () => {
    const token = await forge({ header: { alg: 'HS256', kid: kidOf(PREVIOUS) }, key: bytes(PREVIOUS) });

    expect(await statusOf(world, token)).toBe(200);
  });

  const seconds = (date: Date): number => Math.floor(date.getTime() / 1_000);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const forgeries: [string, () => Forgery][] = [
    ['the key id of no key', () => ({ header: { alg: 'HS256', kid: 'unknown' } })],
    ['no key id', () => ({ header: { alg: 'HS256' } })],
    ['the key id of another of our keys', () => ({ header: { alg: 'HS256', kid: kidOf(PREVIOUS) } })],
    [
      'a key that was taken from the list',
      () => ({
        header: { alg: 'HS256', kid: kidOf('a stale secret of 32 characters!') },
        key: bytes('a stale secret of 32 characters!'),
      }),
    ],
    ['a key of our id that is not ours', () => ({ key: bytes('a guessed secret of 32 characters') })],
    ['another algorithm of the same family', () => ({ header: { alg: 'HS512', kid: kidOf(SECRET) } })],
    ['an algorithm of another family', () => ({ header: { alg: 'RS256', kid: kidOf(SECRET) }, key: privateKey })],
    ['another issuer', () => ({ claims: { iss: 'somebody' } })],
    ['no issuer', () => ({ claims: { iss: undefined } })],
    ['another audience', () => ({ claims: { aud: 'another-api' } })],
    ['no audience', () => ({ claims: { aud: undefined } })],
    ['no session', () => ({ claims: { sid: undefined } })],
    ['a session that is no text', () => ({ claims: { sid: 7 } })],
    ['a session that does not exist', () => ({ claims: { sid: `session_${'0'.repeat(32)}` } })],
    ['a session that cannot be stored', () => ({ claims: { sid: 'session_\u0000' } })],
    ['no user', () => ({ claims: { sub: undefined } })],
    ['another user than that of the session', () => ({ claims: { sub: `user_${'0'.repeat(32)}` } })],
    ['no end', () => ({ claims: { exp: undefined } })],
    ['an end that has passed', () => ({ claims: { exp: seconds(clock.now()) } })],
    ['an end that is no number', () => ({ claims: { exp: 'never' } })],
    ['no beginning', () => ({ claims: { iat: undefined } })],
    ['a time before which it does not hold', () => ({ claims: { nbf: seconds(clock.now()) + 60 } })],
  ];
  it.each(forgeries)('is refused with %s', async (_what, forgeryOf) => {
    const token = await forge(forgeryOf());

    const answer = await sendQuery(world, '{ viewer { user { id } } }', { authorization: `Bearer ${token}` });

    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({
      errors: [
        {
          message: 'The access token or API key is not valid, has expired, or was revoked.',
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    });
  });

  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    ['"none" as its algorithm', (head: object, body: string) => `${encoded({ ...head, alg: 'none' })}.${body}.`],
    ['"None" as its algorithm', (head: object, body: string) => `${encoded({ ...head, alg: 'None' })}.${body}.`],
    ['no algorithm', (_head: object, body: string) => `${encoded({ kid: kidOf(SECRET) })}.${body}.AAAA`],
    ['no signature', (head: object, body: string) => `${encoded(head)}.${body}.`],
    ['an empty key', (head: object, body: string) => `${encoded(head)}.${body}.${signed('', `${encoded(head)}.${body}`)}`],
    [
      'a key of its own in the header',
      (head: object, body: string) => {
        const own = encoded({ ...head, kid: undefined, jwk: { kty: 'oct', k: 'AAAA' } });
        return `${own}.${body}.${signed('\0\0\0', `${own}.${body}`)}`;
      },
    ],
    [
      'a critical header that nobody knows',
      (head: object, body: string) => {
        const critical = encoded({ ...head, crit: ['b64'], b64: false });
        return `${critical}.${body}.${signed(SECRET, `${critical}.${body}`)}`;
      },
    ],
  ])('is refused with %s', async (_what, forged) => {
    const { accessToken } = await logIn(world, await makeAccount(world));
    const [, body] = accessToken.split('.');

    expect(await statusOf(world, forged({ alg: 'HS256', kid: kidOf(SECRET) }, body!))).toBe(401);
  });

  function signed(secret: string, text: string): string {
    return createHmac('sha256', secret).update(text).digest('base64url');
  }

  it.each([
    ['JWT_SECRET_PREVIOUS', 'short', 'JWT_SECRET_PREVIOUS must list secrets of at least 32 characters, separated by commas.'],
    ['SESSION_DAYS', '0', 'SESSION_DAYS must be a whole number from 1 to 365.'],
    ['SESSION_DAYS', '366', 'SESSION_DAYS must be a whole number from 1 to 365.'],
  ])('needs a server whose %s is not %s', (name, value, sentence) => {
    expect(() => readConfig({ JWT_SECRET: SECRET, KEY_PEPPER: SECRET, [name]: value })).toThrow(sentence);
  });
});

if (!isEmbedded) {
  it('is refused on another server soon after the log-out', async () => {
    const other = await world.startSecondServer();
    const { accessToken } = await logIn(world, await makeAccount(world));
    const there = { ...world, url: `${other.url}/graphql` };
    const before = await statusOf(there, accessToken);

    await logOut(accessToken);
    const after = await eventually(async () => (await statusOf(there, accessToken)) === 401);

    expect([before, after]).toEqual([200, true]);
  });
}
