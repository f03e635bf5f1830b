/** Checks the options of reports. What can never work is a `TypeError`. */
import type { ReportOptions } from './api';
import type { Clock } from './clock';

/** The options, complete. */
export type ReportPlan = Required<ReportOptions> & { readonly instanceId: string };

const FLUSH_SECONDS = { min: 5, max: 60 } as const;

/** Null: nothing is to be reported. */
export function planReports(
  { reports, instanceId }: { readonly reports?: false | ReportOptions; readonly instanceId?: string },
  clock: Clock,
): ReportPlan | null {
  const { counts = true, receipts = true, flushSeconds = FLUSH_SECONDS.max } = reports === false ? {} : (reports ?? {});
  if (!(flushSeconds >= FLUSH_SECONDS.min && flushSeconds <= FLUSH_SECONDS.max))
    throw new TypeError(`reports.flushSeconds must be from ${FLUSH_SECONDS.min} to ${FLUSH_SECONDS.max}; got ${flushSeconds}.`);
  if (instanceId !== undefined && !/^[\w-]{1,64}$/.test(instanceId))
    throw new TypeError(`instanceId must be 1 to 64 letters, digits, - and _; got ${JSON.stringify(instanceId)}.`);
  if (reports === false || !(counts || receipts)) return null;
  return { counts, receipts, flushSeconds, instanceId: instanceId ?? randomName(clock) };
}

/** `crypto.randomUUID` is not there in pages that came without TLS. */
function randomName(clock: Clock): string {
  return Array.from({ length: 4 }, () => Math.floor(clock.random() * 2 ** 32).toString(36)).join('');
}
