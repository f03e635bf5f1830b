// Prints every change of an environment as it is committed, and goes on where it stopped after a lost connection.
// FLAGSTAFF_KEY=fs_server_… node examples/subscribe.mjs
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const client = createClient({
  url: process.env.FLAGSTAFF_URL ?? 'ws://localhost:4000/graphql',
  webSocketImpl: WebSocket, // Node before 22 has none of its own
  connectionParams: { authorization: `Bearer ${process.env.FLAGSTAFF_KEY}` },
  retryAttempts: Infinity,
  // 4403: the server does not accept the key. All else passes.
  shouldRetry: ({ code }) => code !== 4403,
});

const query = `
  subscription Changes($since: RevisionInput) {
    flagChanged(since: $since) {
      kind
      revision
      epoch
      changes { kind flagKey flag { isEnabled version } }
    }
  }
`;

// graphql-ws sends the variables anew after each reconnect: a getter makes them say where we are then.
let since = null;
const variables = {
  get since() {
    return since;
  },
};

try {
  for await (const { data, errors } of client.iterate({ query, variables })) {
    if (errors) throw errors[0];
    const { kind, revision, epoch, changes } = data.flagChanged;
    since = { epoch, revision };
    if (kind === 'RESYNC') console.log(`revision ${revision}: read the snapshot anew`);
    for (const change of changes) console.log(`revision ${revision}:`, JSON.stringify(change));
  }
} catch (error) {
  console.error(`The subscription ended: ${error.message || `${error.code} ${error.reason}`}`);
  process.exitCode = 1;
}
