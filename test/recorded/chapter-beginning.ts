/** An empty installation: its first owner, an organization, projects and environments, and everything that is refused on the way. */
import { FIELDS, PASSWORD, type Stage } from './stage';
import { at } from './story';

const OWNER = { email: 'Olga@Example.com', password: PASSWORD, name: 'Olga Owner' };
const USER = 'user { id email name createdAt }';
const LOG_IN = `accessToken expiresAt refreshToken refreshExpiresAt ${USER}`;

export async function tellBeginning(stage: Stage): Promise<void> {
  await tellFirstOwner(stage);
  await tellOrganizations(stage);
  await tellProjects(stage);
  await tellEnvironments(stage);
}

async function tellFirstOwner({ story, setUpToken }: Stage): Promise<void> {
  const create = ['createFirstOwner', USER] as const;
  await story.query('viewer of nobody', 'nobody', '{ viewer { user { id } apiKey { id } roles { role } } }');
  await story.mutate('log in where nobody is', 'nobody', ['logIn', LOG_IN], { email: OWNER.email, password: PASSWORD });
  await story.mutate('first owner with a wrong token', 'nobody', create, { ...OWNER, setUpToken: 'guessed' });
  const bad = { email: 'no address', password: 'short', name: ' ', setUpToken };
  await story.mutate('first owner with bad input', 'nobody', create, bad);
  const long = { ...OWNER, name: 'n'.repeat(256), password: OWNER.email, setUpToken };
  await story.mutate('first owner with more bad input', 'nobody', create, long);
  await story.mutate('first owner', 'nobody', create, { ...OWNER, setUpToken });
  await story.mutate('first owner a second time', 'nobody', create, { ...OWNER, setUpToken });
  await story.mutate('log in with a wrong password', 'nobody', ['logIn', LOG_IN], {
    email: OWNER.email,
    password: `${PASSWORD}r`,
  });
  await story.mutate('log in with an unknown address', 'nobody', ['logIn', LOG_IN], {
    email: 'x@example.com',
    password: PASSWORD,
  });
  const input = { email: 'OLGA@example.com', password: PASSWORD };
  const payload = await story.mutate('log in', 'nobody', ['logIn', LOG_IN], input);
  story.keep('owner', at(payload, 'accessToken'));
  const viewer = `{ viewer {
    user { id email name createdAt } apiKey { id } roles { role organizationId projectId environmentId }
    session { id authentication address userAgent createdAt lastRefreshedAt expiresAt isCurrent } sessions { id isCurrent }
  } }`;
  const data = await story.query('viewer of the owner', 'owner', viewer);
  story.keep('id of owner', at(data, 'viewer', 'user', 'id'));
}

async function tellOrganizations({ story }: Stage): Promise<void> {
  const create = ['createOrganization', FIELDS.organization] as const;
  const update = ['updateOrganization', FIELDS.organization] as const;
  await story.mutate('create an organization without a credential', 'nobody', create, { key: 'acme', name: 'Acme' });
  await story.mutate('create an organization with bad input', 'owner', create, { key: 'no key', name: '' });
  await story.mutate('create an organization with long input', 'owner', create, { key: 'k'.repeat(201), name: 'n'.repeat(256) });
  await story.mutate('create an organization with odd text', 'owner', create, { key: 'odd', name: 'a\u0000b' });
  const acme = await story.mutate('create an organization', 'owner', create, { key: 'acme', name: 'Acme' });
  const organizationId = story.keep('acme', at(acme, 'organization', 'id'));
  await story.mutate('create an organization whose key is used', 'owner', create, { key: 'acme', name: 'Acme again' });
  const other = await story.mutate('create another organization', 'owner', create, { key: 'elsewhere', name: 'Elsewhere' });
  story.keep('elsewhere', at(other, 'organization', 'id'));
  await story.mutate('rename an organization', 'owner', update, { organizationId, expectedVersion: 1, name: 'Acme Inc.' });
  await story.mutate('rename an organization to what it is', 'owner', update, {
    organizationId,
    expectedVersion: 2,
    name: 'Acme Inc.',
  });
  await story.mutate('rename an organization of a stale version', 'owner', update, {
    organizationId,
    expectedVersion: 1,
    name: 'Old',
  });
  await story.mutate('rename an organization to nothing', 'owner', update, { organizationId, expectedVersion: 2, name: '' });
  const list = `query ($first: Int, $after: String) { organizations(first: $first, after: $after) {
    totalCount edges { cursor node { key } } nodes { key } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } }`;
  await story.query('organizations', 'owner', list);
  const page = await story.query('first page of organizations', 'owner', list, { first: 1 });
  const after = at(page, 'organizations', 'pageInfo', 'endCursor');
  await story.query('second page of organizations', 'owner', list, { first: 1, after });
  await story.query('organizations after a damaged cursor', 'owner', list, { after: 'nothing' });
  await story.query('a page of no organization', 'owner', list, { first: 0 });
  await story.query('a page of too many organizations', 'owner', list, { first: 101 });
}

async function tellProjects({ story }: Stage): Promise<void> {
  const organizationId = story.kept('acme');
  const create = ['createProject', FIELDS.project] as const;
  const update = ['updateProject', FIELDS.project] as const;
  const bad = { organizationId, key: '-', name: ' ', description: 'd'.repeat(2_001), staleAfterDays: 0 };
  await story.mutate('create a project with bad input', 'owner', create, bad);
  const shop = await story.mutate('create a project', 'owner', create, {
    organizationId,
    key: 'shop',
    name: 'Shop',
    description: 'Sells.',
  });
  const projectId = story.keep('shop', at(shop, 'project', 'id'));
  await story.mutate('create a project whose key is used', 'owner', create, { organizationId, key: 'shop', name: 'Shop' });
  const keyed = { 'idempotency-key': 'a-key-of-the-story' };
  const second = { organizationId, key: 'till', name: 'Till', staleAfterDays: 7 };
  const till = await story.mutate('create a project with an idempotency key', 'owner', create, second, keyed);
  story.keep('till', at(till, 'project', 'id'));
  await story.mutate('create it again with the same idempotency key', 'owner', create, second, keyed);
  await story.mutate('use the idempotency key for other input', 'owner', create, { ...second, key: 'till-2' }, keyed);
  const renamed = { projectId: story.kept('till'), expectedVersion: 1, name: 'Till' };
  await story.mutate('use the idempotency key for another mutation', 'owner', update, renamed, keyed);
  await story.mutate('use a bad idempotency key', 'owner', create, second, { 'idempotency-key': 'with a space' });
  await story.mutate('use an idempotency key that is too long', 'owner', create, second, { 'idempotency-key': 'k'.repeat(201) });
  await story.mutate('change a project', 'owner', update, {
    projectId,
    expectedVersion: 1,
    name: 'Web shop',
    staleAfterDays: 14,
  });
  await story.mutate('change a project to what it is', 'owner', update, { projectId, expectedVersion: 2, name: 'Web shop' });
  await story.mutate('change a project of a stale version', 'owner', update, { projectId, expectedVersion: 1, name: 'Old' });
  const wrong = { projectId, expectedVersion: 2, name: null, staleAfterDays: 3_651 };
  await story.mutate('change a project with bad input', 'owner', update, wrong);
  await story.query(
    'project',
    'owner',
    `query ($id: ID!) { project(id: $id) { id key name description staleAfterDays version createdAt organization { key } environments { key } } }`,
    { id: projectId },
  );
  const byKey = 'query ($id: ID!, $key: String!) { projectByKey(organizationId: $id, key: $key) { id name } }';
  await story.query('project by key', 'owner', byKey, { id: organizationId, key: 'shop' });
  await story.query('project by a key that none has', 'owner', byKey, { id: organizationId, key: 'nothing' });
  const list = `query ($id: ID!, $search: String) { organization(id: $id) { key projects(filter: { search: $search }) { totalCount nodes { key } } } }`;
  await story.query('projects of an organization', 'owner', list, { id: organizationId });
  await story.query('projects that are searched for', 'owner', list, { id: organizationId, search: 'WEB' });
}

async function tellEnvironments({ story }: Stage): Promise<void> {
  const projectId = story.kept('shop');
  const create = ['createEnvironment', FIELDS.environment] as const;
  const update = ['updateEnvironment', FIELDS.environment] as const;
  await story.mutate('create an environment with bad input', 'owner', create, { projectId, key: '', name: '', color: 'red' });
  for (const [key, more] of [
    ['development', {}],
    ['staging', { color: '#00ff00' }],
    ['production', { isProduction: true, color: '#ff0000' }],
  ] as const) {
    const made = await story.mutate(`create the environment ${key}`, 'owner', create, {
      projectId,
      key,
      name: `The ${key}`,
      ...more,
    });
    story.keep(key, at(made, 'environment', 'id'));
  }
  await story.mutate('create an environment whose key is used', 'owner', create, { projectId, key: 'staging', name: 'Again' });
  const idle = { projectId: story.kept('till'), key: 'idle', name: 'Idle' };
  const made = await story.mutate('create an environment of another project', 'owner', create, idle);
  story.keep('idle', at(made, 'environment', 'id'));
  const environmentId = story.kept('staging');
  await story.mutate('change an environment', 'owner', update, {
    environmentId,
    expectedVersion: 1,
    name: 'Staging',
    position: 0,
  });
  await story.mutate('change an environment to what it is', 'owner', update, {
    environmentId,
    expectedVersion: 2,
    name: 'Staging',
  });
  await story.mutate('change an environment of a stale version', 'owner', update, {
    environmentId,
    expectedVersion: 7,
    name: 'Old',
  });
  const bad = { environmentId, expectedVersion: 2, name: '', color: '#12', position: 99 };
  await story.mutate('change an environment with bad input', 'owner', update, bad);
  const query = `query ($id: ID!) { environment(id: $id) { id key name color isProduction requiredRole position version revision epoch createdAt project { key } apiKeys { id } } }`;
  await story.query('environment', 'owner', query, { id: environmentId });
  await story.query(
    'environments in their order',
    'owner',
    'query ($id: ID!) { project(id: $id) { environments { key position } } }',
    { id: projectId },
  );
}
