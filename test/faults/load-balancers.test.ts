/** A release behind the load balancers of `deploy/`: one server after the other stops and comes back, under load. */
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';
import { problemsOfBook } from './checks';
import { LightFollower } from './light-sockets';
import { OpenLoop } from './open-loop';
import { Writers } from './writers';
import { PROXIES, hasProxies, type Proxy, type ProxyName } from '../support/proxies';

const RESTARTS = scaled(8, 2);
/** Behind each load balancer. The long form asks for as much as one machine can send and answer at once. */
const RATE = Number(process.env.FAULTS_RATE ?? scaled(1_200, 100));
const REQUESTS_MIN = scaled(Number(process.env.FAULTS_REQUESTS ?? 70_000), 0);
/** With subscribers, who share the processors of one machine with the rest. */
const RATE_WITH_SUBSCRIBERS = Number(process.env.FAULTS_RATE ?? scaled(500, 50));
const SUBSCRIBERS = scaled(1_000, 60);
const WRITE_PAUSE_MS = 300;
const NAMES = Object.keys(PROXIES) as ProxyName[];

jest.setTimeout(scaled(900_000, 240_000));

const describeProxied = hasProxies ? describeFaults : describe.skip;

describeProxied('two servers behind nginx and HAProxy', () => {
  let cluster: Cluster;
  const proxies: Proxy[] = [];
  beforeAll(async () => {
    cluster = await startCluster({ env: { DRAIN_DELAY_SECONDS: '5', TRUSTED_PROXIES: 'loopback' } });
    for (const name of NAMES) proxies.push(await PROXIES[name](cluster.urls));
  });
  afterAll(async () => {
    for (const proxy of proxies) await proxy.stop();
    await cluster?.close();
  });

  // Both at once in the short form, which is to be quick; one after the other where figures are wanted.
  it.each(
    scaled<(readonly ProxyName[])[]>([['nginx'], ['haproxy']], [['nginx', 'haproxy']]).map(
      (names) => [names.join(' and '), names] as const,
    ),
  )('fail no request while they are restarted in turn, without a pause: behind %s', async (_, names) => {
    const behind = names.map((name) => proxies[NAMES.indexOf(name)]!);
    for (const { url } of behind) await until('it serves', 10_000, async () => (await fetch(`${url}/livez`)).ok);
    const loads = behind.map(({ url }) => new OpenLoop({ url, secret: cluster.places[0]!.secret, rate: RATE }));
    const codes: (number | null)[] = [];
    for (let i = 0; i < RESTARTS || loads[0]!.sent < REQUESTS_MIN; i++) {
      const server = cluster.servers[i % 2]!;
      codes.push(await server.drain());
      await server.start();
    }
    for (const load of loads) await load.stop();

    loads.forEach((load, i) => report(`${names[i]}, ${codes.length} restarts: ${load.told()}`));
    expect(loads.map(({ failures }) => [...failures])).toEqual(names.map(() => []));
    expect(codes.filter((code) => code !== 0)).toEqual([]);
    expect(cluster.crashes()).toEqual([]);
  });

  it.each(NAMES)(
    'lose nothing for any subscriber behind %s: a restart in turn fails no request, a kill those under way',
    async (name) => {
      const { url } = proxies[NAMES.indexOf(name)]!;
      const problems: string[] = [];
      const secret = cluster.places[0]!.secret;
      const begin = await cluster.head();
      const followers = Array.from(
        { length: SUBSCRIBERS },
        () => new LightFollower({ url: () => url, secret, onProblem: (what) => problems.push(what) }, begin),
      );
      for (const { socket } of followers) socket.open();
      await until('all are connected', 60_000, () => followers.every(({ socket }) => socket.isConnected));
      const writers = await new Writers(cluster, { pauseMs: WRITE_PAUSE_MS }).start(1);

      const [restarts, kills] = [await underLoad(url, restartInTurn), await underLoad(url, killAndStart)];
      await writers.stop();
      const head = await cluster.head();
      await until('all have every revision', 60_000, () => followers.every((follower) => follower.has(head)));
      for (const { socket } of followers) socket.close();

      const comeBacks = followers.reduce((sum, { socket }) => sum + socket.attempts - 1, 0);
      report(
        `${name}: ${SUBSCRIBERS} subscribers, ${head.revision - begin.revision} revisions each, came back ${comeBacks} times`,
      );
      report(`  restarted in turn: ${restarts.told()}`);
      report(`  killed: ${kills.told()}`);
      expect([...restarts.failures]).toEqual([]);
      // A request that the killed server had begun and not answered is lost to its client, which alone knows whether to ask again.
      expect([...kills.failures.keys()].filter((what) => !/^(502|503) |^ECONNRESET$/.test(what))).toEqual([]);
      expect(comeBacks).toBeGreaterThan(SUBSCRIBERS / 2);
      expect(head.revision - begin.revision).toBeGreaterThan(1);
      // Each is led from one revision to the next, whichever server it comes back to.
      expect(problems).toEqual([]);
      const wanted = head.revision - begin.revision;
      expect(followers.filter(({ events, resyncs }) => events !== wanted || resyncs !== 0)).toEqual([]);
      expect(await problemsOfBook(cluster, writers)).toEqual([]);
      expect(cluster.crashes()).toEqual([]);
    },
  );

  async function underLoad(url: string, work: () => Promise<void>): Promise<OpenLoop> {
    const load = new OpenLoop({ url, secret: cluster.places[0]!.secret, rate: RATE_WITH_SUBSCRIBERS });
    await work();
    return load.stop();
  }

  async function restartInTurn(): Promise<void> {
    for (const server of cluster.servers) {
      expect(await server.drain()).toBe(0);
      await server.start();
    }
  }

  async function killAndStart(): Promise<void> {
    for (const server of cluster.servers) {
      await server.kill();
      await server.start();
    }
  }
});
