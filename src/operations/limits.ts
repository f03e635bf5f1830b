/** The bounds of a document; the one list for every transport. What they cost to check grows with the document, never faster. */
import {
  Kind,
  OperationTypeNode,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

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
  depth: number;
  introspectionDepth: number;
  introspectionFields: number;
  aliases: number;
  /** Of the selection set itself, not of those below it. */
  ownFields: number;
  fields: number;
  directives: number;
}

/** Of a fragment that is being counted, unknown or empty: validation has its own words for these. */
const NOTHING: Count = {
  depth: 0,
  introspectionDepth: 0,
  introspectionFields: 0,
  aliases: 0,
  ownFields: 0,
  fields: 0,
  directives: 0,
};

class DocumentCounter {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  /** Each fragment is counted once, however often it is spread. */
  private readonly counts = new Map<string, Count>();

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    }
  }

  countOperation(operation: OperationDefinitionNode): Count {
    const count = this.countSet(operation.selectionSet);
    count.directives += directivesOf(operation);
    for (const variable of operation.variableDefinitions ?? []) count.directives += directivesOf(variable);
    return count;
  }

  private countSet({ selections }: SelectionSetNode): Count {
    const total = { ...NOTHING };
    for (const selection of selections) {
      total.directives += directivesOf(selection);
      if (selection.kind === Kind.INLINE_FRAGMENT) add(total, this.countSet(selection.selectionSet));
      else if (selection.kind === Kind.FRAGMENT_SPREAD) add(total, this.countFragment(selection.name.value));
      else {
        const name = selection.name.value;
        total.ownFields++;
        total.fields++;
        if (selection.alias) total.aliases++;
        const inner = selection.selectionSet ? this.countSet(selection.selectionSet) : NOTHING;
        add(total, { ...inner, ownFields: 0, depth: 0, introspectionDepth: 0 });
        if (name === '__schema' || name === '__type') {
          total.introspectionFields++;
          total.introspectionDepth = Math.max(total.introspectionDepth, inner.depth + 1);
        } else {
          // `__typename` has no level of its own: clients add it everywhere.
          if (name !== '__typename') total.depth = Math.max(total.depth, inner.depth + 1);
          total.introspectionDepth = Math.max(total.introspectionDepth, inner.introspectionDepth);
        }
      }
    }
    return total;
  }

  private countFragment(name: string): Count {
    const known = this.counts.get(name);
    if (known) return known;
    const fragment = this.fragments.get(name);
    if (!fragment) return NOTHING;
    this.counts.set(name, NOTHING);
    const count = this.countSet(fragment.selectionSet);
    count.directives += directivesOf(fragment);
    this.counts.set(name, count);
    return count;
  }
}

function add(total: Count, part: Count): void {
  total.depth = Math.max(total.depth, part.depth);
  total.introspectionDepth = Math.max(total.introspectionDepth, part.introspectionDepth);
  total.introspectionFields += part.introspectionFields;
  total.aliases += part.aliases;
  total.ownFields += part.ownFields;
  total.fields += part.fields;
  total.directives += part.directives;
}

function directivesOf({ directives }: { readonly directives?: readonly DirectiveNode[] }): number {
  return directives?.length ?? 0;
}

/** The names of the root fields of an operation, fragments included, as often as they stand there. */
export function rootFieldsOf(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  const names: string[] = [];
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.push(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else {
        const name = selection.name.value;
        const fragment = document.definitions.find((node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === name);
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) visit(fragment.selectionSet);
      }
    }
  };
  visit(operation.selectionSet);
  return names;
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
