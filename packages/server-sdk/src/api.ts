/** The server SDK as an application sees it. */
import type { Evaluation, EvaluationContext, FlagValueType, JsonValue, Snapshot } from '@flagstaff/evaluation';
import type { Client, ConnectionOptions, Position, ReadyResult } from '../../client/src/api';

/** A flag with the type of its values, as `defineFlag` makes it. */
export interface Flag<T> {
  readonly key: string;
  readonly valueType: FlagValueType;
  /** Served while there is no flag of this key and type. */
  readonly fallback: T;
  /** The values that the program knows; others are answered by the fallback. Null: all of the type. */
  readonly values: readonly T[] | null;
}

/** OpenFeature's codes. NOT_READY: there are no flags yet. */
export type ErrorCode =
  'NOT_READY' | 'FLAG_NOT_FOUND' | 'PARSE_ERROR' | 'TYPE_MISMATCH' | 'INVALID_CONTEXT' | 'TARGETING_KEY_MISSING' | 'GENERAL';

export interface Details<T> {
  readonly flagKey: string;
  /** The value that the flag serves; the fallback where `errorCode` is not null. */
  readonly value: T;
  /** Key of the variation. Null for an error or an override. */
  readonly variation: string | null;
  readonly reason: Evaluation['reason'] | 'OVERRIDE';
  readonly ruleId: string | null;
  readonly flagVersion: number | null;
  readonly inExperiment: boolean;
  readonly errorCode: ErrorCode | null;
  readonly errorMessage: string | null;
  /** The revision that decided. Null while there are no flags. */
  readonly position: Position | null;
}

/** The answers for one context, for a page that is rendered on the server: no rule, and client-available flags only. */
export interface Bootstrap {
  readonly format: 1;
  readonly position: Position;
  /** Names the context, so that it is not taken for another's. */
  readonly contextDigest: string;
  /** Sorted by key. */
  readonly evaluations: readonly ClientEvaluation[];
}

export interface ClientEvaluation {
  readonly flagKey: string;
  readonly value: JsonValue;
  readonly variation: string | null;
  readonly reason: string;
  readonly errorCode: string | null;
  readonly inExperiment?: boolean;
}

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
  /** The core's own answer, without overrides and hooks. `trace` adds every step. */
  evaluate(flagKey: string, context?: EvaluationContext, options?: { readonly trace?: boolean }): Evaluation;
  /** The core's answers for all flags that are not archived, in key order. */
  evaluateAll(context?: EvaluationContext, options?: { readonly onlyClientAvailable?: boolean }): readonly Evaluation[];
  bootstrapFor(context: EvaluationContext): Bootstrap;
  /** Asks the server for newer flags now, and tells how that went. */
  refresh(): Promise<ReadyResult>;
}

/** Keeps the last snapshot where it survives the process. Both may reject; that is a fault of kind STORE. */
export interface SnapshotStore {
  load(): Promise<Snapshot | null>;
  save(snapshot: Snapshot): Promise<void>;
  /** Called once, before `load`, with the API key, for stores that authenticate what they keep. */
  useKey?(key: string): void;
}

/** Synchronous, and called for each `value` and `details`. A hook that throws is a fault, and changes nothing. */
export interface Hook {
  /** May answer another context. */
  before?(flagKey: string, context: EvaluationContext): EvaluationContext | void;
  after?(details: Details<unknown>, context: EvaluationContext): void;
}

export interface ServerOptions extends ConnectionOptions {
  /** Needed where the key is one of several environments. */
  readonly environmentId?: string;
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
