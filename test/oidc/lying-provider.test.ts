/** The server with a provider that lies, fails or is away. */
import Fastify from 'fastify';
import { createHash, createHmac } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { readConfig } from '../../src/config';
import { Cipher } from '../../src/database/cipher';
import { createAddressOf } from '../../src/http/client-address';
import { addErrorHandlers } from '../../src/http/errors';
import { UNLIMITED } from '../../src/modules/accounts/attempts';
import { FailedAuthentications } from '../../src/modules/access/failed-authentications';
import { SessionService } from '../../src/modules/accounts/session-service';
import { Tokens } from '../../src/modules/access/tokens';
import { ChangeService } from '../../src/modules/changes/change-service';
import { createOidc } from '../../src/http/oidc/create-oidc';
import { createSessionCookies } from '../../src/http/session-cookie';
import { addOidc } from '../../src/http/oidc/routes';
import { RateLimits } from '../../src/operations/rate-limits';
import { createTestClock, type TestClock } from '../support/clock';
import { openTestDatabase } from '../support/data-sources';
import { makeMember, uniqueEmail } from '../support/members';
import { make, uniqueKey } from '../support/make';
import { createWorld, type World } from '../support/world';
import { answerOf, beginLogIn, callBack, PUBLIC_URL, refusalIn, type Answer } from './support/browser';
import { CLIENT_ID, CLIENT_SECRET, startLyingProvider, type Lie, type LyingProvider } from './support/lying-provider';

const HOUR_MS = 3_600_000;

let provider: LyingProvider;
let world: World;
let clock: TestClock;
let nonce = '';

beforeAll(async () => {
  provider = await startLyingProvider(() => nonce);
  clock = createTestClock();
  world = await createWorld({ clock, env: environment() });
});

beforeEach(() => provider.tell({}));

afterAll(async () => {
  await world.close();
  await provider.close();
});

function environment(more: Record<string, string> = {}): Record<string, string> {
  return {
    PUBLIC_URL,
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT_ID,
    OIDC_CLIENT_SECRET: CLIENT_SECRET,
    OIDC_CREATE_USERS: 'on',
    ...more,
  };
}

/** A log-in at which the provider says what it is told to say. */
async function logIn(lie: Lie = {}): Promise<Answer> {
  provider.tell(lie);
  const { location, cookie } = await beginLogIn(world.app);
  nonce = location.searchParams.get('nonce')!;
  return callBack(world.app, { code: 'any', state: location.searchParams.get('state')! }, cookie);
}

const startLogIn = async (): Promise<Answer> =>
  answerOf(await fetch(`${world.app.url}/auth/oidc/log-in`, { redirect: 'manual' }));

/** The provider is asked anew for its description. */
const forgetMetadata = (): void => clock.advance(HOUR_MS);

async function countWritten(): Promise<object> {
  const [row] = await world.app.database.connection.query<object[]>(
    `SELECT (SELECT count(*) FROM app_user) AS users, (SELECT count(*) FROM session) AS sessions,
            (SELECT count(*) FROM oidc_identity) AS identities, (SELECT count(*) FROM change) AS changes`,
  );
  return row!;
}

const verified = (): Record<string, unknown> => ({ email: uniqueEmail(), email_verified: true });
const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const notProved = (claim?: string): object => ({
  status: 401,
  code: 'UNAUTHENTICATED',
  message: `The answer of the provider does not prove who logged in${claim ? ` (${claim})` : ''}. Start again.`,
});
const failed = {
  status: 502,
  code: 'PROVIDER_FAILED',
  message: 'The OpenID provider failed to complete the log-in; see the log of the server.',
};
const away = { status: 503, code: 'UNAVAILABLE', message: 'The OpenID provider does not answer; try again later.' };

it('sends the verifier of its S256 challenge with the code, also to a provider that does not ask for it', async () => {
  const { location, cookie } = await beginLogIn(world.app);
  nonce = location.searchParams.get('nonce')!;
  provider.tell({ claims: { ...verified(), sub: 'honest' } });

  const answer = await callBack(world.app, { code: 'the-code', state: location.searchParams.get('state')! }, cookie);

  const { authorization, form } = provider.tokenRequests.at(-1)!;
  expect(answer.status).toBe(200);
  expect(location.searchParams.get('code_challenge_method')).toBe('S256');
  expect(createHash('sha256').update(form.code_verifier!).digest('base64url')).toBe(location.searchParams.get('code_challenge'));
  expect(form).toEqual({
    grant_type: 'authorization_code',
    code: 'the-code',
    redirect_uri: `${PUBLIC_URL}/auth/oidc/callback`,
    code_verifier: form.code_verifier,
  });
  expect(authorization).toMatch(/^Basic /);
});

it.each<[string, Lie, string | undefined]>([
  ['another nonce', { claims: { nonce: 'n'.repeat(43) } }, 'nonce'],
  ['no nonce', { claims: { nonce: undefined } }, undefined],
  ['another audience', { claims: { aud: 'another-client' } }, 'aud'],
  ['several audiences without the party it is for', { claims: { aud: [CLIENT_ID, 'another-client'] } }, 'aud'],
  ['another authorized party', { claims: { aud: [CLIENT_ID, 'another-client'], azp: 'another-client' } }, 'azp'],
  ['another issuer', { claims: { iss: 'https://other.example.com' } }, 'iss'],
  ['an end in the past', { claims: { exp: Math.floor(Date.now() / 1_000) - 60 } }, 'exp'],
  ['no end', { claims: { exp: undefined } }, undefined],
  ['a beginning in the future', { claims: { nbf: Math.floor(Date.now() / 1_000) + 600 } }, 'nbf'],
  ['no subject', { claims: { sub: undefined } }, undefined],
  ['no signature', { idToken: (claims) => `${encoded({ alg: 'none' })}.${encoded(claims)}.` }, undefined],
  [
    'a signature by the secret of the client',
    {
      idToken: (claims) => {
        const input = `${encoded({ alg: 'HS256', kid: 'key' })}.${encoded(claims)}`;
        return `${input}.${createHmac('sha256', CLIENT_SECRET).update(input).digest('base64url')}`;
      },
    },
    undefined,
  ],
  ['a signature by another key', { idToken: (claims) => provider.signWithOtherKey(claims) }, undefined],
  [
    'a key that is not published',
    { idToken: (claims) => `${encoded({ alg: 'RS256', kid: 'x' })}.${encoded(claims)}.AAAA` },
    undefined,
  ],
  ['a form that is none', { idToken: () => 'no-token' }, undefined],
])('refuses an ID token with %s, and writes nothing', async (_, lie, claim) => {
  const before = await countWritten();

  const answer = await logIn({ ...lie, claims: { ...verified(), ...lie.claims } });

  expect(refusalIn(answer)).toEqual(notProved(claim));
  expect(await countWritten()).toEqual(before);
});

it('takes the word that an address is verified only from where it takes the address', async () => {
  const member = await makeMemberOfSomething();
  forgetMetadata();

  const lies: Lie[] = [
    { claims: { email: member.email }, userInfo: { sub: 'liar', email: member.email, email_verified: true } },
    { claims: { email_verified: true }, userInfo: { sub: 'liar', email: member.email } },
    { claims: { email: member.email, email_verified: 'true' } },
    { claims: { email: member.email, email_verified: 1 } },
  ];
  const refusals = [];
  for (const lie of lies) refusals.push(refusalIn(await logIn(lie)));

  const message =
    'The provider has not verified the e-mail address (the claim email_verified is not true), so it cannot be used to log in.';
  expect(refusals).toEqual(lies.map(() => ({ status: 403, code: 'FORBIDDEN', message })));
});

it('asks for what the ID token does not tell, and believes only what is said of the same subject', async () => {
  forgetMetadata();
  const email = uniqueEmail();

  const answer = await logIn({ claims: { sub: 'told' }, userInfo: { sub: 'told', email, email_verified: true, name: 'Ada' } });
  const ofAnother = await logIn({ claims: { sub: 'other' }, userInfo: { sub: 'told', email, email_verified: true } });

  expect((answer.body as { user: object }).user).toMatchObject({ email, name: 'Ada' });
  expect(refusalIn(ofAnother)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  forgetMetadata();
});

it.each<[string, Lie, object]>([
  ['fails', { token: { status: 500, body: 'no' } }, failed],
  ['answers no JSON', { token: { status: 200, body: '<html>', type: 'text/html' } }, failed],
  ['does not know the client', { token: { status: 401, body: '{"error":"invalid_client"}' } }, failed],
  ['does not answer', { isSilent: true }, away],
  ['cuts the connection', { isAway: true }, away],
])('tells when the token endpoint %s', async (_, lie, refusal) => {
  const { location, cookie } = await beginLogIn(world.app);
  provider.tell(lie);

  const answer = await callBack(world.app, { code: 'any', state: location.searchParams.get('state')! }, cookie);

  expect(refusalIn(answer)).toEqual(refusal);
});

it('starts, and tells, while the provider is away, and logs in when it is back', async () => {
  provider.tell({ isAway: true });
  const other = await createWorld({ env: environment(), ownerless: true });
  const whileAway = await answerOf(await fetch(`${other.app.url}/auth/oidc/log-in`, { redirect: 'manual' }));
  provider.tell({});

  const back = await fetch(`${other.app.url}/auth/oidc/log-in`, { redirect: 'manual' });
  await other.close();

  expect(refusalIn(whileAway)).toEqual(away);
  expect(whileAway.headers.getSetCookie()).toEqual([]);
  expect(back.status).toBe(302);
});

it('goes on with what it knows of the provider when that is away for a while', async () => {
  await startLogIn();
  forgetMetadata();
  provider.tell({ isAway: true });

  expect((await startLogIn()).status).toBe(302);
});

it('asks the provider for its description once for many log-ins', async () => {
  forgetMetadata();
  const before = provider.metadataRequests();

  const answers = await Promise.all(Array.from({ length: 5 }, startLogIn));
  await startLogIn();

  expect(answers.map(({ status }) => status)).toEqual([302, 302, 302, 302, 302]);
  expect(provider.metadataRequests()).toBe(before + 1);
});

it.each<[string, Lie]>([
  ['is of another issuer', { metadata: { issuer: 'https://other.example.com' } }],
  ['names no place to log in', { metadata: { authorization_endpoint: undefined } }],
  ['is missing', { status: 404 }],
])('refuses a description that %s', async (_, lie) => {
  provider.tell(lie);
  const other = await createWorld({ env: environment(), ownerless: true });

  const answer = await answerOf(await fetch(`${other.app.url}/auth/oidc/log-in`, { redirect: 'manual' }));
  await other.close();

  expect(refusalIn(answer)).toEqual({
    status: 502,
    code: 'PROVIDER_FAILED',
    message: 'The metadata of the OpenID provider is invalid; see the log of the server.',
  });
});

it('gives the cookie ten minutes', async () => {
  const { location, cookie } = await beginLogIn(world.app);
  nonce = location.searchParams.get('nonce')!;
  const state = location.searchParams.get('state')!;
  provider.tell({ claims: verified() });
  clock.advance(600_000);

  const answer = await callBack(world.app, { code: 'any', state }, cookie);

  expect(refusalIn(answer)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
});

it('binds the cookie to TLS and to the one host', async () => {
  const other = await createWorld({ env: environment({ PUBLIC_URL: 'https://flags.test/base/' }), ownerless: true });

  const { location, setCookie } = await beginLogIn(other.app);
  await other.close();

  expect(location.searchParams.get('redirect_uri')).toBe('https://flags.test/base/auth/oidc/callback');
  expect(setCookie).toMatch(/^__Host-flagstaff_oidc=[\w-]+; Path=\/; Secure; Max-Age=600; HttpOnly; SameSite=Lax$/);
});

it('goes by where it listens, never by the Host header, when it is not told where it is reached', async () => {
  const other = await createWorld({ env: environment({ PUBLIC_URL: '' }), ownerless: true });
  const { port } = new URL(other.app.url);

  const { location } = await beginLogIn({ url: `http://127.0.0.1:${port}` });
  await other.close();

  expect(location.searchParams.get('redirect_uri')).toBe(`http://localhost:${port}/auth/oidc/callback`);
});

it('does not use a code up for a HEAD request', async () => {
  const { cookie } = await beginLogIn(world.app);
  const before = provider.tokenRequests.length;

  const response = await fetch(`${world.app.url}/auth/oidc/callback?code=x&state=y`, { method: 'HEAD', headers: { cookie } });

  expect(response.status).toBe(405);
  expect(provider.tokenRequests).toHaveLength(before);
});

it('writes nothing that the provider sent into the log', async () => {
  let idToken = '';
  await logIn({
    claims: { email: 'secret.person@example.com' },
    idToken: async (claims) => (idToken = await provider.signWithOtherKey(claims)),
  });
  await logIn({ token: { status: 400, body: '{"error":"some_error","error_description":"secret.person"}' } });

  const log = JSON.stringify(world.logLines());

  expect(log).toContain('a log-in through the OpenID provider failed');
  const secrets = [idToken, idToken.split('.')[1]!, 'the-access-token-of-the-provider', 'secret.person', nonce, CLIENT_SECRET];
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
});

it('notes who failed to log in, and not that the provider failed', async () => {
  const opened = await openTestDatabase();
  const config = readConfig({ NODE_ENV: 'test', JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'k'.repeat(32), ...environment() });
  const log = pino({ level: 'silent' });
  const changes = new ChangeService({ database: opened.database, clock, cipher: new Cipher('k', 'idempotency') });
  const noted = new FailedAuthentications({ database: opened.database, clock, secret: 'k', days: 1, onError: fail });
  const sessions = new SessionService({ changes, tokens: new Tokens(config.jwtSecret), sessionDays: 1, attempts: UNLIMITED });
  const rateLimits = new RateLimits({ settings: config.rateLimits });
  const app = Fastify();
  addErrorHandlers(app, log);
  const addressOf = createAddressOf([]);
  const oidc = createOidc(config, { changes, sessions, failed: noted, clock, log });
  addOidc(app, { ...config, rateLimits, addressOf, sessionCookies: createSessionCookies(config), oidc });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const attempt = async (lie: Lie): Promise<Answer> => {
    provider.tell(lie);
    const { location, cookie } = await beginLogIn({ url });
    nonce = location.searchParams.get('nonce')!;
    return callBack({ url }, { code: 'any', state: location.searchParams.get('state')! }, cookie, { 'user-agent': 'test' });
  };

  const answers = [
    await attempt({ claims: { email: 'ada@example.com' } }),
    await attempt({ claims: { nonce: 'x' } }),
    await attempt({ token: { status: 500, body: '' } }),
    await callBack({ url }, { code: 'any', state: 'x' }, null, { 'user-agent': 'test' }),
  ];
  await noted.flush();
  const rows = await opened.dataSource.query<object[]>(
    `SELECT kind, address, user_agent AS "userAgent", account, count FROM failed_authentication ORDER BY account NULLS FIRST`,
  );
  await app.close();
  rateLimits.close();
  await opened.close();

  expect(answers.map(({ status }) => status)).toEqual([403, 401, 502, 400]);
  const row = { kind: 'OIDC', address: '127.0.0.1', userAgent: 'test' };
  expect(rows).toEqual([
    { ...row, account: null, count: 2 },
    { ...row, account: noted.hashOf('ada@example.com'), count: 1 },
  ]);
});

async function makeMemberOfSomething(): Promise<{ email: string }> {
  const { organization } = await make<{ organization: { id: string } }>(
    world.client(world.owner.accessToken),
    'createOrganization',
    { key: uniqueKey('organization'), name: 'Some' },
    'organization { id }',
  );
  return makeMember(world, 'ADMIN', { organizationId: organization.id });
}

function fail(error: unknown): void {
  throw error;
}
