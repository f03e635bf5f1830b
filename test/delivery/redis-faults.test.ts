/** A Redis that is not as it should be, as the person sees it who runs the server: one line in the log, and /readyz. */
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import type { Redis } from 'ioredis';
import { eventually } from '../support/make';
import { hasRedisServer, prepareOwnRedis, startOwnRedis, type OwnRedis } from '../support/own-redis';
import { createWorld, type World } from '../support/world';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

async function startWorld(url: string): Promise<World> {
  const world = await createWorld({ env: { REDIS_URL: url } });
  closers.push(() => world.close());
  return world;
}

async function startRedis(...args: Parameters<typeof startOwnRedis>): Promise<OwnRedis> {
  const redis = await startOwnRedis(...args);
  closers.push(() => redis.remove());
  return redis;
}

async function listenOn(server: TcpServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Line {
  readonly msg: string;
  readonly kind?: string;
  readonly remedy?: string;
  readonly cause?: string;
}

const linesAboutRedis = (world: World): Line[] =>
  (world.logLines() as unknown as Line[]).filter(({ msg }) => /^Redis is |^connected to Redis$/.test(msg));

const readiness = async (world: World): Promise<unknown> => (await fetch(`${world.app.url}/readyz`)).json();

/** Waits for so many lines; answers the kinds that they told. */
async function kindsTold(world: World, count: number): Promise<string[]> {
  const lines = await eventually(async () => {
    const found = linesAboutRedis(world);
    return found.length >= count ? found : null;
  });
  return lines.map(({ kind }) => kind ?? 'connected');
}

const CONSEQUENCE =
  'changes may reach other servers by polling only, within about a second, and each server counts rate limits alone';

const describeWithRedis = hasRedisServer ? describe : describe.skip;

/** A user with these rights, and the address that logs in with it. */
async function userWith(redis: OwnRedis, ...rights: string[]): Promise<{ url: string; admin: Redis }> {
  const admin = redis.client();
  await admin.call('ACL', 'SETUSER', 'flags', 'reset', 'on', '>of-flags', ...rights);
  return { url: redis.url.replace('redis://', 'redis://flags:of-flags@'), admin };
}

const NEEDED = ['~flagstaff:*', '&flagstaff:*', '+@read', '+@write', '+@pubsub', '+@scripting', '+@connection', '+info'];

describeWithRedis('the log and /readyz say', () => {
  it('that Redis was never reachable, once, and that it is there', async () => {
    const redis = await prepareOwnRedis();
    closers.push(() => redis.remove());
    const world = await startWorld(redis.url);
    const before = await kindsTold(world, 1);
    const wasReady = await readiness(world);

    await redis.start();
    const after = await kindsTold(world, 2);

    expect(before).toEqual(['unreachable']);
    expect(linesAboutRedis(world)[0]).toMatchObject({
      msg: `Redis is unreachable: ${CONSEQUENCE}`,
      remedy:
        'Check that Redis runs and that REDIS_URL names it (rediss:// only where it speaks TLS, with NODE_EXTRA_CA_CERTS for an authority of your own).',
      cause: `connect ECONNREFUSED 127.0.0.1:${redis.port}`,
    });
    expect(wasReady).toEqual({ status: 'ready', redis: 'unreachable' });
    expect(after).toEqual(['unreachable', 'connected']);
    expect(await readiness(world)).toEqual({ status: 'ready', redis: 'connected' });
  });

  it('that the password is wrong or missing, without it', async () => {
    const redis = await startRedis({ password: 'right' });
    const [wrong, missing] = [redis.url.replace('right', 'wrong'), redis.url.replace(':right@', '')];
    const worlds = [await startWorld(wrong), await startWorld(missing)];

    const kinds = await Promise.all(worlds.map((world) => kindsTold(world, 1)));

    expect(kinds).toEqual([['refused'], ['refused']]);
    expect(linesAboutRedis(worlds[0]!)[0]?.remedy).toBe(
      'Set the user and the password in REDIS_URL: redis://user:password@host:port.',
    );
    expect(JSON.stringify(worlds.map((world) => world.logLines()))).not.toContain('wrong@');
  });

  it('that the user may not do one thing that is needed, and that it may', async () => {
    const lacks = [
      ['-publish'],
      ['resetchannels'],
      ['-set'],
      ['-@scripting'],
      ['resetkeys', '~other:*'],
      ['-incrby'],
      ['-getrange'],
    ];
    const told = await Promise.all(
      lacks.map(async (taken) => {
        const redis = await startRedis();
        const { url, admin } = await userWith(redis, ...NEEDED, ...taken);
        const world = await startWorld(url);
        await kindsTold(world, 1);
        await admin.call('ACL', 'SETUSER', 'flags', ...NEEDED);
        const kinds = await kindsTold(world, 2);
        const { remedy, cause } = linesAboutRedis(world)[0]!;
        return { kinds, remedy, isCauseTold: /NOPERM|can't run this command/.test(cause ?? '') };
      }),
    );

    const remedy = `Allow the user of REDIS_URL what Flagstaff needs: ${NEEDED.join(' ')}.`;
    expect(told).toEqual(lacks.map(() => ({ kinds: ['not permitted', 'connected'], remedy, isCauseTold: true })));
  });

  it('that it lacks the database that REDIS_URL names', async () => {
    const redis = await startRedis();
    const world = await startWorld(`${redis.url}/99`);

    expect(await kindsTold(world, 1)).toEqual(['without that database']);
    expect(linesAboutRedis(world)[0]?.remedy).toBe('Let REDIS_URL end with a database that this Redis has, such as /0.');
  });

  it('that it is full, while notifications still pass, and that there is room again', async () => {
    const redis = await startRedis();
    const admin = redis.client();
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await admin.config('SET', 'maxmemory', '1');
    const world = await startWorld(redis.url);
    const before = await kindsTold(world, 1);

    await admin.config('SET', 'maxmemory', '0');

    expect(before).toEqual(['full']);
    expect(await kindsTold(world, 2)).toEqual(['full', 'connected']);
  });

  it('that it is a replica that takes no writes', async () => {
    const [primary, replica] = [await startRedis(), await startRedis()];
    await replica.client().call('REPLICAOF', '127.0.0.1', String(primary.port));
    await eventually(async () => (await replica.client().info('replication')).includes('master_link_status:up'));

    const world = await startWorld(replica.url);

    expect(await kindsTold(world, 1)).toEqual(['read-only']);
  });

  it.each([
    ['an HTTP server', () => createHttpServer((_request, response) => response.end('hello'))],
    [
      'a server that greets in its own protocol',
      () =>
        createTcpServer((socket) =>
          socket
            .resume()
            .on('error', () => undefined)
            .write('220 mail.example.com ESMTP\r\n'),
        ),
    ],
  ])('that %s answers in its place', async (_what, create) => {
    const world = await startWorld(await listenOn(create()));

    expect(await kindsTold(world, 1)).toEqual(['not Redis']);
    expect(linesAboutRedis(world)[0]?.remedy).toBe(
      'Check REDIS_URL: what answers there does not speak as Redis does (rediss:// is Redis over TLS, redis:// without).',
    );
  });

  it('that Redis is asked over TLS and does not speak it', async () => {
    const redis = await startRedis();
    const world = await startWorld(redis.url.replace('redis://', 'rediss://'));

    expect(await kindsTold(world, 1)).toEqual(['unreachable']);
  });
});

describeWithRedis('two installations on one Redis', () => {
  it('share nothing: each key and each channel carries the installation', async () => {
    const redis = await startRedis();
    const worlds = [await startWorld(redis.url), await startWorld(redis.url)];
    for (const world of worlds) await kindsTold(world, 1);
    const ids = await Promise.all(
      worlds.map(async ({ app }) => {
        const [row] = await app.database.connection.query<{ id: string }[]>('SELECT id FROM installation');
        return row!.id;
      }),
    );
    const admin = redis.client();

    const keys = await eventually(async () => {
      const found = await admin.keys('*');
      return ids.every((id) => found.some((key) => key.includes(`${id}:rate`))) ? found : null;
    });
    const channels = (await admin.pubsub('CHANNELS')) as string[];

    const heads = channels.filter((name) => !name.includes(':probe:'));
    const isOfOne = (name: string): boolean => ids.some((id) => name.startsWith(`flagstaff:${id}:`));
    expect(ids[0]).not.toBe(ids[1]);
    expect([...keys, ...channels].filter((name) => !isOfOne(name))).toEqual([]);
    expect(heads.toSorted()).toEqual(ids.map((id) => `flagstaff:${id}:heads`).toSorted());
  });
});
