/**
 * A plain `evaluate` by POST /graphql, answered before the framework is asked: who asks is known, the document was prepared
 * before or is prepared now, the environment is in memory, and nothing has to be waited for. Whatever is not exactly so goes
 * the ordinary way with the same body, errors among it: nothing was counted or decided by then. What both ways answer is the
 * same (test/executor).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import { compressedFor } from './compression';
import { corsHeadersFor } from './cors';
import { compilePlain, type PlainOperation } from './graphql/executor';
import { compileAnswer, Fragments, type AnswerForm } from './graphql/fast-evaluate';
import type { PreparedOperation } from './graphql/documents';
import { clientRequestIdOf, newRequestId } from './http-hooks';
import type { Actor } from './modules/access/actor';
import type { EvaluateInput } from './modules/snapshots/snapshot-service';
import { createRequestLog, type RequestLog } from './log';
import { BODY_BYTES_MAX, BODY_BYTES_MAX_ORDINARY, type Operations } from './operations';
import { rateLimitHeaders } from './rate-limit-headers';
import { SECURITY_HEADERS } from './security-headers';
import { requestInfoOf, type TransportOptions } from './transport';

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

type Plan = PlainOperation<AnswerForm>;

interface Answer {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

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

class EvaluateRoute {
  private readonly plans = new WeakMap<PreparedOperation, { readonly plan: Plan | null }>();
  private readonly fragments = new Fragments();
  private readonly logRequest: RequestLog;
  private isClosing = false;

  constructor(
    private readonly operations: Operations,
    private readonly options: TransportOptions,
  ) {
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
      const answer = this.isClosing ? null : this.answer(request, actor, body);
      if (answer === null) {
        // The stream has not ended yet: whoever takes over reads the whole body from it.
        request.pause();
        request.unshift(body);
        decline();
      } else this.send(request, response, actor, answer, startedAt);
    });
  }

  private knownActor(request: IncomingMessage): Actor | null {
    const { headers, socket } = request;
    const info = requestInfoOf(newRequestId(), this.options.addressOf(request), headers);
    return this.options.atOnce.actorOf(headers.authorization ?? '', info, socket);
  }

  /** Null when it is not for this route. Never throws. */
  private answer(request: IncomingMessage, actor: Actor, body: Buffer): Answer | null {
    try {
      return this.evaluate(actor, body);
    } catch {
      // Sentences about what is wrong are made the ordinary way, which comes to the same end.
      return null;
    }
  }

  private evaluate(actor: Actor, body: Buffer): Answer | null {
    const given = readBody(body);
    if (given === null) return null;
    const { rateLimits, limits, atOnce } = this.options;
    const preparation = this.operations.prepare(given.query, given.operationName);
    if (!preparation.isReady) return null;
    const { prepared } = preparation;
    if (body.length > BODY_BYTES_MAX_ORDINARY && prepared.rootFields.some((name) => name !== 'evaluate')) return null;
    const plan = this.planOf(prepared);
    if (plan === null || !Object.keys(given.variables).every((name) => plan.variableNames.has(name))) return null;
    const variables = plan.coerce(given.variables);
    const form = variables && plan.formFor(variables);
    if (!form) return null;
    const ready = atOnce.snapshots.evaluateAtOnce(actor, form.argumentsOf(variables) as unknown as EvaluateInput);
    if (ready === null) return null;
    let isPriced = true;
    const flagsOf = (environmentId: string | null): number => {
      const count = atOnce.snapshots.countFlagsAtOnce(actor, environmentId);
      isPriced &&= count !== null;
      return count ?? 0;
    };
    const cost = prepared.cost(given.variables, { flagsOf });
    if (!isPriced || cost > limits.operationCostMax) return null;
    const admission = rateLimits.operationAtOnce(actor, cost);
    if (admission === null) return null;
    const evaluated = ready.run();
    const data = form.write(evaluated);
    const used = Math.max(1, form.countObjects(evaluated), ready.evaluations);
    const standing = admission.settle(used);
    const { limit, remaining, resetSeconds } = standing;
    const price = `{"requested":${Math.max(cost, used)},"used":${used},"limit":${limit},"remaining":${remaining},"resetSeconds":${resetSeconds}}`;
    return {
      text: `{"data":${data},"extensions":{"cost":${price}}}\n`,
      headers: rateLimitHeaders({ limitName: admission.limitName, latest: () => standing }),
    };
  }

  private planOf(prepared: PreparedOperation): Plan | null {
    let known = this.plans.get(prepared);
    if (known === undefined) {
      known = { plan: compilePlain(this.options.schema, prepared, (fields) => compileAnswer(fields, this.fragments)) };
      this.plans.set(prepared, known);
    }
    return known.plan;
  }

  private send(
    request: IncomingMessage,
    response: ServerResponse,
    actor: Actor,
    { text, headers }: Answer,
    startedAt: number,
  ): void {
    const { origin, accept } = request.headers;
    const { requestId, address } = actor.request;
    const heads: Record<string, string | number> = {
      'x-request-id': requestId,
      ...SECURITY_HEADERS,
      ...headers,
      'content-type': ANSWER_TYPES.get(accept) ?? JSON_ANSWER,
      ...(origin === undefined ? {} : corsHeadersFor(origin, actor, this.options.allowedOrigins)),
      vary: 'Origin',
    };
    const finish = (body: string | Buffer): void => {
      const bytes = Buffer.byteLength(body);
      heads['content-length'] = bytes;
      response.writeHead(200, heads);
      // Text that is as long in bytes is ASCII, which is written without being encoded.
      response.end(body, typeof body === 'string' && bytes === body.length ? 'latin1' : 'utf8');
      const durationMs = performance.now() - startedAt;
      const clientRequestId = clientRequestIdOf(request.headers);
      this.logRequest({ requestId, clientRequestId, method: 'POST', path: '/graphql', status: 200, durationMs, address });
    };
    const compressing = compressedFor(request.headers, text);
    if (compressing === null) finish(text);
    else {
      void compressing.then((body) => {
        Object.assign(heads, body.headers);
        finish(body.bytes);
      });
    }
  }
}

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

interface GivenOperation {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

const MEMBERS: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions']);
/** Members that the framework refuses, and escapes in which they could hide; bytes that are no UTF-8. */
const SUSPICIOUS = ['__proto__', '"constructor"', '\\u00', '\uFFFD'];

/** Null for what is not exactly as usual. Throws for what is no JSON. */
function readBody(body: Buffer): GivenOperation | null {
  const text = body.toString();
  if (SUSPICIOUS.some((part) => text.includes(part))) return null;
  const whole: unknown = JSON.parse(text);
  if (!isRecord(whole) || !Object.keys(whole).every((name) => MEMBERS.has(name))) return null;
  const { query, operationName = null, variables, extensions } = whole;
  if (typeof query !== 'string' || query === '') return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  if (extensions !== undefined && extensions !== null && (!isRecord(extensions) || 'persistedQuery' in extensions)) return null;
  if (variables === undefined || variables === null) return { query, operationName, variables: {} };
  return isRecord(variables) ? { query, operationName, variables } : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
