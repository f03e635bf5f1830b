/** Rules for notes. Pure. */
import type { Issue } from '../../errors';
import { textIssues } from '../../validation/input-rules';

const TEXT_LENGTH_MAX = 2_000;

export function noteIssues(text: string): Issue[] {
  const path = ['input', 'text'];
  if (text.trim() === '') return [{ code: 'BLANK', message: 'Note must not be empty.', path }];
  return textIssues('Note', text, path, TEXT_LENGTH_MAX);
}
