/** From the options of an application to the parts that a page has. */
import { systemClock } from '../../client/src/clock';
import { planRoute } from '../../client/src/connection-options';
import { sendByFetch } from '../../client/src/http';
import type { WebOptions } from './api';
import { browserLifecycle, browserStorage, browserWebSocket } from './browser';
import type { PageRuntime } from './page-client';
import { remoteSource, type Source, type SourceParts } from './source';

/** `share` may put something between the client and the connection. */
export function pageRuntime(
  options: WebOptions,
  share: (remote: Source, parts: SourceParts) => Source = (remote) => remote,
): PageRuntime {
  const { storage = browserStorage(), lifecycle = browserLifecycle(), WebSocket = browserWebSocket() } = options;
  return {
    clock: systemClock,
    lifecycle,
    storage: options.url === undefined ? null : storage,
    connect: (parts) => {
      const send = sendByFetch(() => options.fetch ?? fetch);
      const route = planRoute({ ...options, WebSocket }, send, systemClock);
      return route && share(remoteSource(route, parts), parts);
    },
  };
}
