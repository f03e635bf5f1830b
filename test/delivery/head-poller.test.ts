/** The head poller's reports of access: which organizations' keys, members and roles have changed. */
import { createMemoryChangeNotifier } from '../../src/delivery/memory-change-notifier';
import type { ChangeNotifier } from '../../src/delivery/change-notifier';
import { startHeadPoller, type DatabaseState, type HeadPoller } from '../../src/delivery/head-poller';
import { SnapshotCache } from '../../src/modules/snapshots/snapshot-cache';
import { eventually, uniqueKey } from '../support/make';
import { openTestDatabase, type OpenedDatabase } from '../support/data-sources';

let opened: OpenedDatabase;
beforeAll(async () => {
  opened = await openTestDatabase();
});
afterAll(() => opened.close());

interface Scene {
  readonly organization: string;
  readonly notifier: ChangeNotifier;
  readonly watch: HeadPoller;
  /** The reports of the organization, in order. */
  readonly told: (number | undefined)[];
  /** Chains whose rules may have moved while that could not be read. */
  readonly unverified: string[];
  readonly states: DatabaseState[];
}

const organizationId = (): string => `organization_${uniqueKey('x').padEnd(32, '0').slice(0, 32)}`;

async function setRevision(organization: string, revision: number): Promise<void> {
  await opened.database.connection.query(
    `INSERT INTO access_head (organization_id, revision) VALUES ($1, $2)
     ON CONFLICT (organization_id) DO UPDATE SET revision = excluded.revision`,
    [organization, revision],
  );
}

async function withWatch(work: (scene: Scene) => Promise<void>): Promise<void> {
  const organization = organizationId();
  await setRevision(organization, 3);
  const notifier = createMemoryChangeNotifier();
  const told: (number | undefined)[] = [];
  const unverified: string[] = [];
  const states: DatabaseState[] = [];
  const watch = await startHeadPoller({
    notifier,
    cache: new SnapshotCache({ database: opened.database }),
    database: opened.database,
    clock: { now: () => new Date() },
    access: {
      accessMoved: (heads) => {
        if (heads.has(organization)) told.push(heads.get(organization));
      },
      accessUnverified: (chains) => void unverified.push(...chains),
      databaseStateChanged: (state) => void states.push(state),
    },
    onDatabaseState: () => undefined,
    onError: () => undefined,
  });
  try {
    await work({ organization, notifier, watch, told, unverified, states });
  } finally {
    await watch.stop();
    await notifier.close();
  }
}

it('polls at other moments than servers that were started together with it', async () => {
  const asked: number[][] = [];
  const pollers = await Promise.all(
    Array.from({ length: 20 }, () => {
      const own: number[] = [];
      asked.push(own);
      const now = (): Date => {
        own.push(performance.now());
        return new Date();
      };
      return startHeadPoller({
        notifier: createMemoryChangeNotifier(),
        cache: new SnapshotCache({ database: opened.database }),
        database: opened.database,
        clock: { now },
        onDatabaseState: () => undefined,
        onError: () => undefined,
      });
    }),
  );
  await eventually(async () => asked.every((own) => own.length > 2));
  for (const poller of pollers) await poller.stop();

  // The second is the first by the clock. Of 20 moments of a second, all in one tenth of it come about never.
  const seconds = asked.map((own) => own[1]!);
  expect(Math.max(...seconds) - Math.min(...seconds)).toBeGreaterThan(100);
});

it('tells where all organizations stand before it is started', () =>
  withWatch(async ({ told, watch }) => {
    expect(told).toEqual([3]);
    expect(watch.databaseState()).toEqual({ isReachable: true, lastReadAt: expect.any(Date) as Date });
  }));

it('reports a raised revision on a notification, and not one that it has reported', () =>
  withWatch(async ({ organization, notifier, told }) => {
    await setRevision(organization, 4);
    notifier.notify(new Set([organization]));
    await eventually(async () => told.includes(4));
    notifier.notify(new Set([organization, 'system']));
    await setRevision(organization, 5);
    notifier.notify(new Set(['system']));
    await eventually(async () => told.includes(5));

    expect(told).toEqual([3, 4, 5]);
  }));

it('reports a revision without a notification, by the poll', () =>
  withWatch(async ({ organization, told }) => {
    await setRevision(organization, 9);
    await eventually(async () => told.includes(9));

    expect(told).toEqual([3, 9]);
  }));

it('tells of a revision that went back, as after a restored backup', () =>
  withWatch(async ({ organization, told }) => {
    await setRevision(organization, 1);
    await eventually(async () => told.includes(1));

    expect(told).toEqual([3, 1]);
  }));

it('says once that the database cannot be read and once that it can again, with the time of the last look', () =>
  withWatch(async ({ watch, states, notifier }) => {
    const before = watch.databaseState().lastReadAt;
    await opened.database.connection.query('ALTER TABLE access_head RENAME TO access_head_away');
    for (let i = 0; i < 3; i++) notifier.notify(new Set(['system']));
    await eventually(async () => !watch.databaseState().isReachable);
    await opened.database.connection.query('ALTER TABLE access_head_away RENAME TO access_head');
    await eventually(async () => watch.databaseState().isReachable);

    expect(states.map(({ isReachable }) => isReachable)).toEqual([false, true]);
    const [lost, found] = states.map(({ lastReadAt }) => lastReadAt!.getTime()) as [number, number];
    expect(lost).toBeGreaterThanOrEqual(before!.getTime());
    expect(found).toBeGreaterThan(lost);
  }));

it('doubts the access rules it is notified of while the database cannot be read, and no others', () =>
  withWatch(async ({ organization, notifier, watch, told, unverified }) => {
    await setRevision(organization, 4);
    notifier.notify(new Set([organization]));
    await eventually(async () => told.includes(4));
    // The poll may have told it, with the check for the notification still to come; one that began later came after that, too.
    const toldAt = Date.now();
    await eventually(async () => watch.databaseState().lastReadAt!.getTime() > toldAt);
    await opened.database.connection.query('ALTER TABLE access_head RENAME TO access_head_away');
    await eventually(async () => !watch.databaseState().isReachable);
    const before = [...unverified];
    notifier.notify(new Set([organization, organizationId(), '']));
    await eventually(async () => unverified.length > 0);
    await opened.database.connection.query('ALTER TABLE access_head_away RENAME TO access_head');
    await eventually(async () => watch.databaseState().isReachable);

    expect(before).toEqual([]);
    expect(unverified).toEqual([organization]);
    expect(told).toEqual([3, 4]);
  }));
