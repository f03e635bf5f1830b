/**
 * Runs operations whose results are sent one by one, over WebSocket or Server-Sent Events: prepared, admitted and masked as
 * over any other transport (`operations.ts`). Subscribers of `flagChanged` with the same document and variables share one
 * reader.
 */
import { createSourceEventStream, type GraphQLFormattedError } from 'graphql';
import { randomUUID } from 'node:crypto';
import { createOutcome, type Context } from '../modules/context';
import { internalRequest } from '../modules/access/actor';
import { findRequiredPermission, type ScopedPermission } from '../delivery/scoped-permission';
import { FanOut } from '../delivery/fan-out';
import { FlagSubscription } from '../delivery/stream';
import { executionArguments, type PreparedOperation } from '../operations/documents';
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

/** The connection that an operation came by. */
export interface Caller {
  readonly transport: 'WebSocket' | 'event stream';
  /** Throws `RequestFault`. */
  readonly createContext: () => Promise<Context>;
  /** Throws `RequestFault` for an operation that the transport does not allow. */
  readonly mustServe?: (prepared: PreparedOperation) => void;
  /** Called once: when the operation has ended, or its subscription has begun. Not for a caller that could not be authenticated. */
  readonly onOutcome: (context: Context, durationMs: number) => void;
  /** Called when a subscription has begun; it must end when this permission is withdrawn. */
  readonly onRequiredPermission: (requiredPermission: ScopedPermission) => void;
}

/** Objects of these types never change, and are sent to many subscribers. */
const IMMUTABLE_TYPES = new Set(['Evaluation']);
/** These arguments only say where a stream begins, not what its events look like. */
const START_ARGUMENTS = new Set(['since', 'minRevision']);

export class LiveOperations {
  private readonly fanOut: FanOut;
  private readonly shared: SharedExecution;

  constructor(
    private readonly operations: Operations,
    private readonly options: Pick<TransportOptions, 'schema' | 'metrics' | 'tracing' | 'onDelivered'>,
  ) {
    const { metrics } = options;
    this.fanOut = new FanOut({ onDelivered: options.onDelivered });
    const { fanOut } = this;
    metrics.observe('flagstaff_subscribers', () => [{ labels: { subscription: 'flagChanged' }, value: fanOut.subscriberCount }]);
    metrics.observe('flagstaff_resyncs_total', () => [{ labels: {}, value: fanOut.resyncs.count }]);
    this.shared = new SharedExecution({
      schema: options.schema,
      immutableTypes: IMMUTABLE_TYPES,
      startArguments: START_ARGUMENTS,
      textOf: ({ errors, ...result }) => JSON.stringify(errors ? { ...result, errors: this.formatAll(errors, null) } : result),
    });
  }

  /** Formats an error that belongs to no request. */
  readonly format = (error: unknown): readonly GraphQLFormattedError[] => this.formatAll([error], null);

  /** Resolves when the operation has ended, or its subscription has begun. Never rejects. */
  run(operation: LiveOperation, request: OperationRequest, caller: Caller): Promise<void> {
    const { tracing } = this.options;
    if (tracing === null) return this.runNow(operation, request, caller);
    const begin = (): Promise<void> => this.runNow(operation, request, caller);
    return tracing.span(`${caller.transport} operation`, { kind: 'SERVER' }, begin);
  }

  private async runNow(operation: LiveOperation, request: OperationRequest, caller: Caller): Promise<void> {
    const startedAt = performance.now();
    let context: Context | null = null;
    try {
      context = await caller.createContext();
      const begun = this.operations.begin(context);
      const preparation = this.operations.prepare(request.query, request.operationName);
      if (!preparation.isReady) {
        this.operations.countRefused(context, request.operationName);
        return operation.refuse(this.formatAll(preparation.errors, context));
      }
      caller.mustServe?.(preparation.prepared);
      const { variables } = request;
      const ticket = await this.operations.admit(preparation.prepared, { variables, context, begun });
      if (isSubscription(ticket.prepared.operation)) await this.subscribe(operation, ticket, caller);
      else operation.finish(JSON.stringify(this.operations.mask(await this.operations.execute(ticket), context)));
    } catch (error) {
      operation.refuse(this.formatAll([error], context));
    } finally {
      if (context) caller.onOutcome(context, performance.now() - startedAt);
    }
  }

  /** Keeps nothing of the context, because there are many subscribers and they stay for long. */
  private async subscribe(operation: LiveOperation, { prepared, variables, context }: Ticket, caller: Caller): Promise<void> {
    const asked = executionArguments(this.options.schema, prepared, variables);
    const beginning = createSourceEventStream({ ...asked, contextValue: context });
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
    if (requiredPermission) caller.onRequiredPermission(requiredPermission);
  }

  private formatAll(errors: readonly unknown[], context: Context | null): GraphQLFormattedError[] {
    return errors.map((error) => this.operations.formatError(asGraphqlError(error), context ?? anonymous()));
  }
}

function isStream(source: object): source is FlagSubscription | AsyncIterableIterator<unknown> {
  return Symbol.asyncIterator in source;
}

/** Ends a stream that came after the deadline, so that nobody waits for it. */
function end(source: object): void {
  if (isStream(source) && !(source instanceof FlagSubscription)) void source.return?.();
}

/** Stands in for the context of a caller that could not be authenticated. */
function anonymous(): Pick<Context, 'requestId' | 'actor' | 'outcome'> {
  const requestId = randomUUID();
  return { requestId, actor: { kind: 'ANONYMOUS', request: internalRequest(requestId) }, outcome: createOutcome() };
}
