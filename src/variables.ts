/** The environment variables one by one: their forms, bounds and defaults. `config.ts` makes the configuration of them. */
import { z } from 'zod';
import { databaseUrlProblem, normalDatabaseUrl } from './database/database-url';
import { StartFault } from './errors';
import { isTrustable } from './http/client-address';
import { oidcVariables } from './http/oidc/settings';
import { originOf } from './http/origins';
import { REQUESTS_LOGGED } from './http/request-log';
import { LOG_FORMATS } from './log';
import { hostListProblem, redisUrlFormOf, redisUrlsOf } from './redis/redis-url';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export const SECRET_LENGTH_MIN = 32;

const secret = z.string().min(SECRET_LENGTH_MIN, `must have at least ${SECRET_LENGTH_MIN} characters`).optional();
const onOrOff = z.enum(['on', 'off'], 'must be on or off');

/** A header as OTEL_EXPORTER_OTLP_HEADERS has it (OpenTelemetry, Baggage form). */
const HEADER = /^([A-Za-z0-9!#$&'*+.^_`|~-]+)\s*=\s*([\x21-\x7e][\x20-\x7e]*)$/;

function headerOf(text: string): readonly [string, string] {
  const [, name = '', value = ''] = HEADER.exec(text) ?? [];
  return [name.toLowerCase(), decodeURIComponent(value.replace(/%(?![0-9A-Fa-f]{2})/g, '%25'))];
}

const variables = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test'], 'must be development, production or test').default('development'),
  PORT: integer(0, 65_535).default(4000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: databaseUrl(),
  DATABASE_REPLICA_URL: databaseUrl(),
  DATABASE_POOL_SIZE: integer(2, 1_000).default(10),
  EMBEDDED_DATABASE: onOrOff.optional(),
  REDIS_URL: z
    .string()
    .superRefine((text, context) => {
      const problems = redisUrlsOf(text).map((url) => urlProblem(url, redisUrlFormOf(text)));
      const message = [hostListProblem(text), ...problems].find((problem) => problem !== null);
      if (message) context.addIssue({ code: 'custom', message });
    })
    .optional(),
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
  PUBLIC_URL: urlOf(['http:', 'https:'], 'https://flags.example.com', ({ username, search }) =>
    username === '' && search === '' ? null : 'must be a URL such as https://flags.example.com, without a user and a query',
  )
    .transform((text) => new URL(text).href.replace(/\/+$/, ''))
    .optional(),
  SMTP_URL: urlOf(['smtp:', 'smtps:'], 'smtps://user:password@mail.example.com', ({ hostname }) =>
    hostname === '' ? 'must be a URL such as smtps://user:password@mail.example.com' : null,
  ).optional(),
  MAIL_FROM: z
    .string()
    .regex(/^(?:[^<>]+<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, 'must be an address such as Flagstaff <flags@example.com>')
    .transform(quoteName)
    .optional(),
  ...oidcVariables,
  KEY_PEPPER: secret,
  FAILED_AUTHENTICATION_DAYS: integer(1, 3_650).default(90),
  USAGE_RETENTION_DAYS: integer(1, 3_650).default(90),
  REVISION_DAYS: integer(1, 3_650).default(30),
  REVISIONS_MIN: integer(1_000, 100_000_000).default(10_000),
  LOG_REQUESTS: z.enum(REQUESTS_LOGGED, `must be one of ${REQUESTS_LOGGED.join(', ')}`).default('all'),
  LOG_FORMAT: z.enum(LOG_FORMATS, `must be one of ${LOG_FORMATS.join(', ')}`).optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  METRICS_PORT: integer(1, 65_535).optional(),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'must have at least 16 characters, all of them visible ASCII without blanks')
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlOf(['http:', 'https:'], 'http://collector:4318', ({ hostname }) =>
    hostname === '' ? 'must be a URL such as http://collector:4318' : null,
  ).optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .default('')
    .transform(listed)
    .refine((texts) => texts.every((text) => HEADER.test(text)), 'must list headers as name=value, separated by commas')
    .transform((texts) => Object.fromEntries(texts.map((text) => headerOf(text)))),
  OTEL_SERVICE_NAME: z.string().default('flagstaff'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(?:0|1|0?\.\d{1,9}|1\.0+)$/, 'must be a share from 0 to 1, such as 0.1')
    .transform(Number)
    .default(1),
  RATE_LIMIT_ANONYMOUS: perMinute(60),
  RATE_LIMIT_LOG_IN_ACCOUNT: perMinute(10),
  RATE_LIMIT_LOG_IN_ADDRESS: perMinute(60),
  RATE_LIMIT_CREDENTIAL_FAILURES: perMinute(60),
  RATE_LIMIT_MANAGEMENT: perMinute(100_000),
  RATE_LIMIT_SERVER_KEY: perMinute(10_000_000),
  RATE_LIMIT_CLIENT_ADDRESS: perMinute(100_000),
  OPERATION_COST_MAX: integer(1, 999_999_999).default(2_000_000),
  INTROSPECTION: onOrOff.optional(),
  DRAIN_DELAY_SECONDS: integer(0, 600).optional(),
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
      'must list origins such as https://app.example.com, separated by commas, without paths and wildcards',
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

export type Values = z.output<typeof variables>;

export const VARIABLE_NAMES: readonly string[] = Object.keys(variables.shape);

/** May be JSON in several lines. */
const OF_SEVERAL_LINES: readonly string[] = ['OIDC_ROLES'];
// eslint-disable-next-line no-control-regex -- Control characters are what it looks for.
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * Cuts blanks and line ends off both ends, which a file with the line ends of Windows leaves in a password or a path. Throws
 * `StartFault` with one sentence that names every variable at fault.
 */
export function readVariables(env: Readonly<Record<string, string | undefined>>): Values {
  const texts = VARIABLE_NAMES.map((name): [string, string] => [name, env[name]?.trim() ?? '']);
  const broken = texts.filter(([name, text]) => CONTROL.test(text) && !OF_SEVERAL_LINES.includes(name));
  if (broken.length > 0) {
    throw new StartFault(`${broken.map(([name]) => name).join(', ')} must be one line, without control characters.`);
  }
  // An empty variable counts as unset: compose files pass both alike.
  const parsed = variables.safeParse(Object.fromEntries(texts.filter(([, text]) => text !== '')));
  if (!parsed.success) {
    throw new StartFault(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ') + '.');
  }
  return parsed.data;
}

function databaseUrl() {
  return urlOf(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/database', databaseUrlProblem)
    .transform(normalDatabaseUrl)
    .optional();
}

function perMinute(points: number): z.ZodType<number, string | undefined> {
  return integer(1, 999_999_999).default(points);
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

const ESCAPES = ', with % written as %25, / as %2F, ? as %3F, # as %23 and blanks as %20 in a user or password';

interface UrlForm {
  readonly protocols: readonly string[];
  readonly example: string;
  /** Says what else is wrong, and what to write; null: nothing. */
  readonly problemOf: (url: URL) => string | null;
}

function urlOf(protocols: UrlForm['protocols'], example: string, problemOf: UrlForm['problemOf']): z.ZodType<string, string> {
  return z.string().superRefine((text, context) => {
    const message = urlProblem(text, { protocols, example, problemOf });
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
}

function urlProblem(text: string, { protocols, example, problemOf }: UrlForm): string | null {
  const form = `must be a URL such as ${example}`;
  if (!protocols.some((protocol) => text.toLowerCase().startsWith(`${protocol}//`))) return form;
  return isClear(text) ? problemOf(new URL(text)) : `${form}${example.includes('@') ? ESCAPES : ''}`;
}

/** Whether each part of a URL ends where its writer meant it to: a / ? or # in a password ends it, and leaves an @ behind. */
function isClear(text: string): boolean {
  if (/\s/.test(text) || !URL.canParse(text)) return false;
  const { username, password, hostname, pathname, search, hash } = new URL(text);
  const isEndedEarly = hash !== '' || (username === '' && `${pathname}${search}`.includes('@'));
  return !isEndedEarly && [username, password, hostname, pathname].every(isDecodable);
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** A comma in a name separates two addresses, unless the name is quoted (RFC 5322). */
function quoteName(from: string): string {
  const [, name = '', address = ''] = /^([^"<>]*[,;:][^"<>]*)<(.+)>$/.exec(from) ?? [];
  return address === '' ? from : `"${name.trim()}" <${address}>`;
}
