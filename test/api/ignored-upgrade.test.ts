import { connect } from 'node:net';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** Sends bytes and returns the answer up to the close by the server. */
function exchange(text: string): Promise<string> {
  const { port } = new URL(world.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString('utf8');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

it('ignores the offer of HTTP/2 and answers the query', async () => {
  const body = JSON.stringify({ query: '{ viewer { roles { role } } }' });
  const head = [
    'POST /graphql HTTP/1.1',
    'Host: localhost',
    'Connection: Upgrade, HTTP2-Settings, close',
    'Upgrade: h2c',
    'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];

  // The rebuilt request is kept alive, so that a second one ends the connection.
  const answer = await exchange(
    `${head.join('\r\n')}\r\n\r\n${body}GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
  );

  expect(answer.match(/^HTTP\/1\.1 200 OK/gm)).toHaveLength(2);
  expect(answer).toContain('{"data":{"viewer":null}');
  expect(answer).toContain('{"status":"live"}');
});
