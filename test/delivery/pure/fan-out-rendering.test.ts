/** Results that are written without graphql-js are those of graphql-js, and what it must decide is left to it. */
import { execute, parse } from 'graphql';
import { join } from 'node:path';
import { createSchema } from '../../../src/schema';
import { compileSnapshot, evaluateAll } from '../../../src/evaluation';
import { Documents, type PreparedOperation } from '../../../src/operations/documents';
import { compilePlain } from '../../../src/subscriptions/plain-selection';
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
    const write = compilePlain(schema, prepare(query), new Set(['Evaluation']))!;

    for (let count = 0; count < 10; count++) {
      const { epoch, revision } = compiled;
      const event = { epoch, revision, evaluations: evaluateAll(compiled, generateContext(dice)) };
      const text = write(event);
      expect(text).toBe(byGraphql(query, event));
      expect(write(event)).toBe(text);
    }
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
])('writes changes with %s as graphql-js does', (_what, query) => {
  const write = compilePlain(schema, prepare(query), new Set());

  expect(write?.(changes)).toBe(byGraphql(query, changes));
});

it.each([
  ['a directive', 'subscription { flagChanged { revision @include(if: false) kind } }'],
  ['a field twice', 'subscription { flagChanged { changes { kind } changes { flagKey } } }'],
])('leaves a selection with %s to graphql-js', (_what, query) => {
  expect(compilePlain(schema, prepare(query), new Set())).toBeNull();
});

it.each([
  ['null where there must be something', { ...changes, epoch: null }],
  ['a value that is none of its enum', { ...changes, kind: 'NOTHING' }],
  ['no list where there must be one', { ...changes, changes: 7 }],
  ['an error', { ...changes, revision: new Error('x') }],
])('leaves an event with %s to graphql-js, which says what is wrong', (_what, event) => {
  const query = `subscription { flagChanged { epoch ${CHANGED} } }`;
  const shared = new SharedExecution({
    schema,
    immutableTypes: new Set(),
    startArguments: new Set(['since']),
    textOf: (result) => JSON.stringify(result),
  });

  expect(compilePlain(schema, prepare(query), new Set())?.(event)).toBeNull();
  expect(shared.renderingOf(prepare(query), {}).render(event)).toBe(byGraphql(query, event));
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
