/** The servers that are compared, each in a process of its own. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Tools from '@graphql-tools/schema';
import type * as Subscriptions from 'graphql-redis-subscriptions';
import type * as Use from 'graphql-ws/use/ws';
import { pino } from 'pino';
import { WebSocketServer } from 'ws';
import { startApp } from '../../src/app';
import { readConfig } from '../../src/config';
import type { LoadOrder } from './load';

/** The facts that the subscribers and the writer have to know. */
export interface Started {
  readonly url: string;
  readonly authorization: string;
  readonly subscription: object;
  /** Requests that make a change each, one after the other. */
  readonly changes: readonly Extract<LoadOrder, { kind: 'change' }>['change'][];
}

/** The product's own packages: those of the benchmarks bring another copy of graphql. */
const ofProduct = createRequire(join(__dirname, '..', '..', 'package.json'));

const QUERY = `subscription ($environmentId: ID, $flagKeys: [String!], $since: RevisionInput) {
  flagChanged(environmentId: $environmentId, flagKeys: $flagKeys, since: $since) {
    kind revision epoch changes { kind flagKey segmentKey flag { isEnabled version } wire }
  }
}`;
const OWNER = { email: 'bench@example.com', password: 'correct horse battery staple' };
const PLENTY = '900000000';

async function ours(): Promise<Started> {
  const { DATABASE_URL = '', REDIS_URL = '' } = process.env;
  const config = readConfig({
    PORT: '0',
    DATABASE_URL,
    REDIS_URL,
    JWT_SECRET: 'a secret of the benchmark, long enough',
    KEY_PEPPER: 'a pepper of the benchmark, long enough',
    OWNER_EMAIL: OWNER.email,
    OWNER_PASSWORD: OWNER.password,
    SOCKET_ACCEPT_RATE: '100000',
    RATE_LIMIT_MANAGEMENT: PLENTY,
    RATE_LIMIT_SERVER_KEY: PLENTY,
    EVENT_LOOP_DELAY_MAX_MS: '60000',
  });
  const app = await startApp({ config, log: pino({ level: 'silent' }) });
  const url = `${app.url}/graphql`;
  let token = '';
  const make = async <T>(name: string, input: object, selection: string): Promise<T> => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { message } } }`;
    const headers = { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables: { input } }) });
    const { data, errors } = (await response.json()) as { data?: Record<string, T>; errors?: object };
    const made = data?.[name];
    if (made === undefined) throw new Error(JSON.stringify(errors));
    return made;
  };
  const key = `k${Date.now()}`;
  type Made = { readonly id: string };
  ({ accessToken: token } = await make<{ accessToken: string }>('logIn', OWNER, 'accessToken'));
  const { organization } = await make<{ organization: Made }>(
    'createOrganization',
    { key, name: 'Bench' },
    'organization { id }',
  );
  const { project } = await make<{ project: Made }>(
    'createProject',
    { organizationId: organization.id, key, name: 'Bench' },
    'project { id }',
  );
  const { environment } = await make<{ environment: Made }>(
    'createEnvironment',
    { projectId: project.id, key, name: 'Bench' },
    'environment { id }',
  );
  const { flag } = await make<{ flag: Made }>(
    'createFlag',
    { projectId: project.id, key, name: 'Bench', valueType: 'BOOLEAN' },
    'flag { id }',
  );
  const { secret } = await make<{ secret: string }>(
    'createApiKey',
    { environmentId: environment.id, kind: 'SERVER', name: 'Bench' },
    'secret',
  );
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: '{"query":"{ snapshot { epoch revision } }"}',
  });
  const { data } = (await response.json()) as { data: { snapshot: { epoch: string; revision: number } } };
  const { epoch, revision } = data.snapshot;
  const mutation =
    'mutation ($input: ToggleFlagInput!) { toggleFlag(input: $input) { revisions { revision } userErrors { message } } }';
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return {
    url,
    authorization: `Bearer ${secret}`,
    subscription: { query: QUERY, variables: { flagKeys: [key, 'another'], since: { epoch, revision } } },
    changes: [true, false].map((isEnabled) => {
      const input = { flagId: flag.id, environmentId: environment.id, isEnabled };
      return { url, headers, body: JSON.stringify({ query: mutation, variables: { input } }) };
    }),
  };
}

/** `onChange` is called for each POST. */
async function listen(onChange: () => unknown, attach: (sockets: WebSocketServer) => void): Promise<Started> {
  const http = createServer((request: IncomingMessage, response) => {
    request.resume().on('end', () => {
      response.end('{}');
      onChange();
    });
  });
  const sockets = new WebSocketServer({
    server: http,
    perMessageDeflate: false,
    handleProtocols: () => 'graphql-transport-ws',
  });
  attach(sockets);
  http.listen(0, '127.0.0.1', 8_192);
  await new Promise((resolve) => http.once('listening', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`;
  const change = { url, headers: {}, body: '{}' };
  return { url, authorization: 'Bearer nobody', subscription: { query: QUERY, variables: {} }, changes: [change, change] };
}

/** The least that a server can do for the same bytes on the wire. */
function raw(payload: string): Promise<Started> {
  const ids = new Map<WebSocketServer['clients'] extends Set<infer Socket> ? Socket : never, string>();
  return listen(
    () => {
      for (const [socket, id] of ids) socket.send(`{"id":"${id}","type":"next","payload":${payload}}`);
    },
    (sockets) => {
      sockets.on('connection', (socket) => {
        socket.on('message', (data: Buffer) => {
          const { type, id } = JSON.parse(data.toString('utf8')) as { readonly type: string; readonly id: string };
          if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
          else ids.set(socket, id);
        });
        socket.on('close', () => ids.delete(socket));
      });
    },
  );
}

/** The libraries as their documents show them: one execution for each subscriber. */
function stock(payload: string): Promise<Started> {
  const event = (JSON.parse(payload) as { readonly data: { readonly flagChanged: object } }).data.flagChanged;
  const { makeExecutableSchema } = ofProduct('@graphql-tools/schema') as typeof Tools;
  const { RedisPubSub } = ofProduct('graphql-redis-subscriptions') as typeof Subscriptions;
  const { useServer } = ofProduct('graphql-ws/use/ws') as typeof Use;
  const pubSub = new RedisPubSub({ connection: process.env.REDIS_URL ?? '' });
  const schema = makeExecutableSchema({
    typeDefs: `
      scalar JSON
      input RevisionInput { epoch: String!, revision: Int! }
      type Query { nothing: Int }
      type FlagVersion { isEnabled: Boolean! version: Int! }
      type FlagChange { kind: String! flagKey: String segmentKey: String flag: FlagVersion wire: JSON }
      type FlagChangedEvent { kind: String! revision: Int! epoch: String! changes: [FlagChange!]! }
      type Subscription { flagChanged(environmentId: ID, flagKeys: [String!], since: RevisionInput): FlagChangedEvent! }`,
    resolvers: {
      Subscription: {
        flagChanged: { subscribe: () => pubSub.asyncIterableIterator('bench'), resolve: (message: object) => message },
      },
    },
  });
  return listen(
    () => void pubSub.publish('bench', event),
    (sockets) => void useServer({ schema }, sockets),
  );
}

async function answerMemory(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc?.();
    await sleep(250);
  }
  process.stdout.write(`${JSON.stringify({ rss: process.memoryUsage.rss() })}\n`);
}

async function main(name: string | undefined): Promise<void> {
  const payload = process.env.PAYLOAD ?? '{}';
  const started = await (name === 'ours' ? ours() : name === 'raw' ? raw(payload) : stock(payload));
  process.stdout.write(`${JSON.stringify(started)}\n`);
  createInterface({ input: process.stdin }).on('line', () => void answerMemory());
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
