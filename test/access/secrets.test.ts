/**
 * Secrets are not in logs, errors and URLs, nor in clear in the database: every kind of secret is made and used in every
 * way, also wrong ones, and then searched for wherever it may have been left. Only the answer that is meant to show it
 * contains it.
 */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { Client } from 'pg';
import { readConfig } from '../../src/config';
import { digestOfMutation } from '../../src/graphql/mutation-digests';
import type { FailedAuthentications } from '../../src/modules/access/failed-authentications';
import { beginLogIn, passProvider, PUBLIC_URL } from '../oidc/support/browser';
import { CLIENT, startHonestProvider, type HonestProvider } from '../oidc/support/honest-provider';
import { databasePlaces, filePlaces, findIn, guessesOf, type LeakSource } from '../support/leaks';
import { eventually, uniqueKey } from '../support/make';
import { uniqueEmail } from '../support/members';
import { cleanUpProcesses, freePort, makePlace, runProgram } from '../support/processes';
import { openSocket } from '../support/raw-socket';
import { startSmtp, type SmtpWorld } from '../support/smtp';
import { authorization, createWorld, isEmbedded, type World } from '../support/world';

const drawn = (name: string): string => `${name}-${randomBytes(12).toString('hex')}`;
/** Every secret of the scene, by its description. */
const secrets = new Map<string, string>();
/** Secrets that can be guessed, so that a fast digest of one is as good as the text. */
const passwords = new Map<string, string>();
const answers: { readonly place: LeakSource; readonly shown: readonly string[] }[] = [];

function secret(name: string, text: string | null | undefined): string {
  if (!text) throw new Error(`There is no ${name}.`);
  secrets.set(name, text);
  return text;
}

function password(name: string): string {
  const text = drawn('password');
  passwords.set(name, text);
  return secret(name, text);
}

let provider: HonestProvider;
let smtp: SmtpWorld;
let world: World;

const servers = {
  JWT_SECRET: secret('JWT_SECRET', drawn('jwt-secret-of-the-server')),
  JWT_SECRET_PREVIOUS: secret('JWT_SECRET_PREVIOUS', drawn('jwt-secret-of-before')),
  KEY_PEPPER: secret('KEY_PEPPER', drawn('pepper-of-the-server')),
};

beforeAll(async () => {
  provider = await startHonestProvider();
  smtp = await startSmtp();
  secret('OIDC client secret', CLIENT.secret);
  const oidc = { OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret };
  world = await createWorld({
    ownerless: true,
    env: {
      ...servers,
      ...oidc,
      LOG_LEVEL: 'trace',
      PUBLIC_URL,
      OIDC_CREATE_USERS: 'on',
      SMTP_URL: smtp.url,
      MAIL_FROM: 'Flagstaff <flags@example.com>',
    },
  });
});
afterAll(async () => {
  await world.close();
  await smtp.close();
  await provider.close();
  await cleanUpProcesses();
});

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Names of the secrets that the answer may show: it creates them, or repeats one that the request put into another field. */
  readonly shows?: readonly string[];
  readonly at?: Pick<World, 'url'>;
}

/** Returns the text of the answer; the whole answer is searched in the end. */
async function ask({ path = '/graphql', method = 'POST', headers = {}, body, shows = [], at = world }: Asked): Promise<string> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(new URL(path, at.url), {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...sent,
  });
  const text = await response.text();
  const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  const what = `answer ${answers.length} to ${method} ${path.slice(0, 40)} ${JSON.stringify(body ?? null).slice(0, 60)}`;
  answers.push({ place: { name: what, text: `${response.status}\n${head}\n${text}` }, shown: shows });
  return text;
}

type Payload = Record<string, string> & { readonly userErrors: readonly { readonly code: string }[] };

/** Runs a mutation; `credential` and `repeatKey` go into headers. */
async function mutate(
  name: string,
  input: object,
  selection: string,
  options: {
    readonly credential?: string;
    readonly repeatKey?: string;
    readonly shows?: readonly string[];
    readonly at?: Pick<World, 'url'>;
  } = {},
): Promise<Payload> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code message path } } }`;
  const repeated: Record<string, string> = options.repeatKey === undefined ? {} : { 'idempotency-key': options.repeatKey };
  const text = await ask({
    headers: { ...authorization(options.credential), ...repeated },
    body: { query, variables: { input } },
    shows: options.shows,
    at: options.at,
  });
  const answer = JSON.parse(text) as { data?: Record<string, Payload> };
  return answer.data?.[name] ?? ({ userErrors: [{ code: text }] } as unknown as Payload);
}

const TOKENS = 'accessToken refreshToken';
const codesOf = ({ userErrors }: Payload): string[] => userErrors.map(({ code }) => code);

interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
}

async function logIn(name: string, email: string, text: string): Promise<Session> {
  const shows = [`access token of ${name}`, `refresh token of ${name}`];
  return keepSession(name, await mutate('logIn', { email, password: text }, TOKENS, { shows }));
}

function keepSession(name: string, { accessToken, refreshToken, userErrors }: Payload): Session {
  if (!accessToken || !refreshToken) throw new Error(JSON.stringify(userErrors));
  secret(`access token of ${name}`, accessToken);
  secret(`refresh token of ${name}`, refreshToken);
  return { accessToken, refreshToken };
}

const owner = { email: uniqueEmail('owner'), name: 'Owner' };
let session: Session;
let organizationId: string;
let environmentId: string;
const keys: Record<string, string> = {};

describe('while every secret is made and used in every way', () => {
  it('creates the first owner with the set-up token', async () => {
    const setUpToken = secret('set-up token', world.app.setUpToken ?? '');
    const right = password("the owner's first password");
    const attempt = (input: object): Promise<Payload> =>
      mutate('createFirstOwner', { ...owner, setUpToken, password: right, ...input }, 'user { id }');

    expect(codesOf(await attempt({ setUpToken: secret('wrong set-up token', drawn('set-up')) }))).toEqual(['WRONG_CREDENTIALS']);
    expect(codesOf(await attempt({ password: secret('too short password', 'sh0rt!Q') }))).toEqual(['OUT_OF_RANGE']);
    expect(codesOf(await attempt({}))).toEqual([]);
    expect(codesOf(await attempt({}))).toEqual(['ALREADY_SET_UP']);
  });

  it('logs in, refreshes, and refuses a used token', async () => {
    const { email } = owner;
    const right = passwords.get("the owner's first password")!;
    expect(codesOf(await mutate('logIn', { email, password: password('a wrong password') }, TOKENS))).toEqual([
      'WRONG_CREDENTIALS',
    ]);
    // People type it into the wrong field.
    expect(codesOf(await mutate('logIn', { email: right, password: right }, TOKENS))).toEqual(['WRONG_CREDENTIALS']);
    const first = await logIn('the first log-in', email, right);
    const shows = ['access token of the refresh', 'refresh token of the refresh'];
    keepSession('the refresh', await mutate('refreshSession', { refreshToken: first.refreshToken }, TOKENS, { shows }));
    expect(codesOf(await mutate('refreshSession', { refreshToken: first.refreshToken }, TOKENS))).toEqual(['WRONG_CREDENTIALS']);
    const unknown = secret('unknown refresh token', `fs_refresh_${randomBytes(32).toString('base64url')}`);
    expect(codesOf(await mutate('refreshSession', { refreshToken: unknown }, TOKENS))).toEqual(['WRONG_CREDENTIALS']);
  });

  it('changes and resets the password', async () => {
    const { email } = owner;
    const { accessToken } = await logIn('the second log-in', email, passwords.get("the owner's first password")!);
    const wanted = {
      currentPassword: passwords.get("the owner's first password")!,
      newPassword: password("the owner's second password"),
    };
    const change = (input: object): Promise<Payload> =>
      mutate('changePassword', input, 'user { id }', { credential: accessToken, repeatKey: 'change-once' });
    expect(codesOf(await change({ ...wanted, currentPassword: password('a wrong current password') }))).toEqual([
      'WRONG_CREDENTIALS',
    ]);
    expect(codesOf(await change(wanted))).toEqual([]);
    expect(codesOf(await change(wanted))).toEqual([]);
    // A server that kept a plain digest of the input would let anybody try passwords on it.
    secret('digest of the change of the password', digestOfMutation('changePassword', wanted));

    await mutate('requestPasswordReset', { email }, 'revisions { revision }');
    const mail = await eventually(async () => smtp.mails[0]);
    const token = secret('reset token', /fs_reset_[A-Za-z0-9_-]+/.exec(mail.text)?.[0] ?? '');
    const newPassword = password("the owner's third password");
    const wrong = secret('wrong reset token', `fs_reset_${randomBytes(32).toString('base64url')}`);
    expect(codesOf(await mutate('resetPassword', { token: wrong, newPassword }, 'user { id }'))).toEqual(['EXPIRED']);
    expect(codesOf(await mutate('resetPassword', { token, newPassword }, 'user { id }'))).toEqual([]);
    expect(codesOf(await mutate('resetPassword', { token, newPassword }, 'user { id }'))).toEqual(['EXPIRED']);
    session = await logIn('the session', email, newPassword);
  });

  it('invites somebody', async () => {
    const credential = session.accessToken;
    const made = await mutate('createOrganization', { key: uniqueKey('acme'), name: 'Acme' }, 'organization { id }', {
      credential,
    });
    organizationId = (made.organization as unknown as { id: string }).id;
    const token = secret('invitation token', await invite(uniqueEmail('invited')));
    const accept = { name: 'Invited', password: password('the password of the invited') };
    const wrong = secret('wrong invitation token', `fs_invitation_${randomBytes(32).toString('base64url')}`);
    const tryIt = (input: object): Promise<Payload> => mutate('acceptInvitation', { ...accept, token, ...input }, 'user { id }');
    expect(codesOf(await tryIt({ token: wrong }))).toEqual(['NOT_FOUND']);
    expect(codesOf(await tryIt({ password: secrets.get('too short password') }))).toEqual(['OUT_OF_RANGE']);
    expect(codesOf(await tryIt({}))).toEqual([]);
    expect(codesOf(await tryIt({}))).toEqual(['NOT_FOUND']);
  });

  it('creates keys of all kinds', async () => {
    const credential = session.accessToken;
    const project = await mutate('createProject', { organizationId, key: uniqueKey('shop'), name: 'Shop' }, 'project { id }', {
      credential,
    });
    const projectId = (project.project as unknown as { id: string }).id;
    const environment = await mutate('createEnvironment', { projectId, key: 'test', name: 'Test' }, 'environment { id }', {
      credential,
    });
    environmentId = (environment.environment as unknown as { id: string }).id;
    const flag = { projectId, key: 'a-flag', name: 'Flag', valueType: 'BOOLEAN', isClientAvailable: true };
    await mutate('createFlag', flag, 'flag { id }', { credential });
    for (const kind of ['SERVER', 'CLIENT', 'MOBILE', 'ADMIN']) {
      const place = kind === 'ADMIN' ? { organizationId, role: 'ADMIN' } : { environmentId };
      const name = `${kind} key`;
      const options = { credential, repeatKey: `key-${kind}`, shows: [name] };
      const input = { kind, name, ...place };
      const payload = await mutate('createApiKey', input, 'secret apiKey { id }', options);
      keys[kind] = secret(name, payload.secret);
      expect((await mutate('createApiKey', input, 'secret', options)).secret).toBe(keys[kind]);
      const apiKeyId = (payload.apiKey as unknown as { id: string }).id;
      const rotated = await mutate('rotateApiKey', { apiKeyId }, 'secret', { credential, shows: [`successor of the ${name}`] });
      secret(`successor of the ${name}`, rotated.secret);
    }
    const gone = await mutate('createApiKey', { kind: 'SERVER', name: 'Gone', environmentId }, 'secret apiKey { id }', {
      credential,
      shows: ['revoked key'],
    });
    secret('revoked key', gone.secret);
    await mutate('revokeApiKey', { apiKeyId: (gone.apiKey as unknown as { id: string }).id }, 'apiKey { id }', { credential });
  });

  it('uses keys and tokens in their scope and outside of it', async () => {
    const all = { ...keys, revoked: secrets.get('revoked key')!, user: session.accessToken, refresh: session.refreshToken };
    const context = { context: { targetingKey: 'ada' } };
    const evaluate = `query ($keys: [String!]) { evaluate(contexts: [{ targetingKey: "ada" }], flagKeys: $keys) { revision results { evaluations { flagKey errorMessage } } } }`;
    for (const [name, text] of Object.entries(all)) {
      const own = [...secrets].filter(([, value]) => value === text).map(([known]) => known);
      const cut = secret(`cut ${name}`, `${text.slice(0, -1)}${text.endsWith('x') ? 'y' : 'x'}`);
      for (const credential of [text, cut, `${text}${text}`]) {
        await ask({ headers: authorization(credential), body: { query: evaluate } });
        await ask({ headers: { authorization: credential }, body: { query: evaluate } });
        await ask({
          headers: { authorization: `Basic ${Buffer.from(`${credential}:`).toString('base64')}` },
          body: { query: evaluate },
        });
        await ask({ path: '/ofrep/v1/evaluate/flags', headers: { 'x-api-key': credential }, body: context });
        await ask({
          path: '/environments/test/flags',
          headers: { authorization: credential },
          body: { key: 'ada', kind: 'user' },
        });
      }
      // URLs contain it by mistake: accepted nowhere.
      for (const path of [
        '/graphql',
        '/ofrep/v1/evaluate/flags',
        '/ofrep/v1/event-stream',
        '/auth/oidc/log-in',
        '/livez',
        '/nowhere',
      ]) {
        const query = `?authorization=Bearer%20${text}&api_key=${text}&access_token=${text}&ticket=${text}&token=${text}`;
        const answer = await ask({
          path: path + query,
          method: path === '/graphql' ? 'GET' : 'POST',
          headers: { 'apollo-require-preflight': 'yes' },
        });
        expect(answer).not.toContain('a-flag');
      }
      // A path leads nowhere with it, and says so to the client that sent it.
      await ask({ path: `/${text}`, method: 'GET', shows: own });
      await ask({ path: `/ofrep/v1/evaluate/flags/${text}`, headers: authorization(keys.CLIENT), body: context, shows: own });
      await ask({
        path: `/environments/${text}/flags`,
        headers: authorization(keys.CLIENT),
        body: { key: 'ada', kind: 'user' },
        shows: own,
      });
      await ask({
        path: `/organizations/${text}/audit-log.jsonl`,
        method: 'GET',
        headers: authorization(session.accessToken),
        shows: own,
      });
      // Used as flag keys, ids and numbers.
      const inside = authorization(keys.SERVER);
      await ask({ headers: inside, body: { query: evaluate, variables: { keys: [text] } }, shows: own });
      await ask({
        headers: inside,
        body: { query: `query ($id: ID!) { node(id: $id) { id } }`, variables: { id: text } },
        shows: own,
      });
      await ask({
        headers: inside,
        body: { query: `query ($n: Int) { organizations(first: $n) { totalCount } }`, variables: { n: text } },
        shows: own,
      });
      await ask({ headers: inside, body: { query: `query ${/^\w+$/.test(text) ? text : 'X'} { nothing }` }, shows: own });
      await ask({
        headers: { ...inside, 'x-request-id': text, 'user-agent': text },
        body: { query: '{ __typename }' },
        shows: own,
      });
    }
  });

  it('shows no input with a password in messages about its type', async () => {
    const text = password('a password in an input of the wrong type');
    const query = 'mutation ($input: LogInInput!) { logIn(input: $input) { accessToken } }';
    const digits = secret('a password of digits', `${Date.now()}${Math.floor(Math.random() * 9)}`);
    for (const input of [
      { email: 5, password: text },
      { password: text },
      { email: 'a@b.c', password: text, more: 1 },
      [{ password: text }],
    ]) {
      expect(await ask({ body: { query, variables: { input } } })).toContain('BAD_USER_INPUT');
    }
    const answer = await ask({ body: { query, variables: { input: { email: 'a@b.c', password: Number(digits) } } } });
    expect(JSON.parse(answer)).toMatchObject({
      errors: [
        { message: 'Variable "$input" got invalid value … at "input.password"; String cannot represent a non string value.' },
      ],
    });
    await ask({ body: { query: `mutation { logIn(input: { email: "a@b.c", password: ${digits} }) { accessToken } }` } });
    await ask({ body: { query: `mutation { refreshSession(input: { refreshToken: ${digits} }) { accessToken } }` } });
  });

  it('uses them over WebSocket', async () => {
    for (const [name, text] of secrets) {
      const socket = await openSocket(world);
      socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${text}` } });
      const first = await Promise.race([socket.next(), socket.closed]);
      const shown: unknown[] = [first];
      if ((first as { type?: string }).type === 'connection_ack') {
        socket.send({ id: '1', type: 'subscribe', payload: { query: `{ viewer { apiKey { id name } } }`, operationName: text } });
        shown.push(await socket.next());
        socket.close();
      }
      shown.push(await socket.closed);
      // An operation of that name is not there, which is said to the client that asked for it.
      answers.push({ place: { name: `socket with ${name}`, text: JSON.stringify(shown) }, shown: [name] });
      const elsewhere = await openSocket(world);
      elsewhere.send({ type: 'connection_init', payload: { token: text, 'x-api-key': text, authorization: [text] } });
      answers.push({
        place: {
          name: `socket with ${name} elsewhere`,
          text: JSON.stringify(await Promise.race([elsewhere.next(), elsewhere.closed])),
        },
        shown: [],
      });
      elsewhere.close();
    }
  });

  it('logs in through a provider', async () => {
    const login = drawn('login');
    provider.people.set(login, { email: uniqueEmail('grace'), email_verified: true, name: 'Grace' });
    const { location, cookie } = await beginLogIn(world.app);
    secret('cookie of the log-in', cookie.split('=')[1]);
    const back = await passProvider(location, login);
    const code = secret('code of the provider', back.searchParams.get('code'));
    const path = (search: string): string => `/auth/oidc/callback${search}`;
    const headers = { cookie, accept: 'application/json' };
    const shows = ['access token of the provider', 'refresh token of the provider'];
    await ask({ path: path(back.search), method: 'GET', headers: { accept: 'application/json' } });
    const text = await ask({ path: path(back.search), method: 'GET', headers, shows });
    keepSession('the provider', JSON.parse(text) as Payload);
    expect(await ask({ path: path(back.search), method: 'GET', headers })).not.toContain(code);
  });

  it('fails in the middle of an operation', async () => {
    const { connection } = world.app.database;
    const lines = world.logLines().length;
    let current = passwords.get("the owner's third password")!;
    const { refreshToken } = await logIn('the session that fails', owner.email, current);
    const credential = session.accessToken;
    for (const table of ['refresh_token', 'session', 'app_user', 'password_reset', 'api_key', 'idempotency_record', 'change']) {
      const shows = [`access token of a time without ${table}`, `refresh token of a time without ${table}`];
      const next = password(`a password while ${table} is away`);
      await connection.query(`ALTER TABLE "${table}" RENAME TO elsewhere`);
      const tokens = await mutate('logIn', { email: owner.email, password: current }, TOKENS, { shows });
      if (tokens.accessToken) keepSession(`a time without ${table}`, tokens);
      if (table.endsWith('token')) await mutate('refreshSession', { refreshToken }, TOKENS);
      const key = { kind: 'SERVER', name: 'Never', environmentId };
      const made = await mutate('createApiKey', key, 'secret', {
        credential,
        repeatKey: table,
        shows: [`key while ${table} is away`],
      });
      if (made.secret) secret(`key while ${table} is away`, made.secret);
      await mutate('resetPassword', { token: secrets.get('wrong reset token'), newPassword: next }, 'user { id }');
      const change = { currentPassword: current, newPassword: next };
      const changed = await mutate('changePassword', change, 'user { id }', { credential });
      if (changed.user) current = next;
      await ask({
        headers: authorization(secrets.get('successor of the SERVER key')),
        body: { query: '{ viewer { apiKey { id } } }' },
      });
      await connection.query(`ALTER TABLE elsewhere RENAME TO "${table}"`);
    }
    // A row that is refused whole is shown whole, by PostgreSQL.
    await connection.query(`ALTER TABLE app_user ADD CONSTRAINT nobody CHECK (name <> 'Nobody')`);
    const token = secret('second invitation token', await invite(uniqueEmail('nobody')));
    const refused = await mutate(
      'acceptInvitation',
      { token, name: 'Nobody', password: password('the password of nobody') },
      'user { id }',
    );
    await connection.query('ALTER TABLE app_user DROP CONSTRAINT nobody');

    expect(refused.userErrors[0]!.code).toContain('INTERNAL_SERVER_ERROR');
    const failed = world
      .logLines()
      .slice(lines)
      .filter(({ msg }) => msg === 'request failed');
    expect(failed.length).toBeGreaterThan(5);
    expect(failed.at(-1)).toMatchObject({
      err: { code: '23514', constraint: 'nobody', stack: expect.stringContaining('at ') as string },
    });
  });

  it('shows the audit log in every form', async () => {
    const credential = session.accessToken;
    const headers = authorization(credential);
    const exported = await ask({ path: `/organizations/${organizationId}/audit-log.jsonl`, method: 'GET', headers });
    expect(exported.split('\n').length).toBeGreaterThan(10);
    const query = `query ($id: ID!) { auditLog(organizationId: $id, first: 100) { nodes { sequence change { kind items { before after } } } } organization(id: $id) { apiKeys { nodes { id name prefix } } } viewer { sessions { id userAgent } } }`;
    expect(await ask({ headers, body: { query, variables: { id: organizationId } } })).toContain('API_KEY_CREATED');
  });
});

describe('a process of its own', () => {
  it('leaves no secret on its output, in its files and its database, whatever is unavailable', async () => {
    const place = await makePlace();
    const closed = await freePort();
    const databaseUrl = new URL(place.DATABASE_URL ?? 'postgres://root@127.0.0.1');
    databaseUrl.password = secret('password of the database', drawn('database'));
    const ownerPassword = password('OWNER_PASSWORD');
    const program = runProgram({
      ...place,
      ...servers,
      ...(isEmbedded ? {} : { DATABASE_URL: databaseUrl.href }),
      LOG_LEVEL: 'trace',
      NODE_ENV: 'production',
      OWNER_EMAIL: owner.email,
      OWNER_PASSWORD: ownerPassword,
      REDIS_URL: `redis://user:${secret('password of Redis', drawn('redis'))}@127.0.0.1:${closed}`,
      SMTP_URL: `smtp://user:${secret('password of SMTP', drawn('smtp'))}@127.0.0.1:${closed}`,
      MAIL_FROM: 'flags@example.com',
      OIDC_ISSUER: `https://127.0.0.1:${closed}`,
      OIDC_CLIENT_ID: 'flagstaff',
      OIDC_CLIENT_SECRET: secret('OIDC client secret of the process', drawn('oidc')),
      PUBLIC_URL: 'https://flags.example.com',
    });
    const at = { url: await program.listening };
    const shows = ['access token of the process', 'refresh token of the process'];
    const tokens = await mutate('logIn', { email: owner.email, password: ownerPassword }, TOKENS, { at, shows });
    const { accessToken: credential } = keepSession('the process', tokens);
    await mutate('logIn', { email: owner.email, password: secrets.get('a wrong password') }, TOKENS, { at });
    await mutate('requestPasswordReset', { email: owner.email }, 'revisions { revision }', { at });
    const made = await mutate('createOrganization', { key: uniqueKey('acme'), name: 'Acme' }, 'organization { id }', {
      at,
      credential,
    });
    const organization = made.organization as unknown as { id: string };
    const key = { kind: 'ADMIN', name: 'Automation', role: 'ADMIN', organizationId: organization.id };
    const ofKey = { at, credential, repeatKey: 'once', shows: ['key of the process'] };
    const { secret: text } = await mutate('createApiKey', key, 'secret', ofKey);
    secret('key of the process', text);
    await mutate('createApiKey', key, 'secret', ofKey);
    await ask({ at, headers: authorization(text), body: { query: '{ organizations { totalCount } }' } });
    await ask({ at, headers: authorization(`${text}x`), body: { query: '{ organizations { totalCount } }' } });
    await ask({ at, path: `/graphql/${text}?key=${text}`, method: 'GET', shows: ['key of the process'] });
    await ask({ at, path: '/auth/oidc/log-in', method: 'GET' });
    await eventually(async () => program.stdout().includes('an e-mail could not be sent'));
    program.signal('SIGTERM');
    const { code, stderr } = await program.ended;

    expect(code).toBe(0);
    const output = [
      { name: 'stdout', text: program.stdout() },
      { name: 'stderr', text: stderr },
    ];
    const kept = isEmbedded ? filePlaces(place.DATA_DIR!) : await placesOf(databaseUrl.href);
    expect(findIn(output, new Map([['its address', at.url]]))).toEqual(['its address: plain in stdout']);
    expect(findIn(kept, new Map([['the e-mail', owner.email]]))).not.toEqual([]);
    expect(findIn([...output, ...kept], secrets)).toEqual([]);
    expect(findIn([...output, ...kept], guessesOf(passwords))).toEqual([]);
  }, 180_000);

  it('says why it cannot reach its database, without the password', async () => {
    const text = secret('password of a database that is away', drawn('away'));
    const url = `postgres://root:${text}@127.0.0.1:${await freePort()}/flagstaff`;
    const program = runProgram({ ...servers, DATABASE_URL: url, LOG_LEVEL: 'trace' });
    const { code, stderr } = await program.ended;

    expect(code).toBe(1);
    expect(stderr).toContain('Flagstaff cannot start: ');
    expect(findIn([{ name: 'output', text: program.stdout() + stderr }], secrets)).toEqual([]);
  }, 120_000);

  it.each([
    'DATABASE_URL',
    'REDIS_URL',
    'SMTP_URL',
    'OIDC_ISSUER',
    'PUBLIC_URL',
    'JWT_SECRET',
    'JWT_SECRET_PREVIOUS',
    'KEY_PEPPER',
    'OWNER_PASSWORD',
    'OIDC_CLIENT_SECRET',
  ])('names a bad %s and not its value', (name) => {
    const value = name.endsWith('_URL') || name === 'OIDC_ISSUER' ? 'foo://user:s3cr3t@127.0.0.1:99999999/x' : 's3cr3t';
    const fault = faultOf({ ...servers, DATA_DIR: tmpdir(), [name]: value });

    expect(fault).toContain(name);
    expect(fault).not.toContain('s3cr3t');
  });
});

describe('afterwards', () => {
  const control = (): ReadonlyMap<string, string> =>
    new Map([['the path of the export', `/organizations/${organizationId}/audit-log.jsonl`]]);

  it('finds no secret and no password hash in any log line', () => {
    const places = world
      .logLines()
      .map((line, i): LeakSource => ({ name: `line ${i} ${String(line.msg)}`, text: JSON.stringify(line) }));
    const all = [{ name: 'the log', text: places.map(({ text }) => text).join('\n') }];

    expect(findIn(all, control())).toEqual(['the path of the export: plain in the log']);
    expect(findIn(places, new Map([...secrets, ['a password hash', '$argon2id$']]))).toEqual([]);
    expect(findIn(places, guessesOf(passwords))).toEqual([]);
  });

  it('finds no secret in any answer that must not show it', () => {
    const found = answers.flatMap(({ place, shown }) => {
      const hidden = new Map(
        [...secrets, ['a password hash', '$argon2id$']].filter(([name]) => !shown.includes(name!)) as [string, string][],
      );
      // One that is shown may be a part of another, as the key is of the cut key.
      const shownTexts = shown.map((name) => secrets.get(name) ?? '');
      const text = shownTexts.reduce((rest, known) => (known === '' ? rest : rest.replaceAll(known, '')), place.text);
      return findIn([{ ...place, text }], hidden);
    });

    expect(found).toEqual([]);
    const shown = answers.filter(({ place, shown: [name] }) => name !== undefined && place.text.includes(secrets.get(name)!));
    expect(shown.length).toBeGreaterThan(30);
  });

  it('finds no secret in any column of the database', async () => {
    await flushFailures();
    const places = await databasePlaces((statement) => world.app.database.connection.query(statement));
    const emails = new Map([['the e-mail', owner.email]]);

    expect(findIn(places, emails)).toContain('the e-mail: plain in app_user.email');
    expect(places.find(({ name }) => name === 'failed_authentication.kind')!.text).toContain('API_KEY');
    expect(places.find(({ name }) => name === 'idempotency_record.sealed_result')!.text.length).toBeGreaterThan(100);
    // A user agent is the client's own text, and is kept as such.
    expect(
      findIn(
        places.filter(({ name }) => !name.endsWith('user_agent')),
        secrets,
      ),
    ).toEqual([]);
    expect(findIn(places, guessesOf(passwords))).toEqual([]);
  });
});

function faultOf(env: Record<string, string>): string | null {
  try {
    readConfig(env);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

async function placesOf(url: string): Promise<LeakSource[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await databasePlaces(async <T>(statement: string) => (await client.query(statement)).rows as T);
  } finally {
    await client.end();
  }
}

/** Invites the address, twice with one Idempotency-Key; returns the token from the mail or, without mail, from the answer. */
async function invite(email: string): Promise<string> {
  const before = smtp.mails.length;
  const input = { organizationId, email, role: 'VIEWER' };
  const options = { credential: session.accessToken, repeatKey: email };
  for (let i = 0; i < 2; i++) {
    expect(codesOf(await mutate('inviteMember', input, 'invitationToken', options))).toEqual([]);
  }
  const mail = await eventually(async () => smtp.mails[before]);
  return /fs_invitation_[A-Za-z0-9_-]+/.exec(mail.text)?.[0] ?? '';
}

/** Writes the batch of each minute. */
async function flushFailures(): Promise<void> {
  const { sessions } = world.app.services as unknown as {
    sessions: { options: { attempts: { options: { failures: FailedAuthentications } } } };
  };
  await sessions.options.attempts.options.failures.flush();
}
