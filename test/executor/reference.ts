/** graphql-js and nothing else between a request and its answer: parsed, validated, executed with the product's resolvers. */
import { execute, getOperationAST, GraphQLError, parse, validate, type DocumentNode, type GraphQLFormattedError } from 'graphql';
import { join } from 'node:path';
import { createSchema } from '../../src/schema';
import { createOutcome, type Context } from '../../src/modules/context';
import { createLoaders } from '../../src/modules/loaders';
import type { RequestErrorCode } from '../../src/errors';
import { formatError } from '../../src/graphql/errors';
import type { Actor } from '../../src/modules/access/actor';
import type { World } from '../support/world';
import type { Sent } from './generated-requests';

export interface Reference {
  /** Undefined where nothing was executed. */
  readonly data: unknown;
  readonly errors: readonly GraphQLFormattedError[];
}

export type Answerer = (sent: Sent) => Promise<Reference>;

/** A schema of its own, which the server has not touched. `actorOf`: who has the credential, as the server found out. */
export function createReference({ app }: World, actorOf: (credential: string) => Actor): Answerer {
  const schema = createSchema(join(__dirname, '../../schema'));
  const shown = (error: GraphQLError): GraphQLFormattedError =>
    formatError(error, { requestId: '', report: () => undefined, mayHint: true });
  const refused = (errors: readonly GraphQLError[], code: RequestErrorCode): Reference => ({
    data: undefined,
    errors: errors.map(({ message, source, positions }) =>
      shown(new GraphQLError(message, { source, positions, extensions: { code } })),
    ),
  });
  const contextFor = (credential: string): Context => {
    const now = new Date();
    const loaders = createLoaders(app.database, now);
    // Only subscriptions read the stream.
    const stream = undefined as never;
    const actor = actorOf(credential);
    return {
      actor,
      services: app.services,
      loaders,
      stream,
      budget: { evaluations: 0 },
      outcome: createOutcome(),
      requestId: '',
      now,
    };
  };
  return async ({ query, variables, operationName, credential }) => {
    let document: DocumentNode;
    try {
      document = parse(query);
    } catch (error) {
      return refused([error as GraphQLError], 'GRAPHQL_PARSE_FAILED');
    }
    const invalid = validate(schema, document);
    if (invalid.length > 0) return refused(invalid, 'GRAPHQL_VALIDATION_FAILED');
    // Most clients send an empty name for none.
    const name = (operationName as string | null | undefined) || undefined;
    const { data, errors = [] } = await execute({
      schema,
      document,
      operationName: name,
      variableValues: variables as Record<string, unknown>,
      contextValue: contextFor(credential),
    });
    if (!getOperationAST(document, name)) return refused(errors, 'OPERATION_RESOLUTION_FAILURE');
    return { data, errors: errors.map(shown) };
  };
}
