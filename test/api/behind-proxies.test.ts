/** WebSockets and streams through the load balancers of `deploy/`, at an installation with a base path that they pass on. */
import { makeApiKey, makeEnvironment, makeFlag, makeProject, toggle, type Made, type MadeProject } from '../support/make';
import { describeProxied, PROXIES, type Proxy } from '../support/proxies';
import { JSON_HEADERS, send } from '../support/raw';
import { openSocket } from '../support/raw-socket';
import { authorization, createWorld, type World } from '../support/world';

const PAGE = 'https://flags.example.com';

let world: World;
let project: MadeProject;
let environment: Made;
let flag: Made;
let secret: string;
beforeAll(async () => {
  world = await createWorld({ env: { TRUSTED_PROXIES: 'loopback', PUBLIC_URL: `${PAGE}/flags` } });
  project = await makeProject(world);
  environment = await makeEnvironment(project);
  flag = await makeFlag(project);
  secret = await makeApiKey(project, environment);
});
afterAll(() => world.close());

describe.each(['nginx', 'haproxy'] as const)('%s', (name) => {
  describeProxied(name, () => {
    let proxy: Proxy;
    beforeAll(async () => {
      proxy = await PROXIES[name]([world.url]);
    });
    afterAll(() => proxy?.stop());

    it.each([
      [PAGE, { type: 'connection_ack' }],
      ['https://evil.example', { code: 4403, reason: 'Pages from the origin "https://evil.example" may not connect.' }],
    ])('lets pages of the installation connect, and no others: %s', async (origin, expected) => {
      const socket = await openSocket({ url: `${proxy.url}/flags/graphql` }, ['graphql-transport-ws'], { headers: { origin } });
      socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${world.owner.accessToken}` } });
      const outcome = await Promise.race([socket.closed, socket.next()]);
      socket.close();

      expect(outcome).toEqual(expected);
    });

    it('passes on each event of a stream of OFREP as it comes', async () => {
      const { body } = await send(
        { url: proxy.url },
        {
          path: '/flags/ofrep/v1/evaluate/flags',
          headers: { ...JSON_HEADERS, ...authorization(secret) },
          body: '{"context":{"targetingKey":"ada"}}',
        },
      );
      const [{ endpoint }] = (body as { eventStreams: [{ endpoint: { requestUri: string } }] }).eventStreams;
      const response = await fetch(new URL(endpoint.requestUri, proxy.url));
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      const read = async (pattern: RegExp): Promise<void> => {
        let text = '';
        while (!pattern.test(text)) text += (await reader.read()).value ?? '';
      };
      await read(/^id: /m);

      const { epoch, revision } = await toggle(project, flag, environment, name === 'nginx');
      await read(new RegExp(`^id: ${epoch}:${revision}$`, 'm'));
      await reader.cancel();

      expect(response.status).toBe(200);
    });
  });
});
