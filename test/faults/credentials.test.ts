/** Credentials while PostgreSQL is away: those already verified are good for a time of grace; all others are asked to try again. */
import { pino } from 'pino';
import { GraphQLClient } from 'graphql-request';
import { startApp, type App } from '../../src/app';
import { readConfig } from '../../src/config';
import { createTestClock } from '../support/clock';
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
import { refusalOf } from '../support/members';
import { findPostgres, startOwnPostgres, type OwnPostgres } from '../support/own-postgres';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { watchOver } from '../support/watchers';
import { CONVERGENCE_MS } from './checks';
import { describeFaults, report, startCluster, until, type Cluster } from './cluster';

const EVALUATE = '{ evaluate(contexts: [{ targetingKey: "ada" }]) { revision } }';
const OWNER = { OWNER_EMAIL: 'owner@example.com', OWNER_PASSWORD: 'correct horse battery staple' };
const GRACE_SECONDS = 600;

jest.setTimeout(240_000);

if (findPostgres() !== null) {
  const clock = createTestClock();
  let postgres: OwnPostgres;
  let app: App;
  beforeAll(async () => {
    postgres = await startOwnPostgres();
    const config = readConfig({
      NODE_ENV: 'test',
      PORT: '0',
      DATABASE_URL: postgres.url,
      JWT_SECRET: 'a secret of the tests, of 32 characters',
      KEY_PEPPER: 'a pepper of the tests, of 32 characters',
      STALE_GRACE_SECONDS: String(GRACE_SECONDS),
      EVENT_LOOP_DELAY_MAX_MS: '60000',
      ...OWNER,
    });
    app = await startApp({ config, log: pino({ level: 'silent' }), clock });
  });
  afterAll(async () => {
    await app.close();
    await postgres.remove();
  });

  const client = (credential?: string): GraphQLClient =>
    new GraphQLClient(`${app.url}/graphql`, { headers: credential ? { authorization: `Bearer ${credential}` } : {} });

  async function makeScene(): Promise<{ project: MadeProject; environment: Made }> {
    const input = { email: OWNER.OWNER_EMAIL, password: OWNER.OWNER_PASSWORD };
    const { accessToken } = await make<{ accessToken: string }>(client(), 'logIn', input, 'accessToken');
    const owner = client(accessToken);
    const key = uniqueKey('organization');
    const { organization } = await make<{ organization: Made }>(
      owner,
      'createOrganization',
      { key, name: 'Acme' },
      'organization { id key }',
    );
    const place = { organizationId: organization.id, key: uniqueKey('project'), name: 'Shop' };
    const { project } = await make<{ project: Made }>(owner, 'createProject', place, 'project { id key }');
    const made = { ...project, organizationId: organization.id, client: owner };
    const environment = await makeEnvironment(made);
    await makeFlag(made);
    return { project: made, environment };
  }

  it('knows keys for the time of grace, tells others to try again, and everybody after it', async () => {
    const { project, environment } = await makeScene();
    const [known, unknown] = [await makeApiKey(project, environment), await makeApiKey(project, environment)];
    await client(known).request(EVALUATE);

    await postgres.kill();
    await eventually(async () => ((await (await fetch(`${app.url}/readyz`)).json()) as { stale?: boolean }).stale);
    const outcomes = [
      await refusalOf(client(known).request(EVALUATE)),
      await refusalOf(client(unknown).request(EVALUATE)),
      await refusalOf(client('fs_server_nothing').request(EVALUATE)),
    ].map((refusal) => refusal?.code ?? 'served');
    const ofUnknown = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${unknown}` },
      body: JSON.stringify({ query: EVALUATE }),
    });
    clock.advance(GRACE_SECONDS * 1_000);
    const afterGrace = await refusalOf(client(known).request(EVALUATE));
    await postgres.start();
    const backAgain = await eventually(async () => (await refusalOf(client(known).request(EVALUATE))) === null);

    expect(outcomes).toEqual(['served', 'UNAVAILABLE', 'UNAUTHENTICATED']);
    expect(ofUnknown.status).toBe(503);
    expect(afterGrace?.code).toBe('UNAVAILABLE');
    expect(backAgain).toBe(true);
  });

  it('refuses, once PostgreSQL is back, a key that was revoked just before it went', async () => {
    const { project, environment } = await makeScene();
    const made = await make<{ apiKey: { id: string }; secret: string }>(
      project.client,
      'createApiKey',
      { environmentId: environment.id, kind: 'SERVER', name: 'Back end' },
      'apiKey { id } secret',
    );
    await client(made.secret).request(EVALUATE);
    // Does what another server would, whose notification is lost.
    await postgres.query('UPDATE api_key SET revoked_at = now() WHERE id = $1', [made.apiKey.id]);
    await postgres.query('UPDATE access_head SET revision = revision + 1 WHERE organization_id = $1', [project.organizationId]);
    await postgres.kill();

    await postgres.start();

    expect(
      await eventually(async () => (await refusalOf(client(made.secret).request(EVALUATE)))?.code === 'UNAUTHENTICATED'),
    ).toBe(true);
  });
} else {
  it('needs an installed PostgreSQL server', () => expect(process.env.CI).toBeUndefined());
}

describeFaults('a server that hears the others and cannot read PostgreSQL', () => {
  /** Until it has noticed that nobody answers. */
  const NOTICED_MS = 5_000;
  const MACHINE_MS = 10_000;
  let cluster: Cluster;
  let link: TcpProxy;
  beforeAll(async () => {
    cluster = await startCluster({
      envOf: async ({ postgres, index }): Promise<Record<string, string>> => {
        if (index === 0) return {};
        link = await startTcpProxy(postgres.port);
        return { DATABASE_URL: postgres.url.replace(`:${postgres.port}/`, `:${link.port}/`) };
      },
    });
  });
  afterAll(async () => {
    await cluster?.close();
    await link?.close();
  });

  it('takes no credential whose rules have moved, takes all others, and ends what was revoked when it can read again', async () => {
    const { project, places, urls } = cluster;
    const environment = places[0]!.environment;
    const elsewhere = await makeElsewhere();
    const made = await make<{ apiKey: { id: string }; secret: string }>(
      project.client,
      'createApiKey',
      { environmentId: environment.id, kind: 'SERVER', name: 'Back end' },
      'apiKey { id } secret',
    );
    const outcomeOf = async (secret: string): Promise<string> => {
      const client = new GraphQLClient(`${urls[1]}/graphql`, { headers: { authorization: `Bearer ${secret}` } });
      return (await refusalOf(client.request(EVALUATE)))?.code ?? 'served';
    };
    const keys = [made.secret, places[0]!.secret, elsewhere];
    const outcomes = (): Promise<string[]> => Promise.all(keys.map(outcomeOf));
    const watcher = watchOver('WebSocket', { url: urls[1]! }, made.secret);
    await eventually(async () => {
      await toggle(project, cluster.flags[0]!, environment, true);
      await toggle(project, cluster.flags[0]!, environment, false);
      return watcher.events.length > 0;
    });
    const known = await outcomes();

    link.stall();
    const mute = await outcomes();
    await make(project.client, 'revokeApiKey', { apiKeyId: made.apiKey.id }, 'apiKey { id }');
    const tookMs = await until('the revoked key is not taken any more', NOTICED_MS + MACHINE_MS, async () => {
      return (await outcomeOf(made.secret)) !== 'served';
    });
    const unverified = await outcomes();
    const during = watcher.ending();
    link.heal();
    const healedMs = await until('the others of its organization are taken again', CONVERGENCE_MS + MACHINE_MS, async () => {
      return (await outcomeOf(places[0]!.secret)) === 'served';
    });
    await until('its stream has ended', CONVERGENCE_MS + MACHINE_MS, () => watcher.ending() !== null);

    report(
      `a revoked key was refused after ${tookMs} ms, looking it up included; others again ${healedMs} ms after the link was whole`,
    );
    expect(known).toEqual(['served', 'served', 'served']);
    expect(mute).toEqual(['served', 'served', 'served']);
    expect(unverified).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'served']);
    expect(during).toBeNull();
    expect(await outcomes()).toEqual(['UNAUTHENTICATED', 'served', 'served']);
    expect(watcher.ending()).toBe('4403');
    expect(cluster.crashes()).toEqual([]);
  });

  /** The secret of a key in another organization. */
  async function makeElsewhere(): Promise<string> {
    const anonymous = new GraphQLClient(`${cluster.urls[0]}/graphql`);
    const input = { email: OWNER.OWNER_EMAIL, password: OWNER.OWNER_PASSWORD };
    const { accessToken } = await make<{ accessToken: string }>(anonymous, 'logIn', input, 'accessToken');
    const client = new GraphQLClient(`${cluster.urls[0]}/graphql`, { headers: { authorization: `Bearer ${accessToken}` } });
    const { organization } = await make<{ organization: Made }>(
      client,
      'createOrganization',
      { key: uniqueKey('organization'), name: 'Elsewhere' },
      'organization { id key }',
    );
    const place = { organizationId: organization.id, key: uniqueKey('project'), name: 'Shop' };
    const { project } = await make<{ project: Made }>(client, 'createProject', place, 'project { id key }');
    const whole = { ...project, organizationId: organization.id, client };
    return makeApiKey(whole, await makeEnvironment(whole));
  }
});
