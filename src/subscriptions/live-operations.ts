/**
 * Operations whose answers go out one by one, over WebSocket or Server-Sent Events: prepared, admitted and masked as over
 * any other transport (`operations.ts`). Subscribers of `flagChanged` who asked in the same words are served by one reader.
 */
import { createSourceEventStream, type GraphQLFormattedError } from 'graphql';
import { randomUUID } from 'node:crypto';
import type { Context } from '../modules/context';
import { findRequiredPermission, type ScopedPermission } from '../delivery/scoped-permission';
import { FanOut } from '../delivery/fan-out';
import { FlagSubscription } from '../delivery/stream';
import type { PreparedOperation } from '../operations/documents';
import { isSubscription } from '../operations/limits';
import { SharedExecution } from './shared-execution';
import { PulledSource, type LiveOperation } from './live-operation';
import { asGraphqlError, type Operations, type Ticket } from '../operations/operations';
import type { TransportOptions } from '../http/transport';

export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: unknown;
}

/** Who asks for an operation. */
export interface Asker {
  /** Throws `RequestFault`. */
  readonly createContext: () => Promise<Context>;
  /** Throws `RequestFault` for what may not come this way. */
  readonly mustServe?: (prepared: PreparedOperation) => void;
  /** Called when a subscription has begun that must end when this is not allowed any more. */
  readonly onRequiredPermission: (requiredPermission: ScopedPermission) => void;
}

/** Objects of these types are never changed once they were made, and are told to many. */
const IMMUTABLE_TYPES = new Set(['Evaluation']);
/** They say where a stream begins, and nothing of what its events are. */
const START_ARGUMENTS = new Set(['since', 'minRevision']);

export class LiveOperations {
  private readonly fanOut = new FanOut();
  private readonly shared: SharedExecution;

  constructor(
    private readonly operations: Operations,
    private readonly options: Pick<TransportOptions, 'schema'>,
  ) {
    this.shared = new SharedExecution({
      schema: options.schema,
      immutableTypes: IMMUTABLE_TYPES,
      startArguments: START_ARGUMENTS,
      textOf: ({ errors, ...result }) => JSON.stringify(errors ? { ...result, errors: this.formatAll(errors, null) } : result),
    });
  }

  /** An error that belongs to no request, as the client may see it. */
  readonly format = (error: unknown): readonly GraphQLFormattedError[] => this.formatAll([error], null);

  /** Resolves when the operation has ended, or its subscription has begun. Never rejects. */
  async run(operation: LiveOperation, request: OperationRequest, asker: Asker): Promise<void> {
    let context: Context | null = null;
    try {
      context = await asker.createContext();
      const begun = this.operations.begin(context);
      const preparation = this.operations.prepare(request.query, request.operationName);
      if (!preparation.isReady) {
        this.operations.countRefused(context);
        return operation.refuse(this.formatAll(preparation.errors, context));
      }
      asker.mustServe?.(preparation.prepared);
      const { variables } = request;
      const ticket = await this.operations.admit(preparation.prepared, { variables, context, begun });
      if (isSubscription(ticket.prepared.operation)) await this.subscribe(operation, ticket, asker);
      else operation.finish(JSON.stringify(this.operations.mask(await this.operations.execute(ticket), context)));
    } catch (error) {
      operation.refuse(this.formatAll([error], context));
    }
  }

  /** Of the context nothing is kept: subscribers are many, and stay for long. */
  private async subscribe(operation: LiveOperation, { prepared, variables, context }: Ticket, asker: Asker): Promise<void> {
    const beginning = createSourceEventStream({
      schema: this.options.schema,
      document: prepared.document,
      operationName: prepared.operation.name?.value,
      variableValues: variables,
      contextValue: context,
    });
    const stream = await this.operations.withinDeadline(beginning, context).catch((error: unknown) => {
      void beginning.then(end, () => undefined);
      throw error;
    });
    if (!isStream(stream)) return operation.finish(JSON.stringify(this.operations.mask(stream as object, context)));
    if (operation.hasEnded) return end(stream);
    const requiredPermission = findRequiredPermission(stream);
    const { key, render } = this.shared.renderingOf(prepared, variables);
    if (stream instanceof FlagSubscription) {
      operation.follow(this.fanOut.join({ subscription: stream, key, render }, operation));
    } else {
      const source = new PulledSource(stream, render, operation);
      operation.follow(source);
      void source.run();
    }
    if (requiredPermission) asker.onRequiredPermission(requiredPermission);
  }

  private formatAll(errors: readonly unknown[], context: Context | null): GraphQLFormattedError[] {
    return errors.map((error) => this.operations.formatError(asGraphqlError(error), context ?? nobody()));
  }
}

function isStream(source: object): source is FlagSubscription | AsyncIterableIterator<unknown> {
  return Symbol.asyncIterator in source;
}

/** Nobody waits for it any more. */
function end(source: object): void {
  if (isStream(source) && !(source instanceof FlagSubscription)) void source.return?.();
}

/** For an error of an operation that nobody could be found for. */
function nobody(): Pick<Context, 'requestId' | 'actor'> {
  const requestId = randomUUID();
  return {
    requestId,
    actor: { kind: 'ANONYMOUS', request: { requestId, address: '', userAgent: '', origin: null, idempotency: null } },
  };
}
