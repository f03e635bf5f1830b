/**
 * Bodies that are refused before they have come: directly, and through the load balancers of `deploy/`, for which a server that
 * cuts a connection is a broken server. Others are served as ever.
 */
import { request } from 'node:http';
import { connect } from 'node:net';
import { eventually, makeApiKey, makeEnvironment, makeFlag, makeProject } from '../support/make';
import { freePort } from '../support/processes';
import { describeProxied, PROXIES, type Proxy, type ProxyName } from '../support/proxies';
import { exchange, JSON_HEADERS } from '../support/raw';
import { answerOver } from '../support/transports';
import { authorization, createWorld, type World } from '../support/world';

let world: World;
let secret: string;
beforeAll(async () => {
  world = await createWorld({ env: { TRUSTED_PROXIES: 'loopback' } });
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  await makeFlag(project);
  secret = await makeApiKey(project, environment);
});
afterAll(() => world.close());

const KIB = 1024;
const MIB = 1024 * KIB;
const AT_ONCE = 8;

interface Upload {
  readonly method?: string;
  readonly path: string;
  readonly bytes: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without a Content-Length. */
  readonly isChunked?: boolean;
}

/** Resolves with `status code`, the code of the error or of the JSON. Rejects when the connection is cut. */
function outcomeOf(origin: string, { method = 'POST', path, bytes, headers = {}, isChunked = false }: Upload): Promise<string> {
  const length: Record<string, string | number> = isChunked ? {} : { 'content-length': bytes };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${origin}${path}`, { method, headers: { ...JSON_HEADERS, ...length, ...headers }, agent: false });
    let hasAnswer = false;
    outgoing.on('response', (response) => {
      hasAnswer = true;
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject).on('end', () => resolve(`${response.statusCode} ${codeIn(text)}`));
    });
    // Once the answer is there, nobody needs the rest.
    outgoing.on('error', (error) => (hasAnswer ? undefined : reject(error)));
    const chunk = Buffer.alloc(64 * KIB, ' ');
    const write = (left: number): void => {
      if (left <= 0) return void outgoing.end();
      outgoing.write(left < chunk.length ? chunk.subarray(0, left) : chunk, () => write(left - chunk.length));
    };
    write(bytes);
  });
}

/** The error code of an answer in GraphQL's form or OFREP's; the beginning of any other answer. */
function codeIn(text: string): string | undefined {
  if (!text.startsWith('{')) return text.slice(0, 100);
  const body = JSON.parse(text) as { errors?: { extensions: { code: string } }[]; errorCode?: string };
  return body.errors?.[0]?.extensions.code ?? body.errorCode;
}

const TOO_LARGE = '413 PAYLOAD_TOO_LARGE';
/** With the outcome without a load balancer and behind HAProxy, and behind nginx, which bounds bodies by path. */
const UPLOADS: [string, Upload, string, string][] = [
  ['to a path that does not exist', { path: '/nothing', bytes: 8 * MIB }, '404 NOT_FOUND', TOO_LARGE],
  ['of the usual size to a path that does not exist', { path: '/nothing', bytes: 250 * KIB }, '404 NOT_FOUND', '404 NOT_FOUND'],
  ['to a path that is only read', { path: '/livez', bytes: 250 * KIB }, '405 METHOD_NOT_ALLOWED', '405 METHOD_NOT_ALLOWED'],
  ['without a credential', { path: '/graphql', bytes: 8 * MIB }, TOO_LARGE, TOO_LARGE],
  ['in chunks, without a credential', { path: '/graphql', bytes: 4 * MIB, isChunked: true }, TOO_LARGE, TOO_LARGE],
  ['larger than anything', { path: '/graphql', bytes: 12 * MIB }, TOO_LARGE, TOO_LARGE],
  [
    'with a credential that is not valid',
    { path: '/graphql', bytes: 8 * MIB, headers: authorization('fs_server_none') },
    '401 UNAUTHENTICATED',
    '401 UNAUTHENTICATED',
  ],
  [
    'with a method that is not served',
    { method: 'PUT', path: '/graphql', bytes: 8 * MIB },
    '405 METHOD_NOT_ALLOWED',
    '405 METHOD_NOT_ALLOWED',
  ],
  ['to OFREP, of blanks', { path: '/ofrep/v1/evaluate/flags', bytes: 250 * KIB }, '400 PARSE_ERROR', '400 PARSE_ERROR'],
  ['to OFREP, too large', { path: '/ofrep/v1/evaluate/flags', bytes: 2 * MIB }, '413 GENERAL', '413 GENERAL'],
  ['to a stream', { path: '/graphql/stream', bytes: 300 * KIB }, TOO_LARGE, TOO_LARGE],
  [
    'that is compressed',
    { path: '/graphql', bytes: 200 * KIB, headers: { 'content-encoding': 'gzip' } },
    '415 UNSUPPORTED_MEDIA_TYPE',
    '415 UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'after headers that are too large',
    {
      path: '/graphql',
      bytes: 200 * KIB,
      headers: { 'x-a': 'a'.repeat(7_000), 'x-b': 'b'.repeat(7_000), 'x-c': 'c'.repeat(7_000) },
    },
    '431 BAD_REQUEST',
    '431 BAD_REQUEST',
  ],
];

/** Whether an honest client is answered all the while. */
async function isServedBeside(origin: string, attack: () => Promise<unknown>): Promise<boolean> {
  let isOver = false;
  const attacking = attack().finally(() => (isOver = true));
  const query = { query: '{ evaluate(contexts: [{}]) { results { values } } }', variables: {} };
  let isServed = true;
  do {
    const answer = await answerOver('HTTP', { ...world, url: `${origin}/graphql` }, query, secret);
    isServed &&= JSON.stringify(answer).includes('"values"');
  } while (!isOver);
  await attacking;
  return isServed;
}

/** Sends half a body and goes away. */
function leave(origin: string): Promise<void> {
  const { port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(`POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${MIB}\r\n\r\n{`);
      setImmediate(() => socket.destroy());
    });
    socket.on('close', () => resolve());
  });
}

async function expectOutcome(origin: string, upload: Upload, expected: string): Promise<void> {
  const outcomes: string[] = [];
  const isServed = await isServedBeside(origin, async () => {
    outcomes.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => outcomeOf(origin, upload)))));
  });

  expect(outcomes).toEqual(Array<string>(AT_ONCE).fill(expected));
  expect(isServed).toBe(true);
}

function attack(originOf: () => string, isBounded: boolean): void {
  it.each(UPLOADS)('refuses bodies %s with an answer, and serves others', (_, upload, unbounded, bounded) =>
    expectOutcome(originOf(), upload, isBounded ? bounded : unbounded),
  );

  it('serves others while clients go away in the middle of their bodies', async () => {
    const isServed = await isServedBeside(originOf(), () =>
      Promise.all(Array.from({ length: AT_ONCE }, () => leave(originOf()))),
    );

    expect(isServed).toBe(true);
  });
}

describe('without a load balancer', () => {
  attack(() => new URL(world.url).origin, false);

  it('serves the next request on a connection whose body was refused early', async () => {
    const refused = `POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: ${100 * KIB}\r\n\r\n${' '.repeat(100 * KIB)}`;
    const answers = await exchange(world, `${refused}GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404', 'HTTP/1.1 200']);
  });
});

const UNREACHABLE: Readonly<Record<ProxyName, readonly string[]>> = {
  nginx: ['502 UNAVAILABLE', '502 GENERAL'],
  // One answer for both protocols.
  haproxy: ['503 UNAVAILABLE', '503 UNAVAILABLE'],
};

describe.each(['nginx', 'haproxy'] as const)('%s', (name) => {
  describeProxied(name, () => {
    let proxy: Proxy;
    beforeAll(async () => {
      proxy = await PROXIES[name]([world.url]);
    });
    afterAll(() => proxy?.stop());

    attack(() => proxy.url, name === 'nginx');

    it('answers in the form of the server when there is none', async () => {
      const alone = await PROXIES[name]([`http://127.0.0.1:${await freePort()}`]);
      const answers = await Promise.all(
        ['/graphql', '/ofrep/v1/evaluate/flags'].map((path) => outcomeOf(alone.url, { path, bytes: 2 })),
      );
      // HAProxy knows that there is none after its second check.
      const stream = await eventually(async () => {
        const response = await fetch(`${alone.url}/ofrep/v1/event-stream`);
        return response.ok ? [response.headers.get('content-type'), await response.text()] : null;
      });
      await alone.stop();

      expect(answers).toEqual(UNREACHABLE[name]);
      expect(stream).toEqual(['text/event-stream', 'retry: 2000\n\n']);
    });

    it('takes no server for failed', () => {
      expect(proxy.output()).not.toMatch(/upstream|is DOWN|no server available/i);
    });
  });
});
