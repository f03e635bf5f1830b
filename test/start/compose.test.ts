/** docker-compose.yml, as an operator uses it who has only a file `.env` beside it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { parse } from 'yaml';
import { readConfig } from '../../src/config';
import { PACKAGE_ROOT } from '../../src/package-root';
import { VARIABLE_NAMES } from '../../src/variables';
import { eventually } from '../support/make';
import { hasRedisServer } from '../support/own-redis';
import { freePort } from '../support/processes';

interface Service {
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly ports: readonly string[];
}

type Env = Readonly<Record<string, string>>;

const TEXT = readFileSync(join(PACKAGE_ROOT, 'docker-compose.yml'), 'utf8');
const README = readFileSync(join(PACKAGE_ROOT, 'README.md'), 'utf8');
const REQUIRED: Env = { POSTGRES_PASSWORD: 'p'.repeat(24), JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'k'.repeat(32) };
const SERVERS = ['server-1', 'server-2'];

/** Variables that the containers decide: the image, or the other services of the file. */
const DECIDED = ['DATABASE_URL', 'REDIS_URL', 'EMBEDDED_DATABASE', 'DATA_DIR', 'HOST', 'PORT', 'NODE_ENV'];

/** The file with the values of `.env` put in, as compose does; throws the message for one that must be there. */
function serviceWith(name: string, env: Env): Service {
  const text = TEXT.replace(/^\s*#.*$/gm, '').replace(
    /\$\{(\w+)(:[-?])([^}]*)\}/g,
    (_, variable: string, operator: string, rest: string) => {
      const value = env[variable] ?? '';
      if (value !== '') return value;
      if (operator === ':?') throw new Error(`${variable}: ${rest}`);
      return rest;
    },
  );
  const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };
  return services[name]!;
}

const imageEnvironment = (): Env => {
  const [, pairs = ''] = /^ENV (.+)$/m.exec(readFileSync(join(PACKAGE_ROOT, 'Dockerfile'), 'utf8')) ?? [];
  return Object.fromEntries(pairs.split(' ').map((pair) => pair.split('='))) as Env;
};

it.each(SERVERS)('%s gets every variable that is documented and that the containers do not decide', (server) => {
  const passed = VARIABLE_NAMES.filter((name) => !DECIDED.includes(name));
  const values = Object.fromEntries(passed.map((name) => [name, `value-of-${name}`]));

  const { environment } = serviceWith(server, { ...REQUIRED, ...values });

  expect(environment).toEqual({ ...values, DATABASE_URL: expect.any(String), REDIS_URL: expect.any(String) });
});

it('says in the README which variables the containers decide', () => {
  const [, listed = ''] = /but for those that the containers decide: ([^.]+)\./.exec(README) ?? [];

  expect([...listed.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()).toEqual(
    DECIDED.filter((name) => name !== 'PORT').sort(),
  );
});

it('starts with what the README puts into .env, and the defaults of all else', () => {
  const [, block = ''] = /cat > \.env <<END\n([\s\S]+?)\nEND/.exec(README) ?? [];
  const env = Object.fromEntries(block.split('\n').map((line) => [line.split('=')[0]!, 'a'.repeat(32)]));
  const { environment } = serviceWith('server-1', { ...env, OWNER_EMAIL: 'you@example.com' });

  const image = imageEnvironment();
  const { DATABASE_URL, REDIS_URL, JWT_SECRET, KEY_PEPPER } = environment;

  const config = readConfig({ ...image, ...environment });

  const withoutOthers = readConfig({ ...image, DATABASE_URL, REDIS_URL, JWT_SECRET, KEY_PEPPER, METRICS_PORT: '9464' });
  const owner = { email: 'you@example.com', password: 'a'.repeat(32) };
  expect(config).toEqual({ ...withoutOthers, owner, trustedProxies: ['uniquelocal'] });
});

it.each(['POSTGRES_PASSWORD', 'JWT_SECRET', 'KEY_PEPPER'])('does not start without %s', (name) => {
  expect(() => serviceWith('server-1', { ...REQUIRED, [name]: '' })).toThrow(`${name}: set it in .env`);
});

it('is reached from this machine alone, unless another address is asked for', () => {
  expect(serviceWith('load-balancer', REQUIRED).ports).toEqual(['127.0.0.1:4000:8080']);
  expect(serviceWith('load-balancer', { ...REQUIRED, PORT: '80', PUBLISH_ADDRESS: '0.0.0.0' }).ports).toEqual([
    '0.0.0.0:80:8080',
  ]);
});

it('has a load balancer that asks again where the servers are', () => {
  const config = readFileSync(join(PACKAGE_ROOT, 'deploy', 'nginx.conf'), 'utf8');

  expect(config).toMatch(/^\s*resolver 127\.0\.0\.11 valid=2s;$/m);
  expect(config.match(/^\s*server server-\d:4000 resolve /gm)).toHaveLength(SERVERS.length);
});

it('has a monitoring, asked for by its profile, that reaches each server and finds its files', () => {
  interface Monitored extends Service {
    readonly profiles: readonly string[];
    readonly volumes: readonly string[];
  }
  const monitors = ['prometheus', 'grafana'].map((name) => serviceWith(name, REQUIRED) as Monitored);
  const { scrape_configs: jobs, rule_files: rules } = parse(
    readFileSync(join(PACKAGE_ROOT, 'deploy', 'prometheus', 'prometheus.yml'), 'utf8'),
  ) as { scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[]; rule_files: string[] };
  const files = monitors
    .flatMap(({ volumes }) => volumes.map((volume) => volume.split(':')[0]!))
    .filter((path) => path.startsWith('./'));
  const { METRICS_PORT: port } = serviceWith('server-1', REQUIRED).environment;

  expect(monitors.map(({ profiles }) => profiles)).toEqual([['monitoring'], ['monitoring']]);
  expect(monitors.flatMap(({ ports }) => ports)).toEqual(['127.0.0.1:9090:9090', '127.0.0.1:3000:3000']);
  expect(jobs.map(({ job_name, static_configs: [first] }) => [job_name, first!.targets])).toEqual([
    ['flagstaff', SERVERS.map((server) => `${server}:${port}`)],
  ]);
  expect(rules).toEqual(['alerts.yml']);
  expect(files.filter((file) => !existsSync(join(PACKAGE_ROOT, file)))).toEqual([]);
  expect(files).toHaveLength(4);
});

(hasRedisServer ? it : it.skip)('has a Redis that makes room when it is full', async () => {
  const port = await freePort();
  const [program, ...flags] = serviceWith('redis', REQUIRED).command;
  // Less than in the file, so that it is full at once.
  const server = spawn(program!, [...flags, '--port', String(port), '--bind', '127.0.0.1', '--maxmemory', '3mb'], {
    stdio: 'ignore',
  });
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20 });
  client.on('error', () => undefined);
  await eventually(() => client.ping());
  const before = await client.config('GET', 'maxmemory-policy');
  for (let i = 0; i < 100; i++) await client.set(`key-${i}`, 'x'.repeat(64 * 1024));
  const newest = await client.strlen('key-99');
  const kept = await client.dbsize();
  client.disconnect();
  const ended = once(server, 'exit');
  server.kill();
  await ended;

  expect(before).toEqual(['maxmemory-policy', 'allkeys-lru']);
  expect(newest).toBe(64 * 1024);
  expect(kept).toBeLessThan(100);
});
