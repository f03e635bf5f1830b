/** Two servers that read from a standby of their PostgreSQL as well, and what a test asks of the three. */
import type { GraphQLClient } from 'graphql-request';
import { make, makeEnvironment, makeFlag, toggle, uniqueKey, type Made, type MadeProject } from '../support/make';
import { METRICS_TOKEN, scrape } from '../support/metrics';
import type { OwnStandby } from '../support/own-postgres';
import type { Position, SnapshotWire } from '../support/recorder';
import { startCluster, until, type Cluster } from './cluster';

export const SOON_MS = 30_000;

const READ = `query ($environmentId: ID!, $projectId: ID!, $key: String!, $flagId: ID!, $min: RevisionInput) {
  evaluate(environmentId: $environmentId, contexts: [{ targetingKey: "ada" }], flagKeys: [$key], minRevision: $min) {
    epoch revision results { evaluations { reason } }
  }
  snapshot(environmentId: $environmentId, minRevision: $min) { epoch revision snapshot }
  project(id: $projectId) { flags(filter: { search: $key }) { totalCount nodes { name } } segments(first: 1) { totalCount } }
  changes(projectId: $projectId, first: 1, filter: { subjectId: $flagId }) { nodes { kind items { version } } }
}`;

export interface Read {
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

/** Things that somebody wrote, and reads again. */
export interface Written {
  readonly project: Made;
  readonly environment: Made;
  readonly flag: Made;
  readonly name: string;
  readonly version: number;
  /** The kind of the last change of the flag. */
  readonly lastChange: string;
  readonly min: Position;
}

const isReached = (position: Position | null, min: Position): boolean =>
  position !== null && position.epoch === min.epoch && position.revision >= min.revision;

type Server = number | GraphQLClient;

export class Replicated {
  private constructor(
    readonly cluster: Cluster,
    readonly standby: OwnStandby,
  ) {}

  static async start(): Promise<Replicated> {
    let standby: OwnStandby | undefined;
    const cluster = await startCluster({
      // Without Redis each server reads every environment by itself.
      env: { REDIS_URL: '', METRICS_TOKEN },
      envOf: async ({ postgres }) => {
        if (standby === undefined) {
          // The setting is sent to the standby, too, and must not change what its sessions read.
          await postgres.query(`ALTER DATABASE flagstaff SET "DateStyle" = 'German, DMY'`);
          standby = await postgres.startStandby();
        }
        return { DATABASE_REPLICA_URL: standby.url };
      },
    });
    const replicated = new Replicated(cluster, standby!);
    await replicated.stateIs('used');
    return replicated;
  }

  /** The server's word about its replica, while it is ready. */
  async replicaOf(url: string): Promise<unknown> {
    const response = await fetch(`${url}/readyz`);
    const { status, replica } = (await response.json()) as { readonly status: string; readonly replica?: string };
    expect([response.status, status]).toEqual([200, 'ready']);
    return replica;
  }

  async stateIs(state: string): Promise<void> {
    await until(`the replica is ${state}`, SOON_MS, async () => {
      const states = await Promise.all(this.cluster.urls.map((url) => this.replicaOf(url)));
      return states.every((each) => each === state);
    });
    await until(`the metrics say ${state}`, SOON_MS, async () => {
      const scrapes = await Promise.all(this.cluster.urls.map((url) => scrape(url)));
      return scrapes.every(({ sum }) => sum('flagstaff_replica_state', { state }) === 1 && sum('flagstaff_replica_state') === 1);
    });
  }

  /** The number of changes that a database has. */
  async countIn(database: Pick<OwnStandby, 'query'>): Promise<number> {
    const [row] = await database.query<{ count: number }>('SELECT sum(sequence)::integer AS count FROM audit_head');
    return row!.count;
  }

  /** Resolves when the standby has what the primary has now. */
  async caughtUp(standby: Pick<OwnStandby, 'query'> = this.standby): Promise<void> {
    const newest = await this.countIn(this.cluster.postgres);
    await until('the replica has everything', SOON_MS, async () => (await this.countIn(standby)) >= newest);
  }

  /** Counts, for each server, reads that the replica might have answered, with this outcome. */
  outcomes(outcome: string): Promise<number[]> {
    const of = async (url: string): Promise<number> => (await scrape(url)).sum('flagstaff_replica_reads_total', { outcome });
    return Promise.all(this.cluster.urls.map(of));
  }

  /** Counts, for each server, changes that the replica lacks. */
  lags(): Promise<number[]> {
    return Promise.all(this.cluster.urls.map(async (url) => (await scrape(url)).sum('flagstaff_replica_lag_changes')));
  }

  /** Null: as it was. */
  async set(setting: string, value: string | null): Promise<void> {
    await this.standby.query(`ALTER SYSTEM ${value === null ? `RESET ${setting}` : `SET ${setting} = '${value}'`}`);
    await this.standby.query('SELECT pg_reload_conf()');
  }

  /** A new project with an environment, which no server has read yet, and a flag in it, renamed and turned on. */
  async write(server: Server): Promise<Written> {
    const client = this.clientOf(server);
    const { organizationId } = this.cluster.project;
    const input = { organizationId, key: uniqueKey('project'), name: 'Shop' };
    const made = await make<{ project: Made }>(client, 'createProject', input, 'project { id key }');
    const project: MadeProject = { ...made.project, organizationId, client };
    const environment = await makeEnvironment(project);
    const flag = await makeFlag(project, { key: uniqueKey('flag') });
    const created = {
      project,
      environment,
      flag,
      name: 'Flag',
      version: 1,
      lastChange: 'FLAG_CREATED',
      min: { epoch: '', revision: 0 },
    };
    const renamed = await this.rename(server, created);
    return { ...renamed, lastChange: 'FLAG_TOGGLED', min: await toggle(project, flag, environment, true) };
  }

  /** Gives the flag another name. */
  async rename(server: Server, written: Written): Promise<Written> {
    const name = uniqueKey('name');
    const input = { flagId: written.flag.id, expectedVersion: written.version, name };
    const { flag, revisions } = await make<{ flag: { version: number }; revisions: [Position] }>(
      this.clientOf(server),
      'updateFlag',
      input,
      'flag { version } revisions { epoch revision }',
    );
    return { ...written, name, version: flag.version, lastChange: 'FLAG_UPDATED', min: revisions[0] };
  }

  read(server: Server, { project, environment, flag, min }: Written): Promise<Read> {
    const ids = { environmentId: environment.id, projectId: project.id, flagId: flag.id };
    return this.clientOf(server).request<Read>(READ, { ...ids, key: flag.key, min });
  }

  private clientOf(server: Server): GraphQLClient {
    return typeof server === 'number' ? this.cluster.admin(server) : server;
  }
}

/** Lists answers that are older than what was asked for. */
export function problemsOf({ flag, name, lastChange, min }: Written, { evaluate, snapshot, project, changes }: Read): string[] {
  const reason = evaluate?.results[0]?.evaluations[0]?.reason;
  const isOn = snapshot?.snapshot.flags.find(({ key }) => key === flag.key);
  const checks: Readonly<Record<string, boolean>> = {
    evaluate: isReached(evaluate, min) && reason === 'FALLTHROUGH',
    snapshot: isReached(snapshot, min) && isOn !== undefined,
    flags: project.flags.totalCount === 1 && project.flags.nodes[0]!.name === name,
    changes: changes.nodes[0]?.kind === lastChange,
  };
  const answer = JSON.stringify({ evaluate, flags: project.flags, changes });
  return Object.entries(checks).flatMap(([what, isRight]) => (isRight ? [] : [`${what} for ${name}: ${answer}`]));
}
