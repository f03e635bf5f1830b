/** Whoever has changed something on one server and asks another for it at once gets it, or is told clearly why not. */
import { configure, makeFlag } from '../support/make';
import { describeFaults, report, scaled, startCluster, type Cluster } from './cluster';

const ROUNDS = scaled(10_000, 500);
const LANES = 4;
const WAITERS_MAX = 1_000;

jest.setTimeout(scaled(900_000, 90_000));

const CHANGE = `mutation ($input: SetFlagConfigurationInput!) {
  setFlagConfiguration(input: $input) { configuration { version } revisions { epoch revision } userErrors { message } }
}`;
const EVALUATE = `query ($key: String!, $flagKeys: [String!]!, $min: RevisionInput!) {
  evaluate(contexts: [{ targetingKey: $key }], flagKeys: $flagKeys, minRevision: $min) {
    epoch revision results { evaluations { reason } }
  }
}`;

interface Changed {
  readonly setFlagConfiguration: {
    readonly configuration: { readonly version: number };
    readonly revisions: readonly [{ readonly epoch: string; readonly revision: number }];
  };
}

interface Evaluated {
  readonly evaluate: {
    readonly epoch: string;
    readonly revision: number;
    readonly results: readonly [{ readonly evaluations: readonly [{ readonly reason: string }] }];
  };
}

describeFaults('two servers', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.close());

  it(`never answer older than asked for, in ${ROUNDS} changes on one and evaluations on the other`, async () => {
    const problems: string[] = [];
    let slowestMs = 0;
    const lane = async (index: number): Promise<void> => {
      const flag = await makeFlag(cluster.project);
      const { environment } = cluster.places[0]!;
      let version = await configure(cluster.project, flag, environment);
      for (let round = index; round < ROUNDS; round += LANES) {
        const [here, there] = round % 2 === 0 ? [0, 1] : [1, 0];
        const input = {
          flagId: flag.id,
          environmentId: environment.id,
          expectedVersion: version,
          isEnabled: true,
          offVariation: 'off',
          fallthrough: { variation: 'on' },
          // Only who has this very change finds the target.
          targets: [{ variation: 'off', targetingKeys: [`user-${round}`] }],
        };
        const { setFlagConfiguration: changed } = await cluster.admin(here).request<Changed>(CHANGE, { input });
        version = changed.configuration.version;
        const [min] = changed.revisions;
        const begin = Date.now();
        const variables = { key: `user-${round}`, flagKeys: [flag.key], min };
        const { evaluate } = await cluster.evaluator(there).request<Evaluated>(EVALUATE, variables);
        slowestMs = Math.max(slowestMs, Date.now() - begin);
        const [{ evaluations }] = evaluate.results;
        if (evaluate.epoch !== min.epoch || evaluate.revision < min.revision || evaluations[0].reason !== 'TARGET_MATCH') {
          problems.push(`Asked for ${min.revision} it answered ${JSON.stringify(evaluate)}.`);
        }
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)));

    report(`${ROUNDS} rounds; the slowest evaluation took ${slowestMs} ms`);
    expect(problems).toEqual([]);
  });

  it('tell those who wait for a revision that never comes, and at once the one who would be the 1,001st', async () => {
    const { epoch, revision } = await cluster.head();
    const min = { epoch, revision: revision + 1_000 };
    const ask = async (): Promise<{ code: string; message: string }> => {
      const error: unknown = await cluster
        .evaluator(1)
        .request(EVALUATE, { key: 'ada', flagKeys: [], min })
        .catch((caught: unknown) => caught);
      const { errors } = (error as { response: { errors: { message: string; extensions: { code: string } }[] } }).response;
      return { code: errors[0]!.extensions.code, message: errors[0]!.message };
    };
    // Opened before: that so many wait at the same time.
    await ask();

    const answers = await Promise.all(Array.from({ length: WAITERS_MAX + 1 }, ask));

    const late = `Revision ${min.revision} was not reached within 2 s; this server is at ${revision}.`;
    const full = `More than ${WAITERS_MAX} requests wait for revisions; try again.`;
    expect([...new Set(answers.map(({ code }) => code))]).toEqual(['REVISION_NOT_REACHED']);
    expect(answers.filter(({ message }) => message !== late && message !== full)).toEqual([]);
    // Such as were slow to be read may have begun to wait when others had ended.
    expect(answers.filter(({ message }) => message === full).length).toBeLessThanOrEqual(1);
    report(`${answers.filter(({ message }) => message === full).length} of ${WAITERS_MAX + 1} waiters were refused at once`);
    expect(cluster.crashes()).toEqual([]);
  });
});
