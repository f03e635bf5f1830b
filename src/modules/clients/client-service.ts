import type { Clock } from '../../clock';
import type { Database } from '../../database/transaction';
import { UserFault } from '../../errors';
import { notFound } from '../access/absence';
import type { Actor } from '../access/actor';
import type { SnapshotService } from '../snapshots/snapshot-service';
import { seesEverything } from '../snapshots/visible-evaluations';
import { addCounts } from '../usage/usage-count-repository';
import { recordReport } from './client-repository';
import { nextReportMs, reportIssues, resolveCounts, type ReportedInput } from './client-rules';

export interface ClientServiceOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly snapshots: SnapshotService;
}

export interface Report extends ReportedInput {
  readonly environmentId?: string | null;
}

export interface RecordedReport {
  readonly nextReportMs: number;
  readonly isRepeated: boolean;
  readonly unknownCounts: number;
  readonly revisions: never[];
}

const MINUTE_MS = 60_000;

/** Records what instances of SDKs report. */
export class ClientService {
  private readonly rate: Rate;

  constructor(private readonly options: ClientServiceOptions) {
    this.rate = new Rate(options.clock);
  }

  /** Records position and counts in one transaction, or nothing; a batch that was recorded before changes nothing. */
  async report(actor: Actor, input: Report): Promise<RecordedReport> {
    const { database, clock, snapshots } = this.options;
    const state = await snapshots.openFor(actor, input.environmentId, 'client:report');
    const gone = (): UserFault => notFound('environment', input.environmentId ?? '', ['input', 'environmentId']);
    if (state === null) throw gone();
    const issues = reportIssues(input);
    if (issues.length > 0) throw new UserFault(issues);
    const { environmentId } = state.scope;
    const { known, unknownCount } = resolveCounts(input.counts ?? [], state.compiled, seesEverything(actor));
    const now = clock.now().getTime();
    const nextMs = nextReportMs(this.rate.note());
    const minute = new Date(Math.floor((now - (input.ageMs ?? 0)) / MINUTE_MS) * MINUTE_MS);
    const { instanceId, sdk, batch, position } = input;
    const outcome = await database.transaction(async ({ connection }) => {
      const { epoch = null, revision = null } = position ?? {};
      const liveUntil = new Date(now + 2 * nextMs);
      const recorded = await recordReport(connection, { environmentId, instanceId, sdk, epoch, revision, batch, liveUntil });
      if (recorded === 'RECORDED' && known.length > 0)
        await addCounts(
          connection,
          known.map((count) => ({ environmentId, minute, ...count })),
        );
      return recorded;
    });
    if (outcome === 'GONE') throw gone();
    return { nextReportMs: nextMs, isRepeated: outcome === 'REPEATED', unknownCounts: unknownCount, revisions: [] };
  }
}

/** Counts what happens within a second. */
class Rate {
  private second = 0;
  private count = 0;
  private before = 0;

  constructor(private readonly clock: Clock) {}

  /** Answers the count of the last whole second, or of this one where it is higher. */
  note(): number {
    const second = Math.floor(this.clock.now().getTime() / 1_000);
    if (second !== this.second) {
      this.before = second === this.second + 1 ? this.count : 0;
      this.second = second;
      this.count = 0;
    }
    this.count += 1;
    return Math.max(this.before, this.count);
  }
}
