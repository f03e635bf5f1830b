import { findCycle, findLongPath, formatPath } from '../../src/evaluation';

const graph = (edges: { [key: string]: string[] }) => new Map(Object.entries(edges));

it.each([
  ['nothing', {}, null],
  ['a line', { a: ['b'], b: ['c'] }, null],
  ['a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, null],
  ['itself', { a: ['a'] }, ['a', 'a']],
  ['two', { a: ['b'], b: ['a'] }, ['a', 'b', 'a']],
  ['a cycle below a line', { a: ['b'], b: ['c'], c: ['d'], d: ['b'] }, ['b', 'c', 'd', 'b']],
  ['the shorter of two cycles', { a: ['b', 'd'], b: ['c'], c: ['a'], d: ['a'] }, ['a', 'd', 'a']],
  [
    'names that objects inherit',
    { constructor: ['toString'], toString: ['constructor'] },
    ['constructor', 'toString', 'constructor'],
  ],
  ['a way out of the knot', { a: ['x', 'b'], b: ['a', 'x'], x: [] }, ['a', 'b', 'a']],
])('finds the cycle in %s', (_, edges, cycle) => {
  expect(findCycle(graph(edges))).toEqual(cycle);
});

it('finds a cycle of 100,000 keys without overflowing', () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => `k${index}`);
  const edges = new Map(keys.map((key, index) => [key, [keys[(index + 1) % keys.length]!]]));

  expect(findCycle(edges)).toHaveLength(100_001);
});

it('finds a path that is longer than allowed', () => {
  const edges = graph({ a: ['b', 'x'], b: ['c'], c: ['d'], d: [], x: [] });

  expect(findLongPath(edges, 3)).toEqual(['a', 'b', 'c', 'd']);
  expect(findLongPath(edges, 4)).toBeNull();
});

it('writes a short path whole and a long one cut', () => {
  expect(formatPath(['a', 'b', 'a'])).toBe('a -> b -> a');
  expect(formatPath(Array.from({ length: 100 }, (_, index) => `k${index}`))).toBe(
    'k0 -> k1 -> k2 -> k3 -> k4 -> k5 -> … (89 more) -> k95 -> k96 -> k97 -> k98 -> k99',
  );
});
