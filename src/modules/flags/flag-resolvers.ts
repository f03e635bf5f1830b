import type { Context } from '../context';
import { RequestFault } from '../../errors';
import { countedPage } from '../../graphql/connection';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';
import { required } from '../../graphql/required';
import { visibilityIn, visibleEnvironmentIds } from '../access/visibility';
import { historyOf } from '../changes/history-resolvers';
import { hasUnstorableText } from '../../validation/input-rules';
import type { FlagEntity } from './flag-entity';
import { isSortValue, sortValueOf, type FlagOrder } from './flag-list-repository';
import type { VisibleKey } from './flag-loaders';
import { flagFilterProblem } from './flag-rules';
import { variationOf } from './flag-view';

export const flagResolvers: Resolvers = {
  Query: {
    flag: (_parent, { id }, { actor, services }) => services.flags.find(actor, id),
    flagByKey: (_parent, { projectId, key }, { actor, services }) => services.flags.findByKey(actor, projectId, key),
    environmentComparison: async (_parent, { leftId, rightId, ...args }, { actor, services }) => {
      const compared = await services.comparisons.compare(actor, leftId, rightId);
      if (!compared) return null;
      return countedPage(
        args,
        async (afterKey, limit) => compared.filter(({ flag }) => afterKey === null || flag.key > afterKey).slice(0, limit),
        ({ flag }) => flag.key,
        async () => compared.length,
      );
    },
  },
  Mutation: {
    createFlag: (_parent, { input }, { actor, services }) => payload(services.flags.create(actor, input)),
    updateFlag: (_parent, { input }, { actor, services }) => payload(services.flags.update(actor, input)),
    archiveFlag: (_parent, { input }, { actor, services }) => payload(services.flags.archive(actor, input)),
    restoreFlag: (_parent, { input }, { actor, services }) => payload(services.flags.restore(actor, input)),
    deleteFlag: (_parent, { input }, { actor, services }) => payload(services.flags.delete(actor, input)),
  },
  Project: {
    flags: ({ id: projectId, organizationId }, { filter, orderBy, ...args }, { actor, loaders, now }) => {
      const order = orderBy ?? 'KEY';
      const environmentIds = visibleEnvironmentIds(actor, { organizationId, projectId });
      const request = { filter: filter ?? {}, order, now, environmentIds };
      const problem = flagFilterProblem(request.filter);
      if (problem !== null) throw new RequestFault('BAD_USER_INPUT', problem);
      return countedPage(
        args,
        (position, limit) =>
          loaders.flagPage.load({ projectId, request: { ...request, after: sortPositionOf(position, order), limit } }),
        (flag) => JSON.stringify([order, sortValueOf(flag, order), flag.id]),
        () => loaders.flagCount.load({ projectId, request: { ...request, after: null, limit: 0 } }),
      );
    },
    attributeUses: (project, { attribute }, { actor, services }) => services.flags.attributeUses(actor, project, attribute),
  },
  FlagConnection: { totalCount: ({ count }) => count() },
  FlagComparisonConnection: { totalCount: ({ count }) => count() },
  FlagComparison: {
    differences: ({ left, right }, _args, { services }) => services.comparisons.differences(left, right),
  },
  Flag: {
    project: ({ projectId }, _args, { loaders }) => required(loaders.project.load(projectId)),
    onVariation: (flag) => variationOf(flag, flag.onVariation),
    offVariation: (flag) => variationOf(flag, flag.offVariation),
    owner: ({ ownerId }, _args, { loaders }) => (ownerId === null ? null : loaders.user.load(ownerId)),
    changedAt: async (flag, _args, context) => {
      const key = await sightedKey(flag, context);
      if (key.visibility.environmentIds === null) return flag.changedAt;
      return (await context.loaders.changedAtOfFlag.load(key)) ?? flag.updatedAt;
    },
    lastChange: async (flag, _args, context) => context.loaders.lastChangeOfFlag.load(await sightedKey(flag, context)),
    lastEvaluatedAt: async (flag, _args, context) => context.loaders.lastEvaluatedOfFlag.load(await sightedKey(flag, context)),
    staleReason: async (flag, _args, context) => context.loaders.staleReasonOfFlag.load(await sightedKey(flag, context)),
    isStale: async (flag, _args, context) =>
      (await context.loaders.staleReasonOfFlag.load(await sightedKey(flag, context))) !== null,
    dependents: async (flag, _args, context) =>
      (await context.loaders.dependentsOfFlag.load(await sightedKey(flag, context))) ?? [],
    history: async ({ id, projectId }, args, context) =>
      historyOf({ id, project: await required(context.loaders.project.load(projectId)) }, args, context),
  },
};

async function sightedKey({ id, projectId }: FlagEntity, { actor, loaders }: Context): Promise<VisibleKey> {
  const { organizationId } = await required(loaders.project.load(projectId));
  return { id, visibility: visibilityIn(actor, { organizationId, projectId }) };
}

/** Reads the cursor of a list of flags: the order, the value of its column and the id. Refuses a cursor of another order. */
function sortPositionOf(position: string | null, order: FlagOrder): readonly [string, string] | null {
  if (position === null) return null;
  const parts = parsedOrNull(position);
  const [its, value, id, ...rest] = Array.isArray(parts) ? (parts as unknown[]) : [];
  const isPosition = its === order && isSortValue(value, order) && typeof id === 'string' && rest.length === 0;
  if (isPosition && !hasUnstorableText([value, id])) return [value, id];
  throw new RequestFault('BAD_USER_INPUT', 'after: not a valid cursor for this connection in this order.');
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
