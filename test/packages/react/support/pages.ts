/** Pages of an application with React 18 or 19, bundled from the sources, on a server of their own. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Bootstrap } from '../../../../packages/client/src/flag-api';
import { PACKAGE_ROOT } from '../../../../src/package-root';

export type ReactVersion = 18 | 19;

export interface Pages {
  /** The page, with what `renderPage` answers in its root, if it is given. */
  readonly urlOf: (rendered?: string) => string;
  /** Renders on the server. */
  readonly renderPage: (page: RenderedPage) => string;
  /** The same without a provider. */
  readonly renderAlone: (page: RenderedPage) => string;
  readonly close: () => Promise<unknown>;
}

interface RenderedPage {
  readonly scenario: string;
  readonly props: object;
  readonly context?: object;
  readonly bootstrap?: Bootstrap;
}

/** Serves pages with this React, in its form for development, which complains. The program for the server is put into `home`. */
export async function servePages(version: ReactVersion, home: string): Promise<Pages> {
  const script = bundle(version, 'page.jsx', ['--format=iife']);
  const serverFile = join(home, `server-${version}.cjs`);
  bundle(version, 'server.jsx', ['--platform=node', '--format=cjs', `--outfile=${serverFile}`]);
  const { renderPage, renderAlone } = (await import(serverFile)) as Pick<Pages, 'renderPage' | 'renderAlone'>;
  const bodies: string[] = [];
  const server = createServer(({ url = '/' }, response) => {
    if (url === '/page.js') response.setHeader('content-type', 'text/javascript; charset=utf-8').end(script);
    else if (url === '/favicon.ico') response.writeHead(204).end();
    else response.setHeader('content-type', 'text/html; charset=utf-8').end(pageWith(bodies[Number(url.slice(1))] ?? ''));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (rendered = '') => `http://127.0.0.1:${port}/${bodies.push(rendered) - 1}`,
    renderPage,
    renderAlone,
    close: () => {
      server.closeAllConnections();
      return once(server.close(), 'close');
    },
  };
}

const pageWith = (body: string): string =>
  `<!doctype html><title>Application</title><div id="root">${body}</div><script src="/page.js"></script>`;

function bundle(version: ReactVersion, file: string, options: readonly string[]): string {
  const esbuild = join(PACKAGE_ROOT, 'node_modules', 'esbuild', 'bin', 'esbuild');
  const react = version === 18 ? [] : ['--alias:react=react-19', '--alias:react-dom=react-dom-19'];
  const always = ['--bundle', '--jsx=automatic', '--define:process.env.NODE_ENV="development"', '--log-level=warning'];
  const { status, stdout, stderr } = spawnSync(
    esbuild,
    [join('test', 'packages', 'react', 'application', file), ...always, ...react, ...options],
    { cwd: PACKAGE_ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0 || stderr !== '') throw new Error(stderr);
  return stdout;
}
