/** `evaluationsChanged`: the evaluations of one context, then what changes of them. */
import {
  configure,
  eventually,
  forSegment,
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  toggle,
  uniqueKey,
  type Made,
  type MadeProject,
} from '../support/make';
import { follow, type Live } from '../support/live';
import { createWorld, type World } from '../support/world';

const OF_ANOTHER = 'This key is of another environment: leave the environment out, or use a key of that environment.';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Scene {
  readonly project: MadeProject;
  readonly environment: Made;
  readonly server: string;
  readonly client: string;
}

async function makeScene(): Promise<Scene> {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const server = await makeApiKey(project, environment, 'SERVER');
  const client = await makeApiKey(project, environment, 'CLIENT');
  return { project, environment, server, client };
}

const ada = { targetingKey: 'ada' };
const seen = ({ revision, evaluations }: Live['frames'][number]): unknown[] => [
  revision,
  ...evaluations.map(({ flagKey, variation, errorCode }) => `${flagKey} ${variation ?? errorCode}`),
];

async function change(project: MadeProject, name: string, input: object): Promise<number[]> {
  const { revisions } = await make<{ revisions: { revision: number }[] }>(project.client, name, input, 'revisions { revision }');
  return revisions.map(({ revision }) => revision);
}

const archive = (project: MadeProject, flag: Made, expectedVersion = 1) =>
  change(project, 'archiveFlag', { flagId: flag.id, expectedVersion });

it('tells all flags in key order first, then only what changes for the context', async () => {
  const { project, environment, server } = await makeScene();
  const [b, a] = [await makeFlag(project, { key: 'b' }), await makeFlag(project, { key: 'a' })];
  const live = follow(world.socket(server), { context: ada });
  await live.frame(1);

  await configure(project, a, environment, { targets: [{ variation: 'off', targetingKeys: ['ada'] }] });
  await toggle(project, b, environment, true);
  await live.frame(2);
  await configure(project, a, environment, { expectedVersion: 1, targets: [{ variation: 'off', targetingKeys: ['grace'] }] });
  const last = await live.frame(3);

  expect(live.frames.map(seen)).toEqual([
    [2, 'a off', 'b off'],
    [4, 'b on'],
    [5, 'a on'],
  ]);
  expect(last.evaluations).toEqual([
    {
      flagKey: 'a',
      value: true,
      variation: 'on',
      reason: 'FALLTHROUGH',
      ruleId: null,
      prerequisiteKey: null,
      errorCode: null,
      errorMessage: null,
      flagVersion: 3,
    },
  ]);
});

it('answers the flags asked for in the order given, unknown and archived ones included, as evaluate does', async () => {
  const { project, environment, server, client } = await makeScene();
  const [a, b] = [await makeFlag(project, { key: 'a', isClientAvailable: true }), await makeFlag(project, { key: 'b' })];
  await archive(project, a);
  await toggle(project, b, environment, true);
  const flagKeys = ['nobody', 'b', 'a', 'b'];

  for (const secret of [server, client]) {
    const [frame, { evaluate }] = await Promise.all([
      follow(world.socket(secret), { context: ada, flagKeys }).frame(1),
      world.client(secret).request<{ evaluate: { revision: number; epoch: string; results: [{ evaluations: unknown[] }] } }>(
        `query ($flagKeys: [String!]) { evaluate(contexts: [{ targetingKey: "ada" }], flagKeys: $flagKeys) { revision epoch results { evaluations {
          flagKey value variation reason ruleId prerequisiteKey errorCode errorMessage flagVersion } } } }`,
        { flagKeys },
      ),
    ]);
    const { revision, epoch, results } = evaluate;
    expect(frame).toEqual({ revision, epoch, evaluations: results[0].evaluations });
  }
});

it('tells an asked flag as often as it is asked for', async () => {
  const { project, environment, server } = await makeScene();
  const a = await makeFlag(project, { key: 'a' });
  const live = follow(world.socket(server), { context: ada, flagKeys: ['a', 'a'] });
  await live.frame(1);
  await toggle(project, a, environment, true);

  expect(seen(await live.frame(2))).toEqual([2, 'a on', 'a on']);
});

it('tells of flags that appear and of flags that are gone', async () => {
  const { project, server, environment } = await makeScene();
  const a = await makeFlag(project, { key: 'a' });
  const all = follow(world.socket(server), { context: ada });
  const asked = follow(world.socket(server), { context: ada, flagKeys: ['b', 'a'] });
  await Promise.all([all.frame(1), asked.frame(1)]);

  const b = await makeFlag(project, { key: 'b' });
  await Promise.all([all.frame(2), asked.frame(2)]);
  await toggle(project, a, environment, true);
  await Promise.all([all.frame(3), asked.frame(3)]);
  await archive(project, a);
  await Promise.all([all.frame(4), asked.frame(4)]);
  await change(project, 'restoreFlag', { flagId: a.id, expectedVersion: 2 });
  await Promise.all([all.frame(5), asked.frame(5)]);
  await archive(project, b);
  await all.frame(6);
  await change(project, 'deleteFlag', { flagId: b.id, expectedVersion: 2 });
  await asked.frame(6);

  expect(all.frames.map(seen)).toEqual([
    [1, 'a off'],
    [2, 'b off'],
    [3, 'a on'],
    [4, 'a FLAG_NOT_FOUND'],
    [5, 'a on'],
    [6, 'b FLAG_NOT_FOUND'],
  ]);
  expect(asked.frames.map(seen)).toEqual([
    [1, 'b FLAG_NOT_FOUND', 'a off'],
    [2, 'b off'],
    [3, 'a on'],
    [4, 'a off'],
    [5, 'a on'],
    [7, 'b FLAG_NOT_FOUND'],
  ]);
  expect(all.frames[3]!.evaluations[0]).toEqual({
    flagKey: 'a',
    value: null,
    variation: null,
    reason: 'ERROR',
    ruleId: null,
    prerequisiteKey: null,
    errorCode: 'FLAG_NOT_FOUND',
    errorMessage: 'There is no flag "a" in the environment.',
    flagVersion: null,
  });
});

it('gives a new flag the place of one that is gone, and mixes them up for nobody', async () => {
  const { project, server } = await makeScene();
  const a = await makeFlag(project, { key: 'a' });
  await makeFlag(project, { key: 'c' });
  const live = follow(world.socket(server), { context: ada });
  await live.frame(1);
  await archive(project, a);
  await live.frame(2);
  await makeFlag(project, { key: 'b' });
  await live.frame(3);
  await change(project, 'restoreFlag', { flagId: a.id, expectedVersion: 2 });
  await live.frame(4);

  expect(live.frames.map(seen)).toEqual([
    [2, 'a off', 'c off'],
    [3, 'a FLAG_NOT_FOUND'],
    [4, 'b off'],
    [5, 'a off'],
  ]);
});

it('tells of a variation whose value changed, and not of one whose value is the same in another order', async () => {
  const { project, environment, server } = await makeScene();
  const variations = (first: unknown, second: unknown) => [
    { key: 'one', value: first },
    { key: 'two', value: second },
  ];
  const flag = await makeFlag(project, { key: 'a', valueType: 'JSON', variations: variations({ x: 1, y: 2 }, null) });
  const other = await makeFlag(project, { key: 'z' });
  const live = follow(world.socket(server), { context: ada });
  const first = await live.frame(1);
  const served = first.evaluations[0]!.variation;
  const update = async (x: unknown, y: unknown, expectedVersion: number): Promise<void> => {
    await change(project, 'updateFlag', { flagId: flag.id, expectedVersion, variations: variations(x, y) });
  };
  const isOne = served === 'one';

  await update(isOne ? { y: 2, x: 1 } : 5, isOne ? 5 : null, 1);
  await toggle(project, other, environment, true);
  await live.frame(2);
  await update(isOne ? 7 : 5, isOne ? 5 : 7, 2);
  await live.frame(3);

  expect(
    live.frames.map(({ revision, evaluations }) => [revision, evaluations.map(({ flagKey, value }) => [flagKey, value])]),
  ).toEqual([
    [
      2,
      [
        ['a', isOne ? { x: 1, y: 2 } : null],
        ['z', false],
      ],
    ],
    [4, [['z', true]]],
    [5, [['a', 7]]],
  ]);
});

it('tells of flags above a segment and above a prerequisite, however far', async () => {
  const { project, environment, server } = await makeScene();
  const inner = await makeSegment(project);
  const condition = { segment: { operator: 'IN_SEGMENT', segments: [inner.key] } };
  const outer = await makeSegment(project, { rules: [{ id: 'r', conditions: [condition] }] });
  const [base, middle, top] = [
    await makeFlag(project, { key: 'base' }),
    await makeFlag(project, { key: 'middle' }),
    await makeFlag(project, { key: 'top' }),
  ];
  await makeFlag(project, { key: 'alone' });
  await configure(project, base, environment, { rules: [forSegment(outer.key)], fallthrough: { variation: 'off' } });
  await configure(project, middle, environment, { prerequisites: [{ flagKey: base.key, variation: 'on' }] });
  await configure(project, top, environment, { prerequisites: [{ flagKey: middle.key, variation: 'on' }] });
  const [members, strangers] = [
    follow(world.socket(server), { context: ada }),
    follow(world.socket(server), { context: { targetingKey: 'eve' } }),
  ];
  await Promise.all([members.frame(1), strangers.frame(1)]);

  const [added] = await change(project, 'addSegmentKeys', { segmentId: inner.id, list: 'INCLUDED', keys: ['ada'] });
  await members.frame(2);
  await toggle(project, base, environment, false);
  await members.frame(3);

  expect(members.frames.slice(1).map(seen)).toEqual([
    [added, 'base on', 'middle on', 'top on'],
    [added! + 1, 'base off', 'middle off', 'top off'],
  ]);
  expect(members.frames[1]!.evaluations.map(({ reason, ruleId }) => [reason, ruleId])).toEqual([
    ['RULE_MATCH', 'members'],
    ['FALLTHROUGH', null],
    ['FALLTHROUGH', null],
  ]);
  expect(members.frames[2]!.evaluations.map(({ prerequisiteKey }) => prerequisiteKey)).toEqual([null, 'base', 'middle']);
  expect(strangers.frames).toHaveLength(1);
});

it.each(['CLIENT', 'MOBILE'])(
  'tells a %s key of client-available flags only, and no rule, prerequisite or segment',
  async (kind) => {
    const { project, environment } = await makeScene();
    const segment = await makeSegment(project, { key: uniqueKey('hidden-segment'), included: ['ada'] });
    const hidden = await makeFlag(project, { key: 'hidden' });
    const shown = await makeFlag(project, { key: 'shown', isClientAvailable: true });
    const above = await makeFlag(project, { key: 'above', isClientAvailable: true });
    await configure(project, above, environment, { prerequisites: [{ flagKey: hidden.key, variation: 'on' }] });
    const live = follow(world.socket(await makeApiKey(project, environment, kind)), { context: ada });
    const asked = follow(world.socket(await makeApiKey(project, environment, kind)), {
      context: ada,
      flagKeys: ['hidden', 'shown'],
    });
    await Promise.all([live.frame(1), asked.frame(1)]);

    await configure(project, shown, environment, { rules: [forSegment(segment.key)], fallthrough: { variation: 'off' } });
    await Promise.all([live.frame(2), asked.frame(2)]);
    await configure(project, hidden, environment);
    await live.frame(3);
    await change(project, 'updateFlag', { flagId: shown.id, expectedVersion: 1, isClientAvailable: false });
    await Promise.all([live.frame(4), asked.frame(3)]);
    await change(project, 'updateFlag', { flagId: hidden.id, expectedVersion: 1, isClientAvailable: true });
    await Promise.all([live.frame(5), asked.frame(4)]);

    const told = (frame: Live['frames'][number]): string[] => seen(frame).slice(1) as string[];
    expect(live.frames.map(told)).toEqual([
      ['above off', 'shown off'],
      ['shown on'],
      ['above on'],
      ['shown FLAG_NOT_FOUND'],
      ['hidden on'],
    ]);
    expect(asked.frames.map(told)).toEqual([
      ['hidden FLAG_NOT_FOUND', 'shown off'],
      ['shown on'],
      ['shown FLAG_NOT_FOUND'],
      ['hidden on'],
    ]);
    const all = [...live.frames, ...asked.frames].flatMap(({ evaluations }) => evaluations);
    expect(all.filter(({ ruleId, prerequisiteKey }) => ruleId !== null || prerequisiteKey !== null)).toEqual([]);
    expect(JSON.stringify(live.frames)).not.toContain('members');
    expect(JSON.stringify([live.frames, asked.frames])).not.toContain(segment.key);
  },
);

it('begins at the revision asked for', async () => {
  const { project, environment, server } = await makeScene();
  const flag = await makeFlag(project);
  const minRevision = await toggle(project, flag, environment, true);

  const frame = await follow(world.socket(server), { context: ada, minRevision }).frame(1);

  expect(frame).toMatchObject({ ...minRevision, evaluations: [{ variation: 'on' }] });
});

it('answers at once who comes from another epoch, and refuses who asks for a revision that never comes', async () => {
  const { server } = await makeScene();
  const first = await follow(world.socket(server), { context: ada, minRevision: { epoch: 'other', revision: 99 } }).frame(1);
  const refused = follow(world.socket(server), { context: ada, minRevision: { epoch: first.epoch, revision: 99 } });
  await eventually(async () => refused.errors());

  expect(first).toMatchObject({ revision: 0, evaluations: [] });
  expect(refused.errors()).toMatchObject([
    {
      message: 'Revision 99 was not reached within 2 s; this server is at 0.',
      path: ['evaluationsChanged'],
      extensions: { code: 'REVISION_NOT_REACHED' },
    },
  ]);
});

it('sends everything anew when the epoch changes, and goes on from there', async () => {
  const { project, environment, server } = await makeScene();
  const [a] = [await makeFlag(project, { key: 'a' }), await makeFlag(project, { key: 'b' })];
  const live = follow(world.socket(server), { context: ada });
  const { epoch } = await live.frame(1);

  await world.app.database.connection.query(`UPDATE environment_head SET epoch = 'restored' WHERE environment_id = $1`, [
    environment.id,
  ]);
  await live.frame(2);
  await toggle(project, a, environment, true);
  await live.frame(3);

  expect(live.frames.map((frame) => [frame.epoch, ...seen(frame)])).toEqual([
    [epoch, 2, 'a off', 'b off'],
    ['restored', 2, 'a off', 'b off'],
    ['restored', 3, 'a on'],
  ]);
});

it('ends with NOT_FOUND when the environment is deleted', async () => {
  const { project, environment } = await makeScene();
  const live = follow(world.socket(world.owner.accessToken), { environmentId: environment.id, context: ada });
  await live.frame(1);

  const input = { environmentId: environment.id, expectedVersion: 1, confirmKey: environment.key };
  await make(project.client, 'deleteEnvironment', input, 'revisions { revision }');
  await eventually(async () => live.errors());

  expect(live.errors()).toMatchObject([{ message: 'The environment was deleted.', extensions: { code: 'NOT_FOUND' } }]);
});

describe('refuses', () => {
  const sized = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });
  const nested = (depth: number): object => (depth === 1 ? {} : { a: nested(depth - 1) });
  const bad = (message: string) => [{ message, extensions: { code: 'BAD_USER_INPUT' } }];

  it.each<[string, object, object[]]>([
    [
      'attributes above 8 KiB',
      { context: { attributes: sized(8_193) } },
      bad('context.attributes has 8193 bytes as JSON; at most 8192 are allowed.'),
    ],
    ['attributes 21 deep', { context: { attributes: nested(21) } }, bad('context.attributes nests deeper than 20.')],
    [
      'attributes that are a list',
      { context: { attributes: [1] } },
      bad(expect.stringContaining('Variable "$context" got invalid value … at "context.attributes"') as string),
    ],
    [
      'a targeting key that is a number',
      { context: { targetingKey: 5 } },
      bad(expect.stringContaining('String cannot represent a non string value: 5') as string),
    ],
    ['no context', {}, bad('Variable "$context" of required type "EvaluationContextInput!" was not provided.')],
    [
      'another environment than that of the key',
      { context: ada, environmentId: `environment_${'0'.repeat(32)}` },
      [{ message: OF_ANOTHER, extensions: { code: 'FORBIDDEN' } }],
    ],
  ])('%s', async (_what, variables, errors) => {
    const { server } = await makeScene();
    const live = follow(world.socket(server), variables as Record<string, unknown>);
    await eventually(async () => live.errors());

    expect(live.errors()).toMatchObject(errors);
    expect(live.frames).toEqual([]);
  });

  it('the environment of another key in the same words as one that is not there', async () => {
    const [mine, other] = [await makeScene(), await makeScene()];
    const live = follow(world.socket(mine.client), { context: ada, environmentId: other.environment.id });
    await eventually(async () => live.errors());

    expect(live.errors()).toMatchObject([{ message: OF_ANOTHER, extensions: { code: 'FORBIDDEN' } }]);
  });

  it('a caller who is not known, and one who does not say which environment', async () => {
    const [stranger, owner] = [
      follow(world.socket(), { context: ada }),
      follow(world.socket(world.owner.accessToken), { context: ada }),
    ];
    await eventually(async () => stranger.errors() && owner.errors());

    expect(stranger.errors()).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(owner.errors()).toMatchObject(bad('environmentId is required: the credential is not a key of one environment.'));
  });

  it('nothing that is within the bounds', async () => {
    const { server } = await makeScene();
    const accepted = follow(world.socket(server), { context: { attributes: { ...sized(8_192) } } });
    const deep = follow(world.socket(server), { context: { attributes: nested(20) } });

    expect((await accepted.frame(1)).evaluations).toEqual([]);
    expect((await deep.frame(1)).evaluations).toEqual([]);
  });
});
