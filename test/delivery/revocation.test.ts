/** Subscriptions end when access does, on the server where it was taken, over every transport. */
import { createTestClock } from '../support/clock';
import { countStatementsOnce } from '../support/count-statements';
import { eventually, make, makeEnvironment, toggle } from '../support/make';
import { makeMember } from '../support/members';
import { makeScene, type Scene } from '../support/scene';
import { socketClient, watchOn, watchOver, WATCHING, type Watcher, type Watching } from '../support/watchers';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

async function makeKey({ project, environment }: Scene, input: object = {}): Promise<{ id: string; secret: string }> {
  const whole = { environmentId: environment.id, kind: 'SERVER', name: 'Back end', ...input };
  const made = await make<{ apiKey: { id: string }; secret: string }>(
    project.client,
    'createApiKey',
    whole,
    'apiKey { id } secret',
  );
  return { id: made.apiKey.id, secret: made.secret };
}

const tokenOf = ({ requestConfig }: Scene['project']['client']): string =>
  (requestConfig.headers as { authorization: string }).authorization.replace('Bearer ', '');

/** Watchers that are known to be served: each was told of a change. */
async function served(scene: Scene, start: () => Watcher[]): Promise<Watcher[]> {
  const { project, flag, environment } = scene;
  const watchers = start();
  let isEnabled = false;
  await eventually(async () => {
    await toggle(project, flag, environment, (isEnabled = !isEnabled));
    return watchers.every(({ events }) => events.length > 0);
  });
  return watchers;
}

/** The end that the client sees when its credential is dead. */
const DEAD: Record<Watching, string> = { WebSocket: '4403', 'Server-Sent Events': 'UNAUTHENTICATED' };
const ended = (watcher: Watcher): Promise<string> => eventually(async () => watcher.ending());

describe.each(WATCHING)('over %s', (watching) => {
  it('ends everything of a revoked key, and nothing of another key', async () => {
    const scene = await makeScene(world);
    const [revoked, other] = [await makeKey(scene), await makeKey(scene)];
    const [first, second, alive] = await served(scene, () =>
      [revoked, revoked, other].map(({ secret }) => watchOver(watching, world, secret)),
    );

    await make(scene.project.client, 'revokeApiKey', { apiKeyId: revoked.id }, 'apiKey { id }');

    expect([await ended(first!), await ended(second!)]).toEqual([DEAD[watching], DEAD[watching]]);
    const told = alive!.events.length;
    await toggle(scene.project, scene.flag, scene.environment, true);
    await toggle(scene.project, scene.flag, scene.environment, false);
    await eventually(async () => alive!.events.length > told);
    expect(alive!.ending()).toBeNull();
    alive!.stop();
  });

  it('ends what evaluationsChanged tells to a revoked CLIENT key', async () => {
    const scene = await makeScene(world);
    const key = await makeKey(scene, { kind: 'CLIENT' });
    const query = 'subscription { evaluationsChanged(context: { targetingKey: "ada" }) { revision epoch } }';
    const watcher = watchOver(watching, world, key.secret, {}, query);
    await watcher.count(1);

    await make(scene.project.client, 'revokeApiKey', { apiKeyId: key.id }, 'apiKey { id }');

    expect(await ended(watcher)).toBe(DEAD[watching]);
  });

  it('ends with FORBIDDEN what a removed member followed', async () => {
    const scene = await makeScene(world);
    const { organizationId } = scene.project;
    const member = await makeMember(world, 'VIEWER', { organizationId });
    const [watcher] = await served(scene, () => [
      watchOver(watching, world, tokenOf(member.client), { environmentId: scene.environment.id }),
    ]);

    await make(scene.project.client, 'removeMember', { organizationId, userId: member.id }, 'removedUserId');

    expect(await ended(watcher!)).toBe('FORBIDDEN');
  });

  it('ends what a session followed that was logged out', async () => {
    const scene = await makeScene(world);
    const member = await makeMember(world, 'VIEWER', { organizationId: scene.project.organizationId });
    const [watcher] = await served(scene, () => [
      watchOver(watching, world, tokenOf(member.client), { environmentId: scene.environment.id }),
    ]);

    await make(member.client, 'logOut', {}, 'endedSessionCount');

    expect(await ended(watcher!)).toBe(DEAD[watching]);
  });

  it('ends with NOT_FOUND, or because its key is gone, what followed a deleted environment', async () => {
    const scene = await makeScene(world);
    const { project, environment } = scene;
    const key = await makeKey(scene);
    const owner = await makeMember(world, 'ADMIN', { organizationId: project.organizationId });
    const [ofKey, ofUser] = await served(scene, () => [
      watchOver(watching, world, key.secret),
      watchOver(watching, world, tokenOf(owner.client), { environmentId: environment.id }),
    ]);

    await make(
      owner.client,
      'deleteEnvironment',
      { environmentId: environment.id, expectedVersion: 1, confirmKey: environment.key },
      'deletedEnvironmentId',
    );

    expect(await ended(ofUser!)).toBe('NOT_FOUND');
    expect([DEAD[watching], 'NOT_FOUND']).toContain(await ended(ofKey!));
  });
});

it('ends only the operation that lost its permission; its siblings on the socket go on', async () => {
  const scene = await makeScene(world);
  const { project } = scene;
  const { organizationId } = project;
  const other = await makeEnvironment(project);
  const member = await makeMember(world, 'VIEWER', { organizationId, environmentId: scene.environment.id });
  const place = { organizationId, userId: member.id, environmentId: other.id };
  await make(project.client, 'setMemberRole', { ...place, role: 'VIEWER' }, 'member { user { id } }');
  const socket = socketClient(world.url, tokenOf(member.client));
  const both = [watchOn(socket, { environmentId: other.id }), watchOn(socket, { environmentId: scene.environment.id })];
  let isEnabled = false;
  await eventually(async () => {
    isEnabled = !isEnabled;
    await toggle(project, scene.flag, other, isEnabled);
    await toggle(project, scene.flag, scene.environment, isEnabled);
    return both.every(({ events }) => events.length > 0);
  });

  await make(project.client, 'removeMember', place, 'removedUserId');
  const endings = [await ended(both[0]!), both[1]!.ending()];
  const { revision } = await toggle(project, scene.flag, scene.environment, !isEnabled);
  await eventually(async () => both[1]!.events.at(-1)?.revision === revision);

  expect(endings).toEqual(['FORBIDDEN', null]);
  await socket.dispose();
});

it('looks once for all sockets of one credential', async () => {
  const scene = await makeScene(world);
  const key = await makeKey(scene);
  const watchers = await served(scene, () => Array.from({ length: 50 }, () => watchOver('WebSocket', world, key.secret)));

  const { result, statements } = await countStatementsOnce(world, async () => {
    await make(scene.project.client, 'revokeApiKey', { apiKeyId: key.id }, 'apiKey { id }');
    return Promise.all(watchers.map(ended));
  });

  expect(new Set(result)).toEqual(new Set(['4403']));
  const looks = statements.filter((text) => text.includes('FROM "api_key"') && text.includes('hash') && !text.includes('FOR '));
  expect(looks.length).toBeGreaterThan(0);
  expect(looks.length).toBeLessThanOrEqual(3);
});

describe('when time passes', () => {
  const clock = createTestClock();
  let timed: World;
  beforeAll(async () => {
    timed = await createWorld({ clock });
  });
  afterAll(() => timed.close());

  const watchBoth = (scene: Scene, credential: string): Promise<Watcher[]> => {
    const place = { environmentId: scene.environment.id };
    return served(scene, () => WATCHING.map((watching) => watchOver(watching, timed, credential, place)));
  };

  it('ends what a key followed whose time is over, though nobody changed anything', async () => {
    const scene = await makeScene(timed);
    const expiresAt = new Date(clock.now().getTime() + 60_000).toISOString();
    const watchers = await watchBoth(scene, (await makeKey(scene, { expiresAt })).secret);

    clock.advance(60_000);

    expect(await Promise.all(watchers.map(ended))).toEqual(WATCHING.map((watching) => DEAD[watching]));
  });

  it('ends what an access token followed whose time is over', async () => {
    const scene = await makeScene(timed);
    const member = await makeMember(timed, 'VIEWER', { organizationId: scene.project.organizationId });
    const watchers = await watchBoth(scene, tokenOf(member.client));

    clock.advance(15 * 60_000);

    expect(await Promise.all(watchers.map(ended))).toEqual(WATCHING.map((watching) => DEAD[watching]));
  });
});
