/**
 * The only reader of environment variables, which `variables.ts` has one by one. Reads them once, checks them all, freezes them.
 * Never logs its secrets.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StartFault } from './errors';
import { oidcOf, type OidcSettings } from './http/oidc/settings';
import type { LogFormat } from './log';
import type { LimitSettings } from './operations/operations';
import type { RateLimitSettings } from './operations/rate-limits';
import type { MetricsSettings } from './http/metrics';
import type { RequestsLogged } from './http/request-log';
import type { TracingSettings } from './telemetry/tracing';
import { readVariables, SECRET_LENGTH_MIN, type LOG_LEVELS, type Values } from './variables';

export interface Config {
  readonly isProduction: boolean;
  readonly port: number;
  readonly host: string;
  /** Null: the embedded database under `dataDir`. */
  readonly databaseUrl: string | null;
  readonly databasePoolSize: number;
  /** A standby of the database, from which some reads are answered. Null: none. */
  readonly databaseReplicaUrl: string | null;
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
  /** Null: by whether standard output is a terminal. */
  readonly logFormat: LogFormat | null;
  readonly logRequests: RequestsLogged;
  /** Origins that browsers may call from, in addition to the server's own. */
  readonly allowedOrigins: readonly string[];
  /** Proxies whose statement of a request's origin is trusted. */
  readonly trustedProxies: readonly string[];
  readonly rateLimits: RateLimitSettings;
  readonly limits: LimitSettings;
  readonly metrics: MetricsSettings;
  /** Null: traces are off. */
  readonly tracing: TracingSettings | null;
  /** How long a server that is about to stop tells load balancers so, and serves on. */
  readonly drainDelayMs: number;
}

/** Long enough in production for load balancers, which ask at `/readyz` every second or two; elsewhere there is none. */
const DRAIN_DELAY_SECONDS = { production: 5, elsewhere: 0 } as const;

/** Throws `StartFault` with one sentence that names every variable at fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const values = readVariables(env);
  const isProduction = values.NODE_ENV === 'production';
  const publicUrl = values.PUBLIC_URL ?? null;
  refuseUnaskedDefaults(values, isProduction);
  return Object.freeze({
    isProduction,
    port: values.PORT,
    host: values.HOST,
    databaseUrl: values.DATABASE_URL ?? null,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    databaseReplicaUrl: values.DATABASE_REPLICA_URL ?? null,
    redisUrl: values.REDIS_URL ?? null,
    dataDir: values.DATA_DIR,
    owner: ownerOf(values),
    ...secretsOf(values),
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
    logFormat: values.LOG_FORMAT ?? null,
    logRequests: values.LOG_REQUESTS,
    allowedOrigins: values.ALLOWED_ORIGINS,
    trustedProxies: values.TRUSTED_PROXIES,
    rateLimits: rateLimitsOf(values),
    limits: limitsOf(values, isProduction),
    metrics: metricsOf(values),
    tracing: tracingOf(values),
    drainDelayMs: 1_000 * (values.DRAIN_DELAY_SECONDS ?? DRAIN_DELAY_SECONDS[isProduction ? 'production' : 'elsewhere']),
  });
}

/** Refuses, in production, what a laptop gets by itself: an installation would lose its data or its keys without knowing. */
function refuseUnaskedDefaults(values: Values, isProduction: boolean): void {
  const { DATABASE_URL: url, EMBEDDED_DATABASE: embedded = isProduction ? 'off' : 'on' } = values;
  if (url !== undefined && values.EMBEDDED_DATABASE === 'on') {
    throw new StartFault('DATABASE_URL must not be set when EMBEDDED_DATABASE is on; unset one of them.');
  }
  const faults: string[] = [];
  if (url === undefined && values.DATABASE_REPLICA_URL !== undefined) {
    faults.push('DATABASE_REPLICA_URL must not be set without DATABASE_URL, which names the primary');
  }
  if (url === undefined && embedded === 'off') {
    const when = values.EMBEDDED_DATABASE === 'off' ? 'EMBEDDED_DATABASE is off' : 'NODE_ENV is production';
    faults.push(`DATABASE_URL must be set when ${when}, or EMBEDDED_DATABASE=on, which keeps the data of one server in DATA_DIR`);
  }
  if (isProduction && (values.JWT_SECRET === undefined || values.KEY_PEPPER === undefined)) {
    faults.push('JWT_SECRET and KEY_PEPPER must be set when NODE_ENV is production');
  }
  if (faults.length > 0) throw new StartFault(`${faults.join('; ')}.`);
}

function ownerOf({ OWNER_EMAIL: email, OWNER_PASSWORD: password }: Values): Config['owner'] {
  if ((email === undefined) !== (password === undefined)) {
    throw new StartFault('OWNER_EMAIL and OWNER_PASSWORD must be set together.');
  }
  return email !== undefined && password !== undefined ? { email, password } : null;
}

function secretsOf({ JWT_SECRET: jwtSecret, KEY_PEPPER: keyPepper, DATA_DIR: dataDir }: Values): Secrets {
  if (jwtSecret !== undefined && keyPepper !== undefined) return { jwtSecret, keyPepper };
  const kept = keptSecrets(dataDir);
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

function metricsOf({ PORT: main, METRICS_PORT: port, METRICS_TOKEN: token }: Values): MetricsSettings {
  if (port === main) throw new StartFault(`METRICS_PORT must be another port than PORT, which is ${main}.`);
  return { port: port ?? null, token: token ?? null };
}

function tracingOf(values: Values): TracingSettings | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: serviceName } = values;
  if (endpoint === undefined) return null;
  return {
    endpoint,
    headers: values.OTEL_EXPORTER_OTLP_HEADERS,
    serviceName,
    sampledShare: values.OTEL_TRACES_SAMPLER_ARG,
  };
}

function smtpOf({ SMTP_URL: url, MAIL_FROM: from }: { readonly SMTP_URL?: string; readonly MAIL_FROM?: string }): Config['smtp'] {
  if (url === undefined) return null;
  if (from === undefined) throw new StartFault('MAIL_FROM must be set when SMTP_URL is set.');
  return { url, from };
}

interface Secrets {
  readonly jwtSecret: string;
  readonly keyPepper: string;
}

/** Draws unset secrets once, outside production, and keeps them with the data. */
function keptSecrets(dataDir: string): Secrets {
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
