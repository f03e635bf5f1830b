/**
 * The pipeline of an operation, the same for every transport: prepared (parsed, validated, limited), admitted (variables,
 * size, load, cost, rates), executed within a deadline, and its errors masked.
 */
import {
  execute,
  getNamedType,
  GraphQLError,
  isInputObjectType,
  OperationTypeNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import type { Logger } from 'pino';
import type { Context } from '../modules/context';
import { RateLimited, RequestFault, TryLater } from '../errors';
import { Documents, executionArguments, type Preparation, type PreparedOperation } from './documents';
import { formatError, type Alternatives } from '../graphql/errors';
import { findCostliestList, type CostFacts, type CountedList } from './cost';
import { isSubscription, variablesProblem } from './limits';
import type { Tracing } from '../telemetry/tracing';
import type { OperationGuard } from './operation-guard';
import { countObjects } from './shape';
import type { LoadGauge } from './load';
import type { Actor } from '../modules/access/actor';
import type { Admission, RateLimits } from './rate-limits';

/** Limits of one operation, and of one server. */
export interface LimitSettings {
  /** The most that one operation may cost. */
  readonly operationCostMax: number;
  /** Whether introspection is allowed. */
  readonly isIntrospectionOn: boolean;
  /** Cuts off clients that send their headers and body more slowly. */
  readonly requestTimeoutMs: number;
  readonly executionTimeoutMs: number;
  /** Serves only evaluation when the event loop's delay, in the 99th percentile of a second, is above this. */
  readonly eventLoopDelayMaxMs: number;
  /** WebSockets accepted per second. */
  readonly socketAcceptRate: number;
  /** WebSockets that have not been initialized yet. */
  readonly socketsPendingMax: number;
}

export interface OperationsOptions {
  /** Its resolvers are wrapped by the guard. */
  readonly schema: GraphQLSchema;
  readonly guard: OperationGuard;
  readonly log: Logger;
  readonly limits: LimitSettings;
  readonly rateLimits: RateLimits;
  readonly load: LoadGauge;
  /** Null or absent: traces are off. */
  readonly tracing?: Tracing | null;
  /** How many flags an environment has, for an actor that may evaluate there; 0 otherwise. Never rejects. */
  readonly countFlags: (actor: Actor, environmentId: string | null) => Promise<number>;
}

/** An operation that may run. */
export interface Ticket {
  readonly prepared: PreparedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: Context;
  /** The most that it can cost, by its document and variables. */
  readonly cost: number;
  readonly admission: Admission;
}

/** The cost of an operation as reported in `extensions.cost`. */
export interface CostReport {
  /** The most that the operation could cost, by its document and variables; at least `used`. */
  readonly requested: number;
  /** The points that were counted in the end: the objects of the answer, at least 1. */
  readonly used: number;
  /** Points per minute; operations per minute when the request has no credential. */
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until `remaining` is `limit` again. */
  readonly resetSeconds: number;
}

export const BODY_BYTES_MAX = 8 * 1024 * 1024;
export const BODY_BYTES_MAX_ORDINARY = 256 * 1024;

const OVERLOAD_RETRY_SECONDS = 2;

export class Operations {
  /** The number of operations that were refused because this process was too busy. */
  shedCount = 0;
  private readonly documents: Documents;
  private readonly guard: OperationGuard;

  constructor(private readonly options: OperationsOptions) {
    const { schema, guard, limits } = options;
    this.documents = new Documents({ schema, isIntrospectionOn: limits.isIntrospectionOn });
    this.guard = guard;
  }

  /** Must be called first: counts a caller without a credential before anything is parsed. Throws `RateLimited`. */
  begin({ actor }: Context): Admission | null {
    return actor.kind === 'ANONYMOUS' ? this.options.rateLimits.operation(actor, 1) : null;
  }

  /** Admits a log-in that is no field of a document, within the limits of one that is. Throws `RequestFault`. */
  admitLogIn(actor: Actor): Admission {
    const { rateLimits } = this.options;
    const admission = rateLimits.operation(actor, 1);
    this.refuseUnderLoad(false);
    rateLimits.logInAttempts(actor.request.address, 1);
    return admission;
  }

  /** Parses, validates and limits a document, or answers why it is refused. Results are cached. */
  prepare(query: string, operationName: string | null | undefined): Preparation {
    return this.documents.prepare(query, operationName);
  }

  /** Counts one point for a document that was refused. `operationName` is what the client named. Throws `RateLimited`. */
  countRefused({ actor, outcome }: Context, operationName: string | null | undefined): void {
    outcome.operationName = operationName ?? null;
    if (actor.kind !== 'ANONYMOUS') this.options.rateLimits.operation(actor, 1);
  }

  /** Throws `RequestFault` when the operation may not run now, or not at all. `begun` is the result of `begin`. */
  async admit(
    prepared: PreparedOperation,
    given: {
      readonly variables: unknown;
      readonly context: Context;
      readonly begun: Admission | null;
      readonly bodyBytes?: number;
    },
  ): Promise<Ticket> {
    const { context, begun, bodyBytes = 0 } = given;
    const { rateLimits, limits } = this.options;
    context.outcome.operationName = prepared.shownName;
    context.outcome.rootFields = prepared.rootFields;
    const problem = variablesProblem(given.variables);
    if (problem !== null) throw new RequestFault('OPERATION_LIMIT_EXCEEDED', problem);
    this.refuseLargeBody(prepared, bodyBytes);
    this.refuseUnderLoad(prepared.isServedUnderLoad);
    const variables = (given.variables ?? {}) as Readonly<Record<string, unknown>>;
    const { cost, facts } = await this.costOf(prepared, variables, context.actor);
    if (cost > limits.operationCostMax) {
      const message = `The operation costs ${cost} points; at most ${limits.operationCostMax} are allowed.`;
      const costliest = describeList(findCostliestList(prepared.cost, variables, facts));
      throw new RequestFault('OPERATION_LIMIT_EXCEEDED', `${message} ${costliest}Ask for smaller pages.`);
    }
    const { logInAttempts } = prepared;
    if (logInAttempts > 0) rateLimits.logInAttempts(context.actor.request.address, logInAttempts);
    const admission = begun ?? rateLimits.operation(context.actor, cost);
    return { prepared, variables, context, cost, admission };
  }

  /** Runs a query or mutation; its errors are not masked yet. Never rejects when a resolver fails. */
  execute(ticket: Ticket): Promise<ExecutionResult> {
    const { tracing = null } = this.options;
    if (tracing === null) return this.executeNow(ticket);
    const { operation, shownName } = ticket.prepared;
    const attributes = { 'graphql.operation.type': operation.operation, 'graphql.operation.name': shownName ?? undefined };
    const name = shownName === null ? operation.operation : `${operation.operation} ${shownName}`;
    return tracing.span(name, { kind: 'INTERNAL', attributes }, () => this.executeNow(ticket));
  }

  private async executeNow(ticket: Ticket): Promise<ExecutionResult> {
    const { prepared, variables, context } = ticket;
    // A mutation is never cut short: it was applied, and its answer must say so.
    if (prepared.operation.operation === OperationTypeNode.QUERY) this.guard.count(context);
    const running = execute({ ...executionArguments(this.options.schema, prepared, variables), contextValue: context });
    const executed = running instanceof Promise ? await this.withinDeadline(running, context).catch(asResult) : running;
    const result = this.guard.excess(context) > 0 ? asResult(this.tooManyObjects()) : executed;
    return { ...result, extensions: { ...result.extensions, cost: this.settle(ticket, result) } };
  }

  /** Resolves with the running operation, or rejects with `DeadlineExceeded` when it takes longer than the timeout. */
  withinDeadline<T>(running: Promise<T>, context: Context): Promise<T> {
    return this.guard.withinDeadline(running, context);
  }

  /** The result as the client may see it; errors that it may not see are logged. */
  mask(result: ExecutionResult, context: Context): FormattedExecutionResult {
    const { errors, ...rest } = result;
    return errors ? { ...rest, errors: errors.map((error) => this.formatError(error, context)) } : rest;
  }

  /** The error as the client may see it. */
  formatError(
    error: unknown,
    { requestId, actor, outcome }: Pick<Context, 'requestId' | 'actor' | 'outcome'>,
  ): GraphQLFormattedError {
    const { log, limits, schema } = this.options;
    const cause = error instanceof GraphQLError ? error.originalError : error;
    if (cause instanceof RateLimited) log.info({ requestId, limit: cause.limitName, address: cause.address }, 'rate limited');
    const formatted = formatError(error, {
      requestId,
      report: (err) => log.error({ requestId, err }, 'request failed'),
      mayHint: limits.isIntrospectionOn && actor.kind !== 'ANONYMOUS',
      alternativesAt: (typeName, steps) => alternativesAt(schema, typeName, steps),
    });
    outcome.errorCodes.add(String(formatted.extensions?.code));
    return formatted;
  }

  private async costOf(
    { cost }: PreparedOperation,
    variables: Ticket['variables'],
    actor: Actor,
  ): Promise<{ readonly cost: number; readonly facts: CostFacts }> {
    const asked = new Set<string | null>();
    const guess: CostFacts = { flagsOf: (environmentId) => (asked.add(environmentId), 1) };
    const first = cost(variables, guess);
    if (asked.size === 0) return { cost: first, facts: guess };
    const counts = new Map<string | null, number>();
    for (const environmentId of asked) counts.set(environmentId, await this.options.countFlags(actor, environmentId));
    const facts: CostFacts = { flagsOf: (environmentId) => counts.get(environmentId) ?? 0 };
    return { cost: cost(variables, facts), facts };
  }

  private tooManyObjects(): RequestFault {
    const { operationCostMax } = this.options.limits;
    const message = `The answer has more than the limit of ${operationCostMax} objects. Ask for smaller pages.`;
    return new RequestFault('OPERATION_LIMIT_EXCEEDED', message);
  }

  private refuseLargeBody({ isLargeBodyAllowed }: PreparedOperation, bodyBytes: number): void {
    if (bodyBytes <= BODY_BYTES_MAX_ORDINARY || isLargeBodyAllowed) return;
    const message = `The body is larger than the limit of ${BODY_BYTES_MAX_ORDINARY} bytes for this operation.`;
    throw new RequestFault('PAYLOAD_TOO_LARGE', message);
  }

  private refuseUnderLoad(isServedUnderLoad: boolean): void {
    const { load, limits } = this.options;
    if (load.delayMs() <= limits.eventLoopDelayMaxMs || isServedUnderLoad) return;
    this.shedCount++;
    throw new TryLater(
      'UNAVAILABLE',
      'The server is overloaded and serves only evaluations; try again in a few seconds.',
      OVERLOAD_RETRY_SECONDS,
    );
  }

  private settle({ prepared, context, cost, admission }: Ticket, { data }: ExecutionResult): CostReport {
    const { evaluations, changes = 0 } = context.budget;
    const used = Math.max(1, countObjects(data, prepared.shape), evaluations, changes, this.guard.excess(context));
    // An operation that exceeded its deadline answered nothing, but caused its full cost.
    const isLate = data === undefined && this.guard.isExpired(context);
    const counted = isLate ? Math.max(cost, used) : used;
    context.outcome.cost = counted;
    const { limit, remaining, resetSeconds } = admission.settle(counted);
    return { requested: Math.max(cost, used), used, limit, remaining, resetSeconds };
  }
}

function describeList(list: CountedList | null): string {
  if (list === null) return '';
  return `The list that costs most is ${list.path}, with up to ${list.lengths.join(' × ')} objects. `;
}

/** Throws `RequestFault` for subscriptions, which only other transports serve. */
export function refuseSubscription({ operation }: PreparedOperation): void {
  if (!isSubscription(operation)) return;
  const message = 'Subscriptions are served over WebSocket (subprotocol graphql-transport-ws) at the same path, not over HTTP.';
  throw new RequestFault('SUBSCRIPTION_OVER_HTTP', message);
}

/** Wraps any error in the class that graphql-js expects; the original stays attached until errors are masked. */
export function asGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

function asResult(error: unknown): ExecutionResult {
  return { errors: [asGraphqlError(error)] };
}

/** Follows members from an input type to a `@oneOf` type; null when there is none at their end. */
function alternativesAt(schema: GraphQLSchema, typeName: string, steps: readonly string[]): Alternatives | null {
  let type: GraphQLNamedType | undefined = schema.getType(typeName);
  for (const step of steps) {
    const member: GraphQLInputField | undefined = isInputObjectType(type) ? type.getFields()[step] : undefined;
    type = member && getNamedType(member.type);
  }
  if (!isInputObjectType(type) || !type.isOneOf) return null;
  return { typeName: type.name, members: Object.keys(type.getFields()) };
}
