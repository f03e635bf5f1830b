/**
 * Server-Sent Events that are meant to hurt: refused requests leave nothing open, and answers contain nothing that a client
 * wrote.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { Bystander } from '../support/bystander';
import { uniqueKey } from '../support/make';
import { JSON_HEADERS, send, type RawAnswer } from '../support/raw';
import { STREAM_PATH } from '../support/transports';
import { authorization, COUNTING_ALONE, createWorld, type World } from '../support/world';

jest.setTimeout(240_000);

let world: World;
let bystander: Bystander;
beforeAll(async () => {
  world = await createWorld({ env: { SOCKET_ACCEPT_RATE: '1000000' } });
  bystander = await Bystander.enter(world);
});
afterAll(async () => {
  bystander.leave();
  await world.close();
});

/** The statuses that are answered to one request, sent so often: some on one connection before the first is answered. */
async function statusesOf(body: string, count: number): Promise<Map<string, number>> {
  const { port } = new URL(world.url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  const head = `POST ${STREAM_PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  const statuses = new Map<string, number>();
  let text = '';
  let answered = 0;
  const done = new Promise<void>((resolve) => {
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const heads = [...text.matchAll(/HTTP\/1\.1 (\d{3}) [^]*?\r\n\r\n/g)];
      for (const [, status] of heads) statuses.set(status!, (statuses.get(status!) ?? 0) + 1);
      const last = heads.at(-1);
      if (last) text = text.slice(last.index + last[0].length);
      answered += heads.length;
      if (answered === count) resolve();
      else if (heads.length > 0 && answered % 50 === 0) socket.write((head + body).repeat(Math.min(50, count - answered)));
    });
  });
  socket.write((head + body).repeat(Math.min(50, count)));
  await done;
  socket.destroy();
  return statuses;
}

it('keeps nothing of 10,001 invalid requests, and accepts streams as before', async () => {
  const { answer: statuses, isServed } = await bystander.beside('10,001 requests that are none', () => statusesOf('{}', 10_001));

  const answer = await send(world, { path: STREAM_PATH, headers: JSON_HEADERS, body: '{"query":"{ __typename }"}' });

  expect(statuses).toEqual(new Map([['400', 10_001]]));
  expect(answer.status).toBe(200);
  expect(isServed).toBe(true);
});

/** Text that would be a separate log line, an event of a stream, or an order to a terminal. */
const FORGED = 'x\r\n\r\nevent: complete\ndata:\n\n{"level":30,"msg":"forged"}\u001b[31m\u2028';

it('treats events and lines as text', async () => {
  const query = 'query A { viewer { __typename } }';
  const headers = { ...JSON_HEADERS, 'user-agent': 'x\t{"msg":"forged"}', 'last-event-id': 'x\t{"msg":"forged"}' };
  const { status, body } = await send(world, {
    path: STREAM_PATH,
    headers,
    body: JSON.stringify({ query, operationName: FORGED }),
  });

  const message = `Unknown operation named ${JSON.stringify(FORGED)}.`;
  const [opening, result, complete, ...rest] = String(body).split('\n\n');
  expect([status, opening, complete, rest]).toEqual([200, ':', 'event: complete\ndata:', ['']]);
  expect(JSON.parse(result!.slice('event: next\ndata: '.length))).toMatchObject({
    errors: [{ message, extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }],
  });
  expect(world.logLines().filter(({ msg }) => msg === 'forged')).toEqual([]);
});

it('truncates the name of an operation in the log', async () => {
  const operationName = `Long${'x'.repeat(200_000)}`;

  await send(world, {
    path: STREAM_PATH,
    headers: JSON_HEADERS,
    body: JSON.stringify({ query: '{ __typename }', operationName }),
  });

  const names = world.logLines().flatMap((line) => (String(line.operationName).startsWith('Long') ? [line.operationName] : []));
  // The name is in the line of the operation, and in that of the request that it came with.
  expect([...new Set(names)]).toEqual([operationName.slice(0, 100)]);
});

const mutation = (key: string): string =>
  `mutation { createOrganization(input: { key: "${key}", name: "Acme" }) { organization { id } } }`;

it('applies no mutation by GET, and counts it before it is read', async () => {
  const key = uniqueKey('organization');
  const few = await createWorld({ env: { ...COUNTING_ALONE, RATE_LIMIT_ANONYMOUS: '12' } });
  const byGet = (query: string, credential?: string): Promise<RawAnswer> =>
    send(few, { method: 'GET', path: `${STREAM_PATH}?query=${encodeURIComponent(query)}`, headers: authorization(credential) });

  const refused = await byGet(mutation(key), few.owner.accessToken);
  const statuses: number[] = [];
  for (let i = 0; i < 12; i++) statuses.push((await byGet(mutation(key))).status);

  expect(refused).toMatchObject({
    status: 405,
    headers: { allow: 'POST' },
    body: { errors: [{ message: 'Mutations must be sent by POST, not GET.', extensions: { code: 'METHOD_NOT_ALLOWED' } }] },
  });
  expect([statuses[0], statuses.at(-1)]).toEqual([405, 429]);
  const rows = await few.app.database.connection.query<object[]>('SELECT 1 FROM organization WHERE key = $1', [key]);
  expect(rows).toEqual([]);
  await few.close();
});

it.each([
  ['a form', 'application/x-www-form-urlencoded'],
  ['plain text', 'text/plain'],
  ['a form of several parts', 'multipart/form-data; boundary=x'],
])('refuses an operation from a page of another site as %s', async (_what, type) => {
  const headers = { 'content-type': type, origin: 'https://evil.example.com' };
  const answer = await send(world, { path: STREAM_PATH, headers, body: '{"query":"{ viewer { __typename } }"}' });

  expect(answer).toMatchObject({ status: 415, body: { errors: [{ extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } }] } });
});

it('lets no page of another site read its answer', async () => {
  const headers = { ...JSON_HEADERS, origin: 'https://evil.example.com', ...authorization(world.owner.accessToken) };
  const answer = await send(world, { path: STREAM_PATH, headers, body: '{"query":"{ viewer { __typename } }"}' });

  expect(answer.status).toBe(200);
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
});
