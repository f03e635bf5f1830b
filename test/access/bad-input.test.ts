/**
 * Sends every text and id argument of the mutations about access and audit, found by walking the schema, what no honest
 * client would send. Each is answered with a code of the catalogue and the path; nothing is written, and nothing fails
 * inside.
 */
import { getNamedType, isEnumType, isInputObjectType, isListType, isNonNullType, type GraphQLInputType } from 'graphql';
import { join } from 'node:path';
import { createSchema } from '../../src/schema';
import { REQUEST_ERROR_CODES, USER_ERROR_CODES } from '../../src/errors';
import { PACKAGE_ROOT } from '../../src/package-root';
import { makeEnvironment, makeProject, type Made, type MadeProject } from '../support/make';
import { uniqueEmail } from '../support/members';
import { JSON_HEADERS, send } from '../support/raw';
import { authorization, createWorld, type World } from '../support/world';

const schema = createSchema(join(PACKAGE_ROOT, 'schema'));
/** Mutations of sessions, keys, members, organizations and the audit log, except those that end the test's own credential. */
const MUTATIONS = [
  ...['createFirstOwner', 'logIn', 'refreshSession', 'endSession', 'changePassword', 'requestPasswordReset', 'resetPassword'],
  ...['createApiKey', 'updateApiKey', 'rotateApiKey', 'revokeApiKey'],
  ...['inviteMember', 'withdrawInvitation', 'acceptInvitation', 'setMemberRole', 'removeMember'],
  ...['createOrganization', 'updateOrganization', 'deleteOrganization', 'eraseContextData', 'report'],
];

const HOSTILE: readonly (readonly [string, unknown])[] = [
  ['nothing', ''],
  ['blanks', ' \t\u3000'],
  ['200,000 characters', 'a'.repeat(200_000)],
  ['U+0000', 'a\u0000b'],
  ['a lone surrogate', 'a\ud800b'],
  ['full-width letters', 'ａｄｍｉｎ＠ｅｘａｍｐｌｅ．ｃｏｍ'],
  ['Cyrillic look-alikes', 'аdmin@ехаmple.com'],
  ['combining marks', `e${'\u0301'.repeat(300)}`],
  ['right-to-left marks', '\u202eadmin\u202c\u200f'],
  ['SQL', `'; DROP TABLE app_user; -- \\ %_ $1 "x"`],
  ['a regular expression', '^(a+)+$[\\p{L}]{1,99}|.*'],
  ['a name of a prototype', '__proto__'],
  ['a line break', 'a\r\nSet-Cookie: x=y'],
  ['a number', 5],
  ['an object', { a: 1 }],
  ['a list', [['a']]],
  ['null', null],
  ['true', true],
];

let world: World;
let project: MadeProject;
let environment: Made;
beforeAll(async () => {
  world = await createWorld();
  project = await makeProject(world);
  environment = await makeEnvironment(project);
});
afterAll(() => world.close());

interface Field {
  readonly name: string;
  readonly type: GraphQLInputType;
}

function fieldsOf(mutation: string): Field[] {
  const input = getNamedType(schema.getMutationType()!.getFields()[mutation]!.args[0]!.type);
  if (!isInputObjectType(input)) throw new Error(mutation);
  return Object.values(input.getFields()).map(({ name, type }) => ({ name, type }));
}

const takesText = ({ type }: Field): boolean => ['String', 'ID', 'DateTime'].includes(getNamedType(type).name);

/** A well-formed value for a field; ids name existing objects, so that only the bad field is at fault. */
function right({ name, type }: Field): unknown {
  if (name === 'organizationId') return project.organizationId;
  if (name === 'email') return uniqueEmail('bad-input');
  if (name === 'expectedVersion') return 999_999;
  if (isNonNullType(type)) return right({ name, type: type.ofType });
  if (isListType(type)) return [];
  if (isEnumType(type)) return name === 'kind' ? 'SERVER' : 'VIEWER';
  if (type.toString() === 'Int') return 60;
  if (type.toString() === 'Boolean') return false;
  return name.toLowerCase().includes('password') ? 'short' : 'unknown';
}

/** Another fault for mutations that would succeed when the bad field accepts any text, so that nothing is written. */
function otherFault(mutation: string, { name }: Field): Record<string, unknown> {
  if (mutation === 'createApiKey') return name === 'name' ? { expiresAt: '2000-01-01T00:00:00.000Z' } : { name: '' };
  if (mutation === 'createOrganization') return name === 'key' ? { name: '' } : { key: '' };
  if (mutation === 'inviteMember') return name === 'email' ? { projectId: 'unknown' } : { email: '' };
  return {};
}

/** Fields that accept any text, and where nothing is written when nothing names it. */
const MAY_BE_ANY_TEXT = ['eraseContextData targetingKey'];

/** The whole input but for the optional fields, with the bad value in one field. */
function inputWith(mutation: string, bad: Field, value: unknown): Record<string, unknown> {
  const required = fieldsOf(mutation).filter(({ type }) => isNonNullType(type));
  const input = Object.fromEntries(required.map((field) => [field.name, right(field)]));
  const more = mutation === 'createApiKey' ? { environmentId: environment.id } : {};
  const isList = isListType(bad.type) || (isNonNullType(bad.type) && isListType(bad.type.ofType));
  return { ...input, ...more, ...otherFault(mutation, bad), [bad.name]: isList && !Array.isArray(value) ? [value] : value };
}

async function databaseContents(): Promise<unknown> {
  const tables = ['organization', 'project', 'environment', 'api_key', 'role_binding', 'invitation', 'app_user', 'session'];
  tables.push('refresh_token', 'password_reset', 'change', 'change_body', 'environment_revision');
  const counts = tables.map((table) => `SELECT '${table}' AS name, count(*)::text AS value FROM "${table}"`);
  const heads = ['environment_head', 'access_head', 'audit_head'].map(
    (table) => `SELECT '${table}', coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') FROM "${table}" t`,
  );
  return world.app.database.connection.query([...counts, ...heads].join(' UNION ALL '));
}

interface Answer {
  readonly data?: Record<string, { readonly userErrors: readonly Problem[] } | null> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[] | null;
}

const cases = MUTATIONS.flatMap((mutation) =>
  fieldsOf(mutation)
    .filter(takesText)
    .map((field) => [mutation, field.name, field] as const),
);

it('covers every mutation of these files but logOut, which takes no text, and updateViewer, which takes almost any', () => {
  const all = Object.keys(schema.getMutationType()!.getFields());
  const others = /Project|Environment|Flag|Segment|ChangeSet|Rule|Target|Rollout|Prerequisite/;
  // test/api/server-and-viewer.test.ts has the texts that updateViewer refuses.
  const about = all.filter((name) => !others.test(name) && !['logOut', 'updateViewer'].includes(name));

  expect(about.toSorted()).toEqual(MUTATIONS.toSorted());
  expect(cases.length).toBeGreaterThan(40);
});

it.each(cases)('%s refuses bad input in %s with code and place, and writes nothing', async (mutation, name, field) => {
  const type = schema.getMutationType()!.getFields()[mutation]!.args[0]!.type.toString();
  const query = `mutation ($input: ${type}) { ${mutation}(input: $input) { userErrors { code message path } } }`;
  const before = await databaseContents();
  const codes: string[] = [];
  for (const [what, value] of HOSTILE) {
    const body = JSON.stringify({ query, variables: { input: inputWith(mutation, field, value) } });
    const { body: whole } = await send(world, { headers: { ...JSON_HEADERS, ...authorization(world.owner.accessToken) }, body });
    const { data, errors = [] } = whole as Answer;
    const problems = data?.[mutation]?.userErrors ?? [];
    for (const { code, path, message } of problems) {
      expect([what, USER_ERROR_CODES.includes(code as never), message !== '']).toEqual([what, true, true]);
      expect([what, path === null || path[0] === 'input']).toEqual([what, true]);
    }
    for (const { extensions } of errors)
      expect([what, REQUEST_ERROR_CODES.includes(extensions.code as never)]).toEqual([what, true]);
    codes.push(...errors.map(({ extensions }) => extensions.code));
    // Values that are not strings never reach the service.
    const isOfWrongType = (typeof value === 'object' && value !== null) || typeof value === 'boolean';
    if (isOfWrongType) expect([what, errors.map(({ extensions }) => extensions.code)]).toEqual([what, ['BAD_USER_INPUT']]);
    else if (!isOptionalNull(field, value) && !MAY_BE_ANY_TEXT.includes(`${mutation} ${name}`))
      expect([what, name, problems.length + errors.length > 0]).toEqual([what, name, true]);
  }

  expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
  expect(await databaseContents()).toEqual(before);
});

const isOptionalNull = ({ type }: Field, value: unknown): boolean => value === null && !isNonNullType(type);
