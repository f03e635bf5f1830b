/** The alert rules and the Grafana dashboard, against real Prometheus and the metrics that a server really has. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PACKAGE_ROOT } from '../../src/package-root';
import { eventually } from '../support/make';
import { freePort } from '../support/processes';
import { createWorld, type World } from '../support/world';

const DEPLOY = join(PACKAGE_ROOT, 'deploy');
const hasPrometheus = spawnSync('which', ['promtool'], { stdio: 'ignore' }).status === 0;
const withPrometheus = hasPrometheus ? describe : describe.skip;

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}
interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}

const rules = (parse(readFileSync(join(DEPLOY, 'prometheus/alerts.yml'), 'utf8')) as Rules).groups.flatMap(
  (group) => group.rules,
);
const dashboard = JSON.parse(readFileSync(join(DEPLOY, 'grafana/dashboards/flagstaff.json'), 'utf8')) as Dashboard;

let world: World;
let port: number;
let text: string;
beforeAll(async () => {
  port = await freePort();
  world = await createWorld({ env: { METRICS_PORT: String(port) } });
  text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
});
afterAll(() => world.close());

/** Names as Prometheus stores them: those of a histogram have endings, and those of a counter `_total`. */
function storedNames(): ReadonlySet<string> {
  const names = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) => {
    if (type === 'histogram') return ['_bucket', '_count', '_sum'].map((end) => name! + end);
    return type === 'counter' ? `${name}_total` : name!;
  });
  return new Set(['up', ...names]);
}

/** The names in an expression where a metric may stand: followed by labels, or alone between brackets and operators. */
function namesIn(expression: string): string[] {
  const bare = expression
    .replace(/\{[^}]*\}/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\b(by|without)\s*\([^)]*\)/g, ' ');
  return [...bare.matchAll(/\b[a-z_][a-z0-9_]*\b(?!\s*\()/g)].map(([name]) => name).filter((name) => name !== 'by');
}

it('name only metrics that a server has', () => {
  const known = storedNames();
  const expressions = [
    ...rules.map(({ alert, expr }) => [alert, expr] as const),
    ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
  ];

  const unknown = expressions.flatMap(([title, expr]) =>
    namesIn(expr).flatMap((name) => (known.has(name) ? [] : [[title, name]])),
  );

  expect(expressions.length).toBeGreaterThan(60);
  expect(unknown).toEqual([]);
});

it('every metric of ours is on the dashboard or in an alert', () => {
  const used = [
    ...rules.map(({ expr }) => expr),
    ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ].join('\n');
  const ours = [...text.matchAll(/^# TYPE ((?:flagstaff|http|db)_\S+) /gm)].map(([, name]) => name!);

  expect(ours.filter((name) => !used.includes(name))).toEqual([]);
});

it('every alert is tested', () => {
  const tested = readFileSync(join(DEPLOY, 'prometheus/alerts.test.yml'), 'utf8');

  const fired = rules.filter(({ alert }) => new RegExp(`alertname: ${alert}\\n +exp_alerts:\\n`).test(tested));
  expect(fired.map(({ alert }) => alert)).toEqual(rules.map(({ alert }) => alert));
});

withPrometheus('with Prometheus', () => {
  const promtool = (...options: string[]): string => {
    const { status, stdout, stderr } = spawnSync('promtool', options, { cwd: join(DEPLOY, 'prometheus'), encoding: 'utf8' });
    return `${status} ${stdout}${stderr}`;
  };

  it('the rules are right, and fire when they should', () => {
    expect(promtool('check', 'rules', 'alerts.yml')).toMatch(/^0 [^]*SUCCESS: \d+ rules found/);
    expect(promtool('test', 'rules', 'alerts.test.yml')).toMatch(/^0 [^]*SUCCESS/);
  });

  it('a rule that is wrong does not pass', () => {
    const broken = readFileSync(join(DEPLOY, 'prometheus/alerts.test.yml'), 'utf8').replace("'0+20x30'", "'0+2x30'");
    const directory = mkdtempSync(join(tmpdir(), 'flagstaff-rules-'));
    writeFileSync(join(directory, 'alerts.yml'), readFileSync(join(DEPLOY, 'prometheus/alerts.yml')));
    writeFileSync(join(directory, 'alerts.test.yml'), broken);

    const outcome = promtool('test', 'rules', join(directory, 'alerts.test.yml'));
    rmSync(directory, { recursive: true });

    expect(outcome).toMatch(/^1 [^]*FAILED/);
  });

  describe('that scrapes a server', () => {
    let prometheus: ChildProcess;
    let directory: string;
    let api: string;
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'flagstaff-prometheus-'));
      const scrape = `{ job_name: flagstaff, scrape_interval: 1s, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }`;
      writeFileSync(join(directory, 'prometheus.yml'), `scrape_configs: [${scrape}]\n`);
      const listen = await freePort();
      api = `http://127.0.0.1:${listen}/api/v1`;
      const options = [`--config.file=${join(directory, 'prometheus.yml')}`, `--storage.tsdb.path=${join(directory, 'data')}`];
      prometheus = spawn('prometheus', [...options, `--web.listen-address=127.0.0.1:${listen}`], { stdio: 'ignore' });
    });
    afterAll(async () => {
      const ended = new Promise((resolve) => prometheus.once('exit', resolve));
      prometheus.kill('SIGKILL');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    });

    const query = async (expression: string): Promise<string | undefined> => {
      const response = await fetch(`${api}/query?query=${encodeURIComponent(expression)}`);
      const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
      return data.result[0]?.value[1];
    };

    it('takes every sample that it is given', async () => {
      const up = await eventually(async () => (await query('up{job="flagstaff"}').catch(() => undefined)) === '1');
      const samples = Number(await query('scrape_samples_scraped{job="flagstaff"}'));
      const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;

      expect(up).toBe(true);
      // The scrape itself is a request that the next one has, and a job may have run.
      expect(samples).toBeGreaterThanOrEqual(lines);
      expect(await query('flagstaff_database_reachable')).toBe('1');
    });
  });
});
