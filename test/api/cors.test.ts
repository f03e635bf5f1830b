/** Pages of other sites can read every refusal, on every route, and may send the headers that their libraries add. */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describeInBrowser, startBrowser, type BrowserWorld } from '../support/browser';
import { make, makeEnvironment, makeFlag, makeProject } from '../support/make';
import { exchange, JSON_HEADERS, send, type RawRequest } from '../support/raw';
import { authorization, COUNTING_ALONE, createWorld, type World } from '../support/world';

const PAGE = 'https://shop.example.com';
const QUERY = JSON.stringify({ query: '{ evaluate(contexts: [{ targetingKey: "ada" }]) { results { values } } }' });
const CONTEXT = '{"context":{"targetingKey":"ada"}}';

let world: World;
/** The secret of a CLIENT key. */
let secret: string;
/** The secret of a CLIENT key that was revoked. */
let revoked: string;
beforeAll(async () => {
  world = await createWorld();
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  await makeFlag(project, { isClientAvailable: true });
  const makeKey = (): Promise<{ secret: string; apiKey: { id: string } }> =>
    make(
      project.client,
      'createApiKey',
      { environmentId: environment.id, kind: 'CLIENT', name: 'A page' },
      'secret apiKey { id }',
    );
  secret = (await makeKey()).secret;
  const { secret: old, apiKey } = await makeKey();
  await make(project.client, 'revokeApiKey', { apiKeyId: apiKey.id }, 'apiKey { id }');
  revoked = old;
});
afterAll(() => world.close());

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

/** Every route that a page may have to do with. */
const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/graphql', body: QUERY },
  { method: 'GET', path: '/graphql?query=%7Bviewer%7Buser%7Bid%7D%7D%7D' },
  { method: 'POST', path: '/graphql/stream', body: QUERY },
  { method: 'GET', path: '/graphql/stream?query=%7Bviewer%7Buser%7Bid%7D%7D%7D' },
  { method: 'POST', path: '/ofrep/v1/evaluate/flags', body: CONTEXT },
  { method: 'POST', path: '/ofrep/v1/evaluate/flags/a-flag', body: CONTEXT },
  { method: 'GET', path: '/ofrep/v1/event-stream' },
  { method: 'POST', path: '/environments/production/flags', body: '{"kind":"user","key":"ada"}' },
  { method: 'GET', path: '/environments/production/flags?context=e30' },
  { method: 'GET', path: '/organizations/none/audit-log.jsonl' },
];

/** Status of the answer, and whether a page of another site can read it. */
async function readBy(page: string, { headers, ...raw }: RawRequest, { url } = world): Promise<string> {
  const answer = await send({ url }, { ...raw, headers: { 'apollo-require-preflight': '1', ...headers, origin: page } });
  const { 'access-control-allow-origin': allowed, 'access-control-expose-headers': exposed, vary } = answer.headers;
  const isReadable = allowed === page && String(vary).includes('Origin') && String(exposed).includes('retry-after');
  return `${answer.status} ${isReadable ? 'readable' : JSON.stringify(answer.headers)}`;
}

it.each(ROUTES)('lets a page read that its key was revoked: $method $path', async (route) => {
  const headers = { ...JSON_HEADERS, ...authorization(revoked) };

  expect(await readBy(PAGE, { ...route, headers })).toBe('401 readable');
});

it.each(ROUTES)('lets a page read that a method is wrong: $path', async ({ path }) => {
  const headers = { ...JSON_HEADERS, ...authorization(secret) };

  expect(await readBy(PAGE, { method: 'PUT', path, headers, body: '{}' })).toBe('405 readable');
});

const POSTS = ROUTES.filter(({ method }) => method === 'POST');

it.each(POSTS)('lets a page read what is wrong with its body: $path', async ({ path }) => {
  const headers = { ...JSON_HEADERS, ...authorization(secret) };
  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };

  expect([
    await readBy(PAGE, { path, headers, body: '{' }),
    await readBy(PAGE, { path, headers: form, body: 'a=b' }),
    await readBy(PAGE, { path, headers: { ...headers, 'content-encoding': 'gzip' }, body: '{}' }),
    await readBy(PAGE, { path, headers, body: ' '.repeat(9 * 1024 * 1024) }),
  ]).toEqual(['400 readable', '415 readable', '415 readable', '413 readable']);
});

it.each([
  ['/nothing', 404],
  ['/graphql/%zz', 400],
  ['/ofrep/v1/nothing', 404],
])('lets a page read that there is nothing at %s', async (path, status) => {
  const answer = await send(world, { method: 'GET', path, headers: { origin: PAGE } });

  expect(answer.status).toBe(status);
  expect([PAGE, '*']).toContain(answer.headers['access-control-allow-origin']);
});

it.each([
  ['malformed', 'GET / HTTP/9\r\n\r\n', 400],
  ['too large in its headers', `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
])('lets a page read that its request is %s', async (_, text, status) => {
  const answer = await exchange(world, text);

  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer).toMatch(/\r\naccess-control-allow-origin: \*\r\n/);
});

it.each(POSTS)('lets a page read that it asked too often: $path', async (route) => {
  const few = await createWorld({ env: { ...COUNTING_ALONE, RATE_LIMIT_CREDENTIAL_FAILURES: '1' } });
  const headers = { ...JSON_HEADERS, ...authorization(revoked) };
  await send(few, { ...route, headers });

  const outcome = await readBy(PAGE, { ...route, headers }, few);
  await few.close();

  expect(outcome).toBe('429 readable');
});

it('lets a page read that the server is overloaded', async () => {
  const busy = await createWorld({
    env: { EVENT_LOOP_DELAY_MAX_MS: '250' },
    load: { delayMs: () => 10_000, close: () => undefined },
    ownerless: true,
  }).catch((error: unknown) => error);
  if (busy instanceof Error) throw busy;
  const overloaded = busy as World;

  const body = JSON.stringify({ query: '{ node(id: "x") { id } }' });
  const outcome = await readBy(PAGE, { headers: JSON_HEADERS, body }, overloaded);
  await overloaded.close();

  expect(outcome).toBe('503 readable');
});

it('lets a page of another site read no answer without a key for pages', async () => {
  const body = '{"query":"{ viewer { user { id } } }"}';
  const ask = async (credential?: string): Promise<unknown[]> => {
    const headers = { ...JSON_HEADERS, ...authorization(credential), origin: PAGE };
    const { status, headers: answered } = await send(world, { headers, body });
    return [status, answered['access-control-allow-origin']];
  };

  expect([await ask(), await ask(world.owner.accessToken), await ask(secret)]).toEqual([
    [200, undefined],
    [200, undefined],
    [200, PAGE],
  ]);
});

const LIBRARIES = 'authorization,baggage,content-type,idempotency-key,sentry-trace,traceparent,tracestate,x-request-id';

it.each([...ROUTES.map(({ path }) => path), '/livez', '/nothing'])(
  'lets pages send what their libraries add, to %s',
  async (path) => {
    const headers = { origin: PAGE, 'access-control-request-method': 'POST', 'access-control-request-headers': LIBRARIES };

    const answer = await send(world, { method: 'OPTIONS', path, headers });

    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': LIBRARIES,
      'access-control-max-age': '600',
    });
  },
);

it('repeats no names of headers that are none', async () => {
  const headers = { origin: PAGE, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-a, <b>' };

  const answer = await send(world, { method: 'OPTIONS', path: '/graphql', headers });

  expect(answer.headers['access-control-allow-headers']).toBe('authorization, content-type');
});

describeInBrowser('a page of another site in a browser', () => {
  let browser: BrowserWorld;
  let site: Server;
  beforeAll(async () => {
    browser = await startBrowser();
    site = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<p>A shop</p>'));
    await once(site.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
  });

  it('gets its flags and reads why it does not, while its libraries trace each request', async () => {
    const { page } = await browser.open(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    const outcomes = (credential: string): Promise<string[]> =>
      page.evaluate(
        async ([origin, key, graphql, ofrep]) => {
          const headers = {
            'content-type': 'application/json',
            authorization: `Bearer ${key}`,
            traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
            baggage: 'a=b',
            'sentry-trace': '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1',
            'x-request-id': 'page-1',
          };
          const ask = async (path: string, body: string | undefined): Promise<string> => {
            const answer = await fetch(origin + path, { method: 'POST', headers, body }).catch((error: Error) => error);
            return answer instanceof Error
              ? answer.message
              : `${answer.status} ${Object.keys((await answer.json()) as object)[0]}`;
          };
          return [await ask('/graphql', graphql), await ask('/ofrep/v1/evaluate/flags', ofrep)];
        },
        [world.app.url, credential, QUERY, CONTEXT],
      );

    expect(await outcomes(secret)).toEqual(['200 data', '200 flags']);
    expect(await outcomes(revoked)).toEqual(['401 errors', '401 errorCode']);
    await page.close();
  });
});
