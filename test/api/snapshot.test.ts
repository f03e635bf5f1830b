/** `snapshot`, read repeatedly by a client that usually has it. */
import { refusalOf } from '../support/members';
import { makeApiKey, makeEnvironment, toggle, type Made, type MadeProject } from '../support/make';
import { makeScene } from '../support/scene';
import { createWorld, isEmbedded, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Head {
  readonly epoch: string;
  readonly revision: number;
}

interface Polled extends Head {
  readonly snapshotIfNewer: (Head & { readonly flags: readonly { readonly isEnabled: boolean }[] }) | null;
}

const POLL = `query ($have: RevisionInput, $min: RevisionInput) {
  snapshot(minRevision: $min) { epoch revision snapshotIfNewer(than: $have) }
}`;

async function poll(secret: string, have?: Head | null, min?: Head): Promise<Polled | null> {
  return (await world.client(secret).request<{ snapshot: Polled | null }>(POLL, { have, min })).snapshot;
}

interface Seeded {
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flag: Made;
  readonly secret: string;
}

async function seed(): Promise<Seeded> {
  const { project, environment, flag } = await makeScene(world);
  return { project, environment, flag, secret: await makeApiKey(project, environment) };
}

/** The revision in the answer, and whether the snapshot came with it. */
function headOf(polled: Polled | null): unknown {
  return polled && { epoch: polled.epoch, revision: polled.revision, hasSnapshot: polled.snapshotIfNewer !== null };
}

it('answers the snapshot to a client without one, and then only its revision', async () => {
  const { secret } = await seed();

  const { snapshot } = await world
    .client(secret)
    .request<{ snapshot: Head & { snapshot: object } }>('{ snapshot { epoch revision snapshot } }');
  const { epoch, revision } = snapshot;
  const [first, withNull, again] = [await poll(secret), await poll(secret, null), await poll(secret, { epoch, revision })];

  expect(first).toEqual({ epoch, revision, snapshotIfNewer: snapshot.snapshot });
  expect(withNull).toEqual(first);
  expect(again).toEqual({ epoch, revision, snapshotIfNewer: null });
});

it('answers the snapshot again after a change, at the revision of the change', async () => {
  const { project, environment, flag, secret } = await seed();
  const { epoch: epochBefore, revision: revisionBefore } = (await poll(secret))!;

  const changed = await toggle(project, flag, environment, true);
  const after = await poll(secret, { epoch: epochBefore, revision: revisionBefore }, changed);

  const { epoch, revision } = changed;
  expect(after).toMatchObject({ epoch, revision, snapshotIfNewer: { epoch, revision, flags: [{ isEnabled: true }] } });
  expect(headOf(await poll(secret, { epoch, revision }))).toEqual({ epoch, revision, hasSnapshot: false });
});

it('never goes back within an epoch, and replaces snapshots of another one', async () => {
  const { secret } = await seed();
  const { epoch, revision } = (await poll(secret))!;

  const ahead = await poll(secret, { epoch, revision: revision + 1 });
  const foreign = await poll(secret, { epoch: 'another', revision: revision + 1 });

  expect(headOf(ahead)).toEqual({ epoch, revision, hasSnapshot: false });
  expect(headOf(foreign)).toEqual({ epoch, revision, hasSnapshot: true });
});

it('distinguishes an environment that the key may not read from an unchanged one', async () => {
  const { project, environment, secret } = await seed();
  const { epoch, revision } = (await poll(secret))!;
  const other = await makeApiKey(project, await makeEnvironment(project));

  const ofAnother = await refusalOf(
    world
      .client(other)
      .request('query ($id: ID!, $have: RevisionInput) { snapshot(environmentId: $id) { snapshotIfNewer(than: $have) } }', {
        id: environment.id,
        have: { epoch, revision },
      }),
  );

  expect(ofAnother?.code).toBe('FORBIDDEN');
  expect(headOf(await poll(secret, { epoch, revision }))).toEqual({ epoch, revision, hasSnapshot: false });
});

(isEmbedded ? it.skip : it)('answers who has a revision of one server the same on another', async () => {
  const { project, environment, flag, secret } = await seed();
  const second = await world.startSecondServer();
  const have = await toggle(project, flag, environment, true);
  await poll(secret, null, have);

  const response = await fetch(`${second.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify({ query: POLL, variables: { have, min: have } }),
  });

  const { data } = (await response.json()) as { data: { snapshot: Polled } };
  expect(headOf(data.snapshot)).toEqual({ ...have, hasSnapshot: false });
});
