/** Traces as a collector gets them: one tree from the mutation to the frames that it caused. */
import { randomBytes } from 'node:crypto';
import { startCollector, type CollectedSpan, type Collector } from '../support/collector';
import { eventually, makeEnvironment, makeFlag, makeProject, toggle, type Made, type MadeProject } from '../support/make';
import { makeSceneWithKey } from '../support/scene';
import { authorization, createWorld, type World } from '../support/world';

let collector: Collector;
let world: World;
let project: MadeProject;
let environment: Made;
let flag: Made;
let secret: string;
beforeAll(async () => {
  collector = await startCollector();
  world = await createWorld({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=ours',
      OTEL_SERVICE_NAME: 'flags-of-tests',
    },
  });
  ({ project, environment, flag, secret } = await makeSceneWithKey(world));
});
afterAll(async () => {
  await world.close();
  await collector.close();
});

const newTrace = (): { traceId: string; traceparent: string; spanId: string } => {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
};

/** The spans of a trace, once one of this name is there. */
const spansOf = (traceId: string, name: string): Promise<CollectedSpan[]> =>
  eventually(async () => {
    const spans = collector.spans.filter((span) => span.traceId === traceId);
    return spans.some((span) => span.name === name) && spans;
  });

const SET = `mutation Switch($input: ToggleFlagInput!) { toggleFlag(input: $input) { revisions { revision } userErrors { message } } }`;
const EVALUATE = 'query Decide($keys: [String!]) { evaluate(contexts: [{ targetingKey: "ada" }], flagKeys: $keys) { revision } }';

/** Sends it as part of a trace of the caller. */
async function traced(query: string, variables: object, credential: string): Promise<ReturnType<typeof newTrace>> {
  const trace = newTrace();
  const headers = { 'content-type': 'application/json', traceparent: trace.traceparent, ...authorization(credential) };
  const response = await fetch(world.url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  expect(((await response.json()) as { errors?: unknown }).errors).toBeUndefined();
  return trace;
}

it.each([
  ['flagChanged', 'subscription { flagChanged { revision } }', 0],
  ['evaluationsChanged', 'subscription { evaluationsChanged(context: { targetingKey: "ada" }) { revision } }', 1],
])('one tree goes from the mutation to the frames of %s', async (subscription, query, eventsBefore) => {
  const own = await makeFlag(project);
  const events = world.socket(secret).iterate({ query })[Symbol.asyncIterator]();
  const started = events.next();
  if (eventsBefore > 0) await started;
  // A subscription that is not served yet would be sent nothing.
  else
    await eventually(async () =>
      world.logLines().some(({ msg, rootFields }) => msg === 'operation' && String(rootFields) === subscription),
    );
  const input = { flagId: own.id, environmentId: environment.id, isEnabled: true };

  const trace = await traced(SET, { input }, world.owner.accessToken);
  const spans = await spansOf(trace.traceId, `send ${subscription}`);

  const named = (name: string): CollectedSpan => spans.find((span) => span.name === name)!;
  const parentOf = (name: string): string | undefined => spans.find(({ spanId }) => spanId === named(name).parentSpanId)?.name;
  expect(named('POST /graphql').parentSpanId).toBe(trace.spanId);
  expect(named('POST /graphql')).toMatchObject({ kind: 2, serviceName: 'flags-of-tests', status: 0 });
  expect(parentOf('mutation Switch')).toBe('POST /graphql');
  expect(parentOf('Mutation.toggleFlag')).toBe('mutation Switch');
  expect(parentOf('COMMIT')).toBe('Mutation.toggleFlag');
  expect(parentOf(`send ${subscription}`)).toBe('POST /graphql');
  expect(named(`send ${subscription}`)).toMatchObject({
    kind: 4,
    attributes: { 'flagstaff.environment.id': environment.id, 'messaging.operation.type': 'send' },
  });
  // Every span has its parent in the tree: one root, which the caller began.
  const ids = new Set([trace.spanId, ...spans.map(({ spanId }) => spanId)]);
  expect(spans.filter(({ parentSpanId }) => !ids.has(parentSpanId))).toEqual([]);
});

it('has statements by command and table, and nothing of what people wrote', async () => {
  const trace = await traced(
    SET,
    { input: { flagId: flag.id, environmentId: environment.id, isEnabled: true } },
    world.owner.accessToken,
  );
  const spans = await spansOf(trace.traceId, 'POST /graphql');

  const statements = spans.filter(({ attributes }) => attributes['db.system.name'] === 'postgresql');
  expect(statements.map(({ name }) => name)).toEqual(expect.arrayContaining(['START', 'WITH environment_head', 'COMMIT']));
  expect(statements.length).toBeGreaterThan(5);
  expect(JSON.stringify(spans)).not.toMatch(new RegExp(`${world.owner.accessToken}|${flag.id}`));
});

it.each([
  ['from the framework or by the fast path', 0],
  ['again, from memory', 2],
])('an evaluation %s has its span, with an event for each flag', async (_how, times) => {
  for (let i = 0; i < times; i++) await traced(EVALUATE, { keys: [flag.key] }, secret);
  const trace = await traced(EVALUATE, { keys: [flag.key, 'nothing'] }, secret);
  const spans = await spansOf(trace.traceId, 'POST /graphql');

  const events = spans.flatMap((span) => span.events);
  expect(spans.find(({ name }) => name === 'POST /graphql')).toMatchObject({ parentSpanId: trace.spanId, kind: 2 });
  expect(events.map(({ name, attributes }) => [name, attributes['feature_flag.key'], attributes['error.type']])).toEqual([
    ['feature_flag.evaluation', flag.key, undefined],
    ['feature_flag.evaluation', 'nothing', 'flag_not_found'],
  ]);
  expect(events[0]!.attributes).toMatchObject({
    'feature_flag.set.id': environment.id,
    'feature_flag.provider.name': 'flagstaff',
  });
});

it('the line of a request in the log names its trace, whichever way it took', async () => {
  const traces = [
    await traced('query Mine { viewer { user { id } } }', {}, world.owner.accessToken),
    await traced(EVALUATE, { keys: [flag.key] }, secret),
    await traced(EVALUATE, { keys: [flag.key] }, secret),
  ];

  for (const { traceId } of traces) {
    const line = await eventually(async () => world.logLines().find((each) => each.traceId === traceId));
    expect(line).toMatchObject({ msg: 'request', path: '/graphql', status: 200 });
  }
});

it('a caller that does not record its trace has none here', async () => {
  const { traceparent, traceId } = newTrace();
  const headers = { 'content-type': 'application/json', traceparent: traceparent.replace(/01$/, '00'), ...authorization(secret) };
  await fetch(world.url, { method: 'POST', headers, body: JSON.stringify({ query: EVALUATE, variables: { keys: [] } }) });
  const later = await traced(EVALUATE, { keys: [] }, secret);
  await spansOf(later.traceId, 'POST /graphql');

  expect(collector.spans.filter((span) => span.traceId === traceId)).toEqual([]);
});

it('an operation over a WebSocket begins a trace of its own, and its change is delivered in it', async () => {
  const own = await makeFlag(project);
  const input = { flagId: own.id, environmentId: environment.id, isEnabled: true };
  const live = world.socket(secret).iterate({ query: 'subscription { evaluationsChanged(context: {}) { revision } }' });
  const events = live[Symbol.asyncIterator]();
  await events.next();
  const socket = world.socket(world.owner.accessToken);
  for await (const _result of socket.iterate({ query: SET.replace('Switch', 'OverSocket'), variables: { input } }));

  const span = await eventually(async () => collector.spans.find(({ name }) => name === 'mutation OverSocket'));
  const spans = await spansOf(span.traceId, 'WebSocket operation');
  await spansOf(span.traceId, 'send evaluationsChanged');
  expect(spans.find(({ spanId }) => spanId === span.parentSpanId)).toMatchObject({
    name: 'WebSocket operation',
    parentSpanId: '',
  });
});

it('what happens by the clock leaves no traces', () => {
  const roots = new Set(
    collector.spans
      .filter(({ parentSpanId }) => parentSpanId === '')
      .map(({ name }) => name.replace(/^(GET|POST) .*/, 'request')),
  );

  expect([...roots].filter((name) => !/^(request|WebSocket operation)$/.test(name))).toEqual([]);
  expect(collector.headers[0]).toMatchObject({ 'x-tenant': 'ours', 'content-type': 'application/json' });
});

it('a collector that is away costs requests nothing, and the end a few seconds at most', async () => {
  const away = await createWorld({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } });
  const owned = await makeProject(away);
  const [at, its] = [await makeEnvironment(owned), await makeFlag(owned)];

  expect(await toggle(owned, its, at, true)).toMatchObject({ revision: expect.any(Number) as number });
  const startedAt = Date.now();
  await away.close();
  expect(Date.now() - startedAt).toBeLessThan(30_000);
});
