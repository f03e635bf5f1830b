/** API keys of every kind, and what becomes of them. */
import { FIELDS, type Stage } from './stage';
import { at } from './story';

const MADE = `secret ${FIELDS.apiKey}`;

export async function tellKeys({ story }: Stage): Promise<void> {
  const create = ['createApiKey', MADE] as const;
  const [organizationId, projectId, environmentId] = [story.kept('acme'), story.kept('shop'), story.kept('development')];
  const kinds = [
    ['server key', { kind: 'SERVER', environmentId }],
    ['client key', { kind: 'CLIENT', environmentId, allowedOrigins: ['https://pages.example.com', 'http://localhost:3000'] }],
    ['mobile key', { kind: 'MOBILE', environmentId, expiresAt: '2026-06-01T00:00:00.000Z' }],
    ['production key', { kind: 'SERVER', environmentId: story.kept('production') }],
    ['idle key', { kind: 'SERVER', environmentId: story.kept('idle') }],
    ['admin key', { kind: 'ADMIN', role: 'ADMIN', organizationId }],
    ['editor key', { kind: 'ADMIN', role: 'EDITOR', organizationId, projectId }],
    ['viewer key', { kind: 'ADMIN', role: 'VIEWER', organizationId, projectId, environmentId }],
    ['lost key', { kind: 'SERVER', environmentId }],
    ['once key', { kind: 'SERVER', environmentId: story.kept('idle') }],
    ['tired key', { kind: 'CLIENT', environmentId }],
  ] as const;
  for (const [name, input] of kinds) {
    const payload = await story.mutate(`create the ${name}`, 'owner', create, { ...input, name: `The ${name}` });
    story.keep(name, at(payload, 'secret'));
    story.keep(`id of ${name}`, at(payload, 'apiKey', 'id'));
  }
  const bad: readonly (readonly [string, object])[] = [
    ['without a name', { kind: 'SERVER', environmentId, name: ' ' }],
    ['without an environment', { kind: 'CLIENT', name: 'A key' }],
    ['that has ended', { kind: 'SERVER', environmentId, name: 'A key', expiresAt: '2020-01-01T00:00:00.000Z' }],
    ['of an ADMIN without a role', { kind: 'ADMIN', organizationId, name: 'A key' }],
    ['of an OWNER', { kind: 'ADMIN', role: 'OWNER', organizationId, name: 'A key' }],
    ['of a SERVER with a role', { kind: 'SERVER', role: 'ADMIN', environmentId, name: 'A key' }],
    [
      'with bad origins',
      { kind: 'CLIENT', environmentId, name: 'A key', allowedOrigins: ['http://a.example.com', 'https://a/b', '*'] },
    ],
    ['of a SERVER with origins', { kind: 'SERVER', environmentId, name: 'A key', allowedOrigins: ['https://a.example.com'] }],
    ['with a date that is none', { kind: 'SERVER', environmentId, name: 'A key', expiresAt: 'tomorrow' }],
    ['of an unknown kind', { kind: 'KING', environmentId, name: 'A key' }],
  ];
  for (const [what, input] of bad) await story.mutate(`create a key ${what}`, 'owner', create, input);
  const strong = { kind: 'ADMIN', role: 'ADMIN', organizationId, name: 'Stronger' };
  await story.mutate('create a stronger key as an editor key', 'editor key', create, strong);
  await story.mutate('create a key as an admin key', 'admin key', create, { kind: 'SERVER', environmentId, name: 'By a key' });

  const update = ['updateApiKey', FIELDS.apiKey] as const;
  const apiKeyId = story.kept('id of client key');
  await story.mutate('rename a key', 'owner', update, { apiKeyId, name: 'Pages' });
  await story.mutate('rename a key to what it is', 'owner', update, { apiKeyId, name: 'Pages' });
  await story.mutate('change a key with bad input', 'owner', update, { apiKeyId, name: '', allowedOrigins: ['nonsense'] });
  const server = story.kept('id of server key');
  await story.mutate('give a SERVER key origins', 'owner', update, {
    apiKeyId: server,
    allowedOrigins: ['https://a.example.com'],
  });

  const rotate = ['rotateApiKey', `${MADE} replacedApiKey { id name endsAt isLive expiresAt replacedBy { name } }`] as const;
  const tired = story.kept('id of tired key');
  await story.mutate('rotate a key with too much grace', 'owner', rotate, { apiKeyId: tired, graceSeconds: 2_592_001 });
  const rotated = await story.mutate('rotate a key', 'owner', rotate, { apiKeyId: tired, graceSeconds: 0 });
  story.keep('fresh key', at(rotated, 'secret'));
  await story.mutate('rotate it again', 'owner', rotate, { apiKeyId: tired });
  await story.query('evaluate with the key that was replaced', 'tired key', '{ viewer { apiKey { name } } }');
  await story.query(
    'viewer of the key that replaced it',
    'fresh key',
    '{ viewer { apiKey { name kind role organizationId prefix } } }',
  );

  await story.query('viewer of a key that is used once', 'once key', '{ viewer { apiKey { name lastUsedAt } } }');
  const revoke = ['revokeApiKey', FIELDS.apiKey] as const;
  const lost = story.kept('id of lost key');
  await story.query(
    'viewer of a key',
    'lost key',
    '{ viewer { user { id } apiKey { name kind } roles { role } session { id } sessions { id } } }',
  );
  await story.mutate('revoke a key', 'owner', revoke, { apiKeyId: lost });
  await story.mutate('revoke it again', 'owner', revoke, { apiKeyId: lost });
  await story.mutate('rotate a key that is revoked', 'owner', rotate, { apiKeyId: lost });
  await story.mutate('rename a key that is revoked', 'owner', update, { apiKeyId: lost, name: 'Found' });
  await story.query('viewer of a key that is revoked', 'lost key', '{ viewer { apiKey { name } } }');

  const list = 'totalCount edges { cursor } nodes { name kind role isLive revokedAt } pageInfo { hasNextPage endCursor }';
  const ofOrganization = `query ($id: ID!, $after: String) { organization(id: $id) { apiKeys(first: 5, after: $after) { ${list} } } }`;
  const page = await story.query('keys of an organization', 'owner', ofOrganization, { id: organizationId });
  const after = at(page, 'organization', 'apiKeys', 'pageInfo', 'endCursor');
  await story.query('more keys of an organization', 'owner', ofOrganization, { id: organizationId, after });
  await story.query('keys of a project', 'owner', `query ($id: ID!) { project(id: $id) { apiKeys { ${list} } } }`, {
    id: projectId,
  });
  await story.query(
    'keys of an environment',
    'owner',
    'query ($id: ID!) { environment(id: $id) { apiKeys { name kind isLive } } }',
    { id: environmentId },
  );
  await story.query('keys of an organization as a viewer', 'viewer', ofOrganization, { id: organizationId });
  const own =
    '{ viewer { user { id } apiKey { name kind role organizationId projectId environment { key } } roles { role organizationId projectId environmentId } } }';
  for (const who of ['server key', 'client key', 'mobile key', 'admin key', 'editor key', 'viewer key']) {
    await story.query(`viewer of the ${who}`, who, own);
  }
}
