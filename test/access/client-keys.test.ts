/**
 * CLIENT and MOBILE keys never see rules, segments, prerequisites, other flags, other environments, traces, names and
 * texts. A world with a distinct mark in every such field is asked in every way, and every byte of every answer is searched
 * for every mark.
 */
import { isObjectType, type GraphQLField } from 'graphql';
import { join } from 'node:path';
import { createSchema } from '../../src/schema';
import { PACKAGE_ROOT } from '../../src/package-root';
import { findIn, type LeakSource } from '../support/leaks';
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
import { openAcknowledged } from '../support/raw-socket';
import { authorization, createWorld, type World } from '../support/world';

const marks = new Map<string, string>();
function mark(name: string): string {
  const text = `mark${marks.size}x${Math.random().toString(36).slice(2, 10)}`;
  marks.set(name, text);
  return text;
}

const schema = createSchema(join(PACKAGE_ROOT, 'schema'));
const CONTEXTS = [
  { targetingKey: 'ada' },
  { targetingKey: 'bob', attributes: { plan: 'x' } },
  { attributes: {} },
  { targetingKey: '' },
];
/** The flags that a client may see. */
const VISIBLE = ['visible', 'broken', 'gated', 'split'];

let world: World;
let project: MadeProject;
let environment: Made;
let other: Made;
let ids: string[];
let hiddenKeys: string[];
let flags: Record<string, Made>;
const keys: Record<string, string> = {};

beforeAll(async () => {
  world = await createWorld();
  project = await makeProject(world);
  environment = await makeEnvironment(project, mark('key of the environment'));
  other = await makeEnvironment(project, mark('key of another environment'));
  const values = (name: string): object[] => [
    {
      key: 'on',
      name: mark(`name of a variation of ${name}`),
      value: 'yes',
    },
    { key: 'off', value: 'no' },
    { key: mark(`variation of ${name} that is not served`), value: mark(`value of ${name} that is not served`) },
  ];
  const flagOf = (name: string, isClientAvailable: boolean, key?: string): Promise<Made> =>
    makeFlag(project, {
      key: key ?? name,
      name: mark(`name of ${name}`),
      description: mark(`description of ${name}`),
      tags: [mark(`tag of ${name}`)],
      valueType: 'STRING',
      variations: values(name),
      onVariation: 'on',
      offVariation: 'off',
      isClientAvailable,
    });
  const hidden = await flagOf('hidden', false, mark('key of a hidden flag'));
  const gate = await flagOf('gate', false, mark('key of a prerequisite'));
  flags = {};
  for (const name of VISIBLE) flags[name] = await flagOf(name, true);
  const inner = await makeSegment(project, { key: mark('key of an inner segment'), name: mark('name of an inner segment') });
  const segment = await makeSegment(project, {
    key: mark('key of a segment'),
    name: mark('name of a segment'),
    description: mark('description of a segment'),
    included: ['ada', mark('key in a segment')],
    excluded: [mark('key out of a segment')],
    rules: [
      {
        id: mark('id of a rule of a segment'),
        name: mark('name of a rule of a segment'),
        conditions: [{ segment: { operator: 'IN_SEGMENT', segments: [inner.key] } }],
      },
    ],
  });
  const rules = (name: string, variation: string): object[] => [
    {
      id: mark(`id of the first rule of ${name}`),
      name: mark(`name of the first rule of ${name}`),
      conditions: [{ segment: { operator: 'IN_SEGMENT', segments: [segment.key] } }],
      serve: { variation: 'on' },
    },
    {
      id: mark(`id of the second rule of ${name}`),
      conditions: [
        { attribute: { attribute: mark(`attribute of ${name}`), operator: 'IN', values: [mark(`compared value of ${name}`)] } },
      ],
      serve: { variation },
    },
  ];
  const notServed = (name: string): string => marks.get(`variation of ${name} that is not served`)!;
  const targetsOf = (name: string): object[] => [{ variation: 'on', targetingKeys: [mark(`target of ${name}`)] }];
  const off = { offVariation: 'off', fallthrough: { variation: 'off' } };
  for (const name of VISIBLE) {
    const flag = flags[name]!;
    await configure(project, flag, environment, { ...off, targets: targetsOf(name), rules: rules(name, notServed(name)) });
    const elsewhere = { ...off, fallthrough: { variation: notServed(name) } };
    await configure(project, flag, other, elsewhere);
  }
  await configure(project, gate, environment, { ...off, isEnabled: false });
  await configure(project, hidden, environment, { ...off, rules: rules('hidden', 'on') });
  const at = { expectedVersion: 1 };
  await configure(project, flags.gated!, environment, { ...off, ...at, prerequisites: [{ flagKey: gate.key, variation: 'on' }] });
  const shares = [
    { variation: 'on', weight: 50_000 },
    { variation: 'off', weight: 50_000 },
  ];
  const rollout = { shares, whenMissing: 'off', bucketBy: mark('attribute of a rollout') };
  await configure(project, flags.split!, environment, { ...off, ...at, fallthrough: { rollout } });
  // Inserted by SQL, because the API would refuse it: a flag that cannot be decided, because of things that a client must
  // not know.
  await world.app.database.connection.query(
    `UPDATE flag_configuration SET off_variation = $3, rules = replace(rules::text, $4, $5)::jsonb WHERE flag_id = $1 AND environment_id = $2`,
    [flags.broken!.id, environment.id, mark('variation that is gone'), segment.key, mark('segment that is gone')],
  );
  for (const kind of ['CLIENT', 'MOBILE', 'SERVER']) keys[kind] = await makeApiKey(project, environment, kind);
  const archived = await flagOf('archived', false, mark('key of an archived flag'));
  await make(project.client, 'archiveFlag', { flagId: archived.id, expectedVersion: 1 }, 'flag { id }');
  hiddenKeys = [hidden.key, gate.key, archived.key];
  const changes = await world.app.database.connection.query<{ id: string }[]>('SELECT id FROM change ORDER BY sequence LIMIT 8');
  const tables = ['api_key', 'app_user', 'organization', 'project', 'environment', 'flag', 'segment', 'session'];
  const rows = await Promise.all(
    tables.map((table) => world.app.database.connection.query<{ id: string }[]>(`SELECT id FROM "${table}"`)),
  );
  const configurations = VISIBLE.map((name) => `${flags[name]!.id}_${environment.id.split('_')[1]}`);
  ids = [...changes, ...rows.flat()].map(({ id }) => id).concat(configurations);
}, 120_000);
afterAll(() => world.close());

interface Route {
  readonly path?: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** The whole answer: status, headers, body. Text that the request itself contained is removed. */
async function fetched(
  credential: string,
  { path = '/graphql', method = 'POST', body, headers = {} }: Route,
): Promise<LeakSource> {
  const response = await fetch(new URL(path, world.url), {
    method,
    headers: { ...authorization(credential), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  const name = `${method} ${path} ${JSON.stringify(body ?? null)}`;
  return without({ name, text: `${response.status}\n${head}\n${await response.text()}` }, name);
}

/** A caller that asks by a name knows it: repeating it reveals nothing. */
function without({ name, text }: LeakSource, asked: string): LeakSource {
  const said = [...marks.values()].filter((word) => asked.includes(word));
  return { name: name.slice(0, 200), text: said.reduce((rest, word) => rest.replaceAll(word, ''), text) };
}

const EVALUATION = 'flagKey value variation reason ruleId prerequisiteKey errorCode errorMessage flagVersion';

function evaluateBody(flagKeys: string[] | null, selection = EVALUATION): object {
  const query = `query ($contexts: [EvaluationContextInput!]!, $flagKeys: [String!]) {
    evaluate(contexts: $contexts, flagKeys: $flagKeys) { revision results { targetingKey values evaluations { ${selection} } } } }`;
  return { query, variables: { contexts: CONTEXTS, flagKeys } };
}

/** A document that asks a root field for all that it has, two levels deep. */
function documentOf(kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>, id: string): object {
  const given = field.args
    .map(({ name, type }) => [name, type, argumentOf(name, String(type), id)] as const)
    .filter(([, , value]) => value !== undefined);
  const declared = given.map(([name, type]) => `$${name}: ${String(type)}`).join(', ');
  const passed = given.map(([name]) => `${name}: $${name}`).join(', ');
  const type = schema.getType(String(field.type).replaceAll(/[[\]!]/g, ''));
  const selection = isObjectType(type) ? `{ ${selectionOf(type.getFields(), 2)} }` : '{ id __typename }';
  return {
    query: `${kind} ${declared === '' ? '' : `(${declared})`} { ${field.name}${passed === '' ? '' : `(${passed})`} ${selection} }`,
    variables: Object.fromEntries(given.map(([name, , value]) => [name, value])),
  };
}

function selectionOf(fields: Readonly<Record<string, GraphQLField<unknown, unknown>>>, depth: number): string {
  const parts = Object.values(fields).flatMap((field) => {
    if (field.args.some(({ type, defaultValue }) => String(type).endsWith('!') && defaultValue === undefined)) return [];
    const type = schema.getType(String(field.type).replaceAll(/[[\]!]/g, ''));
    if (!isObjectType(type)) return String(field.type).includes('Node') ? [] : [field.name];
    return depth === 0 ? [] : [`${field.name} { ${selectionOf(type.getFields(), depth - 1)} }`];
  });
  return ['__typename', ...parts].join(' ');
}

function argumentOf(name: string, type: string, id: string): unknown {
  if (name === 'contexts') return CONTEXTS;
  if (name === 'context') return CONTEXTS[0];
  if (name === 'environmentId') return environment.id;
  if (type.startsWith('ID')) return id;
  if (type === 'String!') return 'visible';
  return undefined;
}

async function everyAnswer(credential: string): Promise<LeakSource[]> {
  const places: LeakSource[] = [];
  const note = async (route: Route): Promise<void> => void places.push(await fetched(credential, route));
  const names = [...VISIBLE, ...hiddenKeys, 'no-such-flag', '__proto__', ''];
  for (const flagKeys of [null, names, ...names.map((name) => [name])]) await note({ body: evaluateBody(flagKeys) });
  await note({ body: evaluateBody(VISIBLE, `${EVALUATION} trace { __typename }`) });
  for (const field of Object.values(schema.getQueryType()!.getFields())) {
    const places = field.args.some(({ type }) => String(type).startsWith('ID')) ? ids : [''];
    for (const id of field.name === 'node' ? [] : places) await note({ body: documentOf('query', field, id) });
  }
  for (const id of ids) {
    await note({ body: { query: 'query ($id: ID!) { node(id: $id) { __typename id } }', variables: { id } } });
    const type = schema.getType(/"__typename":"(\w+)"/.exec(places.at(-1)!.text)?.[1] ?? '');
    if (!isObjectType(type)) continue;
    const query = `query ($id: ID!) { node(id: $id) { ... on ${type.name} { ${selectionOf(type.getFields(), 1)} } } }`;
    await note({ body: { query, variables: { id } } });
  }
  await note({
    body: {
      query: `{ viewer { ${selectionOf((schema.getType('Viewer') as never as { getFields: () => Record<string, GraphQLField<unknown, unknown>> }).getFields(), 2)} } }`,
    },
  });
  await note({ body: { query: `{ evaluate(contexts: [{}], flagKeys: "${hiddenKeys[0]}", hint: 1) { nothing } }` } });
  await note({ body: { query: '{ __type(name: "Flag") { fields { name } } evaluate(contexts: []) { revision } }' } });
  for (const context of [...CONTEXTS, null, [], { targetingKey: 5 }, { targetingKey: { a: 1 } }]) {
    await note({ path: '/ofrep/v1/evaluate/flags', body: { context } });
    for (const name of names) await note({ path: `/ofrep/v1/evaluate/flags/${encodeURIComponent(name)}`, body: { context } });
    await note({ path: `/environments/${environment.id}/flags`, body: { kind: 'user', key: 'ada', ...context } });
  }
  await note({
    path: '/ofrep/v1/evaluate/flags',
    headers: { 'x-flagstaff-environment': other.id },
    body: { context: CONTEXTS[0] },
  });
  for (const place of [environment.key, other.id, other.key])
    await note({ path: `/environments/${place}/flags`, body: { kind: 'user', key: 'ada' } });
  await note({ path: `/organizations/${project.organizationId}/audit-log.jsonl`, method: 'GET' });
  for (const path of ['/livez', '/readyz', '/metrics', '/graphiql', '/nowhere']) await note({ path, method: 'GET' });
  return places;
}

/** The messages of the sockets and the event stream, including changes. */
async function everyEvent(credential: string): Promise<LeakSource[]> {
  const socket = await openAcknowledged(world, credential);
  const followed = 'visible';
  const asked = [
    `subscription { evaluationsChanged(context: { targetingKey: "ada" }) { revision epoch evaluations { ${EVALUATION} } } }`,
    `subscription { evaluationsChanged(context: { targetingKey: "eve" }, flagKeys: ${JSON.stringify([...VISIBLE, ...hiddenKeys])}) { revision evaluations { ${EVALUATION} } } }`,
    'subscription { flagChanged(since: { epoch: "none", revision: 0 }) { kind changes { flagKey segmentKey wire flag { name tags } } } }',
    `subscription { evaluationsChanged(environmentId: "${other.id}", context: {}) { evaluations { ${EVALUATION} } } }`,
    'query { snapshot { snapshot } }',
  ];
  asked.forEach((query, i) => socket.send({ id: String(i), type: 'subscribe', payload: { query } }));
  const place = (text: unknown): LeakSource => without({ name: 'socket', text: JSON.stringify(text) }, asked.join(' '));
  const events: LeakSource[] = [];
  // One for each, and a complete for the query of a key that may ask it.
  for (let i = 0; i < asked.length; i++) events.push(place(await socket.next()));
  const bulk = await fetch(new URL('/ofrep/v1/evaluate/flags', world.url), {
    method: 'POST',
    headers: { ...authorization(credential), 'content-type': 'application/json' },
    body: '{"context":{"targetingKey":"ada"}}',
  });
  const url = /"[^"]*(\/ofrep\/v1\/event-stream[^"]*)"/.exec((await bulk.text()).replaceAll('\\/', '/'))?.[1];
  const abort = new AbortController();
  const stream = url === undefined ? null : await fetch(new URL(url, world.url), { signal: abort.signal });
  const reader = stream?.body?.getReader();
  if (reader) events.push({ name: 'event stream', text: Buffer.from((await reader.read()).value ?? []).toString() });
  for (const isEnabled of [false, true]) {
    await toggle(project, flags[followed]!, environment, isEnabled);
    events.push(place(await socket.next()));
  }
  if (reader) {
    events.push({ name: 'event stream', text: Buffer.from((await reader.read()).value ?? []).toString() });
    abort.abort();
  }
  socket.close();
  return events;
}

it.each(['CLIENT', 'MOBILE'])('shows none of it to a %s key, however it asks', async (kind) => {
  const answers = await everyAnswer(keys[kind]!);
  const events = await everyEvent(keys[kind]!);

  expect(findIn([...answers, ...events], marks)).toEqual([]);
  const all = answers.map(({ text }) => text).join('\n');
  // Each of them got its own flags.
  for (const name of VISIBLE) expect(all).toContain(`"flagKey":"${name}"`);
  expect(all).toContain('"PREREQUISITE_FAILED"');
  expect(all).toContain('"PARSE_ERROR"');
  expect(all).toContain('"RULE_MATCH"');
  expect(answers.length).toBeGreaterThan(200);
  expect(events.map(({ text }) => text).join('')).toContain('evaluationsChanged');
  expect(events.filter(({ name }) => name === 'event stream')).toHaveLength(2);
});

it('shows the marks to a SERVER key and to the owner, so that the other tests can find them', async () => {
  const ofServer = findIn(await everyAnswer(keys.SERVER!), marks).map((found) => found.split(':')[0]);
  const ofOwner = findIn(await everyAnswer(world.owner.accessToken), marks).map((found) => found.split(':')[0]);
  const seen = new Set([...ofServer, ...ofOwner]);

  expect(ofServer).toEqual(
    expect.arrayContaining([
      'id of the first rule of visible',
      'key of a prerequisite',
      'segment that is gone',
      'key of a segment',
    ]),
  );
  expect([...marks.keys()].filter((name) => !seen.has(name))).toEqual([]);
});
