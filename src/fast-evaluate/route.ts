/**
 * Answers a plain `evaluate` by POST /graphql before the framework sees it, when the credential is known, the environment is in
 * memory, and nothing has to be waited for. Any other request, including one that would get an error, takes the ordinary path
 * with the same body; nothing is counted or evaluated before. Both paths answer the same (test/executor).
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import { compressedFor, varyWith } from '../http/compression';
import { corsHeadersFor } from '../http/cors';
import { clientRequestIdOf, newRequestId } from '../http/hooks';
import type { Actor } from '../modules/access/actor';
import { nameSourceOf } from '../http/request-end';
import { CLIENT_LEFT, createRequestLog, type AnsweredRequest, type RequestLog } from '../http/request-log';
import { endSpan, recordedTraceId, requestAttributes } from '../http/request-traces';
import type { DurationSeries } from '../telemetry/durations';
import type { Span, Tracing } from '../telemetry/tracing';
import { takeMalformedAnswer } from '../http/malformed-input';
import { BODY_BYTES_MAX, type Operations } from '../operations/operations';
import { FastEvaluate, type FastAnswer } from './fast-evaluate';
import { statusHeaders } from '../http/rate-limit-headers';
import { SECURITY_HEADERS } from '../http/security-headers';
import { requestInfoOf, type TransportOptions } from '../http/transport';
import { wholeAnswers, type WriteWhole } from './whole-answer';

const JSON_TYPES: ReadonlySet<string | undefined> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
]);
const JSON_ANSWER = 'application/json; charset=utf-8';
const GRAPHQL_ANSWER = 'application/graphql-response+json; charset=utf-8';
/** Content types for the Accept headers of common clients; others are negotiated on the ordinary path. */
const ANSWER_TYPES: ReadonlyMap<string | undefined, string> = new Map([
  [undefined, JSON_ANSWER],
  ['*/*', JSON_ANSWER],
  ['application/json', JSON_ANSWER],
  ['application/json, */*', JSON_ANSWER],
  ['application/json, text/plain, */*', JSON_ANSWER],
  ['application/graphql-response+json', GRAPHQL_ANSWER],
  ['application/graphql-response+json, application/json', GRAPHQL_ANSWER],
  ['application/graphql-response+json,application/json;q=0.9', GRAPHQL_ANSWER],
]);

/** Puts the route before the framework. Must be called before the server listens. */
export function addEvaluateRoute(app: FastifyInstance, operations: Operations, options: TransportOptions): void {
  const ordinary = app.server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  const route = new EvaluateRoute(operations, options, app.server);
  app.server.removeAllListeners('request');
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    route.take(request, response, () => {
      for (const listener of ordinary) listener.call(app.server, request, response);
    });
  });
}

interface Logged extends Pick<AnsweredRequest, 'status' | 'outcome' | 'traceId'> {
  readonly request: IncomingMessage;
  readonly startedAt: number;
  readonly actor: Actor;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly startedAt: number;
  /** Null: it is not traced. */
  readonly traceId: string | null;
}

class EvaluateRoute {
  private readonly evaluate: FastEvaluate;
  private readonly logRequest: RequestLog;
  private readonly writeWhole: WriteWhole;
  private readonly answered: DurationSeries;

  constructor(
    operations: Operations,
    private readonly options: TransportOptions,
    server: Server,
  ) {
    this.evaluate = new FastEvaluate(operations, options);
    this.logRequest = createRequestLog(options.log, options.logRequests);
    this.writeWhole = wholeAnswers(server);
    this.answered = options.metrics.requestSeries('POST', '/graphql', 200);
    options.metrics.observe('flagstaff_evaluate_requests_total', () => this.evaluate.answered);
  }

  /** Calls `decline`, synchronously or when the body has come, for a request that takes the ordinary path. */
  take(request: IncomingMessage, response: ServerResponse, decline: () => void): void {
    const startedAt = performance.now();
    const { headers } = request;
    const bodyBytes = Number(headers['content-length']);
    const isCandidate =
      request.method === 'POST' &&
      request.url === '/graphql' &&
      JSON_TYPES.has(headers['content-type']) &&
      headers.authorization !== undefined &&
      headers['idempotency-key'] === undefined &&
      headers['content-encoding'] === undefined &&
      headers['transfer-encoding'] === undefined &&
      ANSWER_TYPES.has(headers.accept) &&
      bodyBytes > 0 &&
      bodyBytes <= BODY_BYTES_MAX;
    const actor = isCandidate ? this.knownActor(request) : null;
    if (actor === null) {
      decline();
      return;
    }
    const { socket } = request;
    const left = (): void => {
      const status = takeMalformedAnswer(socket)?.status ?? CLIENT_LEFT;
      this.log({ request, startedAt, actor, status, outcome: null, traceId: null });
    };
    receiveBody(request, bodyBytes, left, (body) => {
      const span = this.options.tracing && beginSpan(this.options.tracing, request, actor);
      const answer = span ? this.options.tracing.within(span, () => this.answer(actor, body)) : this.answer(actor, body);
      if (answer === null) {
        // The stream has not ended yet: Fastify reads the whole body from it.
        request.pause();
        request.unshift(body);
        decline();
        return;
      }
      if (span) response.once('close', () => endSpan(span, response.headersSent ? response.statusCode : null));
      this.send({ request, response, startedAt, traceId: recordedTraceId(span) }, actor, answer);
    });
  }

  private knownActor(request: IncomingMessage): Actor | null {
    const { headers, socket } = request;
    const info = requestInfoOf(newRequestId(), this.options.addressOf(request), headers);
    return this.options.inMemory.actorOf(headers.authorization ?? '', info, socket);
  }

  /** Null when the request is declined. Never throws. */
  private answer(actor: Actor, body: Buffer): FastAnswer | null {
    try {
      return this.evaluate.answer(actor, body);
    } catch {
      // The ordinary path fails in the same way, and writes the error.
      return null;
    }
  }

  private send({ request, response, startedAt, traceId }: Exchange, actor: Actor, answer: FastAnswer): void {
    const { text, bytes, limitName, status, outcome } = answer;
    const { origin, accept } = request.headers;
    const { requestId } = actor.request;
    const limits = statusHeaders(limitName, status);
    const headers = [
      ...SECURITY_PAIRS,
      'x-request-id',
      requestId,
      'ratelimit-policy',
      limits['ratelimit-policy'],
      'ratelimit',
      limits.ratelimit,
      'content-type',
      ANSWER_TYPES.get(accept) ?? JSON_ANSWER,
      'vary',
      varyWith('Origin', text),
    ];
    const finish = (body: string | Buffer, length: number): void => {
      headers.push('content-length', String(length));
      const isAscii = length === body.length;
      const isWritten = origin === undefined && typeof body === 'string' && this.writeWhole(response, headers, body, isAscii);
      if (!isWritten) {
        if (origin !== undefined) headers.push(...pairsOf(corsHeadersFor(origin, actor, this.options.allowedOrigins)));
        response.writeHead(200, headers);
        response.end(body);
      }
      this.log({ request, startedAt, actor, status: 200, outcome, traceId });
    };
    const compressing = compressedFor(request.headers, text);
    if (compressing === null) finish(text, bytes);
    else {
      void compressing.then((compressed) => {
        headers.push(...pairsOf(compressed.headers));
        finish(compressed.bytes, compressed.bytes.length);
      });
    }
  }

  private log({ request, startedAt, actor, status, outcome, traceId }: Logged): void {
    const { requestId, address } = actor.request;
    const durationMs = performance.now() - startedAt;
    this.time({ actor, status, outcome }, durationMs);
    const clientRequestId = clientRequestIdOf(request.headers);
    const line = { requestId, clientRequestId, method: 'POST', path: '/graphql', status, durationMs, address };
    this.logRequest({ ...line, actor, outcome, errorCode: null, traceId });
  }

  private time({ actor, status, outcome }: Pick<Logged, 'actor' | 'status' | 'outcome'>, durationMs: number): void {
    const { metrics } = this.options;
    if (outcome === null) return metrics.requestEnded({ method: 'POST', route: '/graphql', status, durationMs });
    this.answered.observe(durationMs);
    metrics.operationSeries('http', outcome.operationName, nameSourceOf(actor)).observe(durationMs);
  }
}

/** One span for the whole: nothing is asked of others. A request that is declined gets another one, and this one is dropped. */
function beginSpan(tracing: Tracing, { headers }: IncomingMessage, { request }: Actor): Span {
  const attributes = { ...requestAttributes('POST', '/graphql'), 'http.route': '/graphql' };
  return tracing.beginRequest('POST /graphql', headers, { ...attributes, 'flagstaff.request_id': request.requestId });
}

/** Flattens headers to name, value, name, value: the form that Node processes fastest. */
function pairsOf(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flat();
}

const SECURITY_PAIRS = pairsOf(SECURITY_HEADERS);

/** Calls back once: `done` when the whole body has come, `left` when the request ends before. */
function receiveBody(request: IncomingMessage, bodyBytes: number, left: () => void, done: (body: Buffer) => void): void {
  let chunks: Buffer[] | null = null;
  let received = 0;
  const onData = (chunk: Buffer): void => {
    received += chunk.length;
    if (received < bodyBytes) {
      (chunks ??= []).push(chunk);
      return;
    }
    request.off('data', onData);
    done(chunks === null ? chunk : Buffer.concat([...chunks, chunk]));
  };
  request.on('data', onData);
  request.once('close', () => {
    if (received < bodyBytes) left();
  });
}
