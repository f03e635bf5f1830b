/** Results that are written without graphql-js are those of graphql-js, and what it must decide is left to it. */
import { execute, parse } from 'graphql';
import { join } from 'node:path';
import { createSchema } from '../../../src/schema';
import { compileSnapshot, evaluateAll } from '../../../src/evaluation';
import { Documents, type PreparedOperation } from '../../../src/operations/documents';
import { SharedExecution } from '../../../src/subscriptions/shared-execution';
import { PACKAGE_ROOT } from '../../../src/package-root';
import { Dice, generateContext, generateSnapshot } from '../../evaluation/support/generate';

const schema = createSchema(join(PACKAGE_ROOT, 'schema'));
const documents = new Documents({ schema, isIntrospectionOn: true });

function prepare(query: string): PreparedOperation {
  const preparation = documents.prepare(query, null);
  if (!preparation.isReady) throw new Error(JSON.stringify(preparation.errors));
  return preparation.prepared;
}

const byGraphql = (query: string, rootValue: unknown): string =>
  JSON.stringify(execute({ schema, document: parse(query), rootValue }));

/** Writes events of the query; `fallbacks` counts those that graphql-js wrote. */
function rendererOf(query: string): { readonly render: (event: unknown) => string; readonly fallbacks: () => number } {
  let fallbacks = 0;
  const shared = new SharedExecution({
    schema,
    immutableTypes: new Set(['Evaluation']),
    startArguments: new Set(['since']),
    textOf: (result) => {
      fallbacks++;
      return JSON.stringify(result);
    },
  });
  return { render: shared.renderingOf(prepare(query), {}).render, fallbacks: () => fallbacks };
}

const EVALUATION_FIELDS = [
  'flagKey',
  'value',
  'variation',
  'which: variation',
  'reason',
  'ruleId',
  'prerequisiteKey',
  'errorCode',
  'errorMessage',
  'flagVersion',
  '__typename',
];

it.each(Array.from({ length: 40 }, (_, seed) => seed))(
  'writes the evaluations of a context as graphql-js does (seed %i)',
  (seed) => {
    const dice = new Dice(seed);
    const compiled = compileSnapshot(generateSnapshot(dice, 12)).compiled;
    const fields = EVALUATION_FIELDS.filter(() => dice.chance(0.6));
    const query = `subscription {
    ${dice.chance(0.3) ? 'live: ' : ''}evaluationsChanged(context: {}) { revision epoch evaluations { ${['flagKey', ...fields.slice(1)].join(' ')} } }
  }`;
    const { render, fallbacks } = rendererOf(query);

    for (let count = 0; count < 10; count++) {
      const { epoch, revision } = compiled;
      const event = { epoch, revision, evaluations: evaluateAll(compiled, generateContext(dice)) };
      const text = render(event);
      expect(text).toBe(byGraphql(query, event));
      expect(render(event)).toBe(text);
    }
    expect(fallbacks()).toBe(0);
  },
);

const flag = {
  kind: 'UPDATED',
  flagKey: 'a',
  flag: {
    label: { name: 'A "flag"', tags: ['x', 'y'] },
    wire: { ...generateSnapshot(new Dice(1), 1).flags[0]!, key: 'a' },
  },
};
const changes = { kind: 'CHANGES', epoch: 'e', revision: 2, changes: [flag, { kind: 'DELETED', flagKey: 'b', flag: null }] };
const CHANGED =
  'kind revision changes { kind flagKey segmentKey flag { key name tags isEnabled version variations { key value } } wire }';

it.each([
  ['plain fields', `subscription { flagChanged { ${CHANGED} } }`],
  [
    'fragments',
    `subscription { flagChanged { ...Changed } } fragment Changed on FlagChangedEvent { ${CHANGED} ... on FlagChangedEvent { epoch } }`,
  ],
  [
    'a condition that holds, and one that does not',
    'subscription { flagChanged { revision @include(if: false) kind @skip(if: false) } }',
  ],
  ['a field twice', 'subscription { flagChanged { changes { kind } changes { flagKey } } }'],
])('writes changes with %s as graphql-js does', (_what, query) => {
  const { render, fallbacks } = rendererOf(query);

  expect(render(changes)).toBe(byGraphql(query, changes));
  expect(fallbacks()).toBe(0);
});

it('leaves a selection whose conditions depend on variables to graphql-js', () => {
  const query = 'subscription ($with: Boolean = false) { flagChanged { revision @include(if: $with) kind } }';
  const { render, fallbacks } = rendererOf(query);

  expect(render(changes)).toBe(byGraphql(query, changes));
  expect(fallbacks()).toBe(1);
});

it.each([
  ['null where there must be something', { ...changes, epoch: null }],
  ['a value that is none of its enum', { ...changes, kind: 'NOTHING' }],
  ['no list where there must be one', { ...changes, changes: 7 }],
  ['an object that is none', { ...changes, changes: [7] }],
  ['an error', { ...changes, revision: new Error('x') }],
])('leaves an event with %s to graphql-js, which says what is wrong', (_what, event) => {
  const query = `subscription { flagChanged { epoch ${CHANGED} } }`;
  const { render, fallbacks } = rendererOf(query);

  expect(render(event)).toBe(byGraphql(query, event));
  expect(fallbacks()).toBe(1);
});

it.each([
  ['that is null', [null]],
  ['that is an error', [new Error('x')]],
])('leaves an evaluation %s to graphql-js', (_what, evaluations) => {
  const query = 'subscription { evaluationsChanged(context: {}) { revision evaluations { flagKey } } }';
  const { render, fallbacks } = rendererOf(query);
  const event = { revision: 1, evaluations };

  expect(render(event)).toBe(byGraphql(query, event));
  expect(fallbacks()).toBe(1);
});

it('tells apart who asked in other words, and not who begins elsewhere', () => {
  const shared = new SharedExecution({
    schema,
    immutableTypes: new Set(),
    startArguments: new Set(['since']),
    textOf: (result) => JSON.stringify(result),
  });
  const query = `subscription ($flagKeys: [String!], $since: RevisionInput) {
    flagChanged(flagKeys: $flagKeys, since: $since) { revision }
  }`;
  const keyOf = (variables: Record<string, unknown>, text = query): string => shared.renderingOf(prepare(text), variables).key;

  const first = keyOf({ flagKeys: ['a'], since: { epoch: 'e', revision: 1 } });

  expect(keyOf({ flagKeys: ['a'], since: { epoch: 'e', revision: 2 } })).toBe(first);
  expect(keyOf({ flagKeys: ['a'] })).toBe(first);
  expect(keyOf({ flagKeys: ['a', 'b'] })).not.toBe(first);
  expect(keyOf({})).not.toBe(first);
  expect(keyOf({ flagKeys: ['a'] }, query.replace('revision }', 'revision kind }'))).not.toBe(first);
});
