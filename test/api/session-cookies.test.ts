/** Sessions of browsers, kept in a cookie: from log-in to end, on every path where they count, and on none else. */
import { createHash } from 'node:crypto';
import type { RequestInfo } from '../../src/modules/access/actor';
import { purgeSessions } from '../../src/modules/access/session-repository';
import { createSessionCookies } from '../../src/http/session-cookie';
import { askForSession, logInBrowser, OWN_PAGE, secretIn, whoIs, type Headers } from '../support/browser-sessions';
import { createTestClock } from '../support/clock';
import { countStatementsOnce } from '../support/count-statements';
import { eventually, make, makeApiKey, makeEnvironment, makeFlag, makeOrganization, makeProject } from '../support/make';
import { lastActor, lastChange, PASSWORD } from '../support/members';
import { JSON_HEADERS, send, type RawAnswer } from '../support/raw';
import { openSocket, type RawSocket } from '../support/raw-socket';
import { logIn, makeAccount, written } from '../support/sessions';
import { authorization, COUNTING_ALONE, createWorld, isEmbedded, type World } from '../support/world';

const DAY_MS = 24 * 3_600_000;

const clock = createTestClock();
let world: World;
beforeAll(async () => {
  world = await createWorld({ clock });
});
afterAll(() => world.close());

const COOKIE = /^flagstaff_session=(fs_session_[0-9A-Za-z]{36}); Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/;
const CLEARED = ['flagstaff_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0'];
const SESSION = 'id authentication address userAgent createdAt lastRefreshedAt expiresAt isCurrent';

const logOut = (cookie: string, headers: Headers = OWN_PAGE): Promise<RawAnswer> =>
  send(world, { method: 'DELETE', path: '/auth/session', headers: { cookie, ...headers } });

const query = (cookie: string, text: string, headers: Headers = {}): Promise<RawAnswer> =>
  send(world, { headers: { ...JSON_HEADERS, cookie, ...OWN_PAGE, ...headers }, body: JSON.stringify({ query: text }) });

const codesIn = ({ body }: RawAnswer): string[] =>
  ((body as { errors?: { extensions: { code: string } }[] }).errors ?? []).map(({ extensions }) => extensions.code);

describe('POST /auth/session', () => {
  it('begins a session as logIn does, shows it to its user, and stores nothing by which it could be used', async () => {
    const account = await makeAccount(world);
    const tokens = await logIn(world, account);
    const asked = await lastChange(world, 'system');

    const answer = await askForSession(world, account, { headers: { ...OWN_PAGE, 'user-agent': 'a browser' } });
    const [setCookie = ''] = answer.headers['set-cookie'] as string[];
    const [, secret = ''] = COOKIE.exec(setCookie) ?? [];
    const listed = await query(`flagstaff_session=${secret}`, `{ viewer { session { ${SESSION} } sessions { ${SESSION} } } }`);
    const rows = await world.app.database.connection.query<{ cookie_hash: string }[]>(
      'SELECT cookie_hash FROM session WHERE user_id = $1 AND cookie_hash IS NOT NULL',
      [account.id],
    );

    const now = clock.now().toISOString();
    const session = {
      id: expect.stringMatching(/^session_/) as string,
      authentication: 'PASSWORD',
      address: '127.0.0.1',
      userAgent: 'a browser',
      createdAt: now,
      lastRefreshedAt: now,
      expiresAt: tokens.refreshExpiresAt,
      isCurrent: true,
    };
    expect([answer.status, answer.body, answer.headers['cache-control']]).toEqual([204, '', 'no-store']);
    expect(setCookie).toMatch(COOKIE);
    expect(listed.body).toMatchObject({ data: { viewer: { session, sessions: [session, { isCurrent: false }] } } });
    expect(await lastChange(world, 'system')).toEqual(asked);
    expect(await lastActor(world, 'system')).toEqual({
      kind: 'USER',
      id: account.id,
      name: account.email,
      authentication: 'PASSWORD',
    });
    expect(rows).toEqual([{ cookie_hash: createHash('sha256').update(secret).digest('base64url') }]);
    expect(JSON.stringify(world.logLines())).not.toContain(secret.slice(-36));
  });

  it('makes no refresh token', async () => {
    const account = await makeAccount(world);
    const before = (await written(world)) as { tokens: number; sessions: number };

    await logInBrowser(world, account);

    expect(await written(world)).toMatchObject({ tokens: before.tokens, sessions: before.sessions + 1 });
  });

  it('answers a wrong password and an unknown e-mail alike, and writes nothing', async () => {
    const account = await makeAccount(world);
    const before = await written(world);

    const answers = [
      await askForSession(world, account, { password: 'wrong' }),
      await askForSession(world, { email: 'nobody@example.com' }),
      await askForSession(world, { email: '\u0000' }),
    ];

    const refusal = {
      errors: [
        {
          message: 'E-mail or password is wrong.',
          extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) as string },
        },
      ],
    };
    expect(answers.map(({ status, body }) => ({ status, body }))).toEqual(answers.map(() => ({ status: 401, body: refusal })));
    expect(answers.map(({ headers }) => headers['set-cookie'])).toEqual([undefined, undefined, undefined]);
    expect(await written(world)).toEqual(before);
  });

  it('takes as long for an unknown e-mail as for a wrong password', async () => {
    const account = await makeAccount(world);
    const times = { known: Infinity, unknown: Infinity };
    for (let i = 0; i < 12; i++) {
      for (const which of ['known', 'unknown'] as const) {
        const begunAt = performance.now();
        await askForSession(world, which === 'known' ? account : { email: `nobody-${i}@example.com` }, { password: 'wrong' });
        times[which] = Math.min(times[which], performance.now() - begunAt);
      }
    }

    // Without the hash, an unknown one takes a tenth.
    expect(times.unknown / times.known).toBeGreaterThan(0.5);
    expect(times.unknown / times.known).toBeLessThan(2);
  });

  it.each([
    ['a list', '[]', 400, 'BAD_USER_INPUT'],
    ['nothing', 'null', 400, 'BAD_USER_INPUT'],
    ['a number as the password', '{"email":"a@example.com","password":5}', 400, 'BAD_USER_INPUT'],
    ['no password', '{"email":"a@example.com"}', 400, 'BAD_USER_INPUT'],
    ['half of it', '{"email":', 400, 'BAD_REQUEST'],
    ['300 KiB', JSON.stringify({ email: 'a@example.com', password: 'x'.repeat(300 * 1024) }), 413, 'PAYLOAD_TOO_LARGE'],
  ])('refuses %s', async (_what, body, status, code) => {
    const before = await written(world);

    const answer = await send(world, { path: '/auth/session', headers: { ...JSON_HEADERS, ...OWN_PAGE }, body });

    expect([answer.status, codesIn(answer)]).toEqual([status, [code]]);
    expect(await written(world)).toEqual(before);
  });

  it('shares its limits with logIn, by account and by address, and notes what failed', async () => {
    const env = { ...COUNTING_ALONE, RATE_LIMIT_LOG_IN_ACCOUNT: '4', RATE_LIMIT_LOG_IN_ADDRESS: '12' };
    const own = await createWorld({ env });
    const account = await makeAccount(own);
    const byMutation = async (): Promise<number> => {
      const input = { email: account.email, password: 'wrong' };
      const text = 'mutation ($input: LogInInput!) { logIn(input: $input) { userErrors { code } } }';
      const body = JSON.stringify({ query: text, variables: { input } });
      return (await send(own, { headers: JSON_HEADERS, body })).status;
    };
    const bySession = async (email = account.email, password = 'wrong'): Promise<RawAnswer> =>
      askForSession(own, { email }, { password });

    const byAccount = [await byMutation(), (await bySession()).status, await byMutation(), (await bySession()).status];
    const right = await bySession(account.email, PASSWORD);
    const mutation = await byMutation();
    const byAddress: number[] = [];
    // The set-up of the world took two.
    for (let i = 0; i < 5; i++) byAddress.push((await bySession(`nobody-${i}@example.com`)).status);
    const { sessions } = own.app.services as unknown as {
      sessions: { options: { attempts: { options: { failures: { flush: () => Promise<void> } } } } };
    };
    await sessions.options.attempts.options.failures.flush();
    const noted = await own.app.database.connection.query(
      'SELECT kind, sum(count)::int AS count FROM failed_authentication GROUP BY kind',
    );
    await own.close();

    expect(byAccount).toEqual([200, 401, 200, 401]);
    expect([right.status, codesIn(right), mutation]).toEqual([429, ['RATE_LIMITED'], 429]);
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
    expect(byAddress).toEqual([401, 401, 401, 401, 429]);
    expect(noted).toEqual([{ kind: 'PASSWORD', count: 8 }]);
  });

  it('is refused like logIn by a server that is overloaded', async () => {
    const load = { delayMs: () => 100_000, close: () => undefined };
    const busy = await createWorld({ ownerless: true, load });

    const answer = await askForSession(busy, { email: 'a@example.com' });
    await busy.close();

    expect([answer.status, codesIn(answer)]).toEqual([503, ['UNAVAILABLE']]);
  });
});

describe('DELETE /auth/session', () => {
  it('ends the session and clears the cookie; again it only clears', async () => {
    const account = await makeAccount(world);
    const [cookie, other] = [await logInBrowser(world, account), await logInBrowser(world, account)];

    const first = await logOut(cookie);
    const change = await lastChange(world, 'system');
    const between = await written(world);
    const again = await logOut(cookie);

    expect([first.status, first.headers['set-cookie']]).toEqual([204, CLEARED]);
    expect(change).toMatchObject({ kind: 'SESSION_ENDED', items: [{ after: { email: account.email, reason: 'LOGGED_OUT' } }] });
    expect([again.status, again.headers['set-cookie']]).toEqual([204, CLEARED]);
    expect(await written(world)).toEqual(between);
    expect([await whoIs(world, cookie), await whoIs(world, other)]).toEqual([401, account.email]);
  });

  it('clears the cookie of a browser that has none, or one that is no secret', async () => {
    const answers = [await logOut(''), await logOut('flagstaff_session=nonsense')];

    expect(answers.map(({ status, headers }) => [status, headers['set-cookie']])).toEqual([
      [204, CLEARED],
      [204, CLEARED],
    ]);
  });
});

describe('The cookie', () => {
  it('is that of a user in GraphQL, for reading and writing, and says so in the log', async () => {
    const account = await makeAccount(world);
    const cookie = await logInBrowser(world, account);

    const answer = await query(cookie, 'mutation { updateViewer(input: { name: "Ada" }) { user { email name } } }');
    const line = world
      .logLines()
      .filter(({ msg }) => msg === 'request')
      .at(-1);

    expect(answer.body).toEqual({ data: { updateViewer: { user: { email: account.email, name: 'Ada' } } } });
    expect(line).toMatchObject({ actor: account.id, status: 200 });
    expect(await lastActor(world, 'system')).toMatchObject({ kind: 'USER', authentication: 'PASSWORD' });
  });

  it.each<[string, Headers, boolean]>([
    ['a page of the server', { 'sec-fetch-site': 'same-origin' }, true],
    ['a page of another port', { 'sec-fetch-site': 'same-site' }, false],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, false],
    ['the address bar', { 'sec-fetch-site': 'none' }, false],
    ['a page of another site that names our origin', { 'sec-fetch-site': 'cross-site', origin: 'OWN' }, false],
    ['a browser without Fetch Metadata, with our origin', { origin: 'OWN' }, true],
    ['the same with another origin', { origin: 'https://evil.example' }, false],
    ['the same with another port', { origin: 'http://127.0.0.1:1' }, false],
    ['the same, behind a proxy where TLS ends', { origin: 'OWN-HTTPS' }, true],
    ['the same without an origin of its own', { origin: 'null' }, false],
    ['the same with an origin that is none', { origin: 'nonsense' }, false],
    ['somebody who states the host', { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }, false],
    ['nobody in particular', {}, false],
  ])('sent by %s: %j counts: %s', async (_who, given, counts) => {
    const account = await makeAccount(world);
    const cookie = await logInBrowser(world, account);
    const own = new URL(world.url).origin;
    const origin = given.origin?.replace('OWN-HTTPS', own.replace('http:', 'https:')).replace('OWN', own);
    const headers = origin === undefined ? given : { ...given, origin };
    const before = await written(world);

    const seen = await whoIs(world, cookie, headers);
    const ended = await logOut(cookie, headers);

    expect([seen, ended.status]).toEqual(counts ? [account.email, 204] : [401, 403]);
    if (!counts) expect(await written(world)).toEqual(before);
  });

  it('tells why it does not count', async () => {
    const cookie = await logInBrowser(world, await makeAccount(world));
    const messageOf = ({ body }: RawAnswer): string => (body as { errors: [{ message: string }] }).errors[0].message;

    const elsewhere = await query(cookie, '{ __typename }', { 'sec-fetch-site': 'same-site' });
    const doubled = await query(`${cookie}; ${cookie}x`, '{ __typename }');
    await logOut(cookie);
    const ended = await query(cookie, '{ __typename }');

    expect([elsewhere, doubled, ended].map(messageOf)).toEqual([
      'The cookie of a session counts only for pages of this server, by Sec-Fetch-Site or Origin.',
      'There are several cookies flagstaff_session; delete them, and log in again.',
      'The session of the cookie has ended; log in again.',
    ]);
    expect([elsewhere, doubled, ended].map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it('counts for nothing beside an Authorization header, whatever that says', async () => {
    const [account, other] = [await makeAccount(world), await makeAccount(world)];
    const cookie = await logInBrowser(world, account);
    const { accessToken } = await logIn(world, other);
    const by = (value: string): Promise<string | number> => whoIs(world, cookie, { ...OWN_PAGE, authorization: value });

    expect([await by(`Bearer ${accessToken}`), await by('Bearer nonsense'), await by('Basic YTpi')]).toEqual([
      other.email,
      401,
      401,
    ]);
  });

  it('counts in GraphQL only for a POST of JSON', async () => {
    const cookie = await logInBrowser(world, await makeAccount(world));
    const headers = { cookie, ...OWN_PAGE };
    const text = '{ viewer { user { email } } }';
    const mutation = 'mutation { logOut(input: { everywhere: true }) { endedSessionCount } }';
    const before = await written(world);
    const get = (asked: string): Promise<RawAnswer> =>
      send(world, {
        method: 'GET',
        path: `/graphql?query=${encodeURIComponent(asked)}`,
        headers: { ...headers, 'apollo-require-preflight': '1' },
      });
    const post = (type: string, body: string): Promise<RawAnswer> =>
      send(world, { headers: { ...headers, 'content-type': type, 'apollo-require-preflight': '1' }, body });

    const read = await get(text);
    const statuses = [
      (await get(mutation)).status,
      (await post('text/plain', JSON.stringify({ query: mutation }))).status,
      (await post('application/x-www-form-urlencoded', `query=${encodeURIComponent(mutation)}`)).status,
      (await post('multipart/form-data; boundary=x', `--x\r\n\r\n${mutation}\r\n--x--`)).status,
    ];

    expect(read.body).toMatchObject({ data: { viewer: null } });
    expect(statuses).toEqual([405, 415, 415, 415]);
    expect(await written(world)).toEqual(before);
  });

  it('exports the audit log, until the session ends', async () => {
    const { id } = await makeOrganization(world);
    const cookie = await logInBrowser(world, world.owner, world.owner.password);
    const ask = (headers: Headers): Promise<RawAnswer> =>
      send(world, { method: 'GET', path: `/organizations/${id}/audit-log.jsonl`, headers: { cookie, ...headers } });

    const right = await ask(OWN_PAGE);
    const wrong = [await ask({}), await ask({ 'sec-fetch-site': 'same-site' }), await ask({ 'sec-fetch-site': 'none' })];
    await logOut(cookie);
    const late = await ask(OWN_PAGE);

    expect([right.status, String(right.body).trim().split('\n').length]).toEqual([200, 1]);
    expect([...wrong, late].map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });

  it('never counts for evaluations by other protocols, nor for event streams', async () => {
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    await makeFlag(project, { key: 'new-checkout' });
    const cookie = await logInBrowser(world, world.owner, world.owner.password);
    const secret = secretIn(cookie);
    const place = { 'x-flagstaff-environment': environment.id };
    const ofrep = { path: '/ofrep/v1/evaluate/flags', body: '{"context":{"targetingKey":"ada"}}' };
    const bulk = { path: `/environments/${environment.id}/flags`, body: '{"kind":"user","key":"ada"}' };
    const stream = { path: '/graphql/stream', body: '{"query":"{ viewer { user { id } } }"}' };
    const byCookie = { ...JSON_HEADERS, ...OWN_PAGE, ...place, cookie };
    const byHeader = { ...JSON_HEADERS, ...OWN_PAGE, ...place, ...authorization(secret) };
    const bySession = { ...byHeader, authorization: `Session ${secret}` };

    const statuses = [];
    for (const headers of [byCookie, byHeader, bySession]) {
      for (const raw of [ofrep, bulk]) statuses.push((await send(world, { ...raw, headers })).status);
    }
    const ticket = await send(world, { method: 'GET', path: '/ofrep/v1/event-stream', headers: byCookie });
    const streamed = await send(world, { ...stream, headers: byCookie });
    const asBearer = await whoIs(world, '', { ...OWN_PAGE, ...authorization(secret) });

    expect(statuses).toEqual([401, 401, 401, 401, 401, 401]);
    expect([ticket.status, asBearer]).toEqual([401, 401]);
    expect(String(streamed.body)).toContain('{"data":{"viewer":null}');
  });

  it('is refused as a bearer although it was just accepted as a cookie', async () => {
    const account = await makeAccount(world);
    const cookie = await logInBrowser(world, account);

    const seen = [await whoIs(world, cookie), await whoIs(world, '', authorization(secretIn(cookie)))];

    expect(seen).toEqual([account.email, 401]);
  });

  it('that has not the form of a secret is refused before any statement', async () => {
    const cookie = await logInBrowser(world, await makeAccount(world));
    const mistyped = `${cookie.slice(0, -1)}${cookie.endsWith('0') ? '1' : '0'}`;

    const { result, statements } = await countStatementsOnce(world, () => whoIs(world, mistyped));

    expect([result, statements]).toEqual([401, []]);
  });

  it('is limited when it is guessed, which locks out nobody whose cookie was good', async () => {
    const own = await createWorld({ env: { ...COUNTING_ALONE, RATE_LIMIT_CREDENTIAL_FAILURES: '5' } });
    const cookie = await logInBrowser(own, own.owner, own.owner.password);
    const before = await whoIs(own, cookie);
    const guesses: (string | number)[] = [];
    for (let i = 0; i < 7; i++) guesses.push(await whoIs(own, `flagstaff_session=fs_session_${i}`));

    const after = await whoIs(own, cookie);
    await own.close();

    expect([before, after]).toEqual([own.owner.email, own.owner.email]);
    expect(guesses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  });

  it('ends with its session, and both are deleted', async () => {
    const own = createTestClock();
    const ageing = await createWorld({ clock: own, env: { SESSION_DAYS: '1' } });
    const cookie = await logInBrowser(ageing, ageing.owner, ageing.owner.password);
    own.advance(DAY_MS - 1);
    const last = await whoIs(ageing, cookie);
    own.advance(1);
    const late = await whoIs(ageing, cookie);
    const purged = await purgeSessions(ageing.app.database.connection, own.now());
    await ageing.close();

    expect([last, late]).toEqual([ageing.owner.email, 401]);
    // The log-in of the world is the other one.
    expect(purged).toBe(2);
  });

  it('stays when its user changes the password with it, and ends by all that ends sessions', async () => {
    const account = await makeAccount(world);
    const [one, two, three] = [
      await logInBrowser(world, account),
      await logInBrowser(world, account),
      await logInBrowser(world, account),
    ];
    const idOf = async (cookie: string): Promise<string> =>
      ((await query(cookie, '{ viewer { session { id } } }')).body as { data: { viewer: { session: { id: string } } } }).data
        .viewer.session.id;
    const states = async (): Promise<boolean[]> => {
      const all = [];
      for (const cookie of [one, two, three]) all.push((await whoIs(world, cookie)) === account.email);
      return all;
    };

    await query(one, `mutation { endSession(input: { sessionId: "${await idOf(two)}" }) { userErrors { code } } }`);
    const afterEnd = await states();
    const input = `{ currentPassword: "${PASSWORD}", newPassword: "a new horse battery staple" }`;
    await query(one, `mutation { changePassword(input: ${input}) { userErrors { code } } }`);
    const afterChange = await states();
    const { accessToken } = await logIn(world, account, 'a new horse battery staple');
    await make(world.client(accessToken), 'logOut', { everywhere: true }, 'endedSessionCount');

    expect(afterEnd).toEqual([true, false, true]);
    expect(afterChange).toEqual([true, false, false]);
    expect(await states()).toEqual([false, false, false]);
  });
});

describe('An Idempotency-Key', () => {
  const create = (headers: Headers, key: string): Promise<RawAnswer> => {
    const text = 'mutation { updateViewer(input: { name: "Grace" }) { user { email } userErrors { code } } }';
    return send(world, {
      headers: { ...JSON_HEADERS, ...OWN_PAGE, ...headers, 'idempotency-key': key },
      body: JSON.stringify({ query: text }),
    });
  };
  const email = ({ body }: RawAnswer): string =>
    (body as { data: { updateViewer: { user: { email: string } } } }).data.updateViewer.user.email;

  it('is that of the user, by cookie and by token alike, and of nobody else', async () => {
    const [ada, grace] = [await makeAccount(world), await makeAccount(world)];
    const [hers, theirs] = [await logInBrowser(world, ada), await logInBrowser(world, grace)];
    const { accessToken } = await logIn(world, ada);

    const first = await create({ cookie: hers }, 'one-key');
    const before = await written(world);
    const again = await create(authorization(accessToken), 'one-key');
    const between = await written(world);
    const other = await create({ cookie: theirs }, 'one-key');

    expect([email(first), email(again), email(other)]).toEqual([ada.email, ada.email, grace.email]);
    expect(between).toEqual(before);
    expect(await written(world)).not.toEqual(before);
  });
});

describe('A socket', () => {
  const connect = async (url: string, cookie: string, headers: Headers = {}, payload: object = {}): Promise<RawSocket> => {
    const origin = new URL(url).origin;
    const socket = await openSocket({ url }, ['graphql-transport-ws'], { headers: { cookie, origin, ...headers } });
    socket.send({ type: 'connection_init', payload });
    return socket;
  };
  const viewer = { id: '1', type: 'subscribe', payload: { query: '{ viewer { user { email } } }' } };
  const outcome = (socket: RawSocket): Promise<unknown> => Promise.race([socket.next(), socket.closed]);

  it('takes the cookie of its upgrade where it brings no other credential', async () => {
    const [account, other] = [await makeAccount(world), await makeAccount(world)];
    const cookie = await logInBrowser(world, account);
    const { accessToken } = await logIn(world, other);
    const seen: unknown[] = [];
    for (const payload of [{}, { authorization: `Bearer ${accessToken}` }]) {
      const socket = await connect(world.url, cookie, {}, payload);
      seen.push(await socket.next());
      socket.send(viewer);
      seen.push(await socket.next());
      socket.close();
    }

    const answered = (email: string): object => ({
      id: '1',
      type: 'next',
      payload: { data: { viewer: { user: { email } } } },
    });
    const ack = { type: 'connection_ack' };
    expect(seen).toEqual([ack, answered(account.email), ack, answered(other.email)]);
  });

  it.each<[string, Headers]>([
    ['of another origin', { origin: 'https://evil.example' }],
    ['of another port', { origin: 'http://127.0.0.1:1' }],
    ['that names our origin and is of another site', { 'sec-fetch-site': 'cross-site' }],
    ['of a frame without an origin', { origin: 'null' }],
  ])('is closed for a page %s', async (_which, headers) => {
    const cookie = await logInBrowser(world, await makeAccount(world));

    const socket = await connect(world.url, cookie, headers);

    expect(await outcome(socket)).toEqual({
      code: 4403,
      reason: 'The cookie of a session counts only for pages of this server, by Sec-Fetch-Site or Origin.',
    });
  });

  it('of such a page may still bring a credential of its own', async () => {
    const project = await makeProject(world);
    const key = await makeApiKey(project, await makeEnvironment(project), 'CLIENT');
    const cookie = await logInBrowser(world, await makeAccount(world));

    const socket = await connect(world.url, cookie, { origin: 'https://shop.example' }, authorization(key));
    const answer = await outcome(socket);
    socket.close();

    expect(answer).toEqual({ type: 'connection_ack' });
  });

  it('with a cookie that is stale is closed', async () => {
    const cookie = await logInBrowser(world, await makeAccount(world));
    await logOut(cookie);

    const socket = await connect(world.url, cookie);

    expect(await outcome(socket)).toEqual({ code: 4403, reason: 'The session of the cookie has ended; log in again.' });
  });

  it('lasts longer than any access token, and ends within two seconds after its session', async () => {
    const account = await makeAccount(world);
    const cookie = await logInBrowser(world, account);
    const socket = await connect(world.url, cookie);
    await socket.next();
    clock.advance(20 * 60_000);
    socket.send(viewer);
    const later = await socket.next();

    const begunAt = Date.now();
    await logOut(cookie);
    const closed = await socket.closed;

    expect(later).toMatchObject({ payload: { data: { viewer: { user: { email: account.email } } } } });
    expect(closed).toEqual({ code: 4403, reason: 'The session of the cookie has ended; log in again.' });
    expect(Date.now() - begunAt).toBeLessThan(2_000);
  });

  (isEmbedded ? it.skip : it)(
    'ends on another server within two seconds, too, where its cookie is refused from then on',
    async () => {
      const account = await makeAccount(world);
      const second = await world.startSecondServer();
      const far = { url: `${second.url}/graphql` };
      const cookie = await logInBrowser(world, account);
      const seen = await whoIs(far, cookie);
      const socket = await connect(far.url, cookie);
      await socket.next();

      const begunAt = Date.now();
      const { accessToken } = await logIn(world, account);
      await make(world.client(accessToken), 'logOut', { everywhere: true }, 'endedSessionCount');
      const closed = await socket.closed;
      const tookMs = Date.now() - begunAt;

      expect(seen).toBe(account.email);
      expect(closed.code).toBe(4403);
      expect(tookMs).toBeLessThan(2_000);
      expect(await eventually(async () => (await whoIs(far, cookie)) === 401)).toBe(true);
    },
  );
});

describe('Name and attributes', () => {
  const session = { secret: 'x', lifetimeSeconds: 60 };
  const attributesFor = (isProduction: boolean, publicUrl: string | null): string =>
    createSessionCookies({ isProduction, publicUrl }).set(session);

  it.each([
    [false, null, 'flagstaff_session=x; Path=/; HttpOnly; SameSite=Strict; Max-Age=60'],
    [false, 'http://localhost:4000', 'flagstaff_session=x; Path=/; HttpOnly; SameSite=Strict; Max-Age=60'],
    [false, 'http://localhost:4000/flags', 'flagstaff_session-flags=x; Path=/flags; HttpOnly; SameSite=Strict; Max-Age=60'],
    [true, null, '__Host-flagstaff_session=x; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60'],
    [false, 'https://a.example', '__Host-flagstaff_session=x; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60'],
    [
      true,
      'https://a.example/flags/eu',
      '__Secure-flagstaff_session-flags-eu=x; Path=/flags/eu; Secure; HttpOnly; SameSite=Strict; Max-Age=60',
    ],
    [
      true,
      'http://a.example/flags',
      '__Secure-flagstaff_session-flags=x; Path=/flags; Secure; HttpOnly; SameSite=Strict; Max-Age=60',
    ],
  ])('in production: %s, at %s: %s', (isProduction, publicUrl, expected) => {
    expect(attributesFor(isProduction, publicUrl)).toBe(expected);
  });

  it.each<[string, Headers, boolean]>([
    ['the origin of PUBLIC_URL, whatever the host', { origin: 'https://a.example', host: 'server-1:4000' }, true],
    ['another scheme of its host', { origin: 'http://a.example', host: 'a.example' }, false],
    ['another port of its host', { origin: 'https://a.example:8443', host: 'a.example' }, false],
    ['the host itself, over TLS', { origin: 'https://b.example', host: 'b.example' }, true],
    ['this machine, over plain HTTP', { origin: 'http://localhost:4000', host: 'localhost:4000' }, true],
    ['another host over plain HTTP', { origin: 'http://b.example', host: 'b.example' }, false],
    ['a host that is none', { origin: 'https://b.example', host: '[' }, false],
  ])('takes a request from %s for one of its own pages: %j %s', (_what, headers, isOwn) => {
    const { read } = createSessionCookies({ isProduction: true, publicUrl: 'https://a.example/flags' });
    const ask = (): unknown => read({ cookie: '__Secure-flagstaff_session-flags=x', ...headers });

    if (isOwn) expect(ask()).toEqual({ sessionSecret: 'x' });
    else expect(ask).toThrow('counts only for pages of this server');
  });
});

it.each([
  ['http://flags.intranet', false],
  ['http://localhost:4000', true],
  ['https://flags.intranet', true],
])('begins a session of a page of %s, whose browser keeps a cookie with Secure: %s', (origin, isKept) => {
  const { requireKept } = createSessionCookies({ isProduction: true, publicUrl: origin });

  if (isKept) expect(() => requireKept({ origin })).not.toThrow();
  else expect(() => requireKept({ origin })).toThrow('only of pages over https');
});

it('ends the session whose cookie comes with a log-in, and all whose cookies come with a log-out', async () => {
  const account = await makeAccount(world);
  const first = await logInBrowser(world, account);
  const answer = await askForSession(world, account, { headers: { ...OWN_PAGE, cookie: first } });
  const [second = ''] = (answer.headers['set-cookie'] as string[])[0]!.split(';');
  const third = await logInBrowser(world, account);
  const replaced = await whoIs(world, first);
  const before = [await whoIs(world, second), await whoIs(world, third)];

  const { accessToken } = await logIn(world, await makeAccount(world));
  const ended = await logOut(`flagstaff_session=; ${second}; ${third}`, { ...OWN_PAGE, ...authorization(accessToken) });

  expect([replaced, ...before]).toEqual([401, account.email, account.email]);
  expect(ended.status).toBe(204);
  expect([await whoIs(world, second), await whoIs(world, third)]).toEqual([401, 401]);
});

it('refuses an empty cookie before another one, too', async () => {
  const cookie = await logInBrowser(world, await makeAccount(world));

  expect((await query(`flagstaff_session=; ${cookie}`, '{ __typename }')).status).toBe(401);
});

it('shows an actor without its cookie', async () => {
  const account = await makeAccount(world);
  const cookie = await logInBrowser(world, account);
  await query(cookie, 'mutation { updateViewer(input: { name: "Ada" }) { userErrors { code } } }');

  const rows = await world.app.database.connection.query<Partial<RequestInfo>[]>(
    'SELECT * FROM change ORDER BY sequence DESC LIMIT 1',
  );

  expect(JSON.stringify(rows)).not.toContain(secretIn(cookie).slice(-36));
});
