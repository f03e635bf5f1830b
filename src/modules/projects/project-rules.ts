/** Rules for projects. Pure. */
import type { Issue } from '../../errors';
import { DESCRIPTION_LENGTH_MAX, keyIssues, nameIssues, textIssues } from '../../validation/input-rules';
import { nullIssues, patched, rangeIssues } from '../../validation/patch-rules';
import type { ProjectEntity } from './project-entity';

/** Applies until the project sets another value. */
const STALE_AFTER_DAYS_DEFAULT = 30;
const STALE_AFTER_DAYS_MAX = 3_650;

export interface CreateProjectInput {
  readonly organizationId: string;
  readonly key: string;
  readonly name: string;
  readonly description?: string | null;
  readonly staleAfterDays?: number | null;
}

export interface ProjectPatch {
  readonly name?: string | null;
  readonly description?: string | null;
  readonly staleAfterDays?: number | null;
}

type Changeable = Pick<ProjectEntity, 'name' | 'description' | 'staleAfterDays'>;

export type ProjectPlan =
  { readonly issues: readonly Issue[]; readonly project?: never } | { readonly issues?: never; readonly project: ProjectEntity };

export function planProject(input: CreateProjectInput, made: { readonly id: string; readonly createdAt: Date }): ProjectPlan {
  const project: ProjectEntity = {
    ...made,
    organizationId: input.organizationId,
    key: input.key,
    name: input.name,
    description: input.description ?? '',
    staleAfterDays: input.staleAfterDays ?? STALE_AFTER_DAYS_DEFAULT,
    version: 1,
  };
  const issues = [...keyIssues('Project key', input.key, ['input', 'key']), ...changeableIssues(project)];
  return issues.length > 0 ? { issues } : { project };
}

/** Returns the same row, not a copy, when nothing changes. */
export function planProjectUpdate(current: ProjectEntity, patch: ProjectPatch): ProjectPlan {
  const next: Changeable = {
    name: patched(patch.name, current.name),
    description: patched(patch.description, current.description),
    staleAfterDays: patched(patch.staleAfterDays, current.staleAfterDays),
  };
  const nulls = nullIssues(patch, {
    name: 'Project name',
    description: 'Project description',
    staleAfterDays: 'Days until a flag is stale',
  });
  const issues = [...nulls, ...changeableIssues(next)];
  if (issues.length > 0) return { issues };
  const isEqual =
    next.name === current.name && next.description === current.description && next.staleAfterDays === current.staleAfterDays;
  return { project: isEqual ? current : { ...current, ...next, version: current.version + 1 } };
}

function changeableIssues({ name, description, staleAfterDays }: Changeable): Issue[] {
  return [
    ...nameIssues('Project name', name, ['input', 'name']),
    ...textIssues('Project description', description, ['input', 'description'], DESCRIPTION_LENGTH_MAX),
    ...rangeIssues('Days until a flag is stale', staleAfterDays, { min: 1, max: STALE_AFTER_DAYS_MAX }, [
      'input',
      'staleAfterDays',
    ]),
  ];
}
