// An Express application with a middleware that gives each request the flags of its user.
// FLAGSTAFF_URL=http://localhost:4000 FLAGSTAFF_KEY=fs_server_… node examples/express/server.mjs
import { createServerClient } from '@flagstaff/server-sdk';
import express from 'express';

const { FLAGSTAFF_URL = 'http://localhost:4000', FLAGSTAFF_KEY, PORT = '3000' } = process.env;

const client = createServerClient({ url: FLAGSTAFF_URL, key: FLAGSTAFF_KEY });

/** Puts `request.flags` in place: what the client answers for the context that `contextOf` makes of a request. */
export function flagsFor(client, contextOf) {
  return (request, response, next) => {
    const context = contextOf(request);
    request.flags = {
      boolean: (flagKey, fallback) => client.boolean(flagKey, fallback, context),
      string: (flagKey, fallback) => client.string(flagKey, fallback, context),
      number: (flagKey, fallback) => client.number(flagKey, fallback, context),
      json: (flagKey, fallback) => client.json(flagKey, fallback, context),
      /** Without rules, for a page: `createWebClient({ bootstrap })`. */
      bootstrap: () => client.bootstrapFor(context),
    };
    next();
  };
}

/** The session says who the user is, not the query, in an application that is not an example. */
const contextOf = ({ query, ip }) => ({ targetingKey: query.user, attributes: { country: query.country, ip } });

const app = express();
app.get('/readyz', (request, response) => {
  // STALE flags are served, so they are no reason to take the application out of the load balancer.
  response.status(client.status === 'STARTING' ? 503 : 200).send(client.status);
});
app.use(flagsFor(client, contextOf));
app.get('/', ({ flags }, response) => {
  response.json({ checkout: flags.boolean('new-checkout', false) ? 'new' : 'old' });
});
app.get('/bootstrap', ({ flags }, response) => {
  response.json(flags.bootstrap());
});

// At most 5 seconds; what is not READY then answers by fallbacks, and is READY when the server comes.
await client.waitUntilReady();
const server = app.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/?user=ada`));

process.once('SIGTERM', () => {
  server.close(async () => {
    await client.close();
  });
});
