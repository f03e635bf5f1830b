/** One thing that was looked at. */
export interface Finding {
  /** `wrong`: a server would not start, or not do what it promises. `warning`: it works, and may surprise somebody. */
  readonly state: 'ok' | 'warning' | 'wrong';
  /** One or two words, such as `Redis`. */
  readonly subject: string;
  /** One line; for `warning` and `wrong` it ends with what to do. Names no secret. */
  readonly sentence: string;
}

export const ok = (subject: string, sentence: string): Finding => ({ state: 'ok', subject, sentence });
export const warning = (subject: string, sentence: string): Finding => ({ state: 'warning', subject, sentence });
export const wrong = (subject: string, sentence: string): Finding => ({ state: 'wrong', subject, sentence });
