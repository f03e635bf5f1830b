/** The installation that a fleet serves: PostgreSQL, Redis, one whole server, and two environments. */
import { startOwnPostgres, type OwnPostgres } from '../../test/support/own-postgres';
import { startOwnRedis, type OwnRedis } from '../../test/support/own-redis';
import { prepareServer, type ServerProcess } from '../../test/support/server-process';
import { askAt, logIn, seed, type Ask, type Seeded } from '../evaluate-http/seed';
import { WORKLOADS } from '../evaluation/workloads';

/** Servers hold it; few flags, so that a thousand copies fit into one machine. */
const SMALL_FLAGS = 20;
/** Servers open it in a cold start: 1,000 flags are made as 100, and each copied 9 times. */
const LARGE_FLAGS_MADE = 100;
const COPIES = 9;

export interface Scene {
  readonly postgres: OwnPostgres;
  readonly redis: OwnRedis;
  /** The server that makes the changes. */
  readonly server: ServerProcess;
  readonly installationId: string;
  readonly small: Seeded;
  readonly large: Seeded;
  /** Toggles a flag of the small environment; answers its revision. */
  readonly change: (at?: string) => Promise<number>;
  readonly close: () => Promise<void>;
}

export async function startScene(connectionsMax: number): Promise<Scene> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const redis = await startOwnRedis();
    closers.push(() => redis.remove());
    const postgres = await startOwnPostgres({ max_connections: String(connectionsMax) });
    closers.push(() => postgres.remove());
    // A busy machine is to make the flags all the same.
    const patient = { LOG_REQUESTS: 'none', EXECUTION_TIMEOUT_MS: '60000' };
    const server = await prepareServer({ DATABASE_URL: postgres.url, REDIS_URL: redis.url, ...patient });
    closers.push(() => server.kill());
    await server.start();
    const manage = askAt(server.url, await logIn(server.url));
    const mixed = WORKLOADS.find(({ name }) => name === 'W5')?.flags ?? [];
    const small = await seed(manage, mixed.slice(0, SMALL_FLAGS));
    const large = await seed(manage, mixed.slice(0, LARGE_FLAGS_MADE));
    await copyFlags(postgres, large.projectId);
    const [installation] = await postgres.query<{ id: string }>('SELECT id FROM installation');
    const flagId = await oneFlagOf(postgres, small.projectId);
    const change = toggler(manage, { flagId, environmentId: small.environmentIds[0]! });
    return { postgres, redis, server, installationId: installation!.id, small, large, change, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Rows as the services would write them. */
async function copyFlags(postgres: OwnPostgres, projectId: string): Promise<void> {
  const copy = (table: string, changes: string, where: string): Promise<unknown> =>
    postgres.query(
      `INSERT INTO "${table}" SELECT (jsonb_populate_record(t, jsonb_build_object(${changes}))).*
       FROM "${table}" t, generate_series(1, ${COPIES}) i WHERE ${where}`,
      [projectId],
    );
  const ofProject = 'SELECT id FROM flag WHERE project_id = $1';
  await copy('flag', `'id', t.id || '_' || i, 'key', t.key || '-' || i`, 't.project_id = $1');
  await copy('flag_configuration', `'flag_id', t.flag_id || '_' || i`, `t.flag_id IN (${ofProject})`);
  await postgres.query('ANALYZE');
}

async function oneFlagOf(postgres: OwnPostgres, projectId: string): Promise<string> {
  const [flag] = await postgres.query<{ id: string }>('SELECT id FROM flag WHERE project_id = $1 ORDER BY id LIMIT 1', [
    projectId,
  ]);
  return flag!.id;
}

const TOGGLE = `mutation T($input: ToggleFlagInput!) {
  toggleFlag(input: $input) { revisions { revision } userErrors { message } }
}`;

function toggler(ask: Ask, at: { readonly flagId: string; readonly environmentId: string }): Scene['change'] {
  let isEnabled = false;
  return async () => {
    const input = { ...at, isEnabled };
    isEnabled = !isEnabled;
    const { toggleFlag } = await ask<{ toggleFlag: { revisions: readonly { revision: number }[] } }>(TOGGLE, { input });
    return toggleFlag.revisions[0]!.revision;
  };
}
