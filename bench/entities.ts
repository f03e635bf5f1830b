/**
 * The cost of managing flags: the first page of a project of 1,000 flags with everything nested, and single-flag mutations
 * under 8 concurrent writers, over HTTP, on PostgreSQL (DATABASE_URL, else the local server). Server and load share this
 * process, so that figures are upper bounds.
 */
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { GraphQLClient } from 'graphql-request';
import { prepareDatabases, removeDatabases } from '../test/support/databases';
import { makeEnvironment, makeProject, mutate, uniqueKey, type Made, type MadeProject } from '../test/support/make';
import { createWorld, type World } from '../test/support/world';

const FLAGS = 1_000;
const ENVIRONMENTS = 5;
const PAGE_REQUESTS = 200;
const WRITERS = 8;
const MUTATIONS_PER_WRITER = 60;

const PAGE = `query Page($id: ID!) {
  project(id: $id) {
    flags(first: 50) {
      totalCount
      nodes {
        id key name description valueType tags lifetime isArchived version updatedAt isStale
        owner { email }
        variations { key name value }
        lastChange { kind createdAt actor { name } }
        configurations {
          version isEnabled environment { key name isProduction }
          offVariation { key }
          targets { variation { key } targetingKeys }
          rules {
            id name
            conditions { __typename ... on AttributeCondition { attribute operator values } }
            gate { bucketBy weight }
            serve { variation { key } rollout { bucketBy shares { weight variation { key } } } }
          }
          fallthrough { variation { key } rollout { shares { weight variation { key } } } }
        }
      }
    }
  }
}`;

interface Figures {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export async function run(): Promise<void> {
  process.env.DATABASE_URL ??= 'postgres://root@127.0.0.1:5432/root';
  await prepareDatabases();
  const world = await createWorld({ env: { DATABASE_POOL_SIZE: '10', LOG_LEVEL: 'silent' } });
  try {
    const project = await makeProject(world);
    const environments: Made[] = [];
    for (let i = 0; i < ENVIRONMENTS; i++) environments.push(await makeEnvironment(project, `environment-${i}`));
    const fillMs = await timed(() => fill(world, project, environments));
    const page = await measurePage(project.client, project);
    const toggle = await measureWriters(project, environments, toggleOnce);
    const set = await measureWriters(project, environments, setOnce);
    report({ page, toggle, set, fillMs });
  } finally {
    await world.close();
    await removeDatabases();
  }
}

/** Rows as the services would write them: 1,000 flags of three variations, each with targeting in every environment. */
async function fill(world: World, project: MadeProject, environments: readonly Made[]): Promise<void> {
  const { connection } = world.app.database;
  const variations = ['red', 'green', 'blue'].map((key) => ({ key, name: key, value: key }));
  const rules = [
    {
      id: 'europe',
      name: 'Europe',
      conditions: [{ attribute: 'country', operator: 'IN', values: ['NL', 'DE', 'FR'] }],
      serve: { variation: 'green' },
    },
    {
      id: 'half',
      name: 'Half',
      conditions: [],
      gate: { bucketBy: 'targetingKey', weight: 50_000 },
      serve: {
        rollout: {
          bucketBy: 'targetingKey',
          whenMissing: 'red',
          shares: [
            { variation: 'red', weight: 50_000 },
            { variation: 'blue', weight: 50_000 },
          ],
        },
      },
    },
  ];
  await connection.query(
    `INSERT INTO flag (id, project_id, key, name, description, value_type, variations, off_variation, on_variation, tags, owner_id,
       lifetime, is_client_available, is_archived, salt, version, created_at, updated_at, changed_at)
     SELECT 'flag_' || md5(n::text), $1, 'flag-' || lpad(n::text, 5, '0'), 'Flag ' || n, '', 'STRING', $2::json, 'red', 'green',
       ARRAY['bench'], (SELECT id FROM app_user LIMIT 1), 'TEMPORARY', false, false, md5('salt' || n), 1, now(), now(), now()
     FROM generate_series(1, $3::integer) n`,
    [project.id, JSON.stringify(variations), FLAGS],
  );
  await connection.query(
    `INSERT INTO flag_configuration (flag_id, environment_id, is_enabled, off_variation, prerequisites, targets, rules,
       fallthrough, version, updated_at)
     SELECT f.id, e.id, true, 'red', '[]', $2::jsonb, $3::jsonb, '{"variation": "green"}', 1, now()
     FROM flag f CROSS JOIN unnest($1::text[]) AS e(id)`,
    [
      environments.map(({ id }) => id),
      JSON.stringify([{ variation: 'blue', targetingKeys: ['ada', 'grace'] }]),
      JSON.stringify(rules),
    ],
  );
  await connection.query('ANALYZE');
}

async function measurePage(client: GraphQLClient, project: MadeProject): Promise<Figures> {
  const times: number[] = [];
  for (let i = 0; i < PAGE_REQUESTS + 20; i++) {
    const ms = await timed(async () => {
      const answer = await client.request<{ project: { flags: { nodes: { configurations: unknown[] }[] } } }>(PAGE, {
        id: project.id,
      });
      const { nodes } = answer.project.flags;
      if (nodes.length !== 50 || nodes[0]!.configurations.length !== ENVIRONMENTS) throw new Error('The page is not whole.');
    });
    if (i >= 20) times.push(ms);
  }
  return figuresOf(times);
}

/** Reads what the mutation needs, and answers the mutation, which alone is timed. */
type Write = (client: GraphQLClient, flag: Made, environment: Made) => Promise<() => Promise<void>>;

async function measureWriters(project: MadeProject, environments: readonly Made[], write: Write): Promise<Figures> {
  const flags = await firstFlags(project);
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let i = 0; i < MUTATIONS_PER_WRITER; i++) {
        const flag = flags[(writer * MUTATIONS_PER_WRITER + i) % flags.length]!;
        times.push(await timed(await write(project.client, flag, environments[i % ENVIRONMENTS]!)));
      }
    }),
  );
  return figuresOf(times);
}

async function toggleOnce(client: GraphQLClient, flag: Made, environment: Made): Promise<() => Promise<void>> {
  const input = { flagId: flag.id, environmentId: environment.id, isEnabled: false };
  return () => expectNoErrors(mutate(client, 'toggleFlag', input, 'revisions { revision }'));
}

async function setOnce(client: GraphQLClient, flag: Made, environment: Made): Promise<() => Promise<void>> {
  const { flag: found } = await client.request<{ flag: { configuration: { version: number } } }>(
    'query ($id: ID!, $environmentId: ID!) { flag(id: $id) { configuration(environmentId: $environmentId) { version } } }',
    { id: flag.id, environmentId: environment.id },
  );
  const input = {
    flagId: flag.id,
    environmentId: environment.id,
    expectedVersion: found.configuration.version,
    offVariation: 'red',
    rules: [{ id: uniqueKey('rule'), conditions: [], serve: { variation: 'blue' } }],
    fallthrough: { variation: 'green' },
  };
  return () => expectNoErrors(mutate(client, 'setFlagConfiguration', input, 'revisions { revision }'));
}

async function expectNoErrors(payload: Promise<{ userErrors: readonly { message: string }[] }>): Promise<void> {
  const { userErrors } = await payload;
  if (userErrors.length > 0) throw new Error(userErrors.map(({ message }) => message).join(' '));
}

async function firstFlags(project: MadeProject): Promise<Made[]> {
  const flags: Made[] = [];
  let after: string | null = null;
  do {
    const answer: { project: { flags: { nodes: Made[]; pageInfo: { endCursor: string; hasNextPage: boolean } } } } =
      await project.client.request(
        'query ($id: ID!, $after: String) { project(id: $id) { flags(first: 100, after: $after) { nodes { id key } pageInfo { endCursor hasNextPage } } } }',
        { id: project.id, after },
      );
    const { nodes, pageInfo } = answer.project.flags;
    flags.push(...nodes);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null && flags.length < WRITERS * MUTATIONS_PER_WRITER);
  return flags;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function figuresOf(times: number[]): Figures {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!);
  return { count: sorted.length, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), maxMs: at(1) };
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function report(figures: { page: Figures; toggle: Figures; set: Figures; fillMs: number }): void {
  const rows = {
    'first page of 50 flags, all nested': figures.page,
    [`toggleFlag, ${WRITERS} writers`]: figures.toggle,
    [`setFlagConfiguration, ${WRITERS} writers`]: figures.set,
  };
  console.log(`${FLAGS} flags x ${ENVIRONMENTS} environments on PostgreSQL; milliseconds over HTTP`);
  console.table(rows);
  console.log(
    JSON.stringify({
      benchmark: 'entities',
      node: process.version,
      cores: cpus().length,
      flags: FLAGS,
      environments: ENVIRONMENTS,
      ...figures,
    }),
  );
}
