/** The only reader of environment variables. Reads them once, checks them all, freezes them. Never logs its secrets. */
import { randomBytes, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isTrustable } from './http/client-address';
import { originOf } from './http/origins';
import { StartFault } from './errors';
import { oidcOf, oidcVariables, type OidcSettings } from './http/oidc/settings';
import type { LimitSettings } from './operations/operations';
import type { RateLimitSettings } from './operations/rate-limits';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const SECRET_LENGTH_MIN = 32;

const secret = z.string().min(SECRET_LENGTH_MIN, `must have at least ${SECRET_LENGTH_MIN} characters`).optional();

const variables = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test'], 'must be development, production or test').default('development'),
  PORT: integer(0, 65_535).default(4000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: urlOf(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/database').optional(),
  DATABASE_POOL_SIZE: integer(2, 1_000).default(10),
  REDIS_URL: urlOf(['redis:', 'rediss:'], 'redis://host:6379').optional(),
  DATA_DIR: z.string().default('./data'),
  OWNER_EMAIL: z.string().optional(),
  OWNER_PASSWORD: z.string().optional(),
  JWT_SECRET: secret,
  JWT_SECRET_PREVIOUS: z
    .string()
    .default('')
    .transform(listed)
    .refine(
      (texts) => texts.every((text) => text.length >= SECRET_LENGTH_MIN),
      `must list secrets of at least ${SECRET_LENGTH_MIN} characters, separated by commas`,
    ),
  KEY_UNUSED_DAYS: integer(0, 3_650).default(90),
  STALE_GRACE_SECONDS: integer(0, 86_400).default(3_600),
  SESSION_DAYS: integer(1, 365).default(30),
  PUBLIC_URL: urlOf(['http:', 'https:'], 'https://flags.example.com').optional(),
  SMTP_URL: urlOf(['smtp:', 'smtps:'], 'smtps://user:password@mail.example.com').optional(),
  MAIL_FROM: z.string().regex(/@/, 'must be an address such as Flagstaff <flags@example.com>').optional(),
  ...oidcVariables,
  KEY_PEPPER: secret,
  FAILED_AUTHENTICATION_DAYS: integer(1, 3_650).default(90),
  USAGE_RETENTION_DAYS: integer(1, 3_650).default(90),
  REVISION_DAYS: integer(1, 3_650).default(30),
  REVISIONS_MIN: integer(1_000, 100_000_000).default(10_000),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  RATE_LIMIT_ANONYMOUS: perMinute(60),
  RATE_LIMIT_LOG_IN_ACCOUNT: perMinute(10),
  RATE_LIMIT_LOG_IN_ADDRESS: perMinute(60),
  RATE_LIMIT_CREDENTIAL_FAILURES: perMinute(60),
  RATE_LIMIT_MANAGEMENT: perMinute(100_000),
  RATE_LIMIT_SERVER_KEY: perMinute(10_000_000),
  RATE_LIMIT_CLIENT_ADDRESS: perMinute(100_000),
  OPERATION_COST_MAX: integer(1, 999_999_999).default(2_000_000),
  INTROSPECTION: z.enum(['on', 'off'], 'must be on or off').optional(),
  REQUEST_TIMEOUT_MS: integer(100, 600_000).default(30_000),
  EXECUTION_TIMEOUT_MS: integer(100, 600_000).default(10_000),
  EVENT_LOOP_DELAY_MAX_MS: integer(10, 60_000).default(250),
  SOCKET_ACCEPT_RATE: integer(1, 1_000_000).default(2_000),
  SOCKETS_PENDING_MAX: integer(1, 1_000_000).default(10_000),
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform(listed)
    .refine(
      (texts) => texts.every(originOf),
      'must list origins such as https://app.example.com, separated by commas, without paths',
    )
    .transform((texts) => texts.flatMap((text) => originOf(text) ?? [])),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform(listed)
    .refine(
      (texts) => texts.every(isTrustable),
      'must list addresses, networks such as 10.0.0.0/8, or loopback, linklocal, uniquelocal',
    ),
});

export interface Config {
  readonly isProduction: boolean;
  readonly port: number;
  readonly host: string;
  /** Null: the embedded database under `dataDir`. */
  readonly databaseUrl: string | null;
  readonly databasePoolSize: number;
  /** Null: this server runs alone. */
  readonly redisUrl: string | null;
  readonly dataDir: string;
  /** Null: the first user is created with the set-up token. */
  readonly owner: { readonly email: string; readonly password: string } | null;
  readonly jwtSecret: string;
  /** Earlier signing keys, which still verify. */
  readonly jwtSecretsPrevious: readonly string[];
  /** How long verified credentials are accepted while the database is unavailable. */
  readonly staleGraceSeconds: number;
  /** Days without a use after which an API key ends; 0: never. */
  readonly keyUnusedDays: number;
  readonly sessionDays: number;
  /** The base URL of the installation, without a trailing slash. Null: mail has no links. */
  readonly publicUrl: string | null;
  /** Null: the server sends no mail. */
  readonly smtp: { readonly url: string; readonly from: string } | null;
  /** Null: log-in through a provider is off. */
  readonly oidc: OidcSettings | null;
  readonly keyPepper: string;
  /** Days that failed authentications are kept. */
  readonly failedAuthenticationDays: number;
  /** Days that usage per minute is kept. */
  readonly usageRetentionDays: number;
  /** Days that the events of revisions are kept, and how many of the newest of each environment are kept regardless of age. */
  readonly revisionRetention: { readonly days: number; readonly revisionsMin: number };
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Origins that browsers may call from, in addition to the server's own. */
  readonly allowedOrigins: readonly string[];
  /** Proxies whose statement of a request's origin is trusted. */
  readonly trustedProxies: readonly string[];
  readonly rateLimits: RateLimitSettings;
  readonly limits: LimitSettings;
}

/** Throws `StartFault` with one sentence that names every variable at fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const values = parseVariables(env);
  const isProduction = values.NODE_ENV === 'production';
  const publicUrl = values.PUBLIC_URL?.replace(/\/+$/, '') ?? null;
  return Object.freeze({
    isProduction,
    port: values.PORT,
    host: values.HOST,
    databaseUrl: values.DATABASE_URL ?? null,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    redisUrl: values.REDIS_URL ?? null,
    dataDir: values.DATA_DIR,
    owner: ownerOf(values),
    ...secretsOf(values, isProduction),
    jwtSecretsPrevious: values.JWT_SECRET_PREVIOUS,
    keyUnusedDays: values.KEY_UNUSED_DAYS,
    staleGraceSeconds: values.STALE_GRACE_SECONDS,
    sessionDays: values.SESSION_DAYS,
    publicUrl,
    oidc: oidcOf(values, { isProduction, publicUrl }),
    smtp: smtpOf(values),
    failedAuthenticationDays: values.FAILED_AUTHENTICATION_DAYS,
    usageRetentionDays: values.USAGE_RETENTION_DAYS,
    revisionRetention: { days: values.REVISION_DAYS, revisionsMin: values.REVISIONS_MIN },
    logLevel: values.LOG_LEVEL,
    allowedOrigins: values.ALLOWED_ORIGINS,
    trustedProxies: values.TRUSTED_PROXIES,
    rateLimits: rateLimitsOf(values),
    limits: limitsOf(values, isProduction),
  });
}

type Values = z.output<typeof variables>;

function parseVariables(env: Readonly<Record<string, string | undefined>>): Values {
  // An empty variable counts as unset: compose files pass both alike.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    throw new StartFault(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ') + '.');
  }
  return parsed.data;
}

function ownerOf({ OWNER_EMAIL: email, OWNER_PASSWORD: password }: Values): Config['owner'] {
  if ((email === undefined) !== (password === undefined)) {
    throw new StartFault('OWNER_EMAIL and OWNER_PASSWORD must be set together.');
  }
  return email !== undefined && password !== undefined ? { email, password } : null;
}

function secretsOf({ JWT_SECRET: jwtSecret, KEY_PEPPER: keyPepper, DATA_DIR: dataDir }: Values, isProduction: boolean): Secrets {
  if (jwtSecret !== undefined && keyPepper !== undefined) return { jwtSecret, keyPepper };
  const kept = keptSecrets(dataDir, isProduction);
  return { jwtSecret: jwtSecret ?? kept.jwtSecret, keyPepper: keyPepper ?? kept.keyPepper };
}

function rateLimitsOf(values: Values): RateLimitSettings {
  return {
    anonymous: values.RATE_LIMIT_ANONYMOUS,
    logInsPerAccount: values.RATE_LIMIT_LOG_IN_ACCOUNT,
    logInsPerAddress: values.RATE_LIMIT_LOG_IN_ADDRESS,
    credentialFailures: values.RATE_LIMIT_CREDENTIAL_FAILURES,
    management: values.RATE_LIMIT_MANAGEMENT,
    serverKeys: values.RATE_LIMIT_SERVER_KEY,
    clientKeys: values.RATE_LIMIT_CLIENT_ADDRESS,
  };
}

function limitsOf(values: Values, isProduction: boolean): LimitSettings {
  return {
    operationCostMax: values.OPERATION_COST_MAX,
    isIntrospectionOn: values.INTROSPECTION === undefined ? !isProduction : values.INTROSPECTION === 'on',
    requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
    executionTimeoutMs: values.EXECUTION_TIMEOUT_MS,
    eventLoopDelayMaxMs: values.EVENT_LOOP_DELAY_MAX_MS,
    socketAcceptRate: values.SOCKET_ACCEPT_RATE,
    socketsPendingMax: values.SOCKETS_PENDING_MAX,
  };
}

function perMinute(points: number): z.ZodType<number, string | undefined> {
  return integer(1, 999_999_999).default(points);
}

function smtpOf({ SMTP_URL: url, MAIL_FROM: from }: { readonly SMTP_URL?: string; readonly MAIL_FROM?: string }): Config['smtp'] {
  if (url === undefined) return null;
  if (from === undefined) throw new StartFault('MAIL_FROM must be set when SMTP_URL is set.');
  return { url, from };
}

/** Splits a comma-separated list. */
function listed(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

function integer(min: number, max: number): z.ZodType<number, string> {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

function urlOf(protocols: readonly string[], example: string): z.ZodType<string, string> {
  const isRight = (text: string): boolean => URL.canParse(text) && protocols.includes(new URL(text).protocol);
  return z.string().refine(isRight, `must be a URL such as ${example}`);
}

interface Secrets {
  readonly jwtSecret: string;
  readonly keyPepper: string;
}

/** Draws unset secrets once, outside production, and keeps them with the data. */
function keptSecrets(dataDir: string, isProduction: boolean): Secrets {
  if (isProduction) throw new StartFault('JWT_SECRET and KEY_PEPPER must be set when NODE_ENV is production.');
  const path = join(dataDir, 'secrets.json');
  const drawn: Secrets = { jwtSecret: randomBytes(32).toString('base64url'), keyPepper: randomBytes(32).toString('base64url') };
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return writeIfNew(path, drawn) ? drawn : secretsIn(path);
  } catch (error) {
    if (error instanceof StartFault) throw error;
    throw new StartFault(
      `DATA_DIR ${JSON.stringify(dataDir)} cannot be used: ${(error as Error).message}; set it to a directory that this account may write to.`,
    );
  }
}

/** False when the file exists: of two processes that start at once, both use what one wrote. */
function writeIfNew(path: string, secrets: Secrets): boolean {
  // Written aside and linked, so that no process reads half a file.
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function secretsIn(path: string): Secrets {
  const parsed = z
    .object({ jwtSecret: z.string().min(SECRET_LENGTH_MIN), keyPepper: z.string().min(SECRET_LENGTH_MIN) })
    .safeParse(jsonOrNull(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new StartFault(`The file ${path} is damaged; restore it, or set JWT_SECRET and KEY_PEPPER.`);
  return parsed.data;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
