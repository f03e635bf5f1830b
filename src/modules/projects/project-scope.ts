import type { Scope } from '../access/actor';
import type { Context } from '../context';

/** The scope of what belongs to a project as a whole. Null when the project is gone. */
export async function scopeInProject(projectId: string, { loaders }: Context): Promise<Scope | null> {
  const project = await loaders.project.load(projectId);
  return project && { organizationId: project.organizationId, projectId };
}
