/** The image, as the Dockerfile lays it out: what an operator runs in it is there, and works without anything else. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/package-root';
import {
  installForStart,
  installProduction,
  lend,
  makeHome,
  pathWithoutNpm,
  readLock,
  removeHomes,
  scriptOf,
} from '../support/layout';
import { cleanUpProcesses, freePort, makeDataDir, makePlace, runServer } from '../support/processes';
import { isEmbedded } from '../support/world';

jest.setTimeout(240_000);

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Stage {
  readonly name: string;
  readonly copies: readonly { readonly from: string | null; readonly sources: readonly string[]; readonly target: string }[];
}

const DOCKERFILE = readFileSync(join(PACKAGE_ROOT, 'Dockerfile'), 'utf8');
const home = makeHome();
const directories = { dependencies: join(home, 'dependencies'), build: join(home, 'build'), last: join(home, 'app') };
const PATH = pathWithoutNpm(home);
let place: Record<string, string>;

function stagesOf(dockerfile: string): Stage[] {
  return dockerfile
    .split(/^FROM /m)
    .slice(1)
    .map((text) => ({
      name: / AS (\w+)/.exec(text.split('\n')[0]!)?.[1] ?? 'last',
      copies: [...text.matchAll(/^COPY (?:--from=(\w+) )?(.+) (\S+)$/gm)].map(([, from, sources, target]) => ({
        from: from ?? null,
        sources: sources!.split(' '),
        target: target!,
      })),
    }));
}

function layOut({ copies }: Stage, directory: string): void {
  for (const { from, sources, target } of copies) {
    const origin = from === null ? PACKAGE_ROOT : directories[from as keyof typeof directories];
    for (const source of sources) {
      const path = source.replace(/^\/app\//, '');
      const to = target.endsWith('/') ? join(directory, target, path.split('/').at(-1)!) : join(directory, target);
      lend(join(origin, path), to);
    }
  }
}

beforeAll(async () => {
  const [dependencies, build, last] = stagesOf(DOCKERFILE);
  layOut(dependencies!, directories.dependencies);
  installProduction(directories.dependencies);
  makeBill();
  lend(directories.dependencies, directories.build);
  layOut(build!, directories.build);
  installForStart(directories.build);
  const built = run('build', [], directories.build);
  if (built.status !== 0) throw new Error(built.stdout + built.stderr);
  layOut(last!, directories.last);
  place = await makePlace();
});

afterAll(async () => {
  await cleanUpProcesses();
  removeHomes();
});

/** The line of the Dockerfile that says what is in the image; npm asks no registry for it. */
function makeBill(): void {
  const [, command = 'false'] = /^RUN (.* npm sbom .*)$/m.exec(DOCKERFILE) ?? [];
  const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: directories.dependencies, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** Does what `npm run NAME -- ARGUMENTS` does. */
function run(name: string, args: readonly string[] = [], cwd = directories.last): Outcome {
  return node([...scriptOf(cwd, name), ...args], cwd, place);
}

function node(args: readonly string[], cwd: string, env: Record<string, string> = {}): Outcome {
  const { status, stdout, stderr } = spawnSync('node', args, { cwd, env: { PATH, NODE_ENV: 'test', ...env }, encoding: 'utf8' });
  return { status, stdout, stderr };
}

it('has every command for operators', () => {
  const outcomes = [
    run('db:migrate'),
    run('db:new-epoch'),
    run('key-pepper:accept'),
    run('audit:verify'),
    run('password:reset', ['nobody@example.com']),
    run('password:reset'),
  ];

  expect(outcomes).toEqual([
    { status: 0, stdout: 'The database is up to date.\n', stderr: '' },
    { status: 0, stdout: '0 environments have new epochs; clients start over within about a second.\n', stderr: '' },
    {
      status: 0,
      stdout: 'Servers with this KEY_PEPPER start. API keys that were made with another stay refused: make new ones.\n',
      stderr: '',
    },
    { status: 0, stdout: 'All hold: 0 chains.\n', stderr: '' },
    { status: 1, stdout: '', stderr: 'There is no account with the e-mail address "nobody@example.com".\n' },
    { status: 1, stdout: '', stderr: 'Usage: npm run password:reset -- EMAIL\n' },
  ]);
});

it('has them without npm, too, as docs/OPERATIONS.md says', () => {
  const operations = readFileSync(join(PACKAGE_ROOT, 'docs', 'OPERATIONS.md'), 'utf8');
  const [, program] = /docker compose exec server-1 node (\S+) password:reset EMAIL/.exec(operations) ?? [];

  const outcome = node([program ?? '', 'no:command'], directories.last, place);

  expect(outcome).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'The commands are db:migrate, db:revert, db:new-epoch, db:backup, db:restore, key-pepper:accept, doctor, audit:verify, password:reset; got "no:command".\n',
  });
});

it('runs as its last line says', () => {
  const [, command = ''] = /^CMD (\[.*\])$/m.exec(DOCKERFILE) ?? [];
  const [program, ...args] = JSON.parse(command) as string[];

  const outcome = node(args, directories.last, { ...place, PORT: 'none' });

  expect([program, outcome]).toEqual([
    'node',
    { status: 1, stdout: '', stderr: 'Flagstaff cannot start: PORT must be a whole number from 0 to 65535.\n' },
  ]);
});

const onLinux = existsSync('/proc/self/status') ? it : it.skip;
const MB = 1_024;
/** The most that a process had in memory, in MB. */
const peakIn = (status: string): number => Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / MB;

onLinux('begins an embedded database in 450 MB, where it makes one and where it serves it', async () => {
  const env = { PATH, NODE_ENV: 'production', EMBEDDED_DATABASE: 'on', JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'k'.repeat(32) };
  const [, command = ''] = /^CMD (\[.*\])$/m.exec(DOCKERFILE) ?? [];
  const peakAtEnd = `process.on('exit', () => console.log(require('fs').readFileSync('/proc/self/status', 'utf8')));
    require('./dist/src/database/embedded-create.cjs')`;
  const maker = node(['-e', peakAtEnd, 'a program', join(home, 'new database')], directories.last);
  const server = runServer(JSON.parse(command) as string[], { ...env, DATA_DIR: makeDataDir() }, directories.last);
  await server.listening;

  const peaks = [maker.stdout, readFileSync(`/proc/${server.pid}/status`, 'utf8')].map(peakIn);

  expect(maker).toMatchObject({ status: 0, stderr: '' });
  // Both are there at once for a moment, before the server has a database in its own memory.
  expect(peaks[0]).toBeLessThan(200);
  expect(peaks[1]).toBeLessThan(450);
});

it('has a bill of materials with the packages that are in it, and no others', () => {
  interface Bill {
    readonly bomFormat: string;
    readonly components: readonly { readonly group?: string; readonly name: string; readonly version: string }[];
  }
  const bill = JSON.parse(readFileSync(join(directories.last, 'sbom.cdx.json'), 'utf8')) as Bill;
  const { packages } = readLock(join(directories.last, 'node_modules', '.package-lock.json')) as unknown as {
    packages: Record<string, { version: string }>;
  };

  const billed = new Set(bill.components.map(({ group, name, version }) => `${group ? `${group}/` : ''}${name}@${version}`));
  const installed = new Set(
    Object.entries(packages).map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`),
  );
  expect(bill.bomFormat).toBe('CycloneDX');
  expect([...billed].sort()).toEqual([...installed].sort());
  expect([...installed].filter((name) => /^(typescript|jest|eslint|graphiql)@/.test(name))).toEqual([]);
});

const canConfine = !isEmbedded && spawnSync('unshare', ['--mount', 'setpriv', '--reuid=65534', 'true']).status === 0;

(canConfine ? it : it.skip)(
  'serves on a root that is read-only, as an account with no rights, and says that it is healthy',
  async () => {
    const port = await freePort();
    chmodSync(home, 0o755);
    // Does what `docker run --read-only --user 65534` does: mounts elsewhere are not writable for that account either.
    const confine = 'mount -o remount,bind,ro / && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"';
    const [, command = ''] = /^CMD (\[.*\])$/m.exec(DOCKERFILE) ?? [];
    const [, check = ''] = /^HEALTHCHECK [\s\S]*?\n {2}CMD (\[.*\])$/m.exec(DOCKERFILE) ?? [];
    const confined = (words: string): string[] => [
      'unshare',
      '--mount',
      'sh',
      '-c',
      confine,
      'sh',
      ...(JSON.parse(words) as string[]),
    ];
    const { DATA_DIR: _unused, ...store } = await makePlace();
    const env = { ...store, NODE_ENV: 'production', JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'k'.repeat(32), PORT: String(port) };
    const probe = await spawnAsync(confined(JSON.stringify(['touch', join(directories.last, 'written')])), {});

    const server = runServer(confined(command), { ...env, PATH: `${PATH}:${process.env.PATH}` }, directories.last);
    await server.listening;
    const healthy = await spawnAsync(confined(check), { PORT: String(port) });
    server.signal('SIGTERM');
    const end = await server.ended;
    const sick = await spawnAsync(confined(check), { PORT: String(port) });

    expect([probe, healthy, sick]).toEqual([1, 0, 1]);
    expect(end).toEqual({ code: 0, signal: null, stderr: '' });
    expect(server.logLines().filter(({ level }) => Number(level) >= 40)).toEqual([]);
  },
);

async function spawnAsync([program = '', ...args]: readonly string[], env: Record<string, string>): Promise<number | null> {
  const child = spawn(program, args, { env: { PATH: `${PATH}:${process.env.PATH}`, ...env }, stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}
