/** A server that is killed while it applies a change set of flags, segments and configurations: all of it is there, or nothing. */
import { GraphQLClient } from 'graphql-request';
import type { FailPoint } from '../support/fail-points';
import { uniqueKey } from '../support/make';
import { describeFaults, startCluster, type Cluster } from './cluster';

const FLAGS = 100;

jest.setTimeout(240_000);

describeFaults('a server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ servers: 1, environments: 2, flags: 1 });
  });
  afterAll(() => cluster?.close());

  const count = async (text: string, value: string): Promise<number> =>
    Number((await cluster.postgres.query<{ count: string }>(`SELECT count(*) FROM ${text}`, [value]))[0]!.count);

  /** How many flags, segments, enabled configurations and changes there are of a set. */
  const written = async (name: string): Promise<number[]> => [
    await count('flag WHERE key LIKE $1', `${name}-%`),
    await count('segment WHERE key = $1', name),
    await count('flag_configuration c JOIN flag f ON f.id = c.flag_id WHERE c.is_enabled AND f.key LIKE $1', `${name}-%`),
    await count('change c WHERE EXISTS (SELECT 1 FROM change_body b WHERE b.change_id = c.id AND b.subject_key = $1)', name),
  ];

  function setOf(name: string): object {
    const { project, places } = cluster;
    const flags = Array.from({ length: FLAGS }, (_, i) => [
      { createFlag: { projectId: project.id, key: `${name}-${i}`, name: 'Flag', valueType: 'BOOLEAN' } },
      { toggleFlag: { flagId: `new:${name}-${i}`, environmentId: places[0]!.environment.id, isEnabled: true } },
    ]);
    return { projectId: project.id, changes: [{ createSegment: { projectId: project.id, key: name, name } }, ...flags.flat()] };
  }

  const send = (name: string): Promise<{ applyChangeSet: { revisions: object[]; userErrors: object[] } }> =>
    new GraphQLClient(`${cluster.urls[0]}/graphql`, {
      headers: { authorization: `Bearer ${cluster.adminSecret}`, 'idempotency-key': name },
    }).request(
      'mutation ($input: ApplyChangeSetInput!) { applyChangeSet(input: $input) { revisions { revision } userErrors { code } } }',
      { input: setOf(name) },
    );

  it.each<[FailPoint['at'], number[]]>([
    ['inside', [0, 0, 0, 0]],
    ['committed', [FLAGS, 1, FLAGS, 1]],
  ])(
    'leaves a whole change set or nothing when it is killed (%s), and the repeated request makes it whole once',
    async (at, left) => {
      const name = uniqueKey('set');
      const [server] = cluster.servers;
      await server!.kill();
      await server!.start({ at, pass: 1 });
      server!.arm();

      const lost = await send(name).catch(() => 'nobody answered');
      await server!.ended();
      const afterKill = await written(name);
      await server!.start();
      const { applyChangeSet } = await send(name);

      expect(lost).toBe('nobody answered');
      expect(afterKill).toEqual(left);
      expect(applyChangeSet).toEqual({
        revisions: [{ revision: expect.any(Number) as number }, expect.anything()],
        userErrors: [],
      });
      expect(await written(name)).toEqual([FLAGS, 1, FLAGS, 1]);
      expect(cluster.crashes()).toEqual([]);
    },
  );
});
