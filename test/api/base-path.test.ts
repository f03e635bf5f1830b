/** An installation at `https://example.com/flags`: some proxies take the base path off a request, others pass it on. */
import { makeApiKey, makeEnvironment, makeFlag, makeProject, type Made, type MadeProject } from '../support/make';
import { JSON_HEADERS, send, type RawRequest } from '../support/raw';
import { openSocket } from '../support/raw-socket';
import { authorization, createWorld, type World } from '../support/world';

const PROVIDER = { OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'flags', OIDC_CLIENT_SECRET: 'a secret of the tests' };

let world: World;
let project: MadeProject;
let environment: Made;
let secret: string;
beforeAll(async () => {
  world = await createWorld({ env: { PUBLIC_URL: 'https://example.com/flags/', ...PROVIDER } });
  project = await makeProject(world);
  environment = await makeEnvironment(project);
  await makeFlag(project, { key: 'new-checkout' });
  secret = await makeApiKey(project, environment);
});
afterAll(() => world.close());

const QUERY = JSON.stringify({ query: '{ evaluate(contexts: [{ targetingKey: "ada" }]) { results { values } } }' });
const CONTEXT = '{"context":{"targetingKey":"ada"}}';

/** One request for each route, with the status that it has without a base path. */
const ROUTES = (): [string, number, RawRequest?][] => [
  ['/livez', 200],
  ['/readyz', 200],
  ['/openapi.json', 200],
  ['/accept-invitation', 200],
  ['/reset-password', 200],
  ['/pages/page.css', 200],
  ['/graphiql', 200],
  ['/graphiql/examples.graphql', 200],
  ['/graphql?query=%7Bviewer%7Buser%7Bid%7D%7D%7D', 200, { headers: { 'apollo-require-preflight': '1' } }],
  ['/graphql', 200, { method: 'POST', body: QUERY }],
  ['/graphql/stream', 200, { method: 'POST', body: QUERY }],
  ['/ofrep/v1/evaluate/flags', 200, { method: 'POST', body: CONTEXT }],
  ['/ofrep/v1/evaluate/flags/new-checkout', 200, { method: 'POST', body: CONTEXT }],
  [`/environments/${environment.id}/flags`, 200, { method: 'POST', body: '{"kind":"user","key":"ada"}' }],
  [`/organizations/${project.organizationId}/audit-log.jsonl`, 404],
  ['/nothing', 404],
  ['/flags', 404],
];

it.each(['', '/flags'])('serves every route under "%s"', async (base) => {
  const statusOf = async ([path, , raw]: [string, number, RawRequest?]): Promise<string> => {
    const headers = { ...JSON_HEADERS, ...authorization(secret), ...raw?.headers };
    const { status } = await send(world, { method: 'GET', ...raw, path: `${base}${path}`, headers });
    return `${path} ${status}`;
  };

  // Twice, because the second evaluation comes from memory.
  for (let i = 0; i < 2; i++) {
    const routes = ROUTES().filter(([path]) => base !== '' || path !== '/flags');
    expect(await Promise.all(routes.map(statusOf))).toEqual(routes.map(([path, status]) => `${path} ${status}`));
  }
});

it('takes no path for its own that only begins like the base path', async () => {
  const { status } = await send(world, { method: 'GET', path: '/flagship/livez' });

  expect(status).toBe(404);
});

it.each(['/flags', '/flags/', '/', '/flags/graphql'])('leads a browser from %s to GraphiQL under the base path', async (path) => {
  const { status, headers } = await send(world, { method: 'GET', path, headers: { accept: 'text/html' } });

  expect([status, headers.location]).toEqual([302, '/flags/graphiql']);
});

it('names the event stream of OFREP under the base path, where it is served', async () => {
  const headers = { ...JSON_HEADERS, ...authorization(secret) };
  const { body } = await send(world, { path: '/flags/ofrep/v1/evaluate/flags', headers, body: CONTEXT });
  const [{ endpoint }] = (body as { eventStreams: [{ endpoint: { requestUri: string } }] }).eventStreams;

  const paths = [endpoint.requestUri, endpoint.requestUri.slice('/flags'.length)];

  expect(endpoint.requestUri).toMatch(/^\/flags\/ofrep\/v1\/event-stream\?ticket=/);
  expect(await Promise.all(paths.map(openedWith))).toEqual([200, 200]);
});

/** The status with which a stream opens. */
async function openedWith(path: string): Promise<number> {
  const response = await fetch(new URL(path, world.url));
  await response.body?.cancel();
  return response.status;
}

it.each(['/graphql', '/flags/graphql'])('acknowledges a WebSocket at %s', async (path) => {
  const socket = await openSocket({ url: new URL(path, world.url).href });

  socket.send({ type: 'connection_init', payload: authorization(secret) });

  expect(await socket.next()).toEqual({ type: 'connection_ack' });
  socket.close();
});

it('refuses a WebSocket at another path', async () => {
  await expect(openSocket({ url: new URL('/flags', world.url).href })).rejects.toThrow('Unexpected server response: 404');
});

it('names the log-in through a provider under the base path', async () => {
  const { status, body } = await send(world, { method: 'GET', path: '/flags/auth/oidc/callback?code=a&state=b' });

  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain('Start again at /flags/auth/oidc/log-in.');
});
