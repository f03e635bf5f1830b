/** A key with an expiry creates no key that outlives it. */
import { make, makeProject, mutate, type MadeProject, type UserError } from '../support/make';
import { createWorld, type World } from '../support/world';

const HOUR_MS = 3_600_000;
const inHours = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString();

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Key {
  readonly apiKey: { readonly id: string; readonly expiresAt: string | null };
  readonly secret: string;
}

const SELECTION = 'apiKey { id expiresAt } secret';
const inputOf = ({ organizationId }: MadeProject, expiresAt?: string | null): object => ({
  organizationId,
  kind: 'ADMIN',
  role: 'ADMIN',
  name: 'Automation',
  ...(expiresAt === undefined ? {} : { expiresAt }),
});

interface Scene {
  readonly project: MadeProject;
  readonly end: string;
  readonly maker: Key;
  /** A client with the key. */
  readonly client: MadeProject['client'];
}

async function makeScene(): Promise<Scene> {
  const project = await makeProject(world);
  const end = inHours(1);
  const maker = await make<Key>(project.client, 'createApiKey', inputOf(project, end), SELECTION);
  return { project, end, maker, client: world.client(maker.secret) };
}

it.each([
  ['left out', undefined],
  ['null', null],
] as const)('gives a key whose end is %s the end of its maker', async (_what, given) => {
  const { project, client, end } = await makeScene();

  const { apiKey } = await make<Key>(client, 'createApiKey', inputOf(project, given), SELECTION);

  expect(apiKey.expiresAt).toBe(end);
});

it('refuses an expiry after that of the maker, and accepts an earlier one', async () => {
  const { project, client, end } = await makeScene();
  const earlier = inHours(0.5);

  const refused = await mutate<{ apiKey: null }>(client, 'createApiKey', inputOf(project, inHours(2)), 'apiKey { id }');
  const made = await make<Key>(client, 'createApiKey', inputOf(project, earlier), SELECTION);

  const message = `The key would outlive the API key that creates it, which ends at ${end}.`;
  const issue: UserError = { code: 'OUT_OF_RANGE', message, path: ['input', 'expiresAt'] };
  expect(refused).toEqual({ apiKey: null, userErrors: [issue] });
  expect(made.apiKey.expiresAt).toBe(earlier);
});

it('gives the successor of a key no longer life than the key had', async () => {
  const { project, client, maker, end } = await makeScene();
  const endless = await make<Key>(project.client, 'createApiKey', inputOf(project), SELECTION);

  const other = await make<Key>(client, 'rotateApiKey', { apiKeyId: endless.apiKey.id }, SELECTION);
  const own = await make<Key>(client, 'rotateApiKey', { apiKeyId: maker.apiKey.id }, SELECTION);

  expect([other.apiKey.expiresAt, own.apiKey.expiresAt]).toEqual([end, end]);
});

it('leaves the expiry of keys alone that a user or a key without one makes and rotates', async () => {
  const { project, maker, end } = await makeScene();
  const endless = await make<Key>(project.client, 'createApiKey', inputOf(project), SELECTION);

  const made = await make<Key>(world.client(endless.secret), 'createApiKey', inputOf(project), SELECTION);
  const rotated = await make<Key>(project.client, 'rotateApiKey', { apiKeyId: maker.apiKey.id }, SELECTION);

  expect([endless.apiKey.expiresAt, made.apiKey.expiresAt]).toEqual([null, null]);
  expect(Date.parse(rotated.apiKey.expiresAt!)).toBeGreaterThan(Date.parse(end));
});
