import type { Clock } from '../../src/clock';

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  readonly advance: (ms: number) => void;
}

export function createTestClock(start = new Date()): TestClock {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    advance: (ms) => {
      now += ms;
    },
  };
}
