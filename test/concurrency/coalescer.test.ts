import { Coalescer } from '../../src/concurrency/coalescer';
import { Gate } from './gate';

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs that end when they are told to. */
function makeRuns() {
  const gates: Gate[] = [];
  const coalescer = new Coalescer(() => {
    const gate = new Gate();
    gates.push(gate);
    return gate.opened;
  });
  return { coalescer, gates };
}

it('begins a run at once when none is under way', () => {
  const { coalescer, gates } = makeRuns();

  void coalescer.request();

  expect(gates).toHaveLength(1);
});

it('answers requests during a run by exactly one more, which begins after them', async () => {
  const { coalescer, gates } = makeRuns();
  const ended: string[] = [];
  const note = (name: string) => coalescer.request().then(() => ended.push(name));

  const all = [note('first'), note('second'), note('third')];
  await tick();
  expect(gates).toHaveLength(1);
  gates[0]!.open();
  await tick();
  expect([gates.length, ended]).toEqual([2, ['first']]);
  gates[1]!.open();
  await Promise.all(all);

  expect([gates.length, ended]).toEqual([2, ['first', 'second', 'third']]);
});

it('answers a request during the second run by a third', async () => {
  const { coalescer, gates } = makeRuns();
  const first = coalescer.request();
  const second = coalescer.request();
  gates[0]!.open();
  await first;
  await tick();

  const third = coalescer.request();
  gates[1]!.open();
  await second;
  await tick();
  gates[2]!.open();
  await third;

  expect(gates).toHaveLength(3);
});

it.each(Array.from({ length: 8 }, (_, ticks) => ticks))(
  'runs once at a time and loses no request that comes %d turns later',
  async (ticks) => {
    let running = 0;
    let mostAtOnce = 0;
    let begun = 0;
    const coalescer = new Coalescer(async () => {
      begun++;
      mostAtOnce = Math.max(mostAtOnce, ++running);
      await Promise.resolve();
      running--;
    });
    void coalescer.request();
    void coalescer.request();

    // Also between the end of a run and the beginning of the next.
    for (let i = 0; i < ticks; i++) await Promise.resolve();
    const before = begun;
    await coalescer.request();

    expect(begun).toBeGreaterThan(before);
    expect(mostAtOnce).toBe(1);
  },
);

it('goes on after a run that failed, and tells only those who asked for it', async () => {
  const { coalescer, gates } = makeRuns();
  const first = coalescer.request();
  const second = coalescer.request();
  const shared = coalescer.request();

  gates[0]!.fail(new Error('broken'));
  await expect(first).rejects.toThrow('broken');
  await tick();
  gates[1]!.open();

  await expect(Promise.all([second, shared])).resolves.toEqual([undefined, undefined]);
  expect(shared).toBe(second);
});

it('rejects, and is not stuck, when the work throws at once', async () => {
  let runs = 0;
  const coalescer = new Coalescer(() => {
    if (++runs === 1) throw new Error('at once');
    return Promise.resolve();
  });

  await expect(coalescer.request()).rejects.toThrow('at once');
  await coalescer.request();

  expect(runs).toBe(2);
});

it('settles when the runs that were requested have ended, also when they failed', async () => {
  const { coalescer, gates } = makeRuns();
  const outcomes = Promise.allSettled([coalescer.request(), coalescer.request()]);
  let isSettled = false;
  const settled = coalescer.settle().then(() => (isSettled = true));

  gates[0]!.fail(new Error('broken'));
  await tick();
  expect(isSettled).toBe(false);
  gates[1]!.fail(new Error('broken again'));
  await settled;

  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await coalescer.settle();
});
