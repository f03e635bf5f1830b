/** What an environment must look like. Pure. */
import type { Issue } from '../../errors';
import { keyIssues, nameIssues, quote } from '../input-rules';

export const ENVIRONMENTS_PER_PROJECT_MAX = 100;
const COLOR_FORM = /^#[0-9a-fA-F]{6}$/;

export interface EnvironmentInput {
  readonly key: string;
  readonly name: string;
  readonly color: string;
}

/** `existing`: how many the project has already. */
export function environmentIssues(input: EnvironmentInput, existing: number): Issue[] {
  const issues = [
    ...keyIssues('Environment key', input.key, ['input', 'key']),
    ...nameIssues('Environment name', input.name, ['input', 'name']),
  ];
  if (!COLOR_FORM.test(input.color)) {
    const message = `Environment color ${quote(input.color)} must have the form #rrggbb.`;
    issues.push({ code: 'INVALID', message, path: ['input', 'color'] });
  }
  if (existing >= ENVIRONMENTS_PER_PROJECT_MAX) {
    const message = `The project has ${existing} environments; at most ${ENVIRONMENTS_PER_PROJECT_MAX} are allowed.`;
    issues.push({ code: 'OUT_OF_RANGE', message, path: null });
  }
  return issues;
}
