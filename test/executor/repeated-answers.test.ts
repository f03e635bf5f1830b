/** Repeated requests are answered from memory: the same, as long as the answer still holds. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AnswerMemory, type Answered } from '../../src/fast-evaluate/answer-memory';
import { compileSnapshot } from '../../src/evaluation';
import type { ApiKeyActor } from '../../src/modules/access/actor';
import { configure, make, makeApiKey, makeEnvironment, toggle, type Made, type MadeProject } from '../support/make';
import { makeScene } from '../support/scene';
import { authorization, createWorld, type World } from '../support/world';

let world: World;
let project: MadeProject;
let environment: Made;
let secret: string;
let flag: Made;
beforeAll(async () => {
  world = await createWorld();
  ({ project, environment, flag } = await makeScene(world));
  await configure(project, flag, environment, { isEnabled: true });
  secret = await makeApiKey(project, environment);
});
afterAll(() => world.close());

const QUERY = `query E($contexts: [EvaluationContextInput!]!, $minRevision: RevisionInput) {
  evaluate(contexts: $contexts, minRevision: $minRevision) {
    revision epoch results { targetingKey evaluations { flagKey value variation reason ruleId } }
  }
}`;

interface Answer {
  readonly data: {
    readonly evaluate: {
      readonly revision: number;
      readonly epoch: string;
      readonly results: readonly { readonly evaluations: readonly { readonly flagKey: string; readonly value: unknown }[] }[];
    } | null;
  };
}

async function ask(variables: object, credential = secret): Promise<Answer> {
  const response = await fetch(world.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization(credential) },
    body: JSON.stringify({ query: QUERY, variables }),
  });
  const text = await response.text();
  expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
  return JSON.parse(text) as Answer;
}

const askThrice = async (variables: object, credential?: string): Promise<Answer['data'][]> => {
  const answers: Answer['data'][] = [];
  for (let i = 0; i < 3; i++) answers.push((await ask(variables, credential)).data);
  return answers;
};

const valueIn = ({ evaluate }: Answer['data'], key: string): unknown =>
  evaluate?.results[0]?.evaluations.find(({ flagKey }) => flagKey === key)?.value;

it('answers the same thing the same, byte for byte, also in other letters than ASCII', async () => {
  const variables = { contexts: [{ targetingKey: 'Ådä 🚩', attributes: { stadt: 'Zürich' } }] };

  const [first, second, third] = await askThrice(variables);

  expect(first!.evaluate!.results).toEqual([
    {
      targetingKey: 'Ådä 🚩',
      evaluations: [{ flagKey: flag.key, value: true, variation: 'on', reason: 'FALLTHROUGH', ruleId: null }],
    },
  ]);
  expect([second, third]).toEqual([first, first]);
});

it('answers by the new revision as soon as there is one, and by it again', async () => {
  const variables = { contexts: [{ targetingKey: 'ada' }] };
  const [before] = await askThrice(variables);

  const minRevision = await toggle(project, flag, environment, false);
  await ask({ contexts: [{}], minRevision });
  const after = await askThrice(variables);
  await toggle(project, flag, environment, true);

  expect(valueIn(before!, flag.key)).toBe(true);
  expect(after.map((data) => [data.evaluate!.revision, valueIn(data, flag.key)])).toEqual(
    Array.from({ length: 3 }, () => [minRevision.revision, false]),
  );
});

it('never answers one environment, or one who sees less, with what was remembered for another', async () => {
  const elsewhere = await makeEnvironment(project);
  const other = await makeApiKey(project, elsewhere);
  const client = await makeApiKey(project, environment, 'CLIENT');
  const variables = { contexts: [{ targetingKey: 'grace' }] };

  const own = await askThrice(variables);
  const others = await askThrice(variables, other);
  const clients = await askThrice(variables, client);

  expect(own.map((data) => valueIn(data, flag.key))).toEqual([true, true, true]);
  expect(others.map((data) => valueIn(data, flag.key))).toEqual([false, false, false]);
  expect(clients.map(({ evaluate }) => evaluate!.results[0]!.evaluations)).toEqual([[], [], []]);
});

it('counts each time that it answers', async () => {
  const query = `query ($flagId: ID!, $environmentId: ID!, $from: DateTime!, $to: DateTime!) {
    flag(id: $flagId) { configuration(environmentId: $environmentId) { usage(from: $from, to: $to) { variation evaluations } } }
  }`;
  const elsewhere = await makeEnvironment(project);
  const other = await makeApiKey(project, elsewhere);
  await askThrice({ contexts: [{ targetingKey: 'barbara' }, { targetingKey: 'edsger' }] }, other);
  await world.app.services.usage.flush();

  const day = 86_400_000;
  const [from, to] = [-day, day].map((by) => new Date(Math.floor(Date.now() / day) * day + by).toISOString());
  const variables = { flagId: flag.id, environmentId: elsewhere.id, from, to };
  const { flag: found } = await project.client.request<{
    flag: { configuration: { usage: readonly { variation: string; evaluations: number }[] } };
  }>(query, variables);
  expect(found.configuration.usage.reduce((sum, { evaluations }) => sum + evaluations, 0)).toBe(6);
});

it('refuses a key that was revoked, whatever it was answered before', async () => {
  const input = { environmentId: environment.id, kind: 'SERVER', name: 'Doomed' };
  const { secret: doomed, apiKey } = await make<{ secret: string; apiKey: Made }>(
    project.client,
    'createApiKey',
    input,
    'secret apiKey { id key: name }',
  );
  const variables = { contexts: [{ targetingKey: 'alan' }] };
  await askThrice(variables, doomed);

  await make(project.client, 'revokeApiKey', { apiKeyId: apiKey.id }, 'apiKey { id }');
  const response = await fetch(world.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization(doomed) },
    body: JSON.stringify({ query: QUERY, variables }),
  });

  expect(response.status).toBe(401);
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const KEY: ApiKeyActor = {
  kind: 'API_KEY',
  id: 'key_1',
  name: 'Key',
  keyKind: 'SERVER',
  organizationId: 'organization_1',
  projectId: 'project_1',
  environmentId: 'environment_1',
  allowedOrigins: null,
  bindings: [],
  request: { requestId: '', address: '', userAgent: '', origin: null, idempotency: null },
};

function answered(data: string): Answered {
  const { compiled } = compileSnapshot({ schemaVersion: 1, epoch: 'e', revision: 1, segments: [], flags: [] } as never);
  const outcome = { revision: 1, epoch: 'e', environmentId: 'environment_1', compiled, results: [] };
  const facts = { cost: 1, used: 1, operationName: null, rootFields: ['evaluate'] };
  return { input: { contexts: [{}] }, outcome, ...facts, data, dataBytes: data.length };
}

it('remembers what is asked for twice, up to a bound, and the latest longest', () => {
  const memory = new AnswerMemory(10_000);
  const answer = answered('x'.repeat(1_000));

  memory.note('once', answer);
  expect(memory.find('once')).toBeNull();
  memory.note('once', answer);
  expect(memory.find('once')).toMatchObject({ data: answer.data, outcome: { revision: 1, epoch: 'e' } });
  for (let i = 0; i < 200; i++) {
    memory.note(`key ${i}`, answer);
    memory.note(`key ${i}`, answer);
    expect(memory.length).toBeLessThanOrEqual(10_000);
  }

  expect(memory.find('once')).toBeNull();
  expect(memory.find('key 199')).toMatchObject({ data: answer.data });
});

it('tells apart bodies, environments and what keys see, and not keys that see the same', () => {
  const memory = new AnswerMemory();
  const keyOf = (actor: Partial<ApiKeyActor>, body = 'zoë'): string | null =>
    memory.keyOf({ ...KEY, ...actor }, Buffer.from(body));
  const key = keyOf({});

  expect(keyOf({ id: 'key_2' })).toBe(key);
  const others = [
    keyOf({}, 'zoe'),
    keyOf({ keyKind: 'CLIENT' }),
    keyOf({ environmentId: 'environment_2' }),
    keyOf({ environmentId: null }),
  ];
  expect(new Set([key, ...others]).size).toBe(5);
  expect(keyOf({}, 'x'.repeat(16 * 1024 + 1))).toBeNull();
});

it('remembers what it saw once up to a bound, too', () => {
  const memory = new AnswerMemory();
  const answer = answered('x');

  memory.note('first', answer);
  for (let i = 0; i < 1_000; i++) memory.note(`${i}`.padEnd(16 * 1024, ' '), answer);
  memory.note('first', answer);

  expect(memory.find('first')).toBeNull();
});

it('keeps no snapshot for as long as it remembers an answer', async () => {
  const memory = new AnswerMemory();
  const snapshots = Array.from({ length: 10 }, (_, i) => {
    const answer = answered(`"${i}"`);
    for (const _time of [1, 2]) memory.note(`key ${i}`, answer);
    return new WeakRef(answer.outcome.compiled);
  });

  // Objects that were looked at stay until the turn is over.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();

  expect(snapshots.map((snapshot) => snapshot.deref())).toEqual(snapshots.map(() => undefined));
  expect(memory.find('key 0')).toMatchObject({ data: '"0"' });
});
