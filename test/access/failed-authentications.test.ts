import { FailedAuthentications, ROWS_PER_WINDOW_MAX, type FailedAttempt } from '../../src/modules/access/failed-authentications';
import type { FailedAuthenticationEntity } from '../../src/modules/access/failed-authentication-entity';
import { createTestClock, type TestClock } from '../support/clock';
import { openTestDatabase, type OpenedDatabase } from '../support/data-sources';

let opened: OpenedDatabase;
beforeAll(async () => {
  opened = await openTestDatabase();
});
beforeEach(() => opened.dataSource.query('TRUNCATE failed_authentication'));
afterAll(() => opened.close());

const START = new Date('2026-11-21T09:30:00.000Z');

function make(clock: TestClock = createTestClock(START)) {
  const errors: unknown[] = [];
  const failed = new FailedAuthentications({
    database: opened.database,
    clock,
    secret: 'a pepper of the tests, of 32 characters',
    days: 90,
    onError: (error) => void errors.push(error),
  });
  return { failed, clock, errors };
}

const rows = (): Promise<FailedAuthenticationEntity[]> =>
  opened.dataSource.query(
    `SELECT kind, address, user_agent AS "userAgent", account, user_id AS "userId", organization_id AS "organizationId", count,
            first_at AS "firstAt", last_at AS "lastAt" FROM failed_authentication ORDER BY kind, address, account`,
  );

const attempt = (patch: Partial<FailedAttempt> = {}): FailedAttempt => ({
  kind: 'PASSWORD',
  address: '192.0.2.1',
  userAgent: 'curl/8',
  account: 'Ada@Example.com',
  ...patch,
});

it('keeps equal attempts as one row with a count, without the account itself', async () => {
  const { failed, clock } = make();

  failed.note(attempt({ userId: 'user_1' }));
  clock.advance(1_500);
  failed.note(attempt({ account: ' ada@example.com', userAgent: 'other' }));
  failed.note(attempt({ kind: 'API_KEY', account: null, organizationId: 'organization_1' }));
  await failed.flush();

  expect(await rows()).toEqual([
    {
      kind: 'API_KEY',
      address: '192.0.2.1',
      userAgent: 'curl/8',
      account: null,
      userId: null,
      organizationId: 'organization_1',
      count: 1,
      firstAt: clock.now(),
      lastAt: clock.now(),
    },
    {
      kind: 'PASSWORD',
      address: '192.0.2.1',
      userAgent: 'curl/8',
      account: failed.hashOf('ada@example.com'),
      userId: 'user_1',
      organizationId: null,
      count: 2,
      firstAt: START,
      lastAt: clock.now(),
    },
  ]);
  expect(failed.hashOf('ada@example.com')).toMatch(/^[0-9a-f]{64}$/);
});

it('writes a bounded number of rows however many addresses attack, and counts the rest in one row', async () => {
  const { failed } = make();

  for (let i = 0; i < ROWS_PER_WINDOW_MAX + 1_000; i++) failed.note(attempt({ address: `2001:db8::${i.toString(16)}` }));
  failed.note(attempt({ address: '2001:db8::0' }));
  await failed.flush();

  const written = await rows();
  expect(written).toHaveLength(ROWS_PER_WINDOW_MAX + 1);
  expect(written.filter(({ kind }) => kind === 'OVERFLOW')).toEqual([
    expect.objectContaining({ address: '', userAgent: '', account: null, userId: null, organizationId: null, count: 1_000 }),
  ]);
  expect(written.find(({ address }) => address === '2001:db8::0')?.count).toBe(2);
});

it('writes nothing when nothing failed, and starts afresh after each flush', async () => {
  const { failed } = make();

  await failed.flush();
  failed.note(attempt());
  await failed.flush();
  failed.note(attempt());
  await failed.flush();

  expect((await rows()).map(({ count }) => count)).toEqual([1, 1]);
});

it('keeps a failed batch for the next time, and throws nothing', async () => {
  const { failed, errors } = make();
  await opened.dataSource.query('ALTER TABLE failed_authentication RENAME TO elsewhere');

  failed.note(attempt());
  await failed.flush();
  failed.note(attempt());
  await opened.dataSource.query('ALTER TABLE elsewhere RENAME TO failed_authentication');
  await failed.flush();

  expect(errors).toHaveLength(1);
  expect((await rows()).map(({ count }) => count)).toEqual([2]);
});

it('stores hostile text without characters that PostgreSQL refuses, and at a bounded length', async () => {
  const { failed } = make();

  failed.note(attempt({ userAgent: `a\u0000\r\n\ud800${'x'.repeat(1_000)}`, account: '\u0000\ud800' }));
  await failed.flush();

  const [row] = await rows();
  expect(row?.userAgent).toBe(`a\ufffd\ufffd\ufffd\ufffd${'x'.repeat(251)}`);
});

it('writes a last time when it stops', async () => {
  const { failed } = make();
  const stop = failed.start();

  failed.note(attempt());
  await stop();

  expect(await rows()).toHaveLength(1);
});

it('deletes rows that are too old', async () => {
  const { failed, clock } = make();
  failed.note(attempt());
  await failed.flush();
  clock.advance(86_400_000);
  failed.note(attempt({ kind: 'OIDC' }));
  await failed.flush();

  clock.advance(89 * 86_400_000);
  await failed.purge();
  const kept = (await rows()).map(({ kind }) => kind);
  clock.advance(1);
  await failed.purge();

  expect(kept).toEqual(['OIDC', 'PASSWORD']);
  expect((await rows()).map(({ kind }) => kind)).toEqual(['OIDC']);
});
