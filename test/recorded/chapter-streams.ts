/** WebSockets, Server-Sent Events and OFREP's event stream. Each event is waited for before the next change. */
import { beginWaiting, TOGGLE } from './chapter-evaluation';
import { refusedUpgrade, StorySocket, StoryStream } from './sockets';
import type { Stage } from './stage';
import type { Story } from './story';

const JSON_TYPE = { 'content-type': 'application/json' };
const CHANGED = `subscription ($since: RevisionInput, $flagKeys: [String!], $id: ID) { flagChanged(since: $since, flagKeys: $flagKeys, environmentId: $id) {
  kind revision epoch changes { kind flagKey segmentKey flag { key name tags valueType isEnabled isArchived isClientAvailable version variations { key value } } wire }
} }`;
const EVALUATIONS = `subscription ($context: EvaluationContextInput!, $flagKeys: [String!], $id: ID, $min: RevisionInput) {
  evaluationsChanged(context: $context, flagKeys: $flagKeys, environmentId: $id, minRevision: $min) {
    revision epoch evaluations { flagKey value variation reason ruleId errorCode flagVersion }
  }
}`;
const VIEWER = '{ viewer { user { name } apiKey { name } } }';
const subscribe = (id: string, query: string, variables?: object): object => ({
  id,
  type: 'subscribe',
  payload: { query, ...(variables && { variables }) },
});

export async function tellStreams(stage: Stage): Promise<void> {
  const { story } = stage;
  const late = await StorySocket.open(story);
  const endWaiting = await beginWaiting(story);
  await tellHandshakes(story);
  await tellOperations(story);
  await tellFlagChanged(story);
  await tellEvaluationsChanged(story);
  await tellEventStreams(story);
  await tellOfrepStream(story);
  await late.say('a socket that does not begin', null, 1);
  await endWaiting();
}

async function tellHandshakes(story: Story): Promise<void> {
  const first = await StorySocket.open(story);
  await first.say('ping before the beginning', { type: 'ping' }, 1);
  await first.say('ping with a payload', { type: 'ping', payload: { a: [1, 'b'] } }, 1);
  await first.say('begin as nobody', { type: 'connection_init' }, 1);
  await first.say('begin twice', { type: 'connection_init' }, 1);
  const closing: readonly (readonly [string, object | string | Buffer])[] = [
    ['no message', '{"type":'],
    ['an unknown type', { type: 'start' }],
    ['a message of servers', { type: 'connection_ack' }],
    ['subscribe before the beginning', subscribe('1', VIEWER)],
    ['a frame that is too large', { type: 'connection_init', payload: { text: 'x'.repeat(64 * 1024) } }],
    ['a wrong credential', { type: 'connection_init', payload: { authorization: 'Bearer guessed' } }],
    ['another scheme', { type: 'connection_init', payload: { authorization: 'Basic abc' } }],
    ['a credential that is no text', { type: 'connection_init', payload: { authorization: ['Bearer'] } }],
    ['parameters that are a list', { type: 'connection_init', payload: [] }],
    ['the key that was revoked', { type: 'connection_init', payload: story.as('lost key') }],
  ];
  for (const [what, message] of closing) await (await StorySocket.open(story)).say(`closed for ${what}`, message, 1);
  await (await StorySocket.open(story, [])).say('closed for no subprotocol', null, 1);
  story.note('upgrade at another path', await refusedUpgrade(story, '/elsewhere'));
  story.note('upgrade of the stream', await refusedUpgrade(story, '/graphql/stream'));
  for (const [who, origin] of [['owner', 'https://evil.example.com'], ['owner', 'https://app.example.com'], ['owner', story.origin], ['client key', 'https://pages.example.com'], ['client key', 'https://evil.example.com'], ['mobile key', 'https://evil.example.com'], ['server key', 'null']] as const) {
    const socket = await StorySocket.open(story, undefined, { headers: { origin } });
    const place = origin === story.origin ? 'its own page' : origin;
    await socket.say(`begin as the ${who} from ${place}`, { type: 'connection_init', payload: story.as(who) }, 1);
    socket.close();
  } // prettier-ignore
}

async function tellOperations(story: Story): Promise<void> {
  const socket = await StorySocket.begin(story, 'owner');
  await socket.say('query', subscribe('q', VIEWER), 2);
  const input = { projectId: story.kept('shop'), expectedVersion: 1, name: 'Never' };
  const update = 'mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { userErrors { code message path } } }';
  await socket.say('mutation', subscribe('m', update, { input }), 2);
  const refused: readonly (readonly [string, string, object?])[] = [
    ['a syntax error', '{ viewer {'],
    ['an unknown field', '{ nothing }'],
    ['a missing variable', 'query ($id: ID!) { node(id: $id) { id } }'],
    ['several operations', 'query A { viewer { user { id } } } query B { viewer { user { id } } }'],
    ['an environment that is missing', 'subscription { flagChanged { revision } }'],
    ['an environment that is not there', CHANGED, { id: 'environment_0' }],
    ['two subscriptions in one', 'subscription { flagChanged { revision } evaluationsChanged(context: {}) { revision } }'],
  ];
  for (const [what, query, variables] of refused) await socket.sayToEnd(`refused for ${what}`, subscribe(what, query, variables));
  await socket.say('query after all that', subscribe('again', VIEWER), 2);
  await socket.say('a message without an id', { type: 'subscribe', payload: { query: VIEWER } }, 1);
  const anonymous = await StorySocket.begin(story, 'nobody');
  await anonymous.say('query as nobody', subscribe('1', VIEWER), 2);
  await anonymous.sayToEnd('subscription as nobody', subscribe('2', CHANGED));
  anonymous.close();
  const client = await StorySocket.begin(story, 'client key');
  await client.sayToEnd('flagChanged as the client key', subscribe('1', CHANGED));
  client.close();
  const outsider = await StorySocket.begin(story, 'outsider');
  await outsider.sayToEnd('flagChanged as an outsider', subscribe('1', CHANGED, { id: story.kept('development') }));
  await outsider.sayToEnd(
    'evaluationsChanged as an outsider',
    subscribe('2', EVALUATIONS, { id: story.kept('development'), context: {} }),
  );
  outsider.close();
}

/** Toggles, and remembers where that led. */
async function toggle(story: Story, name: string, isEnabled: boolean): Promise<void> {
  const variables = { input: { flagId: story.kept('beta'), environmentId: story.kept('development'), isEnabled } };
  const data = (await story.query(name, 'owner', TOGGLE, variables)) as {
    toggleFlag: { revisions: [{ epoch: string; revision: number; environmentId: string }] };
  };
  const { revisions } = data.toggleFlag;
  await story.catchUp(revisions);
  story.keep('place', JSON.stringify({ epoch: revisions[0].epoch, revision: revisions[0].revision }));
}

async function tellFlagChanged(story: Story): Promise<void> {
  await toggle(story, 'toggle before anybody listens', true);
  const since = JSON.parse(story.kept('place')) as { epoch: string; revision: number };
  const socket = await StorySocket.begin(story, 'server key');
  await socket.say(
    'flagChanged since three revisions',
    subscribe('since', CHANGED, { since: { ...since, revision: since.revision - 3 } }),
    3,
  );
  await toggle(story, 'toggle while somebody listens', false);
  await socket.say('what came of it', null, 1);
  await socket.say('the same id twice', subscribe('since', CHANGED), 1);

  const other = await StorySocket.begin(story, 'server key');
  await other.say('flagChanged of another epoch', subscribe('epoch', CHANGED, { since: { epoch: 'foreign', revision: 1 } }), 1);
  await other.say('end it', { id: 'epoch', type: 'complete' }, 0);
  await other.say('flagChanged from the future', subscribe('future', CHANGED, { since: { ...since, revision: 100_000 } }), 1);
  await other.say('end that', { id: 'future', type: 'complete' }, 0);
  await other.say('flagChanged of a negative revision', subscribe('negative', CHANGED, { since: { ...since, revision: -1 } }), 1);
  await other.say('end that too', { id: 'negative', type: 'complete' }, 0);
  // A subscription without `since` is not acknowledged: an answer to a later one of the same socket shows that it has begun.
  other.send(subscribe('live', CHANGED));
  await other.say('evaluationsChanged after flagChanged', subscribe('state', EVALUATIONS, { context: {}, flagKeys: [] }), 1);
  await other.say('query after both', subscribe('query', VIEWER), 2);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await toggle(story, 'toggle for those who listen without since', true);
  await other.say('what came of that', null, 1);
  await story.query(
    'change a segment',
    'owner',
    'mutation ($input: AddSegmentKeysInput!) { addSegmentKeys(input: $input) { addedCount } }',
    { input: { segmentId: story.kept('staff'), list: 'INCLUDED', keys: ['trent'] } },
  );
  await other.say('what came of the segment', null, 1);
  const flag = { projectId: story.kept('shop'), key: 'short-lived', name: 'Short', valueType: 'BOOLEAN' };
  const made = (await story.query(
    'create a flag',
    'owner',
    'mutation ($input: CreateFlagInput!) { createFlag(input: $input) { flag { id } } }',
    { input: flag },
  )) as { createFlag: { flag: { id: string } } };
  await other.say('what came of the flag', null, 1);
  const flagId = made.createFlag.flag.id;
  await story.query(
    'archive the flag',
    'owner',
    'mutation ($input: ArchiveFlagInput!) { archiveFlag(input: $input) { flag { version } } }',
    { input: { flagId, expectedVersion: 1 } },
  );
  await other.say('what came of the archived flag', null, 1);
  await story.query(
    'delete the flag',
    'owner',
    'mutation ($input: DeleteFlagInput!) { deleteFlag(input: $input) { deletedFlagId } }',
    { input: { flagId, expectedVersion: 2 } },
  );
  await other.say('what came of the deleted flag', null, 1);
  other.close();
  const filtered = await StorySocket.begin(story, 'owner');
  await filtered.say(
    'flagChanged of one flag',
    subscribe('f', CHANGED, { id: story.kept('development'), flagKeys: ['short-lived'], since }),
    4,
  );
  filtered.close();
}

async function tellEvaluationsChanged(story: Story): Promise<void> {
  const context = { targetingKey: 'ada', attributes: { country: 'NL', plan: 'pro' } };
  const socket = await StorySocket.begin(story, 'server key');
  const client = await StorySocket.begin(story, 'client key');
  await socket.say('evaluationsChanged', subscribe('all', EVALUATIONS, { context }), 1);
  await socket.say(
    'evaluationsChanged of some flags',
    subscribe('some', EVALUATIONS, { context, flagKeys: ['checkout', 'nothing', 'checkout'] }),
    1,
  );
  await client.say('evaluationsChanged as the client key', subscribe('c', EVALUATIONS, { context }), 1);
  await toggle(story, 'toggle for those who watch evaluations', false);
  await socket.say('the evaluation that changed', null, 1);
  await client.say('still nothing for the client key', { type: 'ping' }, 1);
  const large = { targetingKey: 'a', attributes: { text: 'x'.repeat(8_192) } };
  await socket.sayToEnd('evaluationsChanged of a large context', subscribe('large', EVALUATIONS, { context: large }));
  await socket.sayToEnd('evaluationsChanged of a bad context', subscribe('bad', EVALUATIONS, { context: { key: 'ada' } }));
  const min = { epoch: 'foreign', revision: 7 };
  await socket.say(
    'evaluationsChanged of a foreign epoch',
    subscribe('min', EVALUATIONS, { context, flagKeys: ['beta'], min }),
    1,
  );
  const update = { flagId: story.kept('checkout'), expectedVersion: 2, isClientAvailable: false };
  await story.query(
    'hide a flag from pages',
    'owner',
    'mutation ($input: UpdateFlagInput!) { updateFlag(input: $input) { flag { version } } }',
    { input: update },
  );
  await client.say('the flag that is gone', null, 1);
  await story.query(
    'show it again',
    'owner',
    'mutation ($input: UpdateFlagInput!) { updateFlag(input: $input) { flag { version } } }',
    { input: { ...update, expectedVersion: 3, isClientAvailable: true } },
  );
  await client.say('the flag that is back', null, 1);
  client.close();
  socket.close();
}

async function tellEventStreams(story: Story): Promise<void> {
  const path = '/graphql/stream';
  const headers = { ...JSON_TYPE, ...story.as('server key') };
  const whole = (query: unknown, more: object = {}): string => JSON.stringify({ query, ...more });
  const ask = (name: string, body: string, other: object = {}): Promise<unknown> =>
    story.ask(`SSE: ${name}`, { path, headers: { ...headers, accept: 'text/event-stream', ...other }, body });
  await ask('query', whole(VIEWER));
  await ask('evaluate', whole('{ evaluate(contexts: [{ targetingKey: "ada" }]) { results { values } } }'));
  const anonymous = { ...JSON_TYPE, accept: 'text/event-stream' };
  await story.ask('SSE: as nobody', { path, headers: anonymous, body: whole('subscription { flagChanged { revision } }') });
  await ask('with a wrong credential', whole(VIEWER), { authorization: 'Bearer guessed' });
  await ask('syntax error', whole('subscription {'));
  await ask('unknown field', whole('subscription { nothing }'));
  await ask('no query', '{}');
  await ask('variables that are a list', whole(VIEWER, { variables: [] }));
  await ask('operation name that is a number', whole(VIEWER, { operationName: 7 }));
  await ask('no JSON', '{');
  await ask('JSON alone', whole(VIEWER), { accept: 'application/json' });
  await ask('as text', whole(VIEWER), { 'content-type': 'text/plain' });
  await ask('too large', whole(VIEWER, { variables: { text: 'x'.repeat(300_000) } }));
  await ask('from a page', whole(VIEWER), { origin: 'https://app.example.com' });
  const get = { method: 'GET', headers: { ...story.as('owner'), accept: 'text/event-stream' } };
  await story.ask('SSE: query by GET', { ...get, path: `${path}?query=${encodeURIComponent(VIEWER)}` });
  await story.ask('SSE: mutation by GET', {
    ...get,
    path: `${path}?query=${encodeURIComponent('mutation { logOut(input: {}) { endedSessionCount } }')}`,
  });
  await story.ask('SSE: bad variables by GET', { ...get, path: `${path}?query=${encodeURIComponent(VIEWER)}&variables=%7B` });
  await story.ask('SSE: by PUT', { method: 'PUT', path, headers, body: whole(VIEWER) });

  const since = JSON.parse(story.kept('place')) as object;
  const stream = new StoryStream(story);
  await stream.open(
    'SSE: flagChanged',
    { path, headers, body: whole(CHANGED, { variables: { since, flagKeys: ['beta', 'checkout'] } }) },
    3,
  );
  await toggle(story, 'toggle for those who stream', true);
  await stream.more('SSE: what came of it', 1);
  stream.close();
  const states = new StoryStream(story);
  const variables = { context: { targetingKey: 'ada' }, flagKeys: ['beta'] };
  await states.open('SSE: evaluationsChanged', { path, headers, body: whole(EVALUATIONS, { variables }) }, 2);
  await toggle(story, 'toggle for those who stream evaluations', false);
  await states.more('SSE: the evaluation that changed', 1);
  states.close();
}

async function tellOfrepStream(story: Story): Promise<void> {
  const stream = new StoryStream(story);
  await stream.open('OFREP: event stream', { path: story.kept('event stream'), headers: {} }, 2);
  await toggle(story, 'toggle for those who ask again', true);
  await stream.more('OFREP: what came of it', 1);
  stream.close();
}
