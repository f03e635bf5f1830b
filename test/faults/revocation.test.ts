/** Subscriptions end on every server within 2 s of losing access, with Redis and by the poll; and not because PostgreSQL is away. */
import { pino } from 'pino';
import { GraphQLClient } from 'graphql-request';
import { startApp, type App } from '../../src/app';
import { readConfig } from '../../src/config';
import { createTestClock } from '../support/clock';
import {
  eventually,
  make,
  makeEnvironment,
  makeFlag,
  makeProject,
  toggle,
  uniqueKey,
  type Made,
  type MadeProject,
} from '../support/make';
import { makeMember } from '../support/members';
import { findPostgres, startOwnPostgres, type OwnPostgres } from '../support/own-postgres';
import { watchOver, WATCHING, type Watcher, type Watching } from '../support/watchers';
import { createWorld, isEmbedded, type World } from '../support/world';

const DEAD: Record<Watching, string> = { WebSocket: '4403', 'Server-Sent Events': 'UNAUTHENTICATED' };
const ended = (watcher: Watcher): Promise<string> => eventually(async () => watcher.ending());
const DEAD_OVER_ALL = WATCHING.map((watching) => DEAD[watching]);

interface Scene {
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flag: Made;
}

async function makeKey({ project, environment }: Scene): Promise<{ id: string; secret: string }> {
  const input = { environmentId: environment.id, kind: 'SERVER', name: 'Back end' };
  const made = await make<{ apiKey: { id: string }; secret: string }>(
    project.client,
    'createApiKey',
    input,
    'apiKey { id } secret',
  );
  return { id: made.apiKey.id, secret: made.secret };
}

/** Watchers that are known to be served: each was told of a change. */
async function served({ project, flag, environment }: Scene, watchers: Watcher[]): Promise<Watcher[]> {
  let isEnabled = false;
  await eventually(async () => {
    await toggle(project, flag, environment, (isEnabled = !isEnabled));
    return watchers.every(({ events }) => events.length > 0);
  });
  return watchers;
}

// A second server needs a database that two processes can share.
if (!isEmbedded) {
  describe.each([
    ['with Redis between them', {}],
    ['without Redis, by the poll', { REDIS_URL: '' }],
  ])('on both of two servers, %s', (_name, env) => {
    let world: World;
    let servers: { readonly url: string }[];
    beforeAll(async () => {
      world = await createWorld({ env });
      servers = [world, await world.startSecondServer()];
    });
    afterAll(() => world.close());

    async function makeScene(): Promise<Scene> {
      const project = await makeProject(world);
      return { project, environment: await makeEnvironment(project), flag: await makeFlag(project) };
    }
    const watchAll = (scene: Scene, credential: string): Promise<Watcher[]> => {
      const place = { environmentId: scene.environment.id };
      return served(
        scene,
        servers.flatMap((server) => WATCHING.map((watching) => watchOver(watching, server, credential, place))),
      );
    };

    it('ends everything of a revoked key', async () => {
      const scene = await makeScene();
      const key = await makeKey(scene);
      const watchers = await watchAll(scene, key.secret);

      await make(scene.project.client, 'revokeApiKey', { apiKeyId: key.id }, 'apiKey { id }');

      expect(await Promise.all(watchers.map(ended))).toEqual([...DEAD_OVER_ALL, ...DEAD_OVER_ALL]);
    });

    it('ends with FORBIDDEN what a removed member followed', async () => {
      const scene = await makeScene();
      const { organizationId } = scene.project;
      const member = await makeMember(world, 'VIEWER', { organizationId });
      const { authorization } = member.client.requestConfig.headers as { authorization: string };
      const watchers = await watchAll(scene, authorization.replace('Bearer ', ''));

      await make(scene.project.client, 'removeMember', { organizationId, userId: member.id }, 'removedUserId');

      expect(await Promise.all(watchers.map(ended))).toEqual(Array.from({ length: 4 }, () => 'FORBIDDEN'));
    });

    it('ends what a session followed that was logged out', async () => {
      const scene = await makeScene();
      const member = await makeMember(world, 'VIEWER', { organizationId: scene.project.organizationId });
      const { authorization } = member.client.requestConfig.headers as { authorization: string };
      const watchers = await watchAll(scene, authorization.replace('Bearer ', ''));

      await make(member.client, 'logOut', {}, 'endedSessionCount');

      expect(await Promise.all(watchers.map(ended))).toEqual([...DEAD_OVER_ALL, ...DEAD_OVER_ALL]);
    });
  });
}

if (findPostgres() !== null) {
  describe('while PostgreSQL is away', () => {
    const GRACE_SECONDS = 600;
    const clock = createTestClock();
    const owner = { OWNER_EMAIL: 'owner@example.com', OWNER_PASSWORD: 'correct horse battery staple' };
    let postgres: OwnPostgres;
    let app: App;
    beforeAll(async () => {
      postgres = await startOwnPostgres();
      const config = readConfig({
        NODE_ENV: 'test',
        PORT: '0',
        DATABASE_URL: postgres.url,
        JWT_SECRET: 'a secret of the tests, of 32 characters',
        KEY_PEPPER: 'a pepper of the tests, of 32 characters',
        STALE_GRACE_SECONDS: String(GRACE_SECONDS),
        EVENT_LOOP_DELAY_MAX_MS: '60000',
        RATE_LIMIT_SERVER_KEY: '900000000',
        ...owner,
      });
      app = await startApp({ config, log: pino({ level: 'silent' }), clock });
    });
    afterAll(async () => {
      await app.close();
      await postgres.remove();
    });

    async function makeScene(): Promise<Scene> {
      const client = (credential?: string): GraphQLClient =>
        new GraphQLClient(`${app.url}/graphql`, { headers: credential ? { authorization: `Bearer ${credential}` } : {} });
      const input = { email: owner.OWNER_EMAIL, password: owner.OWNER_PASSWORD };
      const { accessToken } = await make<{ accessToken: string }>(client(), 'logIn', input, 'accessToken');
      const key = uniqueKey('organization');
      const { organization } = await make<{ organization: Made }>(
        client(accessToken),
        'createOrganization',
        { key, name: 'Acme' },
        'organization { id key }',
      );
      const place = { organizationId: organization.id, key: uniqueKey('project'), name: 'Shop' };
      const made = await make<{ project: Made }>(client(accessToken), 'createProject', place, 'project { id key }');
      const project = { ...made.project, organizationId: organization.id, client: client(accessToken) };
      return { project, environment: await makeEnvironment(project), flag: await makeFlag(project) };
    }
    const isStale = async (): Promise<boolean> =>
      ((await (await fetch(`${app.url}/readyz`)).json()) as { stale?: boolean }).stale === true;

    it('lets those stay who were known, for the time of grace, and tells them to come back after it', async () => {
      const scene = await makeScene();
      const key = await makeKey(scene);
      const watchers = await served(
        scene,
        WATCHING.map((watching) => watchOver(watching, app, key.secret)),
      );

      await postgres.kill();
      await eventually(isStale);
      clock.advance((GRACE_SECONDS - 60) * 1_000);
      // Two rounds of looking at credentials.
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      const within = watchers.map((watcher) => watcher.ending());
      clock.advance(120_000);
      const after = await Promise.all(watchers.map(ended));
      await postgres.start();

      expect(within).toEqual([null, null]);
      expect(after).toEqual(['1013', 'UNAVAILABLE']);
      expect(await eventually(async () => !(await isStale()))).toBe(true);
    });

    it('ends, once it is back, what a key follows that was revoked meanwhile', async () => {
      const scene = await makeScene();
      const key = await makeKey(scene);
      const watchers = await served(
        scene,
        WATCHING.map((watching) => watchOver(watching, app, key.secret)),
      );
      await postgres.kill();
      await eventually(isStale);
      await postgres.start();

      // As another server would.
      await postgres.query('UPDATE api_key SET revoked_at = now() WHERE id = $1', [key.id]);
      await postgres.query('UPDATE access_head SET revision = revision + 1 WHERE organization_id = $1', [
        scene.project.organizationId,
      ]);

      expect(await Promise.all(watchers.map(ended))).toEqual(DEAD_OVER_ALL);
    });
  });
} else {
  it('needs an installed PostgreSQL server', () => expect(process.env.CI).toBeUndefined());
}
