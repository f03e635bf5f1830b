/** The caller that has the answer to a mutation is evaluated with it by the same server, from the next request on. */
import { toggle, type Made, type MadeProject } from '../support/make';
import { makeSceneWithKey } from '../support/scene';
import { createWorld, type World } from '../support/world';

const ROUNDS = 60;

let world: World;
let project: MadeProject;
let environment: Made;
let flag: Made;
let secret: string;
beforeAll(async () => {
  world = await createWorld();
  ({ project, environment, flag, secret } = await makeSceneWithKey(world));
});
afterAll(() => world.close());

const QUERY = `query ($flagKeys: [String!]) {
  evaluate(contexts: [{ targetingKey: "ada" }], flagKeys: $flagKeys) { revision results { evaluations { reason } } }
}`;

interface Answer {
  readonly evaluate: { readonly revision: number; readonly results: { readonly evaluations: { readonly reason: string }[] }[] };
}

const overGraphql = async (): Promise<string> => {
  const { evaluate } = await world.client(secret).request<Answer>(QUERY, { flagKeys: [flag.key] });
  return evaluate.results[0]!.evaluations[0]!.reason;
};

const overOfrep = async (): Promise<string> => {
  const response = await fetch(`${world.app.url}/ofrep/v1/evaluate/flags/${flag.key}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ context: { targetingKey: 'ada' } }),
  });
  return ((await response.json()) as { reason: string }).reason;
};

it.each([
  ['GraphQL', overGraphql],
  ['OFREP', overOfrep],
])('over %s, each time', async (_transport, reasonNow) => {
  const reasons: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await toggle(project, flag, environment, round % 2 === 0);
    reasons.push(await reasonNow());
  }

  const isOn = (round: number): boolean => round % 2 === 0;
  expect(reasons.map((reason) => reason === 'DISABLED')).toEqual(reasons.map((_reason, round) => !isOn(round)));
});
