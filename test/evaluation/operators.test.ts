import type { AttributeOperator, JsonValue } from '../../src/evaluation';
import { ATTRIBUTE_OPERATORS, checkAttributeCondition, evaluate, OPERATORS } from '../../src/evaluation';
import { compileRegex } from '../../src/evaluation/regex';

import { compileClean, makeFlag, makeRule } from './support/make';

interface Row {
  readonly values: readonly JsonValue[];
  readonly matching: JsonValue;
  readonly other: JsonValue;
  /** A value of a type that the operator does not know; undefined when it knows all. */
  readonly wrong?: JsonValue;
  /** Matches only without regard to case. */
  readonly cased?: string;
}

const TEXT = { matching: 'abc', other: 'xyz', wrong: 5, cased: 'ABC' };
const NUMBER = { wrong: '5' };

const ROWS: { readonly [operator in AttributeOperator]: Row } = {
  IN: { values: ['abc', 5], matching: 'abc', other: 'xyz', wrong: { a: 1 }, cased: 'ABC' },
  NOT_IN: { values: ['abc', 5], matching: 'xyz', other: 'abc', wrong: { a: 1 } },
  EQUALS: { values: ['abc'], matching: 'abc', other: 'xyz', wrong: { a: 1 }, cased: 'ABC' },
  NOT_EQUALS: { values: ['abc'], matching: 'xyz', other: 'abc', wrong: { a: 1 } },
  STARTS_WITH: { values: ['ab'], ...TEXT },
  NOT_STARTS_WITH: { values: ['ab'], matching: 'xyz', other: 'abc', wrong: 5 },
  ENDS_WITH: { values: ['bc', 'q'], ...TEXT },
  NOT_ENDS_WITH: { values: ['bc', 'q'], matching: 'xyz', other: 'abc', wrong: 5 },
  CONTAINS: { values: ['b'], ...TEXT },
  NOT_CONTAINS: { values: ['b'], matching: 'xyz', other: 'abc', wrong: 5 },
  MATCHES: { values: ['^a.c$'], ...TEXT },
  NOT_MATCHES: { values: ['^a.c$'], matching: 'xyz', other: 'abc', wrong: 5 },
  LESS_THAN: { values: [5], matching: 4.5, other: 5, ...NUMBER },
  LESS_OR_EQUAL: { values: [5], matching: 5, other: 6, ...NUMBER },
  GREATER_THAN: { values: [5], matching: 6, other: 5, ...NUMBER },
  GREATER_OR_EQUAL: { values: [5], matching: 5, other: 4, ...NUMBER },
  BETWEEN: { values: [1, 5], matching: 5, other: 6, ...NUMBER },
  MODULO: { values: [3, 1], matching: -2, other: 3, ...NUMBER },
  BEFORE: { values: ['2024-01-01T00:00:00Z'], matching: '2023-12-31T23:59:59Z', other: 1_704_067_200_000, wrong: 'soon' },
  AFTER: { values: [0], matching: '1970-01-01T00:00:01Z', other: -1, wrong: true },
  SEMVER_EQUAL: { values: ['2'], matching: '2.0.0', other: '2.0.1', wrong: 2 },
  SEMVER_LESS: { values: ['2.0.0'], matching: '2.0.0-rc.1', other: '2', wrong: 'v1' },
  SEMVER_LESS_OR_EQUAL: { values: ['2.0.0'], matching: '2.0', other: '2.0.1', wrong: 1 },
  SEMVER_GREATER: { values: ['2.0.0'], matching: '10.0.0', other: '2.0.0', wrong: 'x' },
  SEMVER_GREATER_OR_EQUAL: { values: ['2.0.0'], matching: '2.0.0', other: '1.9.9', wrong: null },
  IP_IN_CIDR: { values: ['10.0.0.0/8', '::1'], matching: '10.1.2.3', other: '11.0.0.1', wrong: 10 },
  EXISTS: { values: [], matching: false, other: null },
  NOT_EXISTS: { values: [], matching: null, other: 0 },
};

const PRESENCE: readonly string[] = ['EXISTS', 'NOT_EXISTS'];
const rows = ATTRIBUTE_OPERATORS.map((operator) => ({ operator, ...ROWS[operator] }));

function decide(
  operator: AttributeOperator,
  values: readonly JsonValue[],
  actual: JsonValue | undefined,
  ignoreCase?: boolean,
): boolean {
  const condition = { attribute: 'a', operator, values, ...(ignoreCase === undefined ? {} : { ignoreCase }) };
  const compiled = compileClean([makeFlag('flag', { rules: [makeRule({ conditions: [condition] })] })]);
  const attributes: { [name: string]: JsonValue } = actual === undefined ? {} : { a: actual };
  return evaluate(compiled, 'flag', { attributes }).value === true;
}

it('has a row for each operator of the table', () => {
  expect(Object.keys(ROWS)).toEqual([...ATTRIBUTE_OPERATORS]);
  expect([...OPERATORS.keys()]).toEqual([...ATTRIBUTE_OPERATORS]);
});

describe.each(rows)('given $operator', ({ operator, values, matching, other, wrong, cased }) => {
  const isPresence = PRESENCE.includes(operator);

  it('matches a matching value and no other', () => {
    expect([decide(operator, values, matching), decide(operator, values, other)]).toEqual([true, false]);
  });

  it('does not match an absent or null attribute, unless it asks for absence', () => {
    const isAbsenceAsked = operator === 'NOT_EXISTS';
    expect([decide(operator, values, undefined), decide(operator, values, null)]).toEqual([isAbsenceAsked, isAbsenceAsked]);
  });

  it('takes a value of the wrong type as absent', () => {
    if (!isPresence) expect(decide(operator, values, wrong ?? null)).toBe(false);
    if (!isPresence) expect(decide(operator, values, {})).toBe(false);
  });

  it('takes an empty list, or one of wrong types, as absent', () => {
    if (isPresence) return;
    expect(decide(operator, values, [])).toBe(false);
    expect(decide(operator, values, [null, {}, [matching]])).toBe(false);
  });

  it('asks any element of a list, or none when it is negated', () => {
    if (isPresence) return;
    const isNegated = operator.startsWith('NOT_');
    expect(decide(operator, values, [matching])).toBe(true);
    expect(decide(operator, values, [other, wrong ?? null])).toBe(false);
    expect(decide(operator, values, [other, matching])).toBe(!isNegated);
  });

  it('regards case unless it is switched off, where it knows case', () => {
    if (cased !== undefined) {
      expect([
        decide(operator, values, cased),
        decide(operator, values, cased, false),
        decide(operator, values, cased, true),
      ]).toEqual([false, false, true]);
    } else if (!OPERATORS.get(operator)?.hasCaseSwitch) {
      expect(checkAttributeCondition({ attribute: 'a', operator, values, ignoreCase: true })).toEqual([
        { path: ['ignoreCase'], message: `Operator ${operator} does not compare text; ignoreCase has no meaning for it.` },
      ]);
    }
  });

  it('refuses a wrong number of operands', () => {
    const tooMany = isPresence ? ['x'] : Array.from({ length: 1_001 }, () => values[0] ?? null);
    const tooFew = isPresence ? ['x', 'y'] : [];
    for (const wrongValues of [tooFew, tooMany]) {
      expect(checkAttributeCondition({ attribute: 'a', operator, values: wrongValues })).toEqual([
        { path: ['values'], message: expect.stringMatching(/takes/) },
      ]);
    }
  });

  it('refuses operands of wrong types, each with its place', () => {
    if (isPresence) return;
    const issues = checkAttributeCondition({ attribute: 'a', operator, values: values.map(() => ({})) });
    expect(issues.map(({ path }) => path)).toEqual(values.map((_, index) => ['values', index]));
  });
});

it.each<
  [string, { attribute?: unknown; operator?: unknown; values?: unknown; ignoreCase?: unknown }, (string | number)[], string]
>([
  ['an unknown operator', { operator: 'LIKE' }, ['operator'], 'Unknown operator: "LIKE".'],
  ['an operator that is no text', { operator: [1] }, ['operator'], 'Unknown operator: a list.'],
  ['an operator named like a prototype', { operator: '__proto__' }, ['operator'], 'Unknown operator: "__proto__".'],
  ['an empty reference', { attribute: '' }, ['attribute'], 'An attribute reference must be a non-empty string.'],
  ['a reference that is no text', { attribute: 5 }, ['attribute'], 'An attribute reference must be a non-empty string.'],
  [
    'a broken pointer',
    { attribute: '/a~2' },
    ['attribute'],
    'Attribute reference "/a~2" is not a JSON Pointer: "~" must be followed by 0 or 1.',
  ],
  ['values that are no list', { values: 'x' }, ['values'], 'Operator IN takes a list of values; got "x".'],
  ['too many values', { values: Array(1_001).fill('x') }, ['values'], 'A condition takes at most 1000 values; got 1001.'],
  ['no values', { values: [] }, ['values'], 'Operator IN takes 1 to 1000 strings, numbers or booleans; got 0 values.'],
  [
    'one value too few',
    { operator: 'BETWEEN', values: [1] },
    ['values'],
    'Operator BETWEEN takes exactly 2 numbers, the lower bound first; got 1 value.',
  ],
  [
    'three bounds',
    { operator: 'BETWEEN', values: [1, 2, 3] },
    ['values'],
    'Operator BETWEEN takes exactly 2 numbers, the lower bound first; got 3 values.',
  ],
  [
    'bounds in the wrong order',
    { operator: 'BETWEEN', values: [2, 1] },
    ['values'],
    'Operator BETWEEN takes exactly 2 numbers, the lower bound first; got 2 before 1.',
  ],
  [
    'the divisor 0',
    { operator: 'MODULO', values: [0, 0] },
    ['values'],
    'Operator MODULO takes exactly 2 numbers, a non-zero divisor and a remainder of at least 0 and less than the divisor; got the divisor 0.',
  ],
  [
    'a remainder that cannot be',
    { operator: 'MODULO', values: [3, 3] },
    ['values'],
    'Operator MODULO takes exactly 2 numbers, a non-zero divisor and a remainder of at least 0 and less than the divisor; got the remainder 3 for the divisor 3.',
  ],
  [
    'a negative remainder',
    { operator: 'MODULO', values: [3, -1] },
    ['values'],
    'Operator MODULO takes exactly 2 numbers, a non-zero divisor and a remainder of at least 0 and less than the divisor; got the remainder -1 for the divisor 3.',
  ],
  ['NaN', { operator: 'LESS_THAN', values: [NaN] }, ['values', 0], 'Value NaN is not a finite number.'],
  ['infinity', { values: [Infinity] }, ['values', 0], 'Value Infinity is not a string, a finite number, true or false.'],
  ['null', { values: ['a', null] }, ['values', 1], 'Value null is not a string, a finite number, true or false.'],
  ['a number as text', { operator: 'CONTAINS', values: [5] }, ['values', 0], 'Value 5 is not a string.'],
  [
    'a date alone',
    { operator: 'BEFORE', values: ['2024-01-01'] },
    ['values', 0],
    'Value "2024-01-01" is not an RFC 3339 date and time or epoch milliseconds.',
  ],
  [
    'a range of words',
    { operator: 'IP_IN_CIDR', values: ['10.0.0.0/33'] },
    ['values', 0],
    'Value "10.0.0.0/33" is not an IPv4 or IPv6 range such as 10.0.0.0/8 or 2001:db8::/32.',
  ],
  ['a number as pattern', { operator: 'MATCHES', values: [5] }, ['values', 0], 'Value 5 is not a string.'],
  [
    'a long pattern',
    { operator: 'MATCHES', values: ['a'.repeat(513)] },
    ['values', 0],
    'Regular expression has 513 characters; at most 512 are allowed.',
  ],
  [
    'a pattern of 1 MB',
    { operator: 'MATCHES', values: ['('.repeat(1_000_000)] },
    ['values', 0],
    'Regular expression has 1000000 characters; at most 512 are allowed.',
  ],
  ['a case switch that is no switch', { ignoreCase: 'yes' }, ['ignoreCase'], 'ignoreCase must be true or false; got "yes".'],
])('refuses %s', (_, parts, path, message) => {
  expect(checkAttributeCondition({ attribute: 'a', operator: 'IN', values: ['x'], ...parts })).toEqual([{ path, message }]);
});

it.each(['(a)\\1', '(?=a)', '(?<=a)b', '(?<!a)b', '(?!a)', 'a{1001}', '[', '(', 'a**', '\\C', 'x{2}{300}{300}'])(
  'refuses the pattern %s, which RE2 does not have',
  (pattern) => {
    const issues = checkAttributeCondition({ attribute: 'a', operator: 'MATCHES', values: [pattern] });

    expect(issues).toEqual([{ path: ['values', 0], message: expect.stringMatching(/^Regular expression is not RE2 syntax/) }]);
  },
);

it('does not blame the syntax for what the engine itself fails at', () => {
  const { problem } = compileRegex({ length: 1 } as never, false);

  expect(problem).toMatch(/^Regular expression cannot be compiled: /);
});

it('refuses a pattern that compiles to too many steps', () => {
  const issues = checkAttributeCondition({ attribute: 'a', operator: 'MATCHES', values: ['((a{1,10}){1,10}){1,10}b'] });

  expect(issues).toEqual([
    {
      path: ['values', 0],
      message: expect.stringMatching(/^Regular expression compiles to \d+ steps; at most 2000 are allowed\.$/),
    },
  ]);
});

it('names everything that is wrong with a condition at once', () => {
  const issues = checkAttributeCondition({ attribute: '', operator: 'LESS_THAN', values: ['x'], ignoreCase: true });

  expect(issues.map(({ path }) => path)).toEqual([['attribute'], ['ignoreCase'], ['values', 0]]);
});

it('cuts long values in messages', () => {
  const [issue] = checkAttributeCondition({ attribute: 'a', operator: 'LESS_THAN', values: ['x'.repeat(100)] });

  expect(issue?.message).toBe(`Value "${'x'.repeat(60)}…" is not a finite number.`);
});

it.each(['NaN', 'Infinity', '-Infinity'])('takes %s in a context as absent', (name) => {
  const value = Number(name);

  expect([
    decide('LESS_THAN', [5], value),
    decide('GREATER_THAN', [5], value),
    decide('IN', [5], value),
    decide('NOT_IN', [5], value),
  ]).toEqual([false, false, false, false]);
  expect([decide('BEFORE', [5], value), decide('MODULO', [2, 0], value), decide('BETWEEN', [-1e308, 1e308], value)]).toEqual([
    false,
    false,
    false,
  ]);
});
