/** Everything that was written down of it: changes, the audit log and its export, erasure, and what is counted. */
import type { Stage } from './stage';
import { at, type Story } from './story';

const CHANGE = `id kind createdAt requestId actor { kind id name } items {
  subjectKind subjectId subjectKey environmentId version before after isErased differences { path old new }
}`;

export async function tellAudit({ story }: Stage): Promise<void> {
  await tellCounts(story);
  await tellChanges(story);
  await tellLog(story);
  await tellErasure(story);
}

/** Written behind the requests: waited for, and then exact. */
async function tellCounts(story: Story): Promise<void> {
  const [flagId, environmentId] = [story.kept('counted'), story.kept('staging')];
  const evaluate =
    'query ($id: ID, $contexts: [EvaluationContextInput!]!) { evaluate(environmentId: $id, contexts: $contexts, flagKeys: ["counted"]) { results { values } } }';
  const contexts = [{ targetingKey: 'ada' }, { targetingKey: 'grace' }, {}];
  const input = { kind: 'SERVER', environmentId, name: 'Staging' };
  const made = await story.mutate('create a key whose evaluations are counted', 'owner', ['createApiKey', 'secret'], input);
  story.keep('staging key', at(made, 'secret'));
  await story.query('evaluate what is counted', 'staging key', evaluate, { contexts });
  await story.query('look at it as the owner, which is not counted', 'owner', evaluate, { id: environmentId, contexts });
  story.clock.tick(60_000);
  await story.query('evaluate it a minute later', 'staging key', evaluate, { contexts: contexts.slice(1) });
  const usage = `query ($id: ID!, $environment: ID!, $from: DateTime!, $to: DateTime!, $resolution: UsageResolution) { flag(id: $id) { lastEvaluatedAt isStale staleReason configuration(environmentId: $environment) {
    usage(from: $from, to: $to, resolution: $resolution) { at variation evaluations }
  } } }`;
  const times = { from: '2026-03-02T09:00:00.000Z', to: '2026-03-02T12:00:00.000Z' };
  const variables = { id: flagId, environment: environmentId, ...times };
  await story.until('owner', usage, variables, (data) => {
    const points = at(data, 'flag', 'configuration', 'usage') as readonly { readonly evaluations: number }[];
    return points.reduce((sum, { evaluations }) => sum + evaluations, 0) === 5;
  });
  for (const resolution of ['MINUTE', 'HOUR', 'DAY'])
    await story.query(`usage by ${resolution}`, 'viewer', usage, { ...variables, resolution });
  await story.query('usage of a long time', 'viewer', usage, {
    ...variables,
    from: '2020-01-01T00:00:00.000Z',
    resolution: 'MINUTE',
  });
  await story.query('usage of a time that runs backwards', 'viewer', usage, { ...variables, from: times.to, to: times.from });
  const key = 'query ($id: ID!) { node(id: $id) { ... on ApiKey { name lastUsedAt endsAt isLive createdAt } } }';
  const used = { id: story.kept('id of once key') };
  await story.until('owner', key, used, (data) => at(data, 'node', 'lastUsedAt') !== null);
  await story.query('a key that was used once', 'owner', key, used);
  await story.query('a key that nobody used', 'owner', key, { id: story.kept('id of tired key') });
}

async function tellChanges(story: Story): Promise<void> {
  const query = `query ($id: ID!, $first: Int, $after: String, $filter: ChangeFilter) { changes(projectId: $id, first: $first, after: $after, filter: $filter) {
    edges { cursor } nodes { ${CHANGE} } pageInfo { hasNextPage hasPreviousPage endCursor }
  } }`;
  const id = story.kept('shop');
  const page = await story.query('changes', 'viewer', query, { id, first: 5 });
  story.keep('change', at(page, 'changes', 'nodes', 0, 'id'));
  await story.query('earlier changes', 'viewer', query, { id, first: 5, after: at(page, 'changes', 'pageInfo', 'endCursor') });
  const short = `query ($id: ID!, $filter: ChangeFilter) { changes(projectId: $id, filter: $filter) { nodes { kind createdAt actor { name } items { subjectKey } } } }`;
  const filters: Readonly<Record<string, object>> = {
    kinds: { kinds: ['SEGMENT_KEYS_ADDED', 'FLAG_DELETED'] },
    subject: { subjectId: story.kept('banner') },
    'kinds of subjects': { subjectKinds: ['ENVIRONMENT', 'API_KEY'] },
    environment: { environmentId: story.kept('production') },
    actor: { actorId: story.kept('id of editor key') },
    times: { from: '2026-03-02T09:01:00.000Z', to: '2026-03-02T09:01:05.000Z' },
    'too many kinds': { kinds: Array.from({ length: 51 }, () => 'FLAG_CREATED') },
  };
  for (const [what, filter] of Object.entries(filters)) await story.query(`changes by ${what}`, 'owner', short, { id, filter });
  await story.query('changes as a local viewer', 'local viewer', short, { id });
  await story.query(
    'a change as a node',
    'viewer',
    `query ($id: ID!) { node(id: $id) { __typename ... on Change { ${CHANGE} } } }`,
    { id: story.kept('change') },
  );
  await story.query('last change of a flag', 'viewer', `query ($id: ID!) { flag(id: $id) { lastChange { ${CHANGE} } } }`, {
    id: story.kept('checkout'),
  });
}

async function tellLog(story: Story): Promise<void> {
  const query = `query ($id: ID!, $first: Int, $after: String, $filter: ChangeFilter) { auditLog(organizationId: $id, first: $first, after: $after, filter: $filter) {
    edges { cursor } nodes { sequence projectId address userAgent authentication result hash change { kind actor { kind name } } } pageInfo { hasNextPage endCursor }
  } }`;
  const id = story.kept('acme');
  const page = await story.query('audit log', 'owner', query, { id, first: 10 });
  await story.query('earlier audit log', 'admin', query, { id, first: 10, after: at(page, 'auditLog', 'pageInfo', 'endCursor') });
  await story.query('audit log by kind', 'admin key', query, { id, filter: { kinds: ['MEMBER_INVITED', 'API_KEY_ROTATED'] } });
  await story.query('audit log as an editor', 'editor', query, { id });
  await story.query('audit log of elsewhere', 'outsider', query, { id: story.kept('elsewhere') });
  const path = `/organizations/${id}/audit-log.jsonl`;
  const get = { method: 'GET', path };
  await story.ask('export', { ...get, headers: story.as('owner') });
  await story.ask('export of elsewhere', {
    ...get,
    path: `/organizations/${story.kept('elsewhere')}/audit-log.jsonl`,
    headers: story.as('outsider'),
  });
  for (const who of ['nobody', 'editor', 'outsider', 'server key'])
    await story.ask(`export as the ${who}`, { ...get, headers: story.as(who) });
  await story.ask('export of nothing', {
    ...get,
    path: '/organizations/organization_0/audit-log.jsonl',
    headers: story.as('owner'),
  });
  await story.ask('export by POST', { path, headers: { 'content-type': 'application/json', ...story.as('owner') }, body: '{}' });
}

async function tellErasure(story: Story): Promise<void> {
  const erase = ['eraseContextData', 'erasedBodyCount'] as const;
  const organizationId = story.kept('acme');
  await story.mutate('erase somebody who is targeted', 'owner', erase, { organizationId, targetingKey: 'ada' });
  await story.mutate('erase somebody who was removed', 'owner', erase, { organizationId, targetingKey: 'mallory' });
  await story.mutate('erase them again', 'owner', erase, { organizationId, targetingKey: 'mallory' });
  await story.mutate('erase somebody unknown', 'owner', erase, { organizationId, targetingKey: 'nobody-knows' });
  await story.mutate('erase nobody', 'owner', erase, { organizationId, targetingKey: '' });
  await story.mutate('erase as an admin', 'admin', erase, { organizationId, targetingKey: 'ada' });
  const history =
    'query ($id: ID!) { segment(id: $id) { history(first: 5) { nodes { kind items { before after isErased differences { path old new } } } } } }';
  await story.query('history after an erasure', 'viewer', history, { id: story.kept('europe') });
}
