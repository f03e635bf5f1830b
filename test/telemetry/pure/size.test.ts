/** Clients choose names and paths, and an installation has any number of environments: what is scraped stays small all the same. */
import { Metrics } from '../../../src/telemetry/metrics';
import { scrapeOf } from '../../support/metrics';

const BYTES_MAX = 1_000_000;
const TRANSPORTS = ['http', 'websocket', 'event_stream'] as const;
/** More than there are. */
const CODES = Array.from({ length: 12 }, (_, i) => `A_CODE_OF_SOME_LENGTH_${i}`);

it('a scrape with 100 environments and 1,000 names of operations has less than a megabyte', async () => {
  const metrics = new Metrics();
  metrics.addRuntime();
  const environments = Array.from({ length: 100 }, (_, i) => `environment_0190a0b0-0000-7000-8000-0000000${1000 + i}`);
  const each = () => environments.map((environment_id) => ({ labels: { environment_id }, value: 123_456_789 }));
  for (const name of ['revision', 'age_seconds', 'lag_revisions'] as const) metrics.observe(`flagstaff_snapshot_${name}`, each);
  for (let i = 0; i < 1_000; i++) {
    for (const transport of TRANSPORTS) {
      const name = `AnOperationWithANameOfTheLengthThatTheyHave${i}`;
      metrics.operationEnded({ transport, name, nameFrom: 'trusted', durationMs: i, errorCodes: CODES });
    }
  }
  for (let route = 0; route < 30; route++) {
    for (const status of [200, 400, 401, 404, 429, 503]) {
      metrics.requestEnded({ method: 'POST', route: `/a/route/of/some/length/:key/${route}`, status, durationMs: 12 });
    }
  }

  const text = await metrics.text();

  expect(Buffer.byteLength(text)).toBeLessThan(BYTES_MAX);
  const { samples, sum } = scrapeOf(text);
  expect(new Set(samples.flatMap(({ labels }) => labels.operation ?? [])).size).toBe(101);
  expect(sum('flagstaff_operation_duration_seconds_count')).toBe(3_000);
  expect(sum('flagstaff_operation_duration_seconds_count', { operation: 'other' })).toBe(2_700);
  expect(sum('flagstaff_snapshot_revision')).toBe(100 * 123_456_789);
});

it('counts a duration in the first bucket that it is not longer than, and in all later ones', async () => {
  const metrics = new Metrics();
  for (const durationMs of [0.5, 1, 1.001, 4_999, 5_001]) {
    metrics.requestEnded({ method: 'GET', route: '/livez', status: 200, durationMs });
  }

  const { sum } = scrapeOf(await metrics.text());

  const upTo = (le: string): number => sum('http_server_request_duration_seconds_bucket', { le });
  expect(['0.001', '0.005', '1', '5', '+Inf'].map(upTo)).toEqual([2, 3, 3, 4, 5]);
  expect(sum('http_server_request_duration_seconds_sum')).toBeCloseTo(10.002501, 9);
});

it('leaves half of the names to callers whom not anybody can be, and counts a name that is known under it', async () => {
  const metrics = new Metrics();
  const end = (name: string, nameFrom: 'public' | 'trusted'): void =>
    metrics.operationEnded({ transport: 'http', name, nameFrom, durationMs: 1, errorCodes: ['A_CODE'] });
  for (let i = 0; i < 200; i++) end(`Page${i}`, 'public');
  for (let i = 0; i < 200; i++) end(`Program${i}`, 'trusted');
  end('Program0', 'public');

  const { samples, sum } = scrapeOf(await metrics.text());

  const names = new Set(samples.flatMap(({ labels }) => labels.operation ?? []));
  expect([...names].filter((name) => name.startsWith('Page'))).toHaveLength(50);
  expect([...names].filter((name) => name.startsWith('Program'))).toHaveLength(50);
  expect(sum('flagstaff_operation_duration_seconds_count', { operation: 'other' })).toBe(300);
  expect(sum('flagstaff_operation_errors_total', { operation: 'other' })).toBe(300);
  expect(sum('flagstaff_operation_duration_seconds_count', { operation: 'Program0' })).toBe(2);
});

it('counts a name of an operation once under its name, whichever transport came first', async () => {
  const metrics = new Metrics();
  metrics.operationSeries('http', 'Same', 'trusted').observe(1);
  metrics.operationEnded({ transport: 'http', name: 'Same', nameFrom: 'trusted', durationMs: 1, errorCodes: [] });
  metrics.operationEnded({
    transport: 'websocket',
    name: 'Same',
    nameFrom: 'trusted',
    durationMs: 1,
    errorCodes: ['STALE_VERSION'],
  });
  metrics.operationEnded({ transport: 'http', name: null, nameFrom: 'trusted', durationMs: 1, errorCodes: [] });
  metrics.operationEnded({ transport: 'http', name: 'Hidden', nameFrom: 'nobody', durationMs: 1, errorCodes: [] });

  const { sum, text } = scrapeOf(await metrics.text());

  const count = (labels: Record<string, string>): number => sum('flagstaff_operation_duration_seconds_count', labels);
  expect(count({ transport: 'http', operation: 'Same' })).toBe(2);
  expect(count({ transport: 'websocket', operation: 'Same' })).toBe(1);
  expect(count({ operation: 'unnamed' })).toBe(1);
  expect(count({ operation: 'other' })).toBe(1);
  expect(text).not.toContain('Hidden');
  expect(sum('flagstaff_operation_errors_total', { operation: 'Same', code: 'STALE_VERSION' })).toBe(1);
});

it('notes when a job last succeeded, and counts the runs that failed', async () => {
  const metrics = new Metrics();
  const before = Date.now() / 1_000;
  metrics.jobEnded('purge_usage', { durationMs: 20, hasFailed: false });
  metrics.jobEnded('purge_sessions', { durationMs: 20, hasFailed: true });

  const { sum, has } = scrapeOf(await metrics.text());

  const success = 'flagstaff_job_last_success_timestamp_seconds';
  expect(sum(success, { job_name: 'purge_usage' })).toBeGreaterThanOrEqual(before);
  expect(has(success, { job_name: 'purge_sessions' })).toBe(false);
  expect(sum('flagstaff_job_failures_total', { job_name: 'purge_sessions' })).toBe(1);
  expect(sum('flagstaff_job_duration_seconds_count')).toBe(2);
});
