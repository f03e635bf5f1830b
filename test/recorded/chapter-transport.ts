/** Requests refused or answered before any word of business: methods, bodies, types, paths, origins, health and pages. */
import { buildClientSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema, type IntrospectionQuery } from 'graphql';
import type { Stage } from './stage';
import { dataOf, digestOf } from './story';

const JSON_TYPE = { 'content-type': 'application/json' };
const QUERY = '{ viewer { user { id } } }';
const BODY = JSON.stringify({ query: QUERY });

export async function tellTransport(stage: Stage): Promise<void> {
  await tellMethods(stage);
  await tellBodies(stage);
  await tellDocuments(stage);
  await tellOrigins(stage);
  await tellPages(stage);
  await tellIntrospection(stage);
}

async function tellMethods({ story }: Stage): Promise<void> {
  const owner = story.as('owner');
  const asked = `/graphql?query=${encodeURIComponent(QUERY)}`;
  await story.ask('GET', { method: 'GET', path: asked, headers: owner });
  await story.ask('GET with the header of CSRF prevention', {
    method: 'GET',
    path: asked,
    headers: { ...owner, 'apollo-require-preflight': '1' },
  });
  await story.ask('GET with a content type', { method: 'GET', path: asked, headers: { ...owner, ...JSON_TYPE } });
  const variables = encodeURIComponent('{"id":"flag_0"}');
  const node = `/graphql?query=${encodeURIComponent('query ($id: ID!) { node(id: $id) { id } }')}&variables=`;
  const csrf = { ...owner, 'apollo-require-preflight': '1' };
  await story.ask('GET with variables', { method: 'GET', path: node + variables, headers: csrf });
  await story.ask('GET with variables that are no JSON', { method: 'GET', path: `${node}%7B`, headers: csrf });
  await story.ask('GET without a query', { method: 'GET', path: '/graphql', headers: csrf });
  await story.ask('GET with a mutation', {
    method: 'GET',
    path: `/graphql?query=${encodeURIComponent('mutation { logOut(input: {}) { endedSessionCount } }')}`,
    headers: csrf,
  });
  await story.ask('HEAD', { method: 'HEAD', path: asked, headers: csrf });
  for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE'])
    await story.ask(method, { method, headers: { ...owner, ...JSON_TYPE }, body: method === 'TRACE' ? undefined : BODY });
  await story.ask('OPTIONS', { method: 'OPTIONS', headers: owner });
  for (const path of [
    '/nothing',
    '/graphql/',
    '/graphql/nothing',
    '/metrics',
    '/favicon.ico',
    '/auth/oidc/log-in',
    '/auth/oidc/callback',
    '/%E0%A4%A',
    '//',
    '/GRAPHQL',
  ]) {
    await story.ask(`GET ${path}`, { method: 'GET', path, headers: {} });
  }
  await story.ask('POST to nothing', { path: '/nothing', headers: JSON_TYPE, body: BODY });
}

async function tellBodies({ story }: Stage): Promise<void> {
  const headers = { ...JSON_TYPE, ...story.as('owner') };
  const bodies: readonly (readonly [string, string | undefined])[] = [
    ['no body', undefined],
    ['half of JSON', '{"query": "{ viewer'],
    ['text', 'viewer'],
    ['null', 'null'],
    ['a number', '7'],
    ['a batch', `[${BODY}]`],
    ['no query', '{}'],
    ['a query that is null', '{"query": null}'],
    ['a query that is a number', '{"query": 7}'],
    ['an empty query', '{"query": ""}'],
    ['variables that are text', JSON.stringify({ query: QUERY, variables: 'x' })],
    ['variables that are a list', JSON.stringify({ query: QUERY, variables: [] })],
    ['extensions that are text', JSON.stringify({ query: QUERY, extensions: 'x' })],
    ['a persisted query', JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: '0' } } })],
    ['an unknown member', JSON.stringify({ query: QUERY, id: 7 })],
  ];
  for (const [what, body] of bodies) await story.ask(what, { headers, ...(body === undefined ? {} : { body }) });
  for (const type of [
    'text/plain',
    'application/graphql',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=latin1',
    '',
  ]) {
    await story.ask(`a body of the type "${type}"`, { headers: { ...headers, 'content-type': type }, body: BODY });
  }
  await story.ask('bytes that are no UTF-8', { headers, body: Buffer.from([0x7b, 0xff, 0x7d]) });
  await story.ask('a body that is compressed', { headers: { ...headers, 'content-encoding': 'gzip' }, body: BODY });
  const large = JSON.stringify({ query: QUERY, variables: { text: 'x'.repeat(300_000) } });
  await story.ask('a body that is too large for its operation', { headers, body: large });
  await story.ask('a body that is too large for nobody', { headers: JSON_TYPE, body: large });
  await story.ask('a body that is too large, in parts', {
    headers: JSON_TYPE,
    parts: Array.from({ length: 10 }, () => 'x'.repeat(30_000)),
  });
  const segment = {
    query: 'mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { userErrors { code message } } }',
    variables: { input: { projectId: 'project_0', key: 'a', name: 'A', included: ['x'.repeat(300_000)] } },
  };
  await story.ask('a body that may be as large', { headers, body: JSON.stringify(segment) });
  await story.ask('a body that is larger than any may be', { headers, body: `{"query": "${'x'.repeat(8 * 1024 * 1024)}"}` });
  await story.ask('a small body, in parts', { headers, parts: [BODY.slice(0, 5), BODY.slice(5)] });
  for (const authorization of [
    'Bearer',
    'Bearer ',
    'Basic b2xnYTp4',
    'Bearer guessed',
    'bearer guessed',
    'Bearer fs_server_0123456789012345678901234567890000000',
    `Bearer ${'x'.repeat(5_000)}`,
  ]) {
    await story.ask(`a credential ${authorization.slice(0, 40)}`, { headers: { ...JSON_TYPE, authorization }, body: BODY });
  }
}

async function tellDocuments({ story }: Stage): Promise<void> {
  const nested = (levels: number): string =>
    `{ node(id: "x") { ... on Flag { ${'project { flags { nodes { '.repeat(levels)} key ${'} } }'.repeat(levels)} } } }`;
  const documents: readonly (readonly [string, string])[] = [
    ['a syntax error', '{ viewer {'],
    ['an unknown field', '{ viewr { user { id } } }'],
    ['an unknown argument', '{ node(key: "x") { id } }'],
    ['a missing argument', '{ node { id } }'],
    ['an argument of another type', '{ node(id: true) { id } }'],
    ['an unknown type', '{ node(id: "x") { ... on Flagg { key } } }'],
    ['an unknown directive', '{ viewer @later { user { id } } }'],
    ['no selection', '{ viewer }'],
    ['a selection of a leaf', '{ viewer { user { id { x } } } }'],
    ['fields in conflict', '{ viewer { user { x: id x: name } } }'],
    ['an unused fragment', '{ viewer { user { id } } } fragment F on User { id }'],
    ['fragments in a circle', '{ viewer { user { ...F } } } fragment F on User { ...F }'],
    ['an unused variable', 'query ($id: ID!) { viewer { user { id } } }'],
    ['an undefined variable', '{ node(id: $id) { id } }'],
    ['no operation', 'fragment F on User { id }'],
    ['a document that is too deep', nested(4)],
    ['too many aliases', `{ viewer { ${Array.from({ length: 31 }, (_, n) => `a${n}: user { id }`).join(' ')} } }`],
    ['too many root fields', `{ ${Array.from({ length: 21 }, () => 'viewer { user { id } }').join(' ')} }`],
    ['too many tokens', `{ viewer { user { ${'id '.repeat(2_000)} } } }`],
    ['too many directives', `{ viewer { user { ${'id @skip(if: false) '.repeat(51)} } } }`],
    ['too much to ask', `{ organizations(first: 100) { nodes { projects(first: 100) { nodes { flags(first: 100) { nodes { dependents { flagKey } } } } } } } }`],
    ['a subscription', 'subscription { flagChanged { revision } }'],
    ['names of types', '{ __typename viewer { __typename roles { __typename } } }'],
  ]; // prettier-ignore
  for (const who of ['owner', 'nobody']) {
    for (const [what, query] of documents) await story.query(`${what} of ${who}`, who, query);
  }
  const mutations =
    'mutation ($a: CreateOrganizationInput!, $b: CreateOrganizationInput!) { a: createOrganization(input: $a) { organization { key } userErrors { code } } b: createOrganization(input: $b) { organization { key } userErrors { code } } }';
  await story.query('two mutations in one', 'owner', mutations, {
    a: { key: 'third', name: 'Third' },
    b: { key: 'third', name: 'Third' },
  });
  await story.query(
    'two mutations with an idempotency key',
    'owner',
    mutations,
    { a: { key: 'fourth', name: 'F' }, b: { key: 'fourth', name: 'F' } },
    { 'idempotency-key': 'for-two' },
  );
}

async function tellOrigins({ story }: Stage): Promise<void> {
  const headers = { ...JSON_TYPE, ...story.as('owner') };
  for (const origin of ['https://app.example.com', 'https://evil.example.com', 'null']) {
    await story.ask(`a query of ${origin}`, { headers: { ...headers, origin }, body: BODY });
    const asks = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
    for (const path of ['/graphql', '/graphql/stream', '/livez']) {
      await story.ask(`a preflight of ${origin} for ${path}`, { method: 'OPTIONS', path, headers: asks });
    }
    await story.ask(`an anonymous query of ${origin}`, { headers: { ...JSON_TYPE, origin }, body: BODY });
  }
}

async function tellPages({ story }: Stage): Promise<void> {
  for (const path of [
    '/livez',
    '/readyz',
    '/',
    '/graphiql',
    '/graphiql/',
    '/graphiql/nothing.js',
    '/graphiql/graphql-ws/..%2fpackage.json',
  ]) {
    await story.ask(`the page ${path}`, { method: 'GET', path, headers: {} });
  }
  // Files of packages change with their versions: that they are there is ours.
  for (const path of [
    '/graphiql/graphiql.css',
    '/graphiql/react.js',
    '/graphiql/react-dom.js',
    '/graphiql/graphiql.js',
    '/graphiql/graphql-ws/client.js',
    '/graphiql/examples.graphql',
    '/pages/graphiql.js',
    '/pages/ask.js',
  ]) {
    const { status, headers, text } = await story.send({ method: 'GET', path, headers: {} });
    const { 'content-type': type, 'cache-control': cache } = headers;
    story.note(`the file ${path}`, { status, type, cache, isEmpty: text === '' });
  }
  await story.ask('health by POST', { path: '/livez', headers: JSON_TYPE, body: '{}' });
}

async function tellIntrospection({ story }: Stage): Promise<void> {
  const query = getIntrospectionQuery({ oneOf: true });
  const answer = await story.ask('introspection', story.operation('owner', { query }));
  const schema = buildClientSchema(dataOf(answer) as IntrospectionQuery);
  story.note('introspection as a schema', digestOf(printSchema(lexicographicSortSchema(schema))));
  await story.query(
    'introspection as nobody',
    'nobody',
    '{ __schema { queryType { name fields { name } } } __type(name: "FlagOrder") { enumValues { name } } }',
  );
  await story.query(
    'too much introspection',
    'owner',
    `{ ${Array.from({ length: 4 }, (_, n) => `a${n}: __type(name: "Flag") { name }`).join(' ')} }`,
  );
}
