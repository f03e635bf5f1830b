/**
 * Answers of `evaluate`, by the words in which they were asked for: whoever renders pages for a person, or polls, asks the same
 * again and again. Kept from the second time on that they are asked for, so that what is asked for once costs no more than its
 * words. Whether one still holds is for whoever takes it to say.
 */
import { LRUCache } from 'lru-cache';
import { inOnePiece } from './json-chunks';
import type { ApiKeyActor } from '../modules/access/actor';
import type { EvaluateInput, EvaluateOutcome, KeptOutcome } from '../modules/snapshots/snapshot-service';
import { seesEverything } from '../modules/snapshots/visible-evaluations';

/** All that is remembered, in bytes. */
const LENGTH_MAX = 16 * 1024 * 1024;
/** Longer ones are asked for by programs that ask for much at once, and seldom for the same. */
const ANSWER_LENGTH_MAX = 256 * 1024;
/** How many words are known to have been asked for once; a power of two. */
const SEEN_MAX = 1 << 16;
/** So many bytes at their end tell words apart: mostly these are all. */
const TELLING_LENGTH = 1_024;
/** Ids end in what is random in them. */
const ENVIRONMENT_TELLING_LENGTH = 8;
/** About what an entry takes besides its words and text, and for each evaluation. */
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

interface Entry {
  readonly words: Buffer;
  /** Of whoever may ask. Null: of a key of all environments, which names one in its words. */
  readonly environmentId: string | null;
  /** Answers are the same for all keys of an environment that see the same of it. */
  readonly seesAll: boolean;
  readonly answer: KeptAnswer;
}

export class AnswerMemory {
  /** By the hash of their words. Words of the same hash push each other out. */
  private readonly entries: LRUCache<number, Entry>;
  /** Hashes of words that were asked for. Words of the same hash are kept one time too early. */
  private readonly seen = new Int32Array(SEEN_MAX);

  constructor(lengthMax = LENGTH_MAX) {
    this.entries = new LRUCache<number, Entry>({ maxSize: lengthMax, sizeCalculation: sizeOf });
  }

  /** What is remembered of an answer to these words. Null: nothing. */
  find(actor: ApiKeyActor, words: Buffer): KeptAnswer | null {
    const entry = this.entries.get(hashOf(actor, words));
    const isFound =
      entry !== undefined &&
      entry.environmentId === actor.environmentId &&
      entry.seesAll === seesEverything(actor) &&
      entry.words.equals(words);
    return isFound ? entry.answer : null;
  }

  /** Call it with what was answered now. */
  note(actor: ApiKeyActor, words: Buffer, answered: Answered): void {
    const hash = hashOf(actor, words);
    const place = hash & (SEEN_MAX - 1);
    const isAskedForAgain = this.seen[place] === hash;
    this.seen[place] = hash;
    if (!isAskedForAgain || answered.dataBytes > ANSWER_LENGTH_MAX) return;
    const { environmentId } = actor;
    // A buffer of its own: that of the request may be part of a larger one.
    const own = Buffer.from(Uint8Array.from(words).buffer);
    this.entries.set(hash, { words: own, environmentId, seesAll: seesEverything(actor), answer: kept(answered) });
  }

  /** How long all that is remembered is. */
  get length(): number {
    return this.entries.calculatedSize;
  }
}

/** Where what is hashed lies as whole numbers; the last of them may reach beyond its end. */
const NUMBERS = new Int32Array(TELLING_LENGTH / 4 + 1);
const BYTES = new Uint8Array(NUMBERS.buffer);

/** FNV-1a over four bytes at a time, and over who may ask. Never 0, which stands for nothing. */
function hashOf(actor: ApiKeyActor, words: Buffer): number {
  const environmentId = actor.environmentId ?? '';
  let hash = Math.imul(0x811c9dc5 ^ words.length, seesEverything(actor) ? 3 : 5);
  for (let i = Math.max(0, environmentId.length - ENVIRONMENT_TELLING_LENGTH); i < environmentId.length; i++) {
    hash = Math.imul(hash ^ environmentId.charCodeAt(i), 0x01000193);
  }
  const telling = words.length > TELLING_LENGTH ? words.subarray(-TELLING_LENGTH) : words;
  BYTES.set(telling);
  BYTES.fill(0, telling.length, telling.length + 4);
  const count = Math.ceil(telling.length / 4);
  for (let i = 0; i < count; i++) {
    hash = Math.imul(hash ^ (NUMBERS[i] as number), 0x01000193);
    // A product tells nothing of its upper bits to the lower ones.
    hash ^= hash >>> 15;
  }
  return hash | 1;
}

function kept({ outcome: { revision, epoch, environmentId, results }, data, ...rest }: Answered): KeptAnswer {
  return { ...rest, data: inOnePiece(data), outcome: { revision, epoch, environmentId, results } };
}

function sizeOf({ words, answer: { outcome, dataBytes } }: Entry): number {
  const evaluations = outcome.results.reduce((sum, result) => sum + result.evaluations.length, 0);
  return ENTRY_LENGTH + words.length + dataBytes + evaluations * EVALUATION_LENGTH;
}
