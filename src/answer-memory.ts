/**
 * Answers of `evaluate`, by the words in which they were asked for: whoever renders pages for a person, or polls, asks the same
 * again and again. Kept from the second time on that they are asked for, so that what is asked for once costs no more than its
 * words. Whether one still holds is for whoever takes it to say.
 */
import { LRUCache } from 'lru-cache';
import type { ApiKeyActor } from './modules/access/actor';
import type { EvaluateInput, EvaluateOutcome, KeptOutcome } from './modules/snapshots/snapshot-service';
import { seesEverything } from './modules/snapshots/visible-evaluations';

/** All that is remembered, in bytes of text. */
const LENGTH_MAX = 16 * 1024 * 1024;
/** Longer ones are asked for by programs that ask for much at once, and seldom for the same. */
const ANSWER_LENGTH_MAX = 256 * 1024;
/** How many words are known to have been asked for once; a power of two. */
const SEEN_MAX = 1 << 16;
/** So much of their end tells words apart, in UTF-16 code units: mostly these are all. */
const TELLING_LENGTH = 1_024;
/** About what an entry takes besides its texts, and for each evaluation. */
const ENTRY_LENGTH = 300;
const EVALUATION_LENGTH = 8;

export interface Answered {
  readonly input: EvaluateInput;
  readonly outcome: EvaluateOutcome;
  /** What the operation was priced at, and what it used. */
  readonly cost: number;
  readonly used: number;
  /** The value of `data`. */
  readonly data: string;
  readonly dataBytes: number;
}

/** As it is kept: without the snapshot, of which there is one for each revision, and which would stay for as long. */
export interface KeptAnswer extends Omit<Answered, 'outcome'> {
  readonly outcome: KeptOutcome;
}

export class AnswerMemory {
  private readonly entries: LRUCache<string, KeptAnswer>;
  /** Hashes of words that were asked for. Words of the same hash push each other out, or are kept one time too early. */
  private readonly seen = new Int32Array(SEEN_MAX);

  constructor(lengthMax = LENGTH_MAX) {
    this.entries = new LRUCache<string, KeptAnswer>({ maxSize: lengthMax, sizeCalculation: sizeOf });
  }

  /** What is remembered of an answer to these words. Null: nothing. */
  find(actor: ApiKeyActor, words: string): KeptAnswer | null {
    const hash = hashOf(words);
    if (this.seen[hash & (SEEN_MAX - 1)] !== hash) return null;
    return this.entries.get(nameOf(actor, words)) ?? null;
  }

  /** Call it with what was answered now. */
  note(actor: ApiKeyActor, words: string, answered: Answered): void {
    const hash = hashOf(words);
    const place = hash & (SEEN_MAX - 1);
    const isAskedForAgain = this.seen[place] === hash;
    this.seen[place] = hash;
    if (isAskedForAgain && answered.dataBytes <= ANSWER_LENGTH_MAX) this.entries.set(nameOf(actor, words), kept(answered));
  }

  /** How long all that is remembered is. */
  get length(): number {
    return this.entries.calculatedSize;
  }
}

/** FNV-1a. Never 0, which stands for nothing. */
function hashOf(words: string): number {
  let hash = 0x811c9dc5 ^ words.length;
  for (let i = Math.max(0, words.length - TELLING_LENGTH); i < words.length; i++) {
    hash = Math.imul(hash ^ words.charCodeAt(i), 0x01000193);
  }
  return hash | 1;
}

function kept({ outcome: { revision, epoch, environmentId, results }, ...rest }: Answered): KeptAnswer {
  return { ...rest, outcome: { revision, epoch, environmentId, results } };
}

/** Answers are the same for all keys of an environment that see the same of it. */
function nameOf(actor: ApiKeyActor, words: string): string {
  return `${seesEverything(actor) ? 'all' : 'client'} ${actor.environmentId} ${words}`;
}

function sizeOf({ outcome, dataBytes }: KeptAnswer, name: string): number {
  const evaluations = outcome.results.reduce((sum, result) => sum + result.evaluations.length, 0);
  return ENTRY_LENGTH + name.length + dataBytes + evaluations * EVALUATION_LENGTH;
}
