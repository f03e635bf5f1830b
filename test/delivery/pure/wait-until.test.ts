import { EnvironmentState } from '../../../src/modules/snapshots/environment-state';
import { waitUntil } from '../../../src/modules/snapshots/wait-until';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function makeState() {
  const snapshotOf = (revision: number) => ({ formatVersion: 1 as const, epoch: 'e', revision, flags: [], segments: [] });
  const scope = { organizationId: 'o', projectId: 'p', environmentId: 'e' };
  const state = new EnvironmentState(scope, snapshotOf(1));
  const reached = (revision: number) => () => state.revision >= revision;
  return { state, reached, show: (revision: number) => state.reset(snapshotOf(revision)) };
}

it('resolves at once when it is reached already, and listens to nothing', async () => {
  const { state, reached } = makeState();

  await expect(waitUntil(state, reached(1), { timeoutMs: 1_000 })).resolves.toBe(true);

  expect([state.listenerCount, jest.getTimerCount()]).toEqual([0, 0]);
});

it('resolves with the change that reaches it, and not before', async () => {
  const { state, reached, show } = makeState();
  let outcome: boolean | null = null;
  const waiting = waitUntil(state, reached(3), { timeoutMs: 1_000 }).then((isReached) => (outcome = isReached));

  show(2);
  await jest.advanceTimersByTimeAsync(500);
  expect(outcome).toBeNull();
  show(3);
  await waiting;

  expect([outcome, state.listenerCount, jest.getTimerCount()]).toEqual([true, 0, 0]);
});

it('gives up when the time is over', async () => {
  const { state, reached } = makeState();
  const waiting = waitUntil(state, reached(2), { timeoutMs: 1_000 });

  await jest.advanceTimersByTimeAsync(1_000);

  expect([await waiting, state.listenerCount]).toEqual([false, 0]);
});

it('ends when its signal aborts, also before it begins', async () => {
  const { state, reached } = makeState();
  const ending = new AbortController();
  const options = { timeoutMs: 1_000, signal: ending.signal };
  const waiting = waitUntil(state, reached(2), options);

  ending.abort();

  expect([await waiting, await waitUntil(state, reached(2), options)]).toEqual([false, false]);
  expect([state.listenerCount, jest.getTimerCount()]).toEqual([0, 0]);
});
