/** The entry for pages, and for all else that shows one context at a time. */
import { systemClock } from '../../client/src/clock';
import { planRoute } from '../../client/src/connection-options';
import { sendByFetch } from '../../client/src/http';
import type { WebClient, WebOptions } from './api';
import { browserLifecycle, browserStorage, browserWebSocket } from './browser';
import { PageClient } from './page-client';
import { remoteSource } from './source';

export type * from './api';
export type * from '../../client/src/api';
export type * from '../../client/src/flag-api';
export type { EvaluationContext, FlagValueType, JsonValue } from '@flagstaff/evaluation';
export { defineFlag } from '../../client/src/define-flag';

/** Answers a client that begins to connect. Throws a `TypeError` for options that can never work. */
export function createWebClient(options: WebOptions): WebClient {
  const { storage = browserStorage(), lifecycle = browserLifecycle(), WebSocket = browserWebSocket() } = options;
  return new PageClient(options, {
    clock: systemClock,
    lifecycle,
    storage: options.url === undefined ? null : storage,
    connect: (parts) => {
      const send = sendByFetch(() => options.fetch ?? fetch);
      const route = planRoute({ ...options, WebSocket }, send, systemClock);
      return route && remoteSource(route, parts);
    },
  });
}
