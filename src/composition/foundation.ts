import type { Logger } from 'pino';
import type { Clock } from '../clock';
import type { Config } from '../config';
import type { ErrorReports } from './error-reports';

/** What every part of the server is built with. */
export interface Foundation {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly reports: ErrorReports;
  /** Ends what was started. Called in reverse order. */
  readonly closers: (() => Promise<void>)[];
}
