/**
 * A database, or the role that works in it, may have been set to anything for other programs. Who has access, and until when, is
 * the same under all of it: a time that is read as no time would open what has ended, and lock out who may come in.
 */
import { verifyAudit } from '../../src/commands/audit-verify';
import { keyEnd } from '../../src/modules/access/access-rules';
import type { ApiKeyEntity } from '../../src/modules/access/api-key-entity';
import { planAcceptance } from '../../src/modules/access/member-rules';
import { isLive } from '../../src/modules/access/session-rules';
import { createTestClock } from '../support/clock';
import { configure, make, makeApiKey, makeEnvironment, makeFlag, makeProject, mutate } from '../support/make';
import { createWorld, type World } from '../support/world';

const SETTINGS: readonly Readonly<Record<string, string>>[] = [
  {
    DateStyle: 'German',
    IntervalStyle: 'sql_standard',
    TimeZone: 'Asia/Kathmandu',
    extra_float_digits: '-15',
    bytea_output: 'escape',
    standard_conforming_strings: 'off',
    array_nulls: 'off',
    transform_null_equals: 'on',
    default_transaction_isolation: 'serializable',
    gin_fuzzy_search_limit: '1',
    exit_on_error: 'on',
    lock_timeout: '1ms',
  },
  { DateStyle: 'SQL, DMY', TimeZone: 'America/St_Johns', IntervalStyle: 'iso_8601', client_encoding: 'LATIN1' },
  { DateStyle: 'Postgres, YMD', TimeZone: 'Pacific/Apia', IntervalStyle: 'postgres_verbose' },
];

describe.each(SETTINGS.map((settings) => [settings.DateStyle!, settings] as const))('with DateStyle %s', (_name, settings) => {
  const clock = createTestClock();
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ clock, settings });
  });
  afterAll(() => world.close());

  const codeOf = (credential: string): Promise<string> =>
    world
      .client(credential)
      .request<{ viewer: { apiKey: { name: string } | null } | null }>('{ evaluate(contexts: [{}]) { revision } }')
      .then(
        () => 'answered',
        (error: { response: { errors: { extensions: { code: string } }[] } }) => error.response.errors[0]!.extensions.code,
      );

  it('accepts a key until it ends or is revoked, and not after', async () => {
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    const create = (fields: object) =>
      make<{ secret: string; apiKey: { id: string } }>(
        project.client,
        'createApiKey',
        { environmentId: environment.id, kind: 'SERVER', name: 'Ключ ☃', ...fields },
        'secret apiKey { id }',
      );
    const ending = await create({ expiresAt: new Date(clock.now().getTime() + 60_000).toISOString() });
    const revoked = await create({});
    const steady = await create({});
    const all = [ending, revoked, steady];

    const before = await Promise.all(all.map(({ secret }) => codeOf(secret)));
    await mutate(project.client, 'revokeApiKey', { apiKeyId: revoked.apiKey.id }, 'apiKey { id }');
    clock.advance(61_000);
    const after = await Promise.all(all.map(({ secret }) => codeOf(secret)));

    expect(before).toEqual(['answered', 'answered', 'answered']);
    expect(after).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 'answered']);
  });

  it('ends sessions when they are ended, and lets their owner in again', async () => {
    const { email, password } = world.owner;
    const logIn = (): Promise<{ accessToken: string }> =>
      make(world.client(), 'logIn', { email, password }, 'accessToken expiresAt');
    const first = await logIn();
    const viewer = (token: string): Promise<unknown> =>
      world
        .client(token)
        .request('{ viewer { user { email } } }')
        .then(
          () => 'answered',
          () => 'refused',
        );

    const before = await viewer(first.accessToken);
    await mutate(world.client(first.accessToken), 'logOut', {}, 'revisions { revision }');
    const after = await viewer(first.accessToken);
    const second = await viewer((await logIn()).accessToken);

    expect([before, after, second]).toEqual(['answered', 'refused', 'answered']);
  });

  it('keeps what was written as it was, and the audit chain whole', async () => {
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    const flag = await makeFlag(project, {
      valueType: 'JSON',
      variations: [
        { key: 'on', value: { a: 'back\\slash', b: [null, 0.1, 1e21], c: "O'Neil ☃" } },
        { key: 'off', value: 1.2345678901234567 },
      ],
    });
    await configure(project, flag, environment, {});
    const secret = await makeApiKey(project, environment);
    const lines: string[] = [];

    const { evaluate } = await world
      .client(secret)
      .request<{ evaluate: { results: { values: object }[] } }>(
        '{ evaluate(contexts: [{ targetingKey: "ada" }]) { results { values } } }',
      );
    const holds = await verifyAudit(world.app.database, { organizationId: null, kept: null }, (line) => lines.push(line));

    expect(Object.values(evaluate.results[0]!.values)).toHaveLength(1);
    expect(lines.at(-1)).toMatch(/^All hold: /);
    expect(holds).toBe(true);
  });

  it('reads the settings of its sessions as it wants them, whatever was set', async () => {
    const shown = await world.app.database.connection.query(
      `SELECT current_setting('DateStyle') AS "dateStyle", current_setting('TimeZone') AS zone,
         current_setting('client_encoding') AS encoding, current_setting('default_transaction_isolation') AS isolation`,
    );

    expect(shown).toEqual([{ dateStyle: 'ISO, MDY', zone: 'UTC', encoding: 'UTF8', isolation: 'read committed' }]);
  });
});

const NO_TIME = new Date(NaN);

it('takes what is no time for a time that is over', () => {
  const now = new Date('2026-11-29T00:00:00Z');
  const key = { createdAt: now, lastUsedAt: null, expiresAt: null, revokedAt: null } as unknown as ApiKeyEntity;
  const ends = [{ createdAt: NO_TIME }, { lastUsedAt: NO_TIME }, { expiresAt: NO_TIME }, { revokedAt: NO_TIME }].map((part) =>
    keyEnd({ ...key, ...part }, 90)!.getTime(),
  );
  const invitation = { email: 'ada@example.com', expiresAt: NO_TIME };
  const accept = (): unknown => planAcceptance(invitation, {}, { loggedInEmail: 'ada@example.com', hasAccount: true, now });

  expect(ends.every((end) => end < now.getTime())).toBe(true);
  expect(isLive({ endedAt: null, expiresAt: NO_TIME }, now)).toBe(false);
  expect(accept).toThrow(RangeError);
});

it('refuses to read a time in a form that it does not know', async () => {
  const world = await createWorld({ ownerless: true });
  const { connection } = world.app.database;

  const reading = connection.transaction(async (tx) => {
    await tx.query(`SET LOCAL DateStyle = 'German'`);
    return tx.query('SELECT now() AS now');
  });

  await expect(reading).rejects.toThrow('The database sent a time in an unknown form.');
  await world.close();
});
