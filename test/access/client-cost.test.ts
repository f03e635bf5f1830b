/** The cost of an evaluation reveals to a CLIENT key nothing of flags that it may not see. */
import { makeApiKey, makeEnvironment, makeFlag, makeProject } from '../support/make';
import { authorization, createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

async function costOf(secret: string): Promise<unknown> {
  const response = await fetch(world.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization(secret) },
    body: JSON.stringify({ query: '{ evaluate(contexts: [{ targetingKey: "ada" }]) { results { evaluations { flagKey } } } }' }),
  });
  const { extensions } = (await response.json()) as { extensions: { cost: { requested: number; used: number } } };
  return { requested: extensions.cost.requested, used: extensions.cost.used };
}

it.each(['CLIENT', 'MOBILE'])('costs a %s key the same, however many flags are hidden from it', async (kind) => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  await makeFlag(project, { isClientAvailable: true });
  const [client, server] = [await makeApiKey(project, environment, kind), await makeApiKey(project, environment)];
  const [before, ofServer] = [await costOf(client), await costOf(server)];

  for (let i = 0; i < 5; i++) await makeFlag(project);
  // The server knows all of them.
  const { environment: head } = await project.client.request<{ environment: { epoch: string; revision: number } }>(
    'query ($id: ID!) { environment(id: $id) { epoch revision } }',
    { id: environment.id },
  );
  await world.client(server).request('query ($min: RevisionInput) { snapshot(minRevision: $min) { revision } }', { min: head });

  expect(await costOf(client)).toEqual(before);
  expect(await costOf(server)).not.toEqual(ofServer);
});
