import { createWorld, type World } from '../support/world';
import { makeEnvironment, makeFlag, makeProject, mutate, makeApiKey } from '../support/make';
let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
const tryIt = async (f: () => Promise<unknown>) => {
  try {
    return JSON.stringify(await f()).slice(0, 900);
  } catch (e) {
    return 'ERR ' + JSON.stringify((e as any).response?.errors ?? String(e)).slice(0, 500);
  }
};
it('probe', async () => {
  const out: string[] = [];
  const project = await makeProject(world);
  const c = project.client;
  const environment = await makeEnvironment(project);
  const flag = await makeFlag(project, { key: 'flag-1' });
  const flag2 = await makeFlag(project, { key: 'flag-2' });
  const log = async (n: string, f: () => Promise<unknown>) => out.push(n + ': ' + (await tryIt(f)));
  await log('nul flag', () => c.request('{ flag(id: "a\\u0000") { id } }'));
  await log('nul segment', () => c.request('{ segment(id: "a\\u0000") { id } }'));
  await log('nul flagByKey', () =>
    c.request(`query($p: ID!) { flagByKey(projectId: $p, key: "a\\u0000") { id } }`, { p: project.id }),
  );
  await log('nul node', () => c.request('{ node(id: "flag_\\u0000") { id } }'));
  await log('nul toggle', () =>
    mutate(c, 'toggleFlag', { flagId: 'x\u0000', environmentId: environment.id, isEnabled: true }, 'flag { id }'),
  );
  await log('nul toggle env', () =>
    mutate(c, 'toggleFlag', { flagId: flag.id, environmentId: 'x\u0000', isEnabled: true }, 'flag { id }'),
  );
  const set = (input: object) =>
    mutate(
      c,
      'setFlagConfiguration',
      {
        flagId: flag.id,
        environmentId: environment.id,
        expectedVersion: 0,
        offVariation: 'off',
        fallthrough: { variation: 'on' },
        ...input,
      },
      'flag { id }',
    );
  await log('nul prereq', () => set({ prerequisites: [{ flagKey: 'a\u0000', variation: 'on' }] }));
  await log('nul segcond', () =>
    set({
      rules: [{ conditions: [{ segment: { operator: 'IN_SEGMENT', segments: ['a\u0000'] } }], serve: { variation: 'on' } }],
    }),
  );
  await log('nul owner', () =>
    mutate(
      c,
      'createFlag',
      { projectId: project.id, key: 'o', name: 'o', valueType: 'BOOLEAN', ownerId: 'a\u0000' },
      'flag { id }',
    ),
  );
  await log('nul project', () =>
    mutate(c, 'createFlag', { projectId: 'a\u0000', key: 'o', name: 'o', valueType: 'BOOLEAN' }, 'flag { id }'),
  );
  await log('nul copy', () =>
    mutate(
      c,
      'copyFlagConfiguration',
      { flagId: flag.id, fromEnvironmentId: 'a\u0000', environmentId: environment.id, expectedVersion: 0 },
      'flag { id }',
    ),
  );
  await log('nul removeKeys', () => mutate(c, 'removeSegmentKeys', { segmentId: 'a\u0000', keys: ['a'] }, 'segment { id }'));
  for (const f of ['search: "\\u0000"', 'tags: ["\\u0000"]', 'ownerId: "\\u0000"'])
    await log('nul filter ' + f, () =>
      c.request(`query($p: ID!) { project(id: $p) { flags(filter: {${f}}) { nodes { id } } } }`, { p: project.id }),
    );
  await log('nul attributeUses', () =>
    c.request(`query($p: ID!) { project(id: $p) { attributeUses(attribute: "\\u0000") { ruleId } } }`, { p: project.id }),
  );
  await log('nul seg search', () =>
    c.request(`query($p: ID!) { project(id: $p) { segments(search: "\\u0000") { nodes { id } } } }`, { p: project.id }),
  );
  for (const f of ['subjectId: "\\u0000"', 'environmentId: "\\u0000"', 'actorId: "\\u0000"']) {
    await log('nul changes ' + f, () =>
      c.request(`query($p: ID!) { changes(projectId: $p, filter: {${f}}) { nodes { id } } }`, { p: project.id }),
    );
  }
  await log('nul changes project', () => c.request(`{ changes(projectId: "\\u0000") { nodes { id } } }`));
  await log('nul audit', () => c.request(`{ auditLog(organizationId: "\\u0000") { nodes { sequence } } }`));
  await log('nul comparison', () =>
    c.request(`query($p: ID!) { environmentComparison(leftId: $p, rightId: "\\u0000") { totalCount } }`, { p: environment.id }),
  );
  await log('nul config', () =>
    c.request(`query($p: ID!) { flag(id: $p) { configuration(environmentId: "\\u0000") { version } } }`, { p: flag.id }),
  );
  await log('nul snapshot', () => c.request(`{ snapshot(environmentId: "\\u0000") { revision } }`));
  await log('nul segmentsFor', () => c.request(`{ segmentsFor(environmentId: "\\u0000", context: {}) { key } }`));
  const keyPage: any = await c.request(`query($p: ID!) { project(id: $p) { flags(first: 1) { pageInfo { endCursor } } } }`, {
    p: project.id,
  });
  const cur = keyPage.project.flags.pageInfo.endCursor;
  for (const o of ['NAME', 'CREATED_AT', 'CHANGED_AT'])
    await log('cursor ' + o, () =>
      c.request(
        `query($p: ID!, $a: String, $o: FlagOrder) { project(id: $p) { flags(first: 1, after: $a, orderBy: $o) { nodes { key } } } }`,
        { p: project.id, a: cur, o },
      ),
    );
  await log('kinds 60', () =>
    c.request(`query($p: ID!, $k: [ChangeKind!]) { changes(projectId: $p, filter: {kinds: $k}) { nodes { id } } }`, {
      p: project.id,
      k: Array(60).fill('FLAG_CREATED'),
    }),
  );
  await log('infinity', () =>
    fetch(world.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer ' + world.owner.accessToken },
      body: `{"query":"mutation($i: CreateFlagInput!){createFlag(input:$i){flag{variations{value}} userErrors{code message path}}}","variables":{"i":{"projectId":"${project.id}","key":"inf","name":"i","valueType":"JSON","variations":[{"key":"a","value":{"x":1e999}},{"key":"b"}]}}}`,
    }).then((r) => r.json()),
  );
  for (const depth of [100, 1000, 5000, 30000]) {
    await log('deep ' + depth, () =>
      fetch(world.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer ' + world.owner.accessToken },
        body: `{"query":"mutation($i: CreateFlagInput!){createFlag(input:$i){flag{id} userErrors{code message path}}}","variables":{"i":{"projectId":"${project.id}","key":"deep${depth}","name":"i","valueType":"JSON","variations":[{"key":"a","value":${'['.repeat(depth)}${']'.repeat(depth)}},{"key":"b"}]}}}`,
      }).then((r) => r.json()),
    );
  }
  await log('snapshot after deep', () =>
    c.request(`query($p: ID!){ snapshot(environmentId: $p) { revision } }`, { p: environment.id }),
  );
  await log('twice', () =>
    c.request(
      `mutation($a: ToggleFlagInput!, $b: ToggleFlagInput!) { a: toggleFlag(input: $a) { flag { changedAt configurations { version isEnabled } lastChange { kind items { version } } } } b: toggleFlag(input: $b) { flag { configurations { version isEnabled } lastChange { items { version } } } configuration { version } } }`,
      {
        a: { flagId: flag.id, environmentId: environment.id, isEnabled: true },
        b: { flagId: flag.id, environmentId: environment.id, isEnabled: false },
      },
    ),
  );
  await log('proto', () =>
    mutate(
      c,
      'createFlag',
      {
        projectId: project.id,
        key: '__proto__x',
        name: 'o',
        valueType: 'JSON',
        variations: [{ key: 'constructor', value: JSON.parse('{"__proto__": {"a": 1}}') }, { key: 'b' }],
      },
      'flag { key variations { key value } }',
    ),
  );
  await log('int overflow', () => set({ expectedVersion: 99 }));
  console.log(out.join('\n'));
  console.log(
    JSON.stringify(
      world
        .logLines()
        .filter((l) => (l.level as number) >= 50)
        .map((l: any) => l.err?.message),
    ),
  );
});
