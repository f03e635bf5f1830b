/** Snapshots shared over Redis: who uses one, who writes one, and what becomes of a Redis that is not as it should be. */
import { Cipher } from '../../src/database/cipher';
import { RedisSnapshotStore } from '../../src/redis/redis-snapshot-store';
import type { EnvironmentState, Reading } from '../../src/modules/snapshots/environment-state';
import { SnapshotCache } from '../../src/modules/snapshots/snapshot-cache';
import { makeScene, type Scene } from '../support/scene';
import { Stopwatch } from '../support/stopwatch';
import { countStatementsOnce } from '../support/count-statements';
import { eventually, make, makeSegment, toggle } from '../support/make';
import { hasRedisServer, startOwnRedis, type OwnRedis } from '../support/own-redis';
import { createWorld, type World } from '../support/world';

// Much of it waits for the second between two writes.
jest.setTimeout(180_000);

let world: World;
let redis: OwnRedis;
let looker: ReturnType<OwnRedis['client']>;
const stores: RedisSnapshotStore[] = [];

beforeAll(async () => {
  world = await createWorld({ env: { REDIS_URL: '' } });
  if (hasRedisServer) {
    redis = await startOwnRedis();
    looker = redis.client();
  }
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});
afterAll(async () => {
  await redis?.remove();
  await world.close();
});

const CIPHER = new Cipher('a pepper of the tests, of 32 characters', 'snapshots');

/**
 * A busy machine keeps an answer back for longer than 200 ms now and then, and the store does without Redis, as it should; what
 * a test says of the Redis that all share is about one that answers.
 */
function createStore(url = redis.url, cipher = CIPHER): RedisSnapshotStore {
  const store = new RedisSnapshotStore({
    namespace: { url, prefix: 'flagstaff:tests' },
    cipher,
    patience: url === redis.url ? 100 : 1,
  });
  stores.push(store);
  return store;
}

/** A server of its own, as far as snapshots go. */
function createServer(store = createStore()): { cache: SnapshotCache; renewed: string[] } {
  const renewed: string[] = [];
  const { database } = world.app;
  return { cache: new SnapshotCache({ database, store, onNewEpoch: (id) => void renewed.push(id) }), renewed };
}

const snapshotKey = ({ environment }: Scene): string => `flagstaff:tests:1:snapshot:${environment.id}`;

/** The revision that lies in Redis. */
async function storedRevision(scene: Scene): Promise<number | null> {
  const text = await looker.getrange(snapshotKey(scene), 0, 99);
  return text === '' ? null : Number(text.split('\n')[0]!.split(' ')[1]);
}

/** Opens the environment on a server, and waits until others can have what it read. */
async function share(scene: Scene): Promise<EnvironmentState> {
  const state = (await createServer().cache.open(scene.environment.id))!;
  await eventually(async () => (await storedRevision(scene)) === state.revision);
  return state;
}

const wholeReads = (statements: readonly string[]): number =>
  statements.filter((text) => text.includes('ISOLATION LEVEL REPEATABLE READ')).length;

/** The reading of a server that starts now, and how often it read the environment whole. */
async function openCounted(scene: Scene, server = createServer()): Promise<{ reading: Reading; wholeReads: number }> {
  const { result, statements } = await countStatementsOnce(world, () => server.cache.open(scene.environment.id));
  return { reading: result!.reading, wholeReads: wholeReads(statements) };
}

/** The reading of PostgreSQL itself. */
const truth = async ({ environment }: Scene): Promise<Reading> =>
  (await new SnapshotCache({ database: world.app.database }).open(environment.id))!.reading;

const describeWithRedis = hasRedisServer ? describe : describe.skip;

describeWithRedis('a server that starts', () => {
  it('takes what another one read, and reads nothing whole', async () => {
    const scene = await makeScene(world);
    await share(scene);

    const opened = await openCounted(scene);

    expect(opened).toEqual({ reading: await truth(scene), wholeReads: 0 });
  });

  it('brings an older snapshot up by the revisions since', async () => {
    const scene = await makeScene(world);
    await share(scene);
    for (const isEnabled of [true, false, true]) await toggle(scene.project, scene.flag, scene.environment, isEnabled);

    const opened = await openCounted(scene);

    expect(opened).toEqual({ reading: await truth(scene), wholeReads: 0 });
    expect(opened.reading.snapshot.revision).toBe(4);
    await eventually(async () => (await storedRevision(scene)) === 4);
  });

  it('together with many others asks PostgreSQL for the whole environment once', async () => {
    const scene = await makeScene(world);
    const fleet = Array.from({ length: 8 }, () => createServer());

    const { result, statements } = await countStatementsOnce(world, () =>
      Promise.all(fleet.map(({ cache }) => cache.open(scene.environment.id))),
    );

    expect(wholeReads(statements)).toBe(1);
    const reading = await truth(scene);
    expect(result.map((state) => state!.reading)).toEqual(fleet.map(() => reading));
  });

  it('does not take a snapshot of another epoch', async () => {
    const scene = await makeScene(world);
    await share(scene);
    await world.app.database.connection.query(`UPDATE environment_head SET epoch = 'another' WHERE environment_id = $1`, [
      scene.environment.id,
    ]);

    const opened = await openCounted(scene);

    expect(opened).toEqual({ reading: await truth(scene), wholeReads: 1 });
    expect(opened.reading.snapshot.epoch).toBe('another');
  });

  it('makes a new epoch when the snapshot is ahead of the database or of another history: a backup was restored', async () => {
    const [ahead, other] = [await makeScene(world), await makeScene(world)];
    for (const scene of [ahead, other]) await toggle(scene.project, scene.flag, scene.environment, true);
    const { epoch } = await share(ahead);
    const { connection } = world.app.database;
    await share(other);

    await connection.query('DELETE FROM environment_revision WHERE environment_id = $1 AND revision > 1', [ahead.environment.id]);
    await connection.query('UPDATE environment_head SET revision = 1 WHERE environment_id = $1', [ahead.environment.id]);
    await connection.query(`UPDATE environment_revision SET change_id = 'another' WHERE environment_id = $1`, [
      other.environment.id,
    ]);
    const server = createServer();
    const opened = await openCounted(ahead, server);
    await openCounted(other, server);

    expect(server.renewed).toEqual([ahead.environment.id, other.environment.id]);
    expect(opened.reading).toEqual(await truth(ahead));
    expect(opened.reading.snapshot.epoch).not.toBe(epoch);
  });

  it('passes over whatever else lies there, and overwrites it', async () => {
    const client = redis.client();
    const foreign = async (write: (key: string, bytes: Buffer, other: Buffer) => Promise<unknown>): Promise<void> => {
      const [scene, another] = [await makeScene(world), await makeScene(world)];
      await share(scene);
      await share(another);
      const key = snapshotKey(scene);
      await write(key, (await client.getBuffer(key))!, (await client.getBuffer(snapshotKey(another)))!);

      const opened = await openCounted(scene);

      expect(opened).toEqual({ reading: await truth(scene), wholeReads: 1 });
      await eventually(async () => (await client.type(key)) === 'string' && (await storedRevision(scene)) === 1);
      expect((await createStore().load(scene.environment.id))?.snapshot.revision).toBe(1);
    };

    await foreign((key) => client.set(key, 'no snapshot'));
    await foreign((key) => client.set(key, ''));
    await foreign((key) => client.set(key, Buffer.alloc(1_000_000, 7)));
    await foreign(async (key) => {
      await client.del(key);
      await client.lpush(key, 'a list');
    });
    // Cut short, changed in its last byte, with a revision of somebody else's making, and that of another environment.
    await foreign((key, bytes) => client.set(key, bytes.subarray(0, -1)));
    await foreign((key, bytes) => client.set(key, Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])])));
    await foreign((key, bytes) => client.set(key, Buffer.from(bytes.toString('latin1').replace(' 1\n', ' 9\n'), 'latin1')));
    await foreign((key, _bytes, other) => client.set(key, other));
  });

  it('cannot read, nor be misled by, snapshots of an installation with another pepper', async () => {
    const scene = await makeScene(world);
    await share(scene);

    const store = createStore(redis.url, new Cipher('another pepper, of 32 characters or so', 'snapshots'));
    const opened = await openCounted(scene, createServer(store));

    expect(opened).toEqual({ reading: await truth(scene), wholeReads: 1 });
  });
});

describeWithRedis('large key lists', () => {
  const keys = Array.from({ length: 3_000 }, (_, n) => `user-${n}`);

  async function makeLargeScene(): Promise<Scene> {
    const scene = await makeScene(world);
    const segment = await makeSegment(scene.project);
    const input = { segmentId: segment.id, list: 'INCLUDED', keys };
    await make(scene.project.client, 'addSegmentKeys', input, 'segment { id }');
    return scene;
  }

  it('lie apart, so that a change of a flag does not write them again', async () => {
    const scene = await makeLargeScene();
    const client = redis.client();
    const known = new Set(await client.keys('flagstaff:tests:1:keys:*'));
    const { cache } = createServer();
    const state = (await cache.open(scene.environment.id))!;
    await eventually(async () => (await storedRevision(scene)) === state.revision);
    const lists = (await client.keys('flagstaff:tests:1:keys:*')).filter((key) => !known.has(key));
    const before = await client.getBuffer(lists[0]!);

    const { revision } = await toggle(scene.project, scene.flag, scene.environment, true);
    await cache.catchUp(scene.environment.id);
    await eventually(async () => (await storedRevision(scene)) === revision);

    expect(lists).toHaveLength(1);
    // Encrypted with a nonce of its own each time it is written.
    expect(await client.getBuffer(lists[0]!)).toEqual(before);
    expect((await client.keys('flagstaff:tests:1:keys:*')).filter((key) => !known.has(key))).toEqual(lists);
    expect(await client.strlen(snapshotKey(scene))).toBeLessThan(2_000);
    expect(await openCounted(scene)).toEqual({ reading: await truth(scene), wholeReads: 0 });
  });

  it('that are gone or spoiled make the snapshot none', async () => {
    const client = redis.client();
    for (const spoil of [(key: string) => client.del(key), (key: string) => client.set(key, 'spoiled')]) {
      const scene = await makeLargeScene();
      await share(scene);
      for (const key of await client.keys('flagstaff:tests:1:keys:*')) await spoil(key);

      const opened = await openCounted(scene);

      expect(opened).toEqual({ reading: await truth(scene), wholeReads: 1 });
      await eventually(async () => (await openCounted(scene)).wholeReads === 0);
    }
  });
});

describeWithRedis('writing', () => {
  it('happens at most once a second for an environment, however many servers there are', async () => {
    const scene = await makeScene(world);
    const servers = Array.from({ length: 4 }, () => createServer());
    await Promise.all(servers.map(({ cache }) => cache.open(scene.environment.id)));
    const client = redis.client();
    await eventually(async () => (await storedRevision(scene)) === 1);
    await client.config('RESETSTAT');
    const begin = Date.now();
    let revision = 0;
    for (let i = 0; i < 30; i++) {
      ({ revision } = await toggle(scene.project, scene.flag, scene.environment, i % 2 === 0));
      await Promise.all(servers.map(({ cache }) => cache.catchUp(scene.environment.id)));
    }
    await eventually(async () => (await storedRevision(scene)) === revision);
    const seconds = (Date.now() - begin) / 1_000;

    // Each attempt is a SET with NX; those that succeed write with a SET more.
    const { monitor } = { monitor: await client.info('commandstats') };
    const sets = Number(/cmdstat_set:calls=(\d+)/.exec(monitor)?.[1]);
    const claims = servers.length * (seconds + 1);
    expect(sets).toBeLessThanOrEqual(Math.ceil(claims + seconds + 1));
    expect(await client.ttl(snapshotKey(scene))).toBeGreaterThan(600_000);
  });
});

describeWithRedis('without Redis', () => {
  it('an environment is read from PostgreSQL, whether Redis is gone, refuses or stands still', async () => {
    const scene = await makeScene(world);
    const still = await startOwnRedis();
    const gone = await startOwnRedis();
    const locked = await startOwnRedis({ password: 'right' });
    await gone.kill();
    still.pause();
    const reading = await truth(scene);

    for (const url of [still.url, gone.url, locked.url.replace('right', 'wrong'), 'redis://192.0.2.1:6379']) {
      const opened = await openCounted(scene, createServer(createStore(url)));
      expect(opened).toEqual({ reading, wholeReads: 1 });
    }
    still.resume();
    await Promise.all([still.remove(), gone.remove(), locked.remove()]);
  });

  it('that stands still is soon not asked any more, and asked again when it goes on', async () => {
    const own = await startOwnRedis();
    const scene = await makeScene(world);
    const store = createStore(own.url);
    const { cache } = createServer(store);
    await cache.open(scene.environment.id);
    await eventually(async () => (await store.load(scene.environment.id)) !== null);

    own.pause();
    for (let i = 0; i < 3; i++) expect(await store.load(scene.environment.id)).toBeNull();
    const stopwatch = new Stopwatch();
    for (let i = 0; i < 100; i++) expect(await store.load(scene.environment.id)).toBeNull();
    const askedNobodyMs = stopwatch.stop();
    own.resume();
    await eventually(async () => (await store.load(scene.environment.id)) !== null);
    await own.remove();

    // A hundred that waited for the timeout would have taken twenty seconds.
    expect(askedNobodyMs).toBeLessThan(1_000);
  });
});
