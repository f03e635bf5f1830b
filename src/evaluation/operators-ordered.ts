import { CONDITION_VALUES_MAX, VERSION_LENGTH_MAX } from './bounds';
import { parseDate } from './dates';
import type { IpRange } from './ip';
import { isInRange, parseIp, parseIpRange } from './ip';
import type { OperatorRow, ParsedOperand, ValueTest } from './operands';
import { accept, defineOperator, reject, testElements } from './operands';
import { quote } from './quote';
import type { Version } from './semver';
import { compareVersionText, parseVersion } from './semver';

export const NUMBER_OPERATORS = {
  LESS_THAN: defineNumber('LESS_THAN', testLess),
  LESS_OR_EQUAL: defineNumber('LESS_OR_EQUAL', testLessOrEqual),
  GREATER_THAN: defineNumber('GREATER_THAN', testGreater),
  GREATER_OR_EQUAL: defineNumber('GREATER_OR_EQUAL', testGreaterOrEqual),
  BETWEEN: definePair('BETWEEN', 'exactly 2 numbers, the lower bound first', checkBetween, testBetween),
  MODULO: definePair(
    'MODULO',
    'exactly 2 numbers, a non-zero divisor and a remainder of at least 0 and less than the divisor',
    checkModulo,
    testModulo,
  ),
};

export const DATE_OPERATORS = {
  BEFORE: defineDate('BEFORE', (value, operand) => value < operand),
  AFTER: defineDate('AFTER', (value, operand) => value > operand),
};

export const VERSION_OPERATORS = {
  SEMVER_EQUAL: defineVersion('SEMVER_EQUAL', 0, 0),
  SEMVER_LESS: defineVersion('SEMVER_LESS', -Infinity, -1),
  SEMVER_LESS_OR_EQUAL: defineVersion('SEMVER_LESS_OR_EQUAL', -Infinity, 0),
  SEMVER_GREATER: defineVersion('SEMVER_GREATER', 1, Infinity),
  SEMVER_GREATER_OR_EQUAL: defineVersion('SEMVER_GREATER_OR_EQUAL', 0, Infinity),
};

export const IP_OPERATORS = {
  IP_IN_CIDR: defineOperator<IpRange>({
    name: 'IP_IN_CIDR',
    accepts: 'IP',
    hasCaseSwitch: false,
    takes: `1 to ${CONDITION_VALUES_MAX} address ranges`,
    countMin: 1,
    countMax: CONDITION_VALUES_MAX,
    parse: parseRangeOperand,
    build: (ranges) => {
      const test = (value: unknown): boolean =>
        typeof value === 'string' ? isInAnyRange(value, ranges) : testElements(value, test);
      return test;
    },
  }),
};

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function parseNumber(value: unknown): ParsedOperand<number> {
  return isNumber(value) ? accept(value) : reject(`Value ${quote(value)} is not a finite number.`);
}

function defineNumber(name: string, testFor: (operand: number) => ValueTest): OperatorRow {
  return defineOperator<number>({
    name,
    accepts: 'NUMBER',
    hasCaseSwitch: false,
    takes: 'exactly 1 number',
    countMin: 1,
    countMax: 1,
    parse: parseNumber,
    build: ([operand]) => testFor(operand as number),
  });
}

// The four are written out, because passing the comparison would add a call to the hottest tests.
function testLess(operand: number): ValueTest {
  const test = (value: unknown): boolean => (isNumber(value) ? value < operand : testElements(value, test));
  return test;
}

function testLessOrEqual(operand: number): ValueTest {
  const test = (value: unknown): boolean => (isNumber(value) ? value <= operand : testElements(value, test));
  return test;
}

function testGreater(operand: number): ValueTest {
  const test = (value: unknown): boolean => (isNumber(value) ? value > operand : testElements(value, test));
  return test;
}

function testGreaterOrEqual(operand: number): ValueTest {
  const test = (value: unknown): boolean => (isNumber(value) ? value >= operand : testElements(value, test));
  return test;
}

function definePair(
  name: string,
  takes: string,
  check: (first: number, second: number) => string | null,
  testFor: (first: number, second: number) => ValueTest,
): OperatorRow {
  return defineOperator<number>({
    name,
    accepts: 'NUMBER',
    hasCaseSwitch: false,
    takes,
    countMin: 2,
    countMax: 2,
    parse: parseNumber,
    checkTogether: ([first, second]) => check(first as number, second as number),
    build: ([first, second]) => testFor(first as number, second as number),
  });
}

function checkBetween(lower: number, upper: number): string | null {
  return lower <= upper ? null : `got ${lower} before ${upper}.`;
}

function testBetween(lower: number, upper: number): ValueTest {
  const test = (value: unknown): boolean => (isNumber(value) ? value >= lower && value <= upper : testElements(value, test));
  return test;
}

function checkModulo(divisor: number, remainder: number): string | null {
  if (divisor === 0) return 'got the divisor 0.';
  return remainder >= 0 && remainder < Math.abs(divisor) ? null : `got the remainder ${remainder} for the divisor ${divisor}.`;
}

/** Uses the Euclidean remainder, which is never negative. */
function testModulo(divisor: number, remainder: number): ValueTest {
  const size = Math.abs(divisor);
  const test = (value: unknown): boolean => {
    if (!isNumber(value)) return testElements(value, test);
    const left = value % size;
    return (left < 0 ? left + size : left) === remainder;
  };
  return test;
}

function defineDate(name: string, test: (value: number, operand: number) => boolean): OperatorRow {
  return defineOperator<number>({
    name,
    accepts: 'DATE',
    hasCaseSwitch: false,
    takes: 'exactly 1 date, an RFC 3339 string or epoch milliseconds',
    countMin: 1,
    countMax: 1,
    parse: (value) => {
      const date = dateOf(value);
      return date === null
        ? reject(`Value ${quote(value)} is not an RFC 3339 date and time or epoch milliseconds.`)
        : accept(date);
    },
    build: ([operand]) => {
      const testValue = (value: unknown): boolean => {
        const date = dateOf(value);
        return date === null ? testElements(value, testValue) : test(date, operand as number);
      };
      return testValue;
    },
  });
}

function dateOf(value: unknown): number | null {
  if (typeof value === 'string') return parseDate(value);
  return isNumber(value) ? value : null;
}

/** Matches when the order of the value to the operand is between the two, both included; NaN (not a version) never matches. */
function defineVersion(name: string, orderMin: number, orderMax: number): OperatorRow {
  return defineOperator<Version>({
    name,
    accepts: 'VERSION',
    hasCaseSwitch: false,
    takes: 'exactly 1 version',
    countMin: 1,
    countMax: 1,
    parse: (value) => {
      const version = typeof value === 'string' ? parseVersion(value) : null;
      if (version !== null) return accept(version);
      return reject(
        `Value ${quote(value)} is not a version such as 2.1.0-rc.1, 2.1.0, 2.1 or 2, without a leading v, of at most ${VERSION_LENGTH_MAX} characters.`,
      );
    },
    build: ([operand]) => {
      const version = operand as Version;
      const test: ValueTest = (value, subject) => {
        if (typeof value !== 'string') return testElements(value, (element) => test(element, subject));
        const order = compareVersionText(value, version, subject.memory.version);
        return order >= orderMin && order <= orderMax;
      };
      return test;
    },
  });
}

function parseRangeOperand(value: unknown): ParsedOperand<IpRange> {
  const range = typeof value === 'string' ? parseIpRange(value) : null;
  return range === null
    ? reject(`Value ${quote(value)} is not an IPv4 or IPv6 range such as 10.0.0.0/8 or 2001:db8::/32.`)
    : accept(range);
}

function isInAnyRange(text: string, ranges: readonly IpRange[]): boolean {
  const address = parseIp(text);
  return address !== null && ranges.some((range) => isInRange(address, range));
}
