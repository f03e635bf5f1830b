// A worker at the edge, in the form that Cloudflare's have, with a key-value store `FLAGS`. An isolate has no connection that stays
// and no timer: a scheduled run puts the newest snapshot into the store, and requests are answered from the one that was read last.
import { createServerClient } from '@flagstaff/server-sdk';

const SNAPSHOT = 'snapshot';
/** How long an isolate goes on with the snapshot that it has. */
const READ_AGAIN_MS = 30_000;

/** An offline client on the snapshot of the store; null before there was one. Kept as long as the isolate lives. */
let client = null;
let readAt = -Infinity;

export default {
  async fetch(request, env) {
    const { searchParams } = new URL(request.url);
    await readSnapshot(env.FLAGS);
    const context = { targetingKey: searchParams.get('user'), attributes: { country: searchParams.get('country') } };
    const checkout = client?.boolean('new-checkout', false, context) ? 'new' : 'old';
    return Response.json({ checkout, revision: client?.position.revision ?? null });
  },

  /** By a cron trigger, once a minute. Rejects when the server did not answer, so that the run counts as failed. */
  async scheduled(event, env) {
    const store = {
      load: async () => null,
      save: (snapshot) => env.FLAGS.put(SNAPSHOT, JSON.stringify(snapshot)),
    };
    const { FLAGSTAFF_URL: url, FLAGSTAFF_KEY: key } = env;
    const reader = createServerClient({ url, key, store, transports: ['poll'], reports: false });
    const { status, fault } = await reader.waitUntilReady();
    await reader.close();
    if (status !== 'READY') throw new Error(`The flags are ${status}: ${fault?.message}`);
  },
};

async function readSnapshot(kept) {
  if (Date.now() - readAt < READ_AGAIN_MS) return;
  readAt = Date.now();
  const snapshot = await kept.get(SNAPSHOT, 'json');
  const known = client?.position;
  if (snapshot === null || (known?.epoch === snapshot.epoch && known.revision === snapshot.revision)) return;
  client = createServerClient({ snapshot });
}
