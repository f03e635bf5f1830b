/** Slips that make a near miss of a plain request: something that it must not have, or that another way answers. */
import type { Parts, Scene } from './generated-requests';

type Slip = (parts: Parts) => Parts;

const adding =
  (text: string): Slip =>
  (parts) => ({ ...parts, selection: `${parts.selection} ${text}` });
const declaring =
  (declared: string, text: string, variables: object): Slip =>
  (parts) => ({
    ...adding(text)(parts),
    declared: [...parts.declared, declared],
    variables: { ...parts.variables, ...variables },
  });
const giving =
  (variables: Parts['variables']): Slip =>
  (parts) => ({ ...parts, variables: { ...parts.variables, ...variables } });
const withOther =
  (definition: string, text = ''): Slip =>
  (parts) => ({ ...adding(text)(parts), others: [...parts.others, definition] });
const named =
  (operationName: string): Slip =>
  (parts) => ({ ...parts, operationName });

function nested(levels: number): Record<string, unknown> {
  let value: Record<string, unknown> = { v: 1 };
  for (let i = 0; i < levels; i++) value = { v: value };
  return value;
}

/** A context of its own in a field of its own: whatever else is asked, this is wrong. */
const asking = (context: unknown): Slip =>
  declaring('$asked: [EvaluationContextInput!]!', 'asked: evaluate(contexts: $asked) { revision }', { asked: context });
const askingKeys = (flagKeys: unknown): Slip =>
  declaring('$wanted: [String!]', 'wanted: evaluate(contexts: {}, flagKeys: $wanted) { revision }', { wanted: flagKeys });
const askingSince = (since: unknown): Slip =>
  declaring('$after: RevisionInput', 'after: evaluate(contexts: {}, minRevision: $after) { revision }', { after: since });
const askingAt = (place: unknown): Slip =>
  declaring('$at: ID', 'at: evaluate(contexts: {}, environmentId: $at) { revision }', { at: place });
/** The only field, so that nothing but the value keeps it from being plain. */
const alone =
  (declared: string, text: string, variables: Parts['variables']): Slip =>
  (parts) => ({ ...parts, selection: text, declared: [declared], variables, others: [], operationName: undefined });

export function slips({ environmentId, otherId }: Scene): readonly Slip[] {
  return [
    // Valid, and not plain.
    adding('second: evaluate(contexts: [{}, { targetingKey: "eve" }]) { results { values } }'),
    adding('traced: evaluate(contexts: {}) { results { evaluations { flagKey trace { flagKey flags { isEnabled } } } } }'),
    adding('snapshot { revision }'),
    adding('viewer { __typename }'),
    adding('__schema { queryType { name } }'),
    adding('node(id: "flag_unknown") { ... on Flag { key } id }'),
    giving({ surplus: 1 }),
    giving({ surplus: null, another: { deep: [1] } }),
    withOther('fragment N on Node { id }', 'node(id: "flag_unknown") { ...N }'),
    (parts) => ({ ...parts, selection: '__typename', declared: [], others: [], variables: {}, operationName: undefined }),
    (parts) => ({
      ...parts,
      selection: 'evaluate(contexts: {}) @skip(if: true) { revision }',
      declared: [],
      others: [],
      variables: {},
      operationName: undefined,
    }),
    // Values that a context or an argument must not be.
    ...[null, 'ada', 7, [null], ['ada'], { unknown: 1 }, { targetingKey: 5 }, { targetingKey: ['a'] }].map(asking),
    ...[[], { attributes: [] }, { attributes: 'text' }, { attributes: 7 }, { attributes: nested(25) }].map(asking),
    ...[
      { attributes: { a: 'x'.repeat(65_536) } },
      [{}, { attributes: nested(21) }],
      Array.from({ length: 1_001 }, () => ({})),
    ].map(asking),
    ...[[1], [null], { a: 1 }, true, [['a']]].map(askingKeys),
    ...[
      { epoch: 'x' },
      { epoch: 'x', revision: 1.5 },
      { epoch: 'x', revision: 2 ** 31 },
      { epoch: null, revision: 1 },
      {},
      'x',
      [],
      3,
    ].map(askingSince),
    ...[environmentId, otherId, 'environment_unknown', 3, 1.5, '', {}, true].map(askingAt),
    alone('$c: [EvaluationContextInput!]!', 'evaluate(contexts: $c) { results { values } }', { c: [] }),
    alone('$c: [EvaluationContextInput!]!', 'evaluate(contexts: $c) { results { values } }', { c: [{}, null] }),
    alone('$c: [EvaluationContextInput!]!', 'evaluate(contexts: $c) { results { values } }', {}),
    alone('$e: ID', 'evaluate(contexts: {}, environmentId: $e) { results { values } }', { e: otherId }),
    alone('$e: ID!', 'evaluate(contexts: {}, environmentId: $e) { results { values } }', { e: 'environment_unknown' }),
    alone('$e: ID!', 'evaluate(contexts: {}, environmentId: $e) { results { values } }', { e: 42 }),
    alone('$i: Boolean = true', 'evaluate(contexts: {}) @include(if: $i) { revision }', { i: null }),
    alone('$i: Boolean', 'evaluate(contexts: {}) @include(if: $i) { revision }', { i: true }),
    alone('$i: Boolean!', 'evaluate(contexts: {}) @include(if: $i) { revision }', { i: 'true' }),
    // Not valid.
    adding('nothing'),
    adding('wrong: evaluate(contexts: {}) { results { evaluations { flagkey } } }'),
    adding('wrong: evaluate(contexts: {}) { revision { number } }'),
    adding('wrong: evaluate(contexts: {})'),
    adding('wrong: evaluate { revision }'),
    adding('wrong: evaluate(contexts: [{ targetingKey: 5 }]) { revision }'),
    adding('wrong: evaluate(contexts: {}, flagKeys: [null]) { revision }'),
    adding('wrong: evaluate(contexts: {}, flags: []) { revision }'),
    adding('wrong: evaluate(contexts: {}, contexts: {}) { revision }'),
    adding('wrong: evaluate(contexts: $undeclared) { revision }'),
    adding('wrong: evaluate(contexts: {}) { revision revision: epoch }'),
    adding('wrong: evaluate(contexts: {}) @include { revision }'),
    adding('wrong: evaluate(contexts: {}) @unknown { revision }'),
    adding('wrong: evaluate(contexts: {}) { ... on Evaluation { flagKey } }'),
    adding('...Missing'),
    withOther('fragment Unused on Evaluation { flagKey }'),
    withOther('fragment Loop on Query { ...Loop }', '...Loop'),
    withOther('fragment W on Evaluation { flagKey }', '...W'),
    declaring('$unused: Int', '', {}),
    declaring('$unused: Nothing', '', {}),
    declaring('$n: String', 'wrong: evaluate(contexts: {}, minRevision: { epoch: "x", revision: $n }) { revision }', { n: '1' }),
    // These texts are not GraphQL.
    adding('{'),
    adding('wrong('),
    adding('"text"'),
    adding('% \u00e9'),
    withOther('query Open {'),
    // Which operation.
    named('Nobody'),
    named('E'),
    withOther('query Twin { __typename }'),
    withOther('query Twin { __typename } query Twin { __typename }'),
    withOther('{ __typename }'),
  ];
}
