/** Every mutation and every root field, asked by those who may not, and of what is not there. */
import type { Stage } from './stage';
import { mutationOf, type Story } from './story';

/** Somebody of each kind who may not, and nobody. */
const CALLERS = ['nobody', 'local viewer', 'outsider', 'viewer key', 'server key', 'client key'];

function inputs(story: Story): Readonly<Record<string, object>> {
  const [organizationId, projectId, environmentId] = [story.kept('acme'), story.kept('shop'), story.kept('production')];
  const [flagId, segmentId, apiKeyId] = [story.kept('checkout'), story.kept('europe'), story.kept('id of idle key')];
  const userId = story.kept('id of editor');
  const version = { expectedVersion: 1 };
  const setting = { flagId, environmentId, ...version, offVariation: 'off', fallthrough: { variation: 'on' } };
  return {
    updateOrganization: { organizationId, ...version, name: 'Name' },
    deleteOrganization: { organizationId, ...version, confirmKey: 'no' },
    createProject: { organizationId, key: 'new', name: 'New' },
    updateProject: { projectId, ...version, name: 'Name' },
    deleteProject: { projectId, ...version, confirmKey: 'no' },
    createEnvironment: { projectId, key: 'new', name: 'New' },
    updateEnvironment: { environmentId, ...version, name: 'Name' },
    deleteEnvironment: { environmentId, ...version, confirmKey: 'no' },
    createFlag: { projectId, key: 'new', name: 'New', valueType: 'BOOLEAN' },
    updateFlag: { flagId, ...version, name: 'Name' },
    archiveFlag: { flagId, ...version },
    restoreFlag: { flagId, ...version },
    deleteFlag: { flagId, ...version },
    toggleFlag: { flagId, environmentId, isEnabled: true },
    setFlagConfiguration: setting,
    copyFlagConfiguration: { flagId, fromEnvironmentId: story.kept('staging'), environmentId, ...version },
    rollBackFlagConfiguration: { flagId, environmentId, ...version, toVersion: 1 },
    applyChangeSet: { projectId, changes: [{ toggleFlag: { flagId, environmentId, isEnabled: true } }] },
    createSegment: { projectId, key: 'new', name: 'New' },
    updateSegment: { segmentId, ...version, name: 'Name' },
    deleteSegment: { segmentId, ...version },
    addSegmentKeys: { segmentId, list: 'INCLUDED', keys: ['x'] },
    removeSegmentKeys: { segmentId, keys: ['x'] },
    createApiKey: { environmentId, kind: 'SERVER', name: 'Key' },
    updateApiKey: { apiKeyId, name: 'Key' },
    rotateApiKey: { apiKeyId },
    revokeApiKey: { apiKeyId },
    inviteMember: { organizationId, email: 'x@example.com', role: 'VIEWER' },
    withdrawInvitation: { invitationId: story.kept('invitation') },
    setMemberRole: { organizationId, userId, role: 'VIEWER' },
    removeMember: { organizationId, userId },
    eraseContextData: { organizationId, targetingKey: 'ada' },
  };
}

const SESSION_INPUTS: Readonly<Record<string, object>> = {
  createOrganization: { key: 'by-a-key', name: 'By a key' },
  logOut: {},
  endSession: { sessionId: 'session_0' },
  changePassword: { currentPassword: 'x', newPassword: 'a new password that is long' },
};

export async function tellRefusals({ story }: Stage): Promise<void> {
  for (const [field, input] of Object.entries(inputs(story))) {
    const query = mutationOf(field, '__typename');
    for (const who of CALLERS) await story.query(`${field} as the ${who}`, who, query, { input });
    await story.query(`${field} of what is not there`, 'owner', query, { input: withUnknownIds(input) });
    await story.query(`${field} of no input`, 'owner', query, { input: {} });
  }
  for (const [field, input] of Object.entries(SESSION_INPUTS)) {
    for (const who of ['nobody', 'server key', 'admin key'])
      await story.query(`${field} as the ${who}`, who, mutationOf(field, '__typename'), { input });
  }
  for (const who of ['editor', 'editor key']) {
    for (const field of ['createApiKey', 'deleteProject', 'inviteMember', 'eraseContextData', 'updateOrganization']) {
      await story.query(`${field} as the ${who}`, who, mutationOf(field, '__typename'), { input: inputs(story)[field] });
    }
  }
  await tellQueries(story);
}

/** Ids of the same nouns that nobody has. */
function withUnknownIds(input: object): object {
  return JSON.parse(JSON.stringify(input).replace(/(?<=_)[0-9a-f]{32}/g, '0'.repeat(32))) as object;
}

async function tellQueries(story: Story): Promise<void> {
  const ids: Readonly<Record<string, string>> = {
    organization: 'acme',
    project: 'shop',
    environment: 'production',
    flag: 'checkout',
    segment: 'europe',
  };
  const callers = ['nobody', 'local viewer', 'outsider', 'admin key', 'viewer key', 'server key', 'client key'];
  for (const who of callers) {
    for (const [field, name] of Object.entries(ids)) {
      await story.query(`${field} as the ${who}`, who, `query ($id: ID!) { ${field}(id: $id) { id key name } }`, {
        id: story.kept(name),
      });
    }
    const more: readonly (readonly [string, string])[] = [
      ['organizations', '{ organizations { totalCount nodes { key projects { nodes { key environments { key } } } } } }'],
      ['changes', `{ changes(projectId: "${story.kept('shop')}", first: 1) { nodes { kind } } }`],
      ['auditLog', `{ auditLog(organizationId: "${story.kept('acme')}", first: 1) { nodes { sequence change { kind } } } }`],
      ['organizationByKey', '{ organizationByKey(key: "acme") { name } }'],
      ['projectByKey', `{ projectByKey(organizationId: "${story.kept('acme')}", key: "shop") { name } }`],
      ['environmentByKey', `{ environmentByKey(projectId: "${story.kept('shop')}", key: "production") { name } }`],
      ['flagByKey', `{ flagByKey(projectId: "${story.kept('shop')}", key: "checkout") { name } }`],
      ['segmentByKey', `{ segmentByKey(projectId: "${story.kept('shop')}", key: "europe") { name } }`],
      [
        'environmentComparison',
        `{ environmentComparison(leftId: "${story.kept('staging')}", rightId: "${story.kept('production')}") { totalCount } }`,
      ],
      ['segmentsFor', `{ segmentsFor(environmentId: "${story.kept('production')}", context: {}) { key } }`],
      [
        'members',
        `{ organization(id: "${story.kept('acme')}") { members { totalCount } apiKeys { totalCount } invitations { totalCount } } }`,
      ],
    ];
    for (const [field, query] of more) await story.query(`${field} as the ${who}`, who, query);
  }
  const nouns = [
    'acme',
    'shop',
    'production',
    'checkout',
    'europe',
    'id of editor',
    'id of server key',
    'configuration',
    'invitation',
  ];
  for (const who of ['owner', 'local viewer', 'outsider', 'server key', 'nobody']) {
    for (const noun of nouns)
      await story.query(`node ${noun} as the ${who}`, who, 'query ($id: ID!) { node(id: $id) { __typename id } }', {
        id: story.kept(noun),
      });
  }
  for (const id of ['', 'nothing', 'flag_0', `flag_${'0'.repeat(32)}`, `rule_${'1'.repeat(32)}`, 'a\u0000']) {
    await story.query(
      `node ${JSON.stringify(id).slice(0, 20)}`,
      'owner',
      'query ($id: ID!) { node(id: $id) { __typename id } }',
      { id },
    );
  }
}
