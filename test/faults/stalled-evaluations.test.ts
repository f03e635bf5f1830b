/** Clients of `evaluationsChanged` that do not read: nothing is kept for them, nobody else is disturbed, and they wake to what is so. */
import { setTimeout as sleep } from 'node:timers/promises';
import { configure, make, makeApiKey, makeFlag, toggle, type Made } from '../support/make';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';
import { compileTruth, EvaluationSubscriber, History, openFor } from './evaluation-subscribers';
import type { LightSocket } from './light-sockets';

const STALLED_SOCKETS = 20;
const CONTEXTS_PER_SOCKET = 10;
/** Each socket leaves about 60 MB unread: more than the buffers of its connection hold. */
const CHANGES = scaled(600, 300);
const VALUE_BYTES = 20_000;
/** Longer than the server waits for the answer to a ping: the connections are cut, too. */
const STALL_MS = scaled(40_000, 0);
const MACHINE_MS = 60_000;

jest.setTimeout(scaled(600_000, 480_000));

describeFaults('a server', () => {
  let cluster: Cluster;
  let proxy: TcpProxy;
  let flag: Made;
  beforeAll(async () => {
    cluster = await startCluster({ servers: 1 });
    proxy = await startTcpProxy(Number(new URL(cluster.urls[0]!).port));
    const variations = ['on', 'off', 'last'].map((key) => ({ key, value: key.padEnd(VALUE_BYTES, '.') }));
    flag = await makeFlag(cluster.project, { valueType: 'STRING', variations, offVariation: 'off' });
    await make(
      cluster.project.client,
      'updateFlag',
      { flagId: flag.id, expectedVersion: 1, isClientAvailable: true },
      'flag { id }',
    );
  });
  afterAll(async () => {
    await cluster?.close();
    await proxy?.close();
  });

  it('keeps nothing for who does not read evaluations, disturbs nobody else, and tells what is so when they read again', async () => {
    const [server] = cluster.servers;
    const environment = cluster.places[0]!.environment;
    const history = await History.begin(cluster);
    const secret = await makeApiKey(cluster.project, environment, 'CLIENT');
    const problems: string[] = [];
    const onProblem = (what: string): void => void problems.push(what);
    const sockets: LightSocket[] = [];
    const subscribe = (url: string, socketCount: number, from: number): EvaluationSubscriber[] =>
      Array.from({ length: socketCount }, (_socket, socket) => {
        const own = Array.from(
          { length: CONTEXTS_PER_SOCKET },
          (_, i) => new EvaluationSubscriber(from + socket * CONTEXTS_PER_SOCKET + i),
        );
        sockets.push(openFor(own, { url: () => url, secret, onProblem }));
        return own;
      }).flat();
    const stalled = subscribe(`http://127.0.0.1:${proxy.port}`, STALLED_SOCKETS, 0);
    const healthy = subscribe(cluster.urls[0]!, 2, stalled.length);
    let isOn = false;
    /** Answers after how many milliseconds all of them were told. */
    const told = (subscribers: readonly EvaluationSubscriber[], revision: number): Promise<number> =>
      until(`all were told of revision ${revision}`, MACHINE_MS, () =>
        subscribers.every((subscriber) => subscriber.revision === revision),
      );
    const change = async (subscribers: readonly EvaluationSubscriber[]): Promise<number> => {
      isOn = !isOn;
      return told(subscribers, (await toggle(cluster.project, flag, environment, isOn)).revision);
    };
    try {
      await until('all have a first event', MACHINE_MS, () => [...stalled, ...healthy].every(({ frames }) => frames.length > 0));
      for (let i = 0; i < 50; i++) await change([...stalled, ...healthy]);
      const before = await history.next();
      problems.push(...[...stalled, ...healthy].flatMap((subscriber) => subscriber.check(before)));
      const idleBytes = server!.memoryBytes();

      proxy.freeze();
      let peakBytes = 0;
      let slowestMs = 0;
      for (let i = 0; i < CHANGES; i++) {
        slowestMs = Math.max(slowestMs, await change(healthy));
        peakBytes = Math.max(peakBytes, server!.memoryBytes());
      }
      // The last value is one that nobody was sent before; a client that already knows the newest state is sent nothing.
      await configure(cluster.project, flag, environment, {
        expectedVersion: await version(),
        fallthrough: { variation: 'last' },
      });
      const { revision } = await cluster.head();
      await told(healthy, revision);
      await sleep(STALL_MS);
      expect(stalled.filter((subscriber) => subscriber.revision === revision)).toEqual([]);
      proxy.thaw();
      const awakeMs = await told(stalled, revision);

      const frames = stalled.map((subscriber) => subscriber.frames.length);
      report(
        `${stalled.length} stalled contexts: memory ${megabytes(idleBytes)} -> ${megabytes(peakBytes)}, others at most ` +
          `${slowestMs} ms behind; awake after ${awakeMs} ms, at most ${Math.max(...frames)} events for ${CHANGES} changes`,
      );
      expect(healthy.map((subscriber) => subscriber.frames.length)).toEqual(healthy.map(() => CHANGES + 1));
      const missed = await history.next();
      problems.push(...[...stalled, ...healthy].flatMap((subscriber) => subscriber.check(missed)));
      expect(problems.slice(0, 5)).toEqual([]);
      const truth = await compileTruth(cluster);
      for (const subscriber of [...stalled, ...healthy]) {
        const { known, truth: expected } = subscriber.state(truth);
        expect(known).toEqual(expected);
      }
      // The frames are what the network held, and the difference to the newest state.
      expect(Math.max(...frames)).toBeLessThan(CHANGES);
      // Memory under fault is at most twice that of an idle server.
      expect(peakBytes).toBeLessThan(2 * idleBytes);
      expect(cluster.crashes()).toEqual([]);
    } finally {
      for (const socket of sockets) socket.close();
    }
  });

  async function version(): Promise<number> {
    const [row] = await cluster.postgres.query<{ version: number }>(
      'SELECT version FROM flag_configuration WHERE flag_id = $1 AND environment_id = $2',
      [flag.id, cluster.places[0]!.environment.id],
    );
    return row!.version;
  }
});

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MB`;
}
