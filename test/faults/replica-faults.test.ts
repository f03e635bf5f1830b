/** The standby from which servers read dies, stands still, is promoted, or is none of theirs: nobody is refused, or misled. */
import { GraphQLClient } from 'graphql-request';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDoctor } from '../../src/commands/doctor/doctor';
import { readConfig } from '../../src/config';
import { METRICS_TOKEN, scrape } from '../support/metrics';
import { startOwnPostgres } from '../support/own-postgres';
import { prepareServer } from '../support/server-process';
import { expectAllDelivered } from './checks';
import { describeFaults, report, scaled, until } from './cluster';
import { Evaluators } from './evaluators';
import { problemsOf, Replicated, SOON_MS, type Written } from './replicated';
import { Writers } from './writers';

const LANES = 4;
const SUBSCRIBERS = 10;
const WRITERS = 2;
const READERS = 2;
const AWAY_MS = scaled(10_000, 3_000);

jest.setTimeout(scaled(600_000, 360_000));

const OTHER_HISTORY = 'the replica is of another history: ';

describeFaults('two servers whose replica is at fault', () => {
  let all: Replicated;
  beforeAll(async () => {
    all = await Replicated.start();
  });
  afterAll(() => all?.cluster.close());

  /** Clients that read lists, and environments that no server has read yet, on both servers without a pause. */
  function startReading(written: Written): { readonly stop: () => Promise<{ problems: readonly string[]; reads: number }> } {
    const problems: string[] = [];
    let reads = 0;
    let isStopped = false;
    const loop = async (server: number): Promise<void> => {
      while (!isStopped) {
        try {
          const fresh = await all.write(server);
          for (const each of [fresh, written]) problems.push(...problemsOf(each, await all.read(1 - server, each)));
          reads += 2;
        } catch (error) {
          problems.push(`Server ${server}: ${(error as Error).message}`);
        }
      }
    };
    const loops = Array.from({ length: READERS }, (_, reader) => loop(reader % 2));
    return {
      stop: async () => {
        isStopped = true;
        await Promise.all(loops);
        return { problems, reads };
      },
    };
  }

  const warnings = (sentence: string): number[] =>
    all.cluster.servers.map((server) => server.output().split(sentence).length - 1);

  it('refuse nobody and lose nothing while it is killed and while it stands still, and say so once', async () => {
    const written = await all.write(0);
    const recorders = Array.from({ length: SUBSCRIBERS }, (_, first) => all.cluster.record({ first }));
    await until('every subscriber is connected', SOON_MS, () => recorders.every(({ connections }) => connections > 0));
    const said = warnings('the replica is unreachable: ');
    const writers = await new Writers(all.cluster).start(WRITERS);
    const evaluators = new Evaluators(all.cluster);
    const reading = startReading(written);

    await sleep(500);
    await all.standby.kill();
    await all.stateIs('unreachable');
    await sleep(AWAY_MS);
    await all.standby.start();
    await all.stateIs('used');
    all.standby.pause();
    await all.stateIs('unreachable');
    await sleep(AWAY_MS);
    all.standby.resume();
    await all.stateIs('used');
    const { problems, reads } = await reading.stop();
    await evaluators.stop();
    await writers.stop();
    const tookMs = await expectAllDelivered(all.cluster, writers, recorders);

    report(
      `${writers.acknowledged.length} mutations, the slowest in ${writers.longestAnswerMs} ms; ${reads} reads of four things; ` +
        `${evaluators.answers.join(' and ')} evaluations; failed on the replica: ${(await all.outcomes('failed')).join(' and ')}, ` +
        `not tried: ${(await all.outcomes('away')).join(' and ')}; converged in ${tookMs} ms`,
    );
    expect(problems).toEqual([]);
    expect(evaluators.problems).toEqual([]);
    expect([...writers.lost.keys()]).toEqual([]);
    expect(reads).toBeGreaterThan(0);
    expect(Math.min(...(await all.outcomes('away')))).toBeGreaterThan(0);
    expect(warnings('the replica is unreachable: ')).toEqual(said.map((count) => count + 2));
  });

  it('refuse nobody when PostgreSQL cancels what conflicts with recovery', async () => {
    await all.set('max_standby_streaming_delay', '0');
    const conflicts = async (): Promise<number> => {
      const [row] = await all.standby.query<{ count: number }>(
        'SELECT sum(confl_snapshot + confl_lock + confl_bufferpin)::integer AS count FROM pg_stat_database_conflicts',
      );
      return row!.count;
    };
    const written = await all.write(0);
    let isStopped = false;
    const problems: string[] = [];
    let reads = 0;
    const lane = async (server: number): Promise<void> => {
      while (!isStopped) {
        try {
          problems.push(...problemsOf(written, await all.read(server, written)));
          reads++;
        } catch (error) {
          problems.push((error as Error).message);
        }
      }
    };
    const said = warnings('the replica is ');
    const [before, failed] = [await conflicts(), await all.outcomes('failed')];

    const lanes = Array.from({ length: 2 * LANES }, (_, index) => lane(index % 2));
    await until('reads were cancelled', SOON_MS, async () => {
      await all.cluster.postgres.query('UPDATE flag SET version = version');
      await all.cluster.postgres.query('VACUUM flag');
      return (await conflicts()) > before;
    });
    isStopped = true;
    await Promise.all(lanes);

    const cancelled = (await conflicts()) - before;
    const failedNow = await all.outcomes('failed');
    report(`${reads} reads of four things, of which PostgreSQL cancelled ${cancelled}`);
    expect(problems).toEqual([]);
    expect(failedNow[0]! + failedNow[1]!).toBeGreaterThan(failed[0]! + failed[1]!);
    expect(warnings('the replica is ')).toEqual(said);
    await all.set('max_standby_streaming_delay', null);
    await all.stateIs('used');
  });

  it('serve without it when it is no standby of theirs', async () => {
    const other = await startOwnPostgres();
    const wrong: Readonly<Record<string, string>> = {
      'not a standby': all.cluster.postgres.url,
      'of another installation': other.url,
      unreachable: 'postgres://postgres@127.0.0.1:9/flagstaff',
    };
    const states: Record<string, unknown> = {};
    try {
      for (const [state, url] of Object.entries(wrong)) {
        const server = await prepareServer({ DATABASE_URL: all.cluster.postgres.url, DATABASE_REPLICA_URL: url });
        await server.start();
        await until('the state is known', SOON_MS, async () => (await all.replicaOf(server.url)) !== undefined);
        states[state] = await all.replicaOf(server.url);
        await server.drain();
      }
    } finally {
      await other.remove();
    }

    expect(states).toEqual(Object.fromEntries(Object.keys(wrong).map((state) => [state, state])));
  });

  it('are diagnosed with it by the doctor', async () => {
    const lines: string[] = [];
    const diagnose = (replicaUrl: string): Promise<boolean> => {
      const env = { DATABASE_URL: all.cluster.postgres.url, DATABASE_REPLICA_URL: replicaUrl, PORT: '0', DATA_DIR: tmpdir() };
      const secrets = { JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'a pepper of the tests, of 32 characters' };
      const add = (line: string): void => {
        if (/ replica /.test(line)) lines.push(line.replace(/ +/g, ' '));
      };
      return runDoctor(() => readConfig({ ...env, ...secrets }), add);
    };
    await all.caughtUp();

    const wells = [
      await diagnose(all.standby.url),
      await diagnose(all.cluster.postgres.url),
      await diagnose('postgres://postgres@127.0.0.1:9/flagstaff'),
    ];

    expect(wells).toEqual([true, false, true]);
    expect(lines).toEqual([
      'ok replica a standby that has every change',
      'WRONG replica is not a standby. It takes writes of its own: it is the primary, or was promoted; let DATABASE_REPLICA_URL name a standby.',
      'warning replica The database at DATABASE_REPLICA_URL cannot be reached: connect ECONNREFUSED 127.0.0.1:9; ' +
        'start PostgreSQL there, or correct host and port.',
    ]);
  });

  it('do not read from it when it was promoted, whatever is written there', async () => {
    const written = await all.write(0);
    await all.caughtUp();

    await all.standby.query('SELECT pg_promote()');
    await all.stateIs('not a standby');
    const before = await all.outcomes('answered');
    await all.standby.query(`UPDATE flag SET name = 'From another history' WHERE id = $1`, [written.flag.id]);
    const answers = [await all.read(0, written), await all.read(1, written)];

    expect(answers.flatMap((answer) => problemsOf(written, answer))).toEqual([]);
    expect(await all.outcomes('answered')).toEqual(before);
    expect(all.cluster.crashes()).toEqual([]);
  });

  it('do not read from it when the primary was restored, also when that has more changes again', async () => {
    const second = await all.cluster.postgres.startStandby();
    const backup = await all.cluster.postgres.backUp();
    await all.write(0);
    const newest = await all.countIn(all.cluster.postgres);
    await until('the replica has what will be lost', SOON_MS, async () => (await all.countIn(second)) >= newest);
    const env = { DATABASE_URL: all.cluster.postgres.url, DATABASE_REPLICA_URL: second.url, METRICS_TOKEN };
    const server = await prepareServer(env);
    await server.start();
    await until('the replica is used', SOON_MS, async () => (await all.replicaOf(server.url)) === 'used');
    const client = new GraphQLClient(`${server.url}/graphql`, {
      headers: { authorization: `Bearer ${all.cluster.adminSecret}` },
    });
    const answered = async (): Promise<number> =>
      (await scrape(server.url)).sum('flagstaff_replica_reads_total', { outcome: 'answered' });

    await all.cluster.postgres.restore(backup);
    // Before anything is written: then it is found in what it has, and afterwards only in what it answers.
    await until('its history is known for another', SOON_MS, async () => server.output().includes(OTHER_HISTORY));
    await until('the server is back', SOON_MS, () => all.write(client).then(Boolean, () => false));
    const before = await answered();
    const problems: string[] = [];
    while ((await all.countIn(all.cluster.postgres)) <= newest + LANES) {
      const written = await all.write(client);
      problems.push(...problemsOf(written, await all.read(client, written)));
    }
    const after = await answered();
    await server.drain();

    expect(problems).toEqual([]);
    expect(after).toBe(before);
  });
});
