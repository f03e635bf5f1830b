/**
 * A plain `evaluate` is answered from texts that are written once, before the framework is asked. Thousands of generated requests
 * are answered so, by the ordinary way of the same server (a content type in capitals, which means the same, is not one
 * of the usual ones), and by graphql-js alone, and nothing may differ.
 */
import fc from 'fast-check';
import {
  configure,
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  type Made,
  type MadeProject,
} from '../support/make';
import { createWorld, type World } from '../support/world';
import type { Actor } from '../../src/modules/access/actor';
import { requests, type Scene, type Sent } from './generated-requests';
import { createReference, type Answerer, type Reference } from './reference';

const PARTS = 5;
/** The full form compares this many before a release; a tenth of them finds what a change breaks. */
const REQUESTS_PER_PART = process.env.FLAGSTAFF_DIFFERENTIAL === 'full' ? 1_000 : 100;

let world: World;
let project: MadeProject;
let environment: Made;
let other: Made;
const credentials: Record<string, string> = {};
const actors = new Map<string, Actor>();
const keys: string[] = [];
let scene: Scene;
let answerOfGraphqlJs: Answerer;
/** How often something was evaluated before the framework was asked, and how often answered from memory. */
let evaluated = 0;
let repeated = 0;

beforeAll(async () => {
  world = await createWorld();
  project = await makeProject(world);
  environment = await makeEnvironment(project);
  other = await makeEnvironment(project);
  const values = {
    valueType: 'JSON',
    variations: [
      { key: 'on', value: { b: 1, a: [null, 'é', '\u{1F600}"'] } },
      { key: 'off', value: null },
    ],
  };
  const texts = {
    valueType: 'STRING',
    variations: [
      { key: 'on', value: 'ÄÖ€' },
      { key: 'off', value: '' },
    ],
  };
  const numbers = {
    valueType: 'NUMBER',
    variations: [
      { key: 'on', value: 1e21 },
      { key: 'off', value: -0.5 },
    ],
  };
  const shapes = [{}, values, texts, numbers, {}, {}, { key: '42' }, { key: '7' }, {}, {}];
  const flags: Made[] = [];
  for (const [i, shape] of shapes.entries()) {
    const flag = await makeFlag(project, { key: `${['a', 'b', 'z'][i % 3]}-flag-${i}`, ...shape });
    flags.push(flag);
    keys.push(flag.key);
    if (i % 4 === 3) continue;
    const conditions = [{ attribute: { attribute: 'plan', operator: 'IN', values: ['pro'] } }];
    const shares = [
      { variation: 'on', weight: 40_000 },
      { variation: 'off', weight: 60_000 },
    ];
    const rules = i % 2 === 0 ? [{ id: `rule-${i}`, conditions, serve: { variation: 'off' } }] : [];
    const fallthrough = i % 3 === 0 ? { rollout: { whenMissing: 'off', shares } } : { variation: 'on' };
    const prerequisites = i === 5 ? [{ flagKey: flags[0]!.key, variation: 'off' }] : [];
    await configure(project, flag, environment, {
      rules,
      fallthrough,
      prerequisites,
      targets: [{ variation: 'off', targetingKeys: ['eve'] }],
    });
  }
  for (const flag of flags.slice(0, 6)) {
    await make(project.client, 'updateFlag', { flagId: flag.id, expectedVersion: 1, isClientAvailable: true }, 'flag { id }');
  }
  await make(project.client, 'archiveFlag', { flagId: flags[8]!.id, expectedVersion: 1 }, 'flag { id }');
  credentials.server = await makeApiKey(project, environment);
  credentials.client = await makeApiKey(project, environment, 'CLIENT');
  credentials.other = await makeApiKey(project, other);
  credentials.owner = world.owner.accessToken;
  const { snapshots } = world.app.services;
  const prepareEvaluation = snapshots.prepareEvaluation.bind(snapshots);
  const prepareRepetition = snapshots.prepareRepetition.bind(snapshots);
  snapshots.prepareEvaluation = (...given) => counted(prepareEvaluation(...given), () => evaluated++);
  snapshots.prepareRepetition = (...given) => counted(prepareRepetition(...given), () => repeated++);
  await meet();
  const probed = JSON.parse((await answerTo(PROBE('server'), FAST)).text) as { data: { evaluate: RevisionPosition } };
  const { epoch, revision } = probed.data.evaluate;
  scene = { keys, environmentId: environment.id, otherId: other.id, epoch, revision };
  answerOfGraphqlJs = createReference(world, (name) => actors.get(name)!);
});
afterAll(() => world.close());

function counted<Ready extends { readonly run: () => unknown }>(ready: Ready | null, count: () => void): Ready | null {
  if (ready === null) return null;
  const run = (): unknown => {
    count();
    return ready.run();
  };
  return { ...ready, run };
}

interface RevisionPosition {
  readonly epoch: string;
  readonly revision: number;
}

const FAST = 'application/json';
const ORDINARY = 'application/json; charset=UTF-8';
const PROBE = (credential: string): Sent => ({ query: '{ evaluate(contexts: {}) { epoch revision } }', credential });

/** Makes the server know every credential, and each environment, as it does after the first request; and notes as whom. */
async function meet(): Promise<void> {
  const { snapshots } = world.app.services;
  const open = snapshots.openEvaluation.bind(snapshots);
  for (const credential of Object.keys(credentials)) {
    snapshots.openEvaluation = (actor, ...given) => {
      actors.set(credential, actor);
      return open(actor, ...given);
    };
    await answerTo(PROBE(credential), ORDINARY);
  }
  snapshots.openEvaluation = open;
}

const PASSING = /^(date|x-request-id|ratelimit|content-length)$/;

interface Answer {
  /** Status, headers and body, but for what differs between any two requests. */
  readonly whole: string;
  readonly text: string;
}

async function answerTo({ credential, ...body }: Sent, contentType: string): Promise<Answer> {
  const response = await fetch(world.url, {
    method: 'POST',
    headers: { 'content-type': contentType, authorization: `Bearer ${credentials[credential]!}` },
    body: JSON.stringify(body),
  });
  const text = (await response.text())
    .replace(/"requestId":"[^"]*"/g, '"requestId":""')
    .replace(/"remaining":\d+,"resetSeconds":\d+/, '"remaining":0');
  const headers = [...response.headers].filter(([name]) => !PASSING.test(name));
  return { whole: [response.status, JSON.stringify(headers), text].join('\n'), text };
}

/** The part in which both must agree: `data` as text, so that the order of its keys counts, and the errors. */
function toldBy({ text }: Answer): unknown {
  const { data, errors = [] } = JSON.parse(text) as Reference;
  const [, asWritten] = /^{"data":(.*),"extensions":{"cost":{[^{}]*}}}\n$/s.exec(text) ?? [];
  return { data: asWritten ?? JSON.stringify(data), errors };
}

const toldByReference = ({ data, errors }: Reference): unknown => ({ data: JSON.stringify(data), errors });

it.each(Array.from({ length: PARTS }, (_, part) => part))(
  'answers generated requests as graphql-js does, part %i',
  async (part) => {
    evaluated = 0;
    repeated = 0;
    const samples = fc.sample(requests(scene), { numRuns: REQUESTS_PER_PART, seed: 20_261 + part });
    let answered = 0;
    const failures: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (let sample = samples.pop(); sample !== undefined; sample = samples.pop()) {
        const fast = await answerTo(sample, FAST);
        // A request is remembered the second time, and answered from memory the third time.
        const repetitions = [await answerTo(sample, FAST), await answerTo(sample, FAST)].map(({ whole }) => whole);
        const ordinary = await answerTo(sample, ORDINARY);
        const reference = toldByReference(await answerOfGraphqlJs(sample));
        const told = toldBy(fast);
        if (fast.whole !== ordinary.whole) failures.push({ sample, fast: fast.whole, ordinary: ordinary.whole });
        else if (repetitions.some((whole) => whole !== fast.whole)) failures.push({ sample, fast: fast.whole, repetitions });
        else if (JSON.stringify(told) !== JSON.stringify(reference)) failures.push({ sample, told, reference });
        if (!fast.text.includes('"errors":[')) answered++;
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);

    expect(failures.slice(0, 1)).toEqual([]);
    // Otherwise it would prove nothing: so many took the one way, and so many of the others were refused.
    expect(evaluated / (2 * REQUESTS_PER_PART)).toBeGreaterThan(0.6);
    expect(repeated / REQUESTS_PER_PART).toBeGreaterThan(0.5);
    expect(answered / REQUESTS_PER_PART).toBeLessThan(0.9);
  },
  180_000,
);
