/** Builders: each makes one thing through the API, with a key of its own, and answers what a test needs of it. */
import { randomBytes } from 'node:crypto';
import type { GraphQLClient } from 'graphql-request';
import type { World } from './world';

export interface Made {
  readonly id: string;
  readonly key: string;
}

export interface MadeProject extends Made {
  readonly organizationId: string;
  /** Client of the owner of everything. */
  readonly client: GraphQLClient;
}

export const uniqueKey = (noun: string): string => `${noun}-${randomBytes(5).toString('hex')}`;

export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[] | null;
}

/** Runs a mutation of the form `name(input: NameInput!)` and answers its whole payload. */
export async function mutate<Payload>(
  client: GraphQLClient,
  name: string,
  input: object,
  selection: string,
): Promise<Payload & { readonly userErrors: readonly UserError[] }> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code message path } } }`;
  const data = await client.request<Record<string, Payload & { userErrors: UserError[] }>>(document, { input });
  return data[name]!;
}

/** The same, for set-up: fails when there are user errors. */
export async function make<Payload>(client: GraphQLClient, name: string, input: object, selection: string): Promise<Payload> {
  const payload = await mutate<Payload>(client, name, input, selection);
  if (payload.userErrors.length > 0) throw new Error(`${name}: ${JSON.stringify(payload.userErrors)}`);
  return payload;
}

export async function makeOrganization(world: World): Promise<Made> {
  const key = uniqueKey('organization');
  const client = world.client(world.owner.accessToken);
  return (await make<{ organization: Made }>(client, 'createOrganization', { key, name: 'Acme' }, 'organization { id key }'))
    .organization;
}

export async function makeProject(world: World): Promise<MadeProject> {
  const organization = await makeOrganization(world);
  const client = world.client(world.owner.accessToken);
  const input = { organizationId: organization.id, key: uniqueKey('project'), name: 'Shop' };
  const { project } = await make<{ project: Made }>(client, 'createProject', input, 'project { id key }');
  return { ...project, organizationId: organization.id, client };
}

export async function makeEnvironment(project: MadeProject, key = uniqueKey('environment')): Promise<Made> {
  const input = { projectId: project.id, key, name: 'Environment' };
  return (await make<{ environment: Made }>(project.client, 'createEnvironment', input, 'environment { id key }')).environment;
}

/** A BOOLEAN flag with the variations `on` and `off`, unless the input says otherwise. */
export async function makeFlag(project: MadeProject, input: object = {}): Promise<Made> {
  const whole = { projectId: project.id, key: uniqueKey('flag'), name: 'Flag', valueType: 'BOOLEAN', ...input };
  return (await make<{ flag: Made }>(project.client, 'createFlag', whole, 'flag { id key }')).flag;
}

/** The secret of a new key. */
export async function makeApiKey(project: MadeProject, environment: Made, kind = 'SERVER'): Promise<string> {
  const input = { environmentId: environment.id, kind, name: `A ${kind} key` };
  return (await make<{ secret: string }>(project.client, 'createApiKey', input, 'secret')).secret;
}

export async function toggle(
  project: MadeProject,
  flag: Made,
  environment: Made,
  isEnabled: boolean,
): Promise<{ revision: number; epoch: string }> {
  const input = { flagId: flag.id, environmentId: environment.id, isEnabled };
  const payload = await make<{ revisions: { revision: number; epoch: string }[] }>(
    project.client,
    'toggleFlag',
    input,
    'revisions { revision epoch }',
  );
  return payload.revisions[0]!;
}

/** Waits until the condition holds; fails after thirty seconds. For what another process or a poll brings about. */
export async function eventually<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  const end = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error('It did not come about within 30 s.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function makeSegment(project: MadeProject, input: object = {}): Promise<Made> {
  const whole = { projectId: project.id, key: uniqueKey('segment'), name: 'Segment', ...input };
  return (await make<{ segment: Made }>(project.client, 'createSegment', whole, 'segment { id key }')).segment;
}

/** A whole input of `setFlagConfiguration`: on, everybody gets `on`, nothing else, unless the patch says otherwise. */
export function targeting(flag: Made, environment: Made, patch: object = {}): object {
  const place = { flagId: flag.id, environmentId: environment.id, expectedVersion: 0 };
  const lists = { prerequisites: [], targets: [], rules: [] };
  return { ...place, ...lists, isEnabled: true, offVariation: 'off', fallthrough: { variation: 'on' }, ...patch };
}

/** Sets it; answers the new version. */
export async function configure(project: MadeProject, flag: Made, environment: Made, patch: object = {}): Promise<number> {
  const payload = await make<{ configuration: { version: number } }>(
    project.client,
    'setFlagConfiguration',
    targeting(flag, environment, patch),
    'configuration { version }',
  );
  return payload.configuration.version;
}

/** A rule that serves `on` to the members of a segment. */
export const forSegment = (key: string, patch: object = {}): object => ({
  id: 'members',
  conditions: [{ segment: { operator: 'IN_SEGMENT', segments: [key] } }],
  serve: { variation: 'on' },
  ...patch,
});

/** The variation that the flag serves to a context, and why: `on RULE_MATCH`. Waits for the environment's newest revision. */
export async function decide(
  project: MadeProject,
  environment: Made,
  flag: Made,
  context: object = { targetingKey: 'ada' },
): Promise<string> {
  const { environment: head } = await project.client.request<{ environment: { epoch: string; revision: number } }>(
    'query ($id: ID!) { environment(id: $id) { epoch revision } }',
    { id: environment.id },
  );
  const { evaluate } = await project.client.request<{
    evaluate: { results: [{ evaluations: [{ variation: string | null; reason: string }] }] };
  }>(
    `query ($id: ID!, $context: EvaluationContextInput!, $flagKeys: [String!], $minRevision: RevisionInput) {
      evaluate(environmentId: $id, contexts: [$context], flagKeys: $flagKeys, minRevision: $minRevision) {
        results { evaluations { variation reason } }
      }
    }`,
    { id: environment.id, context, flagKeys: [flag.key], minRevision: head },
  );
  const [{ variation, reason }] = evaluate.results[0].evaluations;
  return `${variation} ${reason}`;
}

/**
 * Copies the rows of a table that `where` names, once for each number `i` of the range, with other values in some columns,
 * given as SQL: what would take thousands of requests. Such rows have no history of their own.
 */
export async function cloneRows(
  world: World,
  table: string,
  [from, to]: readonly [number, number],
  { where, set }: { readonly where: string; readonly set: Readonly<Record<string, string>> },
): Promise<void> {
  const columns = Object.entries(set).map(([column, value]) => `'${column}', ${value}`);
  await world.app.database.connection.query(
    `INSERT INTO "${table}" SELECT (jsonb_populate_record(t, jsonb_build_object(${columns.join(', ')}))).*
     FROM "${table}" t, generate_series(${from}, ${to}) i WHERE ${where}`,
  );
}
