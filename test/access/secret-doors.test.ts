/**
 * Every kind of secret through every door of a server in a process of its own, then a search for it wherever the server
 * writes: standard output and error, spans, metrics, answers. `secrets.test.ts` has the database, and faults in the middle.
 */
import { randomBytes } from 'node:crypto';
import { runDoctor } from '../../src/commands/doctor/doctor';
import { readConfig } from '../../src/config';
import { GraphQLClient } from 'graphql-request';
import { startCollector, type Collector } from '../support/collector';
import { findIn, type LeakSource } from '../support/leaks';
import { eventually, make, makeApiKey, makeEnvironment, uniqueKey, type Made, type MadeProject } from '../support/make';
import { cleanUpProcesses, freePort, makeDataDir, makePlace, runProgram, type Program } from '../support/processes';
import { logInBrowser, secretIn } from '../support/browser-sessions';
import { DOORS, ECHOING_DOORS, nameIn, type Door, type Target } from '../support/secret-doors';
import { startSmtp, type SmtpWorld } from '../support/smtp';
import { authorization, isEmbedded } from '../support/world';

jest.setTimeout(600_000);

const drawn = (name: string): string => `${name}-${randomBytes(12).toString('hex')}`;
/** Every secret, by its description. */
const secrets = new Map<string, string>();
/** The form by which the server recognises its own. */
const RECOGNISED = /^fs_[a-z]+_|^eyJ/;

function secret(name: string, text: string = drawn(name.replaceAll(/[^a-z]+/gi, '-'))): string {
  if (text === '') throw new Error(`There is no ${name}.`);
  secrets.set(name, text);
  return text;
}

const OWNER = { email: 'owner@example.com', password: secret('OWNER_PASSWORD') };
const PUBLIC = { PUBLIC_URL: 'https://flags.example.com' };

/** All settings that are secrets, or contain one. Redis, the provider and, for the doctor, the database cannot be reached. */
async function settings(collectorUrl: string, smtpUrl: string): Promise<Record<string, string>> {
  const closed = `127.0.0.1:${await freePort()}`;
  return {
    ...PUBLIC,
    JWT_SECRET: secret('JWT_SECRET', drawn('the-secret-of-access-tokens')),
    JWT_SECRET_PREVIOUS: secret('JWT_SECRET_PREVIOUS', drawn('the-secret-of-access-tokens-before')),
    KEY_PEPPER: secret('KEY_PEPPER', drawn('the-pepper-of-all-keys')),
    REDIS_URL: `redis://user:${secret('password of Redis')}@${closed}`,
    SMTP_URL: smtpUrl,
    MAIL_FROM: 'flags@example.com',
    OIDC_ISSUER: `http://${closed}`,
    OIDC_CLIENT_ID: 'flagstaff',
    OIDC_CLIENT_SECRET: secret('OIDC_CLIENT_SECRET'),
    METRICS_TOKEN: secret('METRICS_TOKEN'),
    OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${secret('token of the collector')}`,
  };
}

let collector: Collector;
let smtp: SmtpWorld;
let program: Program;
let databaseUrl: URL | null = null;
let env: Record<string, string>;
let target: Target;
const answers: LeakSource[] = [];

beforeAll(async () => {
  collector = await startCollector();
  smtp = await startSmtp();
  const place = await makePlace();
  env = { ...(await settings(collector.url, smtp.url)), ...place, LOG_LEVEL: 'trace' };
  if (!isEmbedded) {
    databaseUrl = new URL(place.DATABASE_URL!);
    databaseUrl.password = secret('password of the database');
    env.DATABASE_URL = databaseUrl.href;
  }
  env.OWNER_EMAIL = OWNER.email;
  env.OWNER_PASSWORD = OWNER.password;
  program = runProgram({
    ...env,
    ...Object.fromEntries(
      ['ANONYMOUS', 'LOG_IN_ACCOUNT', 'LOG_IN_ADDRESS', 'CREDENTIAL_FAILURES', 'MANAGEMENT'].map((name) => [
        `RATE_LIMIT_${name}`,
        '100000000',
      ]),
    ),
  });
  const url = await program.listening;
  target = { url, ...(await makeSecrets(url)) };
  for (const name of [
    'a wrong password',
    'a wrong code',
    'a cookie of somebody else',
    'a name in a context',
    'an idempotency key',
  ]) {
    secret(name);
  }
  for (const kind of ['refresh', 'reset', 'invitation', 'server', 'admin', 'session']) {
    secret(`a wrong ${kind} token`, `fs_${kind}_${randomBytes(32).toString('base64url')}`);
  }
});
afterAll(async () => {
  await cleanUpProcesses();
  await smtp?.close();
  await collector?.close();
});

interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Makes one of each kind through the API. */
async function makeSecrets(url: string): Promise<Omit<Target, 'url'>> {
  const anonymous = new GraphQLClient(`${url}/graphql`);
  const clientOf = (token: string): GraphQLClient => new GraphQLClient(`${url}/graphql`, { headers: authorization(token) });
  const logIn = (): Promise<Session> => make<Session>(anonymous, 'logIn', OWNER, 'accessToken refreshToken');
  const session = await logIn();
  const used = await logIn();
  secret('access token', session.accessToken);
  secret('refresh token', session.refreshToken);
  secret('used refresh token', used.refreshToken);
  await make(anonymous, 'refreshSession', { refreshToken: used.refreshToken }, 'accessToken');
  // One that no door ends, which the door of refresh tokens does.
  const { accessToken: token } = await logIn();
  secret('access token of the owner', token);
  secret('cookie of a session', secretIn(await logInBrowser({ url }, OWNER, OWNER.password)));
  const client = clientOf(token);
  const organization = { key: uniqueKey('acme'), name: 'Acme' };
  const { id: organizationId } = (
    await make<{ organization: Made }>(client, 'createOrganization', organization, 'organization { id key }')
  ).organization;
  const input = { organizationId, key: uniqueKey('shop'), name: 'Shop' };
  const made = await make<{ project: Made }>(client, 'createProject', input, 'project { id key }');
  const project: MadeProject = { ...made.project, organizationId, client };
  const environment = await makeEnvironment(project, 'test');
  const [key] = await Promise.all(
    ['SERVER', 'CLIENT', 'MOBILE'].map(async (kind) => secret(`${kind} key`, await makeApiKey(project, environment, kind))),
  );
  await makeOtherKeys(project, environment);
  await makeMailedSecrets(anonymous, project);
  await openTicket(url, key!);
  return { key: key!, token };
}

async function makeOtherKeys({ client, organizationId }: MadeProject, { id: environmentId }: Made): Promise<void> {
  const create = (input: object): Promise<{ secret: string; apiKey: Made }> =>
    make(client, 'createApiKey', input, 'secret apiKey { id }');
  secret('ADMIN key', (await create({ kind: 'ADMIN', role: 'ADMIN', name: 'A', organizationId })).secret);
  const [revoked, rotated] = [
    await create({ kind: 'SERVER', name: 'R', environmentId }),
    await create({ kind: 'SERVER', name: 'S', environmentId }),
  ];
  secret('revoked key', revoked.secret);
  secret('rotated key', rotated.secret);
  await make(client, 'revokeApiKey', { apiKeyId: revoked.apiKey.id }, 'apiKey { id }');
  secret(
    'successor key',
    (await make<{ secret: string }>(client, 'rotateApiKey', { apiKeyId: rotated.apiKey.id }, 'secret')).secret,
  );
}

async function makeMailedSecrets(anonymous: GraphQLClient, { client, organizationId }: MadeProject): Promise<void> {
  await make(client, 'inviteMember', { organizationId, email: 'new@example.com', role: 'VIEWER' }, 'invitationToken');
  await make(anonymous, 'requestPasswordReset', { email: OWNER.email }, 'revisions { revision }');
  for (const kind of ['invitation', 'reset']) {
    const token = await eventually(async () =>
      smtp.mails.map(({ text }) => new RegExp(`fs_${kind}_[A-Za-z0-9_-]+`).exec(text)?.[0]).find((found) => found !== undefined),
    );
    secret(`${kind} token`, token);
  }
}

/** Puts the ticket into the URL of an event stream of OFREP. */
async function openTicket(url: string, key: string): Promise<void> {
  const headers = { 'content-type': 'application/json', ...authorization(key) };
  const body = '{"context":{"targetingKey":"ada"}}';
  const response = await fetch(`${url}/ofrep/v1/evaluate/flags`, { method: 'POST', headers, body });
  const { eventStreams } = (await response.json()) as { eventStreams: [{ endpoint: { requestUri: string } }] };
  const uri = new URL(eventStreams[0].endpoint.requestUri, url);
  secret('ticket of a stream', [...uri.searchParams.values()][0]);
  const stream = await fetch(new URL(`${uri.pathname}${uri.search}`, url));
  await stream.body?.cancel();
}

async function sendThrough(doors: Readonly<Record<string, Door>>, texts: Iterable<readonly [string, string]>): Promise<void> {
  for (const [name, text] of texts) {
    for (const [door, through] of Object.entries(doors)) {
      answers.push({ name: `the answer to ${name} through ${door}`, text: await through(text, target) });
    }
  }
}

it('has at least thirty secrets, of every kind', () => {
  expect(secrets.size).toBeGreaterThanOrEqual(30);
});

it('answers nothing of them, whichever way they come in', async () => {
  await sendThrough(DOORS, secrets);

  expect(answers.length).toBe(secrets.size * Object.keys(DOORS).length);
  expect(findIn(answers, secrets)).toEqual([]);
});

it('answers nothing of those that it recognises, where it shows what it was sent', async () => {
  const recognised = [...secrets].filter(([, text]) => RECOGNISED.test(text));
  const before = answers.length;
  await sendThrough(ECHOING_DOORS, recognised);

  expect(recognised.length).toBeGreaterThan(15);
  expect(findIn(answers.slice(before), secrets)).toEqual([]);
});

it('says nothing of its settings in a diagnosis', async () => {
  const lines: string[] = [];
  const away = { ...env, DATABASE_URL: `postgres://root:${secret('password of a database that is away')}@127.0.0.1:1/flagstaff` };
  const { EMBEDDED_DATABASE: _embedded, ...rest } = { EMBEDDED_DATABASE: '', ...away };
  for (const variables of [env, rest]) {
    await runDoctor(
      () => readConfig({ ...variables, PORT: new URL(target.url).port, DATA_DIR: makeDataDir() }),
      (line) => lines.push(line),
    );
  }

  expect(lines.length).toBeGreaterThan(10);
  expect(findIn([{ name: 'the diagnosis', text: lines.join('\n') }], secrets)).toEqual([]);
});

it('leaves none in the metrics, the spans, and the log', async () => {
  const scraped = await fetch(`${target.url}/metrics`, { headers: authorization(env.METRICS_TOKEN) });
  const metrics = await scraped.text();
  const trace = randomBytes(16).toString('hex');
  await fetch(`${target.url}/livez`, { headers: { traceparent: `00-${trace}-${randomBytes(8).toString('hex')}-01` } });
  await eventually(async () => collector.spans.some(({ traceId }) => traceId === trace));
  program.signal('SIGTERM');
  const { code, stderr } = await program.ended;

  const texts = new Map([...secrets, ...named(secrets)]);
  const lines = program.logLines();
  const written = [
    { name: 'the metrics', text: metrics },
    ...collector.spans.map((span) => ({ name: `a span ${span.name}`, text: JSON.stringify(span) })),
    ...program
      .stdout()
      .split('\n')
      .map((text) => ({ name: 'standard output', text })),
    { name: 'standard error', text: stderr },
  ];
  expect([code, scraped.status]).toEqual([0, 200]);
  expect(lines.filter(({ msg }) => msg === 'request').length).toBeGreaterThan(1_000);
  expect(collector.spans.length).toBeGreaterThan(1_000);
  expect(collector.headers[0]!.authorization).toBe(`Bearer ${secrets.get('token of the collector')}`);
  expect([...new Set(findIn(written, texts))]).toEqual([]);
  // Input of a client is never our fault.
  expect(lines.filter(({ level, msg }) => Number(level) >= 50 && msg !== 'an e-mail could not be sent')).toEqual([]);
});

/** The texts as the names of operations have them, with fewer characters. */
function named(texts: ReadonlyMap<string, string>): [string, string][] {
  return [...texts].filter(([, text]) => text.startsWith('fs_')).map(([name, text]) => [`${name} as a name`, nameIn(text)]);
}
