import type { DeliveredSubscription } from '../telemetry/metrics';
import type { RevisionOrigin } from '../modules/snapshots/environment-state';

/** A change that has just been handed to all subscribers of one kind who waited for it. */
export interface Delivered extends RevisionOrigin {
  readonly subscription: DeliveredSubscription;
  readonly environmentId: string;
  readonly revision: number;
  /** When this server began to hand it out, in Unix milliseconds. */
  readonly startedAt: number;
}
