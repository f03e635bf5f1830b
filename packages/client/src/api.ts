/** The types that all SDKs have in common, as their users see them. */

/**
 * STARTING: there are no flags yet. READY: the server has answered since the connection was last lost. STALE: there are flags, from
 * a store or from before a loss, and the server does not answer. REFUSED: the server does not accept the key; flags that are there
 * are served on, and it is asked again every 5 minutes. CLOSED: by the application; flags are served on.
 */
export type ClientStatus = 'STARTING' | 'READY' | 'STALE' | 'REFUSED' | 'CLOSED';

/** A revision of the environment. Revisions compare only within one epoch. */
export interface Position {
  readonly epoch: string;
  readonly revision: number;
}

export type FaultKind = 'NETWORK' | 'BUSY' | 'REFUSED' | 'GONE' | 'BROKEN' | 'STORE' | 'LISTENER' | 'SNAPSHOT' | 'REPORT';

/**
 * NETWORK: no answer, or a cut. BUSY: the server asks to come back later. REFUSED: the key is not accepted. GONE: there is no such
 * environment. BROKEN: an answer that is none. STORE: the store failed. LISTENER: a listener or hook threw. SNAPSHOT: a flag cannot
 * be decided. REPORT: the server refuses reports. None of them ends the client.
 */
export interface Fault {
  readonly kind: FaultKind;
  /** A sentence. Never names a value of a context. */
  readonly message: string;
  /** The server asks to wait at least so long. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

export type Transport = 'websocket' | 'sse' | 'poll';

export interface StatusEvent {
  readonly status: ClientStatus;
  /** How flags are kept current, or where they are from. Null while there are none. */
  readonly via: Transport | 'store' | 'bootstrap' | null;
  /** The revision of the flags that are served. Null while there are none. */
  readonly position: Position | null;
  /** The last fault since the server answered. Null when there was none. */
  readonly fault: Fault | null;
}

export interface ReadyResult extends StatusEvent {
  /** True when the time was over first; the status is STARTING then. */
  readonly isTimedOut: boolean;
}

/** One revision, or several that were read together. */
export interface ChangeEvent {
  /** Flags that may answer differently from now on, also because a segment or a prerequisite changed. Sorted by no rule. */
  readonly flagKeys: readonly string[];
  readonly position: Position;
}

export interface ClientEvents {
  readonly status: StatusEvent;
  readonly change: ChangeEvent;
  readonly fault: Fault;
}

export interface Logger {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

/**
 * Makes `await using` close a client, for compilers and settings of `lib` that know of it. Others, and TypeScript before 5.2, have no
 * such symbol, and would refuse a member of that name.
 */
export type AsyncDisposal = SymbolConstructor extends { readonly asyncDispose: infer Name extends symbol }
  ? { readonly [Key in Name]: () => Promise<void> }
  : object;

/** Every client can do this. Nothing of it throws or rejects. */
export interface Client extends AsyncDisposal {
  readonly status: ClientStatus;
  readonly position: Position | null;
  /**
   * Resolves when the client is no longer STARTING, or after `timeoutMs` (5,000 by default), with what it is then. Keeps the
   * process alive until it resolves.
   */
  waitUntilReady(timeoutMs?: number): Promise<ReadyResult>;
  /** Calls the listener at each change of `status` or `via`. Answers a function that ends it. */
  on(event: 'status', listener: (event: StatusEvent) => void): () => void;
  /** Calls the listener after flags have changed; they answer anew already. */
  on(event: 'change', listener: (event: ChangeEvent) => void): () => void;
  /** Calls the listener at each fault. Without a listener faults go to `logger.warn`, each message once a minute. */
  on(event: 'fault', listener: (fault: Fault) => void): () => void;
  /** Resolves when everything that is to be reported was sent, at the latest after `timeoutMs` (2,000 by default). */
  flush(timeoutMs?: number): Promise<void>;
  /** Ends all connections and timers, and saves. Takes at most `timeoutMs` (2,000 by default). Evaluation goes on. */
  close(timeoutMs?: number): Promise<void>;
}

/** Chooses what is reported to the server. Nothing of a context is, whatever is said here. */
export interface ReportOptions {
  /** How often which variation of which flag was served. True by default. */
  readonly counts?: boolean;
  /** Which revision this instance evaluates with, and that it lives. True by default. */
  readonly receipts?: boolean;
  /** Seconds between reports while the server is not busy, 5 to 60; 60 by default. */
  readonly flushSeconds?: number;
}

/** The rest of what `track` tells. */
export interface MetricDetails {
  readonly value?: number;
  readonly attributes?: { readonly [name: string]: string | number | boolean };
}

/** The class `WebSocket` of browsers, of Node 22 and of the package `ws`. */
export type WebSocketClass = new (url: string, protocol: string) => unknown;

/** The type of `fetch` as the application's types declare it: those of the browser, of Node or of a worker. */
export type FetchFunction = typeof globalThis extends { readonly fetch: infer Declared } ? Declared : unknown;

export interface ConnectionOptions {
  /** Base URL of the server, such as `https://flags.example.com`, with its path if it has one. Left out: offline. */
  readonly url?: string;
  /** An API key. */
  readonly key?: string;
  /** The transports that may be used, best first. By default `sse` and `poll`, and `websocket` before them when `WebSocket` is given. */
  readonly transports?: readonly Transport[];
  readonly WebSocket?: WebSocketClass;
  readonly fetch?: FetchFunction;
  /** Further headers of each HTTP request, asked for anew each time. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Seconds between polls while no stream lives, 5 to 3,600; 30 by default. */
  readonly pollSeconds?: number;
  /** False: nothing is reported. */
  readonly reports?: false | ReportOptions;
  readonly logger?: Logger;
}
