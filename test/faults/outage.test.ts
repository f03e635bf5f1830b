/** PostgreSQL goes away and comes back under a running server: evaluation goes on, mutations fail at once, nothing is missed. */
import { createClient, type Client } from 'graphql-ws';
import { GraphQLClient } from 'graphql-request';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { startApp, type App } from '../../src/app';
import { readConfig } from '../../src/config';
import {
  eventually,
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  toggle,
  uniqueKey,
  type Made,
  type MadeProject,
} from '../support/make';
import { findPostgres, startOwnPostgres, type OwnPostgres } from '../support/own-postgres';
import { Stopwatch } from '../support/stopwatch';

jest.setTimeout(240_000);

const OWNER = { OWNER_EMAIL: 'owner@example.com', OWNER_PASSWORD: 'correct horse battery staple' };

let postgres: OwnPostgres;
let app: App;
let scene: Scene;
const sockets: Client[] = [];

interface Scene {
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flag: Made;
  readonly secret: string;
  readonly evaluator: GraphQLClient;
}

async function start(): Promise<App> {
  const config = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    DATABASE_URL: postgres.url,
    DATABASE_POOL_SIZE: '5',
    // This process is more than the server.
    EVENT_LOOP_DELAY_MAX_MS: '60000',
    JWT_SECRET: 'a secret of the tests, of 32 characters',
    KEY_PEPPER: 'a pepper of the tests, of 32 characters',
    ...OWNER,
  });
  return startApp({ config, log: pino({ level: 'silent' }) });
}

async function logIn(): Promise<GraphQLClient> {
  const input = { email: OWNER.OWNER_EMAIL, password: OWNER.OWNER_PASSWORD };
  const { logIn } = await new GraphQLClient(`${app.url}/graphql`).request<{ logIn: { accessToken: string } }>(
    'mutation ($input: LogInInput!) { logIn(input: $input) { accessToken } }',
    { input },
  );
  return new GraphQLClient(`${app.url}/graphql`, { headers: { authorization: `Bearer ${logIn.accessToken}` } });
}

async function makeScene(): Promise<Scene> {
  const client = await logIn();
  const { organization } = await make<{ organization: Made }>(
    client,
    'createOrganization',
    { key: uniqueKey('organization'), name: 'Acme' },
    'organization { id key }',
  );
  const { project: made } = await make<{ project: Made }>(
    client,
    'createProject',
    { organizationId: organization.id, key: uniqueKey('project'), name: 'Shop' },
    'project { id key }',
  );
  const project = { ...made, organizationId: organization.id, client };
  const environment = await makeEnvironment(project);
  const flag = await makeFlag(project);
  const secret = await makeApiKey(project, environment);
  const evaluator = new GraphQLClient(`${app.url}/graphql`, { headers: { authorization: `Bearer ${secret}` } });
  return { project, environment, flag, secret, evaluator };
}

beforeAll(async () => {
  postgres = await startOwnPostgres();
  app = await start();
  scene = await makeScene();
});
afterAll(async () => {
  postgres.resume();
  for (const socket of sockets) await socket.dispose();
  await app.close();
  await postgres.remove();
});

interface Answer {
  readonly evaluate: { readonly revision: number; readonly results: readonly { readonly evaluations: readonly object[] }[] };
}

const evaluate = async (): Promise<Answer['evaluate']> =>
  (
    await scene.evaluator.request<Answer>(
      '{ evaluate(contexts: [{ targetingKey: "ada" }]) { revision results { evaluations { flagKey value } } } }',
    )
  ).evaluate;

const ready = async (): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(`${app.url}/readyz`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

/** The code of the first error, and the milliseconds it took. */
async function refusal(client: GraphQLClient, name: string): Promise<{ code: unknown; tookMs: number }> {
  const stopwatch = new Stopwatch();
  const input = { projectId: scene.project.id, key: uniqueKey('flag'), name, valueType: 'BOOLEAN' };
  const answer = await client
    .rawRequest('mutation ($input: CreateFlagInput!) { createFlag(input: $input) { flag { id } userErrors { code } } }', {
      input,
    })
    .then(
      () => null,
      (error: { response: { errors: { extensions: { code: string } }[] } }) => error.response.errors[0]?.extensions.code,
    );
  return { code: answer, tookMs: stopwatch.stop() };
}

function follow(): { readonly revisions: number[] } {
  const socket = createClient({
    url: `${app.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${scene.secret}` },
    retryAttempts: 0,
  });
  sockets.push(socket);
  const revisions: number[] = [];
  socket.subscribe<{ flagChanged: { revision: number } }>(
    { query: 'subscription { flagChanged { kind revision } }' },
    {
      next: ({ data }) => void revisions.push(data!.flagChanged.revision),
      error: () => void revisions.push(-1),
      complete: () => void revisions.push(-2),
    },
  );
  return { revisions };
}

let isEnabled = false;

/** Commits one revision and answers it. */
async function change(): Promise<number> {
  const { revision } = await toggle(scene.project, scene.flag, scene.environment, !isEnabled);
  isEnabled = !isEnabled;
  return revision;
}

if (findPostgres() !== null) {
  it.each([
    ['is killed', () => postgres.kill(), () => postgres.start()],
    ['is shut down', () => postgres.stop(), () => postgres.start()],
  ])(
    'goes on from memory while PostgreSQL %s, and recovers within 5 s of its return without a restart',
    async (_what, away, back) => {
      const { revisions } = follow();
      // The subscription begins a moment after it was sent.
      let last = 0;
      await eventually(async () => {
        last = await change();
        return revisions.length > 0;
      });
      const before = await eventually(async () => {
        const answer = await evaluate();
        return answer.revision === last && answer;
      });

      await away();
      const during = await evaluate();
      const mutations = await Promise.all([refusal(scene.project.client, 'one'), refusal(scene.project.client, 'two')]);
      await eventually(async () => (await ready()).body.stale === true);
      const readiness = await ready();
      const later = await evaluate();

      await back();
      const stopwatch = new Stopwatch();
      const revision = await eventually(() => change().catch(() => null));
      await eventually(async () => revisions.includes(revision));
      await eventually(async () => (await ready()).body.stale === undefined);
      const recoveredMs = stopwatch.stop();

      expect([during, later]).toEqual([before, before]);
      expect(mutations.map(({ code }) => code)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
      for (const { tookMs } of mutations) expect(tookMs).toBeLessThan(2_000);
      expect(readiness).toEqual({
        status: 200,
        body: { status: 'ready', stale: true, staleSeconds: expect.any(Number) as number },
      });
      expect(recoveredMs).toBeLessThan(5_000);
      // Revisions were not missed, doubled or cut off.
      const first = revisions[0]!;
      expect(revisions).toEqual(Array.from({ length: revision - first + 1 }, (_, n) => first + n));
    },
  );

  it('goes on from memory while PostgreSQL stands still, and recovers when it moves again', async () => {
    const revisionBefore = await change();
    const before = await eventually(async () => {
      const answer = await evaluate();
      return answer.revision === revisionBefore && answer;
    });

    postgres.pause();
    const during = await evaluate();
    await eventually(async () => (await ready()).body.stale === true);
    const later = await evaluate();
    postgres.resume();
    const stopwatch = new Stopwatch();
    const revision = await eventually(() => change().catch(() => null));
    await eventually(async () => (await evaluate()).revision === revision && (await ready()).body.stale === undefined);
    const recoveredMs = stopwatch.stop();

    expect([during, later]).toEqual([before, before]);
    expect(recoveredMs).toBeLessThan(5_000);
  });

  it('tells clients to begin anew when a backup is restored under it', async () => {
    await change();
    const backup = await postgres.backUp();
    const { epoch } = (await postgres.query<{ epoch: string }>('SELECT epoch FROM environment_head'))[0]!;
    const lost = await change();
    await eventually(async () => (await evaluate()).revision === lost);
    const events: { kind: string; revision: number; epoch: string }[] = [];
    const socket = createClient({
      url: `${app.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${scene.secret}` },
      retryAttempts: 0,
    });
    sockets.push(socket);
    socket.subscribe<{ flagChanged: { kind: string; revision: number; epoch: string } }>(
      { query: `subscription { flagChanged(since: { epoch: "${epoch}", revision: ${lost - 1} }) { kind revision epoch } }` },
      { next: ({ data }) => void events.push(data!.flagChanged), error: () => undefined, complete: () => undefined },
    );
    await eventually(async () => events.length === 1);

    await postgres.restore(backup);
    await eventually(async () => events.length === 2);

    const head = (await postgres.query<{ epoch: string; revision: number }>('SELECT epoch, revision FROM environment_head'))[0]!;
    expect(events).toEqual([
      { kind: 'CHANGES', revision: lost, epoch },
      { kind: 'RESYNC', revision: lost - 1, epoch: head.epoch },
    ]);
    expect(head.epoch).not.toBe(epoch);
    expect(head.revision).toBe(lost - 1);
  });

  it('is not ready without PostgreSQL as long as it has read no environment', async () => {
    const fresh = await start();
    try {
      await postgres.stop();
      const answer = await eventually(async () => {
        const response = await fetch(`${fresh.url}/readyz`);
        return response.status === 503 && (await response.json());
      });

      expect(answer).toEqual({ status: 'unready', reason: 'the database does not answer' });
    } finally {
      await postgres.start();
      await fresh.close();
    }
  });
}
