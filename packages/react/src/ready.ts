import type { WebClient } from '@flagstaff/web-sdk';

interface Waiting {
  readonly ready: Promise<unknown>;
  isOver: boolean;
}

/** One promise for each client: React goes on by the promise that it was thrown, however many components wait. */
const waiting = new WeakMap<WebClient, Waiting>();

/** Throws a promise for React's Suspense while the client is STARTING, until it is not or 5 seconds are over. */
export function suspendUntilReady(client: WebClient): void {
  if (client.status !== 'STARTING') return;
  const { ready, isOver } = waiting.get(client) ?? begin(client);
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- React 18 has no other way.
  if (!isOver) throw ready;
}

function begin(client: WebClient): Waiting {
  const begun: Waiting = { ready: client.waitUntilReady().then(() => (begun.isOver = true)), isOver: false };
  waiting.set(client, begun);
  return begun;
}
