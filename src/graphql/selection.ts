import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';

/**
 * Whether the operation may select a field below this one: `['results', 'evaluations', 'trace']`. Fragments are followed;
 * `@skip` and `@include` are not looked at, so that true may be answered for what is left out in the end.
 */
export function selectsField(
  { fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>,
  path: readonly string[],
): boolean {
  return fieldNodes.some(({ selectionSet }) => selectionSet !== undefined && hasPath(selectionSet, path, fragments));
}

function hasPath({ selections }: SelectionSetNode, path: readonly string[], fragments: GraphQLResolveInfo['fragments']): boolean {
  const [name, ...rest] = path;
  return selections.some((selection) => {
    switch (selection.kind) {
      case Kind.FIELD:
        return selection.name.value === name && isSelected(selection, rest, fragments);
      case Kind.INLINE_FRAGMENT:
        return hasPath(selection.selectionSet, path, fragments);
      case Kind.FRAGMENT_SPREAD: {
        const fragment = fragments[selection.name.value];
        return fragment !== undefined && hasPath(fragment.selectionSet, path, fragments);
      }
    }
  });
}

function isSelected({ selectionSet }: FieldNode, rest: readonly string[], fragments: GraphQLResolveInfo['fragments']): boolean {
  return rest.length === 0 || (selectionSet !== undefined && hasPath(selectionSet, rest, fragments));
}
