import { CONDITION_VALUES_MAX } from './bounds';
import { checkAttributeReference } from './context';
import type { CompiledOperands, OperatorRow, ValueTest } from './operands';
import { quote } from './quote';
import { DATE_OPERATORS, IP_OPERATORS, NUMBER_OPERATORS, VERSION_OPERATORS } from './operators-ordered';
import { PRESENCE_OPERATORS, SCALAR_OPERATORS, TEXT_OPERATORS } from './operators-text';
import type { AttributeOperator } from './snapshot';

export interface ConditionIssue {
  /** Path inside the condition, such as `['values', 2]`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export type PreparedCondition =
  | { readonly test: ValueTest; readonly issues: readonly [] }
  | { readonly test: null; readonly issues: readonly ConditionIssue[] };

const ROWS: { readonly [operator in AttributeOperator]: OperatorRow } = {
  ...SCALAR_OPERATORS,
  ...TEXT_OPERATORS,
  ...NUMBER_OPERATORS,
  ...DATE_OPERATORS,
  ...VERSION_OPERATORS,
  ...IP_OPERATORS,
  ...PRESENCE_OPERATORS,
};

/** The operators by name, in the order of the documentation. */
export const OPERATORS: ReadonlyMap<string, OperatorRow> = new Map(Object.entries(ROWS));
export const ATTRIBUTE_OPERATORS = Object.freeze(Object.keys(ROWS)) as readonly AttributeOperator[];

/** Lists the issues that keep the core from deciding a condition on an attribute; empty when it can decide. */
export function checkAttributeCondition(condition: {
  readonly attribute: unknown;
  readonly operator: unknown;
  readonly values: unknown;
  readonly ignoreCase?: unknown;
}): readonly ConditionIssue[] {
  return prepareAttributeCondition(condition).issues;
}

export function prepareAttributeCondition(condition: { readonly [name: string]: unknown }): PreparedCondition {
  const { attribute, operator, values, ignoreCase } = condition;
  const issues: ConditionIssue[] = [];
  const referenceProblem = checkAttributeReference(attribute);
  if (referenceProblem !== null) issues.push({ path: ['attribute'], message: referenceProblem });
  const row = typeof operator === 'string' ? OPERATORS.get(operator) : undefined;
  if (row === undefined) {
    issues.push({ path: ['operator'], message: `Unknown operator: ${quote(operator)}.` });
    return { test: null, issues };
  }
  const name = String(operator);
  const caseProblem = checkCaseSwitch(name, row, ignoreCase);
  if (caseProblem !== null) issues.push({ path: ['ignoreCase'], message: caseProblem });
  const { test, issues: operandIssues } = compileOperands(name, row, values, ignoreCase === true);
  for (const { index, message } of operandIssues) {
    issues.push({ path: index === null ? ['values'] : ['values', index], message });
  }
  return test === null || issues.length > 0 ? { test: null, issues } : { test, issues: [] };
}

function checkCaseSwitch(name: string, row: OperatorRow, ignoreCase: unknown): string | null {
  if (ignoreCase === undefined || ignoreCase === null || ignoreCase === false) return null;
  if (ignoreCase !== true) return `ignoreCase must be true or false; got ${quote(ignoreCase)}.`;
  return row.hasCaseSwitch ? null : `Operator ${name} does not compare text; ignoreCase has no meaning for it.`;
}

function compileOperands(name: string, row: OperatorRow, values: unknown, ignoreCase: boolean): CompiledOperands {
  if (!Array.isArray(values)) {
    return refuse(`Operator ${name} takes a list of values; got ${quote(values)}.`);
  }
  if (values.length > CONDITION_VALUES_MAX) {
    return refuse(`A condition takes at most ${CONDITION_VALUES_MAX} values; got ${values.length}.`);
  }
  return row.compile(values, ignoreCase);
}

function refuse(message: string): CompiledOperands {
  return { test: null, issues: [{ index: null, message }] };
}
