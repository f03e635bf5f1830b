/** The entry for applications that are open in several tabs at once: they share one connection. */
import type { WebClient, WebOptions } from './api';
import { browserTabs } from './browser';
import { PageClient } from './page-client';
import { pageRuntime } from './runtime';
import { scopeOf } from './scope';
import { sharedSource } from './shared-source';

/**
 * The same as `createWebClient`, with one connection for all tabs that show the same context with the same options. Where the browser
 * has no Web Locks, which it has by HTTPS only, each tab has its own. Without this, Server-Sent Events over HTTP/1.1 take one of the six
 * connections that a browser opens to a server for each tab.
 */
export function createSharedWebClient(options: WebOptions): WebClient {
  const tabs = browserTabs();
  return new PageClient(
    options,
    pageRuntime(options, (remote, parts) => (tabs === null ? remote : sharedSource(remote, parts, tabs, scopeOf(options)))),
  );
}
