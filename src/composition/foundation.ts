import type { Logger } from 'pino';
import type { Clock } from '../clock';
import type { Config } from '../config';
import type { Metrics } from '../telemetry/metrics';
import type { Tracing } from '../telemetry/tracing';
import type { ErrorReports } from './error-reports';

/** The parts that every other part of the server is built from. */
export interface Foundation {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly reports: ErrorReports;
  readonly metrics: Metrics;
  /** Null: traces are off. */
  readonly tracing: Tracing | null;
  /** Functions that end what was started. Called in reverse order. */
  readonly closers: (() => Promise<void>)[];
}
