/** Habits of clients that are not as documented, but mean something: each is understood, or refused with what to do. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describeInBrowser, startBrowser, type BrowserWorld } from '../support/browser';
import { makeApiKey, makeEnvironment, makeFlag, makeProject, type Made } from '../support/make';
import { JSON_HEADERS, send, type RawAnswer } from '../support/raw';
import { openSocket } from '../support/raw-socket';
import { authorization, createWorld, type World } from '../support/world';

let world: World;
let environment: Made;
let secret: string;
beforeAll(async () => {
  world = await createWorld();
  const project = await makeProject(world);
  environment = await makeEnvironment(project);
  await makeFlag(project, { key: 'new-checkout', isClientAvailable: true });
  secret = await makeApiKey(project, environment, 'CLIENT');
});
afterAll(() => world.close());

const VIEWER = '{ viewer { user { email } } }';

describe('a WebSocket', () => {
  /** The actor that the server takes the client for, or how it closes. */
  async function viewerOf(payload: object | undefined, headers: Record<string, string> = {}): Promise<unknown> {
    const socket = await openSocket(world, ['graphql-transport-ws'], { headers });
    socket.send({ type: 'connection_init', payload });
    const begun = await Promise.race([socket.closed, socket.next()]);
    if ((begun as { type?: string }).type !== 'connection_ack') return begun;
    socket.send({ id: '1', type: 'subscribe', payload: { query: VIEWER } });
    const answer = (await socket.next()) as { payload: { data: { viewer: { user: { email: string } } | null } } };
    socket.close();
    return answer.payload.data.viewer?.user.email ?? null;
  }
  const token = (): string => `Bearer ${world.owner.accessToken}`;

  it.each<[string, () => object | undefined, () => Record<string, string>]>([
    ['authorization', () => ({ authorization: token() }), () => ({})],
    ['Authorization', () => ({ Authorization: token() }), () => ({})],
    ['headers.Authorization', () => ({ headers: { Authorization: token() } }), () => ({})],
    ['headers.authorization', () => ({ headers: { authorization: token() } }), () => ({})],
    ['nothing, but the header of the upgrade', () => undefined, () => ({ authorization: token() })],
    ['authorization, and another in the header', () => ({ authorization: token() }), () => ({ authorization: 'Bearer nothing' })],
  ])('is the user when the connection parameters have %s', async (_, payload, headers) => {
    expect(await viewerOf(payload(), headers())).toBe(world.owner.email);
  });

  it.each<[string, (credential: string) => object]>([
    ['token', (credential) => ({ token: credential })],
    ['authToken', (credential) => ({ authToken: `Bearer ${credential}` })],
    ['apiKey', (credential) => ({ apiKey: credential })],
    ['X-API-Key', (credential) => ({ 'X-API-Key': credential })],
    ['headers["x-api-key"]', (credential) => ({ headers: { 'x-api-key': credential } })],
  ])('is told where a credential belongs that comes as %s, and is not anonymous', async (_, payload) => {
    const reason = 'The credential must be in the connection parameter "authorization", as "Bearer ...".';

    expect(await viewerOf(payload(secret))).toEqual({ code: 4403, reason });
    expect(await viewerOf(payload(world.owner.accessToken))).toEqual({ code: 4403, reason });
    expect(await viewerOf(payload('wrong'))).toEqual({ code: 4403, reason });
  });

  it.each<[string, object | undefined, Record<string, string>]>([
    ['no parameters', undefined, {}],
    ['parameters of others', { locale: 'en', csrf: 'x', token: '', headers: 'none' }, {}],
    ['the password of a proxy in the header', {}, { authorization: 'Basic YTpi' }],
  ])('is anonymous with %s', async (_, payload, headers) => {
    expect(await viewerOf(payload, headers)).toBeNull();
  });
});

it.each(['x-api-key', 'x-auth-token'])(
  'is told where an API key belongs that comes as %s over HTTP, and is not anonymous',
  async (name) => {
    for (const path of ['/graphql', '/graphql/stream']) {
      const { status, body } = await send(world, {
        path,
        headers: { ...JSON_HEADERS, [name]: secret },
        body: JSON.stringify({ query: VIEWER }),
      });

      const message = `The API key must be in the header "Authorization: Bearer <API key>", not in ${name}.`;
      expect([status, body]).toMatchObject([401, { errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] }]);
    }
  },
);

it('leaves the key of a gateway alone', async () => {
  const { status, body } = await send(world, {
    headers: { ...JSON_HEADERS, 'x-api-key': 'key-of-a-gateway' },
    body: JSON.stringify({ query: VIEWER }),
  });

  expect([status, body]).toEqual([200, { data: { viewer: null } }]);
});

it.each([
  '/graphql',
  '/graphql/stream',
  '/ofrep/v1/evaluate/flags',
  '/ofrep/v1/evaluate/flags/new-checkout',
  '/environments/x/flags',
])('says that a compressed body is not read, at %s', async (path) => {
  const body = gzipSync(JSON.stringify({ query: VIEWER })).toString('latin1');
  const headers = { ...JSON_HEADERS, ...authorization(secret), 'content-encoding': 'gzip' };

  const { status, headers: answered, body: answer } = await send(world, { path, headers, body });

  expect([status, answered['accept-encoding']]).toEqual([415, 'identity']);
  expect(JSON.stringify(answer)).toContain('The body must not be compressed: send it without Content-Encoding.');
});

it.each(['utf-16', '"UTF-16LE"', 'utf-32'])('says that a body in %s is not read', async (charset) => {
  const headers = { ...authorization(secret), 'content-type': `application/json; charset=${charset}` };

  for (const path of ['/graphql', '/ofrep/v1/evaluate/flags']) {
    const { status, body } = await send(world, { path, headers, body: JSON.stringify({ query: VIEWER, context: {} }) });

    expect(status).toBe(415);
    expect(JSON.stringify(body)).toContain('The body must be UTF-8, as JSON is (RFC 8259, section 8.1).');
  }
});

it('reads a body that says that it is not compressed', async () => {
  const headers = { ...JSON_HEADERS, ...authorization(world.owner.accessToken), 'content-encoding': 'identity' };

  const { status, body } = await send(world, { headers, body: JSON.stringify({ query: VIEWER }) });

  expect([status, body]).toEqual([200, { data: { viewer: { user: { email: world.owner.email } } } }]);
});

it("reads the context of LaunchDarkly's GET when its plus signs are not escaped", async () => {
  // Its base64 has a plus sign and a slash.
  const context = Buffer.from('{"kind":"user","key":"ada>>>???"}').toString('base64');
  const ask = (text: string): Promise<RawAnswer> =>
    send(world, {
      method: 'GET',
      path: `/environments/${environment.id}/flags?context=${text}`,
      headers: { authorization: secret },
    });

  const [escaped, plain] = await Promise.all([ask(encodeURIComponent(context)), ask(context)]);

  expect(context).toMatch(/\+.*\//);
  expect(plain.status).toBe(200);
  expect(plain.body).toEqual(escaped.body);
});

it.each([
  ['GET', '/ofrep/v1/evaluate/flags', 'POST'],
  ['DELETE', '/ofrep/v1/evaluate/flags', 'POST'],
  ['GET', '/ofrep/v1/evaluate/flags/new-checkout', 'POST'],
  ['PUT', '/ofrep/v1/evaluate/flags/new-checkout', 'POST'],
  ['POST', '/ofrep/v1/event-stream', 'GET'],
])('refuses %s %s with the method that it wants', async (method, path, allow) => {
  const { status, headers, body } = await send(world, { method, path, headers: authorization(secret) });

  expect([status, headers.allow]).toEqual([405, allow]);
  expect(body).toEqual({
    errorCode: 'GENERAL',
    errorDetails: `${path} is served over ${allow}, not ${method}.`,
  });
});

it.each([
  ['POST', '/livez', 'GET'],
  ['DELETE', '/graphql/stream', 'GET, POST'],
  ['PATCH', '/environments/production/flags', 'GET, POST'],
  ['POST', '/accept-invitation', 'GET'],
  ['PUT', '/graphql', 'GET, POST'],
])('refuses %s %s with the methods that it knows', async (method, path, allow) => {
  const { status, headers, body } = await send(world, { method, path, headers: {} });

  expect([status, headers.allow]).toEqual([405, allow]);
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] });
});

it('answers a path of OFREP that it does not know in the form of OFREP', async () => {
  const { status, body } = await send(world, { method: 'GET', path: '/ofrep/v1/configuration', headers: {} });

  expect([status, body]).toEqual([404, { errorCode: 'GENERAL', errorDetails: 'There is nothing at /ofrep/v1/configuration.' }]);
});

describe('an EventSource at a server that is full', () => {
  const accept = { accept: 'text/event-stream', origin: 'https://shop.example.com' };
  let full: World;
  beforeAll(async () => {
    full = await createWorld({ env: { SOCKET_ACCEPT_RATE: '1' } });
  });
  afterAll(() => full.close());

  const STREAM = '/graphql/stream?query=%7Bviewer%7Buser%7Bid%7D%7D%7D';
  /** Connects until the server takes no more. */
  async function refusedWith(headers: Record<string, string>): Promise<RawAnswer> {
    for (let i = 0; ; i++) {
      const answer = await send(full, { method: 'GET', path: STREAM, headers });
      if (!String(answer.body).includes('event: next')) return answer;
      if (i > 1_000) throw new Error('Every stream was taken.');
    }
  }

  it('is told when to come back by a stream that ends, because any other status is final for it', async () => {
    const { status, headers, body } = await refusedWith(accept);

    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(headers['access-control-allow-origin']).toBe('https://shop.example.com');
    expect(body).toMatch(/^retry: [1-9]\d*000\n\n$/);
  });

  it('is not confused with a program, which gets a status', async () => {
    const { status, headers } = await refusedWith({ accept: 'text/event-stream, application/json' });

    expect([status, Number(headers['retry-after']) > 0]).toEqual([503, true]);
  });
});

describeInBrowser('an EventSource in a browser', () => {
  let browser: BrowserWorld;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it('comes back by itself after it was refused, and gets its events', async () => {
    const site = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<p>A shop</p>'));
    await once(site.listen(0, '127.0.0.1'), 'listening');
    const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    const overloaded = await createWorld({ env: { SOCKET_ACCEPT_RATE: '1', ALLOWED_ORIGINS: origin } });
    const { page } = await browser.open(`${origin}/`);
    const url = `${overloaded.app.url}/graphql/stream?query=%7Bviewer%7Buser%7Bid%7D%7D%7D`;

    const refusals = await page.evaluate(async (address) => {
      // More at once than are let in.
      const sources = Array.from({ length: 4 }, () => new EventSource(address));
      let errors = 0;
      await Promise.all(
        sources.map(
          (source) =>
            new Promise<void>((resolve) => {
              source.addEventListener('next', () => {
                source.close();
                resolve();
              });
              source.addEventListener('error', () => errors++);
            }),
        ),
      );
      return errors;
    }, url);
    await page.close();
    await overloaded.close();
    site.close();

    expect(refusals).toBeGreaterThan(0);
  });
});
