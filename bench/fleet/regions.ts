/** Two regions: one server beside PostgreSQL and Redis, and one that reaches both over 80 ms, there and back. */
import { prepareServer, type ServerProcess } from '../../test/support/server-process';
import { startTcpProxy } from '../../test/support/tcp-proxy';
import { askAt, logIn, type Ask } from '../evaluate-http/seed';
import type { Scene } from './scene';

const THERE_MS = 40;
const EVALUATIONS = 200;
const CHANGES = 15;
const BETWEEN_CHANGES_MS = 300;

interface Times {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface Regions {
  readonly evaluateNear: Times;
  readonly evaluateFar: Times;
  readonly mutationNear: Times;
  readonly mutationFar: Times;
  /** From the answer to the mutation to an answer of the other server that has it. */
  readonly changeNearToFar: Times;
  readonly changeFarToNear: Times;
  /** The first answer of a server for an environment of 1,000 flags, with its snapshot in Redis and without. */
  readonly coldFarRedisFull: number;
  readonly coldFarRedisEmpty: number;
}

const EVALUATE = `query E($minRevision: RevisionInput) {
  evaluate(contexts: [{ targetingKey: "ada" }], minRevision: $minRevision) { results { evaluations { flagKey value } } }
}`;
const TOGGLE = `mutation T($input: ToggleFlagInput!) {
  toggleFlag(input: $input) { revisions { epoch revision } userErrors { message } }
}`;

interface Region {
  readonly evaluate: Ask;
  readonly manage: Ask;
}

export async function measureRegions(scene: Scene): Promise<Regions> {
  const proxies = await Promise.all([startTcpProxy(scene.postgres.port), startTcpProxy(scene.redis.port)]);
  for (const proxy of proxies) proxy.delay(THERE_MS);
  const [toPostgres, toRedis] = proxies.map(({ port }) => port);
  const databaseUrl = new URL(scene.postgres.url);
  databaseUrl.port = String(toPostgres);
  const env = { DATABASE_URL: databaseUrl.href, REDIS_URL: `redis://127.0.0.1:${toRedis}`, LOG_REQUESTS: 'none' };
  const server = await prepareServer(env);
  try {
    await server.start();
    const [near, far] = [await regionOf(scene.server, scene), await regionOf(server, scene)];
    const flagId = await flagOf(scene);
    const input = { flagId, environmentId: scene.small.environmentIds[0]! };
    await Promise.all([near, far].map(({ evaluate }) => evaluate(EVALUATE)));
    const evaluateNear = await times(EVALUATIONS, () => near.evaluate(EVALUATE));
    const evaluateFar = await times(EVALUATIONS, () => far.evaluate(EVALUATE));
    const fromNear = await changes(near, far, input);
    const fromFar = await changes(far, near, input);
    return {
      evaluateNear,
      evaluateFar,
      mutationNear: fromNear.mutation,
      mutationFar: fromFar.mutation,
      changeNearToFar: fromNear.arrival,
      changeFarToNear: fromFar.arrival,
      ...(await coldStarts(scene, server)),
    };
  } finally {
    await server.kill();
    for (const proxy of proxies) await proxy.close();
  }
}

async function regionOf({ url }: ServerProcess, { small }: Scene): Promise<Region> {
  return { evaluate: askAt(url, small.secret), manage: askAt(url, await logIn(url)) };
}

async function flagOf({ postgres, small }: Scene): Promise<string> {
  const [flag] = await postgres.query<{ id: string }>('SELECT id FROM flag WHERE project_id = $1 ORDER BY id DESC LIMIT 1', [
    small.projectId,
  ]);
  return flag!.id;
}

/** Changes in one region, each until the other one answers with it. */
async function changes(from: Region, to: Region, at: object): Promise<{ mutation: Times; arrival: Times }> {
  const mutation: number[] = [];
  const arrival: number[] = [];
  for (let turn = 0; turn < CHANGES; turn++) {
    const begun = performance.now();
    const input = { ...at, isEnabled: turn % 2 === 0 };
    const { toggleFlag } = await from.manage<{ toggleFlag: { revisions: readonly object[] } }>(TOGGLE, { input });
    const answered = performance.now();
    await to.evaluate(EVALUATE, { minRevision: toggleFlag.revisions[0] });
    mutation.push(answered - begun);
    arrival.push(performance.now() - answered);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_CHANGES_MS));
  }
  return { mutation: timesOf(mutation), arrival: timesOf(arrival) };
}

/** Each time the server is started again. The near one keeps the snapshot in Redis. */
async function coldStarts(scene: Scene, server: ServerProcess): Promise<Pick<Regions, 'coldFarRedisFull' | 'coldFarRedisEmpty'>> {
  const first = async (): Promise<number> => {
    await server.kill();
    await server.start();
    const begun = performance.now();
    await askAt(server.url, scene.large.secret)(EVALUATE);
    return round(performance.now() - begun);
  };
  await scene.redis.client().flushall();
  const coldFarRedisEmpty = await first();
  // The snapshot that it read is in Redis a moment later.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  return { coldFarRedisFull: await first(), coldFarRedisEmpty };
}

async function times(count: number, work: () => Promise<unknown>): Promise<Times> {
  const taken: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const begun = performance.now();
    await work();
    taken.push(performance.now() - begun);
  }
  return timesOf(taken);
}

function timesOf(taken: readonly number[]): Times {
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!);
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}

const round = (value: number): number => Math.round(value * 10) / 10;
