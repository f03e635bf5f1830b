/**
 * Remembers answers of `evaluate` by the request body: clients that render pages for a person, or poll, ask the same again and
 * again. Answers are kept from the second time on, so that a context that comes once costs no more than its body. Whether an answer
 * still holds is for the caller to say.
 */
import { LRUCache } from 'lru-cache';
import { flatten } from '../graphql/json-chunks';
import type { ApiKeyActor } from '../modules/access/actor';
import type { EvaluateInput, EvaluateOutcome, KeptOutcome } from '../modules/snapshots/snapshot-service';
import { seesEverything } from '../modules/snapshots/visible-evaluations';

/** Bounds all answers that are kept, in bytes. */
const LENGTH_MAX = 16 * 1024 * 1024;
/** Larger bodies and answers are those of programs that ask for much at once, and seldom for the same. */
const BODY_LENGTH_MAX = 16 * 1024;
const ANSWER_LENGTH_MAX = 256 * 1024;
/** Bounds the keys that came once, in characters: far more of them than answers can be kept. */
const SEEN_LENGTH_MAX = 8 * 1024 * 1024;
/** About what an entry takes besides its key and text, and for each evaluation. */
const ENTRY_LENGTH = 300;
const EVALUATION_LENGTH = 8;

export interface Answered {
  readonly input: EvaluateInput;
  readonly outcome: EvaluateOutcome;
  /** What the operation cost by its document and variables, and what it used. */
  readonly cost: number;
  readonly used: number;
  /** The value of `data`. */
  readonly data: string;
  readonly dataBytes: number;
}

/** An answer without its snapshot, of which there is one for each revision, and which would stay for as long. */
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

  /** Requests with one key have the same answer at one revision. Null when it is not worth it to remember them. */
  keyOf(actor: ApiKeyActor, body: Buffer): string | null {
    if (body.length > BODY_LENGTH_MAX) return null;
    // Keys of one environment that see the same of it have the same answers; a key of all environments names one in the body.
    return `${actor.environmentId ?? ''} ${seesEverything(actor)} ${body.toString('latin1')}`;
  }

  find(key: string): KeptAnswer | null {
    return this.answers.get(key) ?? null;
  }

  /** Call it with what was answered now. */
  note(key: string, answered: Answered): void {
    if (!this.seen.has(key)) this.seen.set(key, true);
    else if (answered.dataBytes <= ANSWER_LENGTH_MAX) this.answers.set(key, kept(answered));
  }

  /** How long all answers that are kept are. */
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
