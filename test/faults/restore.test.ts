/** A database restored from a backup, while clients and Redis know of what came after it: nobody keeps what is not so any more. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { renewEpochs } from '../../src/modules/changes/epoch-repository';
import type { Backup } from '../support/own-postgres';
import { openOn } from '../support/data-sources';
import { hashOf, type Position, type Recorder, type SnapshotWire } from '../support/recorder';
import { convergence, problemsOfBook, problemsOfSubscribers } from './checks';
import { describeFaults, isShort, OPERATE, report, scaled, startCluster, until, type Cluster } from './cluster';
import { Writers } from './writers';

const SUBSCRIBERS = 20;
const MACHINE_MS = 20_000;

jest.setTimeout(scaled(600_000, 360_000));

describeFaults('after a backup was restored', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.close());

  it('without a word of the operator, running servers notice and everybody begins anew', async () => {
    const { backup, recorders, lost } = await writePastBackup();

    await cluster.postgres.restore(backup);

    await expectNothingStale(recorders, lost);
  });

  it('without a word of the operator, servers that start beside a newer snapshot in Redis notice and everybody begins anew', async () => {
    const { backup, recorders, lost } = await writePastBackup();

    for (const server of cluster.servers) await server.kill();
    await cluster.postgres.restore(backup);
    for (const server of cluster.servers) await server.start();

    await expectNothingStale(recorders, lost);
  });

  it('with db:new-epoch, everybody begins anew even where nobody but clients knows what was lost', async () => {
    const { backup, recorders, lost } = await writePastBackup();

    for (const server of cluster.servers) await server.kill();
    await cluster.redis.client().flushall();
    await cluster.postgres.restore(backup);
    await giveNewEpochs();
    // Writers make as many revisions as were lost and more before anybody is back: the number alone tells nobody.
    await cluster.servers[0]!.start();
    const writers = new Writers(cluster, { servers: [0] });
    const author = await writers.makeAuthor();
    while ((await cluster.head()).revision <= lost.revision) await writers.write(author, 0);
    await cluster.servers[1]!.start();

    await expectNothingStale(recorders, lost);
  });

  /** Subscribers who are at a revision that the backup does not have, with a snapshot of it in Redis. */
  async function writePastBackup(): Promise<{ backup: Backup; recorders: Recorder[]; lost: SnapshotWire }> {
    const recorders = Array.from({ length: SUBSCRIBERS }, (_, first) => cluster.record({ first, toleratesRestore: true }));
    const writers = new Writers(cluster, { pauseMs: 20 });
    const author = await writers.makeAuthor();
    for (let i = 0; i < 10; i++) await writers.write(author, i);
    const backup = await cluster.postgres.backUp();
    const kept = await cluster.head();
    while ((await cluster.head()).revision < kept.revision + 10) await writers.write(author, 0);
    await convergence(cluster, recorders);
    expect(await problemsOfSubscribers(cluster, recorders)).toEqual([]);
    expect(await problemsOfBook(cluster, writers)).toEqual([]);
    const lost = await cluster.snapshot();
    const { environment } = cluster.places[0]!;
    const redis = cluster.redis.client();
    await until('Redis has the newest snapshot', MACHINE_MS, async () => {
      const text = await redis.getrange(`${cluster.redisPrefix}:1:snapshot:${environment.id}`, 0, 99);
      return text.split('\n')[0]!.split(' ')[1] === String(lost.revision);
    });
    for (const recorder of recorders) recorder.forgetEvents();
    return { backup, recorders, lost };
  }

  async function expectNothingStale(recorders: readonly Recorder[], lost: SnapshotWire): Promise<void> {
    await until('the environment has a new epoch', MACHINE_MS, async () => (await cluster.head()).epoch !== lost.epoch);
    const writers = await new Writers(cluster, { pauseMs: 20 }).start(2);
    await until('there is something new', MACHINE_MS, () => writers.acknowledged.length > 20);
    await writers.stop();
    const tookMs = await convergence(cluster, recorders);
    const truth = await cluster.snapshot();
    report(
      `everybody has the new epoch and ${truth.revision - lost.revision} revisions more than were lost; converged in ${tookMs} ms`,
    );

    expect(truth.epoch).not.toBe(lost.epoch);
    expect(await problemsOfSubscribers(cluster, recorders)).toEqual([]);
    expect(await problemsOfBook(cluster, writers)).toEqual([]);
    for (const recorder of recorders) expect(recorder.resyncs).toBeGreaterThan(0);
    for (const server of cluster.servers.keys()) {
      const answer = await read(server, null);
      expect([answer.epoch, answer.revision, hashOf(answer)]).toEqual([truth.epoch, truth.revision, hashOf(truth)]);
      // A client that asks for what was lost is answered at once, from what is.
      expect((await read(server, { epoch: lost.epoch, revision: lost.revision })).epoch).toBe(truth.epoch);
    }
    expect(cluster.crashes()).toEqual([]);
    await expectFreshStart(truth);
    for (const recorder of recorders) await recorder.stop();
  }

  /** A server that starts now takes nothing stale from Redis. */
  async function expectFreshStart(truth: SnapshotWire): Promise<void> {
    await cluster.servers[1]!.kill();
    await cluster.servers[1]!.start();
    const answer = await read(1, null);
    expect([answer.epoch, answer.revision, hashOf(answer)]).toEqual([truth.epoch, truth.revision, hashOf(truth)]);
  }

  async function read(server: number, min: Position | null): Promise<SnapshotWire> {
    const { snapshot } = await cluster
      .evaluator(server)
      .request<{ snapshot: { snapshot: SnapshotWire } }>(
        'query ($min: RevisionInput) { snapshot(minRevision: $min) { snapshot } }',
        {
          min,
        },
      );
    return snapshot.snapshot;
  }

  /** The last step of restoring (docs/OPERATIONS.md). In short: what the command runs, without the build that it begins with. */
  async function giveNewEpochs(): Promise<void> {
    if (!isShort) {
      const env = { ...process.env, DATABASE_URL: cluster.postgres.url, NODE_ENV: 'development' };
      await promisify(execFile)(process.execPath, [...OPERATE, 'db:new-epoch'], { env });
      return;
    }
    const opened = await openOn({ kind: 'server', url: cluster.postgres.url, drop: async () => undefined });
    await opened.dataSource.transaction((connection) => renewEpochs(connection, null));
    await opened.close();
  }
});
