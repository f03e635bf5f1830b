import { once } from 'node:events';
import { connect } from 'node:net';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const BODY = JSON.stringify({ query: '{ viewer { roles { role } } }' });
const NEXT = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** Everything that comes back for a query that offers HTTP/2, until the connection ends; the next request follows the first answer. */
async function answers(connection: string): Promise<string> {
  const head = [
    'POST /graphql HTTP/1.1',
    'Host: localhost',
    `Connection: ${connection}`,
    'Upgrade: h2c',
    'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
    'Content-Type: application/json',
    `Content-Length: ${BODY.length}`,
  ];
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
  socket.write(`${head.join('\r\n')}\r\n\r\n${BODY}`);
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    const isFirst = answer === '';
    answer += text;
    if (isFirst && !connection.includes('close')) socket.write(NEXT);
  });
  await once(socket, 'close');
  return answer;
}

it('ignores the offer of HTTP/2, answers the query, and keeps the connection', async () => {
  const answer = await answers('Upgrade, HTTP2-Settings');

  expect(answer.match(/^HTTP\/1\.1 200 OK/gm)).toHaveLength(2);
  expect(answer).toContain('{"data":{"viewer":null}');
  expect(answer).toContain('{"status":"live"}');
});

it('closes the connection after the answer when the client asks for that, too', async () => {
  const answer = await answers('Upgrade, HTTP2-Settings, close');

  expect(answer.match(/^HTTP\/1\.1 200 OK/gm)).toHaveLength(1);
  expect(answer).toContain('{"data":{"viewer":null}');
  expect(answer).toMatch(/^connection: close\r$/im);
});
