/** Which pages may open a WebSocket with any credential: those of the installation itself, however proxies write its name. */
import { openSocket } from '../support/raw-socket';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  const env = {
    PUBLIC_URL: 'https://flags.example.com/base',
    ALLOWED_ORIGINS: 'HTTPS://App.Example.com:443/, capacitor://localhost',
  };
  world = await createWorld({ env });
});
afterAll(() => world.close());

type Headers = Readonly<Record<string, string>>;

/** The server's answer to a page that connects with the owner's credential. */
async function connect(origin: string, headers: Headers): Promise<unknown> {
  const socket = await openSocket(world, ['graphql-transport-ws'], { headers: { origin, ...headers } });
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${world.owner.accessToken}` } });
  const outcome = await Promise.race([socket.closed, socket.next()]);
  socket.close();
  return outcome;
}

it.each<[string, string, Headers]>([
  ['that was sent to its own host', 'https://console.example.com', { host: 'console.example.com' }],
  ['whose host has the default port of https', 'https://console.example.com', { host: 'console.example.com:443' }],
  ['whose host has the default port of http', 'http://console.example.com', { host: 'console.example.com:80' }],
  ['whose host is in capitals', 'https://console.example.com', { host: 'Console.Example.com' }],
  ['whose host lacks the port of the page', 'https://console.example.com:8443', { host: 'console.example.com' }],
  ['of an address of version 6', 'http://[::1]:8080', { host: '[::1]:8080' }],
  ['of PUBLIC_URL, whose host was rewritten', 'https://flags.example.com', { host: 'server-1:4000' }],
  ['of PUBLIC_URL, without a host', 'https://flags.example.com', { host: '' }],
  [
    'whose host is forwarded',
    'https://console.example.com',
    { host: 'server-1:4000', 'x-forwarded-host': 'console.example.com' },
  ],
  ['of ALLOWED_ORIGINS, which has it in another form', 'https://app.example.com', { host: 'server-1:4000' }],
  ['of an app in ALLOWED_ORIGINS', 'capacitor://localhost', { host: 'server-1:4000' }],
])('lets a page connect %s', async (_, origin, headers) => {
  expect(await connect(origin, headers)).toEqual({ type: 'connection_ack' });
});

it.each<[string, string, Headers]>([
  ['of another host', 'https://evil.example', { host: 'flags.example.com' }],
  ['whose name begins like ours', 'https://flags.example.com.evil.example', { host: 'flags.example.com' }],
  ['of PUBLIC_URL in another scheme', 'http://flags.example.com', { host: 'server-1:4000' }],
  ['of another port', 'https://console.example.com:8443', { host: 'console.example.com:9443' }],
  ['without an origin of its own', 'null', { host: 'flags.example.com' }],
  ['of another host, when ours is no host', 'https://evil.example', { host: '[' }],
  [
    'of another host, when the forwarded one is ours',
    'https://evil.example',
    { host: 'x', 'x-forwarded-host': 'flags.example.com' },
  ],
])('refuses a page %s', async (_, origin, headers) => {
  const reason = `Pages from the origin "${origin}" may not connect.`;

  expect(await connect(origin, headers)).toEqual({ code: 4403, reason });
});
