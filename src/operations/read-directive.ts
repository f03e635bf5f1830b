import { getDirectiveValues, type DirectiveNode, type GraphQLSchema } from 'graphql';

/** A field, or a type with its extensions. */
export interface Declared {
  readonly astNode?: { readonly directives?: readonly DirectiveNode[] } | null;
  readonly extensionASTNodes?: readonly { readonly directives?: readonly DirectiveNode[] }[];
}

/** Answers the arguments of a directive; null where there is none. Throws with the place for values of wrong types. */
export function readDirective<Values extends object>(
  schema: GraphQLSchema,
  name: string,
  place: string,
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
    throw new Error(`${place}: @${name}: ${(error as Error).message}`, { cause: error });
  }
}
