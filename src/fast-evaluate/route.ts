/**
 * A plain `evaluate` by POST /graphql, answered before the framework is asked: who asks is known, the document was prepared
 * before or is prepared now, the environment is in memory, and nothing has to be waited for. Whatever is not exactly so goes
 * the ordinary way with the same body, errors among it: nothing was counted or decided by then. What both ways answer is the
 * same (test/executor).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import { compressedFor, varyWith } from '../http/compression';
import { corsHeadersFor } from '../http/cors';
import { clientRequestIdOf, newRequestId } from '../http/hooks';
import type { Actor } from '../modules/access/actor';
import { createRequestLog, type RequestLog } from '../log';
import { BODY_BYTES_MAX, type Operations } from '../operations/operations';
import { FastEvaluate, type FastAnswer } from './fast-evaluate';
import { statusHeaders } from '../http/rate-limit-headers';
import { SECURITY_HEADERS } from '../http/security-headers';
import { requestInfoOf, type TransportOptions } from '../http/transport';

const JSON_TYPES: ReadonlySet<string | undefined> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
]);
const JSON_ANSWER = 'application/json; charset=utf-8';
const GRAPHQL_ANSWER = 'application/graphql-response+json; charset=utf-8';
/** What is answered to the Accept headers of usual clients; the others are negotiated with at length. */
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

/** Puts itself before the framework. Call it before the server listens. */
export function addEvaluateRoute(app: FastifyInstance, operations: Operations, options: TransportOptions): void {
  const ordinary = app.server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  const route = new EvaluateRoute(operations, options);
  app.addHook('preClose', async () => route.close());
  app.server.removeAllListeners('request');
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    route.take(request, response, () => {
      for (const listener of ordinary) listener.call(app.server, request, response);
    });
  });
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly startedAt: number;
}

class EvaluateRoute {
  private readonly evaluate: FastEvaluate;
  private readonly logRequest: RequestLog;
  private isClosing = false;

  constructor(
    operations: Operations,
    private readonly options: TransportOptions,
  ) {
    this.evaluate = new FastEvaluate(operations, options);
    this.logRequest = createRequestLog(options.log);
  }

  /** From now on everything goes the ordinary way, which knows how to say good-bye. */
  close(): void {
    this.isClosing = true;
  }

  /** `decline` is called, at once or when the body is there, for what is to go the ordinary way. */
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
      bodyBytes <= BODY_BYTES_MAX &&
      !this.isClosing;
    const actor = isCandidate ? this.knownActor(request) : null;
    if (actor === null) {
      decline();
      return;
    }
    receiveBody(request, bodyBytes, (body) => {
      const answer = this.isClosing ? null : this.answer(actor, body);
      if (answer === null) {
        // The stream has not ended yet: Fastify reads the whole body from it.
        request.pause();
        request.unshift(body);
        decline();
      } else this.send({ request, response, startedAt }, actor, answer);
    });
  }

  private knownActor(request: IncomingMessage): Actor | null {
    const { headers, socket } = request;
    const info = requestInfoOf(newRequestId(), this.options.addressOf(request), headers);
    return this.options.inMemory.actorOf(headers.authorization ?? '', info, socket);
  }

  /** Null when it is not for this route. Never throws. */
  private answer(actor: Actor, body: Buffer): FastAnswer | null {
    try {
      return this.evaluate.answer(actor, body);
    } catch {
      // Sentences about what is wrong are made the ordinary way, which comes to the same end.
      return null;
    }
  }

  private send({ request, response, startedAt }: Exchange, actor: Actor, { text, bytes, limitName, status }: FastAnswer): void {
    const { origin, accept } = request.headers;
    const { requestId, address } = actor.request;
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
      if (origin !== undefined) headers.push(...pairsOf(corsHeadersFor(origin, actor, this.options.allowedOrigins)));
      response.writeHead(200, headers);
      // Text of ASCII is the same in both, and costs less to write as Latin-1.
      response.end(body, length === body.length ? 'latin1' : 'utf8');
      const durationMs = performance.now() - startedAt;
      const clientRequestId = clientRequestIdOf(request.headers);
      this.logRequest({ requestId, clientRequestId, method: 'POST', path: '/graphql', status: 200, durationMs, address });
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
}

/** As Node takes headers with the least ado: name, value, name, value. */
function pairsOf(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flat();
}

const SECURITY_PAIRS = pairsOf(SECURITY_HEADERS);

/** Calls back with the whole body, once it is there; a request that ends before is not called for. */
function receiveBody(request: IncomingMessage, bodyBytes: number, done: (body: Buffer) => void): void {
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
}
