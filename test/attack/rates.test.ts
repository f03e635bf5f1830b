/** Rate limits per minute: RATE_LIMITED beyond them, over every transport, while others are served. */
import { RateCounter } from '../../src/operations/rate-counter';
import { addressKey, RateLimits } from '../../src/operations/rate-limits';
import { createRedisRates } from '../../src/redis/redis-rates';
import { eventually, makeApiKey, makeEnvironment, makeFlag, makeProject, uniqueKey } from '../support/make';
import { JSON_HEADERS, send, sendQuery, type RawAnswer } from '../support/raw';
import { openAcknowledged } from '../support/raw-socket';
import { ask } from '../support/transports';
import { authorization, COUNTING_ALONE, createWorld, type World } from '../support/world';

const VIEWER = '{ viewer { user { id } } }';
const requestId = expect.any(String) as string;
const seconds = expect.any(Number) as number;
const rateLimited = (what: string, limit: number) => ({
  message: expect.stringMatching(
    new RegExp(`^Too many ${what}: at most ${limit} a minute are allowed\\. Try again in \\d+ s\\.$`),
  ) as string,
  extensions: { code: 'RATE_LIMITED', requestId, retryAfterSeconds: seconds },
});

async function within(env: Record<string, string>, test: (world: World) => Promise<void>): Promise<void> {
  const world = await createWorld({ env: { ...COUNTING_ALONE, ...env } });
  try {
    await test(world);
  } finally {
    await world.close();
  }
}

it('counts operations without a credential by address, over HTTP and WebSocket together', async () => {
  // Two of them make the owner of the world.
  await within({ RATE_LIMIT_ANONYMOUS: '6' }, async (world) => {
    const answers: RawAnswer[] = [];
    for (let i = 0; i < 3; i++) answers.push(await sendQuery(world, VIEWER));
    const socket = await openAcknowledged(world);
    const allowed = await ask(socket, { query: VIEWER }, 'allowed');
    await socket.next();
    const refused = await ask(socket, { query: VIEWER }, 'refused');
    const overHttp = await sendQuery(world, '{ nothing');
    const known = await sendQuery(world, VIEWER, authorization(world.owner.accessToken));
    const socketOfOwner = await openAcknowledged(world, world.owner.accessToken);

    expect(answers.map(({ status, cost }) => [status, cost])).toEqual([
      [200, { requested: 2, used: 1, limit: 6, remaining: 3, resetSeconds: seconds }],
      [200, { requested: 2, used: 1, limit: 6, remaining: 2, resetSeconds: seconds }],
      [200, { requested: 2, used: 1, limit: 6, remaining: 1, resetSeconds: seconds }],
    ]);
    expect(answers[2]?.headers).toMatchObject({
      'ratelimit-policy': '"anonymous";q=6;w=60',
      ratelimit: expect.stringMatching(/^"anonymous";r=1;t=\d+$/) as string,
    });
    expect(allowed).toBeUndefined();
    expect(refused).toEqual([rateLimited('operations without a credential', 6)]);
    expect(overHttp.status).toBe(429);
    expect(overHttp.body).toEqual({ errors: [rateLimited('operations without a credential', 6)] });
    expect(Number(overHttp.headers['retry-after'])).toBeGreaterThan(0);
    expect(known.status).toBe(200);
    // The socket that was refused an operation stays open, and so do others.
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    expect(await ask(socketOfOwner, { query: VIEWER })).toBeUndefined();
    socket.close();
    socketOfOwner.close();
  });
});

it('counts each attempt to log in, also several in one operation', async () => {
  await within({ RATE_LIMIT_LOG_IN_ADDRESS: '8' }, async (world) => {
    const field = (i: number): string =>
      `a${i}: logIn(input: { email: "a@example.com", password: "wrong" }) { userErrors { code } }`;
    const attempts = (count: number): Promise<RawAnswer> =>
      sendQuery(world, `mutation { ${Array.from({ length: count }, (_, i) => field(i)).join(' ')} }`);

    const first = await attempts(5);
    const second = await attempts(5);

    expect(first.status).toBe(200);
    expect(second.status).toBe(429);
    expect(second.body).toEqual({ errors: [rateLimited('attempts to log in', 8)] });
    expect((await sendQuery(world, VIEWER)).status).toBe(200);
  });
});

it("counts the cost of a user's operations, and reports what is left", async () => {
  await within({ RATE_LIMIT_MANAGEMENT: '500' }, async (world) => {
    const ask = (): Promise<RawAnswer> => sendQuery(world, VIEWER, authorization(world.owner.accessToken));
    const first = await ask();
    let last = first;
    for (let i = 0; i < 500 && last.status === 200; i++) last = await ask();

    expect(first.cost).toEqual({ requested: 2, used: 2, limit: 500, remaining: 498, resetSeconds: seconds });
    expect(first.headers.ratelimit).toMatch(/^"management";r=498;t=\d+$/);
    expect(last.status).toBe(429);
    expect(last.body).toEqual({ errors: [rateLimited('cost points', 500)] });
    expect((await sendQuery(world, VIEWER)).status).toBe(200);
  });
});

it('counts the evaluations of a SERVER key by key, and those of CLIENT keys by address', async () => {
  await within({ RATE_LIMIT_SERVER_KEY: '1000', RATE_LIMIT_CLIENT_ADDRESS: '1000' }, async (world) => {
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    await makeFlag(project);
    const contexts = Array.from({ length: 90 }, () => ({ targetingKey: 'ada' }));
    const query = 'query ($contexts: [EvaluationContextInput!]!) { evaluate(contexts: $contexts) { results { values } } }';
    const evaluate = (secret: string): Promise<RawAnswer> =>
      send(world, {
        headers: { ...JSON_HEADERS, ...authorization(secret) },
        body: JSON.stringify({ query, variables: { contexts } }),
      });
    const until429 = async (secret: string): Promise<number> => {
      for (let count = 0; ; count++) if ((await evaluate(secret)).status === 429) return count;
    };
    const [one, other] = [await makeApiKey(project, environment), await makeApiKey(project, environment)];
    const [client, mobile] = [await makeApiKey(project, environment, 'CLIENT'), await makeApiKey(project, environment, 'MOBILE')];

    const first = await evaluate(one);

    expect(first.cost).toEqual({ requested: 91, used: 91, limit: 1_000, remaining: 909, resetSeconds: seconds });
    expect(await until429(one)).toBe(9);
    expect((await evaluate(other)).status).toBe(200);
    expect(await until429(client)).toBe(10);
    expect((await evaluate(mobile)).status).toBe(429);
  });
});

it('refuses an address that guesses credentials, before it looks for any', async () => {
  await within({ RATE_LIMIT_CREDENTIAL_FAILURES: '5' }, async (world) => {
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++) statuses.push((await sendQuery(world, VIEWER, authorization(`guess-${i}`))).status);
    const refused = await sendQuery(world, VIEWER, authorization('another-guess'));

    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect(refused.body).toEqual({ errors: [rateLimited('invalid credentials', 5)] });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await sendQuery(world, VIEWER)).status).toBe(200);
  });
});

it('refuses log-ins to one account from every address, and to no other', () => {
  const many = 1_000;
  const settings = {
    anonymous: many,
    logInsPerAddress: many,
    credentialFailures: many,
    management: many,
    serverKeys: many,
    clientKeys: many,
  };
  const limits = new RateLimits({ settings: { ...settings, logInsPerAccount: 3 } });
  for (let i = 0; i < 3; i++) limits.logIn(`192.0.2.${i}`, 'ada@example.com');

  const logIn = (account: string) => () => limits.logIn('192.0.2.9', account);
  expect(logIn('ada@example.com')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED', limitName: 'log-in-account' }));
  expect(logIn('bob@example.com')).not.toThrow();
});

it('treats an IPv6 network as one address, and all spellings of an IPv4 address as one', () => {
  const keys = {
    '192.0.2.1': '192.0.2.1',
    '::ffff:192.0.2.1': '192.0.2.1',
    '::FFFF:c000:0201': '192.0.2.1',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
    '2001:db8:1:2::9': '2001:db8:1:2::/64',
    '2001:DB8:1:2::': '2001:db8:1:2::/64',
    '2001:db8:1:2::192.0.2.1': '2001:db8:1:2::/64',
    'fe80::1%eth-0': 'fe80:0:0:0::/64',
    '::1': '0:0:0:0::/64',
    '': '',
  };

  expect(Object.keys(keys).map(addressKey)).toEqual(Object.values(keys));
});

it('never reserves more than the limit of a minute, however many ask', () => {
  const counter = new RateCounter('test', 10, null);

  const statuses = Array.from({ length: 50 }, () => counter.take('key'));

  expect(statuses.filter(({ isAllowed }) => isAllowed)).toHaveLength(10);
  expect(counter.peek('other')).toMatchObject({ isAllowed: true, remaining: 10 });
});

it('gives back what an operation did not use', () => {
  const counter = new RateCounter('test', 10, null);
  const { endsAt } = counter.take('key', 8);

  expect(counter.settle('key', -6, endsAt)).toMatchObject({ remaining: 8 });
  // A minute that has ended takes nothing back.
  expect(counter.settle('key', -6, 0)).toMatchObject({ remaining: 8 });
});

it('adds what other servers counted, and counts alone while they cannot be reached', async () => {
  const redisUrl = process.env.REDIS_URL;
  const totals = new Map<string, number>();
  const alone = {
    add: async (key: string, points: number) => totals.set(key, (totals.get(key) ?? 0) + points).get(key)!,
    close: () => undefined,
  };
  const shared = redisUrl ? createRedisRates({ url: redisUrl, prefix: 'flagstaff:tests' }, 60) : alone;
  const name = uniqueKey('limit');
  const [a, b] = [new RateCounter(name, 100, shared), new RateCounter(name, 100, shared)];
  a.take('key', 30);
  b.take('key', 20);

  const heard = await eventually(async () => {
    await a.exchange();
    await b.exchange();
    const [ofA, ofB] = [a.peek('key'), b.peek('key')];
    return ofA.remaining === 50 && ofB.remaining === 50 ? 'both' : null;
  });
  const gone = new RateCounter(name, 100, { add: () => Promise.reject(new Error('away')) });
  gone.take('key', 30);
  await gone.exchange();

  expect(heard).toBe('both');
  expect(gone.peek('key')).toMatchObject({ isAllowed: true, remaining: 70 });
  shared.close();
});
