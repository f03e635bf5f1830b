/** Gives each HTTP request a span of its own, below the caller's, with OpenTelemetry's attribute names for HTTP servers. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Attributes, Span, Tracing } from '../telemetry/tracing';

/** OpenTelemetry's `TraceFlags.SAMPLED` and `SpanStatusCode.ERROR`, which are not loaded while traces are off. */
const SAMPLED = 1;
const ERROR = 2;

const spans = new WeakMap<FastifyRequest, Span>();

/** Must be added before all other hooks: what they do belongs to the request. */
export function addRequestTraces(app: FastifyInstance, tracing: Tracing | null): void {
  if (tracing === null) return;
  app.addHook('onRequest', (request, reply, done) => {
    const { method, url, headers, routeOptions } = request;
    const route = routeOptions.url;
    const span = tracing.beginRequest(route === undefined ? method : `${method} ${route}`, headers, {
      ...requestAttributes(method, url),
      ...(route === undefined ? {} : { 'http.route': route }),
      'flagstaff.request_id': request.id,
    });
    spans.set(request, span);
    reply.raw.once('close', () => endSpan(span, reply.raw.headersSent ? reply.raw.statusCode : null));
    tracing.within(span, done);
  });
  // The body arrives in events of the socket, which know nothing of the request.
  app.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) tracing.within(span, done);
    else done();
  });
}

/** Null when the request is not recorded. */
export function traceIdOfRequest(request: FastifyRequest): string | null {
  return recordedTraceId(spans.get(request));
}

export function recordedTraceId(span: Span | null | undefined): string | null {
  if (!span) return null;
  const { traceId, traceFlags } = span.spanContext();
  return (traceFlags & SAMPLED) === 0 ? null : traceId;
}

/** Leaves out the query, which may contain what people wrote. */
export function requestAttributes(method: string, url: string): Attributes {
  return { 'http.request.method': method, 'url.path': url.split('?')[0] ?? '', 'url.scheme': 'http' };
}

/** `status` null: the client left before the answer. */
export function endSpan(span: Span, status: number | null): void {
  if (status !== null) span.setAttribute('http.response.status_code', status);
  if (status === null || status >= 500) {
    span.setAttribute('error.type', status === null ? 'client_left' : String(status));
    span.setStatus({ code: ERROR });
  }
  span.end();
}
