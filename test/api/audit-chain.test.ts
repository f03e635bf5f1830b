/** The audit log in a real database: as it was written, and as an attacker would leave it. */
import { GraphQLClient } from 'graphql-request';
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import type { EntityManager } from 'typeorm';
import { startApp } from '../../src/app';
import { readArguments, runAuditVerify, verifyAudit } from '../../src/commands/audit-verify';
import { readConfig } from '../../src/config';
import { problemSentence, type ChainReport, type KeptHead } from '../../src/modules/changes/verify-chain';
import { findOrphan, listChains, verifyChain } from '../../src/modules/changes/verify-repository';
import {
  configure,
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  mutate,
  toggle,
  type MadeProject,
} from '../support/make';
import { cleanUpProcesses, makePlace, runProgram } from '../support/processes';
import { authorization, createWorld, isEmbedded, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const connection = (): EntityManager => world.app.database.connection;
/** The secrets of the world, so that its access tokens are valid on other servers, too. */
const SECRETS = {
  JWT_SECRET: 'a secret of the tests, of 32 characters',
  KEY_PEPPER: 'a pepper of the tests, of 32 characters',
};
const TABLES = ['change', 'change_body', 'audit_head'] as const;

/** A chain with changes of one body, of several, and an erasure: at least 12 rows. */
async function makeChain(): Promise<MadeProject> {
  const project = await makeProject(world);
  const environments = [await makeEnvironment(project), await makeEnvironment(project)] as const;
  const flag = await makeFlag(project);
  const segment = await makeSegment(project, { included: ['ada'] });
  await make(project.client, 'removeSegmentKeys', { segmentId: segment.id, keys: ['ada'] }, 'removedCount');
  await configure(project, flag, environments[0]);
  await makeApiKey(project, environments[0]);
  const changes = environments.map(({ id }) => ({
    toggleFlag: { flagId: flag.id, environmentId: id, isEnabled: id === environments[1].id },
  }));
  await make(project.client, 'applyChangeSet', { projectId: project.id, changes }, 'revisions { revision }');
  const erased = { organizationId: project.organizationId, targetingKey: 'ada' };
  await make(project.client, 'eraseContextData', erased, 'erasedBodyCount');
  await toggle(project, flag, environments[1], false);
  return project;
}

const verified = (organizationId: string, kept: KeptHead | null = null): Promise<ChainReport> =>
  world.app.database.readConsistently((snapshot) => verifyChain(snapshot, organizationId, kept));

class TakenBack extends Error {}

/** The result of the verification after a superuser did this with the triggers off. Restores the database. */
async function tampered<T>(statements: readonly string[], look: (connection: EntityManager) => Promise<T>): Promise<T> {
  let seen: { value: T } | null = null;
  const work = world.app.database.transaction(async (tx) => {
    for (const table of TABLES) await tx.connection.query(`ALTER TABLE "${table}" DISABLE TRIGGER ALL`);
    for (const statement of statements) await tx.connection.query(statement);
    seen = { value: await look(tx.connection) };
    throw new TakenBack();
  });
  await expect(work).rejects.toThrow(TakenBack);
  return seen!.value;
}

interface Facts {
  readonly id: string;
  readonly last: number;
  /** Sequence -> id of the change. */
  readonly ids: readonly string[];
  /** The sequence of the change set, which has two bodies. */
  readonly set: number;
  /** The sequence of the change whose body is erased. */
  readonly erased: number;
  readonly erasure: number;
}

async function factsOf(organizationId: string): Promise<Facts> {
  const rows = await connection().query<{ id: string; kind: string; salts: number }[]>(
    `SELECT c.id, c.kind, (SELECT count(b.salt)::integer FROM change_body b WHERE b.change_id = c.id) AS salts
     FROM change c WHERE c.organization_id = $1 ORDER BY c.sequence`,
    [organizationId],
  );
  const resolveScope = (kind: string): number => rows.findIndex((row) => row.kind === kind) + 1;
  return {
    id: organizationId,
    last: rows.length,
    ids: ['', ...rows.map(({ id }) => id)],
    set: resolveScope('CHANGE_SET_APPLIED'),
    erased: rows.findIndex(({ salts }) => salts === 0) + 1,
    erasure: resolveScope('PERSONAL_DATA_ERASED'),
  };
}

const of = ({ id }: Facts, sequence: number | string): string => `organization_id = '${id}' AND sequence = ${sequence}`;
const bodyOf = (facts: Facts, sequence: number, position = 0): string =>
  `change_id = '${facts.ids[sequence]}' AND position = ${position}`;
const gone = (facts: Facts, sequence: number): string[] => [
  `DELETE FROM change_body WHERE change_id = '${facts.ids[sequence]}'`,
  `DELETE FROM change WHERE ${of(facts, sequence)}`,
];

/** Name, statements of the attacker, the row that is named, and the sentence. */
const ATTACKS: [string, (facts: Facts) => string[], (facts: Facts) => number, RegExp][] = [
  ['removes the first row', (f) => gone(f, 1), () => 1, /is missing: the next row is 2 \(change_/],
  ['removes a middle row', (f) => gone(f, 4), () => 4, /is missing: the next row is 5 \(change_/],
  ['removes the last row', (f) => gone(f, f.last), (f) => f.last, /is missing: the head of the chain is \d+\.$/],
  [
    'removes the last row and sets the head back without its hash',
    (f) => [...gone(f, f.last), `UPDATE audit_head SET sequence = ${f.last - 1} WHERE organization_id = '${f.id}'`],
    (f) => f.last - 1,
    /the head of the chain has a different hash/,
  ],
  [
    'removes a middle row and closes the gap',
    (f) => [
      ...gone(f, 4),
      `UPDATE change SET sequence = -sequence WHERE organization_id = '${f.id}' AND sequence > 4`,
      `UPDATE change SET sequence = -sequence - 1 WHERE organization_id = '${f.id}' AND sequence < 0`,
    ],
    () => 4,
    /canonical text that does not say what its columns say: sequence\.$/,
  ],
  [
    'swaps two rows',
    (f) => [
      `UPDATE change SET sequence = -1 WHERE ${of(f, 3)}`,
      `UPDATE change SET sequence = 3 WHERE ${of(f, 6)}`,
      `UPDATE change SET sequence = 6 WHERE ${of(f, -1)}`,
    ],
    () => 3,
    /canonical text that does not say what its columns say: sequence\.$/,
  ],
  [
    'puts a copy of a row at the end',
    (f) => [
      `INSERT INTO change SELECT (jsonb_populate_record(c, jsonb_build_object('id', 'change_x', 'sequence', ${f.last + 1}))).* FROM change c WHERE ${of(f, 2)}`,
    ],
    (f) => f.last + 1,
    /canonical text that does not say what its columns say: id, sequence\.$/,
  ],
  [
    'puts a row before the first',
    (f) => [
      `INSERT INTO change SELECT (jsonb_populate_record(c, '{"id":"change_x","sequence":0}')).* FROM change c WHERE ${of(f, 1)}`,
    ],
    () => 0,
    /is in the chain twice, or before its first row/,
  ],
  [
    'removes the head',
    (f) => [`DELETE FROM audit_head WHERE organization_id = '${f.id}'`],
    (f) => f.last,
    /the head of the chain is missing/,
  ],
  [
    'removes all rows',
    (f) => [
      `DELETE FROM change_body WHERE change_id IN (SELECT id FROM change WHERE organization_id = '${f.id}')`,
      `DELETE FROM change WHERE organization_id = '${f.id}'`,
    ],
    () => 1,
    /is missing: the head of the chain is \d+\.$/,
  ],
  [
    'moves a row to another chain',
    (f) => [`UPDATE change SET organization_id = 'organization_x' WHERE ${of(f, 5)}`],
    () => 5,
    /is missing: the next row is 6/,
  ],
  [
    'sets an instant that is none',
    (f) => [`UPDATE change SET created_at = 'infinity' WHERE ${of(f, 5)}`],
    () => 5,
    /has a created_at that is not a valid time/,
  ],
  [
    'removes a body',
    (f) => [`DELETE FROM change_body WHERE ${bodyOf(f, f.set, 1)}`],
    (f) => f.set,
    /has other bodies than were written/,
  ],
  [
    'swaps the bodies of a change set',
    (f) => [
      `UPDATE change_body SET position = -1 WHERE ${bodyOf(f, f.set, 0)}`,
      `UPDATE change_body SET position = 0 WHERE ${bodyOf(f, f.set, 1)}`,
      `UPDATE change_body SET position = 1 WHERE ${bodyOf(f, f.set, -1)}`,
    ],
    (f) => f.set,
    /has other bodies than were written/,
  ],
  [
    'erases a body without a record',
    (f) => [`UPDATE change_body SET before = NULL, after = NULL, salt = NULL WHERE ${bodyOf(f, 2)}`],
    () => 2,
    /has the body 0 erased, and no erasure record accounts for it/,
  ],
  [
    'erases the erasure record',
    (f) => [`UPDATE change_body SET before = NULL, after = NULL, salt = NULL WHERE ${bodyOf(f, f.erasure)}`],
    (f) => f.erased,
    /has the body 0 erased, and no erasure record accounts for it/,
  ],
];

it('finds every chain valid as it was written', async () => {
  const project = await makeChain();
  const lines: string[] = [];

  const holds = await verifyAudit(world.app.database, readArguments([]), (line) => lines.push(line));
  const report = await verified(project.organizationId);

  const facts = await factsOf(project.organizationId);
  const head = await connection().query<KeptHead[]>(
    'SELECT sequence::integer AS sequence, hash FROM audit_head WHERE organization_id = $1',
    [project.organizationId],
  );
  expect({ holds, last: lines.at(-1) }).toEqual({ holds: true, last: `All hold: ${lines.length - 1} chains.` });
  expect(lines).toContain(
    `${project.organizationId}: holds, rows ${facts.last}, head ${facts.last}:${head[0]!.hash}, erased bodies 2`,
  );
  expect(lines.some((line) => line.startsWith('system: holds, rows '))).toBe(true);
  expect(report).toEqual({
    organizationId: project.organizationId,
    rows: facts.last,
    head: head[0],
    erasedBodies: 2,
    problem: null,
  });
  expect(facts.last).toBeGreaterThan(10);
});

it.each(ATTACKS)(
  'finds it when somebody %s',
  async (_name, attack, sequence, sentence) => {
    const facts = await factsOf((await makeChain()).organizationId);

    const report = await tampered(attack(facts), (snapshot) => verifyChain(snapshot, facts.id));

    expect(problemSentence(report)).toMatch(sentence);
    expect(report.problem?.sequence).toBe(sequence(facts));
    expect((await verified(facts.id)).problem).toBeNull();
  },
  120_000,
);

it('detects every altered column of a change and of a body, in the first, a middle and the last row', async () => {
  const facts = await factsOf((await makeChain()).organizationId);
  const columns = await connection().query<{ table: string; column: string; type: string }[]>(
    `SELECT table_name AS "table", column_name AS "column", data_type AS type FROM information_schema.columns
     WHERE table_name IN ('change', 'change_body') AND column_name NOT IN ('organization_id', 'sequence', 'change_id', 'position')`,
  );
  const other = (column: string, type: string): string => {
    if (type === 'text') return `coalesce("${column}", '') || '.'`;
    return type === 'integer' ? `"${column}" + 1` : `"${column}" + interval '1 millisecond'`;
  };
  const problems: unknown[] = [];
  const expected: unknown[] = [];
  for (const sequence of [1, facts.set, facts.last]) {
    for (const { table, column, type } of columns) {
      const where = table === 'change' ? of(facts, sequence) : bodyOf(facts, sequence);
      // Otherwise the bodies would have no change, which the database refuses even without triggers.
      if (column === 'id') continue;
      const statement = `UPDATE "${table}" SET "${column}" = ${other(column, type)} WHERE ${where}`;
      const { problem } = await tampered([statement], (snapshot) => verifyChain(snapshot, facts.id));
      problems.push([table, column, problem?.sequence, problem?.changeId]);
      expected.push([table, column, sequence, facts.ids[sequence]]);
    }
  }

  expect(columns.length).toBe(25);
  expect(problems).toEqual(expected);
}, 240_000);

it('detects a body whose change is gone, and an organization whose chain is gone', async () => {
  const facts = await factsOf((await makeChain()).organizationId);
  const chain = `(SELECT id FROM change WHERE organization_id = '${facts.id}')`;

  const orphan = await tampered(
    [`ALTER TABLE change_body DROP CONSTRAINT change_body_change_id_fkey`, `DELETE FROM change WHERE ${of(facts, facts.last)}`],
    findOrphan,
  );
  const [listed, report] = await tampered(
    [
      `DELETE FROM change_body WHERE change_id IN ${chain}`,
      `DELETE FROM change WHERE organization_id = '${facts.id}'`,
      `DELETE FROM audit_head WHERE organization_id = '${facts.id}'`,
    ],
    async (snapshot) => [await listChains(snapshot), await verifyChain(snapshot, facts.id)] as const,
  );

  expect(orphan).toEqual({ changeId: facts.ids[facts.last], position: 0 });
  expect(await findOrphan(connection())).toBeNull();
  expect(listed).toContain(facts.id);
  expect(problemSentence(report)).toBe(`Chain ${facts.id}: the chain has neither rows nor a head.`);
});

it('detects an end that was cut off together with the head only by a head that was kept elsewhere', async () => {
  const facts = await factsOf((await makeChain()).organizationId);
  const { head } = await verified(facts.id);
  const cut = [
    ...gone(facts, facts.last),
    `UPDATE audit_head h SET sequence = c.sequence, hash = c.hash FROM change c
     WHERE h.organization_id = '${facts.id}' AND c.organization_id = h.organization_id AND c.sequence = ${facts.last - 1}`,
  ];
  const kept = readArguments([facts.id, '--head', `${head!.sequence}:${head!.hash}`]).kept;

  const alone = await tampered(cut, (snapshot) => verifyChain(snapshot, facts.id));
  const compared = await tampered(cut, (snapshot) => verifyChain(snapshot, facts.id, kept));

  expect(alone.problem).toBeNull();
  expect(problemSentence(compared)).toBe(
    `Chain ${facts.id}: row ${facts.last} is missing: the head that was kept is ${facts.last}.`,
  );
  expect((await verified(facts.id, kept)).problem).toBeNull();
});

it('continues with the other chains after a broken one, and says so at the end', async () => {
  const project = await makeProject(world);
  const other = await makeProject(world);
  const lines: string[] = [];
  for (const table of TABLES) await connection().query(`ALTER TABLE "${table}" DISABLE TRIGGER USER`);
  const [broken] = [project.organizationId, other.organizationId].sort();
  const was = `SELECT actor_name FROM change WHERE organization_id = $1 AND sequence = 1`;
  const [{ actor_name: name } = { actor_name: '' }] = await connection().query<{ actor_name: string }[]>(was, [broken]);
  const write = 'UPDATE change SET actor_name = $2 WHERE organization_id = $1 AND sequence = 1';
  await connection().query(write, [broken, 'eve']);

  const holds = await verifyAudit(world.app.database, readArguments([]), (line) => lines.push(line));
  await connection().query(write, [broken, name]);
  for (const table of TABLES) await connection().query(`ALTER TABLE "${table}" ENABLE TRIGGER USER`);

  expect(holds).toBe(false);
  expect(lines.filter((line) => line.includes('BROKEN'))).toEqual([expect.stringMatching(`^${broken}: BROKEN, rows 2, head 2:`)]);
  expect(lines.filter((line) => line.startsWith('  '))).toEqual([
    expect.stringMatching(
      /^ {2}Chain organization_\S+: row 1 \(change_\S+\) has a canonical text that does not say what its columns say: actorName\.$/,
    ),
  ]);
  expect(lines.at(-1)).toBe(`Broken: 1 of ${(await listChains(connection())).length} chains.`);
});

it('verifies the configured database, and says so when a server uses the embedded one', async () => {
  const place = { ...(await makePlace()), ...SECRETS, OWNER_EMAIL: 'owner@example.com', OWNER_PASSWORD: 'correct horse battery' };
  const config = readConfig({ NODE_ENV: 'test', ...place });
  const lines: string[] = [];
  const run = (): Promise<boolean> => runAuditVerify(config, readArguments([]), (line) => lines.push(line));

  const empty = await run();
  const program = runProgram(place);
  await program.listening;
  const busy = await run().catch((error: Error) => error.message);
  program.signal('SIGTERM');
  await program.ended;
  const later = await run();
  await cleanUpProcesses();

  expect([empty, later]).toEqual([true, true]);
  expect(isEmbedded ? busy : '').toMatch(isEmbedded ? /^The data directory .* is in use by process \d+ on \S+; / : '');
  expect(isEmbedded || busy).toBe(true);
  const system = expect.stringMatching(/^system: holds, rows 1, head 1:[0-9a-f]{64}, erased bodies 0$/) as string;
  const ofServer = [system, 'All hold: 1 chain.'];
  expect(lines).toEqual(['All hold: 0 chains.', ...(isEmbedded ? [] : ofServer), ...ofServer]);
}, 120_000);

it.each<[string[], string]>([
  [['--head', '1:x', `organization_${'0'.repeat(32)}`], '--head must be SEQUENCE:HASH, as this command prints it; got "1:x".'],
  [['--head'], '--head must be SEQUENCE:HASH, as this command prints it; got "".'],
  [['--head', `1:${'0'.repeat(64)}`], '--head needs the organization that the chain belongs to.'],
  [[`organization_${'0'.repeat(32)}`, 'b'], 'Unknown argument "b".'],
  [['acme'], '"acme" is no id of an organization; organizationByKey finds it.'],
  [['--all'], 'Unknown argument "--all".'],
])('refuses the arguments %j', (words, sentence) => {
  expect(() => readArguments(words)).toThrow(
    `${sentence} Usage: npm run audit:verify -- [ORGANIZATION_ID [--head SEQUENCE:HASH]]`,
  );
});

it.each<[string, string]>([
  ['UPDATE of change', `UPDATE change SET actor_name = 'eve'`],
  ['UPDATE of change', `UPDATE change SET actor_name = actor_name WHERE false`],
  ['DELETE of change', `DELETE FROM change`],
  ['TRUNCATE of change', `TRUNCATE change CASCADE`],
  ['UPDATE of change_body', `UPDATE change_body SET after = '{}'`],
  ['UPDATE of change_body', `UPDATE change_body SET before = NULL, after = NULL WHERE salt IS NOT NULL`],
  ['UPDATE of change_body', `UPDATE change_body SET salt = NULL WHERE salt IS NOT NULL`],
  ['UPDATE of change_body', `UPDATE change_body SET before = NULL, after = NULL, salt = NULL, version = version + 1`],
  ['UPDATE of change_body', `UPDATE change_body SET digest = 'x'`],
  ['DELETE of change_body', `DELETE FROM change_body`],
  ['TRUNCATE of change_body', `TRUNCATE change_body`],
  ['UPDATE of audit_head', `UPDATE audit_head SET sequence = sequence - 1, hash = 'x'`],
  ['UPDATE of audit_head', `UPDATE audit_head SET sequence = sequence + 2, hash = 'x'`],
  ['UPDATE of audit_head', `UPDATE audit_head SET hash = 'x'`],
  ['UPDATE of audit_head', `UPDATE audit_head SET sequence = sequence + 1`],
  ['UPDATE of audit_head', `UPDATE audit_head SET organization_id = organization_id || 'x'`],
  ['DELETE of audit_head', `DELETE FROM audit_head`],
  ['TRUNCATE of audit_head', `TRUNCATE audit_head`],
])('refuses %s: %s', async (what, statement) => {
  await makeProject(world);

  await expect(connection().query(statement)).rejects.toThrow(`The audit log is append-only: ${what} is refused.`);
});

it('keeps the chain of a deleted organization valid', async () => {
  const project = await makeChain();
  const organization = await connection().query<{ key: string }[]>('SELECT key FROM organization WHERE id = $1', [
    project.organizationId,
  ]);
  const input = { organizationId: project.organizationId, expectedVersion: 1, confirmKey: organization[0]!.key };

  await make(project.client, 'deleteOrganization', input, 'deletedOrganizationId');

  expect(await verified(project.organizationId)).toMatchObject({ rows: 13, problem: null });
  expect(await listChains(connection())).toContain(project.organizationId);
});

it('keeps the chain valid for 8 writers in several projects of one organization, also during verification', async () => {
  const first = await makeProject(world);
  const projects = [first];
  for (let i = 0; i < 2; i++) {
    const input = { organizationId: first.organizationId, key: `other-${i}`, name: 'Other' };
    const { project } = await make<{ project: { id: string; key: string } }>(
      first.client,
      'createProject',
      input,
      'project { id key }',
    );
    projects.push({ ...first, ...project });
  }
  const places = await Promise.all(
    projects.map(async (project) => ({ project, environment: await makeEnvironment(project), flag: await makeFlag(project) })),
  );
  const before = await verified(first.organizationId);

  const write = async (writer: number): Promise<void> => {
    for (let round = 0; round < 10; round++) {
      const { project, environment, flag } = places[(writer + round) % places.length]!;
      const isEnabled = (writer + round) % 2 === 0;
      // Some change nothing, for another writer was quicker; none fails.
      const input = { flagId: flag.id, environmentId: environment.id, isEnabled };
      expect((await mutate(project.client, 'toggleFlag', input, 'revisions { revision }')).userErrors).toEqual([]);
      await makeFlag(project);
    }
  };
  const writing = Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
  const meanwhile = [await verified(first.organizationId), await verified(first.organizationId)];
  await writing;
  const after = await verified(first.organizationId);

  expect(meanwhile.map(({ problem }) => problem)).toEqual([null, null]);
  expect(after.problem).toBeNull();
  expect(after.rows - before.rows).toBeGreaterThanOrEqual(80);
}, 240_000);

if (!isEmbedded) {
  /** The grants of docs/AUDIT.md. */
  const grants = (role: string): string[] => [
    `CREATE ROLE ${role} LOGIN`,
    `GRANT USAGE ON SCHEMA public TO ${role}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`,
    `REVOKE UPDATE, DELETE ON change, change_body, audit_head FROM ${role}`,
    `GRANT UPDATE (before, after, salt) ON change_body TO ${role}`,
    `GRANT UPDATE (sequence, hash) ON audit_head TO ${role}`,
    `REVOKE INSERT, UPDATE, DELETE ON migration FROM ${role}`,
  ];

  it('serves and erases as a database role that may not alter the audit log', async () => {
    const project = await makeProject(world);
    // Roles are of the whole cluster, and one that a run left behind must not be in the way of another.
    const role = `flagstaff_app_${randomBytes(6).toString('hex')}`;
    for (const statement of grants(role)) await connection().query(statement);
    const [{ name } = { name: '' }] = await connection().query<{ name: string }[]>('SELECT current_database() AS name');
    const url = new URL(process.env.DATABASE_URL ?? '');
    Object.assign(url, { pathname: `/${name}`, username: role });
    const env = {
      NODE_ENV: 'test',
      PORT: '0',
      DATABASE_URL: url.toString(),
      ...SECRETS,
    };
    const app = await startApp({ config: readConfig(env), log: pino({ level: 'silent' }) });
    const client = new GraphQLClient(`${app.url}/graphql`, { headers: authorization(world.owner.accessToken) });
    const mine = { ...project, client };

    const segment = await makeSegment(mine, { included: ['ada'] });
    await make(client, 'removeSegmentKeys', { segmentId: segment.id, keys: ['ada'] }, 'removedCount');
    const input = { organizationId: project.organizationId, targetingKey: 'ada' };
    const erased = await make(client, 'eraseContextData', input, 'erasedBodyCount');
    const ask = (statement: string): Promise<unknown> => app.database.connection.query(statement);

    expect(erased).toMatchObject({ erasedBodyCount: 2 });
    await expect(ask(`UPDATE change SET actor_name = 'eve'`)).rejects.toThrow('permission denied for table change');
    await expect(ask(`ALTER TABLE change DISABLE TRIGGER ALL`)).rejects.toThrow('must be owner of table change');
    await expect(ask('DELETE FROM audit_head')).rejects.toThrow('permission denied for table audit_head');
    await expect(ask('TRUNCATE change_body')).rejects.toThrow('permission denied for table change_body');
    expect((await verified(project.organizationId)).problem).toBeNull();

    await app.close();
    await connection().query(`DROP OWNED BY ${role}`);
    await connection().query(`DROP ROLE ${role}`);
  });
}
