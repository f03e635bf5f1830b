/**
 * The same flags on unleash-server, in production mode on PostgreSQL, asked at its frontend interface: one POST answers all
 * flags for one context. That interface has no rate limit (its limits are for logins, registrations and metrics). It checks the
 * token and counts for Prometheus, as it does by default; it logs no requests and calls nobody.
 *
 * What it answers is not quite what we answer: only the flags that are on for the context, each with its name, `enabled`, a
 * variant and `impressionData`, without reason or revision. A flag that is off is decided too, but costs no bytes. Of the mixed
 * flags all are on for a member of the segment (every second of the contexts), and nine in ten for the others: 50 and 45 of 50,
 * 500 and 450 of 500. The shares of a rollout are variants without payload, whose name is the answer.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BenchContext, BenchFlag, BenchRule } from '../evaluation/workloads';
import { ROLLOUT_SHARES, SEGMENT_KEYS } from '../evaluation/workloads';

export interface UnleashOptions {
  /** The URL of an empty database, which is migrated. */
  readonly databaseUrl: string;
  readonly core: string;
  readonly flags: readonly BenchFlag[];
  readonly contexts: readonly BenchContext[];
}

export interface Unleash {
  readonly child: ChildProcess;
  readonly url: string;
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  /** One for each context. */
  readonly bodies: readonly string[];
}

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };
const PROJECT = 'default';
const ENVIRONMENT = 'development';
const SEGMENT = { id: 1, name: 'members' };
/** An import is refused above 500 kB. */
const FLAGS_PER_IMPORT = 100;
const READY_WITHIN_MS = 60_000;

export async function startUnleash({ databaseUrl, core, flags, contexts }: UnleashOptions): Promise<Unleash> {
  const token = `${PROJECT}:${ENVIRONMENT}.${randomBytes(28).toString('hex')}`;
  const child = spawn('taskset', ['-c', core, process.execPath, join(__dirname, 'unleash-server.cjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      // It warns of what its own packages do.
      NODE_NO_WARNINGS: '1',
      TZ: 'UTC',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      DATABASE_URL: databaseUrl,
      DATABASE_SSL: 'false',
      UNLEASH_DEFAULT_ADMIN_USERNAME: ADMIN.username,
      UNLEASH_DEFAULT_ADMIN_PASSWORD: ADMIN.password,
      INIT_FRONTEND_API_TOKENS: token,
      CHECK_VERSION: 'false',
      SEND_TELEMETRY: 'false',
      REQUEST_LOGGER_ENABLE: 'false',
    },
  });
  try {
    const base = `http://127.0.0.1:${await portOf(child)}`;
    await makeFlags(base, flags);
    const headers = { 'content-type': 'application/json', authorization: token };
    const asked = { child, url: `${base}/api/frontend`, method: 'POST', headers } as const;
    await allAnswered(asked, flags);
    return { ...asked, bodies: contexts.map(bodyOf) };
  } catch (error) {
    // The process is not known to anybody else yet.
    child.kill();
    throw error;
  }
}

async function portOf(child: ChildProcess & { stdout: NodeJS.ReadableStream }): Promise<string> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('unleash-server did not start.');
  });
  const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])) as [string];
  if (!/^\d+$/.test(line)) throw new Error(`unleash-server: ${line}`);
  return line;
}

async function makeFlags(base: string, flags: readonly BenchFlag[]): Promise<void> {
  const session = await logIn(base);
  const members = { name: SEGMENT.name, constraints: [constraint('userId', 'IN', { values: SEGMENT_KEYS })] };
  await post(`${base}/api/admin/segments`, members, session);
  for (let start = 0; start < flags.length; start += FLAGS_PER_IMPORT) {
    const data = importOf(flags.slice(start, start + FLAGS_PER_IMPORT));
    await post(`${base}/api/admin/features-batch/import`, { project: PROJECT, environment: ENVIRONMENT, data }, session);
  }
}

const LOG_INS_MAX = 20;

/** Right after its start it may answer a log-in with a session that it does not know afterwards. */
async function logIn(base: string): Promise<Readonly<Record<string, string>>> {
  for (let attempt = 0; attempt < LOG_INS_MAX; attempt++) {
    const { headers } = await post(`${base}/auth/simple/login`, ADMIN);
    const cookies = headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    const session = { cookie: cookies.join('; ') };
    const { ok } = await fetch(`${base}/api/admin/user`, { headers: session });
    if (ok) return session;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`unleash-server: none of ${LOG_INS_MAX} log-ins made a session.`);
}

async function post(url: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`unleash-server: ${response.status} of ${url}: ${await response.text()}`);
  return response;
}

/** It reads what changed once a second. The context is one for which every flag is on. */
async function allAnswered({ url, headers }: Omit<Unleash, 'bodies'>, flags: readonly BenchFlag[]): Promise<void> {
  const context = { targetingKey: String(SEGMENT_KEYS[0]), country: 'de', age: 99, appVersion: '99.0.0' };
  const deadline = Date.now() + READY_WITHIN_MS;
  let on = 0;
  while (Date.now() < deadline) {
    const response = await fetch(url, { method: 'POST', headers, body: bodyOf(context) });
    if (response.ok) {
      const { toggles } = (await response.json()) as { toggles: readonly unknown[] };
      on = toggles.length;
      if (on === flags.length) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`unleash-server: ${on} of ${flags.length} flags are on.`);
}

function bodyOf({ targetingKey, country, age, appVersion }: BenchContext): string {
  return JSON.stringify({ context: { userId: targetingKey, properties: { country, age: String(age), appVersion } } });
}

function importOf(flags: readonly BenchFlag[]): object {
  return {
    features: flags.map(({ key }) => ({ name: key, type: 'release', project: PROJECT })),
    featureStrategies: flags.flatMap((flag) => strategiesOf(flag).map((strategy) => ({ featureName: flag.key, ...strategy }))),
    featureEnvironments: flags.map(({ key }) => ({
      name: key,
      featureName: key,
      environment: ENVIRONMENT,
      enabled: true,
    })),
    segments: [SEGMENT],
    tagTypes: [],
  };
}

function strategiesOf(flag: BenchFlag): readonly object[] {
  switch (flag.kind) {
    case 'PLAIN':
      return [{ name: 'default' }];
    case 'RULES':
      return flag.rules.map((rule) => ({ name: 'default', constraints: constraintsOf(rule) }));
    case 'SEGMENT':
      return [{ name: 'default', segments: [SEGMENT.id] }];
    case 'ROLLOUT': {
      const parameters = { rollout: '100', stickiness: 'userId', groupId: flag.key };
      // One of them has to take what the others leave.
      const variants = ROLLOUT_SHARES.map(([name, percent], index) => {
        const weightType = index === ROLLOUT_SHARES.length - 1 ? 'variable' : 'fix';
        return { name, weight: percent * 10, weightType, stickiness: 'userId' };
      });
      return [{ name: 'flexibleRollout', parameters, variants }];
    }
  }
}

function constraintsOf({ countries, ageMin, versionMin }: BenchRule): readonly object[] {
  return [
    constraint('country', 'IN', { values: countries }),
    constraint('age', 'NUM_GTE', { value: String(ageMin) }),
    // There is no "at least".
    constraint('appVersion', 'SEMVER_LT', { value: versionMin, inverted: true }),
  ];
}

function constraint(contextName: string, operator: string, more: object): object {
  return { contextName, operator, values: [], inverted: false, ...more };
}
