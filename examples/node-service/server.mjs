// A web service that asks flags in its own memory, and lives on while the flag server is away.
// FLAGSTAFF_URL=http://localhost:4000 FLAGSTAFF_KEY=fs_server_… node examples/node-service/server.mjs
import { createServerClient, fileStore } from '@flagstaff/server-sdk';
import { createServer } from 'node:http';

const { FLAGSTAFF_URL = 'http://localhost:4000', FLAGSTAFF_KEY, FLAGSTAFF_STORE = 'flags.snapshot', PORT = '3000' } = process.env;

const flags = createServerClient({ url: FLAGSTAFF_URL, key: FLAGSTAFF_KEY, store: fileStore(FLAGSTAFF_STORE) });
flags.on('status', ({ status, via }) => console.log(`flags: ${status}, via ${via}`));
flags.on('change', ({ flagKeys }) => console.log(`flags: ${flagKeys.join(', ')} changed`));

// At most 5 seconds. What is not READY then is served from the file, or by fallbacks.
await flags.waitUntilReady();

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/readyz') {
    // STALE flags are served, so they are no reason to take the service out of the load balancer.
    response.writeHead(flags.status === 'STARTING' ? 503 : 200).end(flags.status);
    return;
  }
  const context = { targetingKey: searchParams.get('user'), attributes: { country: searchParams.get('country') } };
  const checkout = flags.boolean('new-checkout', false, context) ? 'new' : 'old';
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ checkout }));
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/?user=ada`));

process.once('SIGTERM', () => {
  server.close(async () => {
    await flags.close();
  });
});
