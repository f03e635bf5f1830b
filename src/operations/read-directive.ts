import { getDirectiveValues, type DirectiveNode, type GraphQLSchema } from 'graphql';

/** A field, or a type with its extensions. */
export interface Declared {
  readonly astNode?: { readonly directives?: readonly DirectiveNode[] } | null;
  readonly extensionASTNodes?: readonly { readonly directives?: readonly DirectiveNode[] }[];
}

/**
 * Returns the arguments of a directive; null when it is absent. Throws an error that names the coordinate for values of
 * wrong types.
 */
export function readDirective<Values extends object>(
  schema: GraphQLSchema,
  name: string,
  coordinate: string,
  { astNode, extensionASTNodes = [] }: Declared,
): Values | null {
  const definition = schema.getDirective(name);
  if (!definition) return null;
  try {
    for (const node of [astNode, ...extensionASTNodes]) {
      const values = node ? getDirectiveValues(definition, node) : undefined;
      if (values) return values as Values;
    }
    return null;
  } catch (error) {
    throw new Error(`${coordinate}: @${name}: ${(error as Error).message}`, { cause: error });
  }
}
