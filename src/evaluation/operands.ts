import type { Subject } from './context';

/** The parts of every row of the operator table: a check of the operands, and a test of one attribute value. */

/** Decides one attribute value; `undefined` means absent. A test may cache values for the next one only in `subject.memory`. */
export type ValueTest = (value: unknown, subject: Subject) => boolean;

export interface OperandIssue {
  /** Index in `values`, or null for `values` as a whole. */
  readonly index: number | null;
  readonly message: string;
}

/** The result of compiling operands: a test, or all issues with them. */
export type CompiledOperands =
  { readonly test: ValueTest; readonly issues: readonly [] } | { readonly test: null; readonly issues: readonly OperandIssue[] };

/** One operator. Another dialect's operators would be further rows under namespaced names. */
export interface OperatorRow {
  /** Attribute values that are tested; all others count as absent. An array is tested by its elements. */
  readonly accepts: 'SCALAR' | 'TEXT' | 'NUMBER' | 'DATE' | 'VERSION' | 'IP' | 'ANY';
  /** Whether `ignoreCase` has an effect. */
  readonly hasCaseSwitch: boolean;
  /** Number and kind of operands, to be read after "takes". */
  readonly takes: string;
  readonly compile: (values: readonly unknown[], ignoreCase: boolean) => CompiledOperands;
}

/** An operand in the form that the test needs, or a sentence that says why it is invalid. */
export type ParsedOperand<Operand> =
  { readonly operand: Operand; readonly problem: null } | { readonly operand: null; readonly problem: string };

export interface OperatorDefinition<Operand> {
  readonly name: string;
  readonly accepts: OperatorRow['accepts'];
  readonly hasCaseSwitch: boolean;
  readonly takes: string;
  readonly countMin: number;
  readonly countMax: number;
  readonly parse: (value: unknown, ignoreCase: boolean) => ParsedOperand<Operand>;
  /** Says what is wrong with the operands together when each of them is valid; null when they are valid. */
  readonly checkTogether?: (operands: readonly Operand[]) => string | null;
  readonly build: (operands: readonly Operand[], ignoreCase: boolean) => ValueTest;
}

export function defineOperator<Operand>(definition: OperatorDefinition<Operand>): OperatorRow {
  const { accepts, hasCaseSwitch, takes } = definition;
  return { accepts, hasCaseSwitch, takes, compile: (values, ignoreCase) => compileOperands(definition, values, ignoreCase) };
}

function compileOperands<Operand>(
  definition: OperatorDefinition<Operand>,
  values: readonly unknown[],
  ignoreCase: boolean,
): CompiledOperands {
  const { name, takes, countMin, countMax } = definition;
  if (values.length < countMin || values.length > countMax) {
    const got = `${values.length} ${values.length === 1 ? 'value' : 'values'}`;
    return refuse([{ index: null, message: `Operator ${name} takes ${takes}; got ${got}.` }]);
  }
  const operands: Operand[] = [];
  const issues: OperandIssue[] = [];
  for (const [index, value] of values.entries()) {
    const { operand, problem } = definition.parse(value, ignoreCase);
    if (problem === null) operands.push(operand);
    else issues.push({ index, message: problem });
  }
  if (issues.length > 0) return refuse(issues);
  const together = definition.checkTogether?.(operands) ?? null;
  return together === null
    ? { test: definition.build(operands, ignoreCase), issues: [] }
    : refuse([{ index: null, message: `Operator ${name} takes ${takes}; ${together}` }]);
}

function refuse(issues: readonly OperandIssue[]): CompiledOperands {
  return { test: null, issues };
}

export function accept<Operand>(operand: Operand): ParsedOperand<Operand> {
  return { operand, problem: null };
}

export function reject(problem: string): { readonly operand: null; readonly problem: string } {
  return { operand: null, problem };
}

/**
 * Folds case: Unicode's locale-independent lower case, with the final sigma as an ordinary one; otherwise a prefix that ends
 * in sigma would not match a longer word. `ß` and `SS` stay different.
 */
export function foldCase(text: string): string {
  return text.toLowerCase().replace(/\u03c2/g, '\u03c3');
}

/** Whether the value is a list with an element that passes; lists inside lists do not count. */
export function testElements(value: unknown, test: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.some((element) => !Array.isArray(element) && test(element));
}
