/**
 * The ground of the tests that break things: a PostgreSQL and a Redis of their own, servers as processes of their own, and
 * a project with flags in it. Everything that is started is ended by `close`, also when a test has left it paused.
 */
import { GraphQLClient } from 'graphql-request';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PACKAGE_ROOT } from '../../src/package-root';
import { readSnapshot } from '../../src/modules/snapshots/snapshot-repository';
import { openOn } from '../support/data-sources';
import {
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeSegment,
  uniqueKey,
  type Made,
  type MadeProject,
} from '../support/make';
import { findPostgres, startOwnPostgres, type OwnPostgres } from '../support/own-postgres';
import { hasRedisServer, startOwnRedis, type OwnRedis } from '../support/own-redis';
import { Recorder, type Position, type RecorderOptions, type SnapshotWire } from '../support/recorder';
import { OWNER, prepareServer, type ServerProcess } from '../support/server-process';

/** Everything is done in its short form in CI, and with FAULTS=short. */
export const isShort = process.env.CI === 'true' || process.env.FAULTS === 'short';

/** A figure of the long form, and of the short one. */
export function scaled<T>(long: T, short: T): T {
  return isShort ? short : long;
}

/** Without a PostgreSQL server and a Redis server of one's own there is nothing to break. */
export function describeFaults(name: string, tests: () => void): void {
  if (findPostgres() !== null && hasRedisServer) describe(name, tests);
  else describe.skip(name, tests);
}

export interface ClusterEnvironment {
  readonly environment: Made;
  /** The secret of a SERVER key there. */
  readonly secret: string;
}

export interface Cluster {
  readonly postgres: OwnPostgres;
  readonly redis: OwnRedis;
  /** Begins the name of each key and channel of the servers in Redis. */
  readonly redisPrefix: string;
  readonly servers: readonly ServerProcess[];
  readonly urls: readonly string[];
  /** The secret of an ADMIN key on the organization. */
  readonly adminSecret: string;
  readonly project: MadeProject;
  readonly places: readonly ClusterEnvironment[];
  readonly flags: readonly Made[];
  readonly segment: Made;
  readonly admin: (server?: number) => GraphQLClient;
  readonly evaluator: (server?: number, place?: ClusterEnvironment) => GraphQLClient;
  /** The head of the environment, as the database has it. */
  readonly head: (place?: ClusterEnvironment) => Promise<Position>;
  /** Read whole from the tables, past every server. */
  readonly snapshot: (place?: ClusterEnvironment) => Promise<SnapshotWire>;
  /** Started; stopped with the cluster. */
  readonly record: (options?: Partial<RecorderOptions> & { readonly place?: ClusterEnvironment }) => Recorder;
  /** Crashes of any server so far. */
  readonly crashes: () => string[];
  readonly close: () => Promise<void>;
}

export interface ClusterOptions {
  readonly servers?: number;
  readonly environments?: number;
  readonly flags?: number;
  /** Settings of all servers. */
  readonly env?: Record<string, string>;
  /** Settings by which the servers find PostgreSQL and Redis, when it is not directly. */
  readonly envOf?: (at: {
    readonly postgres: OwnPostgres;
    readonly redis: OwnRedis;
    readonly index: number;
  }) => Promise<Record<string, string>>;
}

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  const servers: ServerProcess[] = [];
  try {
    return await build(options, servers, closers, close);
  } catch (error) {
    // The connections of a server end before it does.
    await sleep(200);
    const crashes = servers.flatMap((server) => server.crashes());
    await close();
    throw crashes.length > 0 ? new Error(crashes.join('\n'), { cause: error }) : error;
  }
}

async function build(
  options: ClusterOptions,
  servers: ServerProcess[],
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Cluster> {
  const redis = await startOwnRedis();
  closers.push(async () => {
    redis.resume();
    await redis.remove();
  });
  const postgres = await startOwnPostgres();
  closers.push(() => postgres.remove());
  for (let index = 0; index < (options.servers ?? 2); index++) {
    const server = await prepareServer({
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      ...options.env,
      ...(await options.envOf?.({ postgres, redis, index })),
    });
    servers.push(server);
    closers.push(async () => {
      server.resume();
      await server.kill();
    });
    await server.start();
  }
  closers.push(async () => postgres.resume());
  const [installation] = await postgres.query<{ id: string }>('SELECT id FROM installation');
  const urls = servers.map(({ url }) => url);
  const project = await makeProject(urls[0]!);
  const adminSecret = await makeAdminKey(project);
  const places: ClusterEnvironment[] = [];
  for (let i = 0; i < (options.environments ?? 1); i++) {
    const environment = await makeEnvironment(project);
    places.push({ environment, secret: await makeApiKey(project, environment) });
  }
  const flags: Made[] = [];
  for (let i = 0; i < (options.flags ?? 4); i++) flags.push(await makeFlag(project));
  const segment = await makeSegment(project);
  const recorders: Recorder[] = [];
  closers.push(() => Promise.all(recorders.map((recorder) => recorder.stop())));
  const clientOf = (server: number, secret: string): GraphQLClient =>
    new GraphQLClient(`${urls[server]}/graphql`, { headers: { authorization: `Bearer ${secret}` } });
  const first = places[0]!;
  return {
    postgres,
    redis,
    redisPrefix: `flagstaff:${installation!.id}`,
    servers,
    urls,
    adminSecret,
    project: { ...project, client: clientOf(0, adminSecret) },
    places,
    flags,
    segment,
    admin: (server = 0) => clientOf(server, adminSecret),
    evaluator: (server = 0, place = first) => clientOf(server, place.secret),
    head: async ({ environment } = first) => {
      const [head] = await postgres.query<Position>('SELECT epoch, revision FROM environment_head WHERE environment_id = $1', [
        environment.id,
      ]);
      return head!;
    },
    snapshot: ({ environment } = first) => readFromTables(postgres, environment.id),
    record: ({ place = first, ...rest } = {}) => {
      const recorder = new Recorder({ urls, secret: place.secret, ...rest }).start();
      recorders.push(recorder);
      return recorder;
    },
    crashes: () => servers.flatMap((server) => [...server.crashes()]),
    close,
  };
}

async function makeProject(url: string): Promise<MadeProject> {
  const input = { email: OWNER.OWNER_EMAIL, password: OWNER.OWNER_PASSWORD };
  const { logIn } = await new GraphQLClient(`${url}/graphql`).request<{ logIn: { accessToken: string } }>(
    'mutation ($input: LogInInput!) { logIn(input: $input) { accessToken } }',
    { input },
  );
  const client = new GraphQLClient(`${url}/graphql`, { headers: { authorization: `Bearer ${logIn.accessToken}` } });
  const { organization } = await make<{ organization: Made }>(
    client,
    'createOrganization',
    { key: uniqueKey('organization'), name: 'Acme' },
    'organization { id key }',
  );
  const { project } = await make<{ project: Made }>(
    client,
    'createProject',
    { organizationId: organization.id, key: uniqueKey('project'), name: 'Shop' },
    'project { id key }',
  );
  return { ...project, organizationId: organization.id, client };
}

/** It does not expire while a test takes long, as a session would. */
async function makeAdminKey({ client, organizationId }: MadeProject): Promise<string> {
  const input = { organizationId, kind: 'ADMIN', role: 'ADMIN', name: 'Writers' };
  return (await make<{ secret: string }>(client, 'createApiKey', input, 'secret')).secret;
}

async function readFromTables(postgres: OwnPostgres, environmentId: string): Promise<SnapshotWire> {
  const opened = await openOn({ kind: 'server', url: postgres.url, drop: async () => undefined });
  try {
    const reading = await opened.database.readConsistently((connection) => readSnapshot(connection, environmentId));
    if (reading === null) throw new Error('There is no such environment.');
    // The snapshot as it travels.
    return JSON.parse(JSON.stringify(reading.snapshot)) as SnapshotWire;
  } finally {
    await opened.close();
  }
}

/** Waits until the condition holds; answers after how many milliseconds. */
export async function until(what: string, withinMs: number, look: () => boolean | Promise<boolean>): Promise<number> {
  const begin = Date.now();
  for (;;) {
    if (await look()) return Date.now() - begin;
    if (Date.now() - begin > withinMs) throw new Error(`Within ${withinMs / 1_000} s it did not come about: ${what}.`);
    await sleep(10);
  }
}

/** A figure for the person who runs the tests: beside a promise that holds, how far it was from not holding. */
export function report(line: string): void {
  process.stderr.write(`    ${line}\n`);
}

/** Arguments of Node that run a command for operators from the sources. */
export const OPERATE = [
  '-r',
  join(PACKAGE_ROOT, 'test/support/run-typescript.cjs'),
  join(PACKAGE_ROOT, 'src/commands/operate.ts'),
];
