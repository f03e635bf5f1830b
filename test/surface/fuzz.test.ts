/**
 * Every argument and input field of the schema, given everything that it must not break by, over HTTP, WebSocket and SSE: each
 * request is answered or refused by a documented code, what is refused wrote nothing, and the log has one line of it.
 */
import { join } from 'node:path';
import { createSchema } from '../../src/schema';
import { REQUEST_ERROR_CODES, USER_ERROR_CODES } from '../../src/errors';
import { createLog } from '../../src/log';
import { PACKAGE_ROOT } from '../../src/package-root';
import { countStatementsOnce } from '../support/count-statements';
import {
  eventually,
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  mutate,
  toggle,
  uniqueKey,
  type Made,
  type MadeProject,
} from '../support/make';
import { makeMember, uniqueEmail } from '../support/members';
import { answersStill, JSON_HEADERS, send } from '../support/raw';
import { openAcknowledged, type RawSocket } from '../support/raw-socket';
import { resultsIn, STREAM_PATH, TRANSPORTS, type Transport } from '../support/transports';
import { authorization, createWorld, isEmbedded, type World } from '../support/world';
import { HOSTILE_TEXTS, hostileValues, jsonOf } from './support/hostile';
import { inputsOf, type Known } from './support/inputs';

/** A frame is closed with 1009 above 64 KiB, which other tests show. */
const FRAME_BYTES_MAX = 60_000;
/** More than any honest operation of this file sends. */
const STATEMENTS_MAX = 60;

/** All of some 15,700 requests take minutes: each of CI's two runs takes other ones, a fifth of all. */
const EVERY = process.env.CI ? 5 : 1;
const OFFSET = process.env.CI && !isEmbedded ? 1 : 0;

jest.setTimeout(300_000);

const inputs = inputsOf(createSchema(join(PACKAGE_ROOT, 'schema'))).filter(
  // It takes a Boolean alone, and would end the session of these tests.
  ({ rootField }) => rootField !== 'logOut',
);
const rootFields = [...new Set(inputs.filter(({ kind }) => kind !== 'subscription').map(({ rootField }) => rootField))];

let world: World;
let socket: RawSocket;
let requests = 0;
/** Lines that the log had before: a server that has just started says in its own time that it has found Redis. */
let linesBefore = 0;
beforeAll(async () => {
  world = await createWorld();
  if (process.env.REDIS_URL) await eventually(async () => world.logLines().some(({ msg }) => msg === 'connected to Redis'));
  linesBefore = world.logLines().length;
  socket = await openAcknowledged(world, world.owner.accessToken);
});
afterAll(() => world.close());

interface Things {
  readonly project: MadeProject;
  readonly production: Made;
  readonly flag: Made;
  readonly ids: readonly string[];
  readonly cursors: readonly string[];
  readonly known: Known;
  /** Reads what `expectedVersion` must be now. */
  readonly readVersion: () => Promise<void>;
}

/** A project in which every kind of thing is, and what else the operations need to come far. */
async function makeThings(rootField: string): Promise<Things> {
  const project = await makeProject(world);
  const [production, staging] = [await makeEnvironment(project), await makeEnvironment(project)];
  const [flag, other] = [await makeFlag(project), await makeFlag(project)];
  const segment = await makeSegment(project, { included: ['ada', 'bob', 'eve'] });
  const member = await makeMember(world, 'VIEWER', { organizationId: project.organizationId });
  await makeApiKey(project, production);
  await makeApiKey(project, production, 'CLIENT');
  await toggle(project, flag, production, true);
  const { cursors, ...read } = await readThings(project, segment);
  const input = { organizationId: project.organizationId, email: uniqueEmail(), role: 'VIEWER' };
  const { invitation } = await make<{ invitation: { id: string } }>(project.client, 'inviteMember', input, 'invitation { id }');
  const ids: Readonly<Record<string, string>> = {
    projectId: project.id,
    organizationId: project.organizationId,
    environmentId: production.id,
    fromEnvironmentId: staging.id,
    leftId: production.id,
    rightId: staging.id,
    flagId: flag.id,
    segmentId: segment.id,
    userId: member.id,
    apiKeyId: read.apiKeyId,
    sessionId: read.sessionId,
    invitationId: invitation.id,
  };
  const byRoot: Readonly<Record<string, unknown>> = {
    'node.id': flag.id,
    'environment.id': production.id,
    'flag.id': flag.id,
    'organization.id': project.organizationId,
    'project.id': project.id,
    'segment.id': segment.id,
    'environmentByKey.key': production.key,
    'flagByKey.key': flag.key,
    'projectByKey.key': project.key,
    'segmentByKey.key': segment.key,
    'createApiKey.kind': 'SERVER',
    // A right one would let the first hostile text become the password.
    'changePassword.currentPassword': 'not the password of today',
  };
  const plain: Readonly<Record<string, unknown>> = {
    variation: 'on',
    onVariation: 'on',
    offVariation: 'off',
    value: true,
    flagKey: other.key,
    attribute: 'country',
    bucketBy: 'targetingKey',
    whenMissing: 'on',
    weight: 100_000,
    epoch: read.epoch,
    revision: read.revision,
    from: '2026-01-01T00:00:00.000Z',
    to: '2026-01-02T00:00:00.000Z',
    '[values]': ['x'],
    '[segments]': [segment.key],
    '[shares]': [{ variation: 'on', weight: 100_000 }],
    '[keys]': ['somebody'],
    '[contexts]': [{ targetingKey: 'ada' }],
    '[changes]': [{ toggleFlag: { flagId: flag.id, environmentId: production.id, isEnabled: true } }],
  };
  let version = 1;
  const known: Known = (name, root) => {
    if (name === 'expectedVersion') return version;
    // The key is of a variation, or else of something new.
    if (name === 'key') return byRoot[`${root}.key`] ?? (root === 'updateFlag' || root === 'createFlag' ? 'on' : uniqueKey(name));
    if (name === 'email') return uniqueEmail();
    return byRoot[`${root}.${name}`] ?? ids[name] ?? plain[name];
  };
  const table = versionedTable(rootField);
  const readVersion = async (): Promise<void> => {
    if (table === null) return;
    const id = { flag: flag.id, environment: production.id, organization: project.organizationId, project: project.id };
    const [text, values] =
      table === 'flag_configuration'
        ? ['SELECT version FROM flag_configuration WHERE flag_id = $1 AND environment_id = $2', [flag.id, production.id]]
        : [`SELECT version FROM "${table}" WHERE id = $1`, [{ ...id, segment: segment.id }[table]]];
    const [row] = await world.app.database.connection.query<{ version: number }[]>(text, values);
    version = row?.version ?? 0;
  };
  await readVersion();
  return { project, production, flag, ids: Object.values(ids), cursors, known, readVersion };
}

type Versioned = 'flag' | 'flag_configuration' | 'environment' | 'organization' | 'project' | 'segment';

/** The table whose version `expectedVersion` is. */
function versionedTable(rootField: string): Versioned | null {
  if (/FlagConfiguration|applyChangeSet/.test(rootField)) return 'flag_configuration';
  const [, noun] = /^(?:update|delete|archive|restore)(Flag|Environment|Organization|Project|Segment)$/.exec(rootField) ?? [];
  return noun === undefined ? null : (noun.toLowerCase() as Versioned);
}

interface Page {
  readonly pageInfo: { readonly endCursor: string | null };
}

/** Ids that no mutation answers here, and a cursor of each connection in each of its orders. */
async function readThings(project: MadeProject, segment: Made) {
  const page = '(first: 1) { pageInfo { endCursor } }';
  const answer = await project.client.request<{
    viewer: { sessions: { id: string }[] };
    project: { environments: { epoch: string; revision: number; apiKeys: { id: string }[] }[] };
    pages: Record<string, Page>;
    organization: Record<string, Page>;
    segment: Record<string, Page>;
    changes: Page;
    auditLog: Page;
    organizations: Page;
  }>(
    `query ($id: ID!, $organizationId: ID!, $segmentId: ID!) {
      viewer { sessions { id } }
      project(id: $id) { environments { epoch revision apiKeys { id } } }
      pages: project(id: $id) {
        byKey: flags(first: 1, orderBy: KEY) { pageInfo { endCursor } } byName: flags(first: 1, orderBy: NAME) { pageInfo { endCursor } }
        byCreation: flags(first: 1, orderBy: CREATED_AT) { pageInfo { endCursor } } segments${page} apiKeys${page} members${page}
      }
      organization(id: $organizationId) { projects${page} members${page} }
      segment(id: $segmentId) { keys(list: INCLUDED, first: 1) { pageInfo { endCursor } } history${page} }
      changes(projectId: $id, first: 1) { pageInfo { endCursor } }
      auditLog(organizationId: $organizationId, first: 1) { pageInfo { endCursor } }
      organizations${page}
    }`,
    { id: project.id, organizationId: project.organizationId, segmentId: segment.id },
  );
  const pages = [
    ...[answer.pages, answer.organization, answer.segment].flatMap((part) => Object.values(part)),
    ...[answer.changes, answer.auditLog, answer.organizations],
  ];
  const cursors = [...new Set(pages.flatMap(({ pageInfo }) => pageInfo.endCursor ?? []))];
  const [environment] = answer.project.environments.filter(({ apiKeys }) => apiKeys.length > 0);
  return {
    cursors,
    apiKeyId: environment!.apiKeys[0]!.id,
    epoch: environment!.epoch,
    revision: environment!.revision,
    sessionId: answer.viewer.sessions[0]!.id,
  };
}

/** Counts of all rows, and the last transaction that wrote one; without what is written of refusals and of uses. */
async function written(): Promise<unknown> {
  const tables =
    'app_user organization project environment role_binding audit_head access_head environment_head change change_body ' +
    'environment_revision flag flag_configuration segment segment_key invitation session refresh_token password_reset';
  const parts = tables
    .split(' ')
    .map((table) => `SELECT '${table}' AS name, count(*)::int AS rows, max(xmin::text::bigint)::text AS last FROM "${table}"`);
  return world.app.database.connection.query(parts.join(' UNION ALL '));
}

/** The end of the transactions that have written: while it stays, nobody wrote anything, which is quicker to ask. */
async function lastWrite(): Promise<string> {
  const [row] = await world.app.database.connection.query<{ end: string }[]>(
    'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS end',
  );
  return row!.end;
}

interface Answer {
  readonly data?: Readonly<Record<string, { readonly userErrors?: readonly { readonly code: string }[] } | null>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

async function ask(transport: Transport, payload: string): Promise<Answer> {
  const id = `fuzz-${requests++}`;
  if (transport !== 'WebSocket') {
    const headers = { ...JSON_HEADERS, ...authorization(world.owner.accessToken), 'x-request-id': id };
    const path = transport === 'SSE' ? STREAM_PATH : '/graphql';
    const { status, body } = await send(world, { path, headers, body: payload });
    const result: unknown = transport === 'SSE' && typeof body === 'string' ? resultsIn(body)[0] : body;
    if (typeof result !== 'object' || status >= 500) throw new Error(`${status} ${JSON.stringify(body)}`);
    return result as Answer;
  }
  socket.send(`{"id":"${id}","type":"subscribe","payload":${payload}}`);
  const { type, payload: answer } = (await socket.next()) as { type: string; payload: unknown };
  if (type === 'error') return { errors: answer as Answer['errors'] };
  await socket.next();
  return answer as Answer;
}

const DOCUMENTED = new Set<string>([...REQUEST_ERROR_CODES, ...USER_ERROR_CODES]);
DOCUMENTED.delete('INTERNAL_SERVER_ERROR');

/** The faults of an answer; null when there is none. */
function wrongs({ data, errors = [] }: Answer): string | null {
  const codes = [
    ...errors.map(({ extensions }) => extensions.code),
    ...Object.values(data ?? {}).flatMap((payload) => payload?.userErrors?.map(({ code }) => code) ?? []),
  ];
  const undocumented = codes.filter((code) => !DOCUMENTED.has(code));
  if (undocumented.length > 0) return `answers ${undocumented.join(', ')}`;
  return data === undefined && errors.length === 0 ? 'answers nothing' : null;
}

const isRefused = ({ data, errors = [] }: Answer): boolean =>
  errors.length > 0 || Object.values(data ?? {}).some((payload) => (payload?.userErrors?.length ?? 0) > 0);

/** Queries leave things as they are. */
let shared: Promise<Things> | null = null;

it.each(rootFields)(
  'answers or refuses whatever is given to %s, and writes nothing when it refuses',
  async (rootField) => {
    const isQuery = inputs.find((input) => input.rootField === rootField)!.kind === 'query';
    const things = await (isQuery ? (shared ??= makeThings('')) : makeThings(rootField));
    const problems: string[] = [];
    let lastBefore = await lastWrite();
    let before = await written();
    let turn = 0;
    let position = 0;
    for (const input of inputs.filter((other) => other.rootField === rootField)) {
      for (const value of hostileValues(input.type, input.name, things.ids, things.cursors)) {
        if (position++ % EVERY !== OFFSET) continue;
        // Not an id of another kind, but the thing itself.
        if (input.type === 'ID' && things.known(input.name, rootField) === value) continue;
        await things.readVersion();
        const payload = jsonOf({ query: input.document, variables: input.variables(things.known, value) });
        const transport = payload.length > FRAME_BYTES_MAX ? 'HTTP' : TRANSPORTS[turn++ % TRANSPORTS.length]!;
        const note = (what: string): void =>
          void problems.push(`${transport} ${input.label} ${(jsonOf(value) ?? 'undefined').slice(0, 80)}: ${what}`);
        try {
          const { result: answer, statements } = await countStatementsOnce(world, () => ask(transport, payload));
          const wrong = wrongs(answer);
          if (wrong !== null) note(wrong);
          if (statements.length > STATEMENTS_MAX) note(`takes ${statements.length} statements`);
          const lastAfter = await lastWrite();
          if (lastAfter === lastBefore) continue;
          const after = await written();
          if (isRefused(answer) && JSON.stringify(after) !== JSON.stringify(before)) note('wrote, although it refused');
          [lastBefore, before] = [lastAfter, after];
        } catch (error) {
          note(String(error));
        }
      }
    }

    expect(problems).toEqual([]);
    expect(await answersStill(world)).toBe(true);
  },
  300_000,
);

const subscriptions = [...new Set(inputs.filter(({ kind }) => kind === 'subscription').map(({ rootField }) => rootField))];

it.each(subscriptions)('answers or refuses whatever is given to the subscription %s', async (rootField) => {
  const { project, production, flag, ids, cursors, known } = await makeThings(rootField);
  const payloads = inputs
    .filter((input) => input.rootField === rootField)
    .flatMap((input) =>
      hostileValues(input.type, input.name, ids, cursors)
        .map((value) => jsonOf({ query: input.document, variables: input.variables(known, value) }))
        .filter((payload) => payload.length < FRAME_BYTES_MAX),
    );
  const answers = new Map<string, Answer>();
  // A socket may have at most 100 operations at once.
  for (let at = 0; at < payloads.length; at += 90) {
    const socketOfTheir = await openAcknowledged(world, world.owner.accessToken);
    const some = payloads.slice(at, at + 90);
    for (const [i, payload] of some.entries()) socketOfTheir.send(`{"id":"${at + i}","type":"subscribe","payload":${payload}}`);
    // A keen one comes last, and tells when those before it have had their turn.
    const keen = `subscription { flagChanged(environmentId: "${production.id}") { revision } }`;
    socketOfTheir.send({ id: 'keen', type: 'subscribe', payload: { query: keen } });
    requests += some.length + 1;
    let isHeard = false;
    const hear = async (): Promise<void> => {
      while (!isHeard) {
        const { id, type, payload } = (await socketOfTheir.next()) as { id: string; type: string; payload: unknown };
        if (id === 'keen') isHeard = true;
        else if (type === 'error') answers.set(id, { errors: payload as Answer['errors'] });
        else if (type === 'next') answers.set(id, payload as Answer);
      }
    };
    const hearing = hear();
    for (let isEnabled = false; !isHeard; isEnabled = !isEnabled) {
      await toggle(project, flag, production, isEnabled);
      await answersStill(world);
    }
    await hearing;
    socketOfTheir.close();
  }

  expect([...answers.values()].map(wrongs).filter((wrong) => wrong !== null)).toEqual([]);
  expect(answers.size).toBeGreaterThan(payloads.length / 2);
  expect(await answersStill(world)).toBe(true);
});

it('answers or refuses whatever is given as an operation name, as a header or as a literal', async () => {
  const problems: string[] = [];
  const headers = { ...JSON_HEADERS, ...authorization(world.owner.accessToken) };
  const note = (what: string, { status, body }: { status: number; body: unknown }): void => {
    const wrong = typeof body === 'object' && status < 500 ? wrongs(body as Answer) : `${status} ${JSON.stringify(body)}`;
    if (wrong !== null) problems.push(`${what}: ${wrong}`);
  };
  for (const text of HOSTILE_TEXTS) {
    const query = '{ viewer { user { id } } }';
    note('operationName', await send(world, { headers, body: JSON.stringify({ query, operationName: text }) }));
    note('variable', await send(world, { headers, body: JSON.stringify({ query, variables: { [text]: text } }) }));
    note('extension', await send(world, { headers, body: JSON.stringify({ query, extensions: { [text]: text } }) }));
    note('query', await send(world, { headers, body: JSON.stringify({ query: text }) }));
    const literal = JSON.stringify(text);
    note('literal', await send(world, { headers, body: JSON.stringify({ query: `{ node(id: ${literal}) { id } }` }) }));
    const block = `{ node(id: """${text.replaceAll('"', '')}""") { id } }`;
    note('block', await send(world, { headers, body: JSON.stringify({ query: block }) }));
    socket.send({ id: 'named', type: 'subscribe', payload: { query, operationName: text } });
    requests++;
    const { type, payload } = (await socket.next()) as { type: string; payload: Answer['errors'] & Answer };
    if (type !== 'error') await socket.next();
    note('operationName over WebSocket', { status: 200, body: type === 'error' ? { errors: payload } : payload });
    // Texts that Node's own client refuses to write as a header are sent by hand in other tests.
    if (!/^[\t\x20-\x7e\x80-\xff]{1,8000}$/.test(text)) continue;
    for (const name of [
      'idempotency-key',
      'x-request-id',
      'user-agent',
      'origin',
      'referer',
      'accept-language',
      'x-forwarded-for',
    ])
      note(name, await send(world, { headers: { ...headers, [name]: text }, body: JSON.stringify({ query }) }));
    for (const authorization of [text, `Bearer ${text}`, `Basic ${text}`])
      note('authorization', await send(world, { headers: { ...JSON_HEADERS, authorization }, body: JSON.stringify({ query }) }));
  }

  expect(problems).toEqual([]);
  expect(await answersStill(world)).toBe(true);
});

it('gives back every text that it takes as it was given', async () => {
  const { client } = await makeProject(world);
  const taken: string[] = [];
  for (const name of HOSTILE_TEXTS) {
    const payload = await mutate<{ organization: { name: string } | null }>(
      client,
      'createOrganization',
      { key: uniqueKey('organization'), name },
      'organization { name }',
    );
    if (payload.organization === null) expect(payload.userErrors).toHaveLength(1);
    else {
      expect(payload.organization.name).toBe(name);
      taken.push(name);
    }
  }

  expect(taken).toEqual(
    HOSTILE_TEXTS.filter((text) => text.trim() !== '' && text.length <= 255 && text.isWellFormed() && !text.includes('\0')),
  );
});

it('writes one line into the log for each of all these requests', async () => {
  await eventually(async () => world.logLines().length - linesBefore >= requests);
  const all = world.logLines().slice(linesBefore);
  // A stream has one when it begins, which may be long before the other.
  const lines = all.filter(({ path, msg }) => path !== STREAM_PATH || msg === 'request');
  const counts = new Map<unknown, number>();
  for (const { requestId } of lines) counts.set(requestId, (counts.get(requestId) ?? 0) + 1);

  expect([...new Set(all.map(({ msg }) => msg))].sort()).toEqual(['operation', 'request']);
  expect([...counts].filter(([requestId, count]) => requestId === undefined || count !== 1)).toEqual([]);
  expect(counts.size).toBeGreaterThanOrEqual(requests);
});

it('writes no character into the log that a terminal obeys or a line ends by', () => {
  const written: string[] = [];
  const log = createLog('info', { write: (line) => void written.push(line) });
  const texts = [...HOSTILE_TEXTS, '\u007f\u0080\u009f', '\u200e\u200f\u061c', '\u202a\u202e\u2066\u2069'];

  for (const text of texts) log.info({ [text]: text, err: new Error(text), path: { inner: [text] } }, text);

  expect(written).toHaveLength(texts.length);
  for (const [i, line] of written.entries()) {
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    expect(line).toMatch(/^[^\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]*\n$/);
    expect((JSON.parse(line) as { msg: string }).msg).toBe(texts[i]);
  }
});
