/** The event stream: who may open it, what it says and when it ends. */
import { request, type IncomingMessage } from 'node:http';
import { eventually, make, makeApiKey, makeEnvironment, makeProject, toggle } from '../support/make';
import { createTestClock } from '../support/clock';
import { writeRevisions } from '../support/revisions';
import { makeSceneWithKey, type SceneWithKey } from '../support/scene';
import { logIn } from '../support/sessions';
import { JSON_HEADERS, send } from '../support/raw';
import { logInByPassword } from '../support/members';
import { createWorld, isEmbedded, type World } from '../support/world';

const DAY_MS = 86_400_000;
const clock = createTestClock();
let world: World;
beforeAll(async () => {
  world = await createWorld({ clock });
});
afterAll(() => world.close());

async function makeScene(kind = 'CLIENT'): Promise<SceneWithKey> {
  // Users who logged in before the clock moved are logged in no more.
  const { accessToken } = await logIn(world, world.owner);
  return makeSceneWithKey({ ...world, owner: { ...world.owner, accessToken } }, kind);
}

interface EventStreamEntry {
  readonly type: string;
  readonly endpoint: { readonly requestUri: string };
  readonly inactivityDelaySec: number;
}

async function askForStreams(secret: string, headers = {}): Promise<EventStreamEntry[] | undefined> {
  const { body } = await send(world, {
    path: '/ofrep/v1/evaluate/flags',
    headers: { ...JSON_HEADERS, authorization: `Bearer ${secret}`, ...headers },
    body: '{"context":{"targetingKey":"ada"}}',
  });
  return (body as { eventStreams?: EventStreamEntry[] }).eventStreams;
}

interface Opened {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** All that came so far. */
  readonly text: () => string;
  /** Data of the events so far, with their ids. */
  readonly events: () => { readonly id: string; readonly type: string; readonly etag: string; readonly lastModified: number }[];
  readonly ended: Promise<void>;
  readonly close: () => void;
}

function open(path: string, headers = {}, base = world.url): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, base), { headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      const ended = new Promise<void>((end) => response.once('close', end));
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: () => text,
        events: () =>
          [...text.matchAll(/^id: (.*)\nevent: message\ndata: (.*)\n\n/gm)].map(([, id, data]) => ({ id, ...JSON.parse(data!) })),
        ended,
        close: () => outgoing.destroy(),
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

async function openFor({ secret }: SceneWithKey, headers = {}): Promise<Opened> {
  const [stream] = (await askForStreams(secret))!;
  return open(stream!.endpoint.requestUri, headers);
}

it('is named by the bulk answer to keys of one environment, and has the same name when asked again', async () => {
  const { secret, environment } = await makeScene();

  const [first, second] = [await askForStreams(secret), await askForStreams(secret)];
  const forUser = await askForStreams(world.owner.accessToken, { 'x-flagstaff-environment': environment.id });

  const requestUri = expect.stringMatching(/^\/ofrep\/v1\/event-stream\?ticket=[\w-]+\.[\w-]{43}$/);
  expect(first).toEqual([{ type: 'sse', endpoint: { requestUri }, inactivityDelaySec: 120 }]);
  expect(second).toEqual(first);
  expect(first![0]!.endpoint.requestUri).not.toContain(secret);
  expect(forUser).toBeUndefined();
});

it('tells of the newest revision at once, and then of each change', async () => {
  const scene = await makeScene();
  const stream = await openFor(scene);
  await eventually(async () => stream.events().length === 1);

  const { revision, epoch } = await toggle(scene.project, scene.flag, scene.environment, true);
  await eventually(async () => stream.events().length === 2);
  stream.close();

  expect(stream.status).toBe(200);
  expect(stream.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-request-id': expect.any(String),
  });
  expect(stream.text()).toMatch(/^retry: [1-5]\d{3}\n\n/);
  const event = { type: 'refetchEvaluation', lastModified: expect.any(Number) };
  expect(stream.events()).toEqual(
    [revision - 1, revision].map((at) => ({ ...event, id: `${epoch}:${at}`, etag: `${epoch}:${at}` })),
  );
});

it('says nothing at first to who comes back with the id of the newest event', async () => {
  const scene = await makeScene();
  const first = await openFor(scene);
  await eventually(async () => first.events().length === 1);
  const { id } = first.events()[0]!;
  first.close();

  const again = await openFor(scene, { 'last-event-id': id });
  await toggle(scene.project, scene.flag, scene.environment, true);
  await eventually(async () => again.events().length === 1);
  again.close();

  expect(again.events()[0]!.id).not.toBe(id);
});

it('tells changes that come together once, by the newest', async () => {
  const scene = await makeScene();
  const stream = await openFor(scene);
  await eventually(async () => stream.events().length === 1);

  const { id: first } = stream.events()[0]!;
  await writeRevisions(world.app.database.connection, scene, 10);
  await eventually(async () => stream.events().length > 1);
  stream.close();

  const [epoch, revision] = first.split(':');
  expect(stream.events().map(({ id }) => id)).toEqual([first, `${epoch}:${Number(revision) + 10}`]);
});

it('ends when the environment is deleted, and then is not there', async () => {
  const scene = await makeScene();
  const stream = await openFor(scene);
  const [named] = (await askForStreams(scene.secret))!;

  const { id, key } = scene.environment;
  await make(
    scene.project.client,
    'deleteEnvironment',
    { environmentId: id, confirmKey: key, expectedVersion: 1 },
    'revisions { revision }',
  );
  await stream.ended;
  const again = await open(named!.endpoint.requestUri);

  // The keys of an environment go with it.
  expect(again.status).toBe(401);
});

/** Whether the stream has ended, without waiting for it. */
function endOf(stream: Opened): () => boolean {
  let hasEnded = false;
  void stream.ended.then(() => (hasEnded = true));
  return () => hasEnded;
}

async function idOfKey({ environment }: SceneWithKey): Promise<string> {
  const [key] = await world.app.database.connection.query<{ id: string }[]>('SELECT id FROM api_key WHERE environment_id = $1', [
    environment.id,
  ]);
  return key!.id;
}

/** Never as quiet as to wait for a heartbeat, until the condition holds. */
async function keepBusy({ project, flag, environment }: SceneWithKey, isDone: () => boolean): Promise<void> {
  let isEnabled = true;
  await eventually(async () => {
    await toggle(project, flag, environment, isEnabled);
    isEnabled = !isEnabled;
    return isDone();
  });
}

it('ends for a revoked key while the environment is busy, and only for that key', async () => {
  const scene = await makeScene();
  const other = { ...scene, secret: await makeApiKey(scene.project, scene.environment, 'CLIENT') };
  const apiKeyId = await idOfKey(scene);
  const [stream, sibling] = [await openFor(scene), await openFor(other)];
  await eventually(async () => stream.events().length === 1 && sibling.events().length === 1);
  const hasEnded = endOf(stream);

  await make(scene.project.client, 'revokeApiKey', { apiKeyId }, 'apiKey { id }');
  await keepBusy(scene, hasEnded);
  const told = sibling.events().length;
  await keepBusy(scene, () => sibling.events().length > told);
  sibling.close();
});

it('ends for a revoked key while nothing happens, long before the next heartbeat', async () => {
  const scene = await makeScene();
  const stream = await openFor(scene);
  const hasEnded = endOf(stream);

  await make(scene.project.client, 'revokeApiKey', { apiKeyId: await idOfKey(scene) }, 'apiKey { id }');
  await eventually(async () => hasEnded());

  expect(stream.text()).not.toContain('still here');
});

it('ends for a key whose time is over, although nobody wrote anything', async () => {
  const scene = await makeScene();
  const expiresAt = new Date(clock.now().getTime() + 60_000).toISOString();
  const input = { environmentId: scene.environment.id, kind: 'CLIENT', name: 'For a minute', expiresAt };
  const { secret } = await make<{ secret: string }>(scene.project.client, 'createApiKey', input, 'secret');
  const stream = await openFor({ ...scene, secret });
  const hasEnded = endOf(stream);
  await eventually(async () => stream.events().length === 1);

  clock.advance(60_000);
  await keepBusy(scene, hasEnded);
});

if (!isEmbedded) {
  it('ends on another server than the one that revoked the key', async () => {
    const other = await world.startSecondServer();
    const scene = await makeScene();
    const [named] = (await askForStreams(scene.secret))!;
    const stream = await open(named!.endpoint.requestUri, {}, other.url);
    const hasEnded = endOf(stream);
    await eventually(async () => stream.events().length === 1);

    await make(scene.project.client, 'revokeApiKey', { apiKeyId: await idOfKey(scene) }, 'apiKey { id }');
    await keepBusy(scene, hasEnded);
  });
}

it.each([
  ['none', ''],
  ['an empty one', '?ticket='],
  ['one of another form', '?ticket=abc'],
  ['one that was altered', '?ticket=WyJrIiwiZSIsMV0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
  ['two', '?ticket=a&ticket=b'],
])('refuses who brings no ticket of ours: %s', async (_what, query) => {
  const stream = await open(`/ofrep/v1/event-stream${query}`);
  await stream.ended;

  expect(stream.status).toBe(401);
  expect(JSON.parse(stream.text())).toEqual({
    errorCode: 'GENERAL',
    errorDetails: 'The ticket for this event stream is invalid or has expired; request the flags again to get a new one.',
  });
});

it('refuses a ticket of a key that was revoked', async () => {
  const scene = await makeScene();
  const [named] = (await askForStreams(scene.secret))!;
  await world.app.database.connection.query('UPDATE api_key SET revoked_at = now() WHERE environment_id = $1', [
    scene.environment.id,
  ]);

  const stream = await open(named!.endpoint.requestUri);
  await stream.ended;

  expect(stream.status).toBe(401);
});

it('refuses a ticket after a day, and names another one under another entity tag', async () => {
  const scene = await makeScene();
  const headers = { ...JSON_HEADERS, authorization: `Bearer ${scene.secret}` };
  const bulk = { path: '/ofrep/v1/evaluate/flags', body: '{"context":{"targetingKey":"ada"}}' };
  const first = await send(world, { ...bulk, headers });

  clock.advance(DAY_MS);
  const [{ endpoint }] = (first.body as { eventStreams: [EventStreamEntry] }).eventStreams;
  const stream = await open(endpoint.requestUri);
  await stream.ended;
  const second = await send(world, { ...bulk, headers: { ...headers, 'if-none-match': String(first.headers['etag']) } });
  const [another] = (second.body as { eventStreams: [EventStreamEntry] }).eventStreams;
  const good = await open(another.endpoint.requestUri);
  good.close();

  expect([stream.status, second.status, good.status]).toEqual([401, 200, 200]);
});

it('ends for a key that was not used for too long', async () => {
  const scene = await makeScene();
  const stream = await openFor(scene);
  const hasEnded = endOf(stream);
  await eventually(async () => stream.events().length === 1);

  clock.advance(91 * DAY_MS);
  const client = await logInByPassword(world, world.owner.email, world.owner.password);
  await keepBusy({ ...scene, project: { ...scene.project, client } }, hasEnded);
});

it('does not log the ticket, nor holds up the end of the server', async () => {
  const other = await createWorld();
  const project = await makeProject(other);
  const secret = await makeApiKey(project, await makeEnvironment(project));
  const { body } = await send(other, {
    path: '/ofrep/v1/evaluate/flags',
    headers: { ...JSON_HEADERS, authorization: `Bearer ${secret}` },
    body: '{"context":{"targetingKey":"ada"}}',
  });
  const [{ endpoint }] = (body as { eventStreams: [EventStreamEntry] }).eventStreams;
  const stream = await open(new URL(endpoint.requestUri, other.url).href);

  await other.close();
  await stream.ended;

  const lines = other.logLines();
  expect(lines).toContainEqual(expect.objectContaining({ path: '/ofrep/v1/event-stream', status: 200 }));
  expect(JSON.stringify(lines)).not.toContain(endpoint.requestUri.split('ticket=')[1]);
});
