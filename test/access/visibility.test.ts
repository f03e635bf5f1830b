/**
 * Objects that a role in one environment may not see look like objects that do not exist: in lists, filters, and derived
 * fields.
 */
import type { GraphQLClient } from 'graphql-request';
import {
  configure,
  cloneRows,
  forSegment,
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  mutate,
  toggle,
  type Made,
  type MadeProject,
} from '../support/make';
import { makeMember, refusalOf } from '../support/members';
import { countStatements } from '../support/count-statements';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Scene {
  readonly project: MadeProject;
  readonly seen: Made;
  readonly hidden: Made;
  /** A client with a role in one of the environments. */
  readonly client: GraphQLClient;
}

async function makeScene(role = 'VIEWER'): Promise<Scene> {
  const project = await makeProject(world);
  const [seen, hidden] = [await makeEnvironment(project), await makeEnvironment(project)];
  const { client } = await makeMember(world, role, resolveScope(project, seen));
  return { project, seen, hidden, client };
}

const resolveScope = (project: MadeProject, environment?: Made) => ({
  organizationId: project.organizationId,
  projectId: project.id,
  ...(environment && { environmentId: environment.id }),
});

interface Listed {
  readonly id: string;
  readonly kind: string;
  readonly items: readonly { readonly subjectId: string; readonly environmentId: string | null }[];
}

const PAGE = 'nodes { id kind items { subjectId environmentId } } pageInfo { hasNextPage endCursor }';

async function changesOf(client: GraphQLClient, project: MadeProject, filter: object = {}): Promise<readonly Listed[]> {
  const query = `query ($id: ID!, $filter: ChangeFilter) { changes(projectId: $id, filter: $filter, first: 100) { ${PAGE} } }`;
  return (await client.request<{ changes: { nodes: Listed[] } }>(query, { id: project.id, filter })).changes.nodes;
}

const kindsOf = (changes: readonly Listed[]): string[] => changes.map(({ kind }) => kind);

/** Sets a time by SQL, so that it differs from others. */
async function setTime(table: string, column: string, at: string, where: string): Promise<void> {
  await world.app.database.connection.query(`UPDATE ${table} SET ${column} = '${at}' WHERE ${where}`);
}

it('lists no changes that concern only hidden environments, keys and members', async () => {
  const { project, seen, hidden, client } = await makeScene();
  const flag = await makeFlag(project);
  await toggle(project, flag, hidden, true);
  await toggle(project, flag, seen, true);
  await makeApiKey(project, hidden);
  await makeApiKey(project, seen);
  await makeMember(world, 'EDITOR', resolveScope(project));
  const both = [hidden, seen].map(({ id }) => ({ toggleFlag: { flagId: flag.id, environmentId: id, isEnabled: false } }));
  await make(project.client, 'applyChangeSet', { projectId: project.id, changes: both }, 'revisions { revision }');

  const changes = await changesOf(client, project);

  expect(kindsOf(changes)).toEqual([
    'CHANGE_SET_APPLIED',
    'FLAG_TOGGLED',
    'FLAG_CREATED',
    'ENVIRONMENT_CREATED',
    'PROJECT_CREATED',
  ]);
  expect(changes.map(({ items }) => items.map(({ environmentId }) => environmentId))).toEqual([
    [seen.id],
    [seen.id],
    [null],
    [seen.id],
    [null],
  ]);
});

it('shows readers of every environment all but keys and members, and readers of the audit log everything', async () => {
  const { project, hidden } = await makeScene();
  const flag = await makeFlag(project);
  await toggle(project, flag, hidden, true);
  await makeApiKey(project, hidden);
  const { client } = await makeMember(world, 'VIEWER', resolveScope(project));

  const without = ['FLAG_TOGGLED', 'FLAG_CREATED', 'ENVIRONMENT_CREATED', 'ENVIRONMENT_CREATED', 'PROJECT_CREATED'];
  expect(kindsOf(await changesOf(client, project))).toEqual(without);
  const all = kindsOf(await changesOf(project.client, project));
  expect(all).toEqual(expect.arrayContaining(['API_KEY_CREATED', 'MEMBER_INVITED', 'INVITATION_ACCEPTED']));
  expect(all.filter((kind) => without.includes(kind))).toEqual(without);
});

it('shows changes of every environment in which the actor has one of several roles', async () => {
  const { project, seen, hidden } = await makeScene();
  const third = await makeEnvironment(project);
  const flag = await makeFlag(project);
  for (const environment of [seen, hidden, third]) await toggle(project, flag, environment, true);
  const { id, client } = await makeMember(world, 'VIEWER', resolveScope(project, seen));
  await make(
    project.client,
    'setMemberRole',
    { ...resolveScope(project, third), userId: id, role: 'EDITOR' },
    'member { joinedAt }',
  );

  const toggles = await changesOf(client, project, { kinds: ['FLAG_TOGGLED'] });

  expect(toggles.flatMap(({ items }) => items.map(({ environmentId }) => environmentId))).toEqual([third.id, seen.id]);
});

it('matches no filter by hidden parts of changes', async () => {
  const { project, seen, hidden, client } = await makeScene();
  const flag = await makeFlag(project);
  await toggle(project, flag, hidden, true);
  await toggle(project, flag, seen, true);
  await makeApiKey(project, hidden);
  const other = await makeMember(world, 'EDITOR', resolveScope(project));
  const both = [hidden, seen].map(({ id }) => ({ toggleFlag: { flagId: flag.id, environmentId: id, isEnabled: false } }));
  await make(project.client, 'applyChangeSet', { projectId: project.id, changes: both }, 'revisions { revision }');
  const idIn = (environment: Made): string => `configuration_${flag.id.split('_')[1]}_${environment.id.split('_')[1]}`;
  const kinds = async (filter: object) => kindsOf(await changesOf(client, project, filter));

  // The change set has something to see, but what the filter asks for is not it.
  expect(await kinds({ environmentId: hidden.id })).toEqual([]);
  expect(await kinds({ subjectId: hidden.id })).toEqual([]);
  expect(await kinds({ subjectId: idIn(hidden) })).toEqual([]);
  expect(await kinds({ subjectId: other.id })).toEqual([]);
  expect(await kinds({ subjectKinds: ['API_KEY', 'MEMBER', 'INVITATION', 'USER'] })).toEqual([]);
  expect(await kinds({ kinds: ['API_KEY_CREATED', 'MEMBER_INVITED'] })).toEqual([]);
  expect(await kinds({ actorId: other.id })).toEqual([]);

  expect(await kinds({ environmentId: seen.id })).toEqual(['CHANGE_SET_APPLIED', 'FLAG_TOGGLED', 'ENVIRONMENT_CREATED']);
  expect(await kinds({ subjectId: idIn(seen) })).toEqual(['CHANGE_SET_APPLIED', 'FLAG_TOGGLED']);
  expect(await kinds({ subjectId: flag.id })).toEqual(['CHANGE_SET_APPLIED', 'FLAG_TOGGLED', 'FLAG_CREATED']);
  expect(await kinds({ subjectKinds: ['FLAG_CONFIGURATION'] })).toEqual(['CHANGE_SET_APPLIED', 'FLAG_TOGGLED']);
});

it('fills each page with visible changes, and ends after the last of them', async () => {
  const { project, seen, hidden, client } = await makeScene();
  const flag = await makeFlag(project);
  for (let i = 0; i < 4; i++) {
    await toggle(project, flag, seen, i % 2 === 0);
    await toggle(project, flag, hidden, i % 2 === 0);
  }
  const query = `query ($id: ID!, $after: String, $flagId: ID!) {
    changes(projectId: $id, first: 3, after: $after) { ${PAGE} } flag(id: $flagId) { history(first: 3, after: $after) { ${PAGE} } }
  }`;
  interface Page {
    readonly nodes: readonly Listed[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  }
  const pagesOf = async (pick: (answer: { changes: Page; flag: { history: Page } }) => Page): Promise<string[][]> => {
    const pages: string[][] = [];
    for (let after: string | null = null; ;) {
      const variables = { id: project.id, flagId: flag.id, after };
      const { nodes, pageInfo }: Page = pick(await client.request(query, variables));
      pages.push(kindsOf(nodes));
      if (!pageInfo.hasNextPage) return pages;
      after = pageInfo.endCursor;
    }
  };

  const toggled = 'FLAG_TOGGLED';
  const made = ['FLAG_CREATED', 'ENVIRONMENT_CREATED', 'PROJECT_CREATED'];
  expect(await pagesOf(({ changes }) => changes)).toEqual([
    [toggled, toggled, toggled],
    [toggled, ...made.slice(0, 2)],
    [made[2]],
  ]);
  expect(await pagesOf((answer) => answer.flag.history)).toEqual([
    [toggled, toggled, toggled],
    [toggled, 'FLAG_CREATED'],
  ]);
});

it('shows the history, last change and time of change of a flag from visible environments only', async () => {
  const { project, seen, hidden, client } = await makeScene();
  const flag = await makeFlag(project);
  await toggle(project, flag, seen, true);
  await toggle(project, flag, hidden, true);
  await setTime('flag', 'updated_at', '2026-01-01T00:00:00Z', `id = '${flag.id}'`);
  await setTime('flag_configuration', 'updated_at', '2026-01-02T00:00:00Z', `environment_id = '${seen.id}'`);
  await setTime('flag_configuration', 'updated_at', '2026-01-03T00:00:00Z', `environment_id = '${hidden.id}'`);
  await setTime('flag', 'changed_at', '2026-01-03T00:00:00Z', `id = '${flag.id}'`);
  const query = `query ($id: ID!) { flag(id: $id) {
    changedAt updatedAt lastChange { items { environmentId } } history { nodes { items { environmentId } } }
  } }`;
  const read = async (by: GraphQLClient) => (await by.request<{ flag: object }>(query, { id: flag.id })).flag;
  const inOnly = (environment: Made) => ({ items: [{ environmentId: environment.id }] });

  expect(await read(client)).toEqual({
    updatedAt: '2026-01-01T00:00:00.000Z',
    changedAt: '2026-01-02T00:00:00.000Z',
    lastChange: inOnly(seen),
    history: { nodes: [inOnly(seen), { items: [{ environmentId: null }] }] },
  });
  expect(await read(project.client)).toMatchObject({ changedAt: '2026-01-03T00:00:00.000Z', lastChange: inOnly(hidden) });
});

it('answers a hidden change by its id as if it did not exist', async () => {
  const { project, seen, hidden, client } = await makeScene();
  const flag = await makeFlag(project);
  await toggle(project, flag, hidden, true);
  await toggle(project, flag, seen, true);
  await makeApiKey(project, seen);
  const all = await changesOf(project.client, project);
  const idOf = (environment: Made, kind: string): string =>
    all.find((change) => change.kind === kind && change.items[0]!.environmentId === environment.id)!.id;
  const node = async (by: GraphQLClient, id: string) =>
    (await by.request<{ node: object | null }>('query ($id: ID!) { node(id: $id) { id } }', { id })).node;

  const ids = [idOf(hidden, 'FLAG_TOGGLED'), idOf(hidden, 'ENVIRONMENT_CREATED'), idOf(seen, 'API_KEY_CREATED')];
  for (const id of ids) expect([await node(client, id), await node(project.client, id)]).toEqual([null, { id }]);
  const visible = idOf(seen, 'FLAG_TOGGLED');
  expect(await node(client, visible)).toEqual({ id: visible });
});

describe('lists of flags', () => {
  const LIST = `query ($id: ID!, $filter: FlagFilter, $orderBy: FlagOrder, $first: Int, $after: String) { project(id: $id) {
    flags(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      totalCount nodes { key changedAt lastEvaluatedAt isStale staleReason } pageInfo { endCursor }
    }
  } }`;
  interface List {
    readonly totalCount: number;
    readonly nodes: readonly { readonly key: string; readonly [field: string]: unknown }[];
    readonly pageInfo: { readonly endCursor: string };
  }
  const list = async (client: GraphQLClient, project: MadeProject, variables: object): Promise<List> =>
    (await client.request<{ project: { flags: List } }>(LIST, { id: project.id, ...variables })).project.flags;
  const keysOf = async (...args: Parameters<typeof list>) => {
    const { totalCount, nodes } = await list(...args);
    expect(totalCount).toBe(nodes.length);
    return nodes.map(({ key }) => key);
  };

  /** Whether it is on, when it was changed, when evaluated. */
  type Is = readonly [isOn: boolean, changedAt: string, evaluatedAt?: string];
  const OLD = '2020-01-01T00:00:00.000Z';

  async function makeListed({ project, seen, hidden }: Scene, key: string, inSeen: Is, inHidden: Is): Promise<void> {
    const flag = await makeFlag(project, { key });
    for (const [environment, [isOn, changedAt, evaluatedAt]] of [[seen, inSeen] as const, [hidden, inHidden] as const]) {
      await configure(project, flag, environment, { isEnabled: isOn });
      const where = `flag_id = '${flag.id}' AND environment_id = '${environment.id}'`;
      await setTime('flag_configuration', 'updated_at', changedAt, where);
      if (evaluatedAt === undefined) continue;
      const values = [flag.id, environment.id, evaluatedAt];
      await world.app.database.connection.query('INSERT INTO flag_usage VALUES ($1, $2, 1, $3)', values);
    }
    const last = [inSeen[1], inHidden[1]].sort()[1]!;
    await setTime('flag', 'updated_at', OLD, `id = '${flag.id}'`);
    await setTime('flag', 'changed_at', last, `id = '${flag.id}'`);
  }

  it('judge staleness by visible environments', async () => {
    const scene = await makeScene();
    const now = new Date().toISOString();
    await makeListed(scene, 'off-here', [false, OLD], [true, now, now]);
    await makeListed(scene, 'off-there', [true, now, now], [false, OLD]);
    await makeListed(scene, 'rolled-out-here', [true, OLD], [false, OLD]);
    await makeListed(scene, 'unused-here', [true, now, OLD], [true, now, now]);
    await makeListed(scene, 'unused-there', [true, now], [true, now, OLD]);
    const { project, client } = scene;

    const { nodes } = await list(client, project, { first: 10 });

    expect(nodes).toEqual([
      { key: 'off-here', changedAt: OLD, lastEvaluatedAt: null, isStale: true, staleReason: 'OFF_EVERYWHERE' },
      { key: 'off-there', changedAt: now, lastEvaluatedAt: now, isStale: false, staleReason: null },
      { key: 'rolled-out-here', changedAt: OLD, lastEvaluatedAt: null, isStale: true, staleReason: 'ROLLED_OUT' },
      { key: 'unused-here', changedAt: now, lastEvaluatedAt: OLD, isStale: true, staleReason: 'NOT_EVALUATED' },
      { key: 'unused-there', changedAt: now, lastEvaluatedAt: null, isStale: false, staleReason: null },
    ]);
    const stale = ['off-here', 'rolled-out-here', 'unused-here'];
    expect(await keysOf(client, project, { filter: { isStale: true } })).toEqual(stale);
    expect(await keysOf(client, project, { filter: { isStale: false } })).toEqual(['off-there', 'unused-there']);
    expect(await keysOf(project.client, project, { filter: { isStale: true } })).toEqual(['unused-there']);
  });

  it('filter and sort by changes in visible environments', async () => {
    const scene = await makeScene();
    const at = (day: number): string => `2026-01-0${day}T00:00:00.000Z`;
    await makeListed(scene, 'a', [true, at(1)], [true, at(9)]);
    await makeListed(scene, 'b', [true, at(3)], [true, at(2)]);
    await makeListed(scene, 'c', [true, at(2)], [true, at(5)]);
    const { project, client } = scene;
    const orderBy = 'CHANGED_AT';

    expect(await keysOf(client, project, { orderBy })).toEqual(['b', 'c', 'a']);
    expect(await keysOf(project.client, project, { orderBy })).toEqual(['a', 'c', 'b']);
    expect(await keysOf(client, project, { orderBy, filter: { changedSince: at(2) } })).toEqual(['b', 'c']);
    expect(await keysOf(client, project, { filter: { changedSince: at(4) } })).toEqual([]);
    expect(await keysOf(project.client, project, { filter: { changedSince: at(4) } })).toEqual(['a', 'c']);
    const first = await list(client, project, { orderBy, first: 1 });
    const rest = await list(client, project, { orderBy, after: first.pageInfo.endCursor });
    expect([first, rest].map(({ nodes }) => nodes.map(({ key }) => key))).toEqual([['b'], ['c', 'a']]);
    const cursor = Buffer.from(first.pageInfo.endCursor, 'base64url').toString();
    expect(cursor).toContain(at(3));
  });
});

it('names no use in a hidden environment', async () => {
  const { project, seen, hidden, client } = await makeScene();
  const [base, dependent, other] = [await makeFlag(project), await makeFlag(project), await makeFlag(project)];
  const segment = await makeSegment(project);
  const byAttribute = { id: 'a', conditions: [{ attribute: { attribute: 'plan', operator: 'IN', values: ['pro'] } }] };
  const patch = {
    prerequisites: [{ flagKey: base.key, variation: 'on' }],
    rules: [forSegment(segment.key), { ...byAttribute, serve: { variation: 'on' } }],
  };
  await configure(project, dependent, seen, patch);
  await configure(project, dependent, hidden, patch);
  await configure(project, other, hidden, patch);
  const query = `query ($project: ID!, $flag: ID!, $segment: ID!) {
    flag(id: $flag) { dependents { flagKey environmentKey } }
    segment(id: $segment) { usedBy { flagKey environmentKey } }
    project(id: $project) { attributeUses(attribute: "plan") { flagKey environmentKey } }
  }`;
  const read = (by: GraphQLClient) => by.request(query, { project: project.id, flag: base.id, segment: segment.id });
  const only = (uses: object[]) => ({ flag: { dependents: uses }, segment: { usedBy: uses }, project: { attributeUses: uses } });
  const use = (flag: Made, environment: Made) => ({ flagKey: flag.key, environmentKey: environment.key });

  expect(await read(client)).toEqual(only([use(dependent, seen)]));
  const all = [use(dependent, seen), use(dependent, hidden), use(other, hidden)];
  const whole = await read(project.client);
  expect(whole).toEqual(only(expect.arrayContaining(all) as object[]));
});

it('compares no hidden environment', async () => {
  const { project, seen, hidden, client } = await makeScene();
  await configure(project, await makeFlag(project), hidden);
  const query =
    'query ($l: ID!, $r: ID!) { environmentComparison(leftId: $l, rightId: $r) { totalCount nodes { flag { key } } } }';

  expect(await client.request(query, { l: seen.id, r: hidden.id })).toEqual({ environmentComparison: null });
  expect(await client.request(query, { l: hidden.id, r: seen.id })).toEqual({ environmentComparison: null });
});

it('names the author of a stale version only if the object itself shows it', async () => {
  const { project, seen, hidden, client } = await makeScene('EDITOR');
  const flag = await makeFlag(project);
  await configure(project, flag, seen);
  await configure(project, flag, hidden);
  const before = await changesOf(client, project, { environmentId: seen.id, kinds: ['FLAG_CONFIGURATION_SET'] });
  const input = { flagId: flag.id, environmentId: seen.id, expectedVersion: 0, isEnabled: false, offVariation: 'off' };
  const document = `mutation ($input: SetFlagConfigurationInput!) { setFlagConfiguration(input: $input) {
    userErrors { code ... on StaleVersionError { currentVersion changedAt changedBy { name } } } } }`;
  const answer = await client.request<{ setFlagConfiguration: { userErrors: { changedAt: string }[] } }>(document, {
    input: { ...input, fallthrough: { variation: 'on' } },
  });
  const query = 'query ($id: ID!) { node(id: $id) { ... on Change { createdAt } } }';
  const { node } = await client.request<{ node: { createdAt: string } }>(query, { id: before[0]!.id });

  expect(answer.setFlagConfiguration.userErrors).toEqual([
    { code: 'STALE_VERSION', currentVersion: 1, changedAt: node.createdAt, changedBy: { name: world.owner.email } },
  ]);
  const other = { flagId: flag.id, environmentId: hidden.id, isEnabled: false };
  const refused = await refusalOf(mutate(client, 'toggleFlag', other, 'revisions { revision }'));
  expect(refused?.code).toBe('FORBIDDEN');
});

describe('people', () => {
  const personOf = async (client: GraphQLClient, id: string): Promise<unknown> =>
    (await client.request<{ node: unknown }>('query ($id: ID!) { node(id: $id) { ... on User { id email } } }', { id })).node;

  it('are hidden from actors that may not read the members among whom they are', async () => {
    const { project, seen, hidden } = await makeScene();
    const { organizationId } = project;
    const elsewhere = (
      await make<{ project: Made }>(
        project.client,
        'createProject',
        { organizationId, key: 'elsewhere', name: 'Elsewhere' },
        'project { id key }',
      )
    ).project;
    const people = {
      organization: await makeMember(world, 'VIEWER', { organizationId }),
      project: await makeMember(world, 'VIEWER', resolveScope(project)),
      elsewhere: await makeMember(world, 'VIEWER', { organizationId, projectId: elsewhere.id }),
      seen: await makeMember(world, 'ADMIN', resolveScope(project, seen)),
      hidden: await makeMember(world, 'VIEWER', resolveScope(project, hidden)),
    };
    const seenBy = async ({ client }: { readonly client: GraphQLClient }): Promise<string[]> => {
      const names: string[] = [];
      for (const [name, { id, email }] of Object.entries(people)) {
        const found = await personOf(client, id);
        if (found === null) continue;
        expect(found).toEqual({ id, email });
        names.push(name);
      }
      return names;
    };

    expect(await seenBy(people.organization)).toEqual(['organization', 'project', 'elsewhere', 'seen', 'hidden']);
    expect(await seenBy(people.project)).toEqual(['organization', 'project', 'seen', 'hidden']);
    expect(await seenBy(people.elsewhere)).toEqual(['organization', 'elsewhere']);
    expect(await seenBy(people.seen)).toEqual(['seen']);
    expect(await seenBy(people.hidden)).toEqual(['hidden']);
  });

  it('are those whom the lists of members show', async () => {
    const project = await makeProject(world);
    const { client } = await makeMember(world, 'VIEWER', resolveScope(project));
    const query = 'query ($id: ID!) { project(id: $id) { members { nodes { user { id email } } } } }';
    const { project: read } = await client.request<{ project: { members: { nodes: { user: { id: string } }[] } } }>(query, {
      id: project.id,
    });

    expect(read.members.nodes).toHaveLength(2);
    for (const { user } of read.members.nodes) expect(await personOf(client, user.id)).toEqual(user);
  });

  it('are shown as owners of flags to actors that see the flag', async () => {
    const { project, client } = await makeScene();
    const flag = await makeFlag(project);
    const query = 'query ($id: ID!) { flag(id: $id) { owner { id email } } }';
    const { flag: read } = await client.request<{ flag: { owner: { id: string; email: string } } }>(query, { id: flag.id });

    expect(read.owner.email).toBe(world.owner.email);
    expect(await personOf(client, read.owner.id)).toBeNull();
  });
});

it('runs as many statements for 100 flags as for 5, for every actor', async () => {
  const { project, seen, hidden, client } = await makeScene();
  const flag = await makeFlag(project);
  await configure(project, flag, seen);
  await configure(project, flag, hidden);
  const query = `query ($id: ID!) { project(id: $id) { flags(first: 100, orderBy: CHANGED_AT, filter: { isStale: false }) {
    totalCount nodes { changedAt lastChange { kind } lastEvaluatedAt isStale staleReason dependents { flagKey }
      history(first: 2) { nodes { kind } } } } } changes(projectId: $id) { nodes { kind items { version } } } }`;
  const read = async (by: GraphQLClient): Promise<[rows: number, statements: number]> => {
    const { result, statements } = await countStatements(world, () =>
      by.request<{ project: { flags: { nodes: unknown[] } } }>(query, { id: project.id }),
    );
    return [result.project.flags.nodes.length, statements.length];
  };
  const grow = async (range: readonly [number, number]): Promise<void> => {
    const id = `t.id || '_' || i`;
    await cloneRows(world, 'flag', range, { where: `t.id = '${flag.id}'`, set: { id, key: `'flag-' || i` } });
    const ofFlag = { where: `t.flag_id = '${flag.id}'`, set: { flag_id: `t.flag_id || '_' || i` } };
    await cloneRows(world, 'flag_configuration', range, ofFlag);
  };

  await grow([1, 4]);
  const few = [await read(client), await read(project.client)];
  await grow([5, 99]);
  const many = [await read(client), await read(project.client)];

  expect(few.map(([rows]) => rows)).toEqual([5, 5]);
  expect(many.map(([rows]) => rows)).toEqual([100, 100]);
  expect(many.map(([, statements]) => statements)).toEqual(few.map(([, statements]) => statements));
});
