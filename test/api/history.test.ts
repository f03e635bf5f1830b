import {
  configure,
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  toggle,
  type Made,
  type MadeProject,
} from '../support/make';
import { createTestClock } from '../support/clock';
import { makeMember, refusalOf } from '../support/members';
import { makeScene } from '../support/scene';
import { authorization, createWorld, type World } from '../support/world';

let world: World;
const clock = createTestClock();
beforeAll(async () => {
  world = await createWorld({ clock });
});
afterAll(() => world.close());

interface Listed {
  readonly nodes: { kind: string }[];
  readonly pageInfo: { hasNextPage: boolean; endCursor: string };
}

const changesOf = (project: MadeProject, args: object = {}) =>
  project.client
    .request<{ changes: Listed | null }>(
      `query ($projectId: ID!, $first: Int, $after: String, $filter: ChangeFilter) {
        changes(projectId: $projectId, first: $first, after: $after, filter: $filter) { nodes { kind } pageInfo { hasNextPage endCursor } }
      }`,
      { projectId: project.id, ...args },
    )
    .then(({ changes }) => changes!);
const kindsOf = async (project: MadeProject, filter: object): Promise<string[]> =>
  (await changesOf(project, { filter })).nodes.map(({ kind }) => kind);

it('shows the history of a flag with its configurations: before, after, differences, actor and time', async () => {
  const { project, environment, flag } = await makeScene(world, { tags: ['a'] });
  clock.advance(1_000);
  const at = clock.now().toISOString();
  await make(
    project.client,
    'updateFlag',
    { flagId: flag.id, expectedVersion: 1, name: 'New', tags: ['a', 'b/c'] },
    'flag { key }',
  );
  await toggle(project, flag, environment, true);
  await makeFlag(project);

  const answer = await project.client.request(
    `query ($id: ID!, $environmentId: ID!) { flag(id: $id) {
      history { nodes { kind } }
      page: history(first: 2) { nodes { kind createdAt actor { kind name } items {
        subjectKind subjectId subjectKey environmentId version differences { path old new } } } pageInfo { hasNextPage } }
      configuration(environmentId: $environmentId) { id history { nodes { kind items { version before after } } } }
    } }`,
    { id: flag.id, environmentId: environment.id },
  );

  const actor = { kind: 'USER', name: world.owner.email };
  const initial = { isEnabled: false, offVariation: 'off', prerequisites: [], targets: [], rules: [], version: 0 };
  const before = { ...initial, fallthrough: { variation: 'on' } };
  const subjectId = expect.stringMatching(/^configuration_/) as string;
  expect(answer).toEqual({
    flag: {
      history: { nodes: [{ kind: 'FLAG_TOGGLED' }, { kind: 'FLAG_UPDATED' }, { kind: 'FLAG_CREATED' }] },
      page: {
        nodes: [
          {
            kind: 'FLAG_TOGGLED',
            createdAt: at,
            actor,
            items: [
              {
                subjectKind: 'FLAG_CONFIGURATION',
                subjectId,
                subjectKey: flag.key,
                environmentId: environment.id,
                version: 1,
                differences: [
                  { path: '/isEnabled', old: false, new: true },
                  { path: '/version', old: 0, new: 1 },
                ],
              },
            ],
          },
          {
            kind: 'FLAG_UPDATED',
            createdAt: at,
            actor,
            items: [
              {
                subjectKind: 'FLAG',
                subjectId: flag.id,
                subjectKey: flag.key,
                environmentId: null,
                version: 2,
                differences: [
                  { path: '/name', old: 'Flag', new: 'New' },
                  { path: '/tags/1', old: null, new: 'b/c' },
                  { path: '/version', old: 1, new: 2 },
                ],
              },
            ],
          },
        ],
        pageInfo: { hasNextPage: true },
      },
      configuration: {
        id: subjectId,
        history: {
          nodes: [{ kind: 'FLAG_TOGGLED', items: [{ version: 1, before, after: { ...before, isEnabled: true, version: 1 } }] }],
        },
      },
    },
  });
});

it('shows the history of a segment, with added and removed keys', async () => {
  const project = await makeProject(world);
  const segment = await makeSegment(project, { included: ['ada'] });
  const target = { segmentId: segment.id };
  await make(project.client, 'addSegmentKeys', { ...target, list: 'EXCLUDED', keys: ['eve'] }, 'addedCount');
  await make(project.client, 'updateSegment', { ...target, expectedVersion: 2, name: 'New' }, 'segment { key }');
  await make(project.client, 'removeSegmentKeys', { ...target, keys: ['ada'] }, 'removedCount');

  const answer = await project.client.request(
    `query ($id: ID!) { segment(id: $id) { history { nodes { kind items { version before after differences { path old new } } } } } }`,
    { id: segment.id },
  );

  const text = { key: segment.key, name: 'Segment', description: '', rules: [] };
  const item = (kind: string, version: number, [before, after]: [object | null, object], differences: object[]) => ({
    kind,
    items: [{ version, before, after, differences }],
  });
  expect(answer).toEqual({
    segment: {
      history: {
        nodes: [
          item(
            'SEGMENT_KEYS_REMOVED',
            4,
            [{ removed: { ada: 'INCLUDED' } }, { removed: {} }],
            [{ path: '/removed/ada', old: 'INCLUDED', new: null }],
          ),
          item(
            'SEGMENT_UPDATED',
            3,
            [
              { ...text, version: 2 },
              { ...text, name: 'New', version: 3 },
            ],
            [
              { path: '/name', old: 'Segment', new: 'New' },
              { path: '/version', old: 2, new: 3 },
            ],
          ),
          item(
            'SEGMENT_KEYS_ADDED',
            2,
            [
              { list: 'EXCLUDED', added: [] },
              { list: 'EXCLUDED', added: ['eve'] },
            ],
            [{ path: '/added/0', old: null, new: 'eve' }],
          ),
          item('SEGMENT_CREATED', 1, [null, { ...text, version: 1, included: ['ada'], excluded: [] }], []),
        ],
      },
    },
  });
});

async function makeBusyProject() {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const other = await makeEnvironment(project);
  const flag = await makeFlag(project);
  const segment = await makeSegment(project);
  const editor = await makeMember(world, 'EDITOR', { organizationId: project.organizationId });
  await toggle(project, flag, environment, true);
  clock.advance(60_000);
  const instant = clock.now().toISOString();
  await configure({ ...project, client: editor.client }, flag, other);
  return { project, environment, other, flag, segment, editor, instant };
}

it('filters the changes of a project by kind, subject, environment, actor and time', async () => {
  const { project, environment, other, flag, segment, editor, instant } = await makeBusyProject();
  const late = ['FLAG_CONFIGURATION_SET'];
  const created = ['ENVIRONMENT_CREATED', 'ENVIRONMENT_CREATED', 'PROJECT_CREATED'];
  const early = ['FLAG_TOGGLED', 'SEGMENT_CREATED', 'FLAG_CREATED', ...created];

  expect(await kindsOf(project, {})).toEqual([...late, ...early]);
  expect(await kindsOf(project, { kinds: ['FLAG_CREATED', 'FLAG_TOGGLED'] })).toEqual(['FLAG_TOGGLED', 'FLAG_CREATED']);
  expect(await kindsOf(project, { kinds: [] })).toEqual([]);
  expect(await kindsOf(project, { subjectId: flag.id })).toEqual([...late, 'FLAG_TOGGLED', 'FLAG_CREATED']);
  expect(await kindsOf(project, { subjectId: segment.id })).toEqual(['SEGMENT_CREATED']);
  expect(await kindsOf(project, { subjectKinds: ['SEGMENT', 'PROJECT'] })).toEqual(['SEGMENT_CREATED', 'PROJECT_CREATED']);
  expect(await kindsOf(project, { environmentId: environment.id, subjectKinds: ['FLAG_CONFIGURATION'] })).toEqual([
    'FLAG_TOGGLED',
  ]);
  expect(await kindsOf(project, { environmentId: other.id, kinds: late })).toEqual(late);
  expect(await kindsOf(project, { actorId: editor.id })).toEqual(late);
  expect(await kindsOf(project, { from: instant })).toEqual(late);
  expect(await kindsOf(project, { to: instant })).toEqual(early);
  expect(await kindsOf(project, { from: instant, to: instant })).toEqual([]);
  expect(await kindsOf(project, { subjectId: segment.id.replace(/.{4}$/, 'ffff') })).toEqual([]);
});

it.each<[object, string]>([
  [
    { filter: { kinds: Array.from({ length: 51 }, () => 'FLAG_CREATED') } },
    'filter.kinds: 51 were given; at most 50 are allowed.',
  ],
  [
    { filter: { actorId: 'a\u0000' } },
    'filter.actorId: There is no user or API key "a\\u0000". This wants an id; members and apiKeys list it.',
  ],
  [
    { filter: { subjectId: 'nothing' } },
    'filter.subjectId: There is no object "nothing". This wants an id; each object has one in its field id.',
  ],
  [{ first: 0 }, 'first: 0 was given; 1 to 100 are allowed.'],
  [{ first: 101 }, 'first: 101 was given; 1 to 100 are allowed.'],
  [{ after: Buffer.from('after:x').toString('base64url') }, 'after: not a valid cursor for this connection.'],
  [{ after: 'x' }, 'after: not a valid cursor for this connection.'],
])('refuses to list changes with %j', async (args, message) => {
  const project = await makeProject(world);

  expect(await refusalOf(changesOf(project, args))).toEqual({ code: 'BAD_USER_INPUT', message });
});

it('pages through changes, newest first, each once', async () => {
  const { project, environment, flag } = await makeScene(world);
  for (let i = 0; i < 7; i++) await toggle(project, flag, environment, i % 2 === 0);
  const pages: string[][] = [];

  for (let after: string | null = null, more = true; more;) {
    const { nodes, pageInfo } = await changesOf(project, { first: 4, after });
    pages.push(nodes.map(({ kind }) => kind));
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage;
  }

  const toggled = (count: number): string[] => Array.from({ length: count }, () => 'FLAG_TOGGLED');
  expect(pages).toEqual([toggled(4), [...toggled(3), 'FLAG_CREATED'], ['ENVIRONMENT_CREATED', 'PROJECT_CREATED']]);
});

interface Entry {
  readonly sequence: string;
  readonly projectId: string | null;
  readonly hash: string;
  readonly change: {
    id: string;
    kind: string;
    createdAt: string;
    requestId: string;
    actor: { name: string };
    items: { subjectId: string; version: number; before: unknown; after: unknown }[];
  };
}

const auditLog = async (client: MadeProject['client'], organizationId: string, filter: object = {}): Promise<Entry[] | null> => {
  const { auditLog: log } = await client.request<{ auditLog: { nodes: Entry[] } | null }>(
    `query ($id: ID!, $filter: ChangeFilter) { auditLog(organizationId: $id, first: 100, filter: $filter) { nodes {
      sequence projectId address userAgent hash
      change { id kind createdAt requestId actor { name } items { subjectId version before after } }
    } } }`,
    { id: organizationId, filter },
  );
  return log && log.nodes;
};
const exportOf = (credential: string | undefined, organizationId: string): Promise<Response> =>
  fetch(world.url.replace('/graphql', `/organizations/${organizationId}/audit-log.jsonl`), {
    headers: authorization(credential),
  });

it('keeps the audit log without gaps, with the filters of changes', async () => {
  const { project, editor, flag } = await makeBusyProject();

  const all = (await auditLog(project.client, project.organizationId))!;
  const some = await auditLog(project.client, project.organizationId, { actorId: editor.id, kinds: ['FLAG_CONFIGURATION_SET'] });

  expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, i) => String(all.length - i)));
  expect(all.at(-1)?.change.kind).toBe('ORGANIZATION_CREATED');
  expect(some?.map(({ change, projectId }) => [change.kind, change.actor.name, projectId])).toEqual([
    ['FLAG_CONFIGURATION_SET', editor.email, project.id],
  ]);
  expect((await auditLog(project.client, project.organizationId, { subjectId: flag.id }))?.length).toBe(3);
});

it('exports the contents of the connection as JSON Lines', async () => {
  const { project } = await makeBusyProject();
  const connection = (await auditLog(project.client, project.organizationId))!;

  const response = await exportOf(world.owner.accessToken, project.organizationId);
  const lines = (await response.text()).trimEnd().split('\n');

  expect(response.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
  const exported = lines.map((line) => {
    const row = JSON.parse(line) as Entry['change'] & Entry & { actorName: string };
    return {
      sequence: row.sequence,
      projectId: row.projectId,
      hash: row.hash,
      change: {
        id: row.id,
        kind: row.kind,
        createdAt: row.createdAt,
        requestId: row.requestId,
        actor: { name: row.actorName },
        items: row.items.map(({ subjectId, version, before, after }) => ({ subjectId, version, before, after })),
      },
    };
  });
  expect(exported).toEqual(connection.map(({ sequence, projectId, hash, change }) => ({ sequence, projectId, hash, change })));
});

it('shows the audit log only to those who may read it', async () => {
  const project = await makeProject(world);
  const place = { organizationId: project.organizationId };
  const [admin, editor] = [await makeMember(world, 'ADMIN', place), await makeMember(world, 'EDITOR', place)];
  const outsider = await makeMember(world, 'OWNER', { organizationId: (await makeProject(world)).organizationId });

  expect((await auditLog(admin.client, project.organizationId))?.length).toBeGreaterThan(2);
  expect(await refusalOf(auditLog(editor.client, project.organizationId))).toEqual({
    code: 'FORBIDDEN',
    message: 'This needs the permission audit:read.',
  });
  expect(await auditLog(outsider.client, project.organizationId)).toBeNull();
  expect(await refusalOf(auditLog(world.client(), project.organizationId))).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect((await exportOf(undefined, project.organizationId)).status).toBe(401);
  expect((await exportOf(world.owner.accessToken, 'organization_x')).status).toBe(404);
});

it('keeps the history of deleted objects', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const flag: Made = await makeFlag(project);
  const segment = await makeSegment(project);
  await toggle(project, flag, environment, true);
  await make(project.client, 'archiveFlag', { flagId: flag.id, expectedVersion: 1 }, 'flag { key }');
  await make(project.client, 'deleteFlag', { flagId: flag.id, expectedVersion: 2 }, 'deletedFlagId');
  await make(project.client, 'deleteSegment', { segmentId: segment.id, expectedVersion: 1 }, 'deletedSegmentId');

  const ofFlag = await kindsOf(project, { subjectId: flag.id });
  const confirmed = { projectId: project.id, expectedVersion: 1, confirmKey: project.key };
  await make(project.client, 'deleteProject', confirmed, 'deletedProjectId');
  const afterwards = (await auditLog(project.client, project.organizationId, { subjectId: flag.id }))!;
  const gone = await project.client.request('query ($id: ID!) { changes(projectId: $id) { nodes { id } } }', { id: project.id });

  expect(ofFlag).toEqual(['FLAG_DELETED', 'FLAG_ARCHIVED', 'FLAG_TOGGLED', 'FLAG_CREATED']);
  expect(afterwards.map(({ change }) => change.kind)).toEqual(ofFlag);
  expect(afterwards[0]?.change.items).toEqual([
    {
      subjectId: flag.id,
      version: 3,
      before: expect.objectContaining({ key: flag.key, isArchived: true, version: 2 }) as object,
      after: null,
    },
  ]);
  expect(gone).toEqual({ changes: null });
});

it('shows a role in one environment no changes of another, nor of keys', async () => {
  const project = await makeProject(world);
  const [seen, hidden] = [await makeEnvironment(project), await makeEnvironment(project)];
  const flag = await makeFlag(project);
  await toggle(project, flag, seen, true);
  await toggle(project, flag, hidden, true);
  await makeApiKey(project, seen);
  const place = { organizationId: project.organizationId, projectId: project.id, environmentId: seen.id };
  const { client } = await makeMember(world, 'EDITOR', place);

  const { changes, flag: read } = await client.request<{
    changes: { nodes: { items: { environmentId: string | null; subjectKind: string }[] }[] };
    flag: { history: { nodes: { items: { environmentId: string | null }[] }[] } };
  }>(
    `query ($projectId: ID!, $flagId: ID!) {
      changes(projectId: $projectId) { nodes { items { environmentId subjectKind } } }
      flag(id: $flagId) { history { nodes { items { environmentId } } } }
    }`,
    { projectId: project.id, flagId: flag.id },
  );

  const items = changes.nodes.flatMap((change) => change.items);
  expect(items.map((item) => item.environmentId)).not.toContain(hidden.id);
  expect(items.map((item) => item.subjectKind)).not.toContain('API_KEY');
  expect(changes.nodes.map((change) => change.items.length)).not.toContain(0);
  expect(read.history.nodes.map((change) => change.items.map((item) => item.environmentId))).toEqual([[seen.id], [null]]);
});
