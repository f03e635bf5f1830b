/** The last use of keys, and the end of unused ones. */
import { migrate, revertLastMigration } from '../../src/database/migrate';
import { KeyUsage } from '../../src/modules/access/key-usage';
import { createTestClock } from '../support/clock';
import { openTestDatabase } from '../support/data-sources';
import { eventually, make, makeApiKey, makeEnvironment, makeProject, mutate, type MadeProject } from '../support/make';
import { refusalOf } from '../support/members';
import { countStatementsOnce } from '../support/count-statements';
import { createWorld, isEmbedded, type World } from '../support/world';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** The most by which a stored use may lag. */
const LAG_MS = 2 * MINUTE_MS;

const clock = createTestClock();
let world: World;
/** Writes what the server has noted, which it does by itself every five seconds. */
let writeUses: () => Promise<void>;
beforeAll(async () => {
  const start = jest.spyOn(KeyUsage.prototype, 'start');
  world = await createWorld({ clock, env: { KEY_UNUSED_DAYS: '30' } });
  const [usage] = start.mock.contexts as KeyUsage[];
  start.mockRestore();
  writeUses = () => usage!.flush();
});
afterAll(() => world.close());

const ask = (secret: string): Promise<{ code: string } | null> =>
  refusalOf(world.client(secret).request('{ viewer { apiKey { id } } }'));

async function stateOf(
  secret: string,
): Promise<{ id: string; lastUsedAt: string | null; endsAt: string | null; isLive: boolean }> {
  const answer = await world
    .client(secret)
    .request<{ viewer: { apiKey: Awaited<ReturnType<typeof stateOf>> } }>(
      '{ viewer { apiKey { id lastUsedAt endsAt isLive } } }',
    );
  return answer.viewer.apiKey;
}

/** Tokens of users last 15 minutes, keys longer. */
async function logIn(): Promise<string> {
  const { email, password } = world.owner;
  return (await make<{ accessToken: string }>(world.client(), 'logIn', { email, password }, 'accessToken')).accessToken;
}

async function makeProjectNow(): Promise<MadeProject> {
  return makeProject({ ...world, owner: { ...world.owner, accessToken: await logIn() } });
}

async function makeUsedKey(): Promise<{ project: MadeProject; secret: string }> {
  const project = await makeProjectNow();
  return { project, secret: await makeApiKey(project, await makeEnvironment(project)) };
}

it('notes a use within seconds, and then once a minute', async () => {
  const { project, secret } = await makeUsedKey();
  const first = clock.now();
  // Read by its maker: asking with the key would use it, which may be written before the answer.
  const { project: seen } = await project.client.request<{ project: { apiKeys: { nodes: object[] } } }>(
    'query ($id: ID!) { project(id: $id) { apiKeys { nodes { id lastUsedAt endsAt isLive } } } }',
    { id: project.id },
  );
  const created = seen.apiKeys.nodes;

  const used = await eventually(async () => {
    const state = await stateOf(secret);
    return state.lastUsedAt !== null && state;
  });
  clock.advance(MINUTE_MS - 1);
  await stateOf(secret);
  clock.advance(1);
  await stateOf(secret);
  await writeUses();
  const later = await eventually(async () => {
    const { lastUsedAt } = await stateOf(secret);
    return lastUsedAt !== used.lastUsedAt && lastUsedAt;
  });

  expect(created).toEqual([{ id: used.id, lastUsedAt: null, endsAt: inDays(first, 30), isLive: true }]);
  expect(used).toEqual({ id: used.id, lastUsedAt: first.toISOString(), endsAt: inDays(first, 30), isLive: true });
  expect(new Date(later).getTime() - first.getTime()).toBe(MINUTE_MS);
});

it('runs no statement in the path of the request', async () => {
  const { secret } = await makeUsedKey();
  await ask(secret);
  clock.advance(MINUTE_MS);
  // The timer writes nothing meanwhile, and a request that waited for it would have no answer.
  const flush = jest.spyOn(KeyUsage.prototype, 'flush').mockReturnValue(new Promise(() => undefined));

  const { result, statements } = await countStatementsOnce(world, () => ask(secret));
  flush.mockRestore();

  expect(result).toBeNull();
  expect(statements.filter((text) => /UPDATE api_key/.test(text))).toEqual([]);
  // That use was due to be written.
  const usedAt = clock.now().toISOString();
  await writeUses();
  expect((await stateOf(secret)).lastUsedAt).toBe(usedAt);
});

it('ends a key 30 days after its last use, and one that was not used after its creation', async () => {
  const { project, secret } = await makeUsedKey();
  const idle = await makeApiKey(project, await makeEnvironment(project));
  await ask(secret);
  await writeUses();
  expect((await stateOf(secret)).lastUsedAt).not.toBeNull();

  clock.advance(20 * DAY_MS);
  expect(await ask(secret)).toBeNull();
  const usedAt = clock.now().toISOString();
  await writeUses();
  expect((await stateOf(secret)).lastUsedAt).toBe(usedAt);
  clock.advance(10 * DAY_MS + LAG_MS);

  expect(await ask(secret)).toBeNull();
  expect(await ask(idle)).toEqual(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
  const client = world.client(await logIn());
  const { apiKeys } = (
    await client.request<{ project: { apiKeys: { nodes: { id: string; isLive: boolean; expiresAt: null }[] } } }>(
      'query ($id: ID!) { project(id: $id) { apiKeys { nodes { id isLive expiresAt } } } }',
      { id: project.id },
    )
  ).project;
  expect(apiKeys.nodes.map(({ isLive, expiresAt }) => [isLive, expiresAt])).toEqual([
    [true, null],
    [false, null],
  ]);
  const { userErrors } = await mutate(client, 'rotateApiKey', { apiKeyId: apiKeys.nodes[1]!.id }, 'secret');
  expect(userErrors).toEqual([expect.objectContaining({ code: 'EXPIRED', path: ['input', 'apiKeyId'] })]);
});

it('keeps a key alive that one server uses and another does not', async () => {
  const { secret } = await makeUsedKey();
  const { id } = await stateOf(secret);
  await writeUses();
  expect((await stateOf(secret)).lastUsedAt).not.toBeNull();
  clock.advance(29 * DAY_MS);

  // Another server writes a use that this one does not know.
  await world.app.database.connection.query('UPDATE api_key SET last_used_at = $2 WHERE id = $1', [id, clock.now()]);
  clock.advance(5 * DAY_MS);

  expect(await ask(secret)).toBeNull();
});

describe('of several servers', () => {
  async function withKeys(work: (place: { connection: World['app']['database']['connection']; ids: string[] }) => Promise<void>) {
    const project = await makeProjectNow();
    const environment = await makeEnvironment(project);
    for (let i = 0; i < 3; i++) await makeApiKey(project, environment);
    const { connection } = world.app.database;
    const rows = await connection.query<{ id: string }[]>('SELECT id FROM api_key WHERE environment_id = $1 ORDER BY id', [
      environment.id,
    ]);
    await work({ connection, ids: rows.map(({ id }) => id) });
  }

  const usageAt = (
    now: () => Date,
    onError = (error: unknown): void => {
      throw error;
    },
  ): KeyUsage => new KeyUsage({ database: world.app.database, clock: { now }, unusedDays: 90, onError });

  it('never moves a use back in time, and writes a key at most once a minute', async () => {
    await withKeys(async ({ connection, ids }) => {
      const start = clock.now().getTime();
      const uses = async (): Promise<(string | null)[]> =>
        (
          await connection.query<{ at: Date | null }[]>('SELECT last_used_at AS at FROM api_key WHERE id = ANY($1) ORDER BY id', [
            ids,
          ])
        ).map(({ at }) => at && new Date(at).toISOString());
      const [ahead, behind] = [usageAt(() => new Date(start + 5 * MINUTE_MS)), usageAt(() => new Date(start))];
      const seconds = usageAt(() => new Date(start + 5 * MINUTE_MS + 30_000));

      for (const id of ids) ahead.note(id);
      behind.note(ids[0]!);
      await Promise.all([ahead.flush(), behind.flush()]);
      for (const id of ids) behind.note(id);
      seconds.note(ids[1]!);
      await Promise.all([behind.flush(), seconds.flush()]);
      // The first flush may have left the first key to the other server, which held it.
      await ahead.flush();

      expect(await uses()).toEqual(Array(3).fill(new Date(start + 5 * MINUTE_MS).toISOString()));
    });
  });

  it('writes a key whose row is locked the next time, without waiting for it', async () => {
    await withKeys(async ({ connection, ids }) => {
      const usage = usageAt(() => clock.now());
      const [held] = ids;
      const query = 'SELECT last_used_at IS NOT NULL AS used FROM api_key WHERE id = ANY($1) ORDER BY id';
      const used = async (): Promise<boolean[]> =>
        (await connection.query<{ used: boolean }[]>(query, [ids])).map((row) => row.used);
      for (const id of ids) usage.note(id);

      // The embedded database has one connection: no other transaction can hold a lock.
      if (!isEmbedded) {
        await connection.transaction(async (tx) => {
          await tx.query('SELECT 1 FROM api_key WHERE id = $1 FOR SHARE', [held]);
          await usage.flush();
          expect(await used()).toEqual([false, true, true]);
        });
      }
      await usage.flush();

      expect(await used()).toEqual([true, true, true]);
    });
  });

  it('reports a failed write, and writes later', async () => {
    await withKeys(async ({ connection, ids }) => {
      const errors: unknown[] = [];
      const usage = usageAt(
        () => clock.now(),
        (error) => errors.push(error),
      );
      usage.note(ids[0]!);
      await connection.query('ALTER TABLE api_key RENAME TO api_key_away');
      await usage.flush();
      await connection.query('ALTER TABLE api_key_away RENAME TO api_key');
      await usage.flush();

      const [row] = await connection.query<{ used: boolean }[]>(
        'SELECT last_used_at IS NOT NULL AS used FROM api_key WHERE id = $1',
        [ids[0]],
      );
      expect(errors).toEqual([expect.objectContaining({ message: 'relation "api_key" does not exist' })]);
      expect(row).toEqual({ used: true });
    });
  });
});

if (!isEmbedded) {
  it('writes what was noted when the server closes', async () => {
    const place = await createWorld({ clock });
    const project = await makeProject(place);
    const secret = await makeApiKey(project, await makeEnvironment(project));
    const other = await place.startSecondServer();
    await place.client(secret).request('{ viewer { apiKey { id } } }');

    await place.app.close();
    const rows = await other.database.connection.query<{ at: Date }[]>('SELECT last_used_at AS at FROM api_key');
    await place.close();

    expect(rows).toEqual([{ at: clock.now() }]);
  });
}

it('migrates down: keys with a role end, all others stay', async () => {
  const opened = await openTestDatabase();
  const { dataSource } = opened;
  await dataSource.query(`INSERT INTO organization (id, key, name, version, created_at) VALUES ('o', 'o', 'O', 1, now())`);
  await dataSource.query(
    `INSERT INTO project (id, organization_id, key, name, description, version, created_at, stale_after_days)
     VALUES ('p', 'o', 'p', 'P', '', 1, now(), 30)`,
  );
  await dataSource.query(
    `INSERT INTO environment (id, project_id, key, name, color, is_production, position, version, created_at)
     VALUES ('e', 'p', 'e', 'E', '', false, 0, 1, now())`,
  );
  await dataSource.query(
    `INSERT INTO api_key (id, organization_id, project_id, environment_id, kind, role, name, prefix, hash, created_at) VALUES
     ('k1', 'o', 'p', 'e', 'SERVER', null, 'S', 's', 'h1', now()), ('k2', 'o', null, null, 'ADMIN', 'EDITOR', 'A', 'a', 'h2', now())`,
  );

  const columns = `SELECT 1 FROM information_schema.columns WHERE table_name = 'api_key' AND column_name = 'role'`;
  while ((await dataSource.query<unknown[]>(columns)).length > 0) await revertLastMigration(dataSource);
  const before = await dataSource.query<unknown[]>('SELECT id, environment_id FROM api_key');
  await migrate(dataSource);
  const after = await dataSource.query<unknown[]>('SELECT id, role, last_used_at IS NOT NULL AS counts_as_used FROM api_key');
  await opened.close();

  expect(before).toEqual([{ id: 'k1', environment_id: 'e' }]);
  expect(after).toEqual([{ id: 'k1', role: null, counts_as_used: true }]);
});

function inDays(from: Date, days: number): string {
  return new Date(from.getTime() + days * DAY_MS + LAG_MS).toISOString();
}
