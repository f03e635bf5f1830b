/** Keys that applications use cannot manage anything: they are told what to use instead, and nothing about what is there. */
import { makeApiKey, makeEnvironment, makeFlag, makeProject, mutate, type Made, type MadeProject } from '../support/make';
import { refusalOf } from '../support/members';
import { createWorld, type World } from '../support/world';

let world: World;
let project: MadeProject;
let environment: Made;
let elsewhere: Made;
let flag: Made;
beforeAll(async () => {
  world = await createWorld();
  project = await makeProject(world);
  [environment, elsewhere] = [await makeEnvironment(project), await makeEnvironment(project)];
  flag = await makeFlag(project);
});
afterAll(() => world.close());

const KINDS = ['SERVER', 'CLIENT', 'MOBILE'];
const client = async (kind: string) => world.client(await makeApiKey(project, environment, kind));
const beyond = (permission: string, kind: string, instead = 'use an ADMIN key, or log in as a user') => ({
  code: 'FORBIDDEN',
  message: `This needs the permission ${permission}, which ${kind} keys never have: ${instead}.`,
});

it.each(KINDS)('tells a %s key that manages what to use instead, whether the thing is there or not', async (kind) => {
  const keyed = await client(kind);
  const ids = [flag.id, `flag_${'0'.repeat(32)}`];

  for (const id of ids) {
    const toggling = { flagId: id, environmentId: environment.id, isEnabled: true };
    expect(await refusalOf(keyed.request('query ($id: ID!) { flag(id: $id) { key } }', { id }))).toEqual(
      beyond('flag:read', kind),
    );
    expect(await refusalOf(mutate(keyed, 'toggleFlag', toggling, 'revisions { revision }'))).toEqual(beyond('flag:toggle', kind));
  }
});

it.each(KINDS)('tells a %s key the same of what everybody else may ask for', async (kind) => {
  const keyed = await client(kind);
  const message = `A ${kind} key only serves applications: use an ADMIN key, or log in as a user.`;

  for (const query of ['{ organizations { nodes { id } } }', `{ node(id: "${flag.id}") { id } }`, '{ node(id: "x") { id } }'])
    expect(await refusalOf(keyed.request(query))).toEqual({ code: 'FORBIDDEN', message });
  expect(await keyed.request('{ viewer { apiKey { kind } } }')).toEqual({ viewer: { apiKey: { kind } } });
});

it.each([
  ['changePassword', { currentPassword: 'a', newPassword: 'b' }, 'An API key has no password: log in as a user to change yours.'],
  ['logOut', {}, 'An API key has no session; to end its access, revoke it with revokeApiKey.'],
  ['createOrganization', { key: 'acme', name: 'Acme' }, 'Only a logged-in user can create an organization: its creator owns it.'],
])('tells a SERVER key that %s is for users who are logged in', async (name, input, message) => {
  const keyed = await client('SERVER');

  expect(await refusalOf(mutate(keyed, name, input, 'revisions { revision }'))).toEqual({ code: 'FORBIDDEN', message });
});

it('names the SERVER key to a CLIENT key that asks for a snapshot', async () => {
  const keyed = await client('CLIENT');

  expect(await refusalOf(keyed.request('{ snapshot { revision } }'))).toEqual(
    beyond('snapshot:read', 'CLIENT', 'use a SERVER key'),
  );
});

it.each(KINDS)('refuses a %s key that names another environment, whether there is one or not', async (kind) => {
  const keyed = await client(kind);
  const evaluate = (id: string): Promise<unknown> =>
    keyed.request('query ($id: ID!) { evaluate(environmentId: $id, contexts: [{}]) { revision } }', { id });

  for (const id of [elsewhere.id, `environment_${'0'.repeat(32)}`]) {
    expect(await refusalOf(evaluate(id))).toEqual({
      code: 'FORBIDDEN',
      message: 'This key is of another environment: leave the environment out, or use a key of that environment.',
    });
  }
  for (const id of [environment.key, elsewhere.key, 'x']) {
    expect(await refusalOf(evaluate(id))).toEqual({
      code: 'BAD_USER_INPUT',
      message: `There is no environment "${id}". This wants an id: that of this key's environment, which is used when none is given.`,
    });
  }
  expect(await evaluate(environment.id)).toMatchObject({ evaluate: {} });
});
