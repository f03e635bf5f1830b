/** Each metric moves when what it counts happens, and only as far. */
import { createClient as createStream } from 'graphql-sse';
import { pino } from 'pino';
import { systemClock } from '../../src/clock';
import { purge } from '../../src/jobs/purge';
import type { FailedAuthentications } from '../../src/modules/access/failed-authentications';
import type { UsageService } from '../../src/modules/usage/usage-service';
import { Metrics } from '../../src/telemetry/metrics';
import { eventually, makeApiKey, makeFlag, toggle, uniqueKey } from '../support/make';
import type { Made, MadeProject } from '../support/make';
import { METRICS_TOKEN, scrape, scrapeOf, type Scrape } from '../support/metrics';
import { makeSceneWithKey } from '../support/scene';
import { authorization, COUNTING_ALONE, createWorld, isEmbedded, type World } from '../support/world';
import packageJson from '../../package.json';

let world: World;
let project: MadeProject;
let environment: Made;
let flag: Made;
let secret: string;
/** The delay of the event loop that the server is to believe in, in milliseconds. */
let delayMs = 0;
beforeAll(async () => {
  const load = { delayMs: () => delayMs, close: () => undefined };
  const env = { METRICS_TOKEN, RATE_LIMIT_CREDENTIAL_FAILURES: '2', EVENT_LOOP_DELAY_MAX_MS: '1000', ...COUNTING_ALONE };
  world = await createWorld({ env, load });
  ({ project, environment, flag, secret } = await makeSceneWithKey(world));
});
afterAll(() => world.close());

const now = (): Promise<Scrape> => scrape(world.app.url);

const EVALUATE = 'query Decide($keys: [String!]) { evaluate(contexts: [{ targetingKey: "ada" }], flagKeys: $keys) { revision } }';

/** How far a sample moved while the work was done. */
async function moves(work: () => Promise<unknown>): Promise<(name: string, labels?: Record<string, string>) => number> {
  const before = await now();
  await work();
  const after = await now();
  return (name, labels) => after.sum(name, labels) - before.sum(name, labels);
}

const evaluate = (flagKeys = [flag.key], credential = secret): Promise<unknown> =>
  world.client(credential).request(EVALUATE, { keys: flagKeys });

describe('requests', () => {
  it('take the time that they take, by the framework and before it', async () => {
    const startedAt = performance.now();
    const by = await moves(async () => {
      await world
        .client(world.owner.accessToken)
        .request('query Read { organizations { nodes { key projects { nodes { key } } } } }');
      await evaluate();
    });

    const elapsedSeconds = (performance.now() - startedAt) / 1_000;
    const [read, decided] = ['Read', 'Decide'].map((operation) => by('flagstaff_operation_duration_seconds_sum', { operation }));
    const requests = by('http_server_request_duration_seconds_sum', { http_route: '/graphql' });
    expect(read).toBeGreaterThan(0);
    expect(decided).toBeGreaterThan(0);
    expect(requests).toBeGreaterThanOrEqual(read! + decided! - 1e-6);
    expect(requests).toBeLessThan(elapsedSeconds);
  });

  it('are timed by method, route and status, also probes and what is not there', async () => {
    const by = await moves(async () => {
      await fetch(`${world.app.url}/readyz`);
      await fetch(`${world.app.url}/nothing/${uniqueKey('path')}`);
      await fetch(`${world.app.url}/ofrep/v1/evaluate/flags/${uniqueKey('flag')}`, { method: 'POST' });
      await fetch(`${world.app.url}/graphql`, { method: 'PROPFIND' });
    });

    const count = 'http_server_request_duration_seconds_count';
    expect(by(count, { http_route: '/readyz', http_request_method: 'GET', http_response_status_code: '200' })).toBe(1);
    expect(by(count, { http_route: 'none', http_response_status_code: '404', http_request_method: 'GET' })).toBe(1);
    expect(by(count, { http_route: '/ofrep/v1/evaluate/flags/:key', http_request_method: 'POST' })).toBe(1);
    expect(by(count, { http_request_method: '_OTHER' })).toBe(1);
    expect(by('http_server_request_duration_seconds_bucket', { le: '+Inf', http_route: '/readyz' })).toBe(1);
  });

  it('that evaluate are counted by what answered: first the framework or the fast path, then the memory', async () => {
    const own = await makeFlag(project);
    const by = await moves(async () => {
      for (let i = 0; i < 4; i++) await evaluate([own.key]);
    });

    const name = 'flagstaff_evaluate_requests_total';
    const [memory, fast, framework] = ['memory', 'fast_path', 'framework'].map((answered_by) => by(name, { answered_by }));
    expect([memory! > 0, memory! + fast! + framework!]).toEqual([true, 4]);
    expect(by('flagstaff_operation_duration_seconds_count', { operation: 'Decide', transport: 'http' })).toBe(4);
    expect(by('http_server_request_duration_seconds_count', { http_route: '/graphql' })).toBe(4);
  });
});

describe('operations', () => {
  it('are timed by name, and their codes counted', async () => {
    const by = await moves(async () => {
      await world.client(world.owner.accessToken).request('query Mine { viewer { user { id } } }');
      const input = { flagId: flag.id, expectedVersion: 99, name: 'x' };
      const rename = 'mutation Rename($input: UpdateFlagInput!) { updateFlag(input: $input) { userErrors { code } } }';
      await world.client(world.owner.accessToken).request(rename, { input });
    });

    expect(by('flagstaff_operation_duration_seconds_count', { operation: 'Mine' })).toBe(1);
    expect(by('flagstaff_operation_errors_total', { operation: 'Rename', code: 'STALE_VERSION' })).toBe(1);
  });

  it('without a credential, and refused documents, have no series of their own', async () => {
    await world.client().request('query Anonymous { __typename }');
    await world
      .client(secret)
      .request('query Refused { nothing }')
      .catch(() => undefined);

    const { text } = await now();
    expect(text).not.toMatch(/Anonymous|Refused/);
  });

  it('over a WebSocket and an event stream are timed by transport', async () => {
    const by = await moves(async () => {
      const socket = world.socket(secret);
      for await (const _result of socket.iterate({ query: 'query OverSocket { __typename }' }));
      const stream = createStream({ url: `${world.url}/stream`, headers: authorization(secret), retryAttempts: 0 });
      for await (const _result of stream.iterate({ query: 'query OverStream { __typename }' }));
    });

    const count = 'flagstaff_operation_duration_seconds_count';
    expect(by(count, { transport: 'websocket', operation: 'OverSocket' })).toBe(1);
    expect(by(count, { transport: 'event_stream', operation: 'OverStream' })).toBe(1);
  });

  it('beyond the hundredth name are other, and a scrape stays small', async () => {
    for (let i = 0; i < 150; i++) await world.client(secret).request(`query ${'N'.repeat(40)}${i} { __typename }`);

    const { samples, sum } = await now();
    const names = new Set(samples.flatMap(({ labels }) => labels.operation ?? []));
    expect(names.size).toBeLessThanOrEqual(102);
    expect(sum('flagstaff_operation_duration_seconds_count', { operation: 'other' })).toBeGreaterThanOrEqual(50);
  });
});

describe('evaluations', () => {
  it('are counted by reason, and errors by code', async () => {
    const [disabled, missing] = [await makeFlag(project), uniqueKey('missing')];
    const by = await moves(async () => {
      await evaluate([disabled.key, missing]);
      await evaluate([disabled.key, missing]);
      await evaluate([disabled.key, missing]);
    });

    expect(by('flagstaff_evaluations_total', { reason: 'DISABLED' })).toBe(3);
    expect(by('flagstaff_evaluations_total', { reason: 'ERROR' })).toBe(3);
    expect(by('flagstaff_evaluation_errors_total', { error_code: 'FLAG_NOT_FOUND' })).toBe(3);
  });
});

describe('delivery', () => {
  const subscribers = ({ sum }: Scrape, subscription: string): number => sum('flagstaff_subscribers', { subscription });

  it.each([
    ['flagChanged', 'subscription { flagChanged { revision } }'],
    ['evaluationsChanged', 'subscription { evaluationsChanged(context: { targetingKey: "ada" }) { revision } }'],
  ])('of %s: who is served, from the commit to the last frame', async (subscription, query) => {
    const own = await makeFlag(project);
    const before = await now();
    const socket = world.socket(secret);
    const events = socket.iterate({ query })[Symbol.asyncIterator]();
    const first = events.next();
    await eventually(async () => subscribers(await now(), subscription) === subscribers(before, subscription) + 1);
    if (subscription === 'evaluationsChanged') await first;
    await toggle(project, own, environment, true);
    await (subscription === 'evaluationsChanged' ? events.next() : first);
    const during = await eventually(async () => {
      const scraped = await now();
      return scraped.sum('flagstaff_delivery_lag_seconds_count', { subscription }) > 0 && scraped;
    });
    await socket.dispose();

    expect(during.sum('flagstaff_connections', { transport: 'websocket' })).toBe(1);
    expect(during.sum('flagstaff_delivery_lag_seconds_sum', { subscription })).toBeLessThan(60);
    await eventually(async () => subscribers(await now(), subscription) === subscribers(before, subscription));
  });

  it('counts a subscriber that has to begin anew', async () => {
    const by = await moves(async () => {
      const query = `subscription { flagChanged(since: { epoch: "another", revision: 1 }) { kind } }`;
      const events = world.socket(secret).iterate({ query })[Symbol.asyncIterator]();
      expect((await events.next()).value).toEqual({ data: { flagChanged: { kind: 'RESYNC' } } });
    });

    expect(by('flagstaff_resyncs_total')).toBe(1);
  });

  it('tells the revision of each environment in memory, and that it is the newest', async () => {
    await evaluate();
    const { revision } = await toggle(project, flag, environment, true);

    const labels = { environment_id: environment.id };
    const after = await eventually(async () => {
      const scraped = await now();
      return scraped.sum('flagstaff_snapshot_revision', labels) === revision && scraped;
    });
    expect(after.sum('flagstaff_snapshot_lag_revisions', labels)).toBe(0);
    expect(after.sum('flagstaff_snapshot_age_seconds', labels)).toBeLessThan(30);
    expect(after.sum('flagstaff_snapshot_oldest_age_seconds')).toBeLessThan(30);
    expect(after.sum('flagstaff_environments')).toBeGreaterThanOrEqual(1);
  });
});

describe('what is written behind requests', () => {
  it('is counted while it waits', async () => {
    const key = await makeApiKey(project, environment);
    await evaluate([flag.key], key);
    const logIn = 'mutation ($input: LogInInput!) { logIn(input: $input) { userErrors { code } } }';
    await world.client().request(logIn, { input: { email: world.owner.email, password: 'a wrong password' } });

    const waits = await eventually(async () => {
      const { sum } = await now();
      const found = ['usage', 'key_usage', 'failed_authentications'].map((what) => sum('flagstaff_waiting_writes', { what }));
      return found.every((count) => count > 0) && found;
    });
    expect(waits).toHaveLength(3);
    await eventually(async () => (await now()).sum('flagstaff_waiting_writes', { what: 'usage' }) === 0);
  });
});

describe('refusals', () => {
  it('of too many invalid credentials are counted, and so are the credentials', async () => {
    const by = await moves(async () => {
      for (let i = 0; i < 4; i++) await evaluate([], 'fs_server_invalid').catch(() => undefined);
    });

    expect(by('flagstaff_rate_limited_total', { limit: 'credential-failures' })).toBe(2);
    expect(by('flagstaff_failed_authentications_total', { kind: 'access_token' })).toBe(2);
  });

  it('under load are counted', async () => {
    const by = await moves(async () => {
      delayMs = 2_000;
      const mine = world.client(secret).request('query Mine { viewer { user { id } } }');
      await mine.catch(() => undefined).finally(() => (delayMs = 0));
    });

    expect(by('flagstaff_overload_refusals_total', { what: 'operation' })).toBe(1);
    expect(by('flagstaff_operation_errors_total', { operation: 'Mine', code: 'UNAVAILABLE' })).toBe(1);
  });
});

describe('the database', () => {
  it('has its statements timed by how they ended, and its pool counted', async () => {
    const by = await moves(async () => {
      await world.app.database.connection.query('SELECT 1');
      await world.app.database.connection.query('SELECT nothing FROM nowhere').catch(() => undefined);
    });

    expect(by('db_client_operation_duration_seconds_count', { outcome: 'done' })).toBeGreaterThanOrEqual(1);
    expect(by('db_client_operation_duration_seconds_count', { outcome: 'refused' })).toBe(1);
    const { sum } = await now();
    expect(sum('flagstaff_database_reachable')).toBe(1);
    expect(sum('db_client_connection_max')).toBe(isEmbedded ? 1 : 5);
    expect(sum('db_client_connection_count')).toBeLessThanOrEqual(sum('db_client_connection_max'));
  });

  it('counts a slow statement', async () => {
    const by = await moves(() => world.app.database.connection.query('SELECT pg_sleep(0.6)'));

    expect(by('flagstaff_slow_statements_total')).toBe(1);
  });
});

describe('connections', () => {
  it.each([
    [
      'event_stream',
      () => fetch(`${world.url}/stream?query=${encodeURIComponent('subscription{flagChanged{revision}}')}`, STREAM()),
    ],
    ['ofrep_event_stream', openOfrepStream],
  ])('of the transport %s are counted while they are open', async (transport, open) => {
    const count = async (): Promise<number> => (await now()).sum('flagstaff_connections', { transport });
    const before = await count();
    const { body } = await open();
    await eventually(async () => (await count()) === before + 1);
    await body!.cancel();

    await eventually(async () => (await count()) === before);
  });
});

const STREAM = (): RequestInit => ({ headers: { accept: 'text/event-stream', ...authorization(secret) } });

async function openOfrepStream(): Promise<Response> {
  const answer = await fetch(`${world.app.url}/ofrep/v1/evaluate/flags`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization(secret) },
    body: '{"context":{"targetingKey":"ada"}}',
  });
  const { eventStreams } = (await answer.json()) as { eventStreams: [{ endpoint: { requestUri: string } }] };
  return fetch(new URL(eventStreams[0].endpoint.requestUri, world.app.url));
}

describe('jobs', () => {
  it('have their runs timed, and failures apart from successes', async () => {
    const metrics = new Metrics();
    const { usage, sessions } = world.app.services as unknown as {
      readonly usage: UsageService;
      readonly sessions: {
        readonly options: { readonly attempts: { readonly options: { readonly failures: FailedAuthentications } } };
      };
    };
    const { database } = world.app;
    const retention = { usageRetentionDays: 90, revisionRetention: { days: 30, revisionsMin: 10_000 } };
    const { failures: failedAuthentications } = sessions.options.attempts.options;
    const run = (): Promise<void> =>
      purge({ database, clock: systemClock, failedAuthentications, usage, retention, metrics, log: pino({ level: 'silent' }) });
    const begin = Date.now() / 1_000;
    await run();
    await database.connection.query('ALTER TABLE password_reset RENAME TO elsewhere');
    await run();
    await database.connection.query('ALTER TABLE elsewhere RENAME TO password_reset');

    const { sum } = scrapeOf(await metrics.text());
    const [failing, other] = [{ job_name: 'purge_password_resets' }, { job_name: 'purge_sessions' }];
    expect([failing, other].map((labels) => sum('flagstaff_job_duration_seconds_count', labels))).toEqual([2, 2]);
    expect([failing, other].map((labels) => sum('flagstaff_job_failures_total', labels))).toEqual([1, 0]);
    const [first, last] = [failing, other].map((labels) => sum('flagstaff_job_last_success_timestamp_seconds', labels));
    expect([first! >= begin, last! >= first!]).toEqual([true, true]);
  });
});

describe('the server', () => {
  it('says which version it is, and how Node does', async () => {
    const { has } = await now();

    expect(has('flagstaff_build_info', { version: packageJson.version, node: process.versions.node })).toBe(true);
    for (const name of [
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_gc_duration_seconds_count',
    ]) {
      expect([name, has(name)]).toEqual([name, true]);
    }
  });
});
