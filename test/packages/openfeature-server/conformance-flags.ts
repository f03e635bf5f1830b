/** The flags of the specification's scenarios, made on a real server from its test-flags.json. */
import { configure, makeFlag } from '../../support/make';
import type { Served } from '../support/served';
import type { Scenario } from './gherkin';

export interface SpecificationFlag {
  readonly variants: { readonly [key: string]: unknown };
  readonly defaultVariant?: string | null;
  readonly disabled?: boolean;
  /** `condition && condition ? 'variant' : ''` in the Common Expression Language. */
  readonly contextEvaluator?: string;
}

export async function makeSpecificationFlags(
  served: Served,
  flags: { readonly [key: string]: SpecificationFlag },
  scenarios: readonly Scenario[],
): Promise<void> {
  for (const [key, flag] of Object.entries(flags)) {
    // A flag without a default variant has no like here, and no scenario asks for one.
    if (!flag.defaultVariant) continue;
    await makeOne(served, key, flag, defaultIn(scenarios, key));
  }
}

/** A disabled flag serves its off variation here, not the code's default; so it has the default that the scenarios ask with. */
async function makeOne(served: Served, key: string, flag: SpecificationFlag, fallback: string | undefined): Promise<void> {
  const { project, environment } = served;
  const values = { ...flag.variants };
  const valueType = typeOf(Object.values(values)[0]);
  if (flag.disabled && fallback !== undefined) values.off = valueType === 'STRING' ? fallback : (JSON.parse(fallback) as unknown);
  const onVariation = flag.defaultVariant as string;
  const offVariation = flag.disabled ? 'off' : (Object.keys(values).find((name) => name !== onVariation) as string);
  const variations = Object.entries(values).map(([name, value]) => ({ key: name, name, value }));
  const made = await makeFlag(project, { key, valueType, variations, onVariation, offVariation });
  await configure(project, made, environment, {
    ...{ isEnabled: !flag.disabled, offVariation, fallthrough: { variation: onVariation } },
    rules: flag.contextEvaluator === undefined ? [] : [ruleOf(flag.contextEvaluator)],
  });
}

function defaultIn(scenarios: readonly Scenario[], key: string): string | undefined {
  return scenarios.find(({ example }) => example.key === key)?.example.default?.replaceAll('\\"', '"');
}

function typeOf(value: unknown): string {
  if (typeof value === 'boolean') return 'BOOLEAN';
  if (typeof value === 'string') return 'STRING';
  return typeof value === 'number' ? 'NUMBER' : 'JSON';
}

function ruleOf(expression: string): object {
  const [, test = '', variation = ''] = /^(.*) \? '(.*)' : ''$/.exec(expression) ?? [];
  return { id: 'expression', conditions: test.split(' && ').map(conditionOf), serve: { variation } };
}

function conditionOf(text: string): object {
  const [, not, attribute, sign, value] = /^(!?)(\w+)(?: (==|>) (?:'([^']*)'|\d+))?$/.exec(text) ?? [];
  if (attribute === undefined) throw new Error(`The expression "${text}" is of a form that is not known here.`);
  if (not === '!') return { attribute: { attribute, operator: 'NOT_EQUALS', values: [true] } };
  if (sign === '>') return { attribute: { attribute, operator: 'GREATER_THAN', values: [Number(text.split('> ')[1])] } };
  return { attribute: { attribute, operator: 'EQUALS', values: [value ?? true] } };
}
