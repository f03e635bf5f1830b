// Prints every change of an environment as it is committed, and goes on where it stopped after a lost connection.
// FLAGSTAFF_KEY=fs_server_… node examples/subscribe.mjs
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { fail, given, sentenceFor, socketUrl } from './connect.mjs';

const key = given('FLAGSTAFF_KEY', 'the SERVER key of an environment, fs_server_…');
const url = socketUrl();
/** On stderr, so that stdout has the changes only. */
const note = (text) => process.stderr.write(`${text}\n`);

const client = createClient({
  url,
  webSocketImpl: WebSocket, // Node before 22 has none of its own
  connectionParams: { authorization: `Bearer ${key}` },
  retryAttempts: Infinity,
  // 4403: the server does not accept the key. All else passes.
  shouldRetry: ({ code }) => code !== 4403,
  on: {
    connected: () => note(`Waiting for changes at ${url}; Ctrl+C ends.`),
    closed: ({ code }) => {
      if (code !== 1000 && code !== 4403) note(`No connection to ${url}; trying again.`);
    },
  },
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
    if (errors) throw errors;
    const { kind, revision, epoch, changes } = data.flagChanged;
    since = { epoch, revision };
    if (kind === 'RESYNC') console.log(`revision ${revision}: read the snapshot anew`);
    for (const change of changes) console.log(`revision ${revision}:`, JSON.stringify(change));
  }
} catch (error) {
  fail(error?.code === 4403 ? `The server does not accept FLAGSTAFF_KEY: ${error.reason}` : sentenceFor(error));
}
