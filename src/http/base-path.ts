/** Serves under the base path of PUBLIC_URL: some proxies take it off a request, others pass it on. */
import type { IncomingMessage, Server } from 'node:http';

/** `/flags` of `https://example.com/flags`; empty when there is none. */
export function basePathOf(publicUrl: string | null): string {
  return publicUrl === null ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
}

/** Must be called after everything else that listens for requests. */
export function serveUnder(server: Server, basePath: string): void {
  if (basePath === '') return;
  server.prependListener('request', (request: IncomingMessage) => {
    request.url = withoutBasePath(request.url ?? '', basePath);
  });
}

export function withoutBasePath(url: string, basePath: string): string {
  if (basePath === '' || !url.startsWith(basePath)) return url;
  const rest = url.slice(basePath.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : url;
}
