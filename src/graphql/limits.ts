/** The bounds of a document; the one list for every transport. */
import {
  GraphQLError,
  Kind,
  specifiedRules,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

export const DOCUMENT_TOKENS_MAX = 2_000;
const DEPTH_MAX = 12;
const ROOT_FIELDS_MAX = 20;
const ALIASES_MAX = 30;

/** Rules of ours, to be added to those of the specification. */
export const ownValidationRules: readonly ValidationRule[] = [documentBounds];
/** Rules of the specification, and ours. */
export const validationRules: readonly ValidationRule[] = [...specifiedRules, ...ownValidationRules];

/** Refuses documents that are too deep, or have too many aliases or root fields. Introspection is not counted for depth. */
export function documentBounds(context: ValidationContext): ASTVisitor {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of context.getDocument().definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return {
    OperationDefinition(operation) {
      const count: Count = { depth: 0, aliases: 0, rootFields: 0, visits: 0 };
      measure(operation.selectionSet, 1, fragments, new Set(), count);
      refuseAbove(context, 'Depth', count.depth, DEPTH_MAX);
      refuseAbove(context, 'Aliases', count.aliases, ALIASES_MAX);
      refuseAbove(context, 'Root fields', count.rootFields, ROOT_FIELDS_MAX);
    },
  };
}

interface Count {
  depth: number;
  aliases: number;
  /** Also those that stand in fragments. */
  rootFields: number;
  visits: number;
}

/** Fragments that spread each other many times make a small document large; nobody needs more than this. */
const VISITS_MAX = 20_000;

function measure(
  { selections }: SelectionSetNode,
  depth: number,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  path: ReadonlySet<string>,
  count: Count,
): void {
  for (const selection of selections) {
    if (++count.visits > VISITS_MAX || count.depth > DEPTH_MAX) {
      count.depth = Math.max(count.depth, DEPTH_MAX + 1);
      return;
    }
    if (selection.kind === Kind.FIELD) {
      if (selection.alias) count.aliases++;
      if (depth === 1) count.rootFields++;
      if (selection.name.value.startsWith('__')) continue;
      count.depth = Math.max(count.depth, depth);
      if (selection.selectionSet) measure(selection.selectionSet, depth + 1, fragments, path, count);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      measure(selection.selectionSet, depth, fragments, path, count);
    } else {
      const name = selection.name.value;
      const fragment = fragments.get(name);
      if (fragment && !path.has(name)) measure(fragment.selectionSet, depth, fragments, new Set(path).add(name), count);
    }
  }
}

function refuseAbove(context: ValidationContext, what: string, found: number, max: number): void {
  if (found <= max) return;
  const message = `${what} of the operation: more than ${max} are not allowed.`;
  context.reportError(new GraphQLError(message, { extensions: { intendedCode: 'OPERATION_LIMIT_EXCEEDED' } }));
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
  return `variables: more than ${VARIABLES_DEPTH_MAX} levels of nesting are not allowed.`;
}
