/** A whole server on a database of its own, as a test's world: nothing in it is a mock. */
import { randomBytes } from 'node:crypto';
import { GraphQLClient } from 'graphql-request';
import { createClient, type Client as SocketClient } from 'graphql-ws';
import { Writable } from 'node:stream';
import { WebSocket } from 'ws';
import { startApp, type App } from '../../src/app';
import type { Clock } from '../../src/clock';
import { readConfig } from '../../src/config';
import type { LoadGauge } from '../../src/operations/load';
import { createLog } from '../../src/log';
import { BEHIND, BEHIND_PROXY, startBehind } from './behind';
import { createTestDatabase, type DatabaseSettings, type TestDatabase } from './databases';
import { takeEmbedded } from './embedded';

export interface World {
  readonly app: App;
  /** `http://…/graphql`. */
  readonly url: string;
  readonly owner: Login;
  /** Everything that the server logged, as parsed lines. */
  readonly logLines: () => Record<string, unknown>[];
  /** A GraphQL client over HTTP; without a credential: anonymous. */
  readonly client: (credential?: string, headers?: Record<string, string>) => GraphQLClient;
  /** The real graphql-ws client. Closed with the world. */
  readonly socket: (credential?: string) => SocketClient;
  /** Another server on the same database (not with the embedded one). Closed with the world. */
  readonly startSecondServer: () => Promise<App>;
  readonly close: () => Promise<void>;
}

export interface Login {
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
}

export const isEmbedded = !process.env.DATABASE_URL;

/** For limits by address: all worlds of a run have the same, and in one Redis each would count what the others do. */
export const COUNTING_ALONE = { REDIS_URL: '' };

export async function createWorld(
  options: {
    readonly clock?: Clock;
    readonly env?: Record<string, string>;
    /** How busy the server is to believe it is. */
    readonly load?: LoadGauge;
    /** Settings that the database gives to its sessions. */
    readonly settings?: DatabaseSettings;
    /** Without the first owner; `owner` must not be used then. */
    readonly ownerless?: boolean;
  } = {},
): Promise<World> {
  const database = await createTestDatabase(options.settings);
  const lines: string[] = [];
  const start = (): Promise<App> => startOn(database, lines, options);
  const app = BEHIND === null ? await start() : await startBehind(BEHIND, start);
  const others: App[] = [];
  const sockets: SocketClient[] = [];
  const url = `${app.url}/graphql`;
  const client = (credential?: string, headers: Record<string, string> = {}): GraphQLClient =>
    new GraphQLClient(url, { headers: { ...authorization(credential), ...headers } });
  return {
    app,
    url,
    owner: options.ownerless ? { email: '', password: '', accessToken: '' } : await createOwner(app, client()),
    logLines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    client,
    socket: (credential) => {
      const socket = createClient({
        url: url.replace(/^http/, 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: authorization(credential),
        retryAttempts: 0,
      });
      sockets.push(socket);
      return socket;
    },
    startSecondServer: async () => {
      const other = await start();
      others.push(other);
      return other;
    },
    close: async () => {
      for (const socket of sockets) await socket.dispose();
      for (const other of others) await other.close();
      await app.close();
      if (database.kind === 'server') await database.drop();
    },
  };
}

export function authorization(credential: string | undefined): Record<string, string> {
  return credential === undefined ? {} : { authorization: `Bearer ${credential}` };
}

/** A test file asks more in a minute, from one address, than anybody should; tests of the limits set their own. */
const GENEROUS_LIMITS = {
  RATE_LIMIT_ANONYMOUS: '100000000',
  RATE_LIMIT_LOG_IN_ACCOUNT: '100000000',
  RATE_LIMIT_LOG_IN_ADDRESS: '100000000',
  RATE_LIMIT_CREDENTIAL_FAILURES: '100000000',
  RATE_LIMIT_MANAGEMENT: '900000000',
  RATE_LIMIT_SERVER_KEY: '900000000',
  RATE_LIMIT_CLIENT_ADDRESS: '900000000',
  // Two processes of tests share the machine: a full event loop says nothing there.
  EVENT_LOOP_DELAY_MAX_MS: '60000',
  // How long an operation takes is their business, too.
  EXECUTION_TIMEOUT_MS: '60000',
};

async function startOn(
  database: TestDatabase,
  lines: string[],
  { clock, env = {}, load }: { readonly clock?: Clock; readonly env?: Record<string, string>; readonly load?: LoadGauge },
): Promise<App> {
  const secrets = {
    JWT_SECRET: 'a secret of the tests, of 32 characters',
    KEY_PEPPER: 'a pepper of the tests, of 32 characters',
  };
  const config = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    ...(database.kind === 'server' ? { DATABASE_URL: database.url, DATABASE_POOL_SIZE: '5' } : { EMBEDDED_DATABASE: 'on' }),
    ...(process.env.REDIS_URL ? { REDIS_URL: process.env.REDIS_URL } : {}),
    ...secrets,
    ...GENEROUS_LIMITS,
    ...BEHIND_PROXY,
    ...env,
  });
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, callback) => {
      lines.push(...chunk.toString('utf8').split('\n').filter(Boolean));
      callback();
    },
  });
  const openEmbedded = database.kind === 'embedded' ? () => takeEmbedded(database.loadFrom) : undefined;
  return startApp({ config, log: createLog(config.logLevel, sink), clock, openEmbedded, load });
}

async function createOwner(app: App, client: GraphQLClient): Promise<Login> {
  const login = { email: `owner-${randomBytes(4).toString('hex')}@example.com`, password: 'correct horse battery staple' };
  const { createFirstOwner } = await client.request<{ createFirstOwner: { userErrors: unknown[] } }>(
    `mutation ($input: CreateFirstOwnerInput!) { createFirstOwner(input: $input) { userErrors { message } } }`,
    { input: { ...login, name: 'Owner', setUpToken: app.setUpToken } },
  );
  if (createFirstOwner.userErrors.length > 0) throw new Error(JSON.stringify(createFirstOwner.userErrors));
  const { logIn } = await client.request<{ logIn: { accessToken: string } }>(
    `mutation ($input: LogInInput!) { logIn(input: $input) { accessToken } }`,
    { input: login },
  );
  return { ...login, accessToken: logIn.accessToken };
}
