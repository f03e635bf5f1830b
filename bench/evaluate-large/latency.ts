/** How long single requests take when they come at a modest rate that stays the same, whether or not those before are answered. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Ask } from '../evaluate-http/seed';
import { startNothing } from './product';
import { percentiles, type Percentiles } from './statistics';

const SECONDS = 10;

/** Latencies count from when a request was due. */
async function atRate(perSecond: number, ask: (turn: number) => Promise<unknown>): Promise<Percentiles> {
  const taken: number[] = [];
  const running: Promise<void>[] = [];
  const begun = performance.now();
  for (let turn = 0; turn < perSecond * SECONDS; turn++) {
    const due = begun + (turn * 1_000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    running.push(ask(turn).then(() => void taken.push(performance.now() - due)));
  }
  await Promise.all(running);
  return percentiles(taken);
}

export interface BindingScope {
  readonly url: string;
  readonly environmentId: string;
  readonly flagId: string;
  readonly flagKeys: readonly string[];
  readonly secret: string;
  /** Requests by a server key, and by the owner. */
  readonly ask: Ask;
  readonly manage: Ask;
}

const EVALUATE = `query E($contexts: [EvaluationContextInput!]!, $flagKeys: [String!]) {
  evaluate(contexts: $contexts, flagKeys: $flagKeys) { revision results { evaluations { flagKey value variation reason } } }
}`;
const TOGGLE = `mutation T($input: ToggleFlagInput!) {
  toggleFlag(input: $input) { revisions { epoch revision } userErrors { message } }
}`;

export interface Promised {
  readonly evaluation: Percentiles;
  /** The latencies of a server that does nothing, asked at the same time. */
  readonly emptyAnswer: Percentiles;
  readonly snapshot: Percentiles;
  readonly management: Percentiles;
  readonly changeToClient: Percentiles;
}

export async function measurePromises(place: BindingScope): Promise<Promised> {
  const { ask, flagKeys } = place;
  const evaluate = (turn: number): Promise<unknown> =>
    ask(EVALUATE, { contexts: [{ targetingKey: `user-${turn}`, attributes: { country: 'de', age: 40 } }], flagKeys });
  for (let turn = 0; turn < 200; turn++) await evaluate(turn);
  const nothing = await startNothing();
  const [evaluation, emptyAnswer] = await Promise.all([
    atRate(200, evaluate),
    atRate(200, () => fetch(nothing.url).then((response) => response.text())),
  ]);
  await nothing.stop();
  const snapshot = await atRate(10, () => ask('{ snapshot { revision snapshot } }'));
  return { evaluation, emptyAnswer, snapshot, ...(await measureChanges(place)) };
}

/** From before the mutation is sent to its answer, and to the event that a subscriber gets. */
async function measureChanges({
  url,
  environmentId,
  flagId,
  secret,
  manage,
}: BindingScope): Promise<Pick<Promised, 'management' | 'changeToClient'>> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${secret}` },
  });
  const arrived = new Map<number, number>();
  const events = client.iterate<{ flagChanged: { revision: number } }>({
    query: 'subscription { flagChanged { revision changes { flagKey wire } } }',
  });
  const following = (async () => {
    for await (const { data } of events) if (data) arrived.set(data.flagChanged.revision, performance.now());
  })();
  await sleep(500);
  const sent = new Map<number, number>();
  const management = await atRate(5, async (turn) => {
    const begun = performance.now();
    const input = { flagId, environmentId, isEnabled: turn % 2 === 1 };
    const { toggleFlag } = await manage<{ toggleFlag: { revisions: { revision: number }[] } }>(TOGGLE, { input });
    for (const { revision } of toggleFlag.revisions) sent.set(revision, begun);
  });
  await sleep(2_000);
  await client.dispose();
  await following;
  const delays = [...sent].map(([revision, begun]) => (arrived.get(revision) ?? NaN) - begun);
  return { management, changeToClient: percentiles(delays) };
}
