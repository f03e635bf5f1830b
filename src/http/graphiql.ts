/** GraphiQL, served from our own packages and pages: it loads nothing from elsewhere. Not in production. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../package-root';
import { GRAPHIQL_POLICY } from './security-headers';
import { addFile } from './pages';

const MODULES = join(PACKAGE_ROOT, 'node_modules');
/** `npm start` in a fresh clone installs the packages of the page here, without the other development dependencies. */
const START_MODULES = join(PACKAGE_ROOT, 'scripts', 'start', 'node_modules');

/** Assets of the page: name -> file of a package. */
const ASSETS: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  'react.js': { file: 'react/umd/react.production.min.js', type: 'text/javascript' },
  'react-dom.js': { file: 'react-dom/umd/react-dom.production.min.js', type: 'text/javascript' },
  'graphiql.js': { file: 'graphiql/graphiql.min.js', type: 'text/javascript' },
  'graphiql.css': { file: 'graphiql/graphiql.min.css', type: 'text/css' },
};

/** Whether its packages are there: an installation for production has none of them. */
export function isGraphiqlInstalled(): boolean {
  return directoryOfAssets() !== undefined;
}

function directoryOfAssets(): string | undefined {
  return [MODULES, START_MODULES].find((directory) =>
    Object.values(ASSETS).every(({ file }) => existsSync(join(directory, file))),
  );
}

/** `basePath`: of PUBLIC_URL. Without one the page is named relatively, which is right behind most proxies with a base path, too. */
export function addGraphiql(app: FastifyInstance, basePath: string): void {
  // The base path itself has no slash at its end, so that a relative path would lead out of it.
  const page = basePath === '' ? 'graphiql' : `${basePath}/graphiql`;
  app.get('/', async (_request, reply) => reply.redirect(page));
  addFile(app, '/graphiql', join(PACKAGE_ROOT, 'pages', 'graphiql.html'), GRAPHIQL_POLICY);
  for (const name of ['graphiql.js', 'graphiql.css', 'log-in.js']) {
    addFile(app, `/pages/${name}`, join(PACKAGE_ROOT, 'pages', name));
  }
  addFile(app, '/graphiql/examples.graphql', join(PACKAGE_ROOT, 'examples', 'queries.graphql'));
  const directory = directoryOfAssets() ?? MODULES;
  for (const [name, { file, type }] of Object.entries(ASSETS)) {
    app.get(`/graphiql/${name}`, async (_request, reply) => {
      reply.type(`${type}; charset=utf-8`).header('cache-control', 'max-age=3600');
      return reply.send(await readFile(join(directory, file)));
    });
  }
  addSocketClient(app);
  leadBrowsersTo(page, app);
}

/** Serves graphql-ws's client and the module that it shares with its server, both ES modules. */
function addSocketClient(app: FastifyInstance): void {
  const directory = join(MODULES, 'graphql-ws', 'dist');
  app.get<{ Params: { file: string } }>('/graphiql/graphql-ws/:file', async (request, reply) => {
    const { file } = request.params;
    if (!/^[A-Za-z0-9_-]+\.js$/.test(file) || !existsSync(join(directory, file))) return reply.callNotFound();
    return reply.type('text/javascript; charset=utf-8').send(await readFile(join(directory, file)));
  });
}

/** Somebody who opens the address of the API in a browser is led to GraphiQL; a query in the address is answered as ever. */
function leadBrowsersTo(page: string, app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const isVisit = request.method === 'GET' && request.url === '/graphql' && isNavigation(request);
    return isVisit ? reply.header('vary', 'Accept').redirect(page) : undefined;
  });
}

function isNavigation({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? '').split(',').some((type) => type.split(';')[0]?.trim() === 'text/html');
}
