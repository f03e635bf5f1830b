/** A release behind the load balancers of `deploy/`: one server after the other stops and comes back, under load. */
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';
import { OpenLoop } from './open-loop';
import { PROXIES, hasProxies, type Proxy, type ProxyName } from '../support/proxies';

const RESTARTS = scaled(8, 2);
/** Behind each load balancer. The long form asks for as much as one machine can send and answer at once. */
const RATE = Number(process.env.FAULTS_RATE ?? scaled(1_200, 100));
const REQUESTS_MIN = scaled(Number(process.env.FAULTS_REQUESTS ?? 70_000), 0);
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
});
