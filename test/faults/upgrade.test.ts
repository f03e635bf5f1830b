/**
 * The release before and this one side by side, on the schema of this one: what docs/UPGRADING.md promises. The release before is the
 * commit before the newest migration, from the history of this repository.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphQLClient } from 'graphql-request';
import { migrations } from '../../migrations';
import { PACKAGE_ROOT } from '../../src/package-root';
import { make, makeFlag, toggle, uniqueKey, type MadeProject } from '../support/make';
import { cleanUpProcesses, runServer, type Program } from '../support/processes';
import { Recorder } from '../support/recorder';
import { convergence, problemsOfSubscribers } from './checks';
import { describeFaults, scaled, startCluster, type Cluster } from './cluster';

jest.setTimeout(scaled(600_000, 360_000));

const git = (...args: string[]): string => spawnSync('git', args, { cwd: PACKAGE_ROOT, encoding: 'utf8' }).stdout.trim();

/** The file of the newest migration that is committed, and the commit before it; null where the history does not reach so far. */
function findReleaseBefore(): { readonly commit: string; readonly migration: string } | null {
  const [migration] = git('ls-files', 'migrations')
    .split('\n')
    .filter((file) => /\/\d+-/.test(file))
    .sort()
    .reverse();
  const added =
    git('log', '--diff-filter=A', '--format=%H', '--', migration ?? '')
      .split('\n')
      .at(-1) ?? '';
  const commit = added === '' ? '' : git('rev-parse', '--verify', '--quiet', `${added}~1`);
  return commit === '' || migration === undefined ? null : { commit, migration };
}

const before = findReleaseBefore();
if (before === null)
  process.stderr.write('    The history is missing here: git fetch --unshallow. The release before is not tested.\n');

(before === null ? describe.skip : describeFaults)('the release before, on the schema of this one', () => {
  let cluster: Cluster;
  let old: Program;
  let directory: string;
  let url: string;
  const recorders: Recorder[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ servers: 1 });
    directory = mkdtempSync(join(tmpdir(), 'flagstaff-before-'));
    const archive = execFileSync('git', ['archive', before!.commit], { cwd: PACKAGE_ROOT, maxBuffer: 256 * 1024 * 1024 });
    mkdirSync(join(directory, 'app'));
    execFileSync('tar', ['-x', '-C', join(directory, 'app')], { input: archive });
    symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(directory, 'app', 'node_modules'));
    const limits = ['ANONYMOUS', 'LOG_IN_ADDRESS', 'LOG_IN_ACCOUNT', 'CREDENTIAL_FAILURES', 'MANAGEMENT', 'SERVER_KEY'];
    old = runServer(
      [process.execPath, '-r', './test/support/run-typescript.cjs', 'src/main.ts'],
      {
        NODE_ENV: 'test',
        DATABASE_URL: cluster.postgres.url,
        REDIS_URL: cluster.redis.url,
        JWT_SECRET: 'a secret of the tests, of 32 characters',
        KEY_PEPPER: 'a pepper of the tests, of 32 characters',
        ...Object.fromEntries(limits.map((name) => [`RATE_LIMIT_${name}`, '900000000'])),
      },
      join(directory, 'app'),
    );
    url = await old.listening;
  });
  afterAll(async () => {
    for (const recorder of recorders) await recorder.stop();
    await cleanUpProcesses();
    await cluster?.close();
    if (directory !== undefined) rmSync(directory, { recursive: true });
  });

  const clientAt = (server: string, secret: string): GraphQLClient =>
    new GraphQLClient(`${server}/graphql`, { headers: { authorization: `Bearer ${secret}` } });
  const evaluateAt = (server: string): Promise<unknown> =>
    clientAt(server, cluster.places[0]!.secret).request(
      '{ evaluate(contexts: [{ targetingKey: "ada" }]) { results { values } } }',
    );

  const at = (server: string): MadeProject => ({ ...cluster.project, client: clientAt(server, cluster.adminSecret) });

  it('begins with migrations that it does not know, and reads what this one wrote', async () => {
    const applied = await cluster.postgres.query<{ name: string }>('SELECT name FROM migration ORDER BY id DESC LIMIT 1');

    expect(applied).toEqual([{ name: migrations.at(-1)!.name }]);
    expect(before!.migration).toContain(/\d+$/.exec(applied[0]!.name)![0]);
    expect(await evaluateAt(url)).toEqual(await evaluateAt(cluster.urls[0]!));
  });

  it('writes beside this one, and subscribers of both see every change of both', async () => {
    const { environment, secret } = cluster.places[0]!;
    recorders.push(...[url, cluster.urls[0]!].map((server) => new Recorder({ urls: [server], secret }).start()));
    await convergence(cluster, recorders);

    for (const [index, flag] of cluster.flags.entries()) {
      await toggle(at(index % 2 === 0 ? url : cluster.urls[0]!), flag, environment, true);
      await toggle(at(index % 2 === 0 ? cluster.urls[0]! : url), flag, environment, false);
      await toggle(at(url), flag, environment, true);
    }
    await convergence(cluster, recorders);

    expect(await problemsOfSubscribers(cluster, recorders)).toEqual([]);
    expect(await evaluateAt(url)).toEqual(await evaluateAt(cluster.urls[0]!));
    expect(recorders.map(({ resyncs }) => resyncs)).toEqual([0, 0]);
  });

  it('makes and renames flags that this one finds by their names', async () => {
    const { project } = cluster;
    const query =
      'query ($id: ID!, $text: String!) { project(id: $id) { flags(first: 5, filter: { search: $text }) { nodes { key name } } } }';
    for (const maker of [url, cluster.urls[0]!]) {
      const name = `Checkout ${uniqueKey('before')}`;
      const flag = await makeFlag(at(maker));
      await make(at(url).client, 'updateFlag', { flagId: flag.id, name, expectedVersion: 1 }, 'flag { version }');

      const found = await at(cluster.urls[0]!).client.request(query, { id: project.id, text: name.toUpperCase() });

      expect(found).toEqual({ project: { flags: { nodes: [{ key: flag.key, name }] } } });
    }
  });

  it('is replaced by this one without an end that was not asked for', async () => {
    old.signal('SIGTERM');

    expect(await old.ended).toMatchObject({ code: 0 });
    expect(cluster.crashes()).toEqual([]);
  });
});
