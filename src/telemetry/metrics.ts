/**
 * The metrics of one server, as Prometheus reads them (OpenMetrics 1.0). Names and units follow Prometheus's conventions, and
 * OpenTelemetry's semantic conventions for HTTP and databases. docs/METRICS.md lists them all.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry, type OpenMetricsContentType } from 'prom-client';
import { BoundedNames } from './bounded-names';
import { Durations, type DurationSeries } from './durations';
import type { MetricReading } from './labelled-counts';
import { OBSERVABLE_METRICS, type ObservableMetric, type ObservableName } from './observable-metrics';

/** Names of operations that have series of their own. */
const OPERATION_NAMES_MAX = 100;
const OPERATION_NAME_LENGTH_MAX = 60;
/** A statement that takes longer counts as slow. */
const SLOW_STATEMENT_MS = 500;

/** The methods of HTTP that have series; any other is `_OTHER` (OpenTelemetry, HTTP metrics). */
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']);

export type OperationTransport = 'http' | 'websocket' | 'event_stream';
export type StatementEnd = 'done' | 'refused' | 'cut' | 'connection_lost';
export type DeliveredSubscription = 'flagChanged' | 'evaluationsChanged';

/**
 * The caller that chose the name of an operation. `nobody`: the document was refused, or the caller has no credential; it is never
 * a label. `public`: the caller has a key that anybody can read from a page, and may use up half of the names.
 */
export type NameSource = 'nobody' | 'public' | 'trusted';

const SHARES: Readonly<Record<NameSource, number>> = { nobody: 0, public: 0.5, trusted: 1 };

export interface EndedRequest {
  /** Null when nothing of the request could be read. */
  readonly method: string | null;
  /** The pattern of the path. Null when nothing is there. */
  readonly route: string | null;
  readonly status: number;
  readonly durationMs: number;
}

export interface EndedOperation {
  readonly transport: OperationTransport;
  /** Null: it has none. */
  readonly name: string | null;
  readonly nameFrom: NameSource;
  readonly durationMs: number;
  /** Codes of errors and of userErrors, each once. */
  readonly errorCodes: Iterable<string>;
}

export class Metrics {
  private readonly registry = new Registry<OpenMetricsContentType>();
  private readonly names = new BoundedNames(OPERATION_NAMES_MAX);
  private readonly seriesByName: Readonly<Record<OperationTransport, Map<string | null, DurationSeries>>> = {
    http: new Map(),
    websocket: new Map(),
    event_stream: new Map(),
  };
  private readonly readers = new Map<string, (() => MetricReading)[]>();

  private readonly requests = this.durations(
    'http_server_request_duration_seconds',
    'HTTP requests by method, route and status.',
    ['http_request_method', 'http_route', 'http_response_status_code'],
    [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  );
  private readonly operations = this.durations(
    'flagstaff_operation_duration_seconds',
    'GraphQL operations by transport and name; a subscription until it has begun.',
    ['transport', 'operation'],
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  );
  private readonly lag = this.durations(
    'flagstaff_delivery_lag_seconds',
    'From the time of a change to its last frame for the subscribers that were waiting.',
    ['subscription'],
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60],
  );
  private readonly statements = this.durations(
    'db_client_operation_duration_seconds',
    'SQL statements by how they ended: done, refused by PostgreSQL, cut for taking too long, connection_lost.',
    ['outcome'],
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  );
  private readonly jobs = this.durations(
    'flagstaff_job_duration_seconds',
    'Work by the clock.',
    ['job_name'],
    [0.01, 0.1, 0.5, 1, 5, 10, 60],
  );
  private readonly operationErrors = this.counter(
    'flagstaff_operation_errors_total',
    'Codes of errors and userErrors in answers, each once an operation.',
    'operation',
    'code',
  );
  private readonly slowStatements = this.counter('flagstaff_slow_statements_total', 'SQL statements that took over 0.5 s.');
  private readonly jobFailures = this.counter('flagstaff_job_failures_total', 'Runs of a job that failed.', 'job_name');
  private readonly jobSuccess = new Gauge({
    name: 'flagstaff_job_last_success_timestamp_seconds',
    help: 'When a job last succeeded, in Unix time.',
    labelNames: ['job_name'],
    registers: [this.registry],
  });

  constructor() {
    this.registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    for (const [name, metric] of Object.entries(OBSERVABLE_METRICS)) this.addObservable(name, metric);
  }

  /** Reads this metric by calling the function, each time that metrics are asked for; several may read parts of one. */
  observe(name: ObservableName, read: () => MetricReading): void {
    this.readers.set(name, [...(this.readers.get(name) ?? []), read]);
  }

  /** Adds the metrics of the process and of Node, whose measuring goes on until the process ends. */
  addRuntime(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  requestEnded({ method, route, status, durationMs }: EndedRequest): void {
    this.requestSeries(method, route, status).observe(durationMs);
  }

  /** Answers the series of such requests, for a caller that has many of one kind. */
  requestSeries(method: string | null, route: string | null, status: number): DurationSeries {
    return this.requests.of(method !== null && METHODS.has(method) ? method : '_OTHER', route ?? 'none', String(status));
  }

  operationEnded({ transport, name, nameFrom, durationMs, errorCodes }: EndedOperation): void {
    const isNamed = nameFrom !== 'nobody';
    const series = isNamed ? this.operationSeries(transport, name, nameFrom) : this.operations.of(transport, 'other');
    series.observe(durationMs);
    for (const code of errorCodes) {
      this.operationErrors.inc({ operation: isNamed ? this.labelOf(name, nameFrom) : 'other', code });
    }
  }

  /** Answers the series of operations that may be named, so not from `nobody`. Quick: a look-up for a name that has series of its own. */
  operationSeries(transport: OperationTransport, name: string | null, nameFrom: NameSource): DurationSeries {
    const known = this.seriesByName[transport].get(name);
    if (known) return known;
    const label = this.labelOf(name, nameFrom);
    const series = this.operations.of(transport, label);
    if (name === null || label === name) this.seriesByName[transport].set(name, series);
    return series;
  }

  /** Notes that a change made at this time was handed to all who waited for it. */
  changeDelivered(subscription: DeliveredSubscription, changedAt: Date): void {
    // Never below 0: the change may have been made by another server, whose clock is ahead.
    this.lag.of(subscription).observe(Math.max(0, Date.now() - changedAt.getTime()));
  }

  statementEnded(outcome: StatementEnd, durationMs: number): void {
    this.statements.of(outcome).observe(durationMs);
    if (durationMs > SLOW_STATEMENT_MS) this.slowStatements.inc();
  }

  jobEnded(job: string, { durationMs, hasFailed }: { readonly durationMs: number; readonly hasFailed: boolean }): void {
    this.jobs.of(job).observe(durationMs);
    if (hasFailed) this.jobFailures.inc({ job_name: job });
    else this.jobSuccess.set({ job_name: job }, Date.now() / 1_000);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** Writes everything as OpenMetrics text. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private labelOf(name: string | null, nameFrom: NameSource): string {
    if (name === null) return 'unnamed';
    return name.length > OPERATION_NAME_LENGTH_MAX ? 'other' : this.names.of(name, SHARES[nameFrom]);
  }

  private durations(name: string, help: string, labelNames: readonly string[], bounds: readonly number[]): Durations {
    const durations = new Durations({ name, help, labelNames, bounds });
    durations.register(this.registry);
    return durations;
  }

  private counter<T extends string>(name: string, help: string, ...labelNames: T[]): Counter<T> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  private addObservable(name: string, { type, help, labelNames }: ObservableMetric): void {
    const readings = (): MetricReading => (this.readers.get(name) ?? []).flatMap((read) => read());
    const options = { name, help, labelNames: [...labelNames], registers: [this.registry] };
    if (type === 'gauge') {
      const collect = (): void => {
        gauge.reset();
        for (const { labels, value } of readings()) gauge.set(labels, value);
      };
      const gauge = new Gauge({ ...options, collect });
    } else {
      const collect = (): void => {
        counter.reset();
        for (const { labels, value } of readings()) counter.inc(labels, value);
      };
      const counter = new Counter({ ...options, collect });
    }
  }
}
