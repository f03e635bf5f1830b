import { exchange } from '../support/raw';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

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
    world,
    `${head.join('\r\n')}\r\n\r\n${body}GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
  );

  expect(answer.match(/^HTTP\/1\.1 200 OK/gm)).toHaveLength(2);
  expect(answer).toContain('{"data":{"viewer":null}');
  expect(answer).toContain('{"status":"live"}');
});
