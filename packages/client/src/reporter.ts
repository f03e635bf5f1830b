/**
 * Tells the server by its mutation `report` which revision this instance evaluates with, and how often it has served what since it
 * reported last (docs/PROTOCOL.md, "Reports"). One report is on its way at a time. One whose answer was lost is sent again as it was,
 * with its number, so that the server records it once. Nothing of a context is known here.
 */
import type { Fault, Position } from './api';
import { spread, type Clock } from './clock';
import type { EvaluationCount, EvaluationCounts } from './evaluation-counts';
import { broken, faultOf } from './faults';
import { request, type Endpoint } from './http';
import type { ReportPlan } from './report-options';

const REPORT = `mutation ($input: ReportInput!) { report(input: $input) { nextReportMs userErrors { message } } }`;

/** Between reports while the server is not busy; it asks for longer while many report. */
const USUAL_MS = 60_000;
const NEXT_MS = { min: 1_000, max: 3_600_000 } as const;
/** A new revision is reported at a random moment within, for all instances have it at once. */
const RECEIPT_MS = { min: 200, max: 2_000 } as const;
/** The least time between two reports that only tell of new revisions. */
const BETWEEN_RECEIPTS_MS = 10_000;
const FIRST_RETRY_MS = 10_000;
const RETRY_MAX_MS = 300_000;
/** The server counts nothing that is older. */
const AGE_MAX_MS = 86_400_000;
/** The server's bounds are 1,000 counts, and 256 KiB for the whole request. */
const USUAL_SIZE = { countsMax: 1_000, bytesMax: 200 * 1_024 };
/** Browsers send 64 KiB for pages that are gone. */
const LEAVING_SIZE = { countsMax: 1_000, bytesMax: 48 * 1_024 };
const EVERYTHING = { countsMax: Infinity, bytesMax: Infinity };

export interface ReporterParts {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly plan: ReportPlan;
  /** Name and version, such as `server-sdk/0.1.0`. */
  readonly sdk: string;
  readonly environmentId: string | null;
  /** Counts are added here; null when they are off. */
  readonly counts: Pick<EvaluationCounts<never>, 'take' | 'isEmpty' | 'dropped'> | null;
  /** Only what somebody must see to: reports are refused. That the server is away is reported by the connection. */
  readonly onFault: (fault: Fault) => void;
}

interface Batch {
  readonly input: object;
  readonly position: Position | null;
  readonly endedAt: number;
  readonly evaluations: number;
  /** Whether counts were left for the next one. */
  readonly isFull: boolean;
}

export class Reporter {
  private readonly controller = new AbortController();
  private sending: Promise<void> = Promise.resolve();
  private position: Position | null = null;
  private batch = 0;
  /** Made, and not answered. */
  private pending: Batch | null = null;
  /** Handed to the browser. */
  private left: Batch | null = null;
  private reported: Position | null = null;
  private triedAt = -Infinity;
  private nextMs = USUAL_MS;
  private failures = 0;
  /** The server has asked not to be asked before. */
  private busyUntil = -Infinity;
  private dueAt = Infinity;
  private cancel: () => void = () => undefined;
  private isClosed = false;
  private refused = 0;

  constructor(private readonly parts: ReporterParts) {}

  /** How many evaluations were counted and never reported. */
  get dropped(): number {
    return this.refused + (this.parts.counts?.dropped ?? 0);
  }

  /** Tells which revision is evaluated with, whenever it is another, and when the server has answered after a loss. */
  notePosition(position: Position): void {
    const isFirst = this.position === null;
    this.position = { epoch: position.epoch, revision: position.revision };
    if (!this.isReported || this.failures > 0) this.planReceipt();
    else if (isFirst) this.planNext();
  }

  /** Resolves when what is new was reported, or could not be. Never rejects. */
  flush(): Promise<void> {
    return this.run(false);
  }

  /** Tells what was counted, and plans nothing further. */
  close(): Promise<void> {
    this.isClosed = true;
    this.forgetPlan();
    return this.parts.counts?.isEmpty === false || (this.pending?.evaluations ?? 0) > 0 ? this.run(false) : this.sending;
  }

  /** Ends what still runs after `close`. */
  abort(): void {
    this.controller.abort(new Error('the client was closed.'));
    this.drop();
  }

  /**
   * For a page that goes: hands as much to the browser as it sends without the page, and answers the rest, which the next visit
   * may add to its own counts. When the page stays after all, the reporter goes on.
   */
  leave(): EvaluationCount[] {
    this.pending ??= this.make(LEAVING_SIZE, false);
    // A page that goes is hidden first: what is on its way is not sent again.
    if (this.pending !== null && this.pending !== this.left) void this.send(this.pending, true);
    this.left = this.pending;
    return this.parts.counts?.take(EVERYTHING) ?? [];
  }

  /** Longer waits for all, in proportion, while many report. */
  private get scale(): number {
    return this.nextMs / USUAL_MS;
  }

  private get isReported(): boolean {
    const { reported, position } = this;
    return !this.parts.plan.receipts || (reported?.epoch === position?.epoch && reported?.revision === position?.revision);
  }

  private planReceipt(): void {
    const { clock } = this.parts;
    const { min, max } = RECEIPT_MS;
    const soon = clock.now() + this.scale * (min + (max - min) * clock.random());
    this.planAt(Math.max(soon, this.triedAt + this.scale * BETWEEN_RECEIPTS_MS, this.busyUntil));
  }

  private planAt(at: number): void {
    if (this.isClosed || at >= this.dueAt) return;
    this.cancel();
    this.dueAt = at;
    this.cancel = this.parts.clock.after(at - this.parts.clock.now(), () => void this.run(true));
  }

  private forgetPlan(): void {
    this.cancel();
    this.dueAt = Infinity;
  }

  private run(isPlanned: boolean): Promise<void> {
    this.sending = this.sending.then(() => this.sendAll(isPlanned));
    return this.sending;
  }

  /** A run that was planned tells that the instance lives, also when nothing is new. */
  private async sendAll(isPlanned: boolean): Promise<void> {
    this.forgetPlan();
    // Plans respect it; their timers may be a moment early.
    let isMore = isPlanned || this.parts.clock.now() >= this.busyUntil;
    let isOldSent = false;
    while (isMore && !this.controller.signal.aborted) {
      const isOld = this.pending !== null;
      this.pending ??= this.make(USUAL_SIZE, isPlanned && this.parts.plan.receipts && !isOldSent);
      if (this.pending === null) break;
      const { isFull } = this.pending;
      isMore = (await this.send(this.pending, false)) && (isFull || isOld);
      isOldSent ||= isOld;
    }
    this.planNext();
  }

  /** Null when there is nothing to tell. */
  private make(size: typeof USUAL_SIZE, isSignOfLife: boolean): Batch | null {
    const { counts, plan, sdk, environmentId, clock } = this.parts;
    const taken = counts?.take(size) ?? [];
    if (taken.length === 0 && this.isReported && !isSignOfLife) return null;
    this.batch += 1;
    const position = plan.receipts ? this.position : null;
    return {
      input: { environmentId, instanceId: plan.instanceId, sdk, batch: this.batch, position, counts: taken },
      ...{ position, endedAt: clock.now(), isFull: counts?.isEmpty === false },
      evaluations: taken.reduce((sum, { evaluations }) => sum + evaluations, 0),
    };
  }

  /** Answers whether the server has recorded it. */
  private async send(batch: Batch, keepalive: boolean): Promise<boolean> {
    const { endpoint, clock } = this.parts;
    const ageMs = Math.min(AGE_MAX_MS, Math.round(clock.now() - batch.endedAt));
    this.triedAt = clock.now();
    const operation = { query: REPORT, variables: { input: { ...batch.input, ageMs } } };
    try {
      this.nextMs = readNextMs(await request(endpoint, operation, this.controller.signal, keepalive));
    } catch (error) {
      this.fail(faultOf(error), ageMs);
      return false;
    }
    this.failures = 0;
    this.reported = batch.position;
    if (this.pending === batch) this.pending = null;
    return true;
  }

  private fail(fault: Fault, ageMs: number): void {
    if (this.controller.signal.aborted) return;
    const isTemporary = fault.kind === 'NETWORK' || fault.kind === 'BUSY';
    this.failures = isTemporary ? this.failures + 1 : Infinity;
    if (fault.kind !== 'NETWORK') this.busyUntil = this.parts.clock.now() + Math.max(this.retryMs, fault.retryAfterMs ?? 0);
    if (isTemporary && ageMs < AGE_MAX_MS) return;
    this.drop();
    if (!isTemporary)
      this.parts.onFault({ ...fault, kind: 'REPORT', message: `Reports are refused, and dropped. ${fault.message}` });
  }

  private drop(): void {
    this.refused += this.pending?.evaluations ?? 0;
    this.pending = null;
  }

  private get retryMs(): number {
    return spread(Math.min(RETRY_MAX_MS, FIRST_RETRY_MS * 2 ** (this.failures - 1)), this.parts.clock);
  }

  private planNext(): void {
    const { clock, plan } = this.parts;
    const now = clock.now();
    if (this.failures > 0) {
      this.forgetPlan();
      this.planAt(Math.max(now + this.retryMs, this.busyUntil));
    } else if (this.position !== null) {
      if (!this.isReported) this.planReceipt();
      // Never later than the server asks for.
      const share = (0.8 + 0.2 * clock.random()) * ((plan.flushSeconds * 1_000) / USUAL_MS);
      this.planAt(now + this.nextMs * share);
    }
  }
}

function readNextMs(data: unknown): number {
  const { report } = (data ?? {}) as {
    readonly report?: { readonly nextReportMs?: unknown; readonly userErrors?: readonly { readonly message: string }[] } | null;
  };
  const [problem] = report?.userErrors ?? [];
  if (problem !== undefined) throw broken(`The server says: ${problem.message}`);
  if (typeof report?.nextReportMs !== 'number') throw broken('The server answers without nextReportMs.');
  return Math.min(NEXT_MS.max, Math.max(NEXT_MS.min, report.nextReportMs));
}
