/** WebSockets and streams through the load balancers of `deploy/`, at an installation with a base path that they pass on. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { toggle, type Made, type MadeProject } from '../support/make';
import { describeProxied, PROXIES, type Proxy } from '../support/proxies';
import { JSON_HEADERS, send } from '../support/raw';
import { openSocket } from '../support/raw-socket';
import { makeSceneWithKey } from '../support/scene';
import { authorization, createWorld, type World } from '../support/world';

const PAGE = 'https://flags.example.com';

/** Sends bytes as they are, and answers what came back until the connection ended. */
async function sendRaw(url: string, text: string): Promise<{ statusLine: string; headers: string; body: string }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
  socket.on('error', () => undefined);
  socket.write(text);
  await Promise.race([once(socket, 'close'), sleep(3_000)]);
  socket.destroy();
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const [statusLine = '', ...headers] = head.split('\r\n');
  return { statusLine, headers: headers.join('\n'), body };
}

let world: World;
let project: MadeProject;
let environment: Made;
let flag: Made;
let secret: string;
beforeAll(async () => {
  world = await createWorld({ env: { TRUSTED_PROXIES: 'loopback', PUBLIC_URL: `${PAGE}/flags` } });
  ({ project, environment, flag, secret } = await makeSceneWithKey(world));
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

    it('takes a large body under the base path, as the server does', async () => {
      const query = '{ evaluate(contexts: [{ targetingKey: "ada" }]) { revision } }';
      const body = JSON.stringify({ query });
      const padded = `${body.slice(0, -1)},"extensions":{"padding":"${'x'.repeat(400_000)}"}}`;
      const headers = { ...JSON_HEADERS, ...authorization(secret) };

      const answer = await send({ url: proxy.url }, { method: 'POST', path: '/flags/graphql', headers, body: padded });

      expect(Buffer.byteLength(padded)).toBeGreaterThan(256 * 1024);
      expect([answer.status, answer.body]).toMatchObject([
        200,
        { data: { evaluate: { revision: expect.any(Number) as number } } },
      ]);
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

describeProxied('nginx', () => {
  let proxy: Proxy;
  beforeAll(async () => {
    proxy = await PROXIES.nginx([world.url]);
  });
  afterAll(() => proxy?.stop());

  it.each([
    ['a malformed request', 'GET / HTTP/1.1\r\nHost: a\r\nno header\r\n\r\n', 400],
    ['a URL that is too long', `GET /flags/graphql?query=${'x'.repeat(40_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414],
    ['headers that are too large', `GET /flags/graphql HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(60_000)}\r\n\r\n`, 431],
  ])('answers %s in the form of the API', async (_what, request, status) => {
    const { statusLine, headers, body } = await sendRaw(proxy.url, request);

    expect(statusLine).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(headers).toMatch(/^content-type: application\/json/im);
    expect(JSON.parse(body)).toEqual({
      errors: [{ message: expect.any(String) as string, extensions: { code: 'BAD_REQUEST' } }],
      errorCode: 'GENERAL',
      errorDetails: expect.any(String) as string,
    });
  });
});
