/**
 * Caches answers of `evaluate` by the request body, because clients that render pages for a person, or poll, repeat their
 * requests. An answer is cached from its second time on, so that a context that comes once costs no more than its body. The
 * caller must check whether an answer is still valid.
 */
import { LRUCache } from 'lru-cache';
import { flatten } from '../graphql/json-chunks';
import type { ApiKeyActor } from '../modules/access/actor';
import type { EvaluateInput, EvaluateOutcome, KeptOutcome } from '../modules/snapshots/snapshot-service';
import { seesEverything } from '../modules/snapshots/visible-evaluations';

/** Bounds all cached answers, in bytes. */
const LENGTH_MAX = 16 * 1024 * 1024;
/** Larger bodies and answers come from programs that evaluate many contexts in one request, and rarely the same ones. */
const BODY_LENGTH_MAX = 16 * 1024;
const ANSWER_LENGTH_MAX = 256 * 1024;
/** Bounds the keys that came once, in characters; it has room for far more keys than answers can be cached. */
const SEEN_LENGTH_MAX = 8 * 1024 * 1024;
/** Approximate bytes of an entry besides its key and text, and of each evaluation. */
const ENTRY_LENGTH = 300;
const EVALUATION_LENGTH = 8;

export interface Answered {
  readonly input: EvaluateInput;
  readonly outcome: EvaluateOutcome;
  /** The cost of the operation by its document and variables, and the points that it used. */
  readonly cost: number;
  readonly used: number;
  /** For the log. */
  readonly operationName: string | null;
  readonly rootFields: readonly string[];
  /** The value of `data`. */
  readonly data: string;
  readonly dataBytes: number;
}

/** An answer without its snapshot: a cached answer must not keep the snapshots of old revisions in memory. */
export interface KeptAnswer extends Omit<Answered, 'outcome'> {
  readonly outcome: KeptOutcome;
}

export class AnswerMemory {
  private readonly answers: LRUCache<string, KeptAnswer>;
  private readonly seen = new LRUCache<string, true>({
    maxSize: SEEN_LENGTH_MAX,
    sizeCalculation: (_seen, key) => key.length + ENTRY_LENGTH,
  });

  constructor(lengthMax = LENGTH_MAX) {
    this.answers = new LRUCache<string, KeptAnswer>({ maxSize: lengthMax, sizeCalculation: sizeOf });
  }

  /** Requests with the same key have the same answer at one revision. Null when caching is not worthwhile. */
  keyOf(actor: ApiKeyActor, body: Buffer): string | null {
    if (body.length > BODY_LENGTH_MAX) return null;
    // API keys of one environment with the same visibility get the same answers; a key of all environments names one in the body.
    return `${actor.environmentId ?? ''} ${seesEverything(actor)} ${body.toString('latin1')}`;
  }

  find(key: string): KeptAnswer | null {
    return this.answers.get(key) ?? null;
  }

  /** Must be called with every answer that was computed anew. */
  note(key: string, answered: Answered): void {
    if (!this.seen.has(key)) this.seen.set(key, true);
    else if (answered.dataBytes <= ANSWER_LENGTH_MAX) this.answers.set(key, kept(answered));
  }

  /** Approximate bytes of all cached answers. */
  get length(): number {
    return this.answers.calculatedSize;
  }
}

function kept({ outcome: { revision, epoch, environmentId, results }, data, ...rest }: Answered): KeptAnswer {
  return { ...rest, data: flatten(data), outcome: { revision, epoch, environmentId, results } };
}

function sizeOf({ outcome, dataBytes }: KeptAnswer, key: string): number {
  const evaluations = outcome.results.reduce((sum, result) => sum + result.evaluations.length, 0);
  return ENTRY_LENGTH + key.length + dataBytes + evaluations * EVALUATION_LENGTH;
}
