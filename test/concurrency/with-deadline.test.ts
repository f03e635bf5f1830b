import { withDeadline } from '../../src/concurrency/with-deadline';
import { Gate } from './gate';

const never = (): Error => new Error('too late');

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('answers what the work answers, and leaves no timer behind', async () => {
  await expect(withDeadline(Promise.resolve(7), 1_000, never)).resolves.toBe(7);
  await expect(withDeadline(Promise.reject(new Error('broken')), 1_000, never)).rejects.toThrow('broken');

  expect(jest.getTimerCount()).toBe(0);
});

it('rejects with what the caller says once the time is over, and drops a later error', async () => {
  const gate = new Gate();
  const onLate = jest.fn(never);
  const outcome = withDeadline(gate.opened, 1_000, onLate).catch((error: unknown) => error);

  await jest.advanceTimersByTimeAsync(999);
  expect(onLate).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1);
  gate.fail(new Error('nobody hears of it'));

  expect(await outcome).toEqual(new Error('too late'));
  expect(onLate).toHaveBeenCalledTimes(1);
});
