/** Redis is a change notifier: whatever becomes of it costs a moment, never a change, and nobody who writes waits for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorder } from '../support/recorder';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { expectAllDelivered } from './checks';
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';
import { Writers } from './writers';

const SUBSCRIBERS = 20;
const WRITERS = 3;
const AWAY_MS = scaled(10_000, 2_500);
const PAUSE_MS = scaled(30_000, 3_000);
/** A half-open connection is noticed within 15 s; then it is made anew. */
const NOTICED_MS = 15_000;
const MACHINE_MS = 10_000;
const CONNECTED_WITHIN_MS = 60_000;

jest.setTimeout(scaled(600_000, 360_000));

describeFaults('servers with a Redis between them', () => {
  let cluster: Cluster;
  let channel: string;
  let recorders: Recorder[];
  const proxies: TcpProxy[] = [];
  beforeAll(async () => {
    cluster = await startCluster({
      environments: 2,
      envOf: async ({ redis }) => {
        const proxy = await startTcpProxy(redis.port);
        proxies.push(proxy);
        return { REDIS_URL: `redis://127.0.0.1:${proxy.port}` };
      },
    });
    channel = `${cluster.redisPrefix}:heads`;
    recorders = Array.from({ length: SUBSCRIBERS }, (_, first) => cluster.record({ first }));
  });
  afterAll(async () => {
    await cluster?.close();
    for (const proxy of proxies) await proxy.close();
  });

  /** Breaks things under writers; no mutation may fail or wait, and no connection of a subscriber may be lost. */
  async function under(what: string, fault: () => Promise<void>): Promise<Writers> {
    const connections = (): number => recorders.reduce((sum, recorder) => sum + recorder.connections, 0);
    await until('every subscriber is connected', CONNECTED_WITHIN_MS, () =>
      recorders.every((recorder) => recorder.connections > 0),
    );
    const connectionsBefore = connections();
    const writers = await new Writers(cluster, { pauseMs: 20 }).start(WRITERS);
    await fault();
    await writers.stop();
    const tookMs = await expectAllDelivered(cluster, writers, recorders);
    report(
      `${what}: ${writers.acknowledged.length} mutations, the slowest in ${writers.longestAnswerMs} ms; converged in ${tookMs} ms`,
    );
    expect([...writers.lost]).toEqual([]);
    expect(connections()).toBe(connectionsBefore);
    return writers;
  }

  /** How long one change takes to every subscriber. */
  async function arrival(): Promise<number> {
    const writers = new Writers(cluster);
    const { revisions } = await writers.write(await writers.makeAuthor(), 0);
    const own = revisions.find(({ environmentId }) => environmentId === cluster.places[0]!.environment.id);
    const head = own ?? (await cluster.head());
    return until('the change is with every subscriber', MACHINE_MS, () => recorders.every((recorder) => recorder.has(head)));
  }

  it('deliver every change by the poll while Redis is killed, and when it is there again', async () => {
    await under('killed', async () => {
      await sleep(300);
      await cluster.redis.kill();
      await sleep(AWAY_MS / 2);
      report(`without Redis a change was with all subscribers after ${await arrival()} ms`);
      await sleep(AWAY_MS / 2);
      await cluster.redis.start();
      await sleep(1_000);
    });
  });

  it('keep nobody who writes waiting while Redis stands still', async () => {
    const writers = await under('paused', async () => {
      cluster.redis.pause();
      await sleep(PAUSE_MS);
      cluster.redis.resume();
    });

    expect(writers.longestAnswerMs).toBeLessThan(PAUSE_MS);
  });

  it('deliver every change when Redis is flushed', async () => {
    await under('flushed', async () => {
      const client = cluster.redis.client();
      for (let turn = 0; turn < 5; turn++) {
        await client.flushall();
        await sleep(200);
      }
    });
  });

  it('deliver every change when their subscriptions are cut again and again', async () => {
    await under('subscriber connections killed', async () => {
      const client = cluster.redis.client();
      let killed = 0;
      for (let turn = 0; turn < scaled(50, 8) || killed <= 2; turn++) {
        killed += Number(await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
        await sleep(250);
      }
      expect(killed).toBeGreaterThan(2);
    });
  });

  it('deliver every change when Redis drops them for not reading what others write to the channel', async () => {
    await under('output buffer limit', async () => {
      const client = cluster.redis.client();
      await client.config('SET', 'client-output-buffer-limit', 'pubsub 1mb 1mb 1');
      const before = await pubSubIds();
      // The servers read; what is between them and Redis does not.
      for (const proxy of proxies) proxy.freeze();
      const flood = 'x'.repeat(100_000);
      await until('Redis drops the subscribers', MACHINE_MS, async () => {
        for (let i = 0; i < 50; i++) await client.publish(channel, flood);
        const ids = await pubSubIds();
        return before.every((id) => !ids.includes(id));
      });
      for (const proxy of proxies) proxy.thaw();
      await client.config('SET', 'client-output-buffer-limit', 'pubsub 32mb 8mb 60');
      await until(
        'they are subscribed again',
        NOTICED_MS + MACHINE_MS,
        async () => (await pubSubIds()).length === proxies.length,
      );
    });
  });

  it('notice a half-open connection to Redis, and deliver every change before and after', async () => {
    await under('half-open', async () => {
      const before = await pubSubIds();
      for (const proxy of proxies) proxy.stall({ isForNew: false });
      report(`with half-open connections a change was with all subscribers after ${await arrival()} ms`);
      const tookMs = await until('new subscriptions take their place', NOTICED_MS + MACHINE_MS, async () => {
        const ids = await pubSubIds();
        return ids.filter((id) => !before.includes(id)).length === proxies.length;
      });
      report(`half-open connections were replaced after ${tookMs} ms`);
    });
  });

  it('pass over malformed, doubled, reordered, late and foreign messages', async () => {
    await under('strange messages', async () => {
      const client = cluster.redis.client();
      const ear = cluster.redis.client();
      await ear.subscribe(channel);
      let heard = 0;
      // Notifications come again, later and in another order.
      ear.on('message', (_channel: string, message: string) => {
        heard++;
        if (Math.random() < 0.4)
          setTimeout(() => void client.publish(channel, message).catch(() => undefined), Math.random() * 800);
      });
      const head = cluster.places[0]!.environment.id;
      const strange: (string | Buffer)[] = [
        '',
        'null',
        '0',
        '"heads"',
        '[]',
        '{}',
        '{"heads":null}',
        '{"heads":"x"}',
        '{"heads":[null,1,{},[],"",true]}',
        '{"heads":["environment_of_nobody"]}',
        '{"heads":["__proto__","constructor"]}',
        JSON.stringify({ heads: [head, head, head] }),
        JSON.stringify({ heads: [head], epoch: 'x', revision: 1_000_000 }),
        JSON.stringify({ heads: Array.from({ length: 3_000 }, (_, i) => `environment_${i}`) }),
        JSON.stringify({ heads: ['x'.repeat(1_000_000)] }),
        '{"heads":['.repeat(10_000),
        Buffer.from([0xff, 0xfe, 0x00, 0xc0, 0x80]),
      ];
      const end = Date.now() + scaled(20_000, 2_500);
      while (Date.now() < end || heard <= strange.length) {
        for (const message of strange) await client.publish(channel, message);
        await sleep(20);
      }
      expect(heard).toBeGreaterThan(strange.length);
    });
  });

  /** The ids of the connections that are subscribed, without the test's own. */
  async function pubSubIds(): Promise<string[]> {
    const list = String(await cluster.redis.client().call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
    return [...list.matchAll(/^id=(\d+)/gm)].map(([, id]) => id!);
  }
});
