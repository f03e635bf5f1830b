import { TimeSlicer } from '../../../src/delivery/time-slicer';

const busyFor = (ms: number): void => {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
};

it('lasts until its time is over, and then begins anew on a later turn', async () => {
  const slicer = new TimeSlicer();
  await slicer.next();
  const during = slicer.yieldIfDue();
  busyFor(6);
  let turns = 0;
  setImmediate(() => turns++);

  await slicer.yieldIfDue();

  expect([during, turns, slicer.isOver]).toEqual([null, 1, false]);
});

it('is over, too, when its weight was handed out', async () => {
  const slicer = new TimeSlicer(10);
  await slicer.next();
  slicer.add(9);
  const before = slicer.isOver;
  slicer.add(1);
  const after = slicer.isOver;

  await slicer.yieldIfDue();

  expect([before, after, slicer.isOver]).toEqual([false, true, false]);
});

it('is shared by loops that go on in the same turn', async () => {
  const slicer = new TimeSlicer(10);
  const first = slicer.next().then(() => slicer.add(9));
  const second = slicer.next().then(() => slicer.add(1));

  await Promise.all([first, second]);

  expect(slicer.isOver).toBe(true);
});
