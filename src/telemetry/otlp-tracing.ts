/** Traces by OpenTelemetry's SDK, sent to a collector over OTLP/HTTP. Loaded only when they are on. */
import {
  context,
  ROOT_CONTEXT,
  SpanKind as Kind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { SpanKind, Tracing, TracingSettings } from './tracing';

const CLOSE_TIMEOUT_MS = 5_000;
const EXPORT_TIMEOUT_MS = 5_000;
/** Spans wait for at most this long, in milliseconds, so that a trace is complete soon after its end. */
const BATCH_DELAY_MS = 1_000;

const propagator = new W3CTraceContextPropagator();

type Hide = (text: string) => string;

export function createOtlpTracing(settings: TracingSettings, hide: Hide): Tracing {
  const { endpoint, headers, serviceName, sampledShare } = settings;
  // One for the process: it keeps the active span along promises and callbacks.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: EXPORT_TIMEOUT_MS });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampledShare) }),
    spanProcessors: [
      new BatchSpanProcessor(withoutSecrets(exporter, hide), {
        scheduledDelayMillis: BATCH_DELAY_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('flagstaff');
  const span: Tracing['span'] = (name, options, work) => runIn(tracer, name, options, work);
  return {
    beginRequest: (name, incoming, attributes) => {
      const parent = contextFrom(incoming);
      return tracer.startSpan(name, { kind: Kind.SERVER, attributes }, parent);
    },
    within: (active, work) => context.with(trace.setSpan(context.active(), active), work),
    span,
    childSpan: (name, options, work) => (trace.getActiveSpan()?.isRecording() ? span(name, options, work) : work()),
    record: (name, { kind, attributes, parent, startedAt }) => {
      const below = parent === null ? ROOT_CONTEXT : contextFrom({ traceparent: parent });
      tracer.startSpan(name, { kind: Kind[kind], attributes, startTime: startedAt }, below).end();
    },
    addEvent: (name, attributes) => void trace.getActiveSpan()?.addEvent(name, attributes),
    isRecording: () => trace.getActiveSpan()?.isRecording() ?? false,
    traceParent: () => traceParentOf(trace.getActiveSpan()),
    close: () => closed(provider),
  };
}

/** Hides secrets last, in whatever leaves: a client may put its key into a path, the name of an operation, or the key of a flag. */
function withoutSecrets(exporter: OTLPTraceExporter, hide: Hide): SpanExporter {
  const shown = (attributes: Attributes = {}): Attributes =>
    Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, typeof value === 'string' ? hide(value) : value]),
    );
  const shownSpan = (span: ReadableSpan): ReadableSpan =>
    Object.create(span, {
      name: { value: hide(span.name) },
      attributes: { value: shown(span.attributes) },
      events: { value: span.events.map((event) => ({ ...event, attributes: shown(event.attributes) })) },
    }) as ReadableSpan;
  return {
    export: (spans, done) => exporter.export(spans.map(shownSpan), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  };
}

function runIn<T>(
  tracer: Tracer,
  name: string,
  { kind, attributes }: { readonly kind: SpanKind; readonly attributes?: Attributes },
  work: () => T,
): T {
  return tracer.startActiveSpan(name, { kind: Kind[kind], attributes }, (active) => {
    const fail = (error: unknown): never => {
      noteFailure(active, error);
      throw error;
    };
    let result: T;
    try {
      result = work();
    } catch (error) {
      return fail(error);
    }
    if (!(result instanceof Promise)) {
      active.end();
      return result;
    }
    const ended: Promise<unknown> = result.then((value: unknown) => {
      active.end();
      return value;
    }, fail);
    return ended as T;
  });
}

/** Notes the class of the error only: messages may contain what people wrote. */
function noteFailure(span: Span, error: unknown): void {
  const { code, name } = error as { readonly code?: unknown; readonly name?: string };
  span.setAttribute('error.type', typeof code === 'string' ? code : (name ?? 'Error'));
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

function contextFrom(headers: Headers): Context {
  return propagator.extract(ROOT_CONTEXT, headers, {
    get: (carrier: Headers, name) => carrier[name] as string | undefined,
    keys: (carrier: Headers) => Object.keys(carrier),
  });
}

function traceParentOf(span: Span | undefined): string | null {
  if (span === undefined || !span.isRecording()) return null;
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
}

/** A collector that is away must not hold up the end of the process. */
async function closed(provider: BasicTracerProvider): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)));
  await Promise.race([provider.shutdown().catch(() => undefined), late]);
  clearTimeout(timer);
}
