/**
 * Servers that read from a standby as well, by PostgreSQL's own streaming replication: it lags, stands still, dies, is promoted, or
 * is no standby of theirs. Nobody is answered anything older than asked for, and nobody is refused.
 */
import { make, makeEnvironment, makeFlag, toggle, uniqueKey, type Made, type MadeProject } from '../support/make';
import { METRICS_TOKEN, scrape } from '../support/metrics';
import { type OwnStandby } from '../support/own-postgres';
import type { Position, SnapshotWire } from '../support/recorder';
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';

const ROUNDS = scaled(400, 60);
const LANES = 4;
const LAG_S = 5;
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
  readonly evaluate: Position & { readonly results: readonly { readonly evaluations: readonly { readonly reason: string }[] }[] };
  readonly snapshot: Position & { readonly snapshot: SnapshotWire };
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

describeFaults('two servers with a replica', () => {
  let cluster: Cluster;
  let standby: OwnStandby;
  beforeAll(async () => {
    cluster = await startCluster({
      // Without Redis each server reads every environment by itself.
      env: { REDIS_URL: '', METRICS_TOKEN },
      envOf: async ({ postgres, index }) => {
        if (index === 0) standby = await postgres.startStandby();
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

  const projectOn = (server: number): MadeProject => ({ ...cluster.project, client: cluster.admin(server) });

  /** A new environment, which no server has read yet, and a new flag in it, renamed and turned on. */
  async function write(server: number): Promise<Written> {
    const project = projectOn(server);
    const environment = await makeEnvironment(project);
    const flag = await makeFlag(project, { key: uniqueKey('flag') });
    const name = uniqueKey('name');
    await make(project.client, 'updateFlag', { flagId: flag.id, expectedVersion: 1, name }, 'flag { id }');
    return { environment, flag, name, min: await toggle(project, flag, environment, true) };
  }

  const read = (server: number, { environment, flag, min }: Written): Promise<Read> =>
    cluster.admin(server).request<Read>(READ, {
      environmentId: environment.id,
      ...{ projectId: cluster.project.id, key: flag.key, flagId: flag.id, min },
    });

  /** What is older than it was asked for. */
  function problemsOf({ flag, name, min }: Written, { evaluate, snapshot, project, changes }: Read): string[] {
    const reason = evaluate.results[0]?.evaluations[0]?.reason;
    const isOn = snapshot.snapshot.flags.find(({ key }) => key === flag.key);
    const checks: Readonly<Record<string, boolean>> = {
      evaluate: evaluate.epoch === min.epoch && evaluate.revision >= min.revision && reason === 'FALLTHROUGH',
      snapshot: snapshot.epoch === min.epoch && snapshot.revision >= min.revision && isOn !== undefined,
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
      expect(snapshot.snapshot).toEqual(await cluster.snapshot({ environment, secret: '' }));
    }
    const after = await outcomes('answered');
    // Three times a snapshot, two pages with their counts, and the changes.
    expect(after.map((count, server) => count - before[server]!)).toEqual([18, 18]);
    await until('the standby has counted its scans', SOON_MS, async () => (await scans()) > scansBefore);
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
});
