import { createHash } from 'node:crypto';
import { getArgumentValues, type GraphQLResolveInfo } from 'graphql';
import { collectFields } from 'graphql/execution/collectFields';

/**
 * Digests each mutation of the operation by its name and its input, by response name and in the order in which they run. Neither
 * aliases nor the order of members make a difference. Mutations with bad arguments, which do not run, are left out.
 */
export function digestMutations({
  schema,
  fragments,
  variableValues,
  operation,
  parentType,
}: GraphQLResolveInfo): Map<string, string> {
  const digests = new Map<string, string>();
  for (const [responseName, [node]] of collectFields(schema, fragments, variableValues, parentType, operation.selectionSet)) {
    const definition = node && parentType.getFields()[node.name.value];
    if (!definition) continue;
    try {
      const { input } = getArgumentValues(definition, node, variableValues);
      digests.set(responseName, digestOfMutation(definition.name, input));
    } catch {
      // Its own resolver answers what is wrong with it.
    }
  }
  return digests;
}

export function digestOfMutation(name: string, input: unknown): string {
  return createHash('sha256')
    .update(`${name}\n${JSON.stringify(input, sortMembers)}`)
    .digest('base64url');
}

function sortMembers(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
