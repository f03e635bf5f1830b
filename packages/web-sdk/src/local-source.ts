/** Evaluates in the page itself, on a snapshot that is given. */
import type * as Evaluator from '@flagstaff/evaluation';
import type { CompiledSnapshot, Evaluation, Snapshot } from '@flagstaff/evaluation';
import { checkSnapshot } from '../../client/src/check-snapshot';
import { clientEvaluationOf } from '../../client/src/client-evaluation';
import type { FollowedContext } from './evaluation-source';
import { PageClient } from './page-client';
import type { Following, Source, SourceParts } from './source';
import { systemClock } from '../../client/src/clock';
import type { WebOptions } from './api';

/** The part of the core that is needed, with or without its engine for regular expressions. */
export type Core = Pick<typeof Evaluator, 'compileSnapshot' | 'evaluate' | 'evaluateAll' | 'isClientAvailable'>;

const NOTHING: Snapshot = { formatVersion: 1, epoch: '', revision: 0, flags: [], segments: [] };

export class LocalSource implements Source {
  readonly isLocal = true;
  private snapshot: Snapshot | null = null;
  private followed: FollowedContext | null = null;
  private compiled: CompiledSnapshot;

  constructor(
    private readonly core: Core,
    private readonly parts: SourceParts,
    private readonly onlyClientAvailable: boolean,
  ) {
    this.compiled = core.compileSnapshot(NOTHING).compiled;
  }

  /** Serves another snapshot from now on. Throws a `FaultError` for what is none. */
  commit(given: Snapshot): void {
    const snapshot = checkSnapshot(given);
    const { compiled, problems } = this.core.compileSnapshot(snapshot, this.compiled);
    for (const { flagKey, segmentKey, message } of problems)
      this.parts.onFault({
        kind: 'SNAPSHOT',
        message: `${flagKey ?? segmentKey ?? 'The snapshot'} cannot be decided: ${message}`,
      });
    this.snapshot = snapshot;
    this.compiled = compiled;
    this.put();
  }

  evaluate(...[flagKey, context, options]: LocalQuestion): Evaluation {
    return this.core.evaluate(this.compiled, flagKey, context, options);
  }

  follow(followed: FollowedContext): Following {
    this.followed = followed;
    this.put();
    return { stop: () => (this.followed = null), probe: () => undefined };
  }

  private put(): void {
    const { keeper, state } = this.parts;
    if (this.followed === null || this.snapshot === null) return;
    const { context, digest } = this.followed;
    const filter = this.onlyClientAvailable ? { filter: this.core.isClientAvailable } : {};
    const evaluations = this.core.evaluateAll(this.compiled, context, filter).map(clientEvaluationOf);
    const { epoch, revision } = this.snapshot;
    keeper.replace(digest, { epoch, revision }, evaluations);
    if (state.status === 'STARTING') state.set('STALE', 'bootstrap');
  }
}

type LocalQuestion = Parameters<Core['evaluate']> extends [unknown, ...infer Rest] ? Rest : never;

/** A client without a connection, and its source. */
export function createOnCore(
  options: WebOptions,
  core: Core,
  onlyClientAvailable: boolean,
): { client: PageClient; source: LocalSource } {
  let source: LocalSource | null = null;
  const client = new PageClient(options, {
    clock: systemClock,
    storage: null,
    lifecycle: null,
    connect: (parts) => (source = new LocalSource(core, parts, onlyClientAvailable)),
  });
  return { client, source: source as unknown as LocalSource };
}
