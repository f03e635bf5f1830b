/** Search in lists by a part of a key or name: in any case and normal form, whatever the locale of the database. */
import { migrate } from '../../src/database/migrate';
import { make, makeFlag, makeProject, makeSegment, type MadeProject } from '../support/make';
import { createServerDatabase } from '../support/databases';
import { createWorld, isEmbedded, type World } from '../support/world';

const NAMES = {
  opening: 'Öffnungszeiten',
  // Written as e and a combining accent.
  cafe: 'Cafe\u0301 in der Straße',
  greek: 'Οδός Αθηνάς',
  cyrillic: 'Новая касса',
  wide: 'ＦＵＬＬ width',
  percent: '100 %_\\ sure',
} as const;
type Key = keyof typeof NAMES;

const FOUND: readonly (readonly [string, readonly Key[]])[] = [
  ['Öffnungszeiten', ['opening']],
  ['öffnungsZEITEN', ['opening']],
  ['ÖFF', ['opening']],
  ['o\u0308ffnung', ['opening']],
  ['Café', ['cafe']],
  ['CAFE\u0301', ['cafe']],
  ['STRASSE', ['cafe']],
  ['straße', ['cafe']],
  ['ΟΔΌΣ', ['greek']],
  ['οδόσ', ['greek']],
  ['НОВАЯ КАССА', ['cyrillic']],
  ['full', ['wide']],
  ['%_\\', ['percent']],
  ['OPENING', ['opening']],
  ['öffnungszeiten2', []],
];

const worlds: World[] = [];
const databases: { readonly drop: () => Promise<void> }[] = [];
afterAll(async () => {
  for (const world of worlds) await world.close();
  for (const { drop } of databases) await drop();
});

/** On a database of its own where letters beyond ASCII have no case. */
async function createWorldUnderC(): Promise<World> {
  const database = await createServerDatabase(`TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`);
  databases.push(database);
  return createWorld({ env: { DATABASE_URL: database.url } });
}

const QUERY = `query ($organizationId: ID!, $projectId: ID!, $text: String!) {
  organization(id: $organizationId) { projects(filter: { search: $text }) { totalCount nodes { key } } }
  project(id: $projectId) {
    flags(filter: { search: $text }) { totalCount nodes { key } }
    segments(search: $text) { totalCount nodes { key } }
  }
}`;

interface List {
  readonly totalCount: number;
  readonly nodes: readonly { readonly key: string }[];
}
interface Lists {
  readonly organization: { readonly projects: List };
  readonly project: { readonly flags: List; readonly segments: List };
}

/** The keys that each list finds, without the project that the others are in. */
async function search({ client, organizationId, id }: MadeProject, text: string): Promise<readonly string[][]> {
  const { organization, project } = await client.request<Lists>(QUERY, { organizationId, projectId: id, text });
  return [organization.projects, project.flags, project.segments].map(({ totalCount, nodes }) => {
    expect(totalCount).toBe(nodes.length);
    return nodes.map(({ key }) => key);
  });
}

async function fill(world: World): Promise<MadeProject> {
  const project = await makeProject(world);
  for (const [key, name] of Object.entries(NAMES)) {
    await makeFlag(project, { key, name });
    await makeSegment(project, { key, name });
    const input = { organizationId: project.organizationId, key, name };
    await make(project.client, 'createProject', input, 'project { id }');
  }
  return project;
}

const PLACES: readonly (readonly [string, () => Promise<World>])[] = [
  ['the database of this run', () => createWorld()],
  ...(isEmbedded ? [] : [['a database under the locale C', createWorldUnderC] as const]),
];

describe.each(PLACES)('on %s', (_where, create) => {
  let project: MadeProject;
  beforeAll(async () => {
    const world = await create();
    worlds.push(world);
    project = await fill(world);
  });

  it.each(FOUND)('%j finds %j, in flags, segments and projects', async (text, keys) => {
    expect(await search(project, text)).toEqual([keys, keys, keys]);
  });

  it('finds a name as it was changed, and no longer as it was', async () => {
    const flag = await makeFlag(project, { key: 'changed', name: 'Früher' });

    await make(project.client, 'updateFlag', { flagId: flag.id, expectedVersion: 1, name: 'SPÄTER' }, 'flag { id }');

    expect((await search(project, 'FRÜHER'))[1]).toEqual([]);
    expect((await search(project, 'später'))[1]).toEqual(['changed']);
  });
});

it('finds what a server of the release before has written, as that did', async () => {
  const [world] = worlds;
  const project = await makeProject(world!);
  const flag = await makeFlag(project, { key: 'old-one', name: 'Written before' });
  await world!.app.database.connection.query('UPDATE flag SET search_text = NULL WHERE id = $1', [flag.id]);

  expect((await search(project, 'WRITTEN'))[1]).toEqual(['old-one']);
});

it('finds old rows after the migration, also one that was killed half-way and begins anew', async () => {
  const [world] = worlds;
  const project = await makeProject(world!);
  await makeFlag(project, { key: 'before', name: 'Cafe\u0301' });
  const { connection } = world!.app.database;
  await connection.query('UPDATE flag SET search_text = NULL WHERE project_id = $1', [project.id]);
  await connection.query(`DELETE FROM migration WHERE name = 'SearchText1795000018000'`);
  const before = await search(project, 'CAF\u00c9');

  const ran = await migrate(connection.connection);

  expect(ran).toEqual(['SearchText1795000018000']);
  expect([before[1], (await search(project, 'CAF\u00c9'))[1]]).toEqual([[], ['before']]);
});
