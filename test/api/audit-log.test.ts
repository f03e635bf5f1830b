/** The audit log records facts about a request, and its export can be verified without this project's code. */
import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import { ChainVerifier } from '../../src/modules/changes/verify-chain';
import { bodiesDigest, bodyDigest, canonicalRow, chainHash } from '../../src/modules/changes/change-rules';
import type { ChangeBodyEntity } from '../../src/modules/changes/change-body-entity';
import type { ChangeEntity } from '../../src/modules/changes/change-entity';
import { verifyChain } from '../../src/modules/changes/verify-repository';
import {
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  uniqueKey,
  type MadeProject,
} from '../support/make';
import { authorization, createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const exportOf = async ({ organizationId }: MadeProject): Promise<string> => {
  const url = world.url.replace('/graphql', `/organizations/${organizationId}/audit-log.jsonl`);
  return (await fetch(url, { headers: authorization(world.owner.accessToken) })).text();
};

const logOf = async (project: MadeProject): Promise<Record<string, unknown>[]> => {
  const { auditLog } = await project.client.request<{ auditLog: { nodes: Record<string, unknown>[] } }>(
    `query ($id: ID!) { auditLog(organizationId: $id, first: 100) { nodes {
      sequence hash address userAgent authentication result change { kind requestId items { subjectKey isErased } } } } }`,
    { id: project.organizationId },
  );
  return auditLog.nodes;
};

it('records the id, address, user agent, authentication and result of each request', async () => {
  const project = await makeProject(world);
  const response = await fetch(world.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'audit-test/1',
      // The client could write anything into it.
      'x-request-id': 'forged',
      ...authorization(world.owner.accessToken),
    },
    body: JSON.stringify({
      query: 'mutation ($input: CreateEnvironmentInput!) { createEnvironment(input: $input) { userErrors { message } } }',
      variables: { input: { projectId: project.id, key: 'production', name: 'Production' } },
    }),
  });

  const [entry] = await logOf(project);

  expect(response.status).toBe(200);
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(entry).toEqual({
    sequence: '3',
    hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    address: '127.0.0.1',
    userAgent: 'audit-test/1',
    authentication: 'PASSWORD',
    result: 'SUCCEEDED',
    change: {
      kind: 'ENVIRONMENT_CREATED',
      requestId: response.headers.get('x-request-id'),
      items: [{ subjectKey: 'production', isErased: false }],
    },
  });
});

it('keeps hostile text in one line of the export, and the chain valid', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const agent = 'curl/8\u0085{"sequence":"1"}\u009b31m\u00e9';
  const client = world.client(world.owner.accessToken, { 'user-agent': agent });
  const name = 'a\n{"sequence":"2"}\r\u2028\u2029\u0000'.slice(0, -1);
  await make(client, 'createApiKey', { environmentId: environment.id, kind: 'SERVER', name }, 'secret');

  const text = await exportOf(project);
  const lines = text.split('\n');

  const [first] = lines.map((line) => (line === '' ? null : (JSON.parse(line) as ChangeEntity & { items: ChangeBodyEntity[] })));
  expect(first).toMatchObject({ kind: 'API_KEY_CREATED', sequence: '4', userAgent: agent });
  expect(first?.items[0]?.after).toMatchObject({ name });
  expect(lines).toHaveLength(5);
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
  const stored = await world.app.database.connection.query<{ canonical: string }[]>(
    'SELECT canonical FROM change WHERE organization_id = $1 AND sequence = 4',
    [project.organizationId],
  );
  expect((JSON.parse(stored[0]!.canonical) as ChangeEntity).userAgent).toBe(agent);
  expect(await verifyChain(world.app.database.connection, project.organizationId)).toMatchObject({ rows: 4, problem: null });
});

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** Implemented from docs/AUDIT.md alone. */
it('exports everything that an independent verification needs', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  await makeFlag(project, { name: 'é \u2028 "quoted"', tags: ['ada'] });
  const segment = await makeSegment(project, { included: ['ada'] });
  await make(project.client, 'removeSegmentKeys', { segmentId: segment.id, keys: ['ada'] }, 'removedCount');
  const erased = { organizationId: project.organizationId, targetingKey: 'ada' };
  await make(project.client, 'eraseContextData', erased, 'erasedBodyCount');
  await makeApiKey(project, environment);
  const connection = (await logOf(project)).map(({ sequence, hash }) => ({ sequence, hash }));

  const lines = (await exportOf(project)).trimEnd().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as Record<string, unknown> & { items: Record<string, unknown>[] });

  let previous = '';
  for (const { hash, items, format, ...columns } of rows.toReversed()) {
    for (const { salt, before, after, digest, isErased } of items) {
      if (isErased === true) continue;
      const [old, now] = [before, after].map((body) => (body === null ? null : canonicalize(body)!));
      expect(digest).toBe(sha256(`${String(salt)}${old?.length ?? -1}:${now?.length ?? -1}:${old ?? ''}${now ?? ''}`));
    }
    const covered = items.map(({ before: _before, after: _after, salt: _salt, isErased: _isErased, ...rest }) => rest);
    expect(columns.bodyDigest).toBe(sha256(canonicalize(covered)!));
    previous = sha256(previous + canonicalize({ ...columns, format })!);
    expect(hash).toBe(previous);
  }
  expect(rows.map(({ sequence, hash }) => ({ sequence, hash }))).toEqual(connection);
  expect(rows.flatMap(({ items }) => items.filter(({ isErased }) => isErased === true))).toHaveLength(2);
});

it('still verifies rows of the first format, whose bodies were covered by their digests alone', async () => {
  const organizationId = uniqueKey('organization');
  const { connection } = world.app.database;
  const text = '{"name":"old"}';
  const salt = 'abcdefghijklmnopqrstuv';
  const body: ChangeBodyEntity = {
    changeId: uniqueKey('change'),
    position: 0,
    subjectKind: 'FLAG',
    subjectId: 'flag_1',
    subjectKey: 'old',
    parentId: null,
    environmentId: null,
    version: 1,
    before: null,
    after: text,
    salt,
    digest: bodyDigest(salt, null, text),
  };
  const columns = {
    id: body.changeId,
    organizationId,
    sequence: '1',
    projectId: null,
    kind: 'FLAG_CREATED' as const,
    actorKind: 'SYSTEM' as const,
    actorId: null,
    actorName: 'system',
    authentication: 'ACCESS_TOKEN' as const,
    address: '',
    userAgent: '',
    requestId: 'start',
    result: 'SUCCEEDED' as const,
    bodyDigest: bodiesDigest([body], 1),
    createdAt: new Date(),
  };
  const canonical = canonicalRow(columns, 1);
  const row: ChangeEntity = { ...columns, canonical, hash: chainHash('', canonical) };
  await connection.insert('change', row);
  await connection.insert('change_body', body);
  await connection.insert('audit_head', { organizationId, sequence: '1', hash: row.hash });

  expect(canonical).not.toContain('format');
  expect(await verifyChain(connection, organizationId)).toMatchObject({ rows: 1, problem: null });
  // The second format covers this, the first did not.
  const verifier = new ChainVerifier(organizationId);
  verifier.take(row, [{ ...body, subjectKey: 'other' }]);
  expect(verifier.finish({ organizationId, sequence: '1', hash: row.hash }).problem).toBeNull();
});
