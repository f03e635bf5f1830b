/** The flags of the benchmark, made through the API as anybody would make them. */
import type { BenchFlag, BenchRule } from '../evaluation/workloads';
import { ROLLOUT_SHARES, SEGMENT_KEYS } from '../evaluation/workloads';

export interface Seeded {
  readonly projectId: string;
  readonly environmentIds: readonly string[];
  /** The secret of a SERVER key of the first environment. */
  readonly secret: string;
}

export type Ask = <Data>(query: string, variables?: object) => Promise<Data>;

export function askAt(url: string, credential?: string): Ask {
  return async <Data>(query: string, variables: object = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(credential ? { authorization: `Bearer ${credential}` } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    for (const payload of Object.values(data as Record<string, { userErrors?: unknown[] } | null>)) {
      if (payload?.userErrors?.length) throw new Error(JSON.stringify(payload.userErrors));
    }
    return data;
  };
}

export const OWNER = { email: 'owner@example.com', password: 'correct horse battery staple' };
let count = 0;

export async function logIn(url: string): Promise<string> {
  const { logIn: session } = await askAt(url)<{ logIn: { accessToken: string } }>(
    'mutation L($input: LogInInput!) { logIn(input: $input) { accessToken userErrors { message } } }',
    { input: OWNER },
  );
  return session.accessToken;
}

/** A project of its own with these flags, configured alike in all of its environments. */
export async function seed(ask: Ask, flags: readonly BenchFlag[], environments = 1): Promise<Seeded> {
  count += 1;
  const key = `bench-${process.pid}-${count}`;
  const made = async (mutation: string, input: object, selection: string): Promise<{ id: string; secret: string }> => {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
    const data = await ask<Record<string, Record<string, { id: string; secret: string }>>>(
      `mutation M($input: ${type}!) { ${mutation}(input: $input) { ${selection} userErrors { message path } } }`,
      { input },
    );
    const payload = data[mutation]!;
    return Object.values(payload)[0]!.id === undefined ? (payload as never) : Object.values(payload)[0]!;
  };
  const organization = await made('createOrganization', { key, name: key }, 'organization { id }');
  const project = await made('createProject', { organizationId: organization.id, key, name: key }, 'project { id }');
  await made(
    'createSegment',
    { projectId: project.id, key: 'members', name: 'Members', included: SEGMENT_KEYS },
    'segment { id }',
  );
  const environmentIds: string[] = [];
  for (let i = 0; i < environments; i++) {
    environmentIds.push(
      (await made('createEnvironment', { projectId: project.id, key: `e${i}`, name: `E${i}` }, 'environment { id }')).id,
    );
  }
  const ids: string[] = [];
  for (const flag of flags) ids.push((await made('createFlag', flagInput(project.id, flag), 'flag { id }')).id);
  for (const environmentId of environmentIds) {
    for (let start = 0; start < flags.length; start += 100) {
      const changes = flags.slice(start, start + 100).map((flag, i) => ({
        setFlagConfiguration: configurationInput(ids[start + i]!, environmentId, flag),
      }));
      await ask('mutation A($input: ApplyChangeSetInput!) { applyChangeSet(input: $input) { userErrors { message path } } }', {
        input: { projectId: project.id, changes },
      });
    }
  }
  const { secret } = await made('createApiKey', { environmentId: environmentIds[0], kind: 'SERVER', name: 'Bench' }, 'secret');
  return { projectId: project.id, environmentIds, secret };
}

function flagInput(projectId: string, flag: BenchFlag): object {
  const common = { projectId, key: flag.key, name: flag.key };
  if (flag.kind !== 'ROLLOUT') return { ...common, valueType: 'BOOLEAN' };
  return { ...common, valueType: 'STRING', variations: ROLLOUT_SHARES.map(([key]) => ({ key, name: key, value: key })) };
}

function configurationInput(flagId: string, environmentId: string, flag: BenchFlag): object {
  const common = { flagId, environmentId, expectedVersion: 0, isEnabled: true };
  switch (flag.kind) {
    case 'PLAIN':
      return { ...common, offVariation: 'off', fallthrough: { variation: 'on' } };
    case 'RULES':
      return { ...common, offVariation: 'off', fallthrough: { variation: 'off' }, rules: flag.rules.map(ruleInput) };
    case 'SEGMENT': {
      const conditions = [{ segment: { operator: 'IN_SEGMENT', segments: ['members'] } }];
      const rules = [{ id: 'members', conditions, serve: { variation: 'on' } }];
      return { ...common, offVariation: 'off', fallthrough: { variation: 'off' }, rules };
    }
    case 'ROLLOUT': {
      const shares = ROLLOUT_SHARES.map(([variation, percent]) => ({ variation, weight: percent * 1_000 }));
      return { ...common, offVariation: 'c', fallthrough: { rollout: { whenMissing: 'a', shares } } };
    }
  }
}

function ruleInput({ countries, ageMin, versionMin }: BenchRule, index: number): object {
  const condition = (attribute: string, operator: string, values: readonly unknown[]): object => ({
    attribute: { attribute, operator, values },
  });
  return {
    id: `rule-${index}`,
    conditions: [
      condition('country', 'IN', countries),
      condition('age', 'GREATER_OR_EQUAL', [ageMin]),
      condition('appVersion', 'SEMVER_GREATER_OR_EQUAL', [versionMin]),
    ],
    serve: { variation: 'on' },
  };
}
