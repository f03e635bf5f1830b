/** What answering an operation takes that is the same for each request, found out once. */
import { OperationTypeNode, type GraphQLSchema } from 'graphql';
import { collectPlainFields, findConditions, type PlainField } from '../graphql/plain-fields';
import type { Variables } from '../operations/cost';
import type { PreparedOperation } from '../operations/documents';
import { compileCoercion, type Coercion } from './coercion';

export interface EvaluatePlan<Writer> {
  readonly coerce: Coercion;
  /** Names of all variables that are declared. */
  readonly variableNames: ReadonlySet<string>;
  /** Writes the fields that are answered for these variables, which were coerced. Null when that is left to graphql-js. */
  readonly writerFor: (variables: Variables) => Writer | null;
}

/** Operations whose conditions take more combinations of values are left to graphql-js from then on. */
const WRITERS_MAX = 16;

/** Null for what is no query, and for directives other than `@skip` and `@include`. `compile` is called once for each set of fields. */
export function compilePlan<Writer>(
  schema: GraphQLSchema,
  prepared: PreparedOperation,
  compile: (fields: readonly PlainField[]) => Writer | null,
): EvaluatePlan<Writer> | null {
  const { document, operation } = prepared;
  const conditions = findConditions(document);
  if (operation.operation !== OperationTypeNode.QUERY || conditions === null) return null;
  const writers = new Map<string, Writer | null>();
  return {
    coerce: compileCoercion(schema, operation),
    variableNames: new Set((operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value)),
    writerFor: (variables) => {
      const values = conditions.length === 0 ? '' : conditions.map((name) => String(variables[name])).join();
      let writer = writers.get(values);
      if (writer !== undefined) return writer;
      if (writers.size >= WRITERS_MAX) return null;
      const fields = collectPlainFields(schema, prepared, variables);
      writer = fields && compile(fields);
      writers.set(values, writer);
      return writer;
    },
  };
}
