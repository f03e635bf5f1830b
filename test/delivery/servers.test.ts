/** Several servers on one database, with a change notifier between them and without. */
import { epochOf, makeSceneWithKey } from '../support/scene';
import { createWorld, isEmbedded, type World } from '../support/world';
import { eventually, makeApiKey, makeEnvironment, makeFlag, makeProject, toggle } from '../support/make';
import { createClient } from 'graphql-ws';
import { GraphQLClient } from 'graphql-request';
import { WebSocket } from 'ws';
import { FanOut } from '../../src/delivery/fan-out';
import { FlagStream } from '../../src/delivery/stream';
import type { EnvironmentState } from '../../src/modules/snapshots/environment-state';
import { SnapshotCache } from '../../src/modules/snapshots/snapshot-cache';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('ends a waiting subscription at once, and listens to its environment no more', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const { database } = world.app;
  const cache = new SnapshotCache({ database });
  const state = (await cache.open(environment.id)) as EnvironmentState;
  const subscription = new FlagStream({ database, cache }).flagChanged(state, { since: null, flagKeys: null });
  const texts: string[] = [];
  const sink = { next: (text: string) => texts.push(text) > 0, fail: (error: unknown) => void texts.push(String(error)) };
  const follow = () => new FanOut().join({ subscription, key: 'all', render: ({ revision }) => `${revision}` }, sink);

  const [ended, kept] = [follow(), follow()];
  const during = state.listenerCount;
  ended.end();
  await makeFlag(project);
  await cache.catchUp(environment.id);
  await eventually(async () => texts.length || null);
  kept.end();

  expect([during, texts, state.listenerCount]).toEqual([2, ['1'], 0]);
});

it('delivers a change that no notification announces, by the poll', async () => {
  const { environment, flag, secret } = await makeSceneWithKey(world);
  const epoch = await epochOf(world, secret);
  const events = world.socket(secret).iterate({
    query: `subscription ($since: RevisionInput) { flagChanged(since: $since) { revision changes { kind flagKey } } }`,
    variables: { since: { epoch, revision: 0 } },
  });
  await events.next();

  // Written past the server, as if by another one whose notification was lost.
  await world.app.database.connection.query(
    `WITH head AS (UPDATE environment_head SET revision = revision + 1 WHERE environment_id = $1 RETURNING *)
     INSERT INTO environment_revision (environment_id, revision, epoch, change_id, events, created_at)
     SELECT environment_id, revision, epoch, 'change_of_the_test', $2::json, now() FROM head`,
    [environment.id, JSON.stringify([{ kind: 'DELETED', flagKey: flag.key, flag: null }])],
  );
  const { value } = (await events.next()) as { value: { data: unknown } };

  expect(value.data).toEqual({ flagChanged: { revision: 2, changes: [{ kind: 'DELETED', flagKey: flag.key }] } });
});

if (!isEmbedded) {
  it('delivers a change made on one server to a subscriber of another, and never answers older than asked there', async () => {
    const { project, environment, flag, secret } = await makeSceneWithKey(world);
    const other = await world.startSecondServer();
    const headers = { authorization: `Bearer ${secret}` };
    const far = new GraphQLClient(`${other.url}/graphql`, { headers });
    const socket = createClient({
      url: `${other.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: headers,
      retryAttempts: 0,
    });
    const { snapshot } = await far.request<{ snapshot: { epoch: string } }>('{ snapshot { epoch } }');
    const events = socket.iterate<{ flagChanged: { revision: number } }>({
      query: 'subscription ($since: RevisionInput) { flagChanged(since: $since) { revision } }',
      variables: { since: { epoch: snapshot.epoch, revision: 1 } },
    });

    const seen = [];
    for (let turn = 0; turn < 20; turn++) {
      const { revision, epoch } = await toggle(project, flag, environment, turn % 2 === 0);
      const { evaluate } = await far.request<{ evaluate: { revision: number; results: { values: object }[] } }>(
        `query ($min: RevisionInput) { evaluate(contexts: [{ targetingKey: "a" }], minRevision: $min) { revision results { values } } }`,
        { min: { epoch, revision } },
      );
      const { value } = (await events.next()) as { value: { data: { flagChanged: { revision: number } } } };
      seen.push([revision, evaluate.revision, value.data.flagChanged.revision, evaluate.results[0]!.values]);
    }
    await socket.dispose();

    expect(seen).toEqual(Array.from({ length: 20 }, (_, turn) => [turn + 2, turn + 2, turn + 2, { [flag.key]: turn % 2 === 0 }]));
  });
}

it('says so when a revision is asked for that the database does not reach', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const secret = await makeApiKey(project, environment);
  const client = world.client(secret);
  const { snapshot } = await client.request<{ snapshot: { epoch: string } }>('{ snapshot { epoch } }');

  const error: unknown = await client
    .request('query ($min: RevisionInput) { snapshot(minRevision: $min) { revision } }', {
      min: { epoch: snapshot.epoch, revision: 7 },
    })
    .catch((caught: unknown) => caught);

  expect((error as { response: { errors: unknown[] } }).response.errors).toMatchObject([
    {
      message: 'Revision 7 was not reached within 2 s; this server is at 0.',
      path: ['snapshot'],
      extensions: { code: 'REVISION_NOT_REACHED' },
    },
  ]);
});
