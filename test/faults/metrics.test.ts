/** Each metric of what a server stands on moves when that breaks, and comes back with it. */
import { makeApiKey, makeEnvironment } from '../support/make';
import { METRICS_TOKEN, scrape, type Scrape } from '../support/metrics';
import { describeFaults, startCluster, until, type Cluster } from './cluster';

const WITHIN_MS = 60_000;
const POOL_SIZE = 3;

jest.setTimeout(300_000);

describeFaults('the metrics of a server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ servers: 1, env: { METRICS_TOKEN, DATABASE_POOL_SIZE: String(POOL_SIZE) } });
  });
  afterAll(() => cluster?.close());

  const now = (): Promise<Scrape> => scrape(cluster.urls[0]!);
  const comes = (what: string, look: (scraped: Scrape) => boolean): Promise<number> =>
    until(what, WITHIN_MS, async () => look(await now()));
  const evaluate = (secret = cluster.places[0]!.secret): Promise<unknown> =>
    fetch(`${cluster.urls[0]}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify({ query: '{ evaluate(contexts: [{ targetingKey: "ada" }]) { revision } }' }),
    }).then((response) => response.json());
  /** The secret of a key of an environment that the server has not read yet. */
  const newEnvironment = async (): Promise<string> => makeApiKey(cluster.project, await makeEnvironment(cluster.project));

  it('say what is wrong with Redis, and that it is back', async () => {
    const states = ({ samples }: Scrape): string[] =>
      samples.filter(({ name, value }) => name === 'flagstaff_redis_state' && value === 1).map(({ labels }) => labels.state!);
    await comes('it is connected', (scraped) => states(scraped).join() === 'connected');

    await cluster.redis.kill();
    await comes('it is unreachable', (scraped) => states(scraped).join() === 'unreachable');
    await cluster.redis.start();
    await comes('it is connected again', (scraped) => states(scraped).join() === 'connected');
  });

  it('say when Redis is not asked for snapshots any more, and when it is again', async () => {
    const isOpen = ({ sum }: Scrape): boolean => sum('flagstaff_snapshot_store_circuit_open') === 1;
    expect([(await now()).has('flagstaff_snapshot_store_circuit_open'), isOpen(await now())]).toEqual([true, false]);

    cluster.redis.pause();
    await until('the circuit is open', WITHIN_MS, async () => {
      await evaluate(await newEnvironment());
      return isOpen(await now());
    });
    cluster.redis.resume();
    await until('the circuit is closed', WITHIN_MS, async () => {
      await evaluate(await newEnvironment());
      return !isOpen(await now());
    });
  });

  it('count a statement that is stopped for taking too long, what waits for a connection, and revisions that are lacking', async () => {
    await evaluate();
    const before = await now();
    const { environment } = cluster.places[0]!;
    const labels = { environment_id: environment.id };
    const held = cluster.postgres.query(
      `DO $$ BEGIN LOCK TABLE environment_revision, organization IN ACCESS EXCLUSIVE MODE; PERFORM pg_sleep(15); END $$`,
    );
    const lists = Array.from({ length: POOL_SIZE * 3 }, () =>
      cluster
        .admin()
        .request('{ organizations { totalCount } }')
        .catch(() => undefined),
    );
    await comes('every connection is used and statements wait', ({ sum }) => {
      const used = sum('db_client_connection_count', { db_client_connection_state: 'used' });
      return used === POOL_SIZE && sum('db_client_connection_pending_requests') > 0;
    });
    await Promise.all(lists);
    const cut = (scraped: Scrape): number => scraped.sum('db_client_operation_duration_seconds_count', { outcome: 'cut' });
    await comes('one was cut', (scraped) => cut(scraped) > cut(before));
    await held;
    await comes('nothing waits', ({ sum }) => sum('db_client_connection_pending_requests') === 0);

    const lagging = cluster.postgres.query(
      `DO $$ BEGIN LOCK TABLE environment_revision IN ACCESS EXCLUSIVE MODE; PERFORM pg_sleep(6); END $$`,
    );
    await cluster.postgres.query('UPDATE environment_head SET revision = revision + 3 WHERE environment_id = $1', [
      environment.id,
    ]);
    await comes('it lacks 3 revisions', ({ sum }) => sum('flagstaff_snapshot_lag_revisions', labels) === 3);
    await lagging;
    await comes('it lacks none', ({ sum }) => sum('flagstaff_snapshot_lag_revisions', labels) === 0);
    expect((await now()).sum('flagstaff_slow_statements_total')).toBeGreaterThan(before.sum('flagstaff_slow_statements_total'));
  });

  it('say how old what is in memory is while PostgreSQL is away, and count the statements that were lost', async () => {
    await evaluate();
    const { environment } = cluster.places[0]!;
    const lost = (scraped: Scrape): number =>
      scraped.sum('db_client_operation_duration_seconds_count', { outcome: 'connection_lost' });
    const before = await now();

    await cluster.postgres.kill();
    await comes('it is older than 3 s', ({ sum }) => {
      const age = sum('flagstaff_snapshot_age_seconds', { environment_id: environment.id });
      return age > 3 && sum('flagstaff_snapshot_oldest_age_seconds') >= age && sum('flagstaff_database_reachable') === 0;
    });
    expect(lost(await now())).toBeGreaterThan(lost(before));
    await cluster.postgres.start();
    await comes('it is the newest again', ({ sum }) => {
      const age = sum('flagstaff_snapshot_age_seconds', { environment_id: environment.id });
      return age < 3 && sum('flagstaff_snapshot_oldest_age_seconds') < 3 && sum('flagstaff_database_reachable') === 1;
    });
  });
});
