/** GraphQL over Server-Sent Events: the real graphql-sse client, and what it never does. */
import { createClient } from 'graphql-sse';
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { eventually, make, toggle, uniqueKey, type Made } from '../support/make';
import { JSON_HEADERS, send, type RawAnswer } from '../support/raw';
import { openAcknowledged } from '../support/raw-socket';
import { epochOf, makeSceneWithKey, type SceneWithKey } from '../support/scene';
import { watchOver, WATCH, type Watcher } from '../support/watchers';
import { authorization, createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ env: { ALLOWED_ORIGINS: 'https://app.example.com' } });
});
afterAll(() => world.close());

interface Scene extends SceneWithKey {
  readonly epoch: string;
}

/** An environment at revision 1: its one flag was created and is off. */
async function makeScene(of = world): Promise<Scene> {
  const scene = await makeSceneWithKey(of);
  return { ...scene, epoch: await epochOf(of, scene.secret) };
}

const watch = (credential: string | undefined, variables: Record<string, unknown> = {}, query = WATCH): Watcher =>
  watchOver('Server-Sent Events', world, credential, variables, query);
const ended = (watcher: Watcher): Promise<string> => eventually(async () => watcher.ending());
const PATH = '/graphql/stream';
const post = (body: object, headers: Record<string, string> = {}, of = world): Promise<RawAnswer> =>
  send(of, { path: PATH, headers: { ...JSON_HEADERS, accept: 'text/event-stream', ...headers }, body: JSON.stringify(body) });

describe('the real client', () => {
  it('is told every revision after `since`, in order, then live', async () => {
    const { project, environment, flag, secret, epoch } = await makeScene();
    for (const isEnabled of [true, false, true]) await toggle(project, flag, environment, isEnabled);

    const watcher = watch(secret, { since: { epoch, revision: 2 } });
    await watcher.count(2);
    await toggle(project, flag, environment, false);

    expect(await watcher.count(3)).toEqual([3, 4, 5].map((revision) => ({ kind: 'CHANGES', epoch, revision })));
    watcher.stop();
  });

  it('is told to resynchronise when its epoch is of another history', async () => {
    const { project, environment, flag, secret, epoch } = await makeScene();

    const watcher = watch(secret, { since: { epoch: 'another', revision: 1 } });
    await watcher.count(1);
    await toggle(project, flag, environment, true);

    expect(await watcher.count(2)).toEqual([
      { kind: 'RESYNC', epoch, revision: 1 },
      { kind: 'CHANGES', epoch, revision: 2 },
    ]);
    watcher.stop();
  });

  it('is told the evaluations of a context as they change', async () => {
    const { project, environment, flag, secret } = await makeScene();
    const query = `subscription {
      evaluationsChanged(context: { targetingKey: "ada" }) { revision evaluations { flagKey variation } }
    }`;

    const watcher = watch(secret, {}, query);
    await watcher.count(1);
    await toggle(project, flag, environment, true);

    expect(await watcher.count(2)).toEqual([
      { revision: 1, evaluations: [{ flagKey: flag.key, variation: 'off' }] },
      { revision: 2, evaluations: [{ flagKey: flag.key, variation: 'on' }] },
    ]);
    watcher.stop();
  });

  it('has its queries and mutations answered', async () => {
    const client = createClient({ url: `${world.url}/stream`, headers: authorization(world.owner.accessToken) });
    const key = uniqueKey('organization');
    const query = `mutation ($input: CreateOrganizationInput!) {
      createOrganization(input: $input) { organization { key } userErrors { code } }
    }`;

    const results = [];
    for await (const { data } of client.iterate({ query: '{ viewer { user { email } } }' })) results.push(data);
    for await (const { data } of client.iterate({ query, variables: { input: { key, name: 'Acme' } } })) results.push(data);

    expect(results).toEqual([
      { viewer: { user: { email: world.owner.email } } },
      { createOrganization: { organization: { key }, userErrors: [] } },
    ]);
  });

  it.each([
    ['a document that does not parse', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', 'subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['no credential', 'subscription { flagChanged { revision } }', 'UNAUTHENTICATED'],
    ['a variable that is missing', 'query ($id: ID!) { node(id: $id) { id } }', 'BAD_USER_INPUT'],
  ])('is told of %s by a result with errors', async (_what, query, code) => {
    expect(await ended(watch(undefined, {}, query))).toBe(code);
  });

  it('is refused with the status 401 when its credential is not valid', async () => {
    expect(await ended(watch('nothing'))).toBe('401');
  });

  it('comes back when the server has gone, for nobody told it that the operation is complete', async () => {
    const other = await createWorld();
    const { project, environment, flag, secret } = await makeScene(other);
    const watchers = Array.from({ length: 20 }, () => watchOver('Server-Sent Events', other, secret));
    let isEnabled = false;
    await eventually(async () => {
      await toggle(project, flag, environment, (isEnabled = !isEnabled));
      return watchers.every(({ events }) => events.length > 0);
    });

    await other.close();

    for (const watcher of watchers) expect(await ended(watcher)).not.toBe('complete');
  });
});

describe('raw requests', () => {
  const stream = (result: object): string => `:\n\nevent: next\ndata: ${JSON.stringify(result)}\n\nevent: complete\ndata:\n\n`;
  const query = '{ viewer { __typename } }';

  it('answer events of the protocol, over POST and GET', async () => {
    const answers = [
      await post({ query }),
      await send(world, { method: 'GET', path: `${PATH}?query=${encodeURIComponent(query)}`, headers: {} }),
    ];

    for (const { status, headers, body } of answers) {
      const cost = /,"extensions":\{.*?\}\}(?=\})/;
      expect([status, String(body).replace(cost, '')]).toEqual([200, stream({ data: { viewer: null } })]);
      expect(headers).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
    }
  });

  it.each([
    ['no text of a document', { variables: {} }, 'query must be the text of a GraphQL document.'],
    ['variables that are no object', { query, variables: [] }, 'variables must be an object.'],
    ['an operation name that is no text', { query, operationName: 7 }, 'operationName must be a string.'],
  ])('are refused with %s', async (_what, body, message) => {
    const answer = await post(body);

    expect([answer.status, answer.body]).toMatchObject([400, { errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }]);
  });

  it('are refused when they do not take events', async () => {
    const answer = await post({ query }, { accept: 'application/json' });

    expect([answer.status, answer.body]).toMatchObject([400, { errors: [{ extensions: { code: 'BAD_REQUEST' } }] }]);
  });

  it('of a page of another site get no header that lets it read the answer; those of an allowed one do', async () => {
    const asked = async (origin: string): Promise<unknown> =>
      (await post({ query }, { origin })).headers['access-control-allow-origin'];

    expect([await asked('https://evil.example.com'), await asked('https://app.example.com')]).toEqual([
      undefined,
      'https://app.example.com',
    ]);
  });

  it('may not apply mutations over GET', async () => {
    const key = uniqueKey('organization');
    const mutation = `mutation { createOrganization(input: { key: "${key}", name: "Acme" }) { organization { id } } }`;
    const headers = { ...authorization(world.owner.accessToken), accept: 'text/event-stream' };

    const answer = await send(world, { method: 'GET', path: `${PATH}?query=${encodeURIComponent(mutation)}`, headers });

    expect([answer.status, answer.headers.allow, answer.body]).toMatchObject([
      405,
      'POST',
      { errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] },
    ]);
  });
});

it('tells by the status that somebody asks too much', async () => {
  const small = await createWorld({ env: { RATE_LIMIT_SERVER_KEY: '20' } });
  const { secret } = await makeScene(small);
  const headers = authorization(secret);
  const answers: RawAnswer[] = [];
  for (let count = 0; count < 30; count++) answers.push(await post({ query: '{ viewer { __typename } }' }, headers, small));

  const refused = answers.find(({ status }) => status !== 200)!;

  expect([refused.status, refused.body]).toMatchObject([429, { errors: [{ extensions: { code: 'RATE_LIMITED' } }] }]);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  await small.close();
});

it('takes streams and sockets by one measure, and sheds what is no evaluation when there is too much to do', async () => {
  let delayMs = 0;
  const load = { delayMs: () => delayMs, close: () => undefined };
  const busy = await createWorld({ load, env: { SOCKET_ACCEPT_RATE: '5', EVENT_LOOP_DELAY_MAX_MS: '100' } });
  const { secret } = await makeScene(busy);
  const headers = authorization(secret);

  delayMs = 1_000;
  const shed = await post({ query: '{ viewer { user { id } } }' }, headers, busy);
  const served = await post({ query: '{ evaluate(contexts: [{}]) { revision } }' }, headers, busy);
  const socket = await openAcknowledged(busy, secret);
  const statuses: number[] = [];
  while (!statuses.includes(503) && statuses.length < 1_000)
    statuses.push((await post({ query: '{ __typename }' }, headers, busy)).status);

  expect([shed.status, shed.headers['retry-after'], served.status]).toEqual([503, '2', 200]);
  expect(statuses.at(-1)).toBe(503);
  socket.close();
  await busy.close();
});

it('keeps little for a client that does not read, which is told all of it in order when it does', async () => {
  const { project, environment, flag, secret, epoch } = await makeScene();
  const tags = Array.from({ length: 20 }, (_, n) => `tag-${n}-${'x'.repeat(40)}`);
  const query = 'subscription { flagChanged { revision changes { wire flag { variations { value } } } } }';
  const large = await make<{ flag: Made }>(
    project.client,
    'createFlag',
    {
      projectId: project.id,
      key: uniqueKey('flag'),
      name: 'Large',
      valueType: 'JSON',
      tags,
      variations: ['on', 'off'].map((key) => ({ key, value: { key, text: 'x'.repeat(60_000) } })),
    },
    'flag { id key }',
  );
  const response = await openStream(
    { query: query.replace('flagChanged', `flagChanged(since: { epoch: "${epoch}", revision: 2 })`) },
    secret,
  );
  response.pause();
  let revision = 0;
  for (let count = 0; count < 60; count++) ({ revision } = await toggle(project, large.flag, environment, count % 2 === 0));

  const revisions: number[] = [];
  let text = '';
  response.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    const frames = text.split('\n\n');
    text = frames.pop()!;
    for (const frame of frames) {
      const data = /^event: next\ndata: (.*)$/.exec(frame)?.[1];
      if (data) revisions.push((JSON.parse(data) as { data: { flagChanged: { revision: number } } }).data.flagChanged.revision);
    }
  });
  response.resume();
  await eventually(async () => revisions.at(-1) === revision);

  expect(revisions).toEqual(Array.from({ length: revision - 2 }, (_, n) => n + 3));
  expect(flag.key).not.toBe(large.flag.key);
  response.destroy();
});

async function openStream(body: object, secret: string): Promise<IncomingMessage> {
  const headers = { ...JSON_HEADERS, accept: 'text/event-stream', ...authorization(secret) };
  const outgoing = request(new URL(PATH, world.url), { method: 'POST', headers, agent: false });
  outgoing.end(JSON.stringify(body));
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}
