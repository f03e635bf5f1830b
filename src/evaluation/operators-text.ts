import { CONDITION_VALUES_MAX } from './bounds';
import type { OperatorRow, ParsedOperand } from './operands';
import { accept, defineOperator, foldCase, reject } from './operands';
import { quote } from './quote';
import { compileRegex } from './regex';

type Scalar = string | number | boolean;
type PlainTest = (value: unknown) => boolean;
type TextTest = (text: string) => boolean;

/** Equality without coercion: a number never equals its text. */
export const SCALAR_OPERATORS = {
  IN: defineIn('IN', false),
  NOT_IN: defineIn('NOT_IN', true),
  EQUALS: defineEquals('EQUALS', false),
  NOT_EQUALS: defineEquals('NOT_EQUALS', true),
};

/** One of several operands must match; for negated operators, none may. */
export const TEXT_OPERATORS = {
  STARTS_WITH: defineText('STARTS_WITH', false, (operand) => (text) => text.startsWith(operand)),
  NOT_STARTS_WITH: defineText('NOT_STARTS_WITH', true, (operand) => (text) => text.startsWith(operand)),
  ENDS_WITH: defineText('ENDS_WITH', false, (operand) => (text) => text.endsWith(operand)),
  NOT_ENDS_WITH: defineText('NOT_ENDS_WITH', true, (operand) => (text) => text.endsWith(operand)),
  CONTAINS: defineText('CONTAINS', false, (operand) => (text) => text.includes(operand)),
  NOT_CONTAINS: defineText('NOT_CONTAINS', true, (operand) => (text) => text.includes(operand)),
  MATCHES: defineMatches('MATCHES', false),
  NOT_MATCHES: defineMatches('NOT_MATCHES', true),
};

export const PRESENCE_OPERATORS = {
  EXISTS: definePresence('EXISTS', (value) => value !== undefined && value !== null),
  NOT_EXISTS: definePresence('NOT_EXISTS', (value) => value === undefined || value === null),
};

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/**
 * Tests a list by its elements of the right type: one of them must pass; negated, there must be at least one and none may
 * pass. So a negated test, too, fails for values of another type.
 */
function testList<Accepted>(
  isAccepted: (value: unknown) => value is Accepted,
  test: (value: Accepted) => boolean,
  isNegated: boolean,
): PlainTest {
  return (value) => {
    if (!Array.isArray(value)) return false;
    let isPresent = false;
    for (const element of value) {
      if (!isAccepted(element)) continue;
      if (test(element)) return !isNegated;
      isPresent = true;
    }
    return isPresent && isNegated;
  };
}

function testScalar(test: (value: Scalar) => boolean, isNegated: boolean): PlainTest {
  const testOther = testList(isScalar, test, isNegated);
  return (value) => (isScalar(value) ? test(value) !== isNegated : testOther(value));
}

function testText(test: TextTest, isNegated: boolean): PlainTest {
  const testOther = testList(isText, test, isNegated);
  return (value) => (typeof value === 'string' ? test(value) !== isNegated : testOther(value));
}

function parseScalar(value: unknown, ignoreCase: boolean): ParsedOperand<Scalar> {
  if (!isScalar(value)) return reject(`Value ${quote(value)} is not a string, a finite number, true or false.`);
  return accept(ignoreCase && isText(value) ? foldCase(value) : value);
}

function defineIn(name: string, isNegated: boolean): OperatorRow {
  return defineOperator<Scalar>({
    name,
    accepts: 'SCALAR',
    hasCaseSwitch: true,
    takes: `1 to ${CONDITION_VALUES_MAX} strings, numbers or booleans`,
    countMin: 1,
    countMax: CONDITION_VALUES_MAX,
    parse: parseScalar,
    build: (operands, ignoreCase) => {
      const set: ReadonlySet<unknown> = new Set(operands);
      const test = testScalar(
        foldScalar((value) => set.has(value), ignoreCase),
        isNegated,
      );
      if (ignoreCase) return test;
      // This is the most common condition, so it takes one closure instead of three.
      return (value) => (typeof value === 'string' ? set.has(value) !== isNegated : test(value));
    },
  });
}

function defineEquals(name: string, isNegated: boolean): OperatorRow {
  return defineOperator<Scalar>({
    name,
    accepts: 'SCALAR',
    hasCaseSwitch: true,
    takes: 'exactly 1 string, number or boolean',
    countMin: 1,
    countMax: 1,
    parse: parseScalar,
    build: ([operand], ignoreCase) =>
      testScalar(
        foldScalar((value) => value === operand, ignoreCase),
        isNegated,
      ),
  });
}

function foldScalar(test: (value: Scalar) => boolean, ignoreCase: boolean): (value: Scalar) => boolean {
  return ignoreCase ? (value) => test(isText(value) ? foldCase(value) : value) : test;
}

function defineText(name: string, isNegated: boolean, testFor: (operand: string) => TextTest): OperatorRow {
  return defineOperator<string>({
    name,
    accepts: 'TEXT',
    hasCaseSwitch: true,
    takes: `1 to ${CONDITION_VALUES_MAX} texts`,
    countMin: 1,
    countMax: CONDITION_VALUES_MAX,
    parse: (value, ignoreCase) => {
      if (!isText(value)) return reject(`Value ${quote(value)} is not a string.`);
      return accept(ignoreCase ? foldCase(value) : value);
    },
    build: (operands, ignoreCase) => {
      const test = anyOf(operands.map(testFor));
      return testText(ignoreCase ? (text) => test(foldCase(text)) : test, isNegated);
    },
  });
}

function defineMatches(name: string, isNegated: boolean): OperatorRow {
  return defineOperator<TextTest>({
    name,
    accepts: 'TEXT',
    hasCaseSwitch: true,
    takes: `1 to ${CONDITION_VALUES_MAX} regular expressions`,
    countMin: 1,
    countMax: CONDITION_VALUES_MAX,
    parse: (value, ignoreCase) => {
      if (!isText(value)) return reject(`Value ${quote(value)} is not a string.`);
      const { matches, problem } = compileRegex(value, ignoreCase);
      return problem === null ? accept(matches) : reject(problem);
    },
    build: (operands) => testText(anyOf(operands), isNegated),
  });
}

function anyOf(tests: readonly TextTest[]): TextTest {
  const [first] = tests;
  if (tests.length === 1 && first !== undefined) return first;
  return (text) => tests.some((test) => test(text));
}

function definePresence(name: string, test: PlainTest): OperatorRow {
  return defineOperator<never>({
    name,
    accepts: 'ANY',
    hasCaseSwitch: false,
    takes: 'no values',
    countMin: 0,
    countMax: 0,
    parse: () => reject(''),
    build: () => test,
  });
}
