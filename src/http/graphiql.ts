/** GraphiQL, served from our own packages: the page loads nothing from elsewhere. Not in production. */
import type { FastifyInstance } from 'fastify';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../package-root';
import { pagePolicy } from './security-headers';

const MODULES = join(PACKAGE_ROOT, 'node_modules');

/** Assets of the page: name -> file of a package. */
const ASSETS: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  'react.js': { file: 'react/umd/react.production.min.js', type: 'text/javascript' },
  'react-dom.js': { file: 'react-dom/umd/react-dom.production.min.js', type: 'text/javascript' },
  'graphiql.js': { file: 'graphiql/graphiql.min.js', type: 'text/javascript' },
  'graphiql.css': { file: 'graphiql/graphiql.min.css', type: 'text/css' },
};

/** Does nothing when the packages are not installed. */
export function addGraphiql(app: FastifyInstance): void {
  const isInstalled = Object.values(ASSETS).every(({ file }) => existsSync(join(MODULES, file)));
  if (!isInstalled) return;
  const examples = readFileSync(join(PACKAGE_ROOT, 'examples', 'queries.graphql'), 'utf8');
  app.get('/', async (_request, reply) => reply.redirect('/graphiql'));
  app.get('/graphiql', async (_request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    reply.header('content-security-policy', pagePolicy(nonce));
    return reply.type('text/html; charset=utf-8').send(pageOf(examples, nonce));
  });
  for (const [name, { file, type }] of Object.entries(ASSETS)) {
    app.get(`/graphiql/${name}`, async (_request, reply) => {
      reply.type(`${type}; charset=utf-8`).header('cache-control', 'max-age=3600');
      return reply.send(await readFile(join(MODULES, file)));
    });
  }
  addSocketClient(app);
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

function pageOf(examples: string, nonce: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Flagstaff GraphiQL</title>
    <link rel="stylesheet" href="/graphiql/graphiql.css" />
    <style>
      html, body, #graphiql { height: 100%; margin: 0; }
    </style>
  </head>
  <body>
    <div id="graphiql">Loading…</div>
    <script src="/graphiql/react.js"></script>
    <script src="/graphiql/react-dom.js"></script>
    <script src="/graphiql/graphiql.js"></script>
    <script type="module" nonce="${nonce}">
      import { createClient } from '/graphiql/graphql-ws/client.js';
      const url = location.origin.replace(/^http/, 'ws') + '/graphql';
      // The Authorization header of the headers tab is the credential of the socket, too.
      let authorization;
      const wsClient = createClient({ url, lazy: true, connectionParams: () => ({ authorization }) });
      const fetcher = GraphiQL.createFetcher({ url: '/graphql', wsClient });
      const withHeaders = (parameters, options) => {
        const headers = options?.headers ?? {};
        authorization = headers.Authorization ?? headers.authorization;
        return fetcher(parameters, options);
      };
      const root = ReactDOM.createRoot(document.getElementById('graphiql'));
      root.render(React.createElement(GraphiQL, {
        fetcher: withHeaders,
        defaultQuery: ${JSON.stringify(examples).replaceAll('<', '\\u003c')},
        // Not a placeholder: it would be sent as a credential, and refused, before anybody has typed.
        defaultHeaders: '{}',
        shouldPersistHeaders: false,
      }));
    </script>
  </body>
</html>
`;
}
