import { createServerClient } from '@flagstaff/server-sdk';

export const runtime = 'edge';

/** Decides at the edge, where nothing lives longer than a request: one poll, and no stream. */
export async function GET(request) {
  const flags = createServerClient({
    url: process.env.FLAGSTAFF_URL,
    key: process.env.FLAGSTAFF_SERVER_KEY,
    transports: ['poll'],
  });
  await flags.waitUntilReady();
  const targetingKey = new URL(request.url).searchParams.get('user') ?? 'nobody';
  const isNew = flags.boolean('new-checkout', false, { targetingKey });
  await flags.close();
  return Response.json({ checkout: isNew ? 'new' : 'old' });
}
