/**
 * Permissions of every field of Query, Mutation and Subscription, and of every field that leads to an object or a rule, for
 * every caller. The expectation comes from the declarations of the schema, from the roles as data, and from two tables
 * below: the scope of a root field's target and the permission to see it, and how the parent of any other field is reached.
 */
import { getNamedType, isCompositeType, isObjectType, type GraphQLSchema } from 'graphql';
import { join } from 'node:path';
import { createSchema } from '../../src/schema';
import { declarationOf, mustDeclare } from '../../src/modules/access/access-directives';
import { ROLE_PERMISSIONS, type Permission, type Role } from '../../src/modules/access/permissions';
import { configure, forSegment, make, makeApiKey, makeEnvironment, makeFlag, makeProject, makeSegment } from '../support/make';
import { makeMember, makeOutsider, PASSWORD, uniqueEmail } from '../support/members';
import { authorization, createWorld, type World } from '../support/world';

const schema: GraphQLSchema = createSchema(join(__dirname, '..', '..', 'schema'));

interface Scope {
  readonly organizationId: string;
  readonly projectId?: string | null;
  readonly environmentId?: string | null;
}

interface Caller {
  readonly name: string;
  /** Undefined: anonymous. */
  readonly credential: string | undefined;
  /** Whether the credential is expired or revoked. */
  readonly isDead?: boolean;
  readonly isUser: boolean;
  readonly bindings: readonly (Scope & { readonly role: Role })[];
  /** The permissions of a key without a role in its environment. */
  readonly keyPermissions?: readonly Permission[];
  readonly keyEnvironmentId?: string;
}

interface Target {
  readonly organizationId: string;
  readonly projectId: string;
  readonly environmentId: string;
  readonly otherEnvironmentId: string;
  readonly projectKey: string;
  readonly environmentKey: string;
  readonly flagId: string;
  readonly flagKey: string;
  readonly segmentKey: string;
  readonly segmentId: string;
  readonly apiKeyId: string;
  readonly invitationId: string;
  readonly changeId: string;
  readonly ownerId: string;
  readonly organizationKey: string;
}

interface Answer {
  readonly status: number;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

const UPWARD: readonly Permission[] = ['organization:read', 'project:read', 'flag:read', 'segment:read'];

/** Whether the caller has the permission in the scope: denied by default, roles reach down, some reads reach up. */
function holds(caller: Caller, permission: Permission, place: Scope): boolean {
  if (caller.keyPermissions) {
    return caller.keyPermissions.includes(permission) && place.environmentId === caller.keyEnvironmentId;
  }
  return caller.bindings.some((binding) => {
    if (binding.organizationId !== place.organizationId || !ROLE_PERMISSIONS[binding.role].has(permission)) return false;
    const reaches = (bound: string | null | undefined, asked: string | null | undefined): boolean =>
      !bound || bound === asked || (!asked && UPWARD.includes(permission));
    return reaches(binding.projectId, place.projectId) && reaches(binding.environmentId, place.environmentId);
  });
}

type Level = 'organization' | 'project' | 'environment';

interface RootCall {
  /** The level at which the permission is required. */
  readonly level: Level;
  /** The permission to see the target, and its scope: the target's own by default. */
  readonly toSee: Permission;
  readonly seenAt?: Level;
  readonly variables: (target: Target) => Record<string, unknown>;
  /** The argument that names the target. */
  readonly names: keyof Target;
  readonly selection: string;
  /** The code with which an allowed mutation is refused for its input, so that nothing is written. Null: it changes nothing. */
  readonly refusedWith?: string | null;
  /** True: it would write when allowed; only refusals are tested. */
  readonly writes?: boolean;
}

const MISSING: Record<string, string> = {
  organizationId: `organization_${'0'.repeat(32)}`,
  projectId: `project_${'0'.repeat(32)}`,
  environmentId: `environment_${'0'.repeat(32)}`,
  flagId: `flag_${'0'.repeat(32)}`,
  segmentId: `segment_${'0'.repeat(32)}`,
  apiKeyId: `key_${'0'.repeat(32)}`,
  invitationId: `invitation_${'0'.repeat(32)}`,
  organizationKey: 'no-such-organization',
  projectKey: 'no-such-project',
  environmentKey: 'no-such-environment',
  flagKey: 'no-such-flag',
  segmentKey: 'no-such-segment',
};

const STALE = { expectedVersion: 999_999 };
const inFlag = (t: Target): object => ({ flagId: t.flagId, environmentId: t.environmentId });
const of = (
  level: Level,
  names: keyof Target,
  toSee: Permission,
  input: (t: Target) => object,
  refusedWith: string | null,
  seenAt: Level = level,
): RootCall => ({
  level,
  names,
  toSee,
  seenAt,
  variables: (t) => ({ input: input(t) }),
  selection: 'revisions { revision } userErrors { code message path }',
  refusedWith,
});
const reading = (
  level: Level,
  names: keyof Target,
  toSee: Permission,
  variables: (t: Target) => Record<string, unknown>,
  selection: string,
): RootCall => ({ level, names, toSee, variables, selection });

/** An edit of a part of a flag's targeting. */
const ofEdit = (edit: object): RootCall =>
  of('environment', 'flagId', 'project:read', (t) => ({ ...inFlag(t), ...STALE, ...edit }), 'STALE_VERSION', 'project');

/** Every root field that requires a permission. */
const ROOT_CALLS: Readonly<Record<string, RootCall>> = {
  organization: reading('organization', 'organizationId', 'organization:read', (t) => ({ id: t.organizationId }), 'id'),
  organizationByKey: reading('organization', 'organizationKey', 'organization:read', (t) => ({ key: t.organizationKey }), 'id'),
  project: reading('project', 'projectId', 'project:read', (t) => ({ id: t.projectId }), 'id'),
  projectByKey: reading(
    'project',
    'projectKey',
    'project:read',
    (t) => ({ organizationId: t.organizationId, key: t.projectKey }),
    'id',
  ),
  environment: reading('environment', 'environmentId', 'environment:read', (t) => ({ id: t.environmentId }), 'id'),
  environmentByKey: reading(
    'environment',
    'environmentKey',
    'environment:read',
    (t) => ({ projectId: t.projectId, key: t.environmentKey }),
    'id',
  ),
  flag: reading('project', 'flagId', 'flag:read', (t) => ({ id: t.flagId }), 'id'),
  flagByKey: reading('project', 'flagKey', 'flag:read', (t) => ({ projectId: t.projectId, key: t.flagKey }), 'id'),
  segment: reading('project', 'segmentId', 'segment:read', (t) => ({ id: t.segmentId }), 'id'),
  segmentByKey: reading('project', 'segmentKey', 'segment:read', (t) => ({ projectId: t.projectId, key: t.segmentKey }), 'id'),
  environmentComparison: reading(
    'environment',
    'environmentId',
    'environment:read',
    (t) => ({ leftId: t.environmentId, rightId: t.environmentId }),
    'totalCount',
  ),
  changes: reading('project', 'projectId', 'flag:read', (t) => ({ projectId: t.projectId }), 'nodes { id }'),
  auditLog: reading(
    'organization',
    'organizationId',
    'organization:read',
    (t) => ({ organizationId: t.organizationId }),
    'nodes { sequence }',
  ),
  evaluate: reading(
    'environment',
    'environmentId',
    'flag:evaluate',
    (t) => ({ environmentId: t.environmentId, contexts: [{ targetingKey: 'ada' }] }),
    'revision',
  ),
  snapshot: reading('environment', 'environmentId', 'flag:evaluate', (t) => ({ environmentId: t.environmentId }), 'revision'),
  flagChanges: reading(
    'environment',
    'environmentId',
    'flag:evaluate',
    (t) => ({ environmentId: t.environmentId, since: { epoch: 'another', revision: 0 } }),
    'revision',
  ),
  segmentsFor: reading(
    'environment',
    'environmentId',
    'flag:evaluate',
    (t) => ({ environmentId: t.environmentId, context: { targetingKey: 'ada' } }),
    'key',
  ),
  updateOrganization: of(
    'organization',
    'organizationId',
    'organization:read',
    (t) => ({ organizationId: t.organizationId, ...STALE, name: '' }),
    'STALE_VERSION',
  ),
  deleteOrganization: of(
    'organization',
    'organizationId',
    'organization:read',
    (t) => ({ organizationId: t.organizationId, ...STALE, confirmKey: '' }),
    'STALE_VERSION',
  ),
  inviteMember: of(
    'organization',
    'organizationId',
    'organization:read',
    (t) => ({ organizationId: t.organizationId, email: '', role: 'VIEWER' }),
    'BLANK',
  ),
  withdrawInvitation: {
    ...of('organization', 'invitationId', 'member:invite', (t) => ({ invitationId: t.invitationId }), null),
    writes: true,
  },
  setMemberRole: of(
    'organization',
    'organizationId',
    'organization:read',
    (t) => ({ organizationId: t.organizationId, userId: 'user_none', role: 'VIEWER' }),
    'NOT_FOUND',
  ),
  removeMember: of(
    'organization',
    'organizationId',
    'organization:read',
    (t) => ({ organizationId: t.organizationId, userId: 'user_none' }),
    'NOT_FOUND',
  ),
  eraseContextData: of(
    'organization',
    'organizationId',
    'organization:read',
    (t) => ({ organizationId: t.organizationId, targetingKey: '' }),
    'BLANK',
  ),
  createProject: of(
    'organization',
    'organizationId',
    'organization:read',
    (t) => ({ organizationId: t.organizationId, key: '', name: '' }),
    'BLANK',
  ),
  updateProject: of(
    'project',
    'projectId',
    'project:read',
    (t) => ({ projectId: t.projectId, ...STALE, name: '' }),
    'STALE_VERSION',
  ),
  deleteProject: of(
    'project',
    'projectId',
    'project:read',
    (t) => ({ projectId: t.projectId, ...STALE, confirmKey: '' }),
    'STALE_VERSION',
  ),
  createEnvironment: of('project', 'projectId', 'project:read', (t) => ({ projectId: t.projectId, key: '', name: '' }), 'BLANK'),
  updateEnvironment: of(
    'environment',
    'environmentId',
    'environment:read',
    (t) => ({ environmentId: t.environmentId, ...STALE, name: '' }),
    'STALE_VERSION',
  ),
  deleteEnvironment: of(
    'environment',
    'environmentId',
    'environment:read',
    (t) => ({ environmentId: t.environmentId, ...STALE, confirmKey: '' }),
    'STALE_VERSION',
  ),
  report: of(
    'environment',
    'environmentId',
    'flag:evaluate',
    (t) => ({ environmentId: t.environmentId, instanceId: '', sdk: 'test', batch: 1 }),
    'INVALID',
  ),
  createFlag: of(
    'project',
    'projectId',
    'project:read',
    (t) => ({ projectId: t.projectId, key: '', name: '', valueType: 'BOOLEAN' }),
    'BLANK',
  ),
  updateFlag: of('project', 'flagId', 'project:read', (t) => ({ flagId: t.flagId, ...STALE, name: '' }), 'STALE_VERSION'),
  archiveFlag: of('project', 'flagId', 'project:read', (t) => ({ flagId: t.flagId, ...STALE }), 'STALE_VERSION'),
  restoreFlag: of('project', 'flagId', 'project:read', (t) => ({ flagId: t.flagId, ...STALE }), 'STALE_VERSION'),
  deleteFlag: of('project', 'flagId', 'project:read', (t) => ({ flagId: t.flagId, ...STALE }), 'STALE_VERSION'),
  toggleFlag: of('environment', 'flagId', 'project:read', (t) => ({ ...inFlag(t), isEnabled: true }), null, 'project'),
  setFlagConfiguration: of(
    'environment',
    'flagId',
    'project:read',
    (t) => ({ ...inFlag(t), ...STALE, isEnabled: true, offVariation: 'off', fallthrough: { variation: 'on' } }),
    'STALE_VERSION',
    'project',
  ),
  addRule: ofEdit({ rule: { conditions: [], serve: { variation: 'on' } } }),
  updateRule: ofEdit({ ruleId: 'members', name: 'New' }),
  removeRule: ofEdit({ ruleId: 'members' }),
  moveRules: ofEdit({ ruleIds: ['members'] }),
  setTargets: ofEdit({ variation: 'on', targetingKeys: ['ada'] }),
  addTargets: ofEdit({ variation: 'on', targetingKeys: ['ada'] }),
  removeTargets: ofEdit({ targetingKeys: ['ada'] }),
  setRollout: ofEdit({ whenMissing: 'on', shares: [{ variation: 'on', weight: 100_000 }] }),
  setPrerequisite: ofEdit({ flagKey: 'none', variation: 'on' }),
  removePrerequisite: ofEdit({ flagKey: 'none' }),
  copyFlagConfiguration: of(
    'environment',
    'flagId',
    'project:read',
    (t) => ({ ...inFlag(t), fromEnvironmentId: t.environmentId, ...STALE }),
    'STALE_VERSION',
    'project',
  ),
  rollBackFlagConfiguration: of(
    'environment',
    'flagId',
    'project:read',
    (t) => ({ ...inFlag(t), ...STALE, toVersion: 1 }),
    'STALE_VERSION',
    'project',
  ),
  applyChangeSet: of(
    'environment',
    'projectId',
    'project:read',
    (t) => ({ projectId: t.projectId, changes: [{ toggleFlag: { ...inFlag(t), isEnabled: true } }] }),
    null,
    'project',
  ),
  createSegment: of('project', 'projectId', 'project:read', (t) => ({ projectId: t.projectId, key: '', name: '' }), 'BLANK'),
  updateSegment: of(
    'project',
    'segmentId',
    'project:read',
    (t) => ({ segmentId: t.segmentId, ...STALE, name: '' }),
    'STALE_VERSION',
  ),
  deleteSegment: of('project', 'segmentId', 'project:read', (t) => ({ segmentId: t.segmentId, ...STALE }), 'STALE_VERSION'),
  addSegmentKeys: of(
    'project',
    'segmentId',
    'project:read',
    (t) => ({ segmentId: t.segmentId, list: 'INCLUDED', keys: [] }),
    'OUT_OF_RANGE',
  ),
  removeSegmentKeys: of('project', 'segmentId', 'project:read', (t) => ({ segmentId: t.segmentId, keys: [] }), 'OUT_OF_RANGE'),
  createApiKey: of(
    'environment',
    'environmentId',
    'environment:read',
    (t) => ({ environmentId: t.environmentId, kind: 'SERVER', name: '' }),
    'BLANK',
  ),
  updateApiKey: of('environment', 'apiKeyId', 'key:read', (t) => ({ apiKeyId: t.apiKeyId, name: '' }), 'EXPIRED'),
  rotateApiKey: of('environment', 'apiKeyId', 'key:read', (t) => ({ apiKeyId: t.apiKeyId, graceSeconds: -1 }), 'EXPIRED'),
  revokeApiKey: of('environment', 'apiKeyId', 'key:read', (t) => ({ apiKeyId: t.apiKeyId }), null),
};

/** Root fields without a permission, and their arguments. */
const OTHER_ROOTS: Readonly<Record<string, string>> = {
  viewer: '{ viewer { roles { role } } }',
  server: '{ server { version } }',
  node: '{ node(id: "nothing") { id } }',
  organizations: '{ organizations { totalCount } }',
  invitationOffer: '{ invitationOffer(token: "x") { email } }',
  createOrganization: 'mutation { createOrganization(input: { key: "", name: "" }) { userErrors { code } } }',
  createFirstOwner:
    'mutation { createFirstOwner(input: { setUpToken: "x", email: "a@b.c", password: "x", name: "x" }) { userErrors { code } } }',
  logIn: 'mutation { logIn(input: { email: "nobody@example.com", password: "x" }) { userErrors { code } } }',
  acceptInvitation: 'mutation { acceptInvitation(input: { token: "x" }) { userErrors { code } } }',
  refreshSession: 'mutation { refreshSession(input: { refreshToken: "x" }) { userErrors { code } } }',
  resetPassword: 'mutation { resetPassword(input: { token: "x", newPassword: "x" }) { userErrors { code } } }',
  requestPasswordReset: 'mutation { requestPasswordReset(input: { email: "nobody@example.com" }) { userErrors { code } } }',
  changePassword: 'mutation { changePassword(input: { currentPassword: "wrong", newPassword: "x" }) { userErrors { code } } }',
  updateViewer: 'mutation { updateViewer(input: { name: "" }) { userErrors { code } } }',
  endSession: 'mutation { endSession(input: { sessionId: "x" }) { userErrors { code } } }',
  logOut: 'mutation { logOut(input: {}) { userErrors { code } } }',
};
/** Mutations that end the test's own session; only refusals are tested. */
const ENDS_SESSION = ['logOut'];

let world: World;
let target: Target;
let callers: Caller[];
/** Heads that were notified since the set-up. */
const notified: string[] = [];

beforeAll(async () => {
  world = await createWorld();
  ({ target, callers } = await populate(world));
  const { options } = world.app.database as unknown as { options: { onCommit: (heads: ReadonlySet<string>) => void } };
  const { onCommit } = options;
  options.onCommit = (heads) => {
    notified.push(...heads);
    onCommit(heads);
  };
}, 120_000);
afterAll(() => world.close());

describe('the declarations', () => {
  it('are complete: the server does not start when a field declares nothing', () => {
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('__')) continue;
      for (const field of Object.values(type.getFields())) {
        if (!mustDeclare(schema, type, field)) continue;
        expect([`${type.name}.${field.name}`, declarationOf(schema, field, type.name)]).not.toContain(null);
      }
    }
  });

  it('have a line in the tables of this test for each root field', () => {
    const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((type) => Object.keys(type!.getFields()));
    const known = [...Object.keys(ROOT_CALLS), ...Object.keys(OTHER_ROOTS)];
    expect(roots.toSorted()).toEqual(known.toSorted());
  });
});

it.each(Object.keys(ROOT_CALLS))('answers %s to everybody as declared, and writes nothing', async (name) => {
  const call = ROOT_CALLS[name]!;
  const permission = permissionOf(name);
  const before = await databaseContents();
  const answers: Record<string, string> = {};
  const expected: Record<string, string> = {};

  for (const caller of callers) {
    if (call.writes && holds(caller, permission, resolveScope(call.level))) continue;
    const answer = await ask(caller.credential, documentOf(name, call.selection), call.variables(target));
    answers[caller.name] = outcomeOf(name, answer);
    expected[caller.name] = expectedOutcome(caller, permission, call);
    if (answers[caller.name] !== 'hidden') continue;
    const missing = { ...target, [call.names]: MISSING[call.names] };
    const ofMissing = await ask(caller.credential, documentOf(name, call.selection), call.variables(missing));
    expect(withoutId(ofMissing, MISSING[call.names]!)).toEqual(withoutId(answer, target[call.names]));
  }

  expect(answers).toEqual(expected);
  expect(await databaseContents()).toEqual(before);
});

it.each(['flagChanged', 'evaluationsChanged'])('subscribes everybody to %s as declared', async (name) => {
  const permission = permissionOf(name);
  const answers: Record<string, string> = {};
  const expected: Record<string, string> = {};

  for (const caller of callers) {
    answers[caller.name] = await subscribe(caller, name);
    const place = resolveScope('environment');
    if (caller.isDead) expected[caller.name] = '4403';
    else if (caller.credential === undefined) expected[caller.name] = 'UNAUTHENTICATED';
    else if (holds(caller, permission, place)) expected[caller.name] = 'served';
    else if (isBeyondKey(caller, permission)) expected[caller.name] = 'FORBIDDEN';
    else expected[caller.name] = holds(caller, 'flag:evaluate', place) ? 'FORBIDDEN' : 'NOT_FOUND';
  }

  expect(answers).toEqual(expected);
});

it.each(Object.keys(OTHER_ROOTS))('lets %s be asked by whom it is declared for', async (name) => {
  const { kind } = declaration(name);
  const before = await databaseContents();
  for (const caller of callers) {
    if (ENDS_SESSION.includes(name) && caller.credential !== undefined && !caller.isDead) continue;
    const codes = ((await ask(caller.credential, OTHER_ROOTS[name]!, {})).errors ?? []).map(({ extensions }) => extensions.code);
    const isRefused = caller.isDead === true || (caller.credential === undefined && kind === 'AUTHENTICATED');
    expect([caller.name, codes.includes('UNAUTHENTICATED')]).toEqual([caller.name, isRefused]);
  }
  expect(await databaseContents()).toEqual(before);
});

/** The path to an object of each type; the fields on the way check the permission to reach it. */
const WAYS: Readonly<Record<string, (t: Target) => readonly [string, string]>> = {
  Organization: (t) => [`organization(id: "${t.organizationId}")`, ''],
  Project: (t) => [`project(id: "${t.projectId}")`, ''],
  Environment: (t) => [`environment(id: "${t.environmentId}")`, ''],
  Flag: (t) => [`flag(id: "${t.flagId}")`, ''],
  FlagConfiguration: (t) => [`node(id: "${t.flagId}_${t.environmentId.split('_')[1]}")`, 'FlagConfiguration'],
  Segment: (t) => [`segment(id: "${t.segmentId}")`, ''],
  ApiKey: (t) => [`node(id: "${t.apiKeyId}")`, 'ApiKey'],
  Invitation: (t) => [`node(id: "${t.invitationId}")`, 'Invitation'],
  Change: (t) => [`node(id: "${t.changeId}")`, 'Change'],
};
const LEVEL_OF: Readonly<Record<string, Level>> = {
  Organization: 'organization',
  Project: 'project',
  Environment: 'environment',
  Flag: 'project',
  FlagConfiguration: 'environment',
  Segment: 'project',
  ApiKey: 'environment',
  Invitation: 'organization',
  Change: 'project',
};
/** The level of a field's value, when it differs from that of its parent. */
const VALUE_LEVEL: Readonly<Record<string, Level>> = {
  'Environment.project': 'project',
  'Project.organization': 'organization',
  'FlagConfiguration.flag': 'project',
  'Flag.configuration': 'environment',
  'ApiKey.environment': 'environment',
};
const ARGUMENTS: Readonly<Record<string, (t: Target) => string>> = {
  'Flag.configuration': (t) => `(environmentId: "${t.environmentId}")`,
  'Project.attributeUses': () => '(attribute: "plan")',
  'Segment.keys': () => '(list: INCLUDED)',
};

it('leads from every object only to objects that the caller may see', async () => {
  const checked: string[] = [];
  for (const [typeName, way] of Object.entries(WAYS)) {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(typeName);
    for (const field of Object.values(type.getFields())) {
      const declared = declarationOf(schema, field, typeName);
      if (declared?.kind !== 'PERMISSION') continue;
      const name = `${typeName}.${field.name}`;
      const [root, on] = way(target);
      const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
      const inner = `${field.name}${ARGUMENTS[name]?.(target) ?? ''}${selection}`;
      const document = `{ parent: ${root} { ${on === '' ? inner : `... on ${on} { ${inner} }`} } }`;
      const isList = String(field.type).startsWith('[') || String(field.type).includes('Connection');
      const place = resolveScope(VALUE_LEVEL[name] ?? LEVEL_OF[typeName]!);
      for (const caller of callers) {
        const answer = await ask(caller.credential, document, {});
        const parent = answer.data?.parent as Record<string, unknown> | null | undefined;
        const codes = (answer.errors ?? []).map(({ extensions }) => extensions.code);
        // A hidden parent shows nothing; an error that propagates from a non-null field is no answer, either.
        if (parent === null || parent === undefined) {
          if (codes.length > 0)
            expect([name, caller.name, codes]).toEqual([
              name,
              caller.name,
              [expect.stringMatching(/^(FORBIDDEN|UNAUTHENTICATED)$/)],
            ]);
          continue;
        }
        const value = parent[field.name];
        const isAllowed =
          holds(caller, declared.permission, place) || (isList && holdsWithin(caller, declared.permission, place));
        const shows = Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined;
        if (!isAllowed) expect([name, caller.name, shows]).toEqual([name, caller.name, false]);
        else expect([name, caller.name, codes]).toEqual([name, caller.name, []]);
      }
      checked.push(name);
    }
  }
  expect(checked.length).toBeGreaterThan(30);
});

it('lists only environments that the caller may see', async () => {
  const document = `query ($id: ID!) { flag(id: $id) {
    project { environments { id } } configurations { environment { id } } } }`;
  for (const caller of callers) {
    const { data } = await ask(caller.credential, document, { id: target.flagId });
    type Shown = { project: { environments: { id: string }[] }; configurations: { environment: { id: string } }[] } | null;
    const flag = (data?.flag ?? null) as Shown;
    const { organizationId, projectId } = target;
    const visible = [target.environmentId, target.otherEnvironmentId].filter((environmentId) =>
      holds(caller, 'environment:read', { organizationId, projectId, environmentId }),
    );
    if (flag === null) continue;
    expect([caller.name, flag.project.environments.map(({ id }) => id)]).toEqual([caller.name, visible]);
    expect([caller.name, flag.configurations.map(({ environment }) => environment.id)]).toEqual([caller.name, visible]);
  }
});

function holdsWithin(caller: Caller, permission: Permission, place: Scope): boolean {
  return caller.bindings.some(
    ({ role, organizationId, projectId }) =>
      organizationId === place.organizationId &&
      ROLE_PERMISSIONS[role].has(permission) &&
      (!place.projectId || projectId === place.projectId),
  );
}

/** Whether the caller is a key whose kind never has the permission, or of another environment, if the permission is of one. */
function isBeyondKey({ keyPermissions, keyEnvironmentId }: Caller, permission: Permission): boolean {
  if (!keyPermissions) return false;
  return !keyPermissions.includes(permission) || keyEnvironmentId !== target.environmentId;
}

function expectedOutcome(caller: Caller, permission: Permission, call: RootCall): string {
  if (caller.isDead || caller.credential === undefined) return 'UNAUTHENTICATED';
  if (isBeyondKey(caller, permission)) return 'FORBIDDEN';
  if (holds(caller, permission, resolveScope(call.level)))
    return call.refusedWith === undefined ? 'shown' : `allowed ${call.refusedWith}`;
  return holds(caller, call.toSee, resolveScope(call.seenAt ?? call.level)) ? 'FORBIDDEN' : 'hidden';
}

function outcomeOf(name: string, { data, errors }: Answer): string {
  if (errors) return errors.map(({ extensions }) => extensions.code).join(' ');
  const value = data?.[name];
  const problems = (value as { userErrors?: { code: string; path: string[] | null }[] } | null)?.userErrors;
  if (!problems) return value === null ? 'hidden' : 'shown';
  const [first] = problems;
  if (!first) return 'allowed null';
  // A hidden target is answered as not found; an allowed call may name another object that does not exist.
  const isAboutTarget = first.code === 'NOT_FOUND' && first.path?.at(-1) !== 'userId';
  return isAboutTarget ? 'hidden' : `allowed ${first.code}`;
}

function resolveScope(level: Level): Scope {
  const { organizationId, projectId, environmentId } = target;
  if (level === 'organization') return { organizationId };
  return level === 'project' ? { organizationId, projectId } : { organizationId, projectId, environmentId };
}

function declaration(rootField: string): NonNullable<ReturnType<typeof declarationOf>> {
  for (const type of [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!]) {
    const field = type.getFields()[rootField];
    if (field) return declarationOf(schema, field, type.name)!;
  }
  throw new Error(rootField);
}

function permissionOf(rootField: string): Permission {
  const declared = declaration(rootField);
  if (declared.kind !== 'PERMISSION') throw new Error(`${rootField} declares no permission.`);
  return declared.permission;
}

function documentOf(name: string, selection: string): string {
  const isMutation = name in schema.getMutationType()!.getFields();
  const field = (isMutation ? schema.getMutationType() : schema.getQueryType())!.getFields()[name]!;
  const used = field.args.filter((argument) => ROOT_CALLS[name]!.variables(target)[argument.name] !== undefined);
  const declared = used.map((argument) => `$${argument.name}: ${String(argument.type)}`).join(', ');
  const passed = used.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  return `${isMutation ? 'mutation' : 'query'} (${declared}) { ${name}(${passed}) { ${selection} } }`;
}

async function ask(credential: string | undefined, query: string, variables: Record<string, unknown>): Promise<Answer> {
  const response = await fetch(world.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization(credential) },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

async function subscribe(caller: Caller, name: string): Promise<string> {
  const query =
    name === 'flagChanged'
      ? `subscription ($id: ID!) { flagChanged(environmentId: $id, since: { epoch: "none", revision: 0 }) { kind } }`
      : `subscription ($id: ID!) { evaluationsChanged(environmentId: $id, context: { targetingKey: "ada" }) { revision } }`;
  const socket = world.socket(caller.credential);
  return new Promise((resolve) => {
    const stop = socket.subscribe(
      { query, variables: { id: target.environmentId } },
      {
        next: ({ errors }) => {
          resolve(errors ? String(errors[0]!.extensions!.code) : 'served');
          stop();
        },
        error: (error) => {
          const [first] = Array.isArray(error) ? (error as { extensions: { code: string } }[]) : [];
          resolve(first ? first.extensions.code : String((error as { code?: number }).code));
        },
        complete: () => resolve('completed'),
      },
    );
  });
}

/** Everything that a write would change: the number of rows in each table of the domain, and all heads. */
async function databaseContents(): Promise<unknown> {
  const { connection } = world.app.database;
  const tables = ['organization', 'project', 'environment', 'flag', 'flag_configuration', 'segment', 'segment_key'];
  tables.push('api_key', 'role_binding', 'invitation', 'app_user', 'change', 'change_body', 'environment_revision');
  const counts = tables.map((table) => `SELECT '${table}' AS name, count(*)::text AS value FROM "${table}"`);
  expect(notified).toEqual([]);
  const heads = ['environment_head', 'access_head', 'audit_head'].map(
    (table) => `SELECT '${table}', coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') FROM "${table}" t`,
  );
  return connection.query([...counts, ...heads].join(' UNION ALL '));
}

function withoutId({ data, errors }: Answer, id: string): unknown {
  return JSON.parse(JSON.stringify({ data, messages: errors?.map(({ message }) => message) }).replaceAll(id, 'ID')) as unknown;
}

async function populate(own: World): Promise<{ target: Target; callers: Caller[] }> {
  const project = await makeProject(own);
  const { organizationId, id: projectId, client: owner } = project;
  const environment = await makeEnvironment(project);
  const other = await makeEnvironment(project);
  const flag = await makeFlag(project, { isClientAvailable: true });
  const segment = await makeSegment(project, { included: ['ada'] });
  await configure(project, flag, environment, { rules: [forSegment(segment.key)], isEnabled: true });

  const key = await make<{ apiKey: { id: string } }>(
    owner,
    'createApiKey',
    { environmentId: environment.id, kind: 'SERVER', name: 'Target' },
    'apiKey { id }',
  );
  await make(owner, 'revokeApiKey', { apiKeyId: key.apiKey.id }, 'apiKey { id }');
  const invited = await make<{ invitation: { id: string } }>(
    owner,
    'inviteMember',
    { organizationId, email: uniqueEmail('invited'), role: 'VIEWER' },
    'invitation { id }',
  );

  const places: Record<Level, Scope> = {
    organization: { organizationId },
    project: { organizationId, projectId },
    environment: { organizationId, projectId, environmentId: environment.id },
  };
  const people: Caller[] = [];
  for (const [level, place] of Object.entries(places)) {
    for (const role of ['OWNER', 'ADMIN', 'EDITOR', 'VIEWER'] as const) {
      if (role === 'OWNER' && level !== 'organization') continue;
      people.push(await person(`${role} of the ${level}`, role, place));
    }
  }
  people.push(await person('ADMIN of another environment', 'ADMIN', { ...places.project, environmentId: other.id }));
  const roleKeys: Caller[] = [];
  for (const [role, level] of [
    ['ADMIN', 'organization'],
    ['EDITOR', 'project'],
    ['VIEWER', 'environment'],
  ] as const) {
    const input = { kind: 'ADMIN', name: 'Automation', role, ...places[level] };
    const { secret } = await make<{ secret: string }>(owner, 'createApiKey', input, 'secret');
    const binding = { role, ...places[level] };
    roleKeys.push({ name: `ADMIN key with ${role} on the ${level}`, credential: secret, isUser: false, bindings: [binding] });
  }
  const kinds = {
    SERVER: ['flag:evaluate', 'snapshot:read', 'client:report'],
    CLIENT: ['flag:evaluate', 'client:report'],
    MOBILE: ['flag:evaluate', 'client:report'],
  } as const;
  const keys: Caller[] = [];
  for (const [kind, keyPermissions] of Object.entries(kinds)) {
    const credential = await makeApiKey(project, environment, kind);
    const plain = { isUser: false, bindings: [], keyPermissions };
    keys.push({ name: `${kind} key`, credential, ...plain, keyEnvironmentId: environment.id });
    const elsewhere = await makeApiKey(project, other, kind);
    keys.push({ name: `${kind} key of another environment`, credential: elsewhere, ...plain, keyEnvironmentId: other.id });
  }
  const outsider = await makeOutsider(own);
  const elsewhere = await makeProject(own);
  const foreignOwner = await person('OWNER of another organization', 'OWNER', { organizationId: elsewhere.organizationId });
  const dead = { isDead: true, isUser: false, bindings: [] };
  const callersMade: Caller[] = [
    { name: 'anonymous', credential: undefined, isUser: false, bindings: [] },
    { name: 'VIEWER of another organization', credential: credentialOf(outsider), isUser: true, bindings: [] },
    foreignOwner,
    ...people,
    ...roleKeys,
    ...keys,
    { name: 'a revoked key', credential: await revokedKey(), ...dead },
    { name: 'an expired key', credential: await expiredKey(), ...dead },
    { name: 'a key that never was', credential: 'fs_server_000000000000000000000000000000000000', ...dead },
    { name: 'a token of a session that has ended', credential: await endedSession(), ...dead },
  ];
  const {
    organization,
    viewer,
    flag: flagNow,
  } = await owner.request<{
    organization: { key: string };
    viewer: { user: { id: string } };
    flag: { history: { nodes: { id: string }[] } };
  }>(
    `query ($o: ID!, $f: ID!) { organization(id: $o) { key } viewer { user { id } } flag(id: $f) { history { nodes { id } } } }`,
    { o: organizationId, f: flag.id },
  );
  return {
    callers: callersMade,
    target: {
      organizationId,
      projectId,
      environmentId: environment.id,
      otherEnvironmentId: other.id,
      projectKey: project.key,
      environmentKey: environment.key,
      flagId: flag.id,
      flagKey: flag.key,
      segmentKey: segment.key,
      segmentId: segment.id,
      apiKeyId: key.apiKey.id,
      invitationId: invited.invitation.id,
      changeId: flagNow.history.nodes[0]!.id,
      ownerId: viewer.user.id,
      organizationKey: organization.key,
    },
  };

  async function person(name: string, role: Role, place: Scope): Promise<Caller> {
    const member = await makeMember(own, role, place as { organizationId: string });
    return { name, credential: credentialOf(member), isUser: true, bindings: [{ role, ...place }] };
  }

  async function revokedKey(): Promise<string> {
    const made = await make<{ apiKey: { id: string }; secret: string }>(
      owner,
      'createApiKey',
      { environmentId: environment.id, kind: 'SERVER', name: 'Revoked' },
      'apiKey { id } secret',
    );
    await make(owner, 'revokeApiKey', { apiKeyId: made.apiKey.id }, 'apiKey { id }');
    return made.secret;
  }

  async function expiredKey(): Promise<string> {
    const input = { environmentId: environment.id, kind: 'SERVER', name: 'Expired' };
    const made = await make<{ apiKey: { id: string }; secret: string }>(owner, 'createApiKey', input, 'apiKey { id } secret');
    await own.app.database.connection.query("UPDATE api_key SET expires_at = now() - interval '1 second' WHERE id = $1", [
      made.apiKey.id,
    ]);
    return made.secret;
  }

  async function endedSession(): Promise<string> {
    const { email } = await makeMember(own, 'ADMIN', { organizationId });
    const session = await make<{ accessToken: string }>(own.client(), 'logIn', { email, password: PASSWORD }, 'accessToken');
    await make(own.client(session.accessToken), 'logOut', {}, 'endedSessionCount');
    return session.accessToken;
  }
}

/** A person's client keeps its credential in its header. */
function credentialOf({ client }: { readonly client: { readonly requestConfig: { readonly headers?: unknown } } }): string {
  const { authorization: header } = client.requestConfig.headers as { authorization: string };
  return header.replace('Bearer ', '');
}
