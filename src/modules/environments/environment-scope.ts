import type { Scope } from '../access/actor';
import type { Context } from '../context';
import { scopeInProject } from '../projects/project-scope';
import type { EnvironmentEntity } from './environment-entity';

/** Null when the project is gone. */
export async function scopeOfEnvironment({ id, projectId }: EnvironmentEntity, context: Context): Promise<Scope | null> {
  const scope = await scopeInProject(projectId, context);
  return scope && { ...scope, environmentId: id };
}
