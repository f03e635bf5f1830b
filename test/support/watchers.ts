/** Subscribers by the real clients of graphql-ws and graphql-sse, that keep all they are told. */
import { createClient as createSseClient } from 'graphql-sse';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { eventually } from './make';
import { authorization } from './world';

export const WATCHING = ['WebSocket', 'Server-Sent Events'] as const;
export type Watching = (typeof WATCHING)[number];

export interface WatchedEvent {
  readonly kind: string;
  readonly revision: number;
  readonly epoch: string;
}

export interface Watcher {
  /** Events of `flagChanged`, or whatever the one root field of the subscription answers. */
  readonly events: readonly WatchedEvent[];
  /** How it ended: codes of errors, a close code, or `complete`. Null while it goes on. */
  readonly ending: () => string | null;
  /** Waits for so many events in all. */
  readonly count: (count: number) => Promise<readonly WatchedEvent[]>;
  readonly stop: () => void;
}

export const WATCH = `subscription ($environmentId: ID, $since: RevisionInput, $flagKeys: [String!]) {
  flagChanged(environmentId: $environmentId, since: $since, flagKeys: $flagKeys) { kind revision epoch }
}`;

interface Result {
  readonly data?: Record<string, WatchedEvent> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[];
}

export function watchOver(
  watching: Watching,
  server: { readonly url: string },
  credential: string | undefined,
  variables: Record<string, unknown> = {},
  query = WATCH,
): Watcher {
  const url = server.url.endsWith('/graphql') ? server.url : `${server.url}/graphql`;
  if (watching === 'WebSocket') return watchOn(socketClient(url, credential), variables, query, true);
  const client = createSseClient({ url: `${url}/stream`, headers: authorization(credential), retryAttempts: 0 });
  return keep((sink) => client.subscribe({ query, variables }, sink));
}

/** A client of graphql-ws that never connects again. */
export function socketClient(url: string, credential: string | undefined): Client {
  return createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: authorization(credential),
    retryAttempts: 0,
  });
}

/** One of several operations on a socket. */
export function watchOn(client: Client, variables: Record<string, unknown>, query = WATCH, isOnly = false): Watcher {
  const watcher = keep((sink) => client.subscribe(query === '' ? { query: WATCH } : { query, variables }, sink));
  return isOnly ? { ...watcher, stop: () => void client.dispose() } : watcher;
}

interface KeepingSink {
  readonly next: (result: unknown) => void;
  readonly error: (error: unknown) => void;
  readonly complete: () => void;
}

function keep(subscribe: (sink: KeepingSink) => () => void): Watcher {
  const events: WatchedEvent[] = [];
  let ending: string | null = null;
  const stop = subscribe({
    next: (value) => {
      const { data, errors } = value as Result;
      if (errors) ending = codesOf(errors);
      else events.push(Object.values(data!)[0]!);
    },
    error: (error) => {
      ending ??= Array.isArray(error) ? codesOf(error as Result['errors']) : codeOf(error);
    },
    complete: () => {
      ending ??= 'complete';
    },
  });
  return {
    events,
    ending: () => ending,
    count: async (count) => {
      await eventually(async () => ending !== null || events.length >= count);
      if (events.length < count) throw new Error(`It ended: ${ending}`);
      return events;
    },
    stop,
  };
}

function codesOf(errors: Result['errors']): string {
  return (errors ?? []).map(({ extensions }) => String(extensions?.code)).join(' ');
}

function codeOf(error: unknown): string {
  const { code, response } = error as { code?: number; response?: { status: number } };
  return String(code ?? response?.status ?? (error instanceof Error ? error.message : error));
}
