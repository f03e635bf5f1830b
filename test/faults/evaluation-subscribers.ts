/** Subscribers of `evaluationsChanged`, many on a socket, that keep all they are told; and what was to be told, by brute force. */
import { compileSnapshot, evaluate, type CompiledSnapshot, type EvaluationContext, type Snapshot } from '../../src/evaluation';
import { applyRevisions, type RevisionRow } from '../../src/modules/snapshots/apply-revisions';
import { knownAt } from '../support/known-answers';
import type { Cluster } from './cluster';
import { LightSocket, type LightOptions } from './light-sockets';

/** An id that no client may ever see. */
export const RULE_ID = 'a-rule-of-ours';
/** The contexts are spread over so many values of the attribute `group`. */
export const GROUPS = 100;

const DOCUMENT = `subscription ($context: EvaluationContextInput!) {
  evaluationsChanged(context: $context) {
    revision epoch evaluations { flagKey value variation reason ruleId prerequisiteKey errorCode }
  }
}`;

interface Frame {
  readonly revision: number;
  readonly evaluations: readonly {
    readonly flagKey: string;
    readonly value: unknown;
    readonly variation: string | null;
    readonly ruleId: string | null;
    readonly prerequisiteKey: string | null;
  }[];
}

export class EvaluationSubscriber {
  /** Since the last check. */
  frames: Frame[] = [];
  revision = -1;
  readonly context: EvaluationContext;
  private readonly known = new Map<string, readonly [value: unknown, variation: string | null]>();

  constructor(readonly index: number) {
    this.context = { targetingKey: `user-${index}`, attributes: { group: index % GROUPS } };
  }

  take(frame: Frame): void {
    this.frames.push(frame);
    this.revision = frame.revision;
    for (const { flagKey, value, variation } of frame.evaluations) this.known.set(flagKey, [value, variation]);
  }

  /** Sentences about frames that were not so at their revision; forgets them. */
  check(history: ReadonlyMap<number, CompiledSnapshot>): string[] {
    const problems: string[] = [];
    const { index, context } = this;
    let last = -1;
    for (const { revision, evaluations } of this.frames.splice(0)) {
      if (revision <= last) problems.push(`${index} was told ${revision} after ${last}.`);
      last = revision;
      for (const { flagKey, value, variation, ruleId, prerequisiteKey } of evaluations) {
        const truth = evaluate(history.get(revision)!, flagKey, context);
        if (value !== truth.value || variation !== truth.variationKey) {
          problems.push(`${index} was told ${variation} at ${revision}.`);
        }
        if (ruleId !== null || prerequisiteKey !== null)
          problems.push(`${index} was told the evaluation details at ${revision}.`);
      }
    }
    return problems;
  }

  /** Flag key, value and variation of each flag: what it knows, and what a client is to know. */
  state(compiled: CompiledSnapshot): { readonly known: unknown[]; readonly truth: unknown[] } {
    const truth = knownAt(compiled, { isClient: true, flagKeys: null, context: this.context });
    return {
      known: [...this.known].map(([flagKey, answer]) => [flagKey, ...answer]),
      truth: [...truth.values()].map(({ flagKey, value, variationKey }) => [flagKey, value, variationKey]),
    };
  }
}

/** Opens one socket on which all of them subscribe. */
export function openFor(
  subscribers: readonly EvaluationSubscriber[],
  options: Pick<LightOptions, 'url' | 'secret' | 'onProblem'>,
): LightSocket {
  const operations = subscribers.map((subscriber) => ({
    id: String(subscriber.index),
    payload: () => ({ query: DOCUMENT, variables: { context: subscriber.context } }),
    onData: (data: Record<string, unknown>, text: string) => {
      if (text.includes(RULE_ID)) options.onProblem(`A rule was told to ${subscriber.index}: ${text}`);
      subscriber.take(data.evaluationsChanged as Frame);
    },
  }));
  return new LightSocket({ ...options, operations }).open();
}

/** The environment at each revision, put together from what was recorded with the commits. */
export class History {
  private constructor(
    private readonly cluster: Cluster,
    private snapshot: Snapshot,
  ) {}

  static async begin(cluster: Cluster): Promise<History> {
    return new History(cluster, (await cluster.snapshot()) as unknown as Snapshot);
  }

  /** All revisions since the last call, the first of them included. */
  async next(): Promise<Map<number, CompiledSnapshot>> {
    const rows = await this.cluster.postgres.query<RevisionRow>(
      'SELECT epoch, revision, change_id AS "changeId", events FROM environment_revision WHERE environment_id = $1 AND revision > $2 ORDER BY revision',
      [this.cluster.places[0]!.environment.id, this.snapshot.revision],
    );
    const all = new Map([[this.snapshot.revision, compileSnapshot(this.snapshot).compiled]]);
    for (const row of rows) {
      this.snapshot = applyRevisions(this.snapshot, [row]);
      all.set(this.snapshot.revision, compileSnapshot(this.snapshot).compiled);
    }
    return all;
  }
}

/** The environment as the tables have it. */
export async function compileTruth(cluster: Cluster): Promise<CompiledSnapshot> {
  return compileSnapshot((await cluster.snapshot()) as unknown as Snapshot).compiled;
}
