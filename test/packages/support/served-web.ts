/** Web clients of a server, in Node: through an HTTP proxy, on clocks of the test, with a storage and a lifecycle that it holds. */
import { WebSocket } from 'ws';
import type { ChangeEvent, Fault, Logger, StatusEvent } from '../../../packages/client/src/api';
import { systemClock, type Clock } from '../../../packages/client/src/clock';
import { planRoute } from '../../../packages/client/src/connection-options';
import { sendByFetch } from '../../../packages/client/src/http';
import type { KeyValueStorage, Lifecycle, WebClient, WebOptions } from '../../../packages/web-sdk/src/api';
import { PageClient } from '../../../packages/web-sdk/src/page-client';
import { remoteSource } from '../../../packages/web-sdk/src/source';

export interface ConnectedPage {
  readonly client: WebClient;
  readonly statuses: StatusEvent[];
  readonly changes: ChangeEvent[];
  readonly faults: Fault[];
}

/** A client as `createWebClient` makes it, with the WebSocket of `ws` where Node has none. */
export function openPage(options: WebOptions, clock: Clock = systemClock): ConnectedPage {
  const client = new PageClient(
    { logger: silentLogger, ...options },
    {
      clock,
      storage: options.storage ?? null,
      lifecycle: options.lifecycle ?? null,
      connect: (parts) => {
        const route = planRoute(
          { WebSocket, ...options },
          sendByFetch(() => options.fetch ?? fetch),
          clock,
        );
        return route && remoteSource(route, parts);
      },
    },
  );
  return notePage(client);
}

/** Faults that come before a test can listen are none of the test's output. */
const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Writes down what the client tells. */
export function notePage(client: WebClient): ConnectedPage {
  const statuses: StatusEvent[] = [];
  const changes: ChangeEvent[] = [];
  const faults: Fault[] = [];
  client.on('status', (event) => statuses.push(event));
  client.on('change', (event) => changes.push(event));
  client.on('fault', (fault) => faults.push(fault));
  return { client, statuses, changes, faults };
}

/** A storage whose texts a test reads and damages. */
export function memoryStorage(texts = new Map<string, string>()): KeyValueStorage & { readonly texts: Map<string, string> } {
  return {
    texts,
    getItem: (key) => texts.get(key) ?? null,
    setItem: (key, value) => void texts.set(key, value),
    removeItem: (key) => void texts.delete(key),
  };
}

/** The same, as promises that resolve later, as those of React Native do. */
export function slowStorage(texts = new Map<string, string>()): KeyValueStorage {
  const later = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), 5));
  return {
    getItem: (key) => later(texts.get(key) ?? null),
    setItem: (key, value) => later(void texts.set(key, value)),
    removeItem: (key) => later(void texts.delete(key)),
  };
}

/** A lifecycle that a test drives. */
export function heldLifecycle(): Lifecycle & { readonly tell: (isActive: boolean, isLeaving?: boolean) => void } {
  const listeners = new Set<(isActive: boolean, isLeaving?: boolean) => void>();
  return {
    subscribe: (onChange) => {
      listeners.add(onChange);
      return () => void listeners.delete(onChange);
    },
    tell: (isActive, isLeaving) => {
      for (const listener of listeners) listener(isActive, isLeaving);
    },
  };
}
