/**
 * Reports of a page. When nobody looks at it any more it may be ended without a sign: then what was counted is sent at once, as much
 * as a browser sends for a page that is gone, and the rest is kept for the next visit.
 */
import type { Fault, Position } from '../../client/src/api';
import type { Clock } from '../../client/src/clock';
import { EvaluationCounts, type EvaluationCount } from '../../client/src/evaluation-counts';
import type { ClientEvaluation } from '../../client/src/flag-api';
import type { Endpoint } from '../../client/src/http';
import type { ReportPlan } from '../../client/src/report-options';
import { Reporter } from '../../client/src/reporter';
import { VERSION } from '../../client/src/version';
import type { KeyValueStorage } from './api';

/** Bounds what is counted, and what is kept for the next visit. */
const COUNTS_MAX = 1_000;

export interface PageReportsParts {
  readonly plan: ReportPlan;
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  /** Null: counts that could not be sent are kept for as long as the page is there. */
  readonly storage: KeyValueStorage | null;
  /** The key under which they are kept. */
  readonly storageKey: string;
  readonly onFault: (fault: Fault) => void;
}

export class PageReports {
  /** Null: nothing is counted. */
  readonly counts: EvaluationCounts<ClientEvaluation> | null;
  private readonly reporter: Reporter;
  private kept: readonly EvaluationCount[] = [];

  constructor(private readonly parts: PageReportsParts) {
    const { plan, endpoint, clock, onFault } = parts;
    this.counts = plan.counts ? new EvaluationCounts<ClientEvaluation>(({ variation }) => variation, COUNTS_MAX) : null;
    const { counts } = this;
    const sdk = `web-sdk/${VERSION}`;
    this.reporter = new Reporter({ endpoint, clock, plan, sdk, environmentId: null, counts, onFault });
    void this.recall();
  }

  notePosition(position: Position): void {
    this.reporter.notePosition(position);
  }

  flush(): Promise<void> {
    return this.reporter.flush();
  }

  /** Resolves when the last report was answered, or is given up. */
  async close(): Promise<void> {
    await this.reporter.close();
  }

  /** Gives up what is on its way. */
  abort(): void {
    this.reporter.abort();
  }

  /** Sends and keeps what was counted, for nothing may run after this. */
  hide(): void {
    const rest = this.reporter.leave();
    if (rest.length > 0) void this.keep(rest);
  }

  /** Counts again what was kept. */
  async recall(): Promise<void> {
    const { storage, storageKey } = this.parts;
    const kept = this.kept;
    this.kept = [];
    for (const { flagKey, variation, evaluations } of kept) this.counts?.addNamed(flagKey, variation, evaluations);
    try {
      const text = await storage?.getItem(storageKey);
      if (typeof text !== 'string') return;
      await storage?.removeItem(storageKey);
      for (const { flagKey, variation, evaluations } of readCounts(text)) this.counts?.addNamed(flagKey, variation, evaluations);
    } catch {
      // Counts that cannot be read are not reported.
    }
  }

  private async keep(rest: readonly EvaluationCount[]): Promise<void> {
    const { storage, storageKey } = this.parts;
    const known = this.kept;
    this.kept = [];
    try {
      if (storage === null) throw new Error('There is no storage.');
      const before = readCounts((await storage.getItem(storageKey)) ?? '[]');
      await storage.setItem(storageKey, JSON.stringify([...known, ...before, ...rest].slice(-COUNTS_MAX)));
    } catch {
      this.kept = [...known, ...rest].slice(-COUNTS_MAX);
    }
  }
}

/** Throws for what is no list of counts. */
function readCounts(text: string): EvaluationCount[] {
  return (JSON.parse(text) as EvaluationCount[]).filter(
    ({ flagKey, variation, evaluations }) =>
      typeof flagKey === 'string' && (variation === null || typeof variation === 'string') && evaluations > 0,
  );
}
