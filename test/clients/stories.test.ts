/** Programs with a GraphQL client, for each of the clients that most of them use. */
import { gql } from '@apollo/client';
import { CloseCode } from 'graphql-ws';
import { eventually, makeFlag, makeProject, toggle } from '../support/make';
import { JSON_HEADERS, send } from '../support/raw';
import { makeSceneWithKey } from '../support/scene';
import { COUNTING_ALONE, createWorld, type World } from '../support/world';
import {
  createApolloClient,
  createPlainClient,
  createSocketClient,
  createStreamClient,
  createUrqlClient,
  type HonestClient,
} from './clients';

let world: World;
const opened: HonestClient[] = [];
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  for (const client of opened) await client.close();
  await world.close();
});

function keep<Client extends HonestClient>(client: Client): Client {
  opened.push(client);
  return client;
}

const PROJECT = 'query ($id: ID!) { project(id: $id) { id key name } }';
const RENAME = `mutation ($input: UpdateProjectInput!) {
  updateProject(input: $input) { project { id name version } userErrors { code path message } }
}`;
const CHANGES = 'subscription ($since: RevisionInput) { flagChanged(since: $since) { kind revision epoch changes { flagKey } } }';

interface SentEvaluation {
  readonly flagChanged: { readonly kind: string; readonly revision: number; readonly epoch: string };
}

describe.each([
  ['Apollo Client', createApolloClient],
  ['urql', createUrqlClient],
  ['graphql-request', createPlainClient],
  ['graphql-ws', createSocketClient],
  ['graphql-sse', createStreamClient],
] as const)('%s', (name, create) => {
  const open = (credential?: string): HonestClient => keep(create(world, credential));

  it('reads, changes, and is told what it can mend', async () => {
    const project = await makeProject(world);
    const client = open(world.owner.accessToken);

    const read = await client.run('query', PROJECT, { id: project.id });
    const changed = await client.run('mutation', RENAME, { input: { projectId: project.id, expectedVersion: 1, name: 'New' } });
    const refused = await client.run('mutation', RENAME, { input: { projectId: project.id, expectedVersion: 1, name: 'Late' } });

    expect(read).toMatchObject({ data: { project: { id: project.id, key: project.key, name: 'Shop' } }, codes: [] });
    expect(changed).toMatchObject({
      data: { updateProject: { project: { id: project.id, name: 'New', version: 2 }, userErrors: [] } },
      codes: [],
    });
    expect(refused).toMatchObject({
      data: { updateProject: { project: null, userErrors: [{ code: 'STALE_VERSION', path: ['input', 'expectedVersion'] }] } },
      codes: [],
    });
  });

  it('logs in, refreshes its session, and is refused the token of before', async () => {
    const client = open();
    const tokens = 'accessToken refreshToken userErrors { code }';
    const logIn = `mutation ($input: LogInInput!) { logIn(input: $input) { ${tokens} } }`;
    const refresh = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { ${tokens} } }`;
    const { email, password } = world.owner;

    const first = (await client.run('mutation', logIn, { input: { email, password } })).data as {
      logIn: { refreshToken: string };
    };
    const input = { refreshToken: first.logIn.refreshToken };
    const second = (await client.run('mutation', refresh, { input })).data as { refreshSession: { accessToken: string } };
    const again = await client.run('mutation', refresh, { input });
    const viewer = await open(second.refreshSession.accessToken)
      .run('query', '{ viewer { user { email } } }')
      .catch((error: { code: number }) => error.code);

    expect(again).toMatchObject({ data: { refreshSession: { accessToken: null, userErrors: [{ code: 'WRONG_CREDENTIALS' }] } } });
    // A token that came twice ended the session; a socket is closed for it.
    expect(typeof viewer === 'number' ? viewer : viewer.codes).toEqual(
      name === 'graphql-ws' ? CloseCode.Forbidden : ['UNAUTHENTICATED'],
    );
  });

  it('tells refusals by their codes', async () => {
    const client = open(world.owner.accessToken);

    const codes = [
      (await client.run('query', '{ viewr { id } }')).codes,
      (await client.run('query', 'query ($id: ID!) { project(id: $id) { id } }', {})).codes,
      (await open().run('query', '{ organizations(first: 1) { nodes { id } } }')).codes,
      (await client.run('query', '{ organizations(first: 101) { nodes { id } } }')).codes,
    ];

    expect(codes).toEqual([['GRAPHQL_VALIDATION_FAILED'], ['BAD_USER_INPUT'], ['UNAUTHENTICATED'], ['BAD_USER_INPUT']]);
  });

  it('follows changes, and goes on after a break where it was', async () => {
    const { project, environment, flag, secret } = await makeSceneWithKey(world);
    const environmentNow = await project.client.request<{ environment: { epoch: string; revision: number } }>(
      'query ($id: ID!) { environment(id: $id) { epoch revision } }',
      { id: environment.id },
    );
    const { epoch, revision } = environmentNow.environment;
    const before: SentEvaluation[] = [];
    const stop = open(secret).subscribe(CHANGES, { since: { epoch, revision } }, (data) => before.push(data as SentEvaluation));
    const first = await toggle(project, flag, environment, true);
    await eventually(async () => before.length === 1);
    stop();
    const missed = [await toggle(project, flag, environment, false), await toggle(project, flag, environment, true)];

    const after: SentEvaluation[] = [];
    const since = { epoch: first.epoch, revision: first.revision };
    open(secret).subscribe(CHANGES, { since }, (data) => after.push(data as SentEvaluation));
    await eventually(async () => after.length === 2);

    expect(before).toMatchObject([{ flagChanged: { kind: 'CHANGES', ...first, changes: [{ flagKey: flag.key }] } }]);
    expect(after.map(({ flagChanged }) => flagChanged.revision)).toEqual(missed.map((place) => place.revision));
  });
});

it('is told by 429 and Retry-After when it asked too much, by each client in its own way', async () => {
  const small = await createWorld({ env: { ...COUNTING_ALONE, RATE_LIMIT_ANONYMOUS: '12' } });
  const clients = [createApolloClient(small), createUrqlClient(small), createPlainClient(small), createStreamClient(small)];
  const asked = { headers: JSON_HEADERS, body: JSON.stringify({ query: '{ viewer { user { id } } }' }) };
  let answer = await send(small, asked);
  for (let i = 0; i < 12 && answer.status === 200; i++) answer = await send(small, asked);

  const codes = [];
  for (const client of clients) codes.push((await client.run('query', '{ viewer { user { id } } }')).codes);

  expect(answer.status).toBe(429);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(codes).toEqual(clients.map(() => ['RATE_LIMITED']));
  for (const client of clients) await client.close();
  await small.close();
});

it('lets the cache of Apollo Client put objects together by id', async () => {
  const project = await makeProject(world);
  const flag = await makeFlag(project);
  const { apollo } = keep(createApolloClient(world, world.owner.accessToken));
  const node = gql('query ($id: ID!) { node(id: $id) { id ... on Project { name } ... on Flag { key project { id name } } } }');
  interface Node {
    readonly node: { readonly __typename: string; readonly name?: string; readonly project?: { readonly name: string } };
  }

  const first = await apollo.query<Node>({ query: node, variables: { id: flag.id } });
  await apollo.query<Node>({ query: node, variables: { id: project.id } });
  await apollo.mutate({
    mutation: gql(RENAME),
    variables: { input: { projectId: project.id, expectedVersion: 1, name: 'New' } },
  });
  const requests = world.logLines().length;
  const ofFlag = await apollo.query<Node>({ query: node, variables: { id: flag.id } });
  const ofProject = await apollo.query<Node>({ query: node, variables: { id: project.id } });

  expect(first.data?.node).toMatchObject({ __typename: 'Flag', project: { __typename: 'Project', name: 'Shop' } });
  expect(ofFlag.data?.node.project?.name).toBe('New');
  expect(ofProject.data?.node).toMatchObject({ __typename: 'Project', name: 'New' });
  // Both came out of the cache.
  expect(world.logLines().length).toBe(requests);
});

it('lets urql ask anew for what a mutation has changed, by type names', async () => {
  const project = await makeProject(world);
  const { urql } = keep(createUrqlClient(world, world.owner.accessToken));
  const names: unknown[] = [];
  const subscription = urql
    .query<{ project: { __typename: string; name: string } }>(PROJECT, { id: project.id })
    .subscribe(({ data }) => names.push(data && [data.project.__typename, data.project.name]));
  await eventually(async () => names.length === 1);

  await urql.mutation(RENAME, { input: { projectId: project.id, expectedVersion: 1, name: 'New' } });
  await eventually(async () => JSON.stringify(names.at(-1)) === '["Project","New"]');
  subscription.unsubscribe();

  expect(names[0]).toEqual(['Project', 'Shop']);
});
