/** Reports of SDK instances: their revision, and what they have served. */
import { randomUUID } from 'node:crypto';
import { purgeClients, recordReport } from '../../src/modules/clients/client-repository';
import { createTestClock } from '../support/clock';
import { make, makeApiKey, makeEnvironment, makeFlag, mutate, toggle, type Made, type MadeProject } from '../support/make';
import { refusalOf } from '../support/members';
import { makeScene } from '../support/scene';
import { createWorld, isEmbedded, type World } from '../support/world';

const START = new Date('2026-03-01T10:00:30.000Z');
const clock = createTestClock(START);
let world: World;
beforeAll(async () => {
  world = await createWorld({ clock });
});
afterAll(() => world.close());

interface Scene {
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flag: Made;
  readonly key: string;
}

interface Head {
  readonly epoch: string;
  readonly revision: number;
}

interface Payload {
  readonly nextReportMs: number | null;
  readonly isRepeated: boolean | null;
  readonly unknownCounts: number | null;
  readonly revisions: readonly unknown[];
  readonly userErrors: readonly { readonly code: string; readonly message: string; readonly path: readonly string[] }[];
}

async function seed(kind = 'SERVER'): Promise<Scene> {
  const { project, environment, flag } = await makeScene(world, { isClientAvailable: true });
  return { project, environment, flag, key: await makeApiKey(project, environment, kind) };
}

const WHOLE = 'nextReportMs isRepeated unknownCounts revisions { revision }';
const report = (key: string, input: object): Promise<Payload> =>
  mutate<Payload>(world.client(key), 'report', { instanceId: 'one', sdk: 'test/1', batch: 1, ...input }, WHOLE);

const CLIENTS = `query ($id: ID!) { environment(id: $id) { epoch revision clients { total upToDate positions { epoch revision clients } } } }`;
const clientsOf = async ({ project, environment }: Scene): Promise<Head & { readonly clients: unknown }> =>
  (await project.client.request<{ environment: Head & { clients: unknown } }>(CLIENTS, { id: environment.id })).environment;

const USAGE = `query ($flagId: ID!, $environmentId: ID!) {
  flag(id: $flagId) { lastEvaluatedAt configuration(environmentId: $environmentId) {
    usage(from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z", resolution: MINUTE) { at variation evaluations }
  } }
}`;
const usageOf = async ({ project, environment }: Scene, flag: Made): Promise<unknown> =>
  (
    await project.client.request<{ flag: { configuration: { usage: unknown } } }>(USAGE, {
      flagId: flag.id,
      environmentId: environment.id,
    })
  ).flag.configuration.usage;

it('tells how many instances are at which revision, and how many at the newest', async () => {
  const scene = await seed();
  const { epoch, revision: old } = await clientsOf(scene);
  const { revision } = await toggle(scene.project, scene.flag, scene.environment, true);
  for (const instanceId of ['a', 'b', 'c']) await report(scene.key, { instanceId, position: { epoch, revision } });
  await report(scene.key, { instanceId: 'd', position: { epoch, revision: old } });
  await report(scene.key, { instanceId: 'e' });

  expect(await clientsOf(scene)).toEqual({
    epoch,
    revision,
    clients: {
      total: 5,
      upToDate: 3,
      positions: [
        { epoch, revision, clients: 3 },
        { epoch, revision: old, clients: 1 },
        { epoch: null, revision: null, clients: 1 },
      ],
    },
  });
});

it('forgets an instance that is silent for twice as long as it was asked to be, and takes it back', async () => {
  const scene = await seed();
  const { nextReportMs } = await report(scene.key, {});
  const total = async (): Promise<unknown> => ((await clientsOf(scene)).clients as { total: number }).total;
  clock.advance(2 * nextReportMs! - 1_000);
  const before = await total();
  clock.advance(1_000);
  const after = await total();
  await report(scene.key, { batch: 2 });

  expect([nextReportMs, before, after, await total()]).toEqual([60_000, 1, 0, 1]);
});

it('adds counts to the usage of the minute in which they ended, joined with each other', async () => {
  const scene = await seed();
  const on = { flagKey: scene.flag.key, variation: 'on', evaluations: 3 };
  const minute = new Date(Math.floor(clock.now().getTime() / 60_000) * 60_000 - 120_000).toISOString();

  const payload = await report(scene.key, {
    ageMs: 120_000,
    counts: [on, { ...on, evaluations: 4 }, { flagKey: scene.flag.key, evaluations: 2 }],
  });

  expect(payload).toEqual({ nextReportMs: 60_000, isRepeated: false, unknownCounts: 0, revisions: [], userErrors: [] });
  expect(await usageOf(scene, scene.flag)).toEqual([
    { at: minute, variation: null, evaluations: 2 },
    { at: minute, variation: 'on', evaluations: 7 },
  ]);
});

it('records a batch once, however often it is sent, one after another or at the same time', async () => {
  const scene = await seed();
  const second = isEmbedded ? null : await world.startSecondServer();
  const counts = [{ flagKey: scene.flag.key, variation: 'on', evaluations: 1 }];
  const urls = [world.url, second === null ? world.url : `${second.url}/graphql`];
  const instanceId = randomUUID();
  const atOnce = await Promise.all(
    Array.from({ length: 8 }, (_, i) => reportTo(urls[i % 2]!, scene.key, { instanceId, batch: 1, counts })),
  );
  await report(scene.key, { instanceId, batch: 2, counts });
  const late = await report(scene.key, { instanceId, batch: 1, counts });

  expect(atOnce.map(({ isRepeated }) => isRepeated).toSorted()).toEqual([false, ...Array<boolean>(7).fill(true)]);
  expect(late.isRepeated).toBe(true);
  expect(await usageOf(scene, scene.flag)).toMatchObject([{ evaluations: 2 }]);
});

async function reportTo(url: string, key: string, input: object): Promise<Payload> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({
      query: `mutation ($input: ReportInput!) { report(input: $input) { ${WHOLE} userErrors { code } } }`,
      variables: { input: { sdk: 'test/1', ...input } },
    }),
  });
  return ((await response.json()) as { data: { report: Payload } }).data.report;
}

it('passes over what is not there, and for a CLIENT key what it may not know of', async () => {
  const scene = await seed('CLIENT');
  const hidden = await makeFlag(scene.project);
  const counts = [
    { flagKey: hidden.key, variation: 'on', evaluations: 1 },
    { flagKey: 'unknown', variation: 'on', evaluations: 1 },
    { flagKey: scene.flag.key, variation: 'purple', evaluations: 1 },
    { flagKey: scene.flag.key, variation: 'off', evaluations: 5 },
  ];

  const { unknownCounts } = await report(scene.key, { counts });

  expect(unknownCounts).toBe(3);
  expect(await usageOf(scene, scene.flag)).toMatchObject([{ variation: 'off', evaluations: 5 }]);
  expect(await usageOf(scene, hidden)).toEqual([]);
});

it('says everything that is wrong with a report at once, and records nothing of it', async () => {
  const scene = await seed();

  const payload = await report(scene.key, {
    instanceId: 'a b',
    sdk: '',
    batch: 0,
    ageMs: 86_400_001,
    position: { epoch: '\u0000', revision: -1 },
    counts: [{ flagKey: scene.flag.key, variation: 'on', evaluations: 0 }],
  });

  expect(payload).toEqual({
    ...{ nextReportMs: null, isRepeated: null, unknownCounts: null, revisions: [] },
    userErrors: [
      error('INVALID', 'instanceId must be 1 to 64 letters, digits, - and _; got "a b".', 'instanceId'),
      error('INVALID', 'sdk must be 1 to 64 letters, digits and .+-_/@; got "".', 'sdk'),
      error('INVALID', 'epoch must be 1 to 64 letters, digits, - and _; got "\\u0000".', 'position', 'epoch'),
      error('OUT_OF_RANGE', 'revision: -1 was given; 0 to 2,147,483,647 are allowed.', 'position', 'revision'),
      error('OUT_OF_RANGE', 'batch: 0 was given; 1 to 2,147,483,647 are allowed.', 'batch'),
      error('OUT_OF_RANGE', 'ageMs: 86400001 was given; 0 to 86,400,000 are allowed.', 'ageMs'),
      error('OUT_OF_RANGE', 'evaluations: 0 was given; 1 to 1,000,000,000 are allowed.', 'counts', '0', 'evaluations'),
    ],
  });
  expect((await clientsOf(scene)).clients).toEqual({ total: 0, upToDate: 0, positions: [] });
});

const error = (code: string, message: string, ...path: string[]): object => ({ code, message, path: ['input', ...path] });

it('takes reports of an editor for an environment, and of nobody who only looks', async () => {
  const scene = await seed();
  const other = await makeApiKey(scene.project, await makeEnvironment(scene.project));

  const { isRepeated } = await make<Payload>(
    scene.project.client,
    'report',
    { environmentId: scene.environment.id, instanceId: 'cli', sdk: 'cli/1', batch: 1 },
    WHOLE,
  );
  const refusal = await refusalOf(report(other, { environmentId: scene.environment.id }));

  expect(isRepeated).toBe(false);
  expect(refusal?.code).toBe('FORBIDDEN');
});

it('finds out that the environment was deleted while the report was on its way', async () => {
  const { connection } = world.app.database;
  const instance = { instanceId: 'one', sdk: 'test/1', epoch: null, revision: null, batch: 1, liveUntil: clock.now() };

  expect(await recordReport(connection, { environmentId: 'environment_none', ...instance })).toBe('GONE');
});

it('forgets the batches of instances that are gone for long', async () => {
  const scene = await seed();
  await report(scene.key, { batch: 7 });
  const gone = new Date(clock.now().getTime() + 120_000);
  await purgeClients(world.app.database.connection, gone);
  const { isRepeated: isKept } = await report(scene.key, { batch: 7 });
  await purgeClients(world.app.database.connection, new Date(gone.getTime() + 1));
  const { isRepeated } = await report(scene.key, { batch: 1 });

  expect([isKept, isRepeated]).toEqual([true, false]);
});
