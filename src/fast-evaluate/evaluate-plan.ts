/** Computes the parts of answering an operation that are the same for each request, once per operation. */
import { OperationTypeNode, type GraphQLSchema } from 'graphql';
import { collectPlainFields, findConditions, type PlainField } from '../graphql/plain-fields';
import type { Variables } from '../operations/cost';
import type { PreparedOperation } from '../operations/documents';
import { compileCoercion, type Coercion } from './coercion';

export interface EvaluatePlan<Writer> {
  readonly coerce: Coercion;
  /** Names of all declared variables. */
  readonly variableNames: ReadonlySet<string>;
  /** Returns the writer of the fields that are selected under these coerced variables. Null when graphql-js must write them. */
  readonly writerFor: (variables: Variables) => Writer | null;
}

/** Once the conditions of an operation have taken so many combinations of values, further ones are left to graphql-js. */
const WRITERS_MAX = 16;

/**
 * Null when the operation is not a query, or has directives other than `@skip` and `@include`. `compile` is called once for
 * each combination of their conditions.
 */
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
