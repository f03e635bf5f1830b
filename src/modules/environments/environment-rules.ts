/** Rules for an environment and its position among the others. Pure. */
import type { Issue } from '../../errors';
import type { Role } from '../access/permissions';
import { quote } from '../../evaluation';
import { keyIssues, nameIssues } from '../../validation/input-rules';
import { nullIssues, patched, rangeIssues } from '../../validation/patch-rules';
import type { EnvironmentEntity } from './environment-entity';

const ENVIRONMENTS_PER_PROJECT_MAX = 100;
const DEFAULT_COLOR = '#808080';
const COLOR_FORM = /^#[0-9a-fA-F]{6}$/;

export interface CreateEnvironmentInput {
  readonly projectId: string;
  readonly key: string;
  readonly name: string;
  readonly color?: string | null;
  readonly isProduction?: boolean | null;
  readonly requiredRole?: Role | null;
}

export interface EnvironmentPatch {
  readonly name?: string | null;
  readonly color?: string | null;
  readonly isProduction?: boolean | null;
  /** Null: no role is required. */
  readonly requiredRole?: Role | null;
  readonly position?: number | null;
}

export type EnvironmentPlan =
  | { readonly issues: readonly Issue[]; readonly environment?: never }
  | { readonly issues?: never; readonly environment: EnvironmentEntity };

/** Puts the environment last in the order. `existing`: how many the project already has. */
export function planEnvironment(
  input: CreateEnvironmentInput,
  existing: number,
  made: { readonly id: string; readonly createdAt: Date },
): EnvironmentPlan {
  const color = input.color ?? DEFAULT_COLOR;
  const issues = [
    ...keyIssues('Environment key', input.key, ['input', 'key']),
    ...nameIssues('Environment name', input.name, ['input', 'name']),
    ...colorIssues(color),
    ...requiredRoleIssues(input.requiredRole),
  ];
  if (existing >= ENVIRONMENTS_PER_PROJECT_MAX) {
    const message = `The project has ${existing} environments; at most ${ENVIRONMENTS_PER_PROJECT_MAX} are allowed.`;
    issues.push({ code: 'OUT_OF_RANGE', message, path: null });
  }
  if (issues.length > 0) return { issues };
  return {
    environment: {
      ...made,
      projectId: input.projectId,
      key: input.key,
      name: input.name,
      color: color.toLowerCase(),
      isProduction: input.isProduction ?? false,
      requiredRole: input.requiredRole ?? null,
      position: existing,
      version: 1,
    },
  };
}

/** Returns the same row, not a copy, when nothing changes. `count`: how many environments the project has. */
export function planEnvironmentUpdate(current: EnvironmentEntity, patch: EnvironmentPatch, count: number): EnvironmentPlan {
  const next = {
    name: patched(patch.name, current.name),
    color: patched(patch.color, current.color),
    isProduction: patched(patch.isProduction, current.isProduction),
    requiredRole: patch.requiredRole === undefined ? current.requiredRole : patch.requiredRole,
    position: patched(patch.position, current.position),
  };
  const issues = [
    ...nullIssues(patch, {
      name: 'Environment name',
      color: 'Environment color',
      isProduction: 'isProduction',
      position: 'Environment position',
    }),
    ...nameIssues('Environment name', next.name, ['input', 'name']),
    ...colorIssues(next.color),
    ...requiredRoleIssues(patch.requiredRole),
    ...rangeIssues('Environment position', next.position, { min: 0, max: count - 1 }, ['input', 'position']),
  ];
  if (issues.length > 0) return { issues };
  const color = next.color.toLowerCase();
  const isEqual =
    next.name === current.name &&
    color === current.color &&
    next.isProduction === current.isProduction &&
    next.requiredRole === current.requiredRole &&
    next.position === current.position;
  return { environment: isEqual ? current : { ...current, ...next, color, version: current.version + 1 } };
}

/** Moves an id to the position; the others close up. */
export function reordered(ids: readonly string[], id: string, position: number): string[] {
  return ids.filter((other) => other !== id).toSpliced(position, 0, id);
}

/** Refuses VIEWER, a role that may not change anything anyway. */
function requiredRoleIssues(role: Role | null | undefined): Issue[] {
  if (role !== 'VIEWER') return [];
  const message = 'The required role must be EDITOR, ADMIN or OWNER; leave it out if any role with the permission is enough.';
  return [{ code: 'INVALID', message, path: ['input', 'requiredRole'] }];
}

function colorIssues(color: string): Issue[] {
  if (COLOR_FORM.test(color)) return [];
  return [
    { code: 'INVALID', message: `Environment color ${quote(color)} must have the form #rrggbb.`, path: ['input', 'color'] },
  ];
}
