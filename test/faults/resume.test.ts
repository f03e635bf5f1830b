/** A subscriber who comes back: exactly what it missed, or RESYNC; never a gap, never twice, never backwards. */
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { configure, make, makeFlag, type Made } from '../support/make';
import { digestOf, type Position, type RecordedEvent } from '../support/recorder';
import { convergence, problemsOfSubscribers } from './checks';
import { describeFaults, scaled, startCluster, until, type Cluster } from './cluster';
import { Writers } from './writers';

const FLAGS = 30;
/** How far back a subscriber may come from. */
const REVISIONS_KEPT = 1_000;
const MACHINE_MS = 60_000;

jest.setTimeout(scaled(600_000, 360_000));

const DOCUMENT = `subscription ($since: RevisionInput) {
  flagChanged(since: $since) { kind revision epoch changes { kind flagKey segmentKey wire } }
}`;

describeFaults('two servers that hear of each other by the poll only', () => {
  let cluster: Cluster;
  let flags: Made[];
  let head: Position;
  beforeAll(async () => {
    cluster = await startCluster({ env: { REDIS_URL: '' } });
    flags = [];
    for (let i = 0; i < FLAGS; i++) flags.push(await makeFlag(cluster.project));
    await changeAllTogether(true);
    await changeAllTogether(false);
    await repeatRevisions(REVISIONS_KEPT + 50);
    const { environment } = cluster.places[0]!;
    await configure(cluster.project, cluster.flags[0]!, environment);
    head = await cluster.head();
    for (const server of [0, 1]) await reach(server);
  });
  afterAll(() => cluster?.close());

  it.each([1, 2, 99, 100, 101, 500, 999, 1_000])(
    'give one who is %i revisions behind exactly these, on both servers',
    async (count) => {
      const since = { ...head, revision: head.revision - count };
      const answers = await Promise.all([0, 1].map((server) => take(server, since, count)));

      const state = await revisionsAfter(since.revision);
      expect(state).toHaveLength(count);
      expect(answers.map((events) => events.map(asInBook))).toEqual([state, state]);
    },
  );

  it('give change sets over many flags whole, each as one event', async () => {
    const first = await cluster.postgres.query<{ revision: number }>(
      'SELECT revision FROM environment_revision WHERE json_array_length(events) = $1 ORDER BY revision',
      [FLAGS],
    );
    const since = { ...head, revision: first[0]!.revision - 1 };
    await changeAllTogether(true);
    const now = await cluster.head();
    await reach(0, now);

    const [event] = await take(0, { ...now, revision: now.revision - 1 }, 1);
    const [far] = await take(0, since, 1);

    expect(first).toHaveLength(2);
    expect(event!.changes.map(({ flagKey }) => flagKey).sort()).toEqual(flags.map(({ key }) => key).sort());
    expect(asInBook(event!)).toEqual((await revisionsAfter(now.revision - 1))[0]);
    expect(far).toEqual({ kind: 'RESYNC', ...now, changes: [] });
  });

  it.each([
    [
      'further behind than they remember',
      ({ epoch, revision }: Position) => ({ epoch, revision: revision - REVISIONS_KEPT - 1 }),
    ],
    ['of a foreign epoch', ({ revision }: Position) => ({ epoch: 'another', revision })],
    ['ahead of the database', ({ epoch, revision }: Position) => ({ epoch, revision: revision + 1 })],
    ['before the beginning', ({ epoch }: Position) => ({ epoch, revision: -1 })],
  ])('tell one who is %s to begin anew, once, and go on from there', async (_who, sinceOf) => {
    const now = await cluster.head();
    for (const server of [0, 1]) await reach(server, now);
    let told = 0;
    const streams = Promise.all([0, 1].map((server) => take(server, sinceOf(now), 2, () => void told++)));
    // A change before both have been told would only move what they are told.
    await Promise.race([streams, until('both have been told', MACHINE_MS, () => told === 2)]);
    await toggleOnce();

    const next = { kind: 'CHANGES', epoch: now.epoch, revision: now.revision + 1 };
    for (const [resync, change] of await streams) {
      expect(resync).toEqual({ kind: 'RESYNC', ...now, changes: [] });
      expect(change).toMatchObject(next);
    }
  });

  it('keep one waiting who has seen on one server what the other has not heard of yet, and never set it back', async () => {
    for (let turn = 0; turn < scaled(100, 8); turn++) {
      const server = turn % 2;
      const ahead = await toggleOnce(server);
      const streaming = take(1 - server, ahead, 1);
      // Until the other server has it, too, it must not say anything.
      await reach(1 - server, ahead);
      const next = await toggleOnce(server);

      expect(await streaming).toMatchObject([{ kind: 'CHANGES', ...next }]);
    }
  });

  it('tell one to begin anew when what it missed is not kept any more', async () => {
    const now = await cluster.head();
    await cluster.postgres.query('UPDATE environment_revision SET events = NULL WHERE revision <= $1', [now.revision - 10]);
    // The server's memory is empty after that.
    await cluster.servers[1]!.kill();
    await cluster.servers[1]!.start();
    await reach(1, now);

    const [purged] = await take(1, { ...now, revision: now.revision - 11 }, 1);
    const kept = await take(1, { ...now, revision: now.revision - 10 }, 10);

    expect(purged).toEqual({ kind: 'RESYNC', ...now, changes: [] });
    expect(kept.map(asInBook)).toEqual(await revisionsAfter(now.revision - 10));
  });

  it('lead everybody to the same state, from wherever they come, while others write', async () => {
    const now = await cluster.head();
    const recorders = Array.from({ length: 10 }, (_, first) => cluster.record({ first }));
    const writers = await new Writers(cluster).start(2);
    await convergence(cluster, recorders);
    for (const server of cluster.servers) {
      await server.kill();
      await server.start();
    }
    await writers.stop();
    await convergence(cluster, recorders);

    expect(await problemsOfSubscribers(cluster, recorders)).toEqual([]);
    expect((await cluster.head()).revision).toBeGreaterThan(now.revision);
    expect(cluster.crashes()).toEqual([]);
  });

  /** The first events of a subscription. */
  async function take(
    server: number,
    since: Position,
    count: number,
    onFirst: () => void = () => undefined,
  ): Promise<RecordedEvent[]> {
    const client = createClient({
      url: `${cluster.urls[server]!.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${cluster.places[0]!.secret}` },
      retryAttempts: 0,
    });
    const { epoch, revision } = since;
    const events: RecordedEvent[] = [];
    const timer = setTimeout(() => void client.terminate(), MACHINE_MS);
    try {
      const variables = { since: { epoch, revision } };
      for await (const { data } of client.iterate<{ flagChanged: RecordedEvent }>({ query: DOCUMENT, variables })) {
        events.push(data!.flagChanged);
        if (events.length === 1) onFirst();
        if (events.length === count) break;
      }
    } finally {
      clearTimeout(timer);
      await client.dispose();
    }
    return events;
  }

  /** Waits until a server has a revision. */
  async function reach(server: number, { epoch, revision } = head): Promise<void> {
    await cluster
      .evaluator(server)
      .request('query ($min: RevisionInput) { snapshot(minRevision: $min) { revision } }', { min: { epoch, revision } });
  }

  /** One revision over all flags. */
  async function changeAllTogether(isEnabled: boolean): Promise<void> {
    const { project, places } = cluster;
    const changes = flags.map(({ id }) => ({ toggleFlag: { flagId: id, environmentId: places[0]!.environment.id, isEnabled } }));
    await make(project.client, 'applyChangeSet', { projectId: project.id, changes }, 'revisions { revision }');
  }

  async function toggleOnce(server = 0): Promise<Position> {
    const before = await cluster.head();
    const isEnabled = before.revision % 2 === 0;
    // One of the two changes something, whatever the state of the flag.
    for (const wanted of [isEnabled, !isEnabled]) {
      const input = { flagId: cluster.flags[1]!.id, environmentId: cluster.places[0]!.environment.id, isEnabled: wanted };
      const { revisions } = await make<{ revisions: Position[] }>(
        cluster.admin(server),
        'toggleFlag',
        input,
        'revisions { epoch revision }',
      );
      if (revisions[0]) return revisions[0];
    }
    throw new Error('Nothing was toggled.');
  }

  /** So many revisions as mutations would write them, which say again what is so already. */
  async function repeatRevisions(count: number): Promise<void> {
    const { flags: wires } = await cluster.snapshot();
    const wire = wires.find(({ key }) => key === cluster.flags[0]!.key)!;
    const events = JSON.stringify([{ kind: 'UPDATED', flagKey: wire.key, flag: { label: { name: 'Flag', tags: [] }, wire } }]);
    await cluster.postgres.query(
      `WITH head AS (SELECT environment_id, epoch, revision FROM environment_head WHERE environment_id = $1),
       written AS (
         INSERT INTO environment_revision (environment_id, revision, epoch, change_id, events, created_at)
         SELECT environment_id, revision + n, epoch, 'change_of_the_test_' || n, $3::json, now() FROM head, generate_series(1, $2::integer) n)
       UPDATE environment_head SET revision = revision + $2::integer WHERE environment_id = $1`,
      [cluster.places[0]!.environment.id, count, events],
    );
  }

  async function revisionsAfter(revision: number): Promise<object[]> {
    const rows = await cluster.postgres.query<{ epoch: string; revision: number; events: Record<string, unknown>[] }>(
      'SELECT epoch, revision, events FROM environment_revision WHERE environment_id = $1 AND revision > $2 ORDER BY revision',
      [cluster.places[0]!.environment.id, revision],
    );
    return rows.map(({ events, ...place }) => ({
      ...place,
      digest: digestOf(events.map(({ kind, flagKey, flag }) => ({ kind, flagKey, wire: (flag as { wire: object }).wire }))),
    }));
  }

  function asInBook({ epoch, revision, changes }: RecordedEvent): object {
    return { epoch, revision, digest: digestOf(changes.map(({ kind, flagKey, wire }) => ({ kind, flagKey, wire }))) };
  }
});
