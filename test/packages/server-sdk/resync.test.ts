/** When the server cannot lead a client on from where it is: for each cause, over a stream and by polls. */
import type { ServerOptions } from '../../../packages/server-sdk/src/api';
import type { Snapshot } from '../../../src/evaluation';
import { renewEpochs } from '../../../src/modules/changes/epoch-repository';
import { eventually, makeFlag, toggle, type Made } from '../../support/make';
import { raiseRevisions } from '../support/revisions';
import { canonical, serve, snapshotOf, type Connected, type Served } from '../support/served';

let served: Served;
let flag: Made;

beforeAll(async () => {
  served = await serve();
  flag = await makeFlag(served.project);
  await toggle(served.project, flag, served.environment, true);
});

afterAll(() => served.close());

describe.each([
  ['a stream', {}, 'sse'],
  ['polls', { transports: ['poll'] }, 'poll'],
] as const)('given a client that follows by %s', (_how, options: Partial<ServerOptions>, via) => {
  /** Polls are as frequent as they may be, 5 seconds: too rare for a test. */
  const poll = async ({ client }: Connected): Promise<unknown> => (via === 'poll' ? client.refresh() : undefined);

  async function follow(more: Partial<ServerOptions> = {}): Promise<Connected> {
    const one = served.connect({ ...options, ...more });
    await one.client.waitUntilReady();
    await eventually(async () => one.client.status === 'READY' && one.statuses.at(-1)?.via === via);
    return one;
  }

  /** Keeps the client from hearing of something until it is done. */
  async function whileAway(one: Connected, work: () => Promise<unknown>): Promise<void> {
    if (via !== 'poll') served.proxy.stall();
    await work();
    served.proxy.heal();
    served.proxy.cut();
  }

  /** A server learns within a second what was written behind its back. */
  async function comesAbout(one: Connected, look: () => boolean): Promise<void> {
    await eventually(async () => {
      await poll(one);
      return look();
    });
  }

  async function hasServersSnapshot(one: Connected): Promise<void> {
    const now = canonical(await served.snapshot());
    await comesAbout(one, () => canonical(snapshotOf(one)) === now);
    expect(one.client.boolean(flag.key, false)).toBe(true);
    expect(one.client.status).toBe('READY');
    const next = await makeFlag(served.project);
    await comesAbout(one, () => one.client.evaluate(next.key).errorCode === null);
  }

  it.each([
    ['of another epoch', (snapshot: Snapshot) => ({ ...snapshot, epoch: 'another' })],
    ['of a revision that was lost', (snapshot: Snapshot) => ({ ...snapshot, revision: snapshot.revision + 50 })],
  ])('reads the snapshot anew when its flags are %s', async (_name, spoil) => {
    const now = await served.snapshot();
    const one = served.connect({ ...options, snapshot: { ...spoil(now), flags: [] } });
    expect(one.client.boolean(flag.key, false)).toBe(false);
    await eventually(async () => one.client.status === 'READY' && one.client.position?.revision === now.revision);

    expect(canonical(snapshotOf(one))).toBe(canonical(now));
    await hasServersSnapshot(one);
  });

  it.each([
    ['it missed more than 1,000 revisions', 1_100, 1_100],
    ['revisions that it missed are not kept any more', 50, 10],
  ])('reads the snapshot anew when %s', async (_cause, missed, kept) => {
    const one = await follow();
    const { revision } = one.client.position!;

    await whileAway(one, () => raiseRevisions(served, { count: missed, kept }));

    await comesAbout(one, () => one.client.position!.revision >= revision + missed);
    await hasServersSnapshot(one);
  });

  it('reads the snapshot anew when the epoch changes under it, and tells only what differs', async () => {
    const one = await follow();
    const { epoch } = one.client.position!;
    const changed: string[] = [];
    one.client.on('change', ({ flagKeys }) => changed.push(...flagKeys));
    await served.world.app.database.transaction(({ connection }) => renewEpochs(connection, served.environment.id));
    const made = await makeFlag(served.project);
    await comesAbout(one, () => one.client.position!.epoch !== epoch);
    await comesAbout(one, () => one.client.evaluate(made.key).errorCode === null);

    expect(changed).toEqual([made.key]);
    await hasServersSnapshot(one);
  });
});
