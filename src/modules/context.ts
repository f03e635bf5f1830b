/** The context of every resolver: the actor, the use-cases, and the reads of one operation. */
import type { FlagStream } from '../delivery/stream';
import type { Actor } from './access/actor';
import type { EvaluationBudget } from './snapshots/snapshot-service';

/** The use-cases, which live as long as the process. Each noun adds its own in its `module.ts`. */
export interface Services {}

/**
 * Batches and caches reads for one operation, or for one event of a subscription; never longer. Each noun adds its own in its
 * `module.ts`.
 */
export interface Loaders {}

/** The context of one operation. */
export interface Context {
  /** The actor with the roles that it had when the operation began or, after a mutation of its own, since then. */
  actor: Actor;
  readonly services: Services;
  readonly loaders: Loaders;
  readonly stream: FlagStream;
  readonly budget: EvaluationBudget;
  readonly requestId: string;
  /** Time at which the operation began. */
  readonly now: Date;
}
