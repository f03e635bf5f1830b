/** A client that changes something on one server and asks another for it at once gets it, or is told clearly why not. */
import { setTimeout as sleep } from 'node:timers/promises';
import { configure, makeFlag } from '../support/make';
import { describeFaults, report, scaled, startCluster, type Cluster } from './cluster';

const ROUNDS = scaled(10_000, 500);
const LANES = 4;
const WAITERS_MAX = 1_000;
/** Root fields that one operation may have. */
const FIELDS_MAX = 20;
/** Enough to send fifty requests. */
const SENT_MS = 1_000;

jest.setTimeout(scaled(900_000, 360_000));

const CHANGE = `mutation ($input: SetFlagConfigurationInput!) {
  setFlagConfiguration(input: $input) { configuration { version } revisions { epoch revision } userErrors { message } }
}`;
const EVALUATE = `query ($key: String!, $flagKeys: [String!]!, $min: RevisionInput!) {
  evaluate(contexts: [{ targetingKey: $key }], flagKeys: $flagKeys, minRevision: $min) {
    epoch revision results { evaluations { reason } }
  }
}`;

interface Refusal {
  readonly code: string;
  readonly message: string;
}

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
    // Many to an operation, so that all wait before the first has waited long enough.
    const queryOf = (count: number): string => {
      const fields = Array.from(
        { length: count },
        (_, i) => `f${i}: evaluate(contexts: [{}], flagKeys: [], minRevision: $min) { revision }`,
      );
      return `query ($min: RevisionInput!) { ${fields.join(' ')} }`;
    };
    const ask = async (count: number): Promise<readonly Refusal[]> => {
      const error: unknown = await cluster
        .evaluator(1)
        .request(queryOf(count), { min })
        .catch((caught: unknown) => caught);
      const { errors } = (error as { response: { errors: { message: string; extensions: { code: string } }[] } }).response;
      return errors.map(({ message, extensions }) => ({ code: extensions.code, message }));
    };

    // The server knows the documents and finds all requests there at once, however long this process takes to send them.
    for (const count of [FIELDS_MAX, 1]) await cluster.evaluator(1).request(queryOf(count), { min: { epoch, revision } });
    cluster.servers[1]!.pause();
    const asking = Promise.all([...Array.from({ length: WAITERS_MAX / FIELDS_MAX }, () => ask(FIELDS_MAX)), ask(1)]);
    await sleep(SENT_MS);
    cluster.servers[1]!.resume();
    const answers = await asking;

    const code = 'REVISION_NOT_REACHED';
    const late = { code, message: `Revision ${min.revision} was not reached within 2 s; this server is at ${revision}.` };
    const full = { code, message: `More than ${WAITERS_MAX} requests are waiting for revisions; try again.` };
    const counts = new Map<string, number>();
    for (const answer of answers.flat()) counts.set(JSON.stringify(answer), (counts.get(JSON.stringify(answer)) ?? 0) + 1);
    expect(counts).toEqual(
      new Map([
        [JSON.stringify(late), WAITERS_MAX],
        [JSON.stringify(full), 1],
      ]),
    );
    expect(cluster.crashes()).toEqual([]);
  });
});
