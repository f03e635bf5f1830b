/** The load balancers of `deploy/` in front of servers of a test: the real programs with the real files, but for addresses. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PACKAGE_ROOT } from '../../src/package-root';
import { freePort } from './processes';

export interface Proxy {
  /** `http://127.0.0.1:…`. */
  readonly url: string;
  /** The warnings and errors that it wrote. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

export const PROXIES = { nginx: startNginx, haproxy: startHaproxy } as const;
export type ProxyName = keyof typeof PROXIES;

const PROGRAMS: Readonly<Record<ProxyName, string>> = { nginx: 'nginx', haproxy: 'haproxy' };

/** Skips the tests of a program that is not installed; CI installs both (.ci/run). */
export function describeProxied(name: ProxyName, tests: () => void): void {
  if (isInstalled(PROGRAMS[name])) describe(`behind ${name}`, tests);
  else describe.skip(`behind ${name}, which is not installed`, tests);
}

export const hasProxies = Object.values(PROGRAMS).every(isInstalled);

function isInstalled(program: string): boolean {
  return spawnSync('which', [program], { env: withPath(), stdio: 'ignore' }).status === 0;
}

/** Debian installs servers where only root looks. */
function withPath(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };
}

/** `servers`: `http://host:port` of one or two. */
async function startNginx(servers: readonly string[]): Promise<Proxy> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'flagstaff-nginx-'));
  const [first, second = first] = servers.map(hostOf);
  // Debian's nginx is older than `resolve`; the addresses here are fixed.
  const config = replaceEach(readFileSync(join(PACKAGE_ROOT, 'deploy', 'nginx.conf'), 'utf8'), [
    ['resolver 127.0.0.11 valid=2s;', ''],
    ['server server-1:4000 resolve ', `server ${first} `],
    ['server server-2:4000 resolve ', `server ${second} `],
    ['listen 8080;', `listen 127.0.0.1:${port};`],
    ['http {\n', `http {\n${temporaryPaths(directory)}`],
  ]);
  const path = join(directory, 'nginx.conf');
  writeFileSync(path, config);
  // Its workers would otherwise not get at the directory.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const globals = `daemon off; pid ${directory}/pid; error_log stderr info; ${user}`;
  return run('nginx', ['-p', directory, '-c', path, '-e', 'stderr', '-g', globals], { port, directory });
}

function temporaryPaths(directory: string): string {
  return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${directory}/${name};\n`).join('');
}

async function startHaproxy(servers: readonly string[]): Promise<Proxy> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'flagstaff-haproxy-'));
  const [first, second = first] = servers.map(hostOf);
  const config = replaceEach(readFileSync(join(PACKAGE_ROOT, 'deploy', 'haproxy.cfg'), 'utf8'), [
    ['server server-1 server-1:4000', `server server-1 ${first}`],
    ['server server-2 server-2:4000', `server server-2 ${second}`],
    ['bind :8080', `bind 127.0.0.1:${port}`],
  ]);
  const path = join(directory, 'haproxy.cfg');
  writeFileSync(path, config);
  return run('haproxy', ['-f', path, '-db'], { port, directory });
}

function hostOf(url: string): string {
  const { port } = new URL(url);
  return `127.0.0.1:${port}`;
}

/** Fails when the file has no such line any more. */
function replaceEach(text: string, replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((config, [from, to]) => {
    if (!config.includes(from)) throw new Error(`There is no ${JSON.stringify(from)} in the configuration.`);
    return config.replaceAll(from, to);
  }, text);
}

async function run(
  program: string,
  args: readonly string[],
  { port, directory }: { readonly port: number; readonly directory: string },
): Promise<Proxy> {
  const child = spawn(program, args, { env: withPath(), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    }
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await untilItListens(port, child);
  } catch {
    await stop();
    throw new Error(`${program} did not start: ${output}`);
  }
  return { url: `http://127.0.0.1:${port}`, output: () => output, stop };
}

async function untilItListens(port: number, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (child.exitCode !== null) throw new Error('It ended.');
    const socket = connect(port, '127.0.0.1');
    const isThere = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await sleep(20);
  }
  throw new Error('It does not listen.');
}
