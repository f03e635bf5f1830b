/** Rules for organizations. Pure. */
import type { Issue } from '../../errors';
import { keyIssues, nameIssues } from '../../validation/input-rules';

const NAME = 'Organization name';

export interface CreateOrganizationInput {
  readonly key: string;
  readonly name: string;
}

export function organizationIssues(input: CreateOrganizationInput): Issue[] {
  return [...keyIssues('Organization key', input.key, ['input', 'key']), ...organizationNameIssues(input.name)];
}

export function organizationNameIssues(name: string): Issue[] {
  return nameIssues(NAME, name, ['input', 'name']);
}
