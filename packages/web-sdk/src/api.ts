/** The web SDK as an application sees it. */
import type { EvaluationContext, JsonValue } from '@flagstaff/evaluation';
import type { Client, ConnectionOptions, MetricDetails, ReadyResult } from '../../client/src/api';
import type { Bootstrap, ClientEvaluation, Details, Flag, Hook } from '../../client/src/flag-api';

/**
 * Serves the evaluations of one context, which the server makes. Never throws and never rejects: what goes wrong is a fault, and the
 * fallback is served. Methods are synchronous unless they answer a promise.
 *
 * Fit for stores of user interfaces: between two changes of a flag `value` and `details` answer the same object for it, and `all`
 * the same map. `change` names the flags that differ.
 */
export interface WebClient extends Client {
  /** A copy of the one that was given. */
  readonly context: EvaluationContext;
  boolean(flagKey: string, fallback: boolean): boolean;
  string<T extends string = string>(flagKey: string, fallback: T): T | string;
  number(flagKey: string, fallback: number): number;
  /** Values are fit by their kind only: object or list or null, text, number, boolean. */
  json<T extends JsonValue>(flagKey: string, fallback: T): T;
  value<T>(flag: Flag<T>): T;
  /** `position` is the revision at which the flag last changed for this context. `ruleId` is null: pages are told no rules. */
  details<T>(flag: Flag<T>): Details<T>;
  details<T extends JsonValue>(flagKey: string, fallback: T): Details<T>;
  /** Answers as `details` does from the option `bootstrap` alone, whatever came since: what a server has rendered with it. */
  bootstrapDetails<T>(flag: Flag<T>): Details<T>;
  bootstrapDetails<T extends JsonValue>(flagKey: string, fallback: T): Details<T>;
  /** All evaluations by flag key, without overrides. */
  all(): ReadonlyMap<string, ClientEvaluation>;
  /**
   * Goes over to another context. Flags of the one before are served until there are some of this one. Resolves when there are, when
   * the server refuses, when a newer call came, or after `timeoutMs` (5,000 by default), with what the client is then.
   */
  setContext(context: EvaluationContext, timeoutMs?: number): Promise<ReadyResult>;
  /** Counts nothing yet: the server takes no metric events. Says so once. */
  track(event: string, details?: MetricDetails): void;
  /** Ends the connection until `resume`. Flags are served on. */
  pause(): void;
  resume(): void;
}

/** The part of `localStorage` that is used, and of React Native's `AsyncStorage`. */
export interface KeyValueStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/** Tells when somebody looks at the application. */
export interface Lifecycle {
  /**
   * Calls back at each change, and with true when the network is back. `isLeaving`: the page may be ended or frozen now. Answers a
   * function that ends it.
   */
  subscribe(onChange: (isActive: boolean, isLeaving?: boolean) => void): () => void;
}

export interface WebOptions extends ConnectionOptions {
  /** Copied as JSON. Left out: an empty one. */
  readonly context?: EvaluationContext;
  /** Only these flags. Left out: all client-available ones. */
  readonly flagKeys?: readonly string[];
  /** Evaluations to begin with, from `bootstrapFor` of the server SDK. Of another context: not used. */
  readonly bootstrap?: Bootstrap;
  /** Keeps the evaluations of the last five contexts. Left out: `localStorage`. Null: nothing is kept. */
  readonly storage?: KeyValueStorage | null;
  /** Left out: that of the document. */
  readonly lifecycle?: Lifecycle;
  /** Seconds that nobody looks until the connection is closed, 0 to 86,400; 300 by default. */
  readonly hiddenSeconds?: number;
  /** Values by flag key that win over everything, for development. Refused where NODE_ENV is `production`. */
  readonly overrides?: { readonly [flagKey: string]: JsonValue };
  /** A context that `before` answers is passed over: the server has evaluated already. */
  readonly hooks?: readonly Hook[];
}
