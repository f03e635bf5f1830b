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

/** Facts about an operation that are collected while it runs, for its line in the log. */
export interface OperationOutcome {
  /** Null until the document was accepted, and for an operation without a name. */
  operationName: string | null;
  /** Names of the selected root fields. Empty until the document was accepted. */
  rootFields: readonly string[];
  /** Points that were counted; null when nothing ran. */
  cost: number | null;
  /** Codes of errors and of userErrors, each once. */
  readonly errorCodes: Set<string>;
}

export function createOutcome(): OperationOutcome {
  return { operationName: null, rootFields: [], cost: null, errorCodes: new Set() };
}

/** The context of one operation. */
export interface Context {
  /** The actor with the roles that it had when the operation began or, after a mutation of its own, since then. */
  actor: Actor;
  readonly services: Services;
  readonly loaders: Loaders;
  readonly stream: FlagStream;
  readonly budget: EvaluationBudget;
  readonly outcome: OperationOutcome;
  readonly requestId: string;
  /** Time at which the operation began. */
  readonly now: Date;
}
