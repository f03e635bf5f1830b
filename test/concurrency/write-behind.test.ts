import { WriteBehind, type WriteBehindOptions } from '../../src/concurrency/write-behind';
import { Gate } from './gate';

/** Sums by key, written into a list of batches. */
function makeSums(options: Partial<WriteBehindOptions<number>> = {}) {
  const written: Record<string, number>[] = [];
  const errors: unknown[] = [];
  const sums = new WriteBehind<number>({
    intervalMs: 60_000,
    insert: (values, key, value) => values.set(key, (values.get(key) ?? 0) + value),
    write: async (batch) => void written.push(Object.fromEntries(batch)),
    onError: (error) => void errors.push(error),
    ...options,
  });
  return { sums, written, errors };
}

it('writes what was added, joined by key, and writes it once', async () => {
  const { sums, written } = makeSums();
  sums.add('a', 1);
  sums.add('b', 2);
  sums.add('a', 3);

  await sums.flush();
  await sums.flush();

  expect(written).toEqual([{ a: 4, b: 2 }]);
  expect(sums.size).toBe(0);
});

it('writes nothing when nothing was added', async () => {
  const { sums, written } = makeSums();

  await sums.flush();

  expect(written).toEqual([]);
});

it('keeps what a failed write had, before what was added meanwhile', async () => {
  const batches: [string, number][][] = [];
  const gate = new Gate();
  const { sums, errors } = makeSums({
    write: (batch) => {
      batches.push([...batch]);
      return batches.length === 1 ? gate.opened : Promise.resolve();
    },
  });
  sums.add('a', 1);
  sums.add('b', 1);

  const flushed = sums.flush();
  sums.add('c', 1);
  sums.add('b', 5);
  gate.fail(new Error('away'));
  await flushed;
  expect(sums.size).toBe(3);
  await sums.flush();

  expect(errors).toEqual([new Error('away')]);
  expect(batches[1]).toEqual([
    ['a', 1],
    ['b', 6],
    ['c', 1],
  ]);
});

it('keeps what a write throws at before it answers a promise', async () => {
  const { sums, errors } = makeSums({
    write: () => {
      throw new Error('at once');
    },
  });
  sums.add('a', 1);

  await sums.flush();

  expect([sums.size, errors]).toEqual([1, [new Error('at once')]]);
});

it('keeps what a write left out', async () => {
  const { sums, written } = makeSums({
    write: async (batch) => {
      written.push(Object.fromEntries(batch));
      return written.length === 1 ? ['b', 'unknown'] : [];
    },
  });
  sums.add('a', 1);
  sums.add('b', 2);

  await sums.flush();
  await sums.flush();

  expect(written).toEqual([{ a: 1, b: 2 }, { b: 2 }]);
});

it('writes in batches, and of several only those that it could', async () => {
  const written: string[][] = [];
  let isAway = true;
  const { sums, errors } = makeSums({
    batchMax: 2,
    write: async (batch) => {
      if (written.length === 1 && isAway) throw new Error('away');
      written.push([...batch.keys()]);
    },
  });
  for (const key of ['a', 'b', 'c', 'd', 'e']) sums.add(key, 1);

  await sums.flush();
  expect([written, sums.size, errors.length]).toEqual([[['a', 'b']], 3, 1]);
  isAway = false;
  await sums.flush();

  expect(written).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
});

it('resolves a flush during another when what was added before it is written', async () => {
  const gates: Gate[] = [];
  const batches: string[][] = [];
  const { sums } = makeSums({
    write: (batch) => {
      batches.push([...batch.keys()]);
      const gate = new Gate();
      gates.push(gate);
      return gate.opened;
    },
  });
  sums.add('a', 1);
  const first = sums.flush();
  sums.add('b', 1);
  const others = [sums.flush(), sums.flush()];

  gates[0]!.open();
  await first;
  await new Promise(setImmediate);
  gates[1]!.open();
  await Promise.all(others);

  expect(batches).toEqual([['a'], ['b']]);
});

it('holds no more than its owner inserts, also when writes fail', async () => {
  const { sums } = makeSums({
    insert: (values, key, value) => {
      const name = values.has(key) || values.size < 2 ? key : 'rest';
      values.set(name, (values.get(name) ?? 0) + value);
    },
    write: () => Promise.reject(new Error('away')),
  });

  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 10; i++) sums.add(`${round} ${i}`, 1);
    const flushed = sums.flush();
    for (let i = 10; i < 20; i++) sums.add(`${round} ${i}`, 1);
    await flushed;
  }

  expect(sums.size).toBe(3);
});

it('asks for what is collected elsewhere before each write', async () => {
  let count = 0;
  const { sums, written } = makeSums({ collect: () => sums.add('a', ++count) });

  await sums.flush();
  await sums.flush();

  expect(written).toEqual([{ a: 1 }, { a: 2 }]);
});

it('writes now and then once started, once more when it stops, and never after', async () => {
  jest.useFakeTimers();
  try {
    const { sums, written } = makeSums({ intervalMs: 1_000 });
    sums.start();
    sums.add('a', 1);
    await jest.advanceTimersByTimeAsync(1_000);
    sums.add('b', 1);
    await sums.stop();
    sums.add('c', 1);
    await jest.advanceTimersByTimeAsync(10_000);

    expect(written).toEqual([{ a: 1 }, { b: 1 }]);
  } finally {
    jest.useRealTimers();
  }
});
