/**
 * Two servers that read from a standby as well, by PostgreSQL's own streaming replication: nobody is answered anything older than
 * asked for, however far it lags.
 */
import { renewEpochs } from '../../src/modules/changes/epoch-repository';
import { openOn } from '../support/data-sources';
import { make, type Made } from '../support/make';
import { describeFaults, report, scaled, until } from './cluster';
import { problemsOf, Replicated, SOON_MS, type Read, type Written } from './replicated';

const ROUNDS = scaled(400, 60);
const LANES = 4;
const LAG_S = 5;

jest.setTimeout(scaled(600_000, 360_000));

describeFaults('two servers with a replica', () => {
  let all: Replicated;
  beforeAll(async () => {
    all = await Replicated.start();
  });
  afterAll(() => all?.cluster.close());

  it('read snapshots and lists from it when it has everything', async () => {
    const written = [await all.write(0), await all.write(1), await all.write(0)];
    await all.caughtUp();
    const scans = async (): Promise<number> => {
      const [row] = await all.standby.query<{ count: number }>(
        `SELECT sum(seq_scan + coalesce(idx_scan, 0))::integer AS count FROM pg_stat_user_tables WHERE relname IN ('flag', 'change')`,
      );
      return row!.count;
    };
    const [before, scansBefore] = [await all.outcomes('answered'), await scans()];

    const answers: (readonly [Written, Read])[] = [];
    for (const each of written) for (const server of [0, 1]) answers.push([each, await all.read(server, each)]);

    expect(answers.flatMap(([each, answer]) => problemsOf(each, answer))).toEqual([]);
    for (const [{ environment }, { snapshot }] of answers) {
      expect(snapshot?.snapshot).toEqual(await all.cluster.snapshot({ environment, secret: '' }));
    }
    const after = await all.outcomes('answered');
    // Three times a snapshot, two pages with their counts, and the changes.
    expect(after.map((count, server) => count - before[server]!)).toEqual([18, 18]);
    await until('the standby has counted its scans', SOON_MS, async () => (await scans()) > scansBefore);
  });

  it('say how many changes it lacks', async () => {
    await all.set('recovery_min_apply_delay', `${LAG_S}s`);
    await all.write(0);
    await until('it lacks some', SOON_MS, async () => (await all.lags()).every((lag) => lag > 0));
    await all.set('recovery_min_apply_delay', null);
    await until('it lacks none', SOON_MS, async () => (await all.lags()).every((lag) => lag === 0));
  });

  it(`never answer older than asked for while it lags by ${LAG_S} s, in ${ROUNDS} changes on one and reads on both`, async () => {
    // The replica has these in an older state, and others not at all.
    const known = await Promise.all(Array.from({ length: LANES }, (_, index) => all.write(index % 2)));
    await all.caughtUp();
    // So that this test's own questions to the standby are not cancelled.
    await all.set('max_standby_streaming_delay', '-1');
    await all.set('recovery_min_apply_delay', `${LAG_S}s`);
    const before = await all.outcomes('behind');
    const problems: string[] = [];
    let lagMax = 0;
    const lane = async (index: number): Promise<void> => {
      for (let round = index; round < ROUNDS; round += LANES) {
        known[index] = await all.rename(round % 2, known[index]!);
        for (const written of [known[index], await all.write(round % 2)]) {
          const answers = await Promise.all([all.read(0, written), all.read(1, written)]);
          problems.push(...answers.flatMap((answer) => problemsOf(written, answer)));
        }
        lagMax = Math.max(lagMax, (await all.countIn(all.cluster.postgres)) - (await all.countIn(all.standby)));
      }
    };

    await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)));

    const behind = (await all.outcomes('behind')).map((count, server) => count - before[server]!);
    report(`${ROUNDS} rounds; the replica lacked up to ${lagMax} changes; left to the primary: ${behind.join(' and ')} reads`);
    expect(problems).toEqual([]);
    expect(lagMax).toBeGreaterThan(LANES);
    expect(Math.min(...behind)).toBeGreaterThan(ROUNDS);
    await all.set('recovery_min_apply_delay', null);
    await all.set('max_standby_streaming_delay', null);
    await all.caughtUp();
  });

  it('believe neither an old epoch nor a revoked key of it while its replay is paused', async () => {
    const written = await all.write(0);
    const input = { environmentId: written.environment.id, kind: 'SERVER', name: 'Revoked' };
    const { apiKey, secret } = await make<{ apiKey: Made; secret: string }>(
      all.cluster.admin(0),
      'createApiKey',
      input,
      'apiKey { id } secret',
    );
    const evaluate = (server: number): Promise<number> =>
      fetch(`${all.cluster.urls[server]}/ofrep/v1/evaluate/flags`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: JSON.stringify({ context: { targetingKey: 'ada' } }),
      }).then(({ status }) => status);
    await all.caughtUp();
    await all.standby.query('SELECT pg_wal_replay_pause()');
    const alive = [await evaluate(0), await evaluate(1)];

    await make(all.cluster.admin(0), 'revokeApiKey', { apiKeyId: apiKey.id }, 'apiKey { id }');
    const atOnce = await evaluate(0);
    await until('the other server refuses the key', SOON_MS, async () => (await evaluate(1)) === 401);
    const unread = await all.write(0);
    const opened = await openOn({ kind: 'server', url: all.cluster.postgres.url, drop: async () => undefined });
    await opened.dataSource.transaction((connection) => renewEpochs(connection, null));
    await opened.close();
    const min = await all.cluster.head({ environment: unread.environment, secret: '' });
    const answers = [await all.read(0, { ...unread, min }), await all.read(1, { ...unread, min })];
    await all.stateIs('behind');
    const [key] = await all.standby.query<{ isAlive: boolean }>(
      'SELECT revoked_at IS NULL AS "isAlive" FROM api_key WHERE id = $1',
      [apiKey.id],
    );
    await all.standby.query('SELECT pg_wal_replay_resume()');

    expect(alive).toEqual([200, 200]);
    expect(atOnce).toBe(401);
    expect(key).toEqual({ isAlive: true });
    expect(min.epoch).not.toBe(unread.min.epoch);
    expect(answers.flatMap((answer) => problemsOf({ ...unread, min }, answer))).toEqual([]);
    await all.stateIs('used');
  });
});
