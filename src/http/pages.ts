/**
 * The pages that links in mail lead to: `/accept-invitation` and `/reset-password`, also in production. They need no
 * framework and load nothing from elsewhere. The token follows the # of the link, so it reaches no server until the page
 * sends it as an ordinary mutation.
 */
import type { FastifyInstance } from 'fastify';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { PACKAGE_ROOT } from '../package-root';
import { PAGE_POLICY_STRICT } from './security-headers';

const DIRECTORY = join(PACKAGE_ROOT, 'pages');

/** Paths, and the files behind them. All references between them are relative, so that a base path changes nothing. */
const FILES: Readonly<Record<string, string>> = {
  '/accept-invitation': 'accept-invitation.html',
  '/reset-password': 'reset-password.html',
  '/pages/accept-invitation.js': 'accept-invitation.js',
  '/pages/reset-password.js': 'reset-password.js',
  '/pages/ask.js': 'ask.js',
  '/pages/form.js': 'form.js',
  '/pages/page.css': 'page.css',
  '/pages/favicon.svg': 'favicon.svg',
  // Browsers ask for this path by themselves, also for an answer that is no page.
  '/favicon.ico': 'favicon.svg',
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

export function addPages(app: FastifyInstance): void {
  for (const [path, file] of Object.entries(FILES)) addFile(app, path, join(DIRECTORY, file));
}

/** Serves one file, which is read once, at the start. */
export function addFile(app: FastifyInstance, path: string, file: string, policy = PAGE_POLICY_STRICT): void {
  const content = readFileSync(file);
  const type = TYPES[extname(file)] ?? 'text/plain; charset=utf-8';
  app.get(path, async (_request, reply) => {
    // Asked for anew each time, so that a page never meets scripts of another release.
    reply.headers({ 'content-security-policy': policy, 'cache-control': 'no-cache' });
    return reply.type(type).send(content);
  });
}
