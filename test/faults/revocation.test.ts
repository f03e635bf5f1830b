/** Subscriptions end on every server within 2 s of losing access, with Redis and by the poll; and not because PostgreSQL is away. */
import { pino } from 'pino';
import { GraphQLClient } from 'graphql-request';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApp, type App } from '../../src/app';
import { readConfig } from '../../src/config';
import { createTestClock } from '../support/clock';
import { eventually, make, makeEnvironment, makeFlag, toggle, uniqueKey, type Made, type MadeProject } from '../support/make';
import { makeMember, logInByPassword, type Person, type Society } from '../support/members';
import { findPostgres, startOwnPostgres, type OwnPostgres } from '../support/own-postgres';
import { OWNER } from '../support/server-process';
import { socketClient, watchOn, watchOver, WATCHING, type Watcher, type Watching } from '../support/watchers';
import { authorization } from '../support/world';
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';
import { Stopwatch } from '../support/stopwatch';

/** On every server, over every transport (docs/PROTOCOL.md). */
const ENDED_WITHIN_MS = 2_000;
const TURNS = Array.from({ length: scaled(5, 1) }, (_, i) => i + 1);
/** The life of a key that expires, in which its streams must begin: at least this, and so many times what others needed for it. */
const LIFETIME_MS = 6_000;
const LIFETIME_FACTOR = 10;
const MACHINE_MS = 60_000;

jest.setTimeout(300_000);

const DEAD: Record<Watching, string> = { WebSocket: '4403', 'Server-Sent Events': 'UNAUTHENTICATED' };
const ended = (watcher: Watcher): Promise<string> => eventually(async () => watcher.ending());
const DEAD_OVER_ALL = WATCHING.map((watching) => DEAD[watching]);

interface Scene {
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flag: Made;
}

async function makeKey({ project, environment }: Scene, more: object = {}): Promise<{ id: string; secret: string }> {
  const input = { environmentId: environment.id, kind: 'SERVER', name: 'Back end', ...more };
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

for (const [how, env] of [
  ['with Redis between them', {}],
  ['without Redis, by the poll', { REDIS_URL: '' }],
] as const) {
  describeFaults(`both of two servers, ${how},`, () => {
    let cluster: Cluster;
    let scene: Scene;
    let society: Society;
    beforeAll(async () => {
      cluster = await startCluster({ env });
      scene = { project: cluster.project, environment: cluster.places[0]!.environment, flag: cluster.flags[0]! };
      society = await signInOwner(cluster.urls[0]!);
    });
    afterAll(() => cluster?.close());

    /** On both servers, over both transports. */
    const watchAll = (credential: string, { id } = scene.environment): Watcher[] =>
      cluster.urls.flatMap((url) => WATCHING.map((watching) => watchOver(watching, { url }, credential, { environmentId: id })));

    /** How long after the call the last of them has ended. Nothing else has, and it goes on being told. */
    async function endOf(what: string, { ending, others }: { ending: Watcher[]; others: Watcher[] }): Promise<string[]> {
      const stopwatch = new Stopwatch();
      await until('all of them have ended', MACHINE_MS, () => ending.every((watcher) => watcher.ending() !== null));
      const tookMs = stopwatch.stop();
      report(`${what}, ${how}: everything has ended after ${tookMs} ms`);
      const told = others.map(({ events }) => events.length);
      await toggle(scene.project, scene.flag, scene.environment, true);
      await toggle(scene.project, scene.flag, scene.environment, false);
      await until('the others are told', MACHINE_MS, () => others.every(({ events }, i) => events.length > told[i]!));
      expect(others.map((watcher) => watcher.ending())).toEqual(others.map(() => null));
      for (const watcher of others) watcher.stop();
      expect(tookMs).toBeLessThan(ENDED_WITHIN_MS);
      expect(cluster.crashes()).toEqual([]);
      return ending.map((watcher) => watcher.ending() ?? '');
    }

    it.each(TURNS)('end everything of a revoked key within 2 s, and nothing of another one (%i)', async () => {
      const [key, another] = [await makeKey(scene), await makeKey(scene)];
      const [ending, others] = [watchAll(key.secret), watchAll(another.secret)];
      await served(scene, [...ending, ...others]);

      await make(scene.project.client, 'revokeApiKey', { apiKeyId: key.id }, 'apiKey { id }');

      expect(await endOf('revoked key', { ending, others })).toEqual([...DEAD_OVER_ALL, ...DEAD_OVER_ALL]);
    });

    it.each(TURNS)('end everything of a key whose time is over within 2 s, and not before (%i)', async () => {
      const begin = Date.now();
      const others = await served(scene, watchAll((await makeKey(scene)).secret));
      const expiresAt = Date.now() + Math.max(LIFETIME_MS, LIFETIME_FACTOR * (Date.now() - begin));
      const key = await makeKey(scene, { expiresAt: new Date(expiresAt).toISOString() });
      const ending = await served(scene, watchAll(key.secret));

      let before: (string | null)[] = [];
      for (;;) {
        const endings = ending.map((watcher) => watcher.ending());
        // Only what was seen before its time was over counts, however late this process is.
        if (Date.now() >= expiresAt) break;
        before = endings;
        await sleep(20);
      }

      expect(await endOf('expired key', { ending, others })).toEqual([...DEAD_OVER_ALL, ...DEAD_OVER_ALL]);
      expect(before).toEqual(ending.map(() => null));
    });

    it.each(TURNS)('end with FORBIDDEN within 2 s what a removed member followed (%i)', async () => {
      const { organizationId } = scene.project;
      const [member, another] = await Promise.all([1, 2].map(() => makeMember(society, 'VIEWER', { organizationId })));
      const [ending, others] = [watchAll(tokenOf(member!)), watchAll(tokenOf(another!))];
      await served(scene, [...ending, ...others]);

      await make(
        society.client(society.owner.accessToken),
        'removeMember',
        { organizationId, userId: member!.id },
        'removedUserId',
      );

      expect(await endOf('removed member', { ending, others })).toEqual(ending.map(() => 'FORBIDDEN'));
    });

    it.each(TURNS)('end within 2 s what a session followed that was logged out (%i)', async () => {
      const { organizationId } = scene.project;
      const member = await makeMember(society, 'VIEWER', { organizationId });
      const again = { ...member, client: await logInByPassword(society, member.email) };
      const [ending, others] = [watchAll(tokenOf(member)), watchAll(tokenOf(again))];
      await served(scene, [...ending, ...others]);

      await make(member.client, 'logOut', {}, 'endedSessionCount');

      expect(await endOf('logged out', { ending, others })).toEqual([...DEAD_OVER_ALL, ...DEAD_OVER_ALL]);
    });

    it('end only the operations of the environment where a member lost their role, also on one socket', async () => {
      const { organizationId } = scene.project;
      const other = await makeEnvironment(scene.project);
      const owner = society.client(society.owner.accessToken);
      const member = await makeMember(society, 'VIEWER', { organizationId, environmentId: scene.environment.id });
      const place = { organizationId, userId: member.id, environmentId: other.id };
      await make(owner, 'setMemberRole', { ...place, role: 'VIEWER' }, 'member { user { id } }');
      const sockets = cluster.urls.map((url) => socketClient(`${url}/graphql`, tokenOf(member)));
      const ending = sockets.map((socket) => watchOn(socket, { environmentId: other.id }));
      const others = sockets.map((socket) => watchOn(socket, { environmentId: scene.environment.id }));
      await served(scene, others);
      await served({ ...scene, environment: other }, ending);

      await make(owner, 'removeMember', place, 'removedUserId');

      expect(await endOf('lost role', { ending, others })).toEqual(['FORBIDDEN', 'FORBIDDEN']);
      for (const socket of sockets) await socket.dispose();
    });
  });
}

const tokenOf = ({ client }: Person): string =>
  (client.requestConfig.headers as { authorization: string }).authorization.replace('Bearer ', '');

async function signInOwner(url: string): Promise<Society> {
  const { OWNER_EMAIL: email, OWNER_PASSWORD: password } = OWNER;
  const client: Society['client'] = (credential) => new GraphQLClient(`${url}/graphql`, { headers: authorization(credential) });
  const { accessToken } = await make<{ accessToken: string }>(client(), 'logIn', { email, password }, 'accessToken');
  return { client, owner: { email, password, accessToken } };
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

      // Does what another server would.
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
