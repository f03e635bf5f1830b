import type { Context } from '../context';
import type { Usage } from '../../errors';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { permits } from '../access/actor';

export const visibleUsesResolvers: Resolvers = {
  InUseError: { usedBy: (issue, _args, context) => visibleUses(issue.usedBy ?? [], context) },
};

/**
 * The uses for which something is refused, without the keys of environments that the caller may not see, without
 * duplicates.
 */
async function visibleUses(uses: readonly Usage[], context: Context): Promise<Usage[]> {
  const visible = await Promise.all(
    uses.map(async (use) => ((await maySee(use, context)) ? use : { ...use, environmentKey: null, environmentId: null })),
  );
  const distinct = new Map(visible.map((use) => [JSON.stringify([use.flagKey, use.segmentKey, use.environmentId]), use]));
  return [...distinct.values()];
}

async function maySee({ environmentId }: Usage, { actor, loaders }: Context): Promise<boolean> {
  if (environmentId === null) return true;
  const environment = await loaders.environment.load(environmentId);
  const project = environment && (await loaders.project.load(environment.projectId));
  if (!project) return false;
  return permits(actor, 'environment:read', { organizationId: project.organizationId, projectId: project.id, environmentId });
}
