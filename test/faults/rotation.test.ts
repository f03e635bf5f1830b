/** Each secret of docs/OPERATIONS.md is exchanged as it says there, one server after the other, and nobody is refused meanwhile. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { GraphQLClient } from 'graphql-request';
import { make, makeApiKey, makeEnvironment, uniqueKey, type Made, type MadeProject } from '../support/make';
import { startOwnPostgres, type OwnPostgres } from '../support/own-postgres';
import { startOwnRedis, type OwnRedis } from '../support/own-redis';
import { OWNER, prepareServer, type ServerProcess } from '../support/server-process';
import { describeFaults, OPERATE, until } from './cluster';

jest.setTimeout(600_000);

const [FIRST, SECOND] = ['the first secret of 32 characters or more', 'the second secret of 32 characters or more'];
const ACL = ['on', '~flagstaff:*', '&flagstaff:*', '+@read', '+@write', '+@pubsub', '+@scripting', '+@connection', '+info'];

describeFaults('two servers', () => {
  let postgres: OwnPostgres;
  let redis: OwnRedis;
  /** The settings of both servers; each start reads them anew. */
  let env: Record<string, string>;
  let servers: ServerProcess[] = [];
  let project: MadeProject;
  let environment: Made;
  let key: string;
  beforeAll(async () => {
    [postgres, redis] = [await startOwnPostgres(), await startOwnRedis()];
    await redis.client().call('ACL', 'SETUSER', 'flagstaff', '>old', ...ACL);
    await postgres.query(`CREATE ROLE flagstaff LOGIN PASSWORD 'a'`);
    await postgres.query(`CREATE DATABASE flags OWNER flagstaff LOCALE 'C.UTF-8' TEMPLATE template0`);
    env = {
      DATABASE_URL: databaseUrlOf('flagstaff'),
      REDIS_URL: redis.url.replace('//', '//flagstaff:old@'),
      ...{ JWT_SECRET: FIRST, JWT_SECRET_PREVIOUS: '', KEY_PEPPER: FIRST },
    };
    servers = [await prepareServer(env), await prepareServer(env)];
    for (const server of servers) await server.start();
    project = await makeProject((await logIn(0)).accessToken);
    environment = await makeEnvironment(project);
    key = await makeApiKey(project, environment);
  });
  afterAll(async () => {
    for (const server of servers) await server.kill();
    await redis?.remove();
    await postgres?.remove();
  });

  const databaseUrlOf = (role: string): string => {
    const url = new URL(postgres.url);
    return Object.assign(url, { username: role, password: 'a', pathname: '/flags' }).href;
  };
  const clientOf = (server: number, credential?: string): GraphQLClient =>
    new GraphQLClient(`${servers[server]!.url}/graphql`, {
      headers: credential === undefined ? {} : { authorization: `Bearer ${credential}` },
    });
  const logIn = (server: number): Promise<{ accessToken: string }> =>
    make(clientOf(server), 'logIn', { email: OWNER.OWNER_EMAIL, password: OWNER.OWNER_PASSWORD }, 'accessToken');

  async function makeProject(token: string): Promise<MadeProject> {
    const client = clientOf(0, token);
    const organization = { key: uniqueKey('acme'), name: 'Acme' };
    const { id: organizationId } = (
      await make<{ organization: Made }>(client, 'createOrganization', organization, 'organization { id key }')
    ).organization;
    const input = { organizationId, key: uniqueKey('shop'), name: 'Shop' };
    return {
      ...(await make<{ project: Made }>(client, 'createProject', input, 'project { id key }')).project,
      organizationId,
      client,
    };
  }

  /** `accepted`, or the code of the refusal. */
  const codeOf = (asking: Promise<unknown>): Promise<string> =>
    asking.then(
      () => 'accepted',
      (error: Error & { response?: { errors?: { extensions: { code: string } }[] } }) =>
        error.response?.errors?.[0]?.extensions.code ?? error.message,
    );
  const evaluates = (server: number, secret = key): Promise<string> =>
    codeOf(clientOf(server, secret).request('{ evaluate(contexts: [{ targetingKey: "ada" }]) { revision } }'));
  const isKnown = (server: number, token: string): Promise<string> =>
    codeOf(clientOf(server, token).request('{ organizations { totalCount } }'));

  /** Sets the variables, and replaces one server after the other; the other one serves all the while. */
  async function roll(change: Record<string, string>, whileRolling: (running: number) => Promise<void>): Promise<void> {
    Object.assign(env, change);
    for (const [index, server] of servers.entries()) {
      const drained = server.drain();
      await whileRolling(1 - index);
      expect(await drained).toBe(0);
      await server.start();
      await whileRolling(index);
    }
  }
  const serves = async (server: number): Promise<void> => expect(await evaluates(server)).toBe('accepted');

  it('exchange the password of the database by a second role', async () => {
    await postgres.query(`CREATE ROLE flagstaff_b LOGIN PASSWORD 'b' IN ROLE flagstaff`);
    await postgres.query(`ALTER ROLE flagstaff_b SET role = 'flagstaff'`);
    await roll({ DATABASE_URL: databaseUrlOf('flagstaff_b') }, serves);
    await postgres.query('ALTER ROLE flagstaff NOLOGIN');

    const users = await postgres.query<{ usename: string }>(
      `SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'flags' AND backend_type = 'client backend'`,
    );
    expect(users).toEqual([{ usename: 'flagstaff_b' }]);
    const { accessToken } = await logIn(1);
    expect(await isKnown(0, accessToken)).toBe('accepted');
  });

  it('exchange the password of Redis by a second one of its user', async () => {
    const client = redis.client();
    const isConnected = async (): Promise<boolean> => {
      const states = await Promise.all(
        servers.map(async ({ url }) => ((await (await fetch(`${url}/readyz`)).json()) as { redis: string }).redis),
      );
      return states.every((state) => state === 'connected');
    };
    await client.call('ACL', 'SETUSER', 'flagstaff', '>new');
    await roll({ REDIS_URL: redis.url.replace('//', '//flagstaff:new@') }, serves);
    await client.call('ACL', 'SETUSER', 'flagstaff', '<old');
    await client.call('CLIENT', 'KILL', 'USER', 'flagstaff');

    await until('both are connected with the new one', 30_000, isConnected);
  });

  it('exchange JWT_SECRET in three steps: every token that was given is accepted by both', async () => {
    const tokens = [(await logIn(0)).accessToken];
    const areKnown = async (server: number): Promise<void> => {
      tokens.push((await logIn(server)).accessToken);
      for (const token of tokens) expect(await isKnown(server, token)).toBe('accepted');
    };
    await roll({ JWT_SECRET_PREVIOUS: SECOND }, areKnown);
    await roll({ JWT_SECRET: SECOND, JWT_SECRET_PREVIOUS: FIRST }, areKnown);
    const { accessToken: newest } = await logIn(0);
    await roll({ JWT_SECRET_PREVIOUS: '' }, async (server) => expect(await isKnown(server, newest)).toBe('accepted'));

    expect([await isKnown(0, newest), await isKnown(1, tokens[0]!)]).toEqual(['accepted', 'UNAUTHENTICATED']);
  });

  it('exchange KEY_PEPPER at the cost of every API key', async () => {
    for (const server of servers) expect(await server.drain()).toBe(0);
    env.KEY_PEPPER = SECOND;
    await expect(servers[0]!.start()).rejects.toThrow(
      'KEY_PEPPER is not the one that the API keys of this database were made with',
    );
    await promisify(execFile)(process.execPath, [...OPERATE, 'key-pepper:accept'], { env: { PATH: process.env.PATH, ...env } });
    for (const server of servers) await server.start();

    const client = clientOf(0, (await logIn(0)).accessToken);
    const made = await makeApiKey({ ...project, client }, environment);
    const answers = await Promise.all([0, 1].flatMap((server) => [evaluates(server), evaluates(server, made)]));
    expect(answers).toEqual(['UNAUTHENTICATED', 'accepted', 'UNAUTHENTICATED', 'accepted']);
  });
});
