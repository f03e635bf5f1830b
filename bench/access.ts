/**
 * The cost of knowing who asks: one `evaluate` request by API key over HTTP, on the server as it is against the same server
 * with authentication cut out, in alternating rounds; authentication alone; and whether the time of a refused log-in tells
 * an unknown e-mail from a wrong password. On PostgreSQL (DATABASE_URL, else the local server); server and load share this
 * process, so that the rest of a request looks dearer than it is by the cost of its client.
 */
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Agent, request } from 'node:http';
import { Authenticator } from '../src/modules/access/authenticate';
import type { Actor, RequestInfo } from '../src/modules/access/actor';
import { prepareDatabases, removeDatabases } from '../test/support/databases';
import { makeApiKey, makeEnvironment, makeFlag, makeProject } from '../test/support/make';
import { makeMember, uniqueEmail } from '../test/support/members';
import { createWorld, type World } from '../test/support/world';

const FLAGS = 50;
const ROUNDS = 21;
const REQUESTS_PER_ROUND = 400;
const CONNECTIONS = 8;
const CHECKS = 200_000;
const LOG_INS = 300;

type Authenticate = (authorization: string | undefined, info: RequestInfo) => Promise<Actor>;
type Known = (authorization: string, info: RequestInfo, connection: object) => Actor | null;
const authenticators = Authenticator.prototype as unknown as { authenticate: Authenticate; known: Known };

interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export async function run(): Promise<void> {
  process.env.DATABASE_URL ??= 'postgres://root@127.0.0.1:5432/root';
  await prepareDatabases();
  const env = { DATABASE_POOL_SIZE: '10', LOG_LEVEL: 'silent', ...NO_LIMITS };
  const world = await createWorld({ env });
  try {
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    for (let i = 0; i < FLAGS; i++) await makeFlag(project, { key: `flag-${i}` });
    const secret = await makeApiKey(project, environment);
    const requests = await measureRequests(world, secret);
    const checkNs = await measureChecks(secret);
    const logIns = await measureLogIns(world);
    report({ requests, checkNs, logIns });
  } finally {
    await world.close();
    await removeDatabases();
  }
}

/** Limits are off: refusals are not measured. */
const NO_LIMITS = Object.fromEntries(
  ['ANONYMOUS', 'LOG_IN_ACCOUNT', 'LOG_IN_ADDRESS', 'CREDENTIAL_FAILURES', 'MANAGEMENT', 'SERVER_KEY', 'CLIENT_ADDRESS'].map(
    (name) => [`RATE_LIMIT_${name}`, '999999999'],
  ),
);

interface RequestFigures {
  readonly withMs: Spread;
  readonly withoutMs: Spread;
  /** The part added to the medians, and to pairs of neighbouring rounds. */
  readonly addedPart: Spread;
}

let captured: { readonly authenticator: Authenticator; readonly info: RequestInfo } | undefined;

async function measureRequests(world: World, secret: string): Promise<RequestFigures> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const body = JSON.stringify({
    query:
      'query E($contexts: [EvaluationContextInput!]!) { evaluate(contexts: $contexts) { revision results { evaluations { flagKey value variation reason } } } }',
    variables: { contexts: [{ targetingKey: 'ada', attributes: { plan: 'pro' } }] },
  });
  const round = (): Promise<number> => timed(() => load(world.url, agent, secret, body));
  const original = authenticators.authenticate;
  const actor = await captureActor(original, round);
  const cut: Authenticate = async (_authorization, info) => ({ ...actor, request: info });
  const known = authenticators.known;
  const withMs: number[] = [];
  const withoutMs: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const measure = async (isCut: boolean): Promise<void> => {
      authenticators.authenticate = isCut ? cut : original;
      authenticators.known = isCut ? (_authorization, info) => ({ ...actor, request: info }) : known;
      (isCut ? withoutMs : withMs).push((await round()) / REQUESTS_PER_ROUND);
    };
    await measure(i % 2 === 0);
    await measure(i % 2 !== 0);
  }
  authenticators.authenticate = original;
  authenticators.known = known;
  agent.destroy();
  return {
    withMs: spreadOf(withMs),
    withoutMs: spreadOf(withoutMs),
    addedPart: spreadOf(withMs.map((ms, i) => ms / withoutMs[i]! - 1)),
  };
}

/** Warms up, and learns whom the key belongs to. */
async function captureActor(original: Authenticate, round: () => Promise<number>): Promise<Actor> {
  let actor: Actor | undefined;
  authenticators.authenticate = async function (this: Authenticator, authorization, info) {
    actor = await original.call(this, authorization, info);
    captured = { authenticator: this, info };
    return actor;
  };
  for (let i = 0; i < 5; i++) await round();
  return actor!;
}

async function load(url: string, agent: Agent, secret: string, body: string): Promise<void> {
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < REQUESTS_PER_ROUND) {
      sent++;
      await post(url, agent, secret, body);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

function post(url: string, agent: Agent, secret: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${secret}` };
    const sending = request(url, { method: 'POST', agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`The server answered ${response.statusCode}.`));
      response.resume().once('end', resolve);
    });
    sending.once('error', reject);
    sending.end(body);
  });
}

/** Nanoseconds for one credential that is known. */
async function measureChecks(secret: string): Promise<Spread> {
  const { authenticator, info } = captured!;
  const runs: number[] = [];
  for (let i = 0; i < 9; i++) {
    const ms = await timed(async () => {
      for (let n = 0; n < CHECKS / 10; n++) await authenticator.authenticate(`Bearer ${secret}`, info);
    });
    runs.push((ms * 1e6) / (CHECKS / 10));
  }
  return spreadOf(runs);
}

interface LogInFigures {
  readonly unknownMs: Spread;
  readonly wrongMs: Spread;
  /** Probability that a wrong password took longer than an unknown e-mail; 0.5: they cannot be told apart. */
  readonly longer: number;
  /** The p-value of the Mann-Whitney U test, two-sided, by its normal approximation. */
  readonly pValue: number;
}

/** Measures log-ins in random order, one after the other. */
async function measureLogIns(world: World): Promise<LogInFigures> {
  const organization = await makeProject(world);
  const { email } = await makeMember(world, 'VIEWER', { organizationId: organization.organizationId });
  const client = world.client();
  const document = 'mutation L($input: LogInInput!) { logIn(input: $input) { userErrors { code } } }';
  const logIn = (address: string): Promise<number> =>
    timed(() => client.request(document, { input: { email: address, password: 'not the right password' } }));
  for (let i = 0; i < 10; i++) await logIn(email);
  const unknown: number[] = [];
  const wrong: number[] = [];
  for (let i = 0; i < LOG_INS; i++) {
    const isFirst = Math.random() < 0.5;
    const nobody = uniqueEmail('nobody');
    if (isFirst) unknown.push(await logIn(nobody));
    wrong.push(await logIn(email));
    if (!isFirst) unknown.push(await logIn(nobody));
  }
  return { unknownMs: spreadOf(unknown), wrongMs: spreadOf(wrong), ...mannWhitney(wrong, unknown) };
}

/** H. B. Mann, D. R. Whitney: On a test of whether one of two random variables is stochastically larger (1947). */
function mannWhitney(left: readonly number[], right: readonly number[]): { longer: number; pValue: number } {
  let u = 0;
  for (const a of left) for (const b of right) u += a > b ? 1 : a === b ? 0.5 : 0;
  const pairs = left.length * right.length;
  const z = (u - pairs / 2) / Math.sqrt((pairs * (left.length + right.length + 1)) / 12);
  return { longer: u / pairs, pValue: 2 * (1 - normal(Math.abs(z))) };
}

/** Distribution function of the normal distribution (Abramowitz and Stegun, 7.1.26; error below 1.5e-7). */
function normal(z: number): number {
  const t = 1 / (1 + 0.3275911 * (z / Math.SQRT2));
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 1 - (polynomial * Math.exp((-z * z) / 2)) / 2;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)]!, min: sorted[0]!, max: sorted.at(-1)! };
}

function report({ requests, checkNs, logIns }: { requests: RequestFigures; checkNs: Spread; logIns: LogInFigures }): void {
  const row = (name: string, { median, min, max }: Spread, unit: string, digits: number): string =>
    `${name.padEnd(58)} ${median.toFixed(digits)} ${unit} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
  const percent = ({ median, min, max }: Spread): Spread => ({ median: median * 100, min: min * 100, max: max * 100 });
  const checkPart = checkNs.median / (requests.withMs.median * 1e6);
  console.log(`One evaluate request of ${FLAGS} flags by a SERVER key, ${ROUNDS} alternating rounds of ${REQUESTS_PER_ROUND}`);
  console.log(row('  as it is', requests.withMs, 'ms', 3));
  console.log(row('  with authentication cut out', requests.withoutMs, 'ms', 3));
  console.log(row('  what authentication adds', percent(requests.addedPart), '%', 1));
  console.log(row('Checking a credential that is known, alone', checkNs, 'ns', 0));
  console.log(`  which is ${(checkPart * 100).toFixed(2)} % of a request`);
  console.log(`Refused log-ins, ${LOG_INS} of each in random order`);
  console.log(row('  unknown e-mail', logIns.unknownMs, 'ms', 2));
  console.log(row('  wrong password', logIns.wrongMs, 'ms', 2));
  console.log(
    `  a wrong password takes longer in ${(logIns.longer * 100).toFixed(1)} % of pairs, p = ${logIns.pValue.toFixed(3)}`,
  );
  const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model };
  console.log(JSON.stringify({ benchmark: 'access', machine, requests, checkNs, checkPart, logIns }));
}
