/**
 * Hooks over the client as an external store. React asks for what is served in each render and again before it shows it, so that no
 * change is lost and all components of one screen see the same revision.
 */
import type { ClientStatus, Details, Flag, JsonValue, WebClient } from '@flagstaff/web-sdk';
import { useCallback, useRef, useSyncExternalStore } from 'react';
import { useClient } from './provider';
import { suspendUntilReady } from './ready';

export interface FlagOptions {
  /**
   * Suspends while the client is STARTING, for at most 5 seconds, to the nearest `<Suspense>` above. From then on, and where there
   * is a bootstrap, it never does.
   */
  readonly suspend?: boolean;
}

/** The type of what is served where `T` is the type of the fallback: `false` stands for any boolean. */
export type Served<T> = T extends boolean ? boolean : T extends number ? number : T extends string ? string : T;

/** The value that a flag serves now. Renders the component again when it is another, and for no other flag. */
export function useFlag<T>(flag: Flag<T>, options?: FlagOptions): T;
export function useFlag<T extends JsonValue>(flagKey: string, fallback: T, options?: FlagOptions): Served<T>;
export function useFlag<T>(...asked: Asked<T>): T {
  return useAsked(asked, valueOf);
}

/** The value with its variation, reason and error. Renders the component again when any of it is another. */
export function useFlagDetails<T>(flag: Flag<T>, options?: FlagOptions): Details<T>;
export function useFlagDetails<T extends JsonValue>(flagKey: string, fallback: T, options?: FlagOptions): Details<Served<T>>;
export function useFlagDetails<T>(...asked: Asked<T>): Details<T> {
  return useAsked(asked, itself);
}

/** The client's status. While a page is hydrated, that with which it was rendered. */
export function useStatus(): ClientStatus {
  const client = useClient();
  const subscribe = useCallback((notify: () => void) => client.on('status', notify), [client]);
  return useSyncExternalStore(
    subscribe,
    () => client.status,
    () => (client.bootstrapDetails('', null).position === null ? 'STARTING' : 'STALE'),
  );
}

/** The client's `track`, always the same function for one client. */
export function useTrack(): WebClient['track'] {
  const client = useClient();
  return useCallback((event, details) => client.track(event, details), [client]);
}

/** Tells the two forms of a question apart by the first argument. */
type Asked<T> = readonly [flag: Flag<T> | string, second?: unknown, third?: unknown];

const valueOf = <T>({ value }: Details<T>): T => value;
const itself = <T>(details: Details<T>): Details<T> => details;

function useAsked<T, Selected>([flag, second, third]: Asked<T>, select: (details: Details<T>) => Selected): Selected {
  const client = useClient();
  const isKey = typeof flag === 'string';
  const flagKey = isKey ? flag : flag.key;
  const options = (isKey ? third : second) as FlagOptions | undefined;
  if (options?.suspend) suspendUntilReady(client);
  const subscribe = useCallback((notify: () => void) => subscribeTo(client, flagKey, notify), [client, flagKey]);
  const keep = useKept<Selected>();
  // The client needs no more than this of a flag that is asked by its key.
  const asked = isKey ? ({ key: flag, fallback: second, values: null } as Flag<T>) : flag;
  return useSyncExternalStore(
    subscribe,
    () => keep(select(client.details(asked))),
    () => keep(select(client.bootstrapDetails(asked))),
  );
}

/** Ends with the function that it answers. A status matters because of errors: the flag may not be there, or not be there yet. */
function subscribeTo(client: WebClient, flagKey: string, notify: () => void): () => void {
  const endChange = client.on('change', ({ flagKeys }) => {
    if (flagKeys.includes(flagKey)) notify();
  });
  const endStatus = client.on('status', notify);
  return () => {
    endChange();
    endStatus();
  };
}

/**
 * Answers the object of before where another says the same: React renders for ever when it never gets the same twice, and clients
 * keep only some of the answers that differ by their fallbacks.
 */
function useKept<T>(): (value: T) => T {
  const kept = useRef<T | null>(null);
  return (value) => {
    const { current } = kept;
    if (current !== null && isSame(current, value)) return current;
    kept.current = value;
    return value;
  };
}

function isSame(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
}
