/** Finds what browsers have, and other places where JavaScript runs have not. */
import type { WebSocketClass } from '../../client/src/api';
import type { KeyValueStorage, Lifecycle } from './api';
import type { TabChannel, TabLocks, Tabs } from './shared-source';

interface EventSource {
  addEventListener(name: string, listener: () => void): void;
  removeEventListener(name: string, listener: () => void): void;
}

interface Globals extends Partial<EventSource> {
  readonly document?: EventSource & { readonly visibilityState: string };
  readonly localStorage?: KeyValueStorage;
  readonly WebSocket?: WebSocketClass;
  readonly BroadcastChannel?: new (name: string) => TabChannel;
  readonly navigator?: { readonly locks?: TabLocks };
}

const globals = globalThis as unknown as Globals;

export function browserWebSocket(): WebSocketClass | undefined {
  return globals.WebSocket;
}

/** Null where there is none, or where the page may not use it. */
export function browserStorage(): KeyValueStorage | null {
  try {
    return (globals.document && globals.localStorage) ?? null;
  } catch {
    return null;
  }
}

/** Null where there is no document. */
export function browserLifecycle(): Lifecycle | null {
  const { document } = globals;
  if (document === undefined) return null;
  return {
    subscribe: (onChange) => {
      const look = (): void => onChange(document.visibilityState === 'visible');
      const leave = (): void => onChange(false, true);
      const listened: readonly [EventSource, string, () => void][] = [
        [document, 'visibilitychange', look],
        [globals as EventSource, 'online', look],
        [globals as EventSource, 'pageshow', look],
        [globals as EventSource, 'pagehide', leave],
      ];
      for (const [source, name, listener] of listened) source.addEventListener(name, listener);
      return () => {
        for (const [source, name, listener] of listened) source.removeEventListener(name, listener);
      };
    },
  };
}

/** Null where tabs cannot know of each other. */
export function browserTabs(): Tabs | null {
  const { BroadcastChannel, navigator } = globals;
  const locks = navigator?.locks;
  if (BroadcastChannel === undefined || locks === undefined) return null;
  return { openChannel: (name) => new BroadcastChannel(name), locks };
}

/** Bundlers write the values in place of these. */
export function browserEnvironment(name: 'NODE_ENV' | 'FLAGSTAFF_OVERRIDES'): string | undefined {
  try {
    return name === 'NODE_ENV' ? process.env.NODE_ENV : process.env.FLAGSTAFF_OVERRIDES;
  } catch {
    return undefined;
  }
}
