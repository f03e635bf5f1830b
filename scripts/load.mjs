// `npm run load`: evaluations, changes and subscribers together at a chosen rate, against a server that runs, and a report for people.
// FLAGSTAFF_KEY is a SERVER key of the environment. Changes toggle one flag with FLAGSTAFF_ADMIN_KEY.
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ask, fail, given, graphqlUrl, sentenceFor, socketUrl } from '../examples/connect.mjs';

const USAGE = `Usage: FLAGSTAFF_KEY=fs_server_… npm run load -- [options]
  --evaluations N   evaluate requests a second (200)
  --subscribers N   subscribers of flagChanged, a WebSocket each (100)
  --changes N       changes a second (0); needs --environment, --flag and FLAGSTAFF_ADMIN_KEY
  --environment ID  the environment of FLAGSTAFF_KEY
  --flag KEY        the flag that is toggled there
  --seconds N       how long (30)
  --elsewhere       allows a server that is not on this machine`;

const TICK_MS = 5;
/** How long frames of the last changes may take. */
const LINGER_MS = 3_000;
const SOCKETS_AT_ONCE = 50;
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const EVALUATE =
  'query Load { evaluate(contexts: [{ targetingKey: "load" }]) { revision results { evaluations { flagKey value reason } } } }';
const TOGGLE =
  'mutation Load($input: ToggleFlagInput!) { toggleFlag(input: $input) { revisions { revision } userErrors { code message } } }';

const options = readOptions();
const url = new URL(graphqlUrl());
if (!LOCAL.test(url.hostname) && !options.elsewhere) {
  fail(`${url.hostname} is not this machine: --elsewhere says that you mean it.`, 2);
}
const key = given('FLAGSTAFF_KEY', 'a SERVER key, fs_server_…');
const adminKey = options.changes > 0 ? given('FLAGSTAFF_ADMIN_KEY', 'an ADMIN key that may edit the flag, fs_admin_…') : null;

const { Agent, request } =
  url.protocol === 'https:' ? { Agent: HttpsAgent, request: httpsRequest } : { Agent: HttpAgent, request: httpRequest };
const agent = new Agent({ keepAlive: true, maxSockets: 512, timeout: 5_000 });

function readOptions() {
  const number = { type: 'string' };
  const flags = { evaluations: number, subscribers: number, changes: number, seconds: number, environment: number, flag: number };
  let values;
  try {
    ({ values } = parseArgs({ options: { ...flags, elsewhere: { type: 'boolean' } } }));
  } catch (error) {
    return fail(`${error.message}\n${USAGE}`, 2);
  }
  const read = (name, fallback, max) => {
    const value = Number(values[name] ?? fallback);
    if (!Number.isFinite(value) || value < 0 || value > max) fail(`--${name} must be a number from 0 to ${max}.\n${USAGE}`, 2);
    return value;
  };
  if (Number(values.changes ?? 0) > 0 && (!values.flag || !values.environment)) {
    fail(`--changes needs --environment, an id, and --flag, the key of the flag to toggle there.\n${USAGE}`, 2);
  }
  return {
    evaluations: read('evaluations', 200, 100_000),
    subscribers: Math.round(read('subscribers', 100, 20_000)),
    changes: read('changes', 0, 1_000),
    seconds: read('seconds', 30, 86_400),
    environment: values.environment ?? null,
    flag: values.flag ?? null,
    elsewhere: values.elsewhere ?? false,
  };
}

/** Durations in milliseconds, and how often each other outcome came. */
class Outcomes {
  sent = 0;
  durations = [];
  refused = new Map();
  failed = new Map();

  end(startedAt, { refusal = null, failure = null }) {
    this.durations.push(performance.now() - startedAt);
    const into = refusal === null ? this.failed : this.refused;
    const what = refusal ?? failure;
    if (what !== null) into.set(what, (into.get(what) ?? 0) + 1);
  }
}

/** Posts one operation; resolves with what is to be counted, and with the data. Never rejects. */
function post(query, variables, credential) {
  const body = JSON.stringify({ query, variables });
  const headers = {
    ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    authorization: `Bearer ${credential}`,
  };
  return new Promise((resolve) => {
    const outgoing = request(url, { method: 'POST', headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('error', ({ message }) => resolve({ failure: message }));
      response.on('end', () => resolve(outcomeOf(response.statusCode, text)));
    });
    outgoing.on('error', (error) => resolve({ failure: error.code ?? error.message }));
    outgoing.end(body);
  });
}

function outcomeOf(status, text) {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    return { failure: `status ${status}, and no JSON` };
  }
  const [problem] = [
    ...(answer.errors ?? []),
    ...Object.values(answer.data ?? {}).flatMap((payload) => payload?.userErrors ?? []),
  ];
  if (problem === undefined) return { data: answer.data };
  const code = problem.extensions?.code ?? problem.code;
  const isFailure = ['INTERNAL_SERVER_ERROR', 'UNAVAILABLE', 'DEADLINE_EXCEEDED'].includes(code);
  return isFailure ? { failure: `${code}: ${problem.message}` } : { refusal: `${code}: ${problem.message}` };
}

/** Sends at the rate, whether or not earlier ones were answered: what is late is measured, not waited for. */
async function openLoop(rate, untilMs, send) {
  const startedAt = performance.now();
  const running = [];
  let sent = 0;
  while (performance.now() < untilMs) {
    const due = ((performance.now() - startedAt) / 1_000) * rate;
    while (sent < due) {
      sent++;
      running.push(send(sent));
    }
    await sleep(TICK_MS);
  }
  await Promise.all(running);
}

/** The flag to toggle, and where. */
async function findFlag() {
  const { environment: environmentId, flag: flagKey } = options;
  const { environment } = await ask(
    'query ($id: ID!) { environment(id: $id) { project { id } } }',
    { id: environmentId },
    adminKey,
  );
  if (!environment) return fail(`There is no environment ${environmentId}, or FLAGSTAFF_ADMIN_KEY may not see it.`, 2);
  const query = 'query ($projectId: ID!, $key: String!) { flagByKey(projectId: $projectId, key: $key) { id } }';
  const { flagByKey } = await ask(query, { projectId: environment.project.id, key: flagKey }, adminKey);
  if (!flagByKey) return fail(`There is no flag ${flagKey} in the project of the environment.`, 2);
  return { flagId: flagByKey.id, environmentId };
}

/** Subscribers note when each revision reaches them. */
class Subscribers {
  arrivals = [];
  ended = new Map();
  open = 0;
  clients = [];

  async start(count) {
    for (let begun = 0; begun < count; begun += SOCKETS_AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(SOCKETS_AT_ONCE, count - begun) }, () => this.connect()));
    }
  }

  connect() {
    return new Promise((resolve) => {
      const client = createClient({
        ...{ url: socketUrl(), webSocketImpl: WebSocket, retryAttempts: 0, lazy: false },
        connectionParams: { authorization: `Bearer ${key}` },
        onNonLazyError: () => undefined,
        on: { connected: resolve, closed: resolve },
      });
      this.clients.push(client);
      this.open++;
      const end = (reason) => {
        this.open--;
        if (!this.isOver) this.ended.set(reason, (this.ended.get(reason) ?? 0) + 1);
      };
      client.subscribe(
        { query: 'subscription Load { flagChanged { revision } }' },
        {
          next: ({ data }) => this.arrivals.push([data?.flagChanged?.revision, performance.now()]),
          error: (error) => end(error.reason || sentenceFor(error)),
          complete: () => end('completed by the server'),
        },
      );
    });
  }

  async stop() {
    this.isOver = true;
    await Promise.all(this.clients.map((client) => client.dispose()));
  }
}

const percentile = (sorted, share) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
const milliseconds = (value) => (value === undefined ? '–' : value < 10 ? value.toFixed(2) : value.toFixed(0));

function row(name, count, durations) {
  const sorted = Float64Array.from(durations).sort();
  const figures = [0.5, 0.9, 0.99, 0.999, 1].map((share) => milliseconds(percentile(sorted, share)).padStart(9));
  return `${name.padEnd(24)}${String(count).padStart(9)}${figures.join('')}`;
}

function listed(title, counts) {
  return [...counts].map(([what, count]) => `  ${title} ${count} × ${what}`);
}

async function main() {
  const toggled = options.changes > 0 ? await findFlag() : null;
  await ask('{ __typename }', {}, key);
  const subscribers = new Subscribers();
  await subscribers.start(options.subscribers);
  process.stdout.write(`${subscribers.open} subscribers are connected; ${options.seconds} s begin.\n`);

  const evaluations = new Outcomes();
  const changes = new Outcomes();
  const begunAt = new Map();
  const until = performance.now() + options.seconds * 1_000;
  await Promise.all([
    openLoop(options.evaluations, until, async () => {
      evaluations.sent++;
      const startedAt = performance.now();
      evaluations.end(startedAt, await post(EVALUATE, {}, key));
    }),
    openLoop(options.changes, until, async (number) => {
      changes.sent++;
      const startedAt = performance.now();
      const outcome = await post(TOGGLE, { input: { ...toggled, isEnabled: number % 2 === 1 } }, adminKey);
      changes.end(startedAt, outcome);
      for (const { revision } of outcome.data?.toggleFlag.revisions ?? []) begunAt.set(revision, startedAt);
    }),
  ]);
  if (options.changes > 0 && options.subscribers > 0) await sleep(LINGER_MS);
  await subscribers.stop();
  agent.destroy();
  report({ evaluations, changes, subscribers, begunAt });
}

function report({ evaluations, changes, subscribers, begunAt }) {
  const ours = subscribers.arrivals.filter(([revision]) => begunAt.has(revision));
  const lags = ours.map(([revision, at]) => at - begunAt.get(revision));
  const expected = begunAt.size * options.subscribers;
  const lines = [
    '',
    `${'milliseconds'.padEnd(24)}${'count'.padStart(9)}${['p50', 'p90', 'p99', 'p99.9', 'slowest'].map((name) => name.padStart(9)).join('')}`,
    row('evaluate', evaluations.sent, evaluations.durations),
    ...(options.changes > 0 ? [row('change', changes.sent, changes.durations)] : []),
    ...(expected > 0 ? [row('change to each frame', ours.length, lags)] : []),
    '',
    ...listed('evaluate refused', evaluations.refused),
    ...listed('evaluate failed', evaluations.failed),
    ...listed('change refused', changes.refused),
    ...listed('change failed', changes.failed),
    ...listed('subscriber ended', subscribers.ended),
    ...(expected > ours.length ? [`  frames missing ${expected - ours.length} of ${expected}`] : []),
  ];
  const failures = [evaluations.failed, changes.failed, subscribers.ended].some(({ size }) => size > 0) || expected > ours.length;
  const refusals = evaluations.refused.size + changes.refused.size > 0;
  if (!failures && !refusals) lines.push(`Nothing was refused, and nothing failed.`);
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = failures ? 1 : 0;
}

main().catch((error) => fail(sentenceFor(error)));
