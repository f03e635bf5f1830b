/** The OpenAPI document: a valid one, of exactly the routes that there are, whose every answer is as it says. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { version } from '../../package.json';
import { REQUEST_ERROR_CODES } from '../../src/errors';
import { beginLogIn, passProvider, PUBLIC_URL } from '../oidc/support/browser';
import { CLIENT, closeServer, startHonestProvider, type HonestProvider } from '../oidc/support/honest-provider';
import { make, makeApiKey, makeEnvironment, makeFlag, makeProject, type Made, type MadeProject } from '../support/make';
import { OWN_PAGE } from '../support/browser-sessions';
import { JSON_HEADERS, send, type RawAnswer, type RawRequest } from '../support/raw';
import { METRICS_TOKEN } from '../support/metrics';
import { epochOf } from '../support/scene';
import { authorization, COUNTING_ALONE, createWorld, type World } from '../support/world';

interface Response {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, object>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, Response>>;
  readonly requestBody?: object;
}

interface Document {
  readonly info: { readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, object>>;
  readonly components: { readonly schemas: { readonly RequestErrorCode: { readonly enum: readonly string[] } } };
}

const ADA = '{"context":{"targetingKey":"ada"}}';
const VIEWER = '{ viewer { user { id } } }';
const MUTATION = 'mutation { refreshSession(input: { refreshToken: "none" }) { userErrors { code } } }';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const CSRF = { 'apollo-require-preflight': '1' };
/** The page that a key with origins may be used from is another one. */
const ELSEWHERE = { origin: 'https://elsewhere.example.com' };
const KIB_257 = ' '.repeat(257 * 1024);

const routes: string[] = [];
const listenForRoutes = (message: unknown): void => {
  const { fastify } = message as { fastify: { addHook: (name: string, hook: (route: RouteSeen) => void) => void } };
  fastify.addHook('onRoute', ({ method, url }) => routes.push(...[method].flat().map((one) => `${one} ${url}`)));
};

interface RouteSeen {
  readonly method: string | string[];
  readonly url: string;
}

let provider: HonestProvider;
/** A provider whose description is none. */
let broken: Server;
let world: World;
/** A world where a second attempt of any kind is one too many. */
let limited: World;
/** A world that serves evaluations only. */
let busy: World;
let document: Document;
let validator: Ajv2020 | undefined;
let project: MadeProject;
let environment: Made;
let secret: string;
/** Secret of a CLIENT key that is for one page. */
let ofPage: string;
let ticket: string;
let epoch: string;

beforeAll(async () => {
  provider = await startHonestProvider();
  broken = createServer((_request, response) => response.setHeader('content-type', 'application/json').end('{}'));
  broken.listen(0, '127.0.0.1');
  await once(broken, 'listening');
  const oidc = { PUBLIC_URL, OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret, OIDC_CREATE_USERS: 'on' };
  const one = ['ANONYMOUS', 'LOG_IN_ADDRESS', 'CREDENTIAL_FAILURES'].map((name) => [`RATE_LIMIT_${name}`, '1']);
  subscribe('fastify.initialization', listenForRoutes);
  world = await createWorld({ env: { ...oidc, OIDC_ISSUER: provider.issuer, METRICS_TOKEN } });
  unsubscribe('fastify.initialization', listenForRoutes);
  const issuer = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`;
  const limits = { ...COUNTING_ALONE, ...Object.fromEntries(one) };
  limited = await createWorld({ ownerless: true, env: { ...oidc, ...limits, OIDC_ISSUER: issuer } });
  const load = { delayMs: () => 100_000, close: () => undefined };
  busy = await createWorld({ ownerless: true, load, env: { ...oidc, OIDC_ISSUER: 'http://127.0.0.1:9' } });
  const answer = await send(world, { method: 'GET', path: '/openapi.json' });
  document = answer.body as Document;
  await makeScene();
});

afterAll(async () => {
  for (const one of [world, limited, busy]) await one?.close();
  await provider?.close();
  await closeServer(broken);
});

async function makeScene(): Promise<void> {
  project = await makeProject(world);
  environment = await makeEnvironment(project);
  await makeFlag(project, { key: 'new-checkout', isClientAvailable: true });
  secret = await makeApiKey(project, environment);
  const input = { environmentId: environment.id, kind: 'CLIENT', name: 'A page', allowedOrigins: ['https://shop.example.com'] };
  ofPage = (await make<{ secret: string }>(project.client, 'createApiKey', input, 'secret')).secret;
  const flags = await send(world, { path: '/ofrep/v1/evaluate/flags', headers: withKey(), body: ADA });
  const { eventStreams } = flags.body as { eventStreams: { endpoint: { requestUri: string } }[] };
  epoch = await epochOf(world, secret);
  ticket = new URL(eventStreams[0]!.endpoint.requestUri, world.url).search;
}

const withKey = (key = secret): Record<string, string> => ({ ...JSON_HEADERS, ...authorization(key) });

/** The part of the document at a pointer, and the pointer to where references lead from there. */
function at(steps: readonly string[]): { readonly part: unknown; readonly pointer: string } {
  let part: unknown = document;
  let pointer = '';
  for (const step of ['', ...steps]) {
    if (step !== '') {
      part = (part as Record<string, unknown> | undefined)?.[step];
      pointer += `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    }
    const { $ref } = (part ?? {}) as { readonly $ref?: string };
    if ($ref === undefined) continue;
    const target = at($ref.replace('#/', '').split('/'));
    [part, pointer] = [target.part, target.pointer];
  }
  return { part, pointer };
}

const stepsOf = (operation: string): string[] => {
  const [method = '', path = ''] = operation.split(' ');
  return ['paths', path, method.toLowerCase()];
};

const operations = (): string[] =>
  Object.keys(document.paths).flatMap((path) =>
    Object.keys(at(['paths', path]).part as object)
      .filter((name) => ['get', 'post', 'put', 'patch', 'delete'].includes(name))
      .map((method) => `${method.toUpperCase()} ${path}`),
  );

/** The faults of the value by the schema there; null when there is none. */
function problemsOf(value: unknown, steps: readonly string[]): unknown {
  const ajv = (validator ??= addFormats(new Ajv2020({ strict: false, allErrors: true })).addSchema(document, 'openapi.json'));
  const validate = ajv.compile({ $ref: `openapi.json#${encodeURI(at(steps).pointer)}` });
  validate(value);
  return validate.errors ?? null;
}

it('is valid OpenAPI 3.1, of this version and installation', async () => {
  const outcome = await new Validator().validate(structuredClone(document) as object as Record<string, unknown>);

  expect(outcome).toEqual({ valid: true });
  expect(document).toMatchObject({ openapi: '3.1.1', info: { version }, servers: [{ url: PUBLIC_URL }] });
  expect(document.components.schemas.RequestErrorCode.enum).toEqual(REQUEST_ERROR_CODES);
});

it('names the root of its origin where no PUBLIC_URL is set', async () => {
  const unnamed = await createWorld({ ownerless: true });
  const { body } = await send(unnamed, { method: 'GET', path: '/openapi.json' });
  await unnamed.close();

  expect(body).toMatchObject({ servers: [{ url: '/' }] });
});

/** Routes that exist only to refuse a method or a path in the form of their protocol, as the document says of all paths. */
const REFUSING = ['PUT /graphql', 'PATCH /graphql', 'DELETE /graphql'];

it('describes every route that the server has, and no other', () => {
  const served = routes
    .filter((route) => !/^(HEAD|OPTIONS) |\*/.test(route) && !REFUSING.includes(route))
    .map((route) => route.replace(/:(\w+)/g, '{$1}'));

  expect(operations().sort()).toEqual(served.sort());
});

interface Case {
  /** Method and path, as the document has them. */
  readonly of: string;
  readonly status: number;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly in?: () => World;
  /** Sent once before, to use a limit up. */
  readonly twice?: boolean;
}

const inLimited = { in: () => limited, twice: true, status: 429 };
const inBusy = { in: () => busy, status: 503 };
const queryOf = (query: string, more = ''): string => `?query=${encodeURIComponent(query)}${more}`;
const refusedFor = (of: string, path: string, body?: string): Case[] => [
  { of, path, body, status: 401, headers: withKey('fs_server_unknown') },
  { of, path, body, ...inLimited, headers: { ...CSRF, ...withKey('fs_server_unknown') } },
];
const bodiesRefusedFor = (of: string, path: string): Case[] => [
  { of, path, status: 400, headers: withKey(), body: '{' },
  { of, path, status: 413, headers: withKey(), body: KIB_257 },
  { of, path, status: 415, headers: { ...withKey(), ...FORM }, body: 'a=b' },
];
const fromElsewhere = (of: string, path: string, body?: string): Case => ({
  ...{ of, path, body, status: 403 },
  headers: { ...withKey(ofPage), ...CSRF, ...ELSEWHERE },
});

const graphqlCases = (): Case[] => {
  const [get, post, mutation] = ['GET /graphql', 'POST /graphql', queryOf(MUTATION)];
  const accept = (type: string): Record<string, string> => ({ ...withKey(), ...CSRF, accept: type });
  const both = ['application/json', 'application/graphql-response+json'];
  const body = JSON.stringify({ query: VIEWER });
  return [
    ...both.map((type) => ({ of: get, path: `/graphql${queryOf(VIEWER)}`, status: 200, headers: accept(type) })),
    ...both.map((type) => ({ of: post, status: 200, headers: accept(type), body })),
    { of: get, status: 302, headers: { accept: 'text/html' } },
    { of: get, path: `/graphql${queryOf(VIEWER)}`, status: 400 },
    { of: get, path: `/graphql${mutation}`, status: 405, headers: CSRF },
    { of: get, path: `/graphql${queryOf(VIEWER)}`, status: 406, headers: accept('text/plain') },
    { of: post, status: 406, headers: accept('text/plain'), body },
    { of: get, path: `/graphql${queryOf(VIEWER)}`, ...inBusy, headers: CSRF },
    { of: post, ...inBusy, headers: JSON_HEADERS, body },
    ...refusedFor(get, `/graphql${queryOf(VIEWER)}`),
    ...refusedFor(post, '/graphql', body),
    fromElsewhere(get, `/graphql${queryOf(VIEWER)}`),
    fromElsewhere(post, '/graphql', body),
    ...bodiesRefusedFor(post, '/graphql').map((one) => (one.status === 413 ? { ...one, headers: JSON_HEADERS } : one)),
  ];
};

const streamCases = (): Case[] => {
  const [get, post, path] = ['GET /graphql/stream', 'POST /graphql/stream', '/graphql/stream'];
  const body = JSON.stringify({ query: VIEWER });
  return [
    { of: get, path: `${path}${queryOf(VIEWER)}`, status: 200 },
    { of: post, status: 200, headers: JSON_HEADERS, body },
    { of: get, path, status: 400 },
    { of: get, path: `${path}${queryOf(MUTATION)}`, status: 405 },
    { of: get, path: `${path}${queryOf(VIEWER)}`, ...inBusy },
    { of: post, ...inBusy, headers: JSON_HEADERS, body },
    ...refusedFor(get, `${path}${queryOf(VIEWER)}`),
    ...refusedFor(post, path, body),
    fromElsewhere(get, `${path}${queryOf(VIEWER)}`),
    fromElsewhere(post, path, body),
    ...bodiesRefusedFor(post, path),
  ];
};

const ofrepCases = (): Case[] => {
  const [all, one, stream] = [
    'POST /ofrep/v1/evaluate/flags',
    'POST /ofrep/v1/evaluate/flags/{key}',
    'GET /ofrep/v1/event-stream',
  ];
  const paths: [string, string][] = [
    [all, '/ofrep/v1/evaluate/flags'],
    [one, '/ofrep/v1/evaluate/flags/new-checkout'],
  ];
  const other = { ...withKey(world.owner.accessToken), 'x-flagstaff-environment': 'environment_none' };
  return [
    ...paths.flatMap(([of, path]): Case[] => [
      { of, path, status: 200, headers: withKey(), body: ADA },
      { of, path, status: 404, headers: other, body: ADA },
      { of, path: `${path}?flagConfigEtag=${epoch}:1000000`, status: 503, headers: withKey(), body: ADA },
      fromElsewhere(of, path, ADA),
      ...refusedFor(of, path, ADA),
      ...bodiesRefusedFor(of, path),
    ]),
    { of: all, path: '/ofrep/v1/evaluate/flags', status: 304, headers: { ...withKey(), 'if-none-match': '*' }, body: ADA },
    { of: stream, path: `/ofrep/v1/event-stream${ticket}`, status: 200 },
    { of: stream, status: 401 },
    { of: stream, ...inLimited, headers: withKey('fs_server_unknown') },
  ];
};

const bulkCases = (): Case[] => {
  const [get, post, path] = [
    'GET /environments/{environment}/flags',
    'POST /environments/{environment}/flags',
    `/environments/${environment.id}/flags`,
  ];
  const context = '{"kind":"user","key":"ada"}';
  const query = `?context=${Buffer.from(context).toString('base64url')}`;
  const user = withKey(world.owner.accessToken);
  const both: [string, string, string | undefined][] = [
    [get, query, undefined],
    [post, '', context],
  ];
  return [
    ...both.flatMap(([of, search, body]): Case[] => [
      { of, path: `${path}${search}`, status: 200, headers: withKey(), body },
      { of, path: `${path}${search}`, status: 304, headers: { ...withKey(), 'if-none-match': '*' }, body },
      { of, path: `/environments/environment_none/flags${search}`, status: 404, headers: user, body },
      fromElsewhere(of, `${path}${search}`, body),
      ...refusedFor(of, `${path}${search}`, body),
    ]),
    { of: get, path, status: 400, headers: withKey() },
    ...bodiesRefusedFor(post, path),
  ];
};

const sessionCases = (): Case[] => {
  const [post, remove] = ['POST /auth/session', 'DELETE /auth/session'];
  const headers = { ...JSON_HEADERS, ...OWN_PAGE };
  const { email, password } = world.owner;
  const body = JSON.stringify({ email, password });
  const wrong = JSON.stringify({ email, password: 'wrong' });
  return [
    { of: post, status: 204, headers, body },
    { of: post, status: 400, headers, body: '[]' },
    { of: post, status: 401, headers, body: wrong },
    { of: post, status: 403, headers: JSON_HEADERS, body },
    { of: post, status: 413, headers, body: KIB_257 },
    { of: post, status: 415, headers: { ...OWN_PAGE, ...FORM }, body: 'email=a' },
    { of: post, ...inLimited, headers, body: wrong },
    { of: post, ...inBusy, headers, body: wrong },
    { of: remove, status: 204, headers: OWN_PAGE },
    { of: remove, status: 403 },
    { of: remove, ...inLimited, headers: { ...OWN_PAGE, cookie: 'flagstaff_session=nonsense' } },
  ];
};

const otherCases = (): Case[] => {
  const exported = 'GET /organizations/{id}/audit-log.jsonl';
  const owner = authorization(world.owner.accessToken);
  return [
    { of: exported, path: `/organizations/${project.organizationId}/audit-log.jsonl`, status: 200, headers: owner },
    { of: exported, path: '/organizations/organization_none/audit-log.jsonl', status: 404, headers: owner },
    ...refusedFor(exported, `/organizations/${project.organizationId}/audit-log.jsonl`),
    { of: 'GET /auth/oidc/log-in', status: 302 },
    { of: 'GET /auth/oidc/log-in', path: '/auth/oidc/log-in?to=https://evil.example', status: 400 },
    { of: 'GET /auth/oidc/log-in', status: 502, in: () => limited },
    { of: 'GET /auth/oidc/log-in', ...inLimited },
    { of: 'GET /auth/oidc/log-in', ...inBusy },
    { of: 'GET /auth/oidc/callback', status: 400 },
    { of: 'GET /auth/oidc/callback', ...inLimited },
    ...sessionCases(),
    { of: 'GET /graphiql/graphql-ws/{file}', path: '/graphiql/graphql-ws/client.js', status: 200 },
    { of: 'GET /graphiql/graphql-ws/{file}', path: '/graphiql/graphql-ws/none.js', status: 404 },
    { of: 'GET /metrics', status: 200, headers: authorization(METRICS_TOKEN) },
    { of: 'GET /metrics', status: 401 },
    { of: 'GET /metrics', status: 404, in: () => limited },
    { of: 'GET /', status: 302 },
    ...operations()
      .filter((of) => /^GET \/(pages|graphiql|livez|readyz|openapi|favicon|accept|reset)[^{]*$/.test(of))
      .map((of) => ({ of, status: 200 })),
  ];
};

/** Answers that are caused elsewhere, and where, or that nothing can cause while all is well. */
const CAUSED_ELSEWHERE: readonly [RegExp, string][] = [
  [/ 500 /, 'our faults, which no test can cause from outside: test/surface/masking'],
  [/^GET \/auth\/oidc\/callback (502|503) /, 'a provider that fails between both addresses: test/oidc/lying-provider'],
  [/^(GET|POST) \/environments\/{environment}\/flags 503 /, 'a database that is away: test/faults/outage'],
  [/^DELETE \/auth\/session 503 /, 'a database that is away: test/faults/outage'],
  [/^GET \/organizations\/{id}\/audit-log.jsonl 503 /, 'a database that is away: test/faults/outage'],
  [/^GET \/ofrep\/v1\/event-stream (404|503) /, 'an environment that was deleted, and a server with 10,000 streams: test/ofrep'],
];

const caused = new Set<string>();

/** Compares the answer with the document. */
function expectDocumented(of: string, answer: Pick<RawAnswer, 'status' | 'headers' | 'body'>): void {
  const steps = [...stepsOf(of), 'responses', String(answer.status)];
  const response = at(steps).part as Response | undefined;
  const type = ((answer.headers['content-type'] as string | undefined) ?? 'none').split(';')[0]!;
  const name = `${of} ${answer.status} ${type}`;
  caused.add(name);
  const hasNone = response?.content === undefined && (answer.body === '' || answer.body === undefined);
  const missing = Object.keys(response?.headers ?? {}).filter(
    (header) =>
      (at([...steps, 'headers', header]).part as { required?: boolean }).required === true &&
      answer.headers[header.toLowerCase()] === undefined,
  );
  expect({ name, type: hasNone ? null : type, missing }).toEqual({
    ...{ name, missing: [] },
    type: hasNone ? null : Object.keys(response?.content ?? {}).find((one) => one === type),
  });
  const body = type === 'application/jsonl' ? (JSON.parse(String(answer.body).split('\n')[0]!) as unknown) : answer.body;
  if (!hasNone) expect(problemsOf(body, [...steps, 'content', type, 'schema'])).toBeNull();
}

/** The answer, with the first part of one that does not end by itself. */
function ask({ of, path = of.split(' ')[1]!, headers = {}, body, in: where = () => world }: Case): Promise<RawAnswer> {
  const raw: RawRequest = { method: of.split(' ')[0]!, path, headers, ...(body === undefined ? {} : { body }) };
  return of.endsWith('/event-stream') ? firstOf(where(), raw) : send(where(), raw);
}

async function firstOf({ url }: World, { path = '', headers }: RawRequest): Promise<RawAnswer> {
  const leaving = new AbortController();
  const response = await fetch(new URL(path, url), { headers: headers as Record<string, string>, signal: leaving.signal });
  const answer = { status: response.status, headers: Object.fromEntries(response.headers), cost: undefined };
  if (response.status !== 200) return { ...answer, body: await response.json() };
  const { value } = await response.body!.getReader().read();
  leaving.abort();
  return { ...answer, body: Buffer.from(value ?? []).toString() };
}

async function expectAsDocumented(one: Case): Promise<void> {
  if (one.twice) await ask(one);
  const answer = await ask(one);
  const pattern = new RegExp(`^${one.of.split(' ')[1]!.replace(/\{\w+\}/g, '[^/]+')}$`);
  expect((one.path ?? one.of.split(' ')[1]!).split('?')[0]).toMatch(pattern);
  expect([one.of, answer.status, answer.body]).toEqual([one.of, one.status, answer.body]);
  expectDocumented(one.of, answer);
  if (one.body === undefined || answer.status !== 200) return;
  expect(
    problemsOf(JSON.parse(one.body), [...stepsOf(one.of), 'requestBody', 'content', 'application/json', 'schema']),
  ).toBeNull();
}

it.each([
  ['GraphQL', graphqlCases],
  ['GraphQL over event streams', streamCases],
  ['OFREP', ofrepCases],
  ['the bulk format', bulkCases],
  ['everything else', otherCases],
])('answers as it says: %s', async (_what, cases) => {
  const all = cases();

  // Attempts are counted in their order.
  const counted = async (): Promise<void> => {
    for (const one of all.filter((each) => each.in)) await expectAsDocumented(one);
  };
  await Promise.all([counted(), ...all.filter((each) => !each.in).map(expectAsDocumented)]);
});

it('answers the callback of a log-in as it says', async () => {
  provider.people.set('ada', { email: 'ada@example.com', email_verified: true, name: 'Ada' });
  provider.people.set('eve', { email: 'eve@example.com', email_verified: false, name: 'Eve' });
  const path = '/auth/oidc/callback';
  const answers: number[] = [];
  for (const [login, accept, to] of [
    ['ada', 'application/json'],
    ['ada', 'text/html'],
    ['ada', 'text/html', '/o/acme'],
    ['eve', 'application/json'],
    [null, 'application/json'],
  ] as const) {
    const { location, cookie } = await beginLogIn(world.app, to);
    const state = location.searchParams.get('state')!;
    const search = login === null ? `?state=${state}&error=access_denied` : (await passProvider(location, login)).search;
    const answer = await send(world, { method: 'GET', path: `${path}${search}`, headers: { accept, cookie } });
    answers.push(answer.status);
    expectDocumented(`GET ${path}`, answer);
  }

  expect(answers).toEqual([200, 200, 303, 403, 401]);
});

it('opens a WebSocket as it says', async () => {
  const socket = new WebSocket(world.url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  const [{ statusCode, headers }] = (await once(socket, 'upgrade')) as [IncomingMessage];
  socket.on('error', () => undefined).terminate();

  expectDocumented('GET /graphql', { status: statusCode!, headers, body: '' });
});

it('says that a server that is about to stop is not ready', async () => {
  busy.app.beginDrain();

  expectDocumented('GET /readyz', await send(busy, { method: 'GET', path: '/readyz' }));
});

it('has no answer that was not caused, but for those that other tests cause', () => {
  const documented = operations().flatMap((of) =>
    Object.entries((at(stepsOf(of)).part as Operation).responses).flatMap(([status]) => {
      const response = at([...stepsOf(of), 'responses', status]).part as Response;
      return Object.keys(response.content ?? { none: {} }).map((type) => `${of} ${status} ${type}`);
    }),
  );

  expect(documented.filter((name) => !caused.has(name) && !CAUSED_ELSEWHERE.some(([known]) => known.test(name)))).toEqual([]);
  expect(CAUSED_ELSEWHERE.filter(([known]) => !documented.some((name) => known.test(name)))).toEqual([]);
});
