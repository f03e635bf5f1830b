/** `evaluate` in all its forms, `snapshot` and `segmentsFor`. */
import type { Stage } from './stage';
import { mutationOf, type Story } from './story';

const CONTEXTS: readonly object[] = [
  { targetingKey: 'ada', attributes: { country: 'nl', plan: 'pro', name: 'Aziz', age: 36 } },
  {
    targetingKey: 'grace',
    attributes: { plan: 'pro', since: '2025-12-31T23:59:59Z', company: { id: 7, size: 11 }, version: '2.1.0' },
  },
  { targetingKey: 'eve', attributes: { country: 'NL', blocked: true, since: '2025-01-01T00:00:00Z' } },
  { targetingKey: 'Ünïcode 🚩', attributes: { ip: ['10.1.2.3', 'no address'], company: { size: 50 }, name: 'a "quoted" z' } },
  { targetingKey: '', attributes: { plan: 'pro' } },
  { attributes: { plan: 'free', age: 20, name: 'AZ', company: { id: 'x' } } },
  { targetingKey: null },
  { targetingKey: 'zoe' },
];
const FULL = `revision epoch results { targetingKey values evaluations {
  flagKey value variation reason ruleId prerequisiteKey errorCode errorMessage flagVersion
} }`;
const SHORT = 'query ($contexts: [EvaluationContextInput!]!) { evaluate(contexts: $contexts) { revision results { values } } }';
const evaluation = (selection: string, more = ''): string =>
  `query ($contexts: [EvaluationContextInput!]!, $environmentId: ID, $flagKeys: [String!], $minRevision: RevisionInput) {
    evaluate(environmentId: $environmentId, contexts: $contexts, flagKeys: $flagKeys, minRevision: $minRevision) { ${selection} }${more} }`;
const TRACE = `flagKey variation reason trace {
  flagKey targetingKey
  flags {
    flagKey flagVersion isEnabled isArchived variations { key value } offVariation variation reason ruleId prerequisiteKey errorCode errorMessage
    prerequisites { flagKey expectedVariation actualVariation isEnabled isArchived isMet }
    targets { variation targetingKeyCount matched }
    rules { ruleId matched conditions { ...C } gate { bucketBy actual input salt seed hash bucket interval { start end } matched } serve { ...S } }
    fallthrough { ...S }
  }
  segments { segmentKey isIncluded isExcluded isMember rules { ruleId matched conditions { ...C } } }
}`;
const TRACE_FRAGMENTS = `
fragment C on ConditionTrace {
  __typename depth matched
  ... on AttributeConditionTrace { attribute actual operator expected ignoreCase }
  ... on SegmentConditionTrace { segmentOperator: operator segments { segmentKey isMember } }
  ... on GroupConditionTrace { group }
}
fragment S on ServeTrace { variation rollout { bucketBy actual input salt seed hash bucket whenMissing isExperiment intervals { variation start end } } }`;

export async function tellEvaluation(stage: Stage): Promise<void> {
  await tellShapes(stage);
  await tellCallers(stage);
  await tellBadArguments(stage);
  await tellTraces(stage);
  await tellSnapshots(stage);
}

/** Plain ones are answered before the framework; the others go the ordinary way. What they answer is the same. */
async function tellShapes({ story }: Stage): Promise<void> {
  const contexts = CONTEXTS;
  const ask = (name: string, query: string, variables: object = { contexts }, headers = {}): Promise<unknown> =>
    story.query(name, 'server key', query, variables, headers);
  await ask('everything for all contexts', evaluation(FULL));
  await ask('everything again in the same words', evaluation(FULL));
  await ask('everything by the ordinary way', evaluation(FULL), { contexts }, { 'idempotency-key': 'of-no-meaning-here' });
  await ask('everything as a GraphQL response', evaluation(FULL), { contexts }, { accept: 'application/graphql-response+json' });
  await ask('everything to a client that takes anything', evaluation(FULL), { contexts }, { accept: 'text/html, */*;q=0.1' });
  await ask('everything to a client that takes no JSON', evaluation(FULL), { contexts }, { accept: 'text/html' });
  await ask('everything with a charset', evaluation(FULL), { contexts }, { 'content-type': 'application/json; charset=UTF-8' });
  await ask('values alone', SHORT);
  await ask('some flags in their order', evaluation(FULL), {
    contexts: [{ targetingKey: 'ada' }],
    flagKeys: ['layout', 'checkout', 'layout'],
  });
  await ask('flags that are not there', evaluation(FULL), {
    contexts: [{ targetingKey: 'ada' }],
    flagKeys: ['nothing', 'beta', '', '__proto__'],
  });
  await ask('no flags', evaluation(FULL), { contexts, flagKeys: [] });
  await ask(
    'with an alias',
    '{ first: evaluate(contexts: [{ targetingKey: "ada" }]) { r: revision results { v: values } } }',
    {},
  );
  await ask(
    'two fields',
    '{ a: evaluate(contexts: [{ targetingKey: "ada" }]) { revision } b: evaluate(contexts: [{}, {}]) { results { targetingKey } } }',
    {},
  );
  await ask(
    'with names of types',
    evaluation('__typename results { __typename evaluations { __typename flagKey } }', ' __typename'),
  );
  await ask(
    'with fragments',
    `query ($contexts: [EvaluationContextInput!]!) { ...Q } fragment Q on Query { evaluate(contexts: $contexts) { ... on EvaluateResult { revision } results { ...R } } } fragment R on ContextEvaluations { targetingKey values }`,
  );
  const skipped =
    'query ($contexts: [EvaluationContextInput!]!, $yes: Boolean!) { evaluate(contexts: $contexts) { revision epoch @skip(if: $yes) results @include(if: $yes) { targetingKey } } }';
  await ask('with directives', skipped, { contexts, yes: true });
  await ask('with directives the other way', skipped, { contexts, yes: false });
  await ask(
    'with attributes in the document',
    '{ evaluate(contexts: [{ targetingKey: "x", attributes: { plan: "pro", company: { size: 12, id: null }, list: [1, 2.5, true, "a"] } }]) { results { values } } }',
    {},
  );
  const named = 'query A { evaluate(contexts: [{}]) { revision } } query B { evaluate(contexts: [{}]) { epoch } }';
  const { headers } = story.operation('server key', {});
  for (const operationName of ['A', 'B', 'C', null, 7]) {
    await story.ask(`operation ${operationName} of two`, { headers, body: JSON.stringify({ query: named, operationName }) });
  }
  await ask('with a variable too many', SHORT, { contexts: [{}], other: 1 });
  await ask('beside other fields', '{ evaluate(contexts: [{}]) { revision } viewer { apiKey { name } } }', {});
  const many = Array.from({ length: 300 }, (_, n) => ({
    targetingKey: `user-${n}`,
    attributes: { plan: n % 2 ? 'pro' : 'free' },
  }));
  await ask('for many contexts', evaluation(FULL), { contexts: many });
  const gzip = { 'accept-encoding': 'gzip, br' };
  await ask('for many contexts, compressed', evaluation(FULL), { contexts: many }, gzip);
  await ask('for many contexts, compressed again', evaluation(FULL), { contexts: many }, gzip);
  await ask('for many contexts, by the ordinary way', evaluation(FULL), { contexts: many }, { ...gzip, 'idempotency-key': 'x' });
  await ask('for few contexts that need no compression', SHORT, { contexts: [{}] }, gzip);
}

async function tellCallers({ story }: Stage): Promise<void> {
  const contexts = CONTEXTS.slice(0, 3);
  for (const who of ['client key', 'mobile key', 'viewer key', 'production key', 'admin key', 'editor key', 'owner', 'nobody']) {
    await story.query(`as the ${who}, without a place`, who, evaluation(FULL), { contexts });
  }
  const environmentId = story.kept('development');
  for (const who of ['server key', 'production key', 'admin key', 'owner', 'viewer', 'local viewer', 'outsider', 'nobody']) {
    await story.query(`as the ${who} in development`, who, evaluation(FULL), { contexts, environmentId });
  }
  const hidden = { contexts, flagKeys: ['checkout', 'shipping', 'nothing'] };
  await story.query('hidden flags as the client key', 'client key', evaluation(FULL), hidden);
  for (const [what, origin] of [['its page', 'https://pages.example.com'], ['a page of others', 'https://evil.example.com']] as const) {
    await story.query(`as the client key from ${what}`, 'client key', SHORT, { contexts }, { origin });
    await story.query(`as the mobile key from ${what}`, 'mobile key', SHORT, { contexts }, { origin });
  } // prettier-ignore
  await story.query('as the server key from a page', 'server key', SHORT, { contexts }, { origin: 'https://pages.example.com' });
  await story.query(
    'as the server key from a page that may',
    'server key',
    SHORT,
    { contexts },
    { origin: 'https://app.example.com' },
  );
}

async function tellBadArguments({ story }: Stage): Promise<void> {
  const ask = (name: string, variables: object, query = evaluation(FULL)): Promise<unknown> =>
    story.query(name, 'server key', query, variables);
  const deep = Array.from({ length: 21 }).reduce<object>((inner) => ({ a: inner }), {});
  const deeper = Array.from({ length: 101 }).reduce<object>((inner) => ({ a: inner }), {});
  const deepest = Array.from({ length: 210 }).reduce<object>((inner) => [inner], {});
  await ask('no contexts', { contexts: [] });
  await ask('too many contexts', { contexts: Array.from({ length: 1_001 }, () => ({})) });
  await ask('too many evaluations', {
    contexts: Array.from({ length: 1_000 }, () => ({})),
    flagKeys: Array.from({ length: 101 }, (_, n) => `f${n}`),
  });
  await ask('a context that is too large', {
    contexts: [{ targetingKey: 'ada' }, { attributes: { text: 'x'.repeat(65_536) } }],
    flagKeys: ['checkout', 'nothing'],
  });
  await ask('a context that is too deep', { contexts: [{ targetingKey: 'ada', attributes: deep }], flagKeys: ['layout'] });
  await ask('a context that is no argument', { contexts: [{ attributes: deeper }] });
  await ask('variables that nest too deep', { contexts: deepest });
  await ask('contexts that are none', { contexts: 'ada' });
  await ask('attributes that are a list', { contexts: [{ attributes: ['a'] }] });
  await ask('a targeting key that is a number', { contexts: [{ targetingKey: 7 }] });
  await ask('an unknown member', { contexts: [{ targetingKey: 'ada', key: 'ada' }] });
  await ask('no variables', {});
  await ask('an environment that is not there', { contexts: [{}], environmentId: 'environment_0' });
  await ask('a foreign epoch', { contexts: [{}], flagKeys: [], minRevision: { epoch: 'foreign', revision: 99 } });
  await ask('a negative revision', { contexts: [{}], flagKeys: [], minRevision: { epoch: 'foreign', revision: -1 } });
  await ask('a field that is not there', {}, '{ evaluate(contexts: [{}]) { revisoin } }');
  await ask('a syntax error', {}, '{ evaluate(contexts: [{}]) { revision }');
  await ask('attributes with odd names', {
    contexts: [{ targetingKey: 'a', attributes: { constructor: 1, toString: 'x', '/': 2 } }],
    flagKeys: ['beta'],
  });
  const { headers } = story.operation('server key', {});
  const odd = `{"query": ${JSON.stringify(SHORT)}, "variables": {"contexts": [{"targetingKey": "a", "attributes": {"__proto__": {"plan": "pro"}}}]}}`;
  await story.ask('a body with a prototype', { headers, body: odd });
}

async function tellTraces({ story }: Stage): Promise<void> {
  const query = `${evaluation(`results { evaluations { ${TRACE} } }`)}${TRACE_FRAGMENTS}`;
  for (const [index, context] of CONTEXTS.slice(0, 6).entries()) {
    for (const flagKey of ['checkout', 'banner', 'shipping']) {
      await story.query(`trace of ${flagKey} for context ${index}`, 'server key', query, {
        contexts: [context],
        flagKeys: [flagKey],
      });
    }
  }
  const contexts = CONTEXTS.slice(0, 2);
  await story.query('traces of two flags', 'owner', query, {
    contexts,
    flagKeys: ['layout', 'beta', 'nothing'],
    environmentId: story.kept('development'),
  });
  await story.query('traces as the client key', 'client key', query, { contexts, flagKeys: ['checkout', 'shipping'] });
}

async function tellSnapshots({ story }: Stage): Promise<void> {
  const query = `query ($id: ID, $than: RevisionInput, $min: RevisionInput) { snapshot(environmentId: $id, minRevision: $min) { revision epoch snapshot snapshotIfNewer(than: $than) } }`;
  const data = (await story.query('snapshot', 'server key', query)) as { snapshot: { revision: number; epoch: string } };
  const { revision, epoch } = data.snapshot;
  const newer = 'query ($than: RevisionInput) { snapshot { revision snapshotIfNewer(than: $than) } }';
  await story.query('snapshot that is known', 'server key', newer, { than: { epoch, revision } });
  await story.query(
    'snapshot that is newer',
    'server key',
    'query ($than: RevisionInput) { snapshot { revision snapshotIfNewer(than: $than) } }',
    { than: { epoch, revision: revision - 1 } },
  );
  await story.query('snapshot of another epoch', 'production key', newer, { than: { epoch, revision: 1_000 } });
  for (const who of ['client key', 'mobile key', 'admin key', 'nobody']) await story.query(`snapshot as the ${who}`, who, newer);
  const place = { id: story.kept('staging') };
  for (const who of ['viewer', 'local viewer', 'outsider', 'server key']) {
    await story.query(
      `snapshot of staging as the ${who}`,
      who,
      'query ($id: ID) { snapshot(environmentId: $id) { revision } }',
      place,
    );
  }
  const segments =
    'query ($id: ID, $context: EvaluationContextInput!) { segmentsFor(environmentId: $id, context: $context) { key name version usedBy { flagKey } } }';
  for (const [index, context] of CONTEXTS.entries()) {
    await story.query(`segments for context ${index}`, 'owner', segments, { id: story.kept('development'), context });
  }
  await story.query(
    'segments as the server key',
    'server key',
    'query ($context: EvaluationContextInput!) { segmentsFor(context: $context) { key } }',
    { context: CONTEXTS[0] },
  );
  await story.query(
    'segments as the client key',
    'client key',
    'query ($context: EvaluationContextInput!) { segmentsFor(context: $context) { key } }',
    { context: CONTEXTS[0] },
  );
  const large = { targetingKey: 'a', attributes: { text: 'x'.repeat(65_536) } };
  await story.query('segments for a context that is too large', 'owner', segments, {
    id: story.kept('development'),
    context: large,
  });
}

/** Begins a request that waits for a revision that never comes, and is noted when its time is over. */
export async function beginWaiting(story: Story): Promise<() => Promise<void>> {
  const { epoch, revision } = JSON.parse(story.kept('place of idle')) as { epoch: string; revision: number };
  const variables = { contexts: [{}], flagKeys: [], minRevision: { epoch, revision: revision + 5 } };
  const answer = story.transmit({ ...story.operation('idle key', { query: evaluation(FULL), variables }), isAlone: true });
  return async () => story.noteAnswer('a revision that is not reached', await answer);
}

export const TOGGLE = mutationOf('toggleFlag', 'configuration { isEnabled version }');
