/**
 * Requests made at random: plain ones of an `evaluate`, in all the ways in which GraphQL lets one write them, and near misses, which are plain
 * ones with a slip in them.
 */
import fc from 'fast-check';
import { parse } from 'graphql';
import { documentProblems } from '../../src/operations/limits';
import { slips } from './slips';

/** The flags, environments and texts that exist, to be asked for. */
export interface Scene {
  readonly keys: readonly string[];
  readonly environmentId: string;
  /** An environment of the same project, with another key. */
  readonly otherId: string;
  readonly epoch: string;
  readonly revision: number;
}

/** A request in pieces. */
export interface Parts {
  /** The selection of the operation. */
  readonly selection: string;
  /** Declarations of its variables. */
  readonly declared: readonly string[];
  /** Fragments, and operations that are not asked for. */
  readonly others: readonly string[];
  readonly variables: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly operationName: unknown;
  readonly credential: string;
}

export interface Sent {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  readonly credential: string;
}

const oneOf = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const nothing = ['', '', '', ''] as const;

const condition = oneOf(
  ...nothing,
  ...nothing,
  ' @include(if: $yes)',
  ' @skip(if: $yes)',
  ' @include(if: $no)',
  ' @skip(if: $no) @include(if: $yes)',
  ' @skip(if: true)',
  ' @skip(if: false)',
  ' @include(if: true)',
);
/** Under names that no other field takes, so that two of them merge. */
const leaf = (...names: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(oneOf(...names), oneOf('', '', '', 'x_', 'y_'), condition).map(([name, alias, directive]) => {
    const field = alias === '' ? name : `${alias}${name}: ${name}`;
    return field + directive;
  });
const set = (...fields: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.array(fc.oneof(...fields), { minLength: 1, maxLength: 5 }).map((members) => `{ ${members.join(oneComma(members))} }`);
/** Commas mean nothing, nor does what follows a number sign. */
const oneComma = ({ length }: readonly string[]): string => [' ', ', ', ' # here\n '][length % 3] as string;
const object = (name: string, inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(oneOf(name, name, name, `x_${name}: ${name}`), condition, inner).map((parts) => parts.join(' '));
const spread = (type: string, ...names: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(oneOf(...names.map((name) => `${name}%`), `... on ${type}% { __typename }`, '...% { __typename }'), condition)
    .map(([text, directive]) => text.replace('%', directive));

const evaluationLeaf = leaf(
  'flagKey',
  'value',
  'variation',
  'reason',
  'ruleId',
  'prerequisiteKey',
  'errorCode',
  'errorMessage',
  'flagVersion',
  'inExperiment',
  '__typename',
);
const evaluationSet = set(evaluationLeaf, evaluationLeaf, evaluationLeaf, spread('Evaluation', '...E', '...Deep'));
const contextSet = set(
  leaf('targetingKey', 'values', '__typename'),
  object('evaluations', evaluationSet),
  object('evaluations', evaluationSet),
  spread('ContextEvaluations', '...C', '...Around'),
);
const resultSet = set(
  leaf('revision', 'epoch', '__typename'),
  object('results', contextSet),
  object('results', contextSet),
  object('results', contextSet),
  spread('EvaluateResult', '...R'),
);

const contextsArgument = oneOf(
  '$contexts',
  '$contexts',
  '$contexts',
  '$contexts',
  '[{ targetingKey: "ada" }]',
  '[{ targetingKey: $key, attributes: $attributes }]',
  '[$context, { targetingKey: "eve" }]',
  '{ targetingKey: "ada", attributes: { plan: "pro" } }',
  '[{ attributes: { plan: $plan, list: [$plan, 1, 2.5, -3e2, null, true], deep: { er: "\\u20ac€" } } }, {}]',
  '{ targetingKey: """block "of" text""", attributes: { plan: PRO } }',
);
const flagKeysArgument = oneOf(
  ...nothing,
  ', flagKeys: $flagKeys',
  ', flagKeys: $flagKeys',
  ', flagKeys: ["nothing"]',
  ', flagKeys: [$one, "a-flag-0", $one]',
  ', flagKeys: "7"',
  ', flagKeys: []',
  ', flagKeys: null',
);
const sinceArgument = oneOf(
  ...nothing,
  ...nothing,
  ', minRevision: $since',
  ', minRevision: { epoch: "foreign", revision: $revision }',
);
const environmentArgument = oneOf('', '', ', environmentId: $environment', ', environmentId: null');
const directiveOfRoot = oneOf(...nothing, ...nothing, ...nothing, ' @include(if: $yes)', ' @skip(if: $no)');

/** An owner has no environment of its own, so the request names one. */
const root = (isOwner: boolean): fc.Arbitrary<string> =>
  fc
    .tuple(
      oneOf('evaluate', 'evaluate', 'evaluate', 'mine: evaluate'),
      contextsArgument,
      fc.tuple(flagKeysArgument, isOwner ? fc.constant(', environmentId: $owned') : environmentArgument, sinceArgument),
      directiveOfRoot,
      resultSet,
      oneOf('', '', '', '__typename', 'again', 'fragment'),
    )
    .map(([name, contexts, others, directive, inner, form]) => {
      const field = `${name}(contexts: ${contexts}${others.join('')})`;
      if (form === 'again') return `${field}${directive} ${inner} ${field} { revision }`;
      if (form === 'fragment') return `... on Query { ${field}${directive} ${inner} } ...Q`;
      return `${form} ${field}${directive} ${inner}`;
    });

const FRAGMENTS: Readonly<Record<string, string>> = {
  Q: 'fragment Q on Query { __typename }',
  R: 'fragment R on EvaluateResult { revision ...Again results { ...C } }',
  Again: 'fragment Again on EvaluateResult { epoch @include(if: true) }',
  C: 'fragment C on ContextEvaluations { values targetingKey evaluations { ruleId } }',
  Around: 'fragment Around on ContextEvaluations { ...C ... @skip(if: false) { evaluations { ...Deep } } }',
  E: 'fragment E on Evaluation { flagKey code: errorCode __typename }',
  Deep: 'fragment Deep on Evaluation { ...E ... on Evaluation { reason ...E } }',
};

/** The fragments that a text spreads, and those that these spread. */
function fragmentsOf(text: string): string[] {
  const found = new Set<string>();
  const look = (part: string): void => {
    for (const [, name] of part.matchAll(/\.\.\.([A-Z]\w*)/g)) {
      const fragment = FRAGMENTS[name ?? ''];
      if (fragment === undefined || found.has(fragment)) continue;
      found.add(fragment);
      look(fragment);
    }
  };
  look(text);
  return [...found];
}

const attributeValue = fc.constantFrom<unknown>(
  'pro',
  'free',
  null,
  1,
  -0.5,
  1e21,
  true,
  ['pro'],
  { deep: { er: [1] } },
  'é€',
  '\u{1F600}',
);
const targetingKey = fc.constantFrom<unknown>('ada', 'eve', 'bob', '', null, 'é"\\\n');
const attributes = fc.oneof(
  { weight: 8, arbitrary: fc.dictionary(oneOf('plan', 'country', 'targetingKey', '7'), attributeValue) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const context = fc.record<Record<string, unknown>>({ targetingKey, attributes }, { requiredKeys: [] });

/** A variable: how it is declared, and what fits it. */
interface Variable {
  readonly declarations: readonly string[];
  readonly value: fc.Arbitrary<unknown>;
  /** Whether it may be left out. */
  readonly isOptional?: boolean;
}

const variablesOf = ({ keys, environmentId, epoch, revision }: Scene): Readonly<Record<string, Variable>> => ({
  contexts: {
    declarations: ['[EvaluationContextInput!]!', '[EvaluationContextInput!]! = [{ targetingKey: "eve" }]'],
    value: fc.oneof(fc.array(context, { minLength: 1, maxLength: 3 }), context),
  },
  context: { declarations: ['EvaluationContextInput!', 'EvaluationContextInput! = {}'], value: context },
  flagKeys: {
    declarations: ['[String!]', '[String!] = ["7", "b-flag-1"]'],
    value: fc.oneof(fc.array(oneOf(...keys, 'unknown', 'é"'), { maxLength: 5 }), oneOf(...keys), fc.constant(null)),
    isOptional: true,
  },
  one: { declarations: ['String!', 'String! = "42"'], value: oneOf(...keys, 'unknown') },
  environment: { declarations: ['ID', 'ID = null'], value: fc.constantFrom(environmentId, null), isOptional: true },
  owned: { declarations: ['ID!', `ID! = "${environmentId}"`], value: fc.constant(environmentId) },
  since: {
    declarations: ['RevisionInput', 'RevisionInput = { epoch: "foreign", revision: 3 }'],
    value: fc.constantFrom(null, { epoch, revision }, { epoch, revision: 0 }, { epoch: 'foreign', revision: 2 ** 31 - 1 }),
    isOptional: true,
  },
  revision: { declarations: ['Int!', 'Int! = 7'], value: fc.constantFrom(0, 5, -1, 2.0) },
  key: { declarations: ['String', 'String = "eve"'], value: targetingKey, isOptional: true },
  attributes: { declarations: ['JSONObject', 'JSONObject = { plan: "pro" }'], value: attributes, isOptional: true },
  plan: { declarations: ['String', 'String = "pro"', 'JSON'], value: fc.constantFrom('pro', 'free', null), isOptional: true },
  yes: { declarations: ['Boolean! = true', 'Boolean! = false', 'Boolean!'], value: fc.boolean() },
  no: { declarations: ['Boolean = false', 'Boolean = true'], value: fc.boolean(), isOptional: true },
});

/** For each that is used: how it is declared, and its value or none. */
function givenVariables(used: readonly (readonly [string, Variable])[]): fc.Arbitrary<Pick<Parts, 'declared' | 'variables'>> {
  const each = used.map(([name, { declarations, value, isOptional = false }]) =>
    fc.tuple(oneOf(...declarations), value, fc.integer({ min: 0, max: 3 })).map(([declaration, given, luck]) => ({
      declared: `$${name}: ${declaration}`,
      variables: luck === 0 && (isOptional || declaration.includes('=')) ? {} : { [name]: given },
    })),
  );
  return fc.tuple(...each).map((list) => ({
    declared: list.map(({ declared }) => declared),
    variables: Object.assign({}, ...list.map(({ variables }) => variables)) as Parts['variables'],
  }));
}

function plainParts(scene: Scene): fc.Arbitrary<Parts> {
  const known = Object.entries(variablesOf(scene));
  return fc
    .tuple(
      oneOf('server', 'server', 'server', 'server', 'client', 'client', 'other', 'owner'),
      oneOf('Q', 'Q', 'Asked', ''),
      fc.boolean(),
    )
    .chain(([credential, name, hasOthers]) =>
      root(credential === 'owner').chain((selection) => {
        const fragments = fragmentsOf(selection);
        const text = [selection, ...fragments].join(' ');
        const used = known.filter(([variable]) => new RegExp(`\\$${variable}\\b`).test(text));
        const isNamed = name !== '';
        const others = isNamed && hasOthers ? ['query Unasked { __typename }', 'query Also { viewer { __typename } }'] : [];
        return fc
          .record({
            given: givenVariables(used),
            operationName: others.length > 0 ? fc.constant(name) : fc.constantFrom<unknown>(undefined, null, isNamed ? name : ''),
          })
          .map(({ given, operationName }) => ({
            selection,
            ...given,
            others: [...fragments, ...others],
            name,
            operationName,
            // The key of the other environment must not be asked about this one.
            credential: credential === 'other' && given.variables.environment ? 'server' : credential,
          }));
      }),
    );
}

function written({ selection, declared, others, variables, name, operationName, credential }: Parts): Sent {
  const head = declared.length > 0 ? `query ${name}(${declared.join(', ')})` : `query ${name}`;
  return { query: `${head} { ${selection} }\n${others.join('\n')}`, variables, operationName, credential };
}

/** Documents that are too large are refused on all ways before graphql-js has a word (test/attack). */
function isWithinLimits({ query }: Sent): boolean {
  try {
    return documentProblems(parse(query)).length === 0;
  } catch {
    return true;
  }
}

/** Three of four are plain. */
export function requests(scene: Scene): fc.Arbitrary<Sent> {
  const plain = plainParts(scene);
  const missed = fc.tuple(plain, fc.constantFrom(...slips(scene))).map(([parts, slip]) => slip(parts));
  return fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: missed }).map(written).filter(isWithinLimits);
}
