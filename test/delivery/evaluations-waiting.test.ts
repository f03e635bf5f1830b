/** `minRevision`: a bounded wait, for a bounded number of requests. */
import type { EnvironmentState } from '../../src/modules/snapshots/environment-state';
import { follow } from '../support/live';
import { eventually, toggle } from '../support/make';
import { epochOf, makeSceneWithKey } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const WAITERS_MAX = 1_000;
const READ = 'query ($min: RevisionInput) { snapshot(minRevision: $min) { revision epoch } }';
const EVALUATE = 'query ($min: RevisionInput) { evaluate(contexts: [{}], minRevision: $min) { revision epoch } }';

async function makeScene() {
  const scene = await makeSceneWithKey(world);
  return { ...scene, epoch: await epochOf(world, scene.secret) };
}

/** The first error of a request that fails. */
async function errorOf(request: Promise<unknown>): Promise<unknown> {
  const error = await request.then(
    () => null,
    (caught: unknown) => caught,
  );
  return (error as { response: { errors: unknown[] } }).response.errors[0];
}

it('waits for a revision that is on its way, in evaluate and in snapshot', async () => {
  const { project, environment, flag, secret, epoch } = await makeScene();
  const min = { epoch, revision: 2 };
  const waiting = [READ, EVALUATE].map((document) => world.client(secret).request<Record<string, unknown>>(document, { min }));
  await toggle(project, flag, environment, true);

  expect(await Promise.all(waiting)).toEqual([{ snapshot: { revision: 2, epoch } }, { evaluate: { revision: 2, epoch } }]);
});

it('does not wait for a foreign epoch, nor for what it has', async () => {
  const { secret, epoch } = await makeScene();
  const ask = (min: object) => world.client(secret).request(READ, { min });
  const answer = { snapshot: { revision: 1, epoch } };

  expect(
    await Promise.all([ask({ epoch: 'another', revision: 99 }), ask({ epoch, revision: -5 }), ask({ epoch, revision: 1 })]),
  ).toEqual([answer, answer, answer]);
});

it('says so when the revision never comes', async () => {
  const { secret, epoch } = await makeScene();
  const client = world.client(secret);
  const min = { epoch, revision: 9 };
  const message = 'Revision 9 was not reached within 2 s; this server is at 1.';

  expect(await Promise.all([errorOf(client.request(READ, { min })), errorOf(client.request(EVALUATE, { min }))])).toMatchObject([
    { message, path: ['snapshot'], extensions: { code: 'REVISION_NOT_REACHED' } },
    { message, path: ['evaluate'], extensions: { code: 'REVISION_NOT_REACHED' } },
  ]);
});

it('lets 1,000 requests wait, refuses the next at once, and has room again when they are done', async () => {
  const { environment, flag, project, secret, epoch } = await makeScene();
  const { snapshots } = world.app.services;
  const actor = {
    kind: 'SYSTEM',
    request: { requestId: 'r', address: '', userAgent: '', origin: null, idempotency: null },
  } as const;
  const state = (await snapshots.openFor(actor, environment.id, 'snapshot:read')) as EnvironmentState;
  // Connected before anybody waits: all of it must come to pass before the first has waited long enough.
  const socket = world.socket(world.owner.accessToken);
  await follow(socket, { environmentId: (await makeScene()).environment.id, context: {} }).frame(1);
  const never = { epoch, revision: 99 };
  const waiting = Array.from({ length: WAITERS_MAX }, () => snapshots.waitFor(state, never));
  const settled = Promise.allSettled(waiting);
  const refusal = {
    message: 'More than 1000 requests are waiting for revisions; try again.',
    extensions: { code: 'REVISION_NOT_REACHED' },
  };
  const client = world.client(secret);
  const live = follow(socket, { environmentId: environment.id, context: {}, minRevision: never });

  const errors = await Promise.all([
    errorOf(client.request(READ, { min: never })),
    errorOf(client.request(EVALUATE, { min: never })),
    eventually(async () => live.errors()?.[0]),
  ]);
  const answered = await client.request(READ, { min: { epoch, revision: 1 } });
  const reasons = new Set((await settled).map((result) => (result.status === 'rejected' ? String(result.reason) : 'reached')));
  const waitsAgain = client.request(READ, { min: { epoch, revision: 2 } });
  await toggle(project, flag, environment, true);

  expect(errors).toMatchObject([refusal, refusal, refusal]);
  expect(answered).toEqual({ snapshot: { revision: 1, epoch } });
  expect([...reasons]).toEqual(['RequestFault: Revision 99 was not reached within 2 s; this server is at 1.']);
  expect(await waitsAgain).toEqual({ snapshot: { revision: 2, epoch } });
  expect(state.listenerCount).toBe(0);
});

it('stops waiting when the environment is deleted', async () => {
  const { environment, project, epoch } = await makeScene();
  const client = world.client(world.owner.accessToken);
  const waiting = client.request(
    'query ($id: ID, $min: RevisionInput) { snapshot(environmentId: $id, minRevision: $min) { revision } }',
    {
      id: environment.id,
      min: { epoch, revision: 99 },
    },
  );
  const input = { environmentId: environment.id, expectedVersion: 1, confirmKey: environment.key };
  await project.client.request(
    'mutation ($input: DeleteEnvironmentInput!) { deleteEnvironment(input: $input) { userErrors { code } } }',
    {
      input,
    },
  );

  expect(await waiting).toEqual({ snapshot: null });
});
