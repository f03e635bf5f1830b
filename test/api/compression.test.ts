/** Large answers are compressed for clients that accept it, on every route. */
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { makeApiKey, makeEnvironment, makeFlag, makeProject } from '../support/make';
import { createWorld, type World } from '../support/world';

let world: World;
let authorization: string;
beforeAll(async () => {
  world = await createWorld();
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const variations = ['on', 'off'].map((key) => ({ key, value: `${key} ${'é'.repeat(4_000)}` }));
  for (let i = 0; i < 20; i++) await makeFlag(project, { key: `flag-${i}`, valueType: 'STRING', variations });
  authorization = `Bearer ${await makeApiKey(project, environment)}`;
});
afterAll(() => world.close());

interface Sent {
  readonly path: string;
  readonly body: object;
}

const operation = (query: string): Sent => ({ path: '/graphql', body: { query } });
const SNAPSHOT = operation('{ snapshot { snapshot } }');
const SMALL_SNAPSHOT = operation('{ snapshot { revision } }');
const EVALUATE = operation('{ evaluate(contexts: [{ targetingKey: "ada" }]) { results { values } } }');
const SMALL_EVALUATE = operation('{ evaluate(contexts: [{ targetingKey: "ada" }]) { revision } }');
const OFREP: Sent = { path: '/ofrep/v1/evaluate/flags', body: { context: { targetingKey: 'ada' } } };

interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** Returns the raw bytes: nothing is decompressed. */
function send({ path, body }: Sent, headers: Record<string, string> = {}): Promise<Received> {
  const whole = { 'content-type': 'application/json', authorization, ...headers };
  return new Promise((resolve, reject) => {
    request(new URL(path, world.url), { method: 'POST', headers: whole }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject).on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) });
      });
    })
      .on('error', reject)
      .end(JSON.stringify(body));
  });
}

/** Removes what differs between any two requests. */
function comparable(bytes: Buffer): unknown {
  const { data, flags } = JSON.parse(bytes.toString()) as { data?: unknown; flags?: unknown };
  return data ?? flags;
}

const large: [string, Sent, string][] = [
  ['an ordinary operation', SNAPSHOT, 'Origin, Accept-Encoding'],
  ['a plain evaluate', EVALUATE, 'Origin, Accept-Encoding'],
  ['OFREP', OFREP, 'Authorization, X-API-Key, Origin, Accept-Encoding'],
];

it.each(large)('compresses a large answer of %s for who accepts gzip, and says all of its bytes', async (_what, sent, vary) => {
  const plain = await send(sent);
  const compressed = await send(sent, { 'accept-encoding': 'br, gzip;q=0.5' });

  expect([plain.status, plain.headers['content-encoding'], plain.headers.vary]).toEqual([200, undefined, vary]);
  expect([compressed.status, compressed.headers['content-encoding'], compressed.headers.vary]).toEqual([200, 'gzip', vary]);
  expect(comparable(gunzipSync(compressed.bytes))).toEqual(comparable(plain.bytes));
  expect(plain.bytes.length).toBeGreaterThan(64 * 1024);
  expect(compressed.bytes.length).toBeLessThan(plain.bytes.length / 4);
  for (const { headers, bytes } of [plain, compressed]) expect(headers['content-length']).toBe(String(bytes.length));
});

it.each(large)('sends a large answer of %s as it is to who does not accept gzip', async (_what, sent) => {
  const headers = ['identity', 'br', 'gzip;q=0', 'xgzip'].map((accepted) => ({ 'accept-encoding': accepted }));
  const answers = await Promise.all(headers.map((given) => send(sent, given)));

  expect(answers.map((answer) => answer.headers['content-encoding'])).toEqual(headers.map(() => undefined));
  expect(answers.map(({ bytes }) => comparable(bytes) !== undefined)).toEqual(headers.map(() => true));
});

it.each([
  ['an ordinary operation', SMALL_SNAPSHOT],
  ['a plain evaluate', SMALL_EVALUATE],
])('sends a small answer of %s uncompressed', async (_what, sent) => {
  const { headers } = await send(sent, { 'accept-encoding': 'gzip' });

  expect([headers['content-encoding'], headers.vary]).toEqual([undefined, 'Origin']);
});

it('gives a compressed answer a weak tag, and recognizes it', async () => {
  const [plain, compressed] = [await send(OFREP), await send(OFREP, { 'accept-encoding': 'gzip' })];
  const again = await send(OFREP, { 'accept-encoding': 'gzip', 'if-none-match': compressed.headers.etag! });

  expect(plain.headers.etag).toMatch(/^"/);
  expect(compressed.headers.etag).toMatch(/^W\/"/);
  expect([again.status, again.bytes.length]).toEqual([304, 0]);
});
