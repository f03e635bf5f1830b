/**
 * Traces, as the rest of the server is handed them: null while they are off. Imports nothing of OpenTelemetry but types, so that a
 * server without traces loads nothing of it; `otlp-tracing.ts` is loaded when they are on.
 */
import type { Attributes, Span } from '@opentelemetry/api';
import type { IncomingHttpHeaders } from 'node:http';

export type { Attributes, Span } from '@opentelemetry/api';

export interface TracingSettings {
  /** The base URL of a collector, such as `http://collector:4318`; traces are sent to its `/v1/traces`. */
  readonly endpoint: string;
  /** Sent with each export. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  /** Share of the traces that begin here and are recorded, from 0 to 1; a caller's own decision is kept. */
  readonly sampledShare: number;
}

export type SpanKind = 'SERVER' | 'CLIENT' | 'PRODUCER' | 'INTERNAL';

export interface RecordedSpan {
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  /** `traceparent` of the span that caused this one, perhaps on another server. Null: it begins a trace. */
  readonly parent: string | null;
  /** When it began, in Unix milliseconds. It ends now. */
  readonly startedAt: number;
}

export interface Tracing {
  /** Begins the span of a request, as a child of the caller's (W3C Trace Context). The caller ends it. */
  readonly beginRequest: (name: string, headers: IncomingHttpHeaders, attributes: Attributes) => Span;
  /** Runs the work with this span as the active one. */
  readonly within: <T>(span: Span, work: () => T) => T;
  /** Runs the work in a span below the active one, or in one that begins a trace. A failure is noted and thrown on. */
  readonly span: <T>(name: string, options: { kind: SpanKind; attributes?: Attributes }, work: () => T) => T;
  /** The same below an active span only: what happens by the clock leaves no traces of its own. */
  readonly childSpan: <T>(name: string, options: { kind: SpanKind; attributes?: Attributes }, work: () => T) => T;
  /** Records something that has just ended. */
  readonly record: (name: string, recorded: RecordedSpan) => void;
  /** Adds an event to the active span, if it is recorded. */
  readonly addEvent: (name: string, attributes: Attributes) => void;
  /** Whether the active span is recorded. */
  readonly isRecording: () => boolean;
  /** The active span as a `traceparent` header. Null: there is none, or it is not recorded. */
  readonly traceParent: () => string | null;
  /** Sends what is left, for a few seconds at most. */
  readonly close: () => Promise<void>;
}

/** Names the trace of a `traceparent` header. */
export function traceIdOf(traceParent: string | null | undefined): string | null {
  return traceParent?.split('-')[1] ?? null;
}

interface OtlpModule {
  readonly createOtlpTracing: (settings: TracingSettings, hideSecrets: (text: string) => string) => Tracing;
}

/** Null: they are off. `hideSecrets` is applied to every text that leaves. */
export function startTracing(settings: TracingSettings | null, hideSecrets: (text: string) => string): Tracing | null {
  if (settings === null) return null;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only here, for it takes 17 MB and half a second
  const { createOtlpTracing } = require('./otlp-tracing') as OtlpModule;
  return createOtlpTracing(settings, hideSecrets);
}
