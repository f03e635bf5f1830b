/**
 * Servers that read from a standby as well, by PostgreSQL's own streaming replication: it lags, stands still, dies, is promoted, or
 * is no standby of theirs. Nobody is answered anything older than asked for, and nobody is refused.
 */
import { GraphQLClient } from 'graphql-request';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { runDoctor } from '../../src/commands/doctor/doctor';
import { readConfig } from '../../src/config';
import { renewEpochs } from '../../src/modules/changes/epoch-repository';
import { openOn } from '../support/data-sources';
import { make, makeEnvironment, makeFlag, toggle, uniqueKey, type Made, type MadeProject } from '../support/make';
import { METRICS_TOKEN, scrape } from '../support/metrics';
import { startOwnPostgres, type OwnStandby } from '../support/own-postgres';
import type { Position, SnapshotWire } from '../support/recorder';
import { prepareServer } from '../support/server-process';
import { expectAllDelivered } from './checks';
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';
import { Evaluators } from './evaluators';
import { Writers } from './writers';

const ROUNDS = scaled(400, 60);
const LANES = 4;
const LAG_S = 5;
const SUBSCRIBERS = 10;
const WRITERS = 2;
const READERS = 2;
const AWAY_MS = scaled(10_000, 3_000);
const SOON_MS = 30_000;

jest.setTimeout(scaled(600_000, 360_000));

const READ = `query ($environmentId: ID!, $projectId: ID!, $key: String!, $flagId: ID!, $min: RevisionInput) {
  evaluate(environmentId: $environmentId, contexts: [{ targetingKey: "ada" }], flagKeys: [$key], minRevision: $min) {
    epoch revision results { evaluations { reason } }
  }
  snapshot(environmentId: $environmentId, minRevision: $min) { epoch revision snapshot }
  project(id: $projectId) { flags(filter: { search: $key }) { totalCount nodes { name } } segments(first: 1) { totalCount } }
  changes(projectId: $projectId, first: 1, filter: { subjectId: $flagId }) { nodes { kind items { version } } }
}`;

interface Read {
  /** Null where a server has not heard of the environment. */
  readonly evaluate:
    (Position & { readonly results: readonly { readonly evaluations: readonly { readonly reason: string }[] }[] }) | null;
  readonly snapshot: (Position & { readonly snapshot: SnapshotWire }) | null;
  readonly project: {
    readonly flags: { readonly totalCount: number; readonly nodes: readonly { readonly name: string }[] };
    readonly segments: { readonly totalCount: number };
  };
  readonly changes: {
    readonly nodes: readonly { readonly kind: string; readonly items: readonly { readonly version: number }[] }[];
  };
}

/** What somebody wrote, and reads again. */
interface Written {
  readonly environment: Made;
  readonly flag: Made;
  readonly name: string;
  readonly min: Position;
}

const isReached = (position: Position | null, min: Position): boolean =>
  position !== null && position.epoch === min.epoch && position.revision >= min.revision;

describeFaults('two servers with a replica', () => {
  let cluster: Cluster;
  let standby: OwnStandby;
  beforeAll(async () => {
    cluster = await startCluster({
      // Without Redis each server reads every environment by itself.
      env: { REDIS_URL: '', METRICS_TOKEN },
      envOf: async ({ postgres, index }) => {
        if (index > 0) return { DATABASE_REPLICA_URL: standby.url };
        // What is sent to the standby, too, and must not change what its sessions read.
        await postgres.query(`ALTER DATABASE flagstaff SET "DateStyle" = 'German, DMY'`);
        standby = await postgres.startStandby();
        return { DATABASE_REPLICA_URL: standby.url };
      },
    });
    await stateIs('used');
  });
  afterAll(() => cluster?.close());

  const replicaOf = async (url: string): Promise<unknown> => {
    const response = await fetch(`${url}/readyz`);
    const { status, replica } = (await response.json()) as { readonly status: string; readonly replica?: string };
    expect([response.status, status]).toEqual([200, 'ready']);
    return replica;
  };
  const stateIs = async (state: string): Promise<void> => {
    await until(`the replica is ${state}`, SOON_MS, async () => {
      const states = await Promise.all(cluster.urls.map(replicaOf));
      return states.every((each) => each === state);
    });
    await until(`the metrics say ${state}`, SOON_MS, async () => {
      const scrapes = await Promise.all(cluster.urls.map((url) => scrape(url)));
      return scrapes.every(({ sum }) => sum('flagstaff_replica_state', { state }) === 1 && sum('flagstaff_replica_state') === 1);
    });
  };
  const countIn = async (database: Pick<OwnStandby, 'query'>): Promise<number> => {
    const [row] = await database.query<{ count: number }>('SELECT sum(sequence)::integer AS count FROM audit_head');
    return row!.count;
  };
  const caughtUp = async (): Promise<void> => {
    const newest = await countIn(cluster.postgres);
    await until('the replica has everything', SOON_MS, async () => (await countIn(standby)) >= newest);
  };
  const outcomes = async (outcome: string): Promise<number[]> =>
    Promise.all(cluster.urls.map(async (url) => (await scrape(url)).sum('flagstaff_replica_reads_total', { outcome })));
  const setDelay = async (seconds: number): Promise<void> => {
    await standby.query(`ALTER SYSTEM SET recovery_min_apply_delay = '${seconds}s'`);
    await standby.query('SELECT pg_reload_conf()');
  };

  const clientOf = (server: number | GraphQLClient): GraphQLClient =>
    typeof server === 'number' ? cluster.admin(server) : server;

  /** A new environment, which no server has read yet, and a new flag in it, renamed and turned on. */
  async function write(server: number | GraphQLClient): Promise<Written> {
    const project: MadeProject = { ...cluster.project, client: clientOf(server) };
    const environment = await makeEnvironment(project);
    const flag = await makeFlag(project, { key: uniqueKey('flag') });
    const name = uniqueKey('name');
    await make(project.client, 'updateFlag', { flagId: flag.id, expectedVersion: 1, name }, 'flag { id }');
    return { environment, flag, name, min: await toggle(project, flag, environment, true) };
  }

  const read = (server: number | GraphQLClient, { environment, flag, min }: Written): Promise<Read> =>
    clientOf(server).request<Read>(READ, {
      environmentId: environment.id,
      ...{ projectId: cluster.project.id, key: flag.key, flagId: flag.id, min },
    });

  /** What is older than it was asked for. */
  function problemsOf({ flag, name, min }: Written, { evaluate, snapshot, project, changes }: Read): string[] {
    const reason = evaluate?.results[0]?.evaluations[0]?.reason;
    const isOn = snapshot?.snapshot.flags.find(({ key }) => key === flag.key);
    const checks: Readonly<Record<string, boolean>> = {
      evaluate: isReached(evaluate, min) && reason === 'FALLTHROUGH',
      snapshot: isReached(snapshot, min) && isOn !== undefined,
      flags: project.flags.totalCount === 1 && project.flags.nodes[0]!.name === name,
      changes: changes.nodes[0]?.kind === 'FLAG_TOGGLED',
    };
    const answer = JSON.stringify({ evaluate, flags: project.flags, changes });
    return Object.entries(checks).flatMap(([what, isRight]) => (isRight ? [] : [`${what} for ${name}: ${answer}`]));
  }

  it('read snapshots and lists from it when it has everything', async () => {
    const written = [await write(0), await write(1), await write(0)];
    await caughtUp();
    const scans = async (): Promise<number> => {
      const [row] = await standby.query<{ count: number }>(
        `SELECT sum(seq_scan + coalesce(idx_scan, 0))::integer AS count FROM pg_stat_user_tables WHERE relname IN ('flag', 'change')`,
      );
      return row!.count;
    };
    const [before, scansBefore] = [await outcomes('answered'), await scans()];

    const answers: (readonly [Written, Read])[] = [];
    for (const each of written) for (const server of [0, 1]) answers.push([each, await read(server, each)]);

    expect(answers.flatMap(([each, answer]) => problemsOf(each, answer))).toEqual([]);
    for (const [{ environment }, { snapshot }] of answers) {
      expect(snapshot?.snapshot).toEqual(await cluster.snapshot({ environment, secret: '' }));
    }
    const after = await outcomes('answered');
    // Three times a snapshot, two pages with their counts, and the changes.
    expect(after.map((count, server) => count - before[server]!)).toEqual([18, 18]);
    await until('the standby has counted its scans', SOON_MS, async () => (await scans()) > scansBefore);
  });

  it('say how many changes it lacks', async () => {
    const lags = (): Promise<number[]> =>
      Promise.all(cluster.urls.map(async (url) => (await scrape(url)).sum('flagstaff_replica_lag_changes')));
    await setDelay(LAG_S);
    await write(0);
    await until('it lacks some', SOON_MS, async () => (await lags()).every((lag) => lag > 0));
    await setDelay(0);
    await until('it lacks none', SOON_MS, async () => (await lags()).every((lag) => lag === 0));
  });

  it(`never answer older than asked for while it lags by ${LAG_S} s, in ${ROUNDS} changes on one and reads on both`, async () => {
    await setDelay(LAG_S);
    const before = await outcomes('behind');
    const problems: string[] = [];
    let lagMax = 0;
    const lane = async (index: number): Promise<void> => {
      for (let round = index; round < ROUNDS; round += LANES) {
        const written = await write(round % 2);
        const answers = await Promise.all([read(0, written), read(1, written)]);
        problems.push(...answers.flatMap((answer) => problemsOf(written, answer)));
        lagMax = Math.max(lagMax, (await countIn(cluster.postgres)) - (await countIn(standby)));
      }
    };

    await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)));

    const behind = (await outcomes('behind')).map((count, server) => count - before[server]!);
    report(`${ROUNDS} rounds; the replica lacked up to ${lagMax} changes; left to the primary: ${behind.join(' and ')} reads`);
    expect(problems).toEqual([]);
    expect(lagMax).toBeGreaterThan(LANES);
    expect(Math.min(...behind)).toBeGreaterThan(ROUNDS);
    await setDelay(0);
    await caughtUp();
  });

  /** Clients that read lists, and environments that no server has read yet, on both servers without a pause. */
  function startReading(written: Written): { readonly stop: () => Promise<{ problems: readonly string[]; reads: number }> } {
    const problems: string[] = [];
    let reads = 0;
    let isStopped = false;
    const loop = async (server: number): Promise<void> => {
      while (!isStopped) {
        try {
          const fresh = await write(server);
          for (const each of [fresh, written]) problems.push(...problemsOf(each, await read(1 - server, each)));
          reads += 2;
        } catch (error) {
          problems.push(`Server ${server}: ${(error as Error).message}`);
        }
      }
    };
    const loops = Array.from({ length: READERS }, (_, reader) => loop(reader % 2));
    return {
      stop: async () => {
        isStopped = true;
        await Promise.all(loops);
        return { problems, reads };
      },
    };
  }

  const warnings = (sentence: string): number[] => cluster.servers.map((server) => server.output().split(sentence).length - 1);

  it('refuse nobody and lose nothing while it is killed and while it stands still, and say so once', async () => {
    const written = await write(0);
    const recorders = Array.from({ length: SUBSCRIBERS }, (_, first) => cluster.record({ first }));
    await until('every subscriber is connected', SOON_MS, () => recorders.every(({ connections }) => connections > 0));
    const said = warnings('the replica is unreachable: ');
    const writers = await new Writers(cluster).start(WRITERS);
    const evaluators = new Evaluators(cluster);
    const reading = startReading(written);

    await sleep(500);
    await standby.kill();
    await stateIs('unreachable');
    await sleep(AWAY_MS);
    await standby.start();
    await stateIs('used');
    standby.pause();
    await stateIs('unreachable');
    await sleep(AWAY_MS);
    standby.resume();
    await stateIs('used');
    const { problems, reads } = await reading.stop();
    await evaluators.stop();
    await writers.stop();
    const tookMs = await expectAllDelivered(cluster, writers, recorders);

    report(
      `${writers.acknowledged.length} mutations, the slowest in ${writers.longestAnswerMs} ms; ${reads} reads of four things; ` +
        `${evaluators.answers.join(' and ')} evaluations; failed on the replica: ${(await outcomes('failed')).join(' and ')}, ` +
        `not tried: ${(await outcomes('away')).join(' and ')}; converged in ${tookMs} ms`,
    );
    expect(problems).toEqual([]);
    expect(evaluators.problems).toEqual([]);
    expect([...writers.lost.keys()]).toEqual([]);
    expect(reads).toBeGreaterThan(0);
    expect(Math.min(...(await outcomes('away')))).toBeGreaterThan(0);
    expect(warnings('the replica is unreachable: ')).toEqual(said.map((count) => count + 2));
  });

  it('refuse nobody when PostgreSQL cancels what conflicts with recovery', async () => {
    await standby.query(`ALTER SYSTEM SET max_standby_streaming_delay = 0`);
    await standby.query('SELECT pg_reload_conf()');
    const conflicts = async (): Promise<number> => {
      const [row] = await standby.query<{ count: number }>(
        'SELECT sum(confl_snapshot + confl_lock + confl_bufferpin)::integer AS count FROM pg_stat_database_conflicts',
      );
      return row!.count;
    };
    const written = await write(0);
    let isStopped = false;
    const problems: string[] = [];
    let reads = 0;
    const lane = async (server: number): Promise<void> => {
      while (!isStopped) {
        try {
          problems.push(...problemsOf(written, await read(server, written)));
          reads++;
        } catch (error) {
          problems.push((error as Error).message);
        }
      }
    };
    const [before, failed] = [await conflicts(), await outcomes('failed')];

    const lanes = Array.from({ length: 2 * LANES }, (_, index) => lane(index % 2));
    await until('reads were cancelled', SOON_MS, async () => {
      await cluster.postgres.query('UPDATE flag SET version = version');
      await cluster.postgres.query('VACUUM flag');
      return (await conflicts()) > before;
    });
    isStopped = true;
    await Promise.all(lanes);

    const cancelled = (await conflicts()) - before;
    const failedNow = await outcomes('failed');
    report(`${reads} reads of four things, of which PostgreSQL cancelled ${cancelled}`);
    expect(problems).toEqual([]);
    expect(failedNow[0]! + failedNow[1]!).toBeGreaterThan(failed[0]! + failed[1]!);
    await standby.query('ALTER SYSTEM RESET max_standby_streaming_delay');
    await standby.query('SELECT pg_reload_conf()');
    await stateIs('used');
  });

  it('believe neither an old epoch nor a revoked key of it while its replay is paused', async () => {
    const written = await write(0);
    const input = { environmentId: written.environment.id, kind: 'SERVER', name: 'Revoked' };
    const { apiKey, secret } = await make<{ apiKey: Made; secret: string }>(
      cluster.admin(0),
      'createApiKey',
      input,
      'apiKey { id } secret',
    );
    const evaluate = (server: number): Promise<number> =>
      fetch(`${cluster.urls[server]}/ofrep/v1/evaluate/flags`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: JSON.stringify({ context: { targetingKey: 'ada' } }),
      }).then(({ status }) => status);
    await caughtUp();
    await standby.query('SELECT pg_wal_replay_pause()');
    const alive = [await evaluate(0), await evaluate(1)];

    await make(cluster.admin(0), 'revokeApiKey', { apiKeyId: apiKey.id }, 'apiKey { id }');
    const atOnce = await evaluate(0);
    await until('the other server refuses the key', SOON_MS, async () => (await evaluate(1)) === 401);
    const unread = await write(0);
    const opened = await openOn({ kind: 'server', url: cluster.postgres.url, drop: async () => undefined });
    await opened.dataSource.transaction((connection) => renewEpochs(connection, null));
    await opened.close();
    const min = await cluster.head({ environment: unread.environment, secret: '' });
    const answers = [await read(0, { ...unread, min }), await read(1, { ...unread, min })];
    await stateIs('behind');
    const [key] = await standby.query<{ isAlive: boolean }>('SELECT revoked_at IS NULL AS "isAlive" FROM api_key WHERE id = $1', [
      apiKey.id,
    ]);
    await standby.query('SELECT pg_wal_replay_resume()');

    expect(alive).toEqual([200, 200]);
    expect(atOnce).toBe(401);
    expect(key).toEqual({ isAlive: true });
    expect(min.epoch).not.toBe(unread.min.epoch);
    expect(answers.flatMap((answer) => problemsOf({ ...unread, min }, answer))).toEqual([]);
    await stateIs('used');
  });

  it('serve without it when it is no standby of theirs', async () => {
    const other = await startOwnPostgres();
    const wrong: Readonly<Record<string, string>> = {
      'not a standby': cluster.postgres.url,
      'of another installation': other.url,
      unreachable: 'postgres://postgres@127.0.0.1:9/flagstaff',
    };
    const states: Record<string, unknown> = {};
    try {
      for (const [state, url] of Object.entries(wrong)) {
        const server = await prepareServer({ DATABASE_URL: cluster.postgres.url, DATABASE_REPLICA_URL: url });
        await server.start();
        await until('the state is known', SOON_MS, async () => (await replicaOf(server.url)) !== undefined);
        states[state] = await replicaOf(server.url);
        await server.drain();
      }
    } finally {
      await other.remove();
    }

    expect(states).toEqual(Object.fromEntries(Object.keys(wrong).map((state) => [state, state])));
  });

  it('are diagnosed with it by the doctor', async () => {
    const lines: string[] = [];
    const diagnose = (replicaUrl: string): Promise<boolean> => {
      const env = { DATABASE_URL: cluster.postgres.url, DATABASE_REPLICA_URL: replicaUrl, PORT: '0', DATA_DIR: tmpdir() };
      const secrets = { JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'a pepper of the tests, of 32 characters' };
      const add = (line: string): void => {
        if (/ replica /.test(line)) lines.push(line.replace(/ +/g, ' '));
      };
      return runDoctor(() => readConfig({ ...env, ...secrets }), add);
    };
    await caughtUp();

    const wells = [
      await diagnose(standby.url),
      await diagnose(cluster.postgres.url),
      await diagnose('postgres://postgres@127.0.0.1:9/flagstaff'),
    ];

    expect(wells).toEqual([true, false, true]);
    expect(lines).toEqual([
      'ok replica a standby that has every change',
      'WRONG replica is not a standby. It takes writes of its own: it is the primary, or was promoted; let DATABASE_REPLICA_URL name a standby.',
      'warning replica The database at DATABASE_REPLICA_URL cannot be reached: connect ECONNREFUSED 127.0.0.1:9; ' +
        'start PostgreSQL there, or correct host and port.',
    ]);
  });

  it('do not read from it when it was promoted, whatever is written there', async () => {
    const written = await write(0);
    await caughtUp();

    await standby.query('SELECT pg_promote()');
    await stateIs('not a standby');
    const before = await outcomes('answered');
    await standby.query(`UPDATE flag SET name = 'From another history' WHERE id = $1`, [written.flag.id]);
    const answers = [await read(0, written), await read(1, written)];

    expect(answers.flatMap((answer) => problemsOf(written, answer))).toEqual([]);
    expect(await outcomes('answered')).toEqual(before);
    expect(cluster.crashes()).toEqual([]);
  });

  it('do not read from it when the primary was restored, also when that has more changes again', async () => {
    const second = await cluster.postgres.startStandby();
    const backup = await cluster.postgres.backUp();
    await write(0);
    const newest = await countIn(cluster.postgres);
    await until('the replica has what will be lost', SOON_MS, async () => (await countIn(second)) >= newest);
    const env = { DATABASE_URL: cluster.postgres.url, DATABASE_REPLICA_URL: second.url, METRICS_TOKEN };
    const server = await prepareServer(env);
    await server.start();
    await until('the replica is used', SOON_MS, async () => (await replicaOf(server.url)) === 'used');
    const client = new GraphQLClient(`${server.url}/graphql`, { headers: { authorization: `Bearer ${cluster.adminSecret}` } });
    const answered = async (): Promise<number> =>
      (await scrape(server.url)).sum('flagstaff_replica_reads_total', { outcome: 'answered' });

    await cluster.postgres.restore(backup);
    await until('the server is back', SOON_MS, () => write(client).then(Boolean, () => false));
    const before = await answered();
    const problems: string[] = [];
    while ((await countIn(cluster.postgres)) <= newest + LANES) {
      const written = await write(client);
      problems.push(...problemsOf(written, await read(client, written)));
    }
    const after = await answered();
    await server.drain();

    expect(problems).toEqual([]);
    expect(after).toBe(before);
    expect(server.output()).toContain('the replica is of another history: ');
  });
});
