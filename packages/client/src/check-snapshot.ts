import type { Snapshot } from '@flagstaff/evaluation';
import { broken } from './faults';

/** Throws a `FaultError` for what is no snapshot of format 1. */
export function checkSnapshot(given: unknown): Snapshot {
  const { formatVersion, epoch, revision, flags, segments } = (given ?? {}) as Partial<Record<keyof Snapshot, unknown>>;
  if (formatVersion !== 1)
    throw broken(`The snapshot has format ${JSON.stringify(formatVersion)}; this version of the SDK reads format 1.`);
  if (typeof epoch !== 'string' || !Number.isSafeInteger(revision) || !Array.isArray(flags) || !Array.isArray(segments))
    throw broken('What should be a snapshot has no epoch, revision, flags and segments.');
  return given as Snapshot;
}
