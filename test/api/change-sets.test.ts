import { absenceOf } from '../support/absence';
import {
  configure,
  decide,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  mutate,
  targeting,
  type Made,
  type MadeProject,
} from '../support/make';
import { chainLength, lastChange, makeMember, refusalOf } from '../support/members';
import { epochOf } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const SET = 'configurations { version isEnabled flag { key } environment { key } } revisions { environmentId revision }';
const apply = (project: MadeProject, changes: object[], selection = SET) =>
  mutate(project.client, 'applyChangeSet', { projectId: project.id, changes }, selection);
const toggling = (flag: Made, environment: Made, isEnabled = true) => ({
  toggleFlag: { flagId: flag.id, environmentId: environment.id, isEnabled },
});
const setting = (flag: Made, environment: Made, patch: object = {}) => ({
  setFlagConfiguration: targeting(flag, environment, patch),
});

async function makeScene() {
  const project = await makeProject(world);
  const [here, there] = [await makeEnvironment(project, 'here'), await makeEnvironment(project, 'there')];
  return { project, here, there, a: await makeFlag(project, { key: 'a' }), b: await makeFlag(project, { key: 'b' }) };
}

it('applies changes of several flags and environments as one change with one revision per environment', async () => {
  const { project, here, there, a, b } = await makeScene();
  const before = await chainLength(world, project.organizationId);
  const copying = { flagId: b.id, fromEnvironmentId: here.id, environmentId: there.id, expectedVersion: 0, withIsEnabled: true };

  const payload = await apply(project, [
    toggling(a, here),
    setting(b, here, { fallthrough: { variation: 'off' } }),
    { copyFlagConfiguration: copying },
    { rollBackFlagConfiguration: { flagId: a.id, environmentId: there.id, expectedVersion: 0, toVersion: 0 } },
  ]);

  const item = (flag: Made, environment: Made, version: number, isEnabled: boolean) => ({
    flag: { key: flag.key },
    environment: { key: environment.key },
    version,
    isEnabled,
  });
  expect(payload).toEqual({
    configurations: [item(a, here, 1, true), item(b, here, 1, true), item(b, there, 1, true), item(a, there, 0, false)],
    revisions: [here, there]
      .map(({ id }) => id)
      .sort()
      .map((environmentId) => ({ environmentId, revision: 3 })),
    userErrors: [],
  });
  expect(await chainLength(world, project.organizationId)).toBe(before + 1);
  expect(await lastChange(world, project.organizationId)).toMatchObject({
    kind: 'CHANGE_SET_APPLIED',
    items: [{ version: 1 }, { version: 1 }, { version: 1 }],
  });
  expect(await decide(project, there, b)).toBe('off FALLTHROUGH');
});

it('delivers all changes of an environment in one event', async () => {
  const { project, here, there, a, b } = await makeScene();
  const secret = await makeApiKey(project, here);
  const epoch = await epochOf(world, secret);
  const events = world.socket(secret).iterate({
    query: `subscription ($since: RevisionInput) {
      flagChanged(since: $since) { kind revision changes { kind flagKey flag { isEnabled } } }
    }`,
    variables: { since: { epoch, revision: 2 } },
  });

  await apply(project, [toggling(b, here), toggling(a, there), toggling(a, here)]);
  const event = await events.next();

  const changed = (flagKey: string) => ({ kind: 'UPDATED', flagKey, flag: { isEnabled: true } });
  expect(event.value?.data).toEqual({
    flagChanged: { kind: 'CHANGES', revision: 3, changes: [changed('b'), changed('a')] },
  });
});

it('records nothing when nothing would be different', async () => {
  const { project, here, there, a } = await makeScene();
  const before = await chainLength(world, project.organizationId);

  const payload = await apply(project, [toggling(a, here, false), toggling(a, there, false)], 'revisions { revision }');

  expect(payload).toEqual({ revisions: [], userErrors: [] });
  expect(await chainLength(world, project.organizationId)).toBe(before);
});

it('writes nothing when one change is refused, and reports the issues of all', async () => {
  const { project, here, there, a, b } = await makeScene();
  const elsewhere = await makeFlag(await makeProject(world));
  const before = await chainLength(world, project.organizationId);

  const payload = await apply(project, [
    toggling(a, here),
    setting(b, here, { offVariation: 'gone', expectedVersion: 4 }),
    { copyFlagConfiguration: { flagId: a.id, fromEnvironmentId: 'x', environmentId: there.id, expectedVersion: 0 } },
    { rollBackFlagConfiguration: { flagId: b.id, environmentId: there.id, expectedVersion: 0, toVersion: 9 } },
    toggling(elsewhere, here),
    toggling(a, { id: 'nowhere', key: '' }),
  ]);

  const issue = (code: string, message: string, ...path: string[]) => ({ code, message, path: ['input', 'changes', ...path] });
  expect(payload).toEqual({
    configurations: null,
    revisions: [],
    userErrors: [
      issue(
        'STALE_VERSION',
        'The configuration has version 0, not 4; read it again.',
        '1',
        'setFlagConfiguration',
        'expectedVersion',
      ),
      issue('NOT_FOUND', 'The flag has no variation "gone".', '1', 'setFlagConfiguration', 'offVariation'),
      issue(
        'NOT_FOUND',
        'There is no environment "x" in the flag\'s project. This wants an id; environmentByKey finds it.',
        '2',
        'copyFlagConfiguration',
        'fromEnvironmentId',
      ),
      issue('NOT_FOUND', 'The configuration has no version 9 on record.', '3', 'rollBackFlagConfiguration', 'toVersion'),
      issue('NOT_FOUND', `There is no flag "${elsewhere.id}".`, '4', 'toggleFlag', 'flagId'),
      issue('NOT_FOUND', absenceOf('environment', 'nowhere'), '5', 'toggleFlag', 'environmentId'),
    ],
  });
  expect(await chainLength(world, project.organizationId)).toBe(before);
  expect(await decide(project, here, a)).toBe('off DISABLED');
});

it('refuses a change set that names a configuration twice', async () => {
  const { project, here, there, a } = await makeScene();

  const payload = await apply(project, [toggling(a, here), toggling(a, there), setting(a, here)], 'revisions { revision }');

  expect(payload).toEqual({
    revisions: [],
    userErrors: [
      {
        code: 'DUPLICATE',
        message: 'A configuration may appear only once in a change set.',
        path: ['input', 'changes', '2', 'setFlagConfiguration'],
      },
    ],
  });
});

it('refuses a cycle that two of its changes would form together', async () => {
  const { project, here, a, b } = await makeScene();
  const needing = (flag: Made, other: Made) => setting(flag, here, { prerequisites: [{ flagKey: other.key, variation: 'on' }] });

  const payload = await apply(project, [needing(a, b), needing(b, a)], 'revisions { revision }');

  expect(payload).toEqual({
    revisions: [],
    userErrors: [
      {
        code: 'CYCLE',
        message: 'The prerequisites would form a cycle: a -> b -> a.',
        path: ['input', 'changes', '1', 'setFlagConfiguration', 'prerequisites'],
      },
    ],
  });
  expect(await decide(project, here, a)).toBe('off DISABLED');
});

it.each([0, 1_001])('refuses %d changes', async (count) => {
  const { project, here, a } = await makeScene();

  const payload = await apply(
    project,
    Array.from({ length: count }, () => toggling(a, here)),
    'revisions { revision }',
  );

  expect(payload).toEqual({
    revisions: [],
    userErrors: [
      {
        code: 'OUT_OF_RANGE',
        message: `Changes of a change set: ${count} were given; 1 to 1000 are allowed.`,
        path: ['input', 'changes'],
      },
    ],
  });
});

it('needs the permission on each environment', async () => {
  const { project, here, there, a } = await makeScene();
  const place = { organizationId: project.organizationId, projectId: project.id, environmentId: here.id };
  const editor = { ...project, client: (await makeMember(world, 'EDITOR', place)).client };

  const refusal = await refusalOf(apply(editor, [toggling(a, here), toggling(a, there)]));
  const untouched = await decide(project, here, a);
  const granted = await apply(editor, [toggling(a, here)], 'revisions { environmentId revision }');

  expect(refusal).toEqual({ code: 'FORBIDDEN', message: 'This needs the permission flag:toggle.' });
  expect(untouched).toBe('off DISABLED');
  expect(granted).toEqual({ revisions: [{ environmentId: here.id, revision: 3 }], userErrors: [] });
});

it('answers a hidden project as if it did not exist', async () => {
  const { project, here, a } = await makeScene();
  const outsider = {
    ...project,
    client: (await makeMember(world, 'OWNER', await makeProject(world).then(({ organizationId }) => ({ organizationId }))))
      .client,
  };

  expect(await apply(outsider, [toggling(a, here)], 'revisions { revision }')).toEqual({
    revisions: [],
    userErrors: [{ code: 'NOT_FOUND', message: `There is no project "${project.id}".`, path: ['input', 'projectId'] }],
  });
});

it('lets each change see what earlier ones of the set wrote', async () => {
  const { project, here, there, a, b } = await makeScene();
  await configure(project, a, here, { prerequisites: [{ flagKey: b.key, variation: 'on' }] });

  const payload = await apply(project, [
    setting(a, here, { expectedVersion: 1 }),
    setting(b, here, { prerequisites: [{ flagKey: a.key, variation: 'on' }] }),
    toggling(b, there),
  ]);

  expect(payload.userErrors).toEqual([]);
  expect(await decide(project, here, b)).toBe('on FALLTHROUGH');
});
