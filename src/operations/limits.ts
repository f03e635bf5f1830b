/** The bounds of a document; the one list for every transport. What they cost to check grows with the document, never faster. */
import {
  Kind,
  OperationTypeNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFragments, listFields, SelectionFold } from '../graphql/selection';

export const DOCUMENT_TOKENS_MAX = 2_000;
const DEPTH_MAX = 12;
/** The standard introspection query follows `ofType` nine times. */
const INTROSPECTION_DEPTH_MAX = 15;
const INTROSPECTION_FIELDS_MAX = 3;
const ROOT_FIELDS_MAX = 20;
const ALIASES_MAX = 30;
const DIRECTIVES_MAX = 50;
/** Fragments that spread each other make a small document large; written out, nobody needs more fields than tokens. */
const FIELDS_MAX = 2_000;

/** Everything that is too much in a document, as sentences; empty when nothing is. */
export function documentProblems(document: DocumentNode): string[] {
  const problems = new Set<string>();
  const counter = new DocumentCounter(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const count = counter.countOperation(definition);
    const note = (what: string, found: number, max: number): void => {
      if (found > max) problems.add(`${what} of the operation: at most ${max} are allowed.`);
    };
    note('Depth', count.depth, DEPTH_MAX);
    note('Depth of the introspection', count.introspectionDepth, INTROSPECTION_DEPTH_MAX);
    note('Introspection fields', count.introspectionFields, INTROSPECTION_FIELDS_MAX);
    note('Aliases', count.aliases, ALIASES_MAX);
    note('Root fields', count.ownFields, ROOT_FIELDS_MAX);
    note('Directives', count.directives, DIRECTIVES_MAX);
    note('Fields', count.fields, FIELDS_MAX);
  }
  return [...problems];
}

/** Fragments are counted as if they were written out where they are spread. */
interface Count {
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly introspectionFields: number;
  readonly aliases: number;
  /** Of the selection set itself, not of those below it. */
  readonly ownFields: number;
  readonly fields: number;
  readonly directives: number;
}

const NOTHING: Count = {
  depth: 0,
  introspectionDepth: 0,
  introspectionFields: 0,
  aliases: 0,
  ownFields: 0,
  fields: 0,
  directives: 0,
};

/** Counts before validation, so that a document may be anything that parses. */
class DocumentCounter {
  private readonly fold: SelectionFold<null, Count>;

  constructor(document: DocumentNode) {
    this.fold = new SelectionFold(collectFragments(document), {
      empty: NOTHING,
      field: (node, _type, below) => countField(node, below === null ? NOTHING : below(null)),
      join: (counts) => counts.reduce(add, NOTHING),
      direct: (node, count) => withDirectives(count, directivesOf(node)),
    });
  }

  countOperation(operation: OperationDefinitionNode): Count {
    const directives = [operation, ...(operation.variableDefinitions ?? [])].map(directivesOf);
    return directives.reduce(withDirectives, this.fold.over(operation.selectionSet, null));
  }
}

function countField({ name, alias }: FieldNode, inner: Count): Count {
  const isIntrospection = name.value === '__schema' || name.value === '__type';
  // `__typename` has no level of its own: clients add it everywhere.
  const hasLevel = !isIntrospection && name.value !== '__typename';
  return {
    ...inner,
    depth: hasLevel ? inner.depth + 1 : 0,
    introspectionDepth: isIntrospection ? inner.depth + 1 : inner.introspectionDepth,
    introspectionFields: inner.introspectionFields + (isIntrospection ? 1 : 0),
    aliases: inner.aliases + (alias ? 1 : 0),
    ownFields: 1,
    fields: inner.fields + 1,
  };
}

function add(total: Count, part: Count): Count {
  return {
    depth: Math.max(total.depth, part.depth),
    introspectionDepth: Math.max(total.introspectionDepth, part.introspectionDepth),
    introspectionFields: total.introspectionFields + part.introspectionFields,
    aliases: total.aliases + part.aliases,
    ownFields: total.ownFields + part.ownFields,
    fields: total.fields + part.fields,
    directives: total.directives + part.directives,
  };
}

function withDirectives(count: Count, directives: number): Count {
  return directives === 0 ? count : { ...count, directives: count.directives + directives };
}

function directivesOf({ directives }: { readonly directives?: readonly DirectiveNode[] }): number {
  return directives?.length ?? 0;
}

/** The names of the root fields of an operation, fragments included, as often as they stand there. */
export function rootFieldsOf(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  return listFields(operation.selectionSet, collectFragments(document)).map(({ name }) => name.value);
}

export function isSubscription({ operation }: OperationDefinitionNode): boolean {
  return operation === OperationTypeNode.SUBSCRIPTION;
}

/** Variables that are valid nest far less deep: 8 groups of conditions, JSON of 100 levels. */
const VARIABLES_DEPTH_MAX = 200;

/** A sentence when variables nest so deep that to coerce them would run out of stack; null when they do not. */
export function variablesProblem(variables: unknown): string | null {
  let level = [variables];
  for (let depth = 0; depth <= VARIABLES_DEPTH_MAX; depth++) {
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : []));
    if (level.length === 0) return null;
  }
  return `variables: at most ${VARIABLES_DEPTH_MAX} levels of nesting are allowed.`;
}
