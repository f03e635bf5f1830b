/** A server in production, with narrow limits, no mail and, for a while, too much to do. */
import { StorySocket } from './sockets';
import { PASSWORD } from './stage';
import { at, type Story } from './story';

/** Each limit is narrow enough to be reached within the minute that it counts. */
export const STRICT = {
  NODE_ENV: 'production',
  RATE_LIMIT_ANONYMOUS: '20',
  RATE_LIMIT_LOG_IN_ACCOUNT: '2',
  RATE_LIMIT_CREDENTIAL_FAILURES: '3',
  RATE_LIMIT_SERVER_KEY: '12',
  OPERATION_COST_MAX: '5000',
  // The counts are this server's alone.
  REDIS_URL: '',
};

export interface StrictStage {
  readonly story: Story;
  /** From now on the server believes that it is so busy. */
  readonly setDelay: (ms: number) => void;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const VIEWER = '{ viewer { user { name } } }';

export async function tellStrict({ story, setDelay }: StrictStage): Promise<void> {
  story.begin('strict');
  await tellProduction(story);
  await tellServerKey(story);
  setDelay(100_000);
  await story.query('a query of a server that is too busy', 'owner', VIEWER);
  await story.query('evaluate of a server that is too busy', 'server key', '{ evaluate(contexts: [{}]) { revision } }');
  const socket = await StorySocket.begin(story, 'owner');
  await socket.sayToEnd('a query over a socket of a server that is too busy', {
    id: '1',
    type: 'subscribe',
    payload: { query: VIEWER },
  });
  socket.close();
  setDelay(0);
  await tellAttempts(story);
}

async function tellProduction(story: Story): Promise<void> {
  for (const path of ['/', '/graphiql', '/readyz']) await story.ask(`the page ${path}`, { method: 'GET', path, headers: {} });
  await story.query('introspection', 'owner', '{ __schema { queryType { name } } }');
  await story.query('name of a type', 'owner', '{ __typename }');
  await story.query('no hint', 'owner', '{ viewr { user { id } } }');
  await story.query(
    'an operation that costs too much',
    'owner',
    '{ organizations(first: 100) { nodes { projects(first: 100) { nodes { key } } } } }',
  );
  await story.mutate('no mail', 'nobody', ['requestPasswordReset', ''], { email: 'olga@example.com' });
  const make = async (field: string, noun: string, input: object): Promise<string> =>
    story.keep(noun, at(await story.mutate(`create the ${noun}`, 'owner', [field, `${noun} { id }`], input), noun, 'id'));
  const organizationId = await make('createOrganization', 'organization', { key: 'strict', name: 'Strict' });
  const projectId = await make('createProject', 'project', { organizationId, key: 'shop', name: 'Shop' });
  const environmentId = await make('createEnvironment', 'environment', { projectId, key: 'live', name: 'Live' });
  await make('createFlag', 'flag', { projectId, key: 'one', name: 'One', valueType: 'BOOLEAN' });
  const key = await story.mutate('create the key', 'owner', ['createApiKey', 'secret'], {
    environmentId,
    kind: 'SERVER',
    name: 'Key',
  });
  story.keep('server key', at(key, 'secret'));
  const invite = ['inviteMember', 'invitationToken isMailed'] as const;
  await story.mutate('invite without mail', 'owner', invite, { organizationId, email: 'a@example.com', role: 'VIEWER' });
}

/** Twelve points in all. */
async function tellServerKey(story: Story): Promise<void> {
  const evaluate = '{ evaluate(contexts: [{}, {}]) { results { evaluations { flagKey } } } }';
  for (let i = 1; i <= 4; i++) await story.query(`evaluate ${i} times`, 'server key', evaluate);
  const headers = { ...JSON_TYPE, ...story.as('server key') };
  const bulk = '/ofrep/v1/evaluate/flags';
  for (let i = 1; i <= 3; i++) await story.ask(`OFREP ${i} times`, { path: bulk, headers, body: '{"context": {}}' });
  await story.ask('bulk beyond the limit', { path: '/environments/live/flags', headers, body: '{"key": "a"}' });
  const stream = { ...headers, accept: 'text/event-stream' };
  await story.ask('SSE beyond the limit', {
    path: '/graphql/stream',
    headers: stream,
    body: JSON.stringify({ query: evaluate }),
  });
  const socket = await StorySocket.begin(story, 'server key');
  await socket.sayToEnd('a socket beyond the limit', { id: '1', type: 'subscribe', payload: { query: evaluate } });
  socket.close();
}

async function tellAttempts(story: Story): Promise<void> {
  const logIn = ['logIn', 'accessToken'] as const;
  for (let i = 1; i <= 3; i++) {
    await story.mutate(`log in wrongly ${i} times`, 'nobody', logIn, { email: 'somebody@example.com', password: PASSWORD });
  }
  const body = JSON.stringify({ query: VIEWER });
  for (let i = 1; i <= 4; i++) {
    await story.ask(`guess a credential ${i} times`, { headers: { ...JSON_TYPE, authorization: `Bearer guess-${i}` }, body });
  }
  // How many fit follows from what of the minute is over.
  let isRefused = false;
  for (let i = 0; i < 60 && !isRefused; i++) {
    isRefused = (await story.send(story.operation('nobody', { query: VIEWER }))).status === 429;
  }
  await story.query('an anonymous query too many', 'nobody', VIEWER);
  await story.ask('health beyond the limit', { method: 'GET', path: '/livez', headers: {} });
}
