/** The server SDK as an application sees it. */
import type { Evaluation, EvaluationContext, JsonValue, Snapshot } from '@flagstaff/evaluation';
import type { Client, ConnectionOptions, MetricDetails, ReadyResult } from '../../client/src/api';
import type { Bootstrap, Details, Flag, Hook } from '../../client/src/flag-api';

/**
 * Evaluates flags in memory. Never throws and never rejects: what goes wrong is a fault, and the fallback is served. Methods are
 * synchronous unless they answer a promise.
 */
export interface ServerClient extends Client {
  boolean(flagKey: string, fallback: boolean, context?: EvaluationContext): boolean;
  string<T extends string = string>(flagKey: string, fallback: T, context?: EvaluationContext): T | string;
  number(flagKey: string, fallback: number, context?: EvaluationContext): number;
  /** Values are fit by their kind only: object or list or null, text, number, boolean. */
  json<T extends JsonValue>(flagKey: string, fallback: T, context?: EvaluationContext): T;
  value<T>(flag: Flag<T>, context?: EvaluationContext): T;
  details<T>(flag: Flag<T>, context?: EvaluationContext): Details<T>;
  details<T extends JsonValue>(flagKey: string, fallback: T, context?: EvaluationContext): Details<T>;
  /** The core's own answer, without overrides and hooks, and not counted in reports. `trace` adds every step. */
  evaluate(flagKey: string, context?: EvaluationContext, options?: { readonly trace?: boolean }): Evaluation;
  /** The core's answers for all flags that are not archived, in key order. Not counted in reports either. */
  evaluateAll(context?: EvaluationContext, options?: { readonly onlyClientAvailable?: boolean }): readonly Evaluation[];
  bootstrapFor(context: EvaluationContext): Bootstrap;
  /** Asks the server for newer flags now, and tells how that went. */
  refresh(): Promise<ReadyResult>;
  /** Tells of something that a context did. The server does not take such events yet: they are dropped, which is said once. */
  track(event: string, context: EvaluationContext, details?: MetricDetails): void;
}

/** Keeps the last snapshot where it survives the process. Both may reject; that is a fault of kind STORE. */
export interface SnapshotStore {
  load(): Promise<Snapshot | null>;
  save(snapshot: Snapshot): Promise<void>;
  /** Called once, before `load`, with the API key, for stores that authenticate what they keep. */
  useKey?(key: string): void;
}

export interface ServerOptions extends ConnectionOptions {
  /** Needed where the key is one of several environments. */
  readonly environmentId?: string;
  /** Names this instance in reports: 1 to 64 letters, digits, `-` and `_`. At random by default. */
  readonly instanceId?: string;
  /** Flags to begin with, before the server has answered or without one. */
  readonly snapshot?: Snapshot;
  readonly store?: SnapshotStore;
  /**
   * Values by flag key that win over everything, for development. Refused where NODE_ENV is `production`, unless
   * FLAGSTAFF_OVERRIDES is `allow`.
   */
  readonly overrides?: { readonly [flagKey: string]: JsonValue };
  readonly hooks?: readonly Hook[];
}
