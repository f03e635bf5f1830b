/**
 * Every setting of the README's table, and what somebody may write into it by mistake: blanks, the line ends of Windows, a bare
 * percent sign, a number where an address belongs. Each works with the value that was meant, or ends in one sentence that names the
 * variable and says what to write.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readConfig, type Config } from '../../src/config';
import { StartFault } from '../../src/errors';
import { PACKAGE_ROOT } from '../../src/package-root';
import { VARIABLE_NAMES } from '../../src/variables';
import { eventually } from '../support/make';
import { cleanUpProcesses, freePort, makeDataDir, makePlace, runProgram } from '../support/processes';
import { startSmtp } from '../support/smtp';
import { createWorld } from '../support/world';

jest.setTimeout(240_000);

afterEach(cleanUpProcesses);

type Env = Readonly<Record<string, string>>;

const HOSTILE = {
  percent: '%',
  negative: '-1',
  huge: '99999999999999999999',
  broken: 'http://[',
  words: 'some words',
  scheme: 'ftp://example.com',
  long: 'x'.repeat(100_000),
} as const;
type Kind = keyof typeof HOSTILE;

interface Setting {
  /** A right value, which is not the default. */
  readonly good: string;
  /** The value that the configuration then has. */
  readonly read: (config: Config) => unknown;
  readonly means: unknown;
  /** Settings that it needs beside it. */
  readonly beside?: Env;
  /** The sentence for each hostile value that is not a right one. */
  readonly refusal: string;
  /** The hostile values that are right ones here, or that have a sentence of their own. */
  readonly takes?: Partial<Record<Kind, string | null>>;
}

const TAKEN: Record<Kind, null> = {
  percent: null,
  negative: null,
  huge: null,
  broken: null,
  words: null,
  scheme: null,
  long: null,
};
const anyText = (good: string, read: Setting['read'], beside: Env = {}): Setting => ({
  ...{ good, read, means: good, beside },
  refusal: 'takes any text',
  takes: TAKEN,
});
const number = (good: number, bounds: string, read: Setting['read'], beside: Env = {}): Setting => ({
  ...{ good: String(good), read, means: good, beside },
  refusal: `must be a whole number from ${bounds}`,
});
const perMinute = (name: keyof Config['rateLimits']): Setting =>
  number(17, '1 to 999999999', ({ rateLimits }) => rateLimits[name]);
const limit = (good: number, bounds: string, name: keyof Config['limits']): Setting =>
  number(good, bounds, ({ limits }) => limits[name]);

const SECRET = 's'.repeat(32);
const SHORT = 'must have at least 32 characters';
const OIDC = { OIDC_ISSUER: 'https://id.example.com', OIDC_CLIENT_ID: 'flagstaff' };
const MAIL = { SMTP_URL: 'smtp://mail.example.com', MAIL_FROM: 'flags@example.com' };
const TRACES = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
const ISSUER = 'must be an https URL without query, such as https://id.example.com/realms/main';

const SETTINGS: Readonly<Record<string, Setting>> = {
  PORT: number(4711, '0 to 65535', ({ port }) => port),
  HOST: anyText('0.0.0.0', ({ host }) => host),
  DATABASE_URL: {
    good: 'postgres://u:100%25@h/d',
    read: ({ databaseUrl }) => databaseUrl,
    means: 'postgres://u:100%25@h/d',
    refusal: 'must be a URL such as postgres://user:password@host:5432/database',
  },
  DATABASE_REPLICA_URL: {
    good: 'postgres://u:100%25@h2/d',
    read: ({ databaseReplicaUrl }) => databaseReplicaUrl,
    means: 'postgres://u:100%25@h2/d',
    beside: { DATABASE_URL: 'postgres://h/d' },
    refusal: 'must be a URL such as postgres://user:password@host:5432/database',
  },
  DATABASE_POOL_SIZE: number(7, '2 to 1000', ({ databasePoolSize }) => databasePoolSize),
  EMBEDDED_DATABASE: { good: 'on', read: ({ databaseUrl }) => databaseUrl, means: null, refusal: 'must be on or off' },
  REDIS_URL: {
    good: 'rediss://:p@h:6380/2',
    read: ({ redisUrl }) => redisUrl,
    means: 'rediss://:p@h:6380/2',
    refusal: 'must be a URL such as redis://:password@host:6379',
  },
  DATA_DIR: anyText('./elsewhere', ({ dataDir }) => dataDir),
  OWNER_EMAIL: anyText('a@b.example', ({ owner }) => owner?.email, { OWNER_PASSWORD: 'correct horse' }),
  OWNER_PASSWORD: anyText('correct horse', ({ owner }) => owner?.password, { OWNER_EMAIL: 'a@b.example' }),
  JWT_SECRET: { good: SECRET, read: ({ jwtSecret }) => jwtSecret, means: SECRET, refusal: SHORT, takes: { long: null } },
  JWT_SECRET_PREVIOUS: {
    good: `${SECRET}, ${SECRET}2`,
    read: ({ jwtSecretsPrevious }) => jwtSecretsPrevious,
    means: [SECRET, `${SECRET}2`],
    refusal: 'must list secrets of at least 32 characters, separated by commas',
    takes: { long: null },
  },
  SESSION_DAYS: number(3, '1 to 365', ({ sessionDays }) => sessionDays),
  KEY_PEPPER: { good: SECRET, read: ({ keyPepper }) => keyPepper, means: SECRET, refusal: SHORT, takes: { long: null } },
  KEY_UNUSED_DAYS: number(3, '0 to 3650', ({ keyUnusedDays }) => keyUnusedDays),
  SMTP_URL: {
    good: 'smtps://u:p%23@mail.example.com',
    read: ({ smtp }) => smtp?.url,
    means: 'smtps://u:p%23@mail.example.com',
    beside: { MAIL_FROM: MAIL.MAIL_FROM },
    refusal: 'must be a URL such as smtps://user:password@mail.example.com',
  },
  MAIL_FROM: {
    good: 'Flags, Inc. <flags@example.com>',
    read: ({ smtp }) => smtp?.from,
    means: '"Flags, Inc." <flags@example.com>',
    beside: { SMTP_URL: MAIL.SMTP_URL },
    refusal: 'must be an address such as Flagstaff <flags@example.com>',
  },
  PUBLIC_URL: {
    good: 'https://Flags.example.com/a/',
    read: ({ publicUrl }) => publicUrl,
    means: 'https://flags.example.com/a',
    refusal: 'must be a URL such as https://flags.example.com',
  },
  OIDC_ISSUER: {
    good: 'https://id.example.com/x',
    read: ({ oidc }) => oidc?.issuer,
    means: 'https://id.example.com/x',
    beside: { OIDC_CLIENT_ID: OIDC.OIDC_CLIENT_ID },
    refusal: ISSUER,
  },
  OIDC_CLIENT_ID: anyText('client', ({ oidc }) => oidc?.clientId, { OIDC_ISSUER: OIDC.OIDC_ISSUER }),
  OIDC_CLIENT_SECRET: anyText('p', ({ oidc }) => oidc?.clientSecret, OIDC),
  OIDC_SCOPES: {
    good: 'openid roles',
    read: ({ oidc }) => oidc?.scopes,
    means: 'openid roles',
    beside: OIDC,
    refusal: 'must list scopes separated by spaces, including openid',
  },
  OIDC_GROUPS_CLAIM: anyText('roles', ({ oidc }) => oidc?.groupsClaim, OIDC),
  OIDC_ROLES: {
    good: '{"a":\n"ADMIN@acme"}',
    read: ({ oidc }) => oidc?.roles,
    means: [{ group: 'a', role: 'ADMIN', organization: 'acme' }],
    beside: OIDC,
    refusal: 'must list group=ROLE@organization, separated by commas; … is not of that form',
  },
  OIDC_CREATE_USERS: {
    good: 'on',
    read: ({ oidc }) => oidc?.createsUsers,
    means: true,
    beside: OIDC,
    refusal: 'must be on or off',
  },
  TRUSTED_PROXIES: {
    good: '10.0.0.0/8, loopback',
    read: ({ trustedProxies }) => trustedProxies,
    means: ['10.0.0.0/8', 'loopback'],
    refusal: 'must list addresses, networks such as 10.0.0.0/8, or loopback, linklocal, uniquelocal',
  },
  ALLOWED_ORIGINS: {
    good: 'https://App.example.com/ , http://localhost:3000, capacitor://localhost',
    read: ({ allowedOrigins }) => allowedOrigins,
    means: ['https://app.example.com', 'http://localhost:3000', 'capacitor://localhost'],
    refusal: 'must list origins such as https://app.example.com, separated by commas, without paths and wildcards',
  },
  RATE_LIMIT_ANONYMOUS: perMinute('anonymous'),
  RATE_LIMIT_LOG_IN_ADDRESS: perMinute('logInsPerAddress'),
  RATE_LIMIT_LOG_IN_ACCOUNT: perMinute('logInsPerAccount'),
  RATE_LIMIT_CREDENTIAL_FAILURES: perMinute('credentialFailures'),
  RATE_LIMIT_MANAGEMENT: perMinute('management'),
  RATE_LIMIT_SERVER_KEY: perMinute('serverKeys'),
  RATE_LIMIT_CLIENT_ADDRESS: perMinute('clientKeys'),
  OPERATION_COST_MAX: limit(17, '1 to 999999999', 'operationCostMax'),
  INTROSPECTION: { good: 'off', read: ({ limits }) => limits.isIntrospectionOn, means: false, refusal: 'must be on or off' },
  EXECUTION_TIMEOUT_MS: limit(170, '100 to 600000', 'executionTimeoutMs'),
  DRAIN_DELAY_SECONDS: number(17, '0 to 600', ({ drainDelayMs }) => drainDelayMs / 1_000),
  REQUEST_TIMEOUT_MS: limit(170, '100 to 600000', 'requestTimeoutMs'),
  EVENT_LOOP_DELAY_MAX_MS: limit(17, '10 to 60000', 'eventLoopDelayMaxMs'),
  SOCKET_ACCEPT_RATE: limit(17, '1 to 1000000', 'socketAcceptRate'),
  SOCKETS_PENDING_MAX: limit(17, '1 to 1000000', 'socketsPendingMax'),
  FAILED_AUTHENTICATION_DAYS: number(3, '1 to 3650', ({ failedAuthenticationDays }) => failedAuthenticationDays),
  USAGE_RETENTION_DAYS: number(3, '1 to 3650', ({ usageRetentionDays }) => usageRetentionDays),
  REVISION_DAYS: number(3, '1 to 3650', ({ revisionRetention }) => revisionRetention.days),
  REVISIONS_MIN: number(1700, '1000 to 100000000', ({ revisionRetention }) => revisionRetention.revisionsMin),
  STALE_GRACE_SECONDS: number(17, '0 to 86400', ({ staleGraceSeconds }) => staleGraceSeconds),
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    good: 'https://collector.example.com/otlp',
    read: ({ tracing }) => tracing?.endpoint,
    means: 'https://collector.example.com/otlp',
    refusal: 'must be a URL such as http://collector:4318',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    good: 'x-tenant=ours, Authorization=Bearer%20abc',
    read: ({ tracing }) => tracing?.headers,
    means: { 'x-tenant': 'ours', authorization: 'Bearer abc' },
    beside: TRACES,
    refusal: 'must list headers as name=value, separated by commas',
  },
  OTEL_SERVICE_NAME: anyText('flags', ({ tracing }) => tracing?.serviceName, TRACES),
  OTEL_TRACES_SAMPLER_ARG: {
    good: '0.25',
    read: ({ tracing }) => tracing?.sampledShare,
    means: 0.25,
    beside: TRACES,
    refusal: 'must be a share from 0 to 1, such as 0.1',
  },
  METRICS_PORT: number(9464, '1 to 65535', ({ metrics }) => metrics.port),
  METRICS_TOKEN: {
    good: 'an-ordinary-token',
    read: ({ metrics }) => metrics.token,
    means: 'an-ordinary-token',
    refusal: 'must have at least 16 characters, all of them visible ASCII without blanks',
    takes: { huge: null, scheme: null, long: null },
  },
  LOG_REQUESTS: {
    good: 'failed',
    read: ({ logRequests }) => logRequests,
    means: 'failed',
    refusal: 'must be one of all, failed, none',
  },
  LOG_FORMAT: {
    good: 'pretty',
    read: ({ logFormat }) => logFormat,
    means: 'pretty',
    refusal: 'must be one of pretty, json',
  },
  LOG_LEVEL: {
    good: 'debug',
    read: ({ logLevel }) => logLevel,
    means: 'debug',
    refusal: 'must be one of fatal, error, warn, info, debug, trace, silent',
  },
  NODE_ENV: {
    good: 'production',
    read: ({ isProduction }) => isProduction,
    means: true,
    beside: { EMBEDDED_DATABASE: 'on' },
    refusal: 'must be development, production or test',
  },
};

const NAMES = Object.keys(SETTINGS);
const SECRETS = { JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'k'.repeat(32) };

const read = (name: string, value: string): Config => readConfig({ ...SECRETS, ...SETTINGS[name]!.beside, [name]: value });

/** The sentence with which a start ends; null when it goes on. */
function sentenceFor(name: string, value: string): string | null {
  try {
    read(name, value);
    return null;
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    return error.message;
  }
}

/** The variables that a document has in its tables. */
function namesIn(path: string, pattern: RegExp): string[] {
  const text = readFileSync(join(PACKAGE_ROOT, path), 'utf8');
  return [...text.matchAll(pattern)].flatMap(([cell]) => [...cell.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name]) => name!));
}

it('are all in the table of the README, and all tried here', () => {
  const inReadme = namesIn('README.md', /^\| `[^|]+\|/gm);
  const inLimits = namesIn('docs/LIMITS.md', /`RATE_LIMIT_[A-Z_]+`/g);

  expect([...inReadme, ...inLimits].sort()).toEqual([...VARIABLE_NAMES].sort());
  expect([...NAMES].sort()).toEqual([...VARIABLE_NAMES].sort());
});

it.each(NAMES)('%s works with what was meant, without the blanks and line ends around it', (name) => {
  const { good, means, read: of } = SETTINGS[name]!;

  expect(of(read(name, good))).toEqual(means);
  for (const written of [` ${good}`, `${good}\r`, `\t${good} \r\n`, `\u00a0${good}\ufeff`])
    expect(of(read(name, written))).toEqual(means);
});

it.each(NAMES)('%s counts as not set when there are only blanks in it', (name) => {
  const outcome = (value: string): unknown => {
    const sentence = sentenceFor(name, value);
    return sentence ?? read(name, value);
  };

  const unset = outcome('');

  for (const blank of [' ', '\r', ' \t\r\n']) expect(outcome(blank)).toEqual(unset);
});

it.each(NAMES)('%s is refused in one sentence, or taken as it is, whatever else is in it', (name) => {
  const { refusal, takes = {}, read: of } = SETTINGS[name]!;
  const outcomes = Object.entries(HOSTILE).map(([kind, value]) => {
    const sentence = sentenceFor(name, value);
    // Quoted values differ, and the longest would fill the screen.
    const said = sentence?.replace(/"[^"]*"/, '…') ?? null;
    return [kind, said, said === null ? JSON.stringify(of(read(name, value))).includes(value) : false];
  });

  expect(outcomes).toEqual(
    Object.keys(HOSTILE).map((kind) => {
      const own = takes[kind as Kind];
      const isTaken = own === null;
      return [kind, isTaken ? null : `${name} ${own ?? refusal}.`, isTaken];
    }),
  );
});

it.each(NAMES.filter((name) => name !== 'OIDC_ROLES'))('%s is refused with a line end or a control character inside', (name) => {
  const { good } = SETTINGS[name]!;

  for (const inside of ['\n', '\r', '\t', '\u007f'])
    expect(sentenceFor(name, `${good}${inside}${good}`)).toBe(`${name} must be one line, without control characters.`);
});

const ESCAPES = ', with % written as %25, / as %2F, ? as %3F, # as %23 and blanks as %20 in a user or password';
const DATABASE = 'must be a URL such as postgres://user:password@host:5432/database';
const REDIS = 'must be a URL such as redis://:password@host:6379';
const SENTINEL = 'redis+sentinel://:password@host:26379,host:26379/mymaster/0?sentinel_password=password';
const CLUSTER = 'redis+cluster://:password@host:6379,host:6379';
const ONE_HOST =
  'must name one host after redis://; several are redis+sentinel://host:26379,host:26379/mymaster or redis+cluster://host:6379,host:6379';
const SMTP = 'must be a URL such as smtps://user:password@mail.example.com';
const ORIGINS = SETTINGS.ALLOWED_ORIGINS!.refusal;

it.each<[string, string, string]>([
  ...[
    'u:100%@h/d',
    'u:a%zz@h/d',
    'u:a/b@h/d',
    'u:12/34@h/d',
    'u:a#b@h/d',
    'u:a?b@h/d',
    'u:12?b@h/d',
    'u:a b@h/d',
    'u@h:70000/d',
    'u@h/%',
  ].map((rest): [string, string, string] => ['DATABASE_URL', `postgres://${rest}`, DATABASE + ESCAPES]),
  ...[':a%@h', ':a/b@h:1', ':1#b@h', 'h:port'].map((rest): [string, string, string] => [
    'REDIS_URL',
    `redis://${rest}`,
    REDIS + ESCAPES,
  ]),
  ['REDIS_URL', 'redis://h/first', `${REDIS}/0`],
  ['REDIS_URL', 'redis://', `${REDIS}/0`],
  ['REDIS_URL', 'http://h:6379', REDIS],
  ['REDIS_URL', 'redis://a:1,b:2', ONE_HOST],
  ['REDIS_URL', 'rediss://:p@a,b/0', ONE_HOST],
  ...['h', 'h:1,g:2/', 'h/a/b', 'h/a/0/1'].map((rest): [string, string, string] => [
    'REDIS_URL',
    `redis+sentinel://${rest}`,
    `must name the master that its sentinels know after their addresses, and then its database, such as ${SENTINEL}`,
  ]),
  ...['a,,b/m', '/m', '@/m'].map((rest): [string, string, string] => [
    'REDIS_URL',
    `rediss+sentinel://${rest}`,
    rest === '@/m' ? `must be a URL such as ${SENTINEL}${ESCAPES}` : `must be a URL such as ${SENTINEL}`,
  ]),
  ...[':a%@h/m', ':a/b@h:1/m', ':1#b@h/m', 'h:port/m', 'h:1,g:port/m', 'h:1,g h:2/m', ':a/b@h/m?sentinel_password=c'].map(
    (rest): [string, string, string] => ['REDIS_URL', `redis+sentinel://${rest}`, `must be a URL such as ${SENTINEL}${ESCAPES}`],
  ),
  ['REDIS_URL', 'redis+sentinel://h/m?db=1', 'must have no other parameters than sentinel_username and sentinel_password'],
  ...['h:1,g:2/1', 'h/name', 'h?a=b'].map((rest): [string, string, string] => [
    'REDIS_URL',
    `redis+cluster://${rest}`,
    `must be a URL such as ${CLUSTER}, without a database other than 0 and without parameters`,
  ]),
  ['REDIS_URL', 'rediss+cluster://', `must be a URL such as ${CLUSTER}`],
  ['REDIS_URL', 'redis+cluster://:a%@h,g', `must be a URL such as ${CLUSTER}${ESCAPES}`],
  ...['u:a%@h', 'u:a/b@h', 'u:1#b@h'].map((rest): [string, string, string] => ['SMTP_URL', `smtps://${rest}`, SMTP + ESCAPES]),
  ['SMTP_URL', 'smtp://', SMTP],
  ['PUBLIC_URL', 'https://u:p@h', 'must be a URL such as https://flags.example.com, without a user and a query'],
  ['PUBLIC_URL', 'https://h/?a=b', 'must be a URL such as https://flags.example.com, without a user and a query'],
  ['PUBLIC_URL', 'https://h/#a', 'must be a URL such as https://flags.example.com'],
  ['PUBLIC_URL', 'https://h/a b', 'must be a URL such as https://flags.example.com'],
  ['PUBLIC_URL', 'flags.example.com', 'must be a URL such as https://flags.example.com'],
  ...[
    '*',
    'https://*.example.com',
    'app.example.com',
    'localhost:3000',
    'https://h/path',
    'https://h?a',
    'https://u@h',
    'null',
    'file:///a',
    'wss://h',
  ].map((text): [string, string, string] => ['ALLOWED_ORIGINS', `https://app.example.com,${text}`, ORIGINS]),
  ...['flags', '@', 'a@b, c@d', 'Flags <flags>', 'Flags flags@example.com', '<a@b> Flags'].map(
    (text): [string, string, string] => ['MAIL_FROM', text, SETTINGS.MAIL_FROM!.refusal],
  ),
])('%s does not take %s', (name, value, sentence) => {
  expect(sentenceFor(name, value)).toBe(`${name} ${sentence}.`);
});

it.each([
  [
    'sslmode=prefer',
    'must not have sslmode=prefer, which may end in a connection without TLS; write sslmode=require, or sslmode=disable',
  ],
  [
    'sslmode=allow',
    'must not have sslmode=allow, which may end in a connection without TLS; write sslmode=require, or sslmode=disable',
  ],
  ['sslmode=yes', 'must have one of sslmode=disable, require, verify-ca, verify-full'],
  ['sslmode=verify-ca', 'must have sslrootcert=/path/to/ca.pem beside sslmode=verify-ca; sslmode=verify-full can do without'],
  ['sslmode=verify-full&sslrootcert=/no/such/file', 'must name a file that this account may read in sslrootcert'],
  ['sslmode=require&sslcert=/no/such/file', 'must name a file that this account may read in sslcert'],
])('the URLs of the database and its replica do not take %s', (parameters, sentence) => {
  for (const name of ['DATABASE_URL', 'DATABASE_REPLICA_URL'])
    expect(sentenceFor(name, `postgres://h/d?${parameters}`)).toBe(`${name} ${sentence}.`);
});

it.each(['%', '-1', '300.1.1.1', 'http://localhost', '[::1]:80', 'h'.repeat(300)])('HOST does not take %s', async (host) => {
  const starting = createWorld({ env: { HOST: host } });

  await expect(starting).rejects.toThrow(
    new StartFault(`HOST ${host} is not an address of this machine; set it to one, such as 127.0.0.1 or 0.0.0.0.`),
  );
});

it('are all named when all are wrong, in one line without a stack and without the values', async () => {
  const hostile = Object.fromEntries(NAMES.map((name) => [name, 'hunter two']));
  const program = runProgram({ ...hostile, DATA_DIR: makeDataDir() });

  const { code, stderr } = await program.ended;

  const free = NAMES.filter((name) => SETTINGS[name]!.takes?.words === null);
  const named = NAMES.filter((name) => stderr.includes(`${name} `));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Flagstaff cannot start: [^\n]+\.\n$/);
  expect(named).toEqual(NAMES.filter((name) => !free.includes(name)));
  expect(stderr.replace(/OIDC_ROLES [^;]+;[^;]+/, '')).not.toContain('hunter');
});

it('work from a file with the line ends of Windows: the owner logs in, and the link in a mail is whole', async () => {
  const place = await makePlace();
  const smtp = await startSmtp();
  const owner = { OWNER_EMAIL: 'owner@example.com', OWNER_PASSWORD: 'correct horse battery staple' };
  const file = {
    ...Object.fromEntries(NAMES.map((name) => [name, SETTINGS[name]!.good])),
    ...{ EMBEDDED_DATABASE: '', DATABASE_URL: '', DATABASE_REPLICA_URL: '', REDIS_URL: `redis://127.0.0.1:${await freePort()}` },
    ...place,
    ...owner,
    ...{
      HOST: '127.0.0.1',
      PORT: '0',
      SMTP_URL: smtp.url,
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json',
      SESSION_DAYS: '30',
      OPERATION_COST_MAX: '2000',
    },
    // A busy machine must not turn the log-in away.
    ...{ EVENT_LOOP_DELAY_MAX_MS: '60000', EXECUTION_TIMEOUT_MS: '60000', REQUEST_TIMEOUT_MS: '60000' },
  };
  const program = runProgram(Object.fromEntries(Object.entries(file).map(([name, value]) => [name, `${value} \r`])));
  const url = await program.listening;
  const ask = async (query: string, input: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables: { input } }),
    });
    return await response.json();
  };

  const login = await ask('mutation ($input: LogInInput!) { logIn(input: $input) { userErrors { code } } }', {
    email: owner.OWNER_EMAIL,
    password: owner.OWNER_PASSWORD,
  });
  await ask('mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { userErrors { code } } }', {
    email: owner.OWNER_EMAIL,
  });
  const mail = await eventually(async () => smtp.mails[0]);
  program.signal('SIGTERM');
  await program.ended;
  await smtp.close();

  expect(login).toMatchObject({ data: { logIn: { userErrors: [] } } });
  expect(mail.from).toBe('flags@example.com');
  expect(mail.text).toMatch(/^https:\/\/flags\.example\.com\/a\/reset-password#fs_\w+_[\w-]+$/m);
  expect([' ', '\r', ' \r'].filter((end) => existsSync(`${place.DATA_DIR}${end}`))).toEqual([]);
});

it('keep a data directory that cannot be made to one sentence', async () => {
  const parent = makeDataDir();
  mkdirSync(dirname(parent), { recursive: true });
  writeFileSync(parent, '');
  const places = [join(parent, 'below'), join(dirname(parent), 'x'.repeat(300))] as const;

  const endings = await Promise.all(places.map((DATA_DIR) => runProgram({ DATA_DIR, ...SECRETS }).ended));

  const refusal = (place: string, remedy: string): object => ({
    ...{ code: 1, signal: null },
    stderr: `Flagstaff cannot start: The data directory ${place} cannot be used (…); set DATA_DIR to a directory ${remedy}.\n`,
  });
  expect(endings.map((ending) => ({ ...ending, stderr: ending.stderr.replace(/\([^)]+\)/, '(…)') }))).toEqual([
    refusal(places[0], 'that does not lie in a file'),
    refusal(places[1], 'that this account may write to'),
  ]);
});
