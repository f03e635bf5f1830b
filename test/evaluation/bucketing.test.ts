import { bucketOf, evaluate, NATIVE_BUCKETER } from '../../src/evaluation';
import { murmur3 } from '../../src/evaluation/bucketing';

import { literalBucket, literalMurmur } from './support/literal-interpreter';
import { Dice } from './support/generate';
import { compileClean, makeFlag, makeRollout, makeRule } from './support/make';

jest.setTimeout(240_000);

/** CI takes a fifth of the keys: the error that is allowed grows with them, so the claim is the same. */
const KEY_COUNT = process.env.CI ? 200_000 : 1_000_000;
/** Five standard deviations: one run in two million fails by chance, and the keys are fixed. */
const DEVIATIONS = 5;

function uuidOf(index: number): string {
  const hex = murmur3(String(index), 1).toString(16).padStart(8, '0');
  return `${hex}-${hex.slice(4)}-4${hex.slice(0, 3)}-8${hex.slice(5)}-${index.toString(16).padStart(12, '0')}`;
}

function chiSquare(table: readonly (readonly number[])[]): number {
  const total = table.flat().reduce((sum, count) => sum + count, 0);
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = table[0]!.map((_, column) => table.reduce((sum, row) => sum + row[column]!, 0));
  return table.reduce(
    (sum, row, y) =>
      sum +
      row.reduce(
        (rowSum, count, x) => rowSum + (count - (rows[y]! * columns[x]!) / total) ** 2 / ((rows[y]! * columns[x]!) / total),
        0,
      ),
    0,
  );
}

it.each([
  ['é', 0, 269_551_495],
  ['hello', 0, 0x248bfa47],
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['aaaa', 0x9747b28c, 0x5a97808a],
  ['abc', 0, 0xb3dd93fa],
  ['Hello, world!', 0x9747b28c, 0x24884cba],
])('hashes %j with seed %i to %i', (text, seed, hash) => {
  expect(murmur3(text, seed)).toBe(hash);
});

it('hashes the UTF-8 bytes of every kind of text as the reference does', () => {
  const dice = new Dice(9);
  const pieces = ['a', 'b', 'é', 'ß', '€', '日', '😀', '\ud800', '\udc00', '\u0000', '\u07ff', '\u0800', '\uffff', '\u{10ffff}'];
  const different: unknown[] = [];

  for (let round = 0; round < 5_000; round += 1) {
    const text = dice.list(0, 12, () => dice.pick(pieces)).join('');
    const seed = dice.below(2 ** 32);
    const expected = literalMurmur(new TextEncoder().encode(text), BigInt(seed));
    if (BigInt(murmur3(text, seed)) !== expected) different.push({ text, seed });
  }

  expect(different).toEqual([]);
});

it.each([
  ['a text', 'ada', literalBucket('ada', 'salt')],
  ['an integer', 42, bucketOf('42', 'salt')],
  ['negative zero', -0, bucketOf('0', 'salt')],
  ['a fraction', 1.5, null],
  ['an integer beyond 2^53', 2 ** 53, null],
  ['a boolean', true, null],
  ['nothing', undefined, null],
  ['a list', ['ada'], null],
])('gives %s its bucket', (_, value, bucket) => {
  expect(bucketOf(value, 'salt', NATIVE_BUCKETER)).toBe(bucket);
});

it('is data that cannot be changed', () => {
  expect(NATIVE_BUCKETER).toEqual({
    hash: 'MURMUR3_X86_32',
    seed: 'HASH_OF_SALT',
    encoding: 'UTF_8',
    inputTemplate: '{value}',
    projection: 'FLOOR_100000',
    boundary: 'HALF_OPEN',
  });
  expect(Object.isFrozen(NATIVE_BUCKETER)).toBe(true);
});

it.each<[string, (index: number) => string | number]>([
  ['text keys', (index) => `user-${index}`],
  ['UUIDs', uuidOf],
  ['integers', (index) => index - 500_000],
  ['non-ASCII keys', (index) => `κλειδί-${index}-é😀`],
])(`fills the shares of ${KEY_COUNT.toLocaleString('en')} %s within the binomial error`, (_, keyOf) => {
  const weights = [1_000, 9_000, 20_000, 70_000];
  const compiled = compileClean([
    makeFlag('flag', {
      valueType: 'NUMBER',
      variations: weights.map((value, index) => ({ key: `v${index}`, value })),
      offVariation: 'v0',
      fallthrough: {
        rollout: {
          bucketBy: 'id',
          whenMissing: 'v0',
          shares: weights.map((weight, index) => ({ variation: `v${index}`, weight })),
        },
      },
    }),
  ]);
  const counts = weights.map(() => 0);

  for (let index = 0; index < KEY_COUNT; index += 1) {
    counts[evaluate(compiled, 'flag', { attributes: { id: keyOf(index) } }).variationIndex]! += 1;
  }

  for (const [index, weight] of weights.entries()) {
    const share = weight / 100_000;
    const error = DEVIATIONS * Math.sqrt(KEY_COUNT * share * (1 - share));
    expect(Math.abs(counts[index]! - KEY_COUNT * share)).toBeLessThanOrEqual(error);
  }
});

it('correlates neither a gate with its split nor two gates with each other', () => {
  const salt = 'flag-salt';
  const gateAndSplit = [
    [0, 0],
    [0, 0],
  ];
  const twoGates = [
    [0, 0],
    [0, 0],
  ];

  for (let index = 0; index < 200_000; index += 1) {
    const key = `user-${index}`;
    const split = bucketOf(key, salt)! < 50_000 ? 1 : 0;
    const gate = bucketOf(key, `${salt}:gate:one`)! < 20_000 ? 1 : 0;
    const otherGate = bucketOf(key, `${salt}:gate:two`)! < 30_000 ? 1 : 0;
    gateAndSplit[gate]![split]! += 1;
    twoGates[gate]![otherGate]! += 1;
  }

  // One degree of freedom: 15.1 is passed by chance once in 10,000 times.
  expect(chiSquare(gateAndSplit)).toBeLessThan(15.1);
  expect(chiSquare(twoGates)).toBeLessThan(15.1);
});

it('moves nobody out when a gate or a first share widens from 10 to 20 percent', () => {
  const gated = (key: string, weight: number) =>
    makeFlag(key, { rules: [makeRule({ gate: { bucketBy: 'targetingKey', weight } })] });
  const compiled = compileClean([
    gated('gate-10', 10_000),
    gated('gate-20', 20_000),
    makeFlag('split-10', { fallthrough: makeRollout(10_000) }),
    makeFlag('split-20', { fallthrough: makeRollout(20_000) }),
  ]);
  const isServed = (flagKey: string, targetingKey: string): boolean =>
    evaluate(compiled, flagKey, { targetingKey }).value === true;
  const moved = { out: 0, in: 0 };

  for (let index = 0; index < 100_000; index += 1) {
    const key = `user-${index}`;
    for (const kind of ['gate', 'split']) {
      if (isServed(`${kind}-10`, key) && !isServed(`${kind}-20`, key)) moved.out += 1;
      if (!isServed(`${kind}-10`, key) && isServed(`${kind}-20`, key)) moved.in += 1;
    }
  }

  expect(moved.out).toBe(0);
  expect(moved.in / 200_000).toBeCloseTo(0.1, 2);
});

it('keeps a context in its variation whichever rule splits', () => {
  const rules = ['de', 'fr'].map((country) =>
    makeRule({
      id: country,
      conditions: [{ attribute: 'country', operator: 'EQUALS', values: [country] }],
      serve: makeRollout(50_000),
    }),
  );
  const compiled = compileClean([makeFlag('flag', { rules })]);

  for (let index = 0; index < 1_000; index += 1) {
    const [first, second] = ['de', 'fr'].map((country) =>
      evaluate(compiled, 'flag', { targetingKey: `u${index}`, attributes: { country } }),
    );
    expect(first?.variationKey).toBe(second?.variationKey);
  }
});
