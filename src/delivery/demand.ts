import type { Scope } from '../modules/access/actor';
import type { Permission } from '../modules/access/permissions';

/** What a subscriber must be allowed for as long as it is told anything. */
export interface Demand {
  readonly permission: Permission;
  readonly scope: Scope;
}

/** A stream that somebody may follow only while access lasts. */
export interface Guarded {
  readonly demand: Demand;
}

/** Null for a stream that demands nothing. */
export function demandOf(stream: object): Demand | null {
  return 'demand' in stream ? (stream as Guarded).demand : null;
}
