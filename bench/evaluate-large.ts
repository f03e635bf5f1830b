/**
 * Large things: 1,000 contexts x 100 flags in one query, the start with 500 flags in 5 environments, 10,000 flags in one
 * environment; and the latencies that users of another product were promised. The built product, on PostgreSQL and Redis (DATABASE_URL, REDIS_URL,
 * else the local ones), in a database of its own. `npm run bench -- evaluate-large [rounds]`.
 */
import { randomBytes } from 'node:crypto';
import { cpus, loadavg } from 'node:os';
import { Client } from 'pg';
import { askAt, logIn, seed, type Ask, type Seeded } from './evaluate-http/seed';
import { measurePromises } from './evaluate-large/latency';
import { build, startProduct, type Product } from './evaluate-large/product';
import { spread, type Spread } from './evaluate-large/statistics';
import { WORKLOADS, type BenchFlag } from './evaluation/workloads';

const CLONES = 20;
const MIXED = WORKLOADS.find(({ name }) => name === 'W5')?.flags ?? [];
const FIELDS = 'revision results { evaluations { flagKey value variation reason } }';
const EVALUATE = `query E($contexts: [EvaluationContextInput!]!, $flagKeys: [String!], $minRevision: RevisionInput) {
  evaluate(contexts: $contexts, flagKeys: $flagKeys, minRevision: $minRevision) { ${FIELDS} }
}`;

interface Scene {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly rounds: number;
  readonly admin: Client;
}

export async function run([rounds = '5']: readonly string[]): Promise<void> {
  const url = new URL(process.env.DATABASE_URL ?? 'postgres://root@127.0.0.1:5432/root');
  const admin = new Client({ connectionString: url.toString() });
  await admin.connect();
  const database = `flagstaff_bench_${randomBytes(4).toString('hex')}`;
  await admin.query(`CREATE DATABASE "${database}"`);
  url.pathname = `/${database}`;
  const inside = new Client({ connectionString: url.toString() });
  const loadBefore = loadavg()[0];
  try {
    build();
    await inside.connect();
    const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
    const figures = await measureAll({ databaseUrl: url.toString(), redisUrl, rounds: Number(rounds), admin: inside });
    const machine = {
      node: process.version,
      cores: cpus().length,
      cpu: cpus()[0]?.model,
      loadAverage: [loadBefore, loadavg()[0]],
    };
    print(figures);
    say(JSON.stringify({ benchmark: 'evaluate-large', ...figures, rounds: Number(rounds), machine }));
  } finally {
    await inside.end();
    await admin.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
    await admin.end();
  }
}

async function measureAll(scene: Scene): Promise<Figures> {
  let product = await startProduct(scene.databaseUrl, scene.redisUrl);
  try {
    const manage = askAt(product.url, await logIn(product.url));
    const five = await seed(manage, MIXED, 5);
    const large = await measureLarge(product, five.secret, scene.rounds);
    const promises = await measurePromises({
      url: product.url,
      environmentId: five.environmentIds[0] ?? '',
      flagId: await flagIdOf(manage, five.projectId, MIXED[0]),
      flagKeys: MIXED.slice(0, 50).map(({ key }) => key),
      secret: five.secret,
      ask: askAt(product.url, five.secret),
      manage,
    });
    const many = await seed(manage, MIXED);
    await product.stop();
    await cloneFlags(scene.admin, many);
    const tenThousandFlags = await measureMany(scene, many);
    const coldStart = await measureStart(scene, five);
    product = await startProduct(scene.databaseUrl, scene.redisUrl);
    return { large, coldStart, tenThousandFlags, promises };
  } finally {
    await product.stop();
  }
}

type Figures = {
  readonly large: Awaited<ReturnType<typeof measureLarge>>;
  readonly coldStart: Awaited<ReturnType<typeof measureStart>>;
  readonly tenThousandFlags: Awaited<ReturnType<typeof measureMany>>;
  readonly promises: Awaited<ReturnType<typeof measurePromises>>;
};

/** Measures times as the caller meets them: until the last byte is there. */
async function timed(times: number, ask: (turn: number) => Promise<unknown>): Promise<Spread> {
  const taken: number[] = [];
  for (let turn = 0; turn < times; turn++) {
    const begun = performance.now();
    await ask(turn);
    taken.push(performance.now() - begun);
  }
  return spread(taken);
}

function post(url: string, secret: string, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${secret}`, 'accept-encoding': 'identity' };
  return fetch(`${url}/graphql`, { method: 'POST', headers, body }).then((response) => response.text());
}

/** Contexts that nobody asked for before. */
function bodyOf(turn: number, contexts: number, flagKeys: readonly string[] | null): string {
  const all = Array.from({ length: contexts }, (_, i) => ({
    targetingKey: `user-${turn}-${i}`,
    attributes: { country: 'de', age: 40, appVersion: '2.5.1' },
  }));
  return JSON.stringify({ query: EVALUATE, variables: { contexts: all, flagKeys } });
}

async function measureLarge(
  { url, cpuMs, rssMb, peakRssMb }: Product,
  secret: string,
  rounds: number,
): Promise<{
  ms: Spread;
  cpuMsEach: number;
  answerMb: number;
  rssMbBefore: number;
  rssMbAfter: number;
  peakRssMb: number;
  refused: string;
}> {
  const flagKeys = MIXED.slice(0, 100).map(({ key }) => key);
  await post(url, secret, bodyOf(0, 1, flagKeys));
  const rssMbBefore = rssMb();
  const warm = await post(url, secret, bodyOf(1, 1_000, flagKeys));
  if (!warm.startsWith('{"data":{"evaluate":{"revision"')) throw new Error(warm.slice(0, 200));
  await timed(5, (turn) => post(url, secret, bodyOf(100 + turn, 1_000, flagKeys)));
  const cpuBefore = cpuMs();
  const ms = await timed(rounds * 5, (turn) => post(url, secret, bodyOf(200 + turn, 1_000, flagKeys)));
  const cpuMsEach = (cpuMs() - cpuBefore) / (rounds * 5);
  // All at once, as badly behaved clients would.
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Array.from({ length: 8 }, (_, i) => post(url, secret, bodyOf(1_000 + round * 8 + i, 1_000, flagKeys))));
  }
  const tooMany = Array.from({ length: 9_091 }, (_, i) => flagKeys[i % 100] ?? '');
  const refused = JSON.parse(await post(url, secret, bodyOf(2, 11, tooMany))) as { errors: [{ message: string }] };
  const answerMb = Math.round(warm.length / 1e5) / 10;
  return {
    ms,
    cpuMsEach,
    answerMb,
    rssMbBefore,
    rssMbAfter: rssMb(),
    peakRssMb: peakRssMb(),
    refused: refused.errors[0].message,
  };
}

interface Start {
  readonly readyMs: Spread;
  readonly allReadMs: Spread;
  /** The time of the server's processor, until all was read. */
  readonly cpuMs: Spread;
}

/** Without Redis, so that everything is read from PostgreSQL; and with it, where the environments lie ready. */
async function measureStart(
  { databaseUrl, redisUrl, rounds }: Scene,
  { environmentIds }: Seeded,
): Promise<Record<'postgres' | 'postgresAndRedis', Start>> {
  const measure = async (redis: string | null): Promise<Start> => {
    const ready: number[] = [];
    const cpu: number[] = [];
    const allRead: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const product = await startProduct(databaseUrl, redis);
      const ask = askAt(product.url, await logIn(product.url));
      const begun = performance.now();
      await Promise.all(environmentIds.map((id) => ask(`{ evaluate(environmentId: "${id}", contexts: {}) { revision } }`)));
      ready.push(product.readyMs);
      allRead.push(product.readyMs + performance.now() - begun);
      cpu.push(product.cpuMs());
      await product.stop();
    }
    return { readyMs: spread(ready), allReadMs: spread(allRead), cpuMs: spread(cpu) };
  };
  return { postgres: await measure(null), postgresAndRedis: await measure(redisUrl) };
}

async function measureMany(
  { databaseUrl, redisUrl, rounds }: Scene,
  { secret, environmentIds, projectId }: Seeded,
): Promise<{
  firstEvaluateMs: number;
  oneContextAllFlagsMs: Spread;
  oneContextFiftyFlagsMs: Spread;
  changeToAppliedMs: Spread;
  snapshotMs: Spread;
  rssMb: number;
}> {
  const { url, rssMb, stop } = await startProduct(databaseUrl, redisUrl);
  try {
    const manage = askAt(url, await logIn(url));
    const flagId = await flagIdOf(manage, projectId, MIXED[0]);
    const fifty = MIXED.slice(0, 50).map(({ key }) => key);
    const first = await timed(1, () => post(url, secret, bodyOf(0, 1, null)));
    const count = (await post(url, secret, bodyOf(0, 1, null))).split('"flagKey"').length - 1;
    if (count !== MIXED.length * CLONES) throw new Error(`${count} flags were answered.`);
    const oneContextAllFlagsMs = await timed(rounds * 10, (turn) => post(url, secret, bodyOf(turn + 1, 1, null)));
    const oneContextFiftyFlagsMs = await timed(rounds * 40, (turn) => post(url, secret, bodyOf(turn + 1, 1, fifty)));
    const ask = askAt(url, secret);
    const changeToAppliedMs = await timed(rounds * 4, async (turn) => {
      const input = { flagId, environmentId: environmentIds[0], isEnabled: turn % 2 === 1 };
      const { toggleFlag } = await manage<{ toggleFlag: { revisions: [object] } }>(
        'mutation T($input: ToggleFlagInput!) { toggleFlag(input: $input) { revisions { epoch revision } userErrors { message } } }',
        { input },
      );
      await ask(EVALUATE, { contexts: [{ targetingKey: 'ada' }], flagKeys: fifty, minRevision: toggleFlag.revisions[0] });
    });
    const snapshotMs = await timed(rounds, () => ask('{ snapshot { revision snapshot } }'));
    return {
      firstEvaluateMs: first.median,
      oneContextAllFlagsMs,
      oneContextFiftyFlagsMs,
      changeToAppliedMs,
      snapshotMs,
      rssMb: rssMb(),
    };
  } finally {
    await stop();
  }
}

async function flagIdOf(manage: Ask, projectId: string, flag: BenchFlag | undefined): Promise<string> {
  const found = await manage<{ flagByKey: { id: string } }>(
    'query F($id: ID!, $key: String!) { flagByKey(projectId: $id, key: $key) { id } }',
    {
      id: projectId,
      key: flag?.key,
    },
  );
  return found.flagByKey.id;
}

/** Copies flags by SQL, which would take thousands of requests; no server has read the environment yet. */
async function cloneFlags(admin: Client, { projectId }: Seeded): Promise<void> {
  const clone = (table: string, changes: string, where: string): Promise<unknown> =>
    admin.query(
      `INSERT INTO "${table}" SELECT (jsonb_populate_record(t, jsonb_build_object(${changes}))).*
       FROM "${table}" t, generate_series(1, ${CLONES - 1}) i WHERE ${where}`,
      [projectId],
    );
  const ofProject = 'SELECT id FROM flag WHERE project_id = $1';
  await clone('flag', `'id', t.id || '_' || i, 'key', t.key || '-' || i`, 't.project_id = $1');
  await clone('flag_configuration', `'flag_id', t.flag_id || '_' || i`, `t.flag_id IN (${ofProject})`);
}

function print({ large, coldStart, tenThousandFlags: many, promises }: Figures): void {
  const row = ({ median, min, max }: Spread): string => `${median} ms (${min} to ${max})`;
  say(
    `1,000 contexts x 100 flags, ${large.answerMb} MB of answer: ${row(large.ms)}, of which ${large.cpuMsEach} ms of the server's processor`,
  );
  say(`  memory ${large.rssMbBefore} MB before, ${large.rssMbAfter} MB after, ${large.peakRssMb} MB at most, with 8 at once`);
  say(`  100,001 evaluations: ${large.refused}`);
  for (const [on, { readyMs, allReadMs, cpuMs }] of Object.entries(coldStart)) {
    say(
      `start with 500 flags x 5 environments, ${on}: ready ${row(readyMs)}, all read ${row(allReadMs)}, processor ${row(cpuMs)}`,
    );
  }
  say(`10,000 flags: first answer ${many.firstEvaluateMs} ms, all flags ${row(many.oneContextAllFlagsMs)}, 50 of them`);
  say(
    `  ${row(many.oneContextFiftyFlagsMs)}, change to applied ${row(many.changeToAppliedMs)}, snapshot ${row(many.snapshotMs)}, ${many.rssMb} MB`,
  );
  for (const [what, { p50, p95, p99, count }] of Object.entries(promises))
    say(`${what}: p50 ${p50}, p95 ${p95}, p99 ${p99} ms of ${count}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
