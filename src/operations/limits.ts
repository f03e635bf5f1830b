/** The bounds of a document, the same for every transport. Checking them takes time linear in the size of the document. */
import {
  Kind,
  OperationTypeNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
} from 'graphql';
import { CONDITION_DEPTH_MAX } from '../evaluation';
import { collectFragments, listFields, SelectionFold } from '../graphql/selection';

export const DOCUMENT_TOKENS_MAX = 2_000;
/** Conditions of groups are no levels of their own, so that every rule that can be written can be read. */
const DEPTH_MAX = 12;
/** The standard introspection query follows `ofType` nine times. */
const INTROSPECTION_DEPTH_MAX = 15;
const INTROSPECTION_FIELDS_MAX = 3;
const ROOT_FIELDS_MAX = 20;
const ALIASES_MAX = 30;
const DIRECTIVES_MAX = 50;
/** Counted with fragments expanded, because fragments that spread each other make a small document large. */
const FIELDS_MAX = 2_000;

/** One sentence per limit that a document exceeds; empty when it exceeds none. */
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

/** Fragments are counted as if they were written out wherever they are spread. */
interface Count {
  readonly depth: number;
  /** The depth where the set is selected by a field `conditions`: `conditions` below that are of groups, and no new level. */
  readonly depthInConditions: number;
  /** How many fields `conditions` follow each other from here. */
  readonly nestedConditions: number;
  readonly introspectionDepth: number;
  readonly introspectionFields: number;
  readonly aliases: number;
  /** Fields of the selection set itself, without those below it. */
  readonly ownFields: number;
  readonly fields: number;
  readonly directives: number;
}

const NOTHING: Count = {
  depth: 0,
  depthInConditions: 0,
  nestedConditions: 0,
  introspectionDepth: 0,
  introspectionFields: 0,
  aliases: 0,
  ownFields: 0,
  fields: 0,
  directives: 0,
};

/** Runs before validation, so it must accept any document that parses. */
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
  // `__typename` does not count as a level, because clients add it everywhere.
  const hasLevel = !isIntrospection && name.value !== '__typename';
  const depth = hasLevel ? (name.value === 'conditions' ? inner.depthInConditions : inner.depth) + 1 : 0;
  const nestedConditions = name.value === 'conditions' ? inner.nestedConditions + 1 : 0;
  const isOfGroup = nestedConditions > 0 && nestedConditions <= CONDITION_DEPTH_MAX;
  return {
    ...inner,
    depth,
    depthInConditions: isOfGroup ? inner.depthInConditions : depth,
    nestedConditions,
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
    depthInConditions: Math.max(total.depthInConditions, part.depthInConditions),
    nestedConditions: Math.max(total.nestedConditions, part.nestedConditions),
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

/** The names of an operation's root fields, fragments included; a name is repeated as often as its field is selected. */
export function rootFieldsOf(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  return listFields(operation.selectionSet, collectFragments(document)).map(({ name }) => name.value);
}

export function isSubscription({ operation }: OperationDefinitionNode): boolean {
  return operation === OperationTypeNode.SUBSCRIPTION;
}

/** Valid variables nest far less deep: 8 groups of conditions, JSON of 100 levels. */
const VARIABLES_DEPTH_MAX = 200;

/** Returns an error sentence when variables nest so deep that coercing them could overflow the stack; else null. */
export function variablesProblem(variables: unknown): string | null {
  let level = [variables];
  for (let depth = 0; depth <= VARIABLES_DEPTH_MAX; depth++) {
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : []));
    if (level.length === 0) return null;
  }
  return `variables: at most ${VARIABLES_DEPTH_MAX} levels of nesting are allowed.`;
}
