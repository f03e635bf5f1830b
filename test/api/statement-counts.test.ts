/** Every list runs the same number of SQL statements for any number of rows. The rows are inserted by SQL. */
import {
  cloneRows,
  configure,
  forSegment,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  toggle,
  type MadeProject,
} from '../support/make';
import { countStatements } from '../support/count-statements';
import { makeScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

/** The number of flags, segments and changes. */
const FEW = 10;
const MANY = 1_000;

let world: World;
let small: MadeProject;
let large: MadeProject;
beforeAll(async () => {
  world = await createWorld();
  small = await makeProjectOf(FEW);
  large = await makeProjectOf(MANY);
}, 120_000);
afterAll(() => world.close());

/** The number of statements of the query; its answer is checked, too, so that no empty list is counted. */
async function cost(project: MadeProject, query: string, rowsIn: (answer: never) => number): Promise<[number, number]> {
  const variables = { id: project.id, organizationId: project.organizationId };
  const { result, statements } = await countStatements(world, () => project.client.request(query, variables));
  return [statements.length, rowsIn(result as never)];
}

interface Flags {
  readonly project: {
    readonly flags: { readonly nodes: readonly { readonly dependents: unknown[]; readonly lastChange: unknown }[] };
  };
}

/** A project with three environments and a flag `base` that every other flag has as prerequisite. */
async function makeProjectOf(count: number): Promise<MadeProject> {
  const project = await makeProject(world);
  const environments = [await makeEnvironment(project), await makeEnvironment(project), await makeEnvironment(project)];
  const base = await makeFlag(project, { key: 'base' });
  const segment = await makeSegment(project, { key: 'beta', included: ['ada'], excluded: ['eve'] });
  const flag = await makeFlag(project, { key: 'template' });
  for (const environment of environments) {
    const prerequisites = [{ flagKey: base.key, variation: 'on' }];
    await configure(project, flag, environment, { prerequisites, rules: [forSegment(segment.key)] });
  }
  await toggle(project, base, environments[0]!, true);
  const { connection } = world.app.database;
  await connection.query('INSERT INTO flag_usage SELECT $1, e.id, 1, now() FROM environment e WHERE e.project_id = $2', [
    flag.id,
    project.id,
  ]);
  // Two flags are there.
  const range = [1, count - 2] as const;
  const ofFlag = { where: `t.flag_id = '${flag.id}'`, set: { flag_id: `t.flag_id || '_' || i` } };
  await cloneRows(world, 'flag', range, {
    where: `t.id = '${flag.id}'`,
    set: { id: `t.id || '_' || i`, key: `'flag-' || i` },
  });
  await cloneRows(world, 'flag_configuration', range, ofFlag);
  await cloneRows(world, 'flag_usage', range, ofFlag);
  await cloneRows(world, 'segment', range, {
    where: `t.id = '${segment.id}'`,
    set: { id: `t.id || '_' || i`, key: `'beta-' || i` },
  });
  await cloneRows(world, 'segment_key', range, {
    where: `t.segment_id = '${segment.id}'`,
    set: { segment_id: `t.segment_id || '_' || i` },
  });
  const created = `(SELECT b.change_id FROM change_body b WHERE b.subject_id = '${flag.id}')`;
  await cloneRows(world, 'change', range, {
    where: `t.id = ${created}`,
    set: { id: `t.id || '_' || i`, sequence: `1000 + i` },
  });
  await cloneRows(world, 'change_body', range, {
    where: `t.change_id = ${created}`,
    set: { change_id: `t.change_id || '_' || i`, subject_id: `t.subject_id || '_' || i` },
  });
  return project;
}

const FLAGS = `query ($id: ID!) { project(id: $id) { flags(first: 100) { totalCount nodes {
  key isStale staleReason lastEvaluatedAt owner { email } variations { key value }
  lastChange { kind actor { name } items { version differences { path } } }
  dependents { flagKey environmentKey }
  configurations { version isEnabled environment { key } offVariation { key } prerequisites { flagKey }
    rules { id serve { variation { key } } } fallthrough { variation { key } } }
} } } }`;
const HISTORIES = `query ($id: ID!) { project(id: $id) { flags(first: 100) { nodes {
  history(first: 3) { nodes { kind items { version } } } configurations { history(first: 3) { nodes { kind } } } } } } }`;
const SEGMENTS = `query ($id: ID!) { project(id: $id) { segments(first: 100) { totalCount nodes {
  key includedCount excludedCount rules { id } usedBy { flagKey environmentKey } keys(list: INCLUDED, first: 5) { nodes }
  history(first: 2) { nodes { kind } } } } } }`;
const AUDIT_LOG = `query ($organizationId: ID!) { auditLog(organizationId: $organizationId, first: 100) { nodes {
  sequence change { kind actor { name } items { subjectKey version before after differences { path } } } } } }`;
const CHANGES = `query ($id: ID!) { changes(projectId: $id, first: 100) { nodes { kind actor { name } items { version after } } } }`;

it.each<[string, string, (answer: never) => number]>([
  [
    'flags with variations, configurations, owner, last change, staleness and dependents',
    FLAGS,
    ({ project }: Flags) => project.flags.nodes.length,
  ],
  ['histories of flags and of their configurations', HISTORIES, ({ project }: Flags) => project.flags.nodes.length],
  [
    'segments with counts, uses, keys and histories',
    SEGMENTS,
    ({ project }: { project: { segments: { nodes: unknown[] } } }) => project.segments.nodes.length,
  ],
  ['the audit log with items', AUDIT_LOG, ({ auditLog }: { auditLog: { nodes: unknown[] } }) => auditLog.nodes.length],
  ['the changes of a project with items', CHANGES, ({ changes }: { changes: { nodes: unknown[] } }) => changes.nodes.length],
])('reads %s in as many statements with 10 rows as with 1,000', async (_what, query, rowsIn) => {
  const [few, fewRows] = await cost(small, query, rowsIn);
  const [many, manyRows] = await cost(large, query, rowsIn);

  expect(fewRows).toBeLessThan(30);
  expect(manyRows).toBe(100);
  expect(many).toBe(few);
  expect(many).toBeLessThan(25);
});

it('reads organizations with their projects and flags in as many statements with one as with 100', async () => {
  const own = await createWorld({ env: { OPERATION_COST_MAX: '100000000' } });
  const { project, environment, flag } = await makeScene(own);
  await configure(project, flag, environment);
  const query = `{ organizations(first: 100) { nodes { key projects(first: 100) { totalCount nodes { key environments { key }
    flags(first: 5) { totalCount nodes { key variations { key } configurations { version isEnabled } } } } } } } }`;
  const count = async (): Promise<number> => (await countStatements(own, () => project.client.request(query))).statements.length;

  const few = await count();
  const id = (column: string): string => `t.${column} || '_' || i`;
  const range = [1, 99] as const;
  await cloneRows(own, 'organization', range, {
    where: `t.id = '${project.organizationId}'`,
    set: { id: id('id'), key: id('key') },
  });
  await cloneRows(own, 'role_binding', range, {
    where: `t.organization_id = '${project.organizationId}'`,
    set: { id: id('id'), organization_id: id('organization_id') },
  });
  // Writers of roles do the same: it invalidates what servers have cached.
  await own.app.database.transaction(async (tx) => void tx.raisedHeads.add(project.organizationId));
  await cloneRows(own, 'project', range, {
    where: `t.id = '${project.id}'`,
    set: { id: id('id'), organization_id: id('organization_id') },
  });
  await cloneRows(own, 'environment', range, {
    where: `t.id = '${environment.id}'`,
    set: { id: id('id'), project_id: id('project_id') },
  });
  await cloneRows(own, 'flag', range, { where: `t.id = '${flag.id}'`, set: { id: id('id'), project_id: id('project_id') } });
  await cloneRows(own, 'flag_configuration', range, {
    where: `t.flag_id = '${flag.id}'`,
    set: { flag_id: id('flag_id'), environment_id: id('environment_id') },
  });
  const many = await count();
  const answer = await project.client.request<{
    organizations: { nodes: { projects: { nodes: { flags: { nodes: { configurations: object[] }[] } }[] } }[] };
  }>(query);
  await own.close();

  const flags = answer.organizations.nodes.flatMap(({ projects }) => projects.nodes.flatMap((node) => node.flags.nodes));
  expect(flags.flatMap(({ configurations }) => configurations)).toEqual(
    Array.from({ length: 100 }, () => ({ version: 1, isEnabled: true })),
  );
  expect(many).toBe(few);
});
