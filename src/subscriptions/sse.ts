/**
 * Serves GraphQL over Server-Sent Events, for networks that block WebSockets: the protocol of graphql-sse, with one connection
 * for each operation ("distinct connections mode"). Does not use the handler of that library, because it queues without bound
 * for a client that does not read (docs/adr/0011).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OperationTypeNode, type GraphQLFormattedError } from 'graphql';
import { Readable } from 'node:stream';
import type { Context } from '../modules/context';
import { RequestFault, TryLater, type RequestErrorCode } from '../errors';
import type { PreparedOperation } from '../operations/documents';
import { comeBackAfter, EVENT_STREAM_HEADERS, isEventSource } from '../http/event-stream-headers';
import { contextOf } from '../http/graphql';
import { statusOf } from '../http/errors';
import type { Connected, TrackedCredential } from '../modules/access/live-access';
import { LiveOperation, type Format } from './live-operation';
import type { OperationRequest } from './live-operations';
import { createOperationEnd } from '../http/request-end';
import type { OperationLog } from '../http/request-log';
import type { LiveOptions } from './socket-server';
import type { TransportOptions } from '../http/transport';

export const STREAM_PATH = '/graphql/stream';

/** Proxies end connections on which nothing comes for a minute. */
const HEARTBEAT_MS = 12_000;
/** An operation is paused while more bytes than this are unsent: about 256 events. */
const WAITING_BYTES_MAX = 64 * 1024;
/** How long streams have to end when the server goes. */
const DRAIN_MS = 1_000;
const STREAMS_MAX = 10_000;
/** Refusals with these codes do not depend on the operation; they are answered by an HTTP status instead of a stream. */
const STATUS_CODES = new Set<unknown>([
  'UNAUTHENTICATED',
  'METHOD_NOT_ALLOWED',
  'RATE_LIMITED',
  'DEADLINE_EXCEEDED',
  'UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
]);

interface Arrival {
  readonly context: Context;
  /** Generation of the access rules, read before the credential was checked. */
  readonly since: number;
}

export function addEventStreams(app: FastifyInstance, shared: LiveOptions, options: TransportOptions): void {
  const streams = new EventStreams(shared, options);
  options.ending.addEventListener('abort', () => streams.close());
  app.route<{ Querystring: Record<string, unknown> }>({
    method: ['GET', 'POST', 'OPTIONS'],
    url: STREAM_PATH,
    // Authenticates before the body is read.
    onRequest: async (request) => {
      if (request.method === 'OPTIONS') return;
      requireEventStream(request);
      await streams.admit(request);
    },
    errorHandler: (error, request, reply) => {
      if (!(error instanceof TryLater) || !isEventSource(request)) throw error;
      void comeBackAfter(error.retryAfterSeconds, reply);
    },
    handler: async (request, reply) => {
      if (request.method === 'OPTIONS') return reply.code(204).send();
      const operation = await streams.start(request);
      const code = operation.refusedWith;
      if (code !== null && STATUS_CODES.has(code)) return refuse(request, reply, code, operation);
      return reply.headers(EVENT_STREAM_HEADERS).send(operation.stream);
    },
  });
}

/** The open streams. */
class EventStreams {
  private readonly open = new Set<StreamedOperation>();
  private readonly arrivals = new WeakMap<FastifyRequest, Arrival>();
  private readonly heartbeats: NodeJS.Timeout;
  private readonly logOperation: OperationLog;

  constructor(
    private readonly shared: LiveOptions,
    private readonly options: TransportOptions,
  ) {
    this.logOperation = createOperationEnd(options);
    options.metrics.observe('flagstaff_connections', () => [{ labels: { transport: 'event_stream' }, value: this.open.size }]);
    this.heartbeats = setInterval(() => {
      for (const operation of this.open) operation.beat();
    }, HEARTBEAT_MS);
    this.heartbeats.unref();
  }

  /** Throws when the request may not open a stream. */
  async admit(request: FastifyRequest): Promise<void> {
    const { access, admission } = this.shared;
    const isFull = this.open.size >= STREAMS_MAX || this.options.ending.aborted;
    const refusal = isFull ? { retryAfterSeconds: 5 } : admission.refusal();
    if (refusal !== null) {
      const message = 'The server accepts no more streams at the moment; try again.';
      throw new TryLater('UNAVAILABLE', message, refusal.retryAfterSeconds);
    }
    const since = access.generation;
    this.arrivals.set(request, { context: await contextOf(request, this.options), since });
  }

  async start(request: FastifyRequest): Promise<StreamedOperation> {
    const { live, access } = this.shared;
    const { context, since } = this.arrivalOf(request);
    // Read before anything is opened, because it throws for a malformed request.
    const asked = operationOf(request);
    const operation = new StreamedOperation(live.format);
    this.open.add(operation);
    let tracked: TrackedCredential | null = null;
    const connection: Connected = {
      review: (actor) => operation.review(actor),
      refuse: (fault) => operation.fail(fault),
    };
    operation.stream.once('close', () => {
      this.open.delete(operation);
      if (tracked) access.release(tracked, connection);
      operation.end();
    });
    await live.run(operation, asked, {
      transport: 'event stream',
      createContext: async () => context,
      onOutcome: (_context, durationMs) => this.logOperation(context, { path: STREAM_PATH, durationMs }),
      ...(request.method === 'GET' ? { mustServe: refuseMutation } : {}),
      onRequiredPermission: (requiredPermission) => {
        operation.requiredPermission = requiredPermission;
        const { authorization } = request.headers;
        if (authorization === undefined || operation.stream.destroyed) return;
        tracked = access.track(authorization, context.actor.request, connection, since);
      },
    });
    return operation;
  }

  close(): void {
    clearInterval(this.heartbeats);
    for (const operation of this.open) operation.hangUp();
  }

  private arrivalOf(request: FastifyRequest): Arrival {
    const arrival = this.arrivals.get(request);
    if (!arrival) throw new Error('The request was not authenticated.');
    return arrival;
  }
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  code: RequestErrorCode,
  operation: StreamedOperation,
): FastifyReply {
  operation.stream.destroy();
  const retryAfter = operation.errors?.[0]?.extensions?.retryAfterSeconds;
  if (typeof retryAfter === 'number' && isEventSource(request)) return comeBackAfter(retryAfter, reply);
  if (typeof retryAfter === 'number') void reply.header('retry-after', String(retryAfter));
  if (code === 'METHOD_NOT_ALLOWED') void reply.header('allow', 'POST');
  return reply.code(statusOf(code)).type('application/json; charset=utf-8').send({ errors: operation.errors });
}

/** Refuses mutations by GET, because a page of another site can make a browser follow a link. */
function refuseMutation({ operation }: PreparedOperation): void {
  if (operation.operation !== OperationTypeNode.MUTATION) return;
  throw new RequestFault('METHOD_NOT_ALLOWED', 'Mutations must be sent by POST, not GET.');
}

function requireEventStream({ headers: { accept = '*/*' } }: FastifyRequest): void {
  if (/text\/event-stream|text\/\*|\*\/\*/i.test(accept)) return;
  throw new RequestFault('BAD_REQUEST', `${STREAM_PATH} answers only text/event-stream, which the Accept header does not allow.`);
}

/** Reads the operation from the body or, for GET, from the query string as GraphQL over HTTP specifies. */
function operationOf({ method, query, body }: FastifyRequest): OperationRequest {
  const given = (method === 'GET' ? query : body) as Readonly<Record<string, unknown>> | null | undefined;
  const { query: text, operationName = null } = given ?? {};
  if (typeof text !== 'string') throw new RequestFault('BAD_REQUEST', 'query must be the text of a GraphQL document.');
  if (operationName !== null && typeof operationName !== 'string') {
    throw new RequestFault('BAD_REQUEST', 'operationName must be a string.');
  }
  const variables = method === 'GET' ? parsed(given?.variables) : (given?.variables ?? null);
  if (variables !== null && (typeof variables !== 'object' || Array.isArray(variables))) {
    throw new RequestFault('BAD_REQUEST', 'variables must be an object.');
  }
  return { query: text, operationName, variables };
}

function parsed(text: unknown): unknown {
  if (text === undefined || text === '') return null;
  try {
    return JSON.parse(text as string) as unknown;
  } catch {
    throw new RequestFault('BAD_REQUEST', 'variables must be a JSON object.');
  }
}

class StreamedOperation extends LiveOperation {
  /** The errors of a refusal that came before any result; else null. */
  errors: readonly GraphQLFormattedError[] | null = null;
  readonly stream: Readable;
  private hasResult = false;

  constructor(format: Format) {
    super(format);
    this.stream = new Readable({ highWaterMark: WAITING_BYTES_MAX, read: () => this.resume() });
    // Some browsers process the headers only when a first byte has come.
    this.stream.push(':\n\n');
  }

  get refusedWith(): RequestErrorCode | null {
    return (this.errors?.[0]?.extensions?.code as RequestErrorCode | undefined) ?? null;
  }

  /** Ends the stream without a `complete` event, so that the client reconnects. */
  hangUp(): void {
    this.end();
    if (!this.stream.readableEnded && !this.stream.destroyed) this.stream.push(null);
    // A client that does not read never reaches the end of the stream.
    setTimeout(() => this.stream.destroy(), DRAIN_MS).unref();
  }

  beat(): void {
    if (!this.hasEnded && this.stream.readableLength < WAITING_BYTES_MAX) this.stream.push(':\n\n');
  }

  protected writeNext(text: string): boolean {
    this.hasResult = true;
    return this.stream.push(`event: next\ndata: ${text}\n\n`);
  }

  protected writeComplete(): void {
    this.stream.push('event: complete\ndata:\n\n');
    this.stream.push(null);
  }

  /** The protocol has no event for errors of an operation: they are its last result. */
  protected writeError(errors: readonly GraphQLFormattedError[]): void {
    if (!this.hasResult) this.errors = errors;
    this.stream.push(`event: next\ndata: ${JSON.stringify({ errors })}\n\n`);
    this.writeComplete();
  }
}
