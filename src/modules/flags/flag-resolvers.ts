import { countedPage } from '../../graphql/connection';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';
import { required } from '../../graphql/required';
import { hasUnstorableText } from '../input-rules';
import { historyOf } from '../changes/history-resolvers';
import { RequestFault } from '../../errors';
import { variationOf } from './flag-view';
import { isSortValue, sortValueOf, type FlagOrder } from './flag-list-repository';
import { flagFilterProblem } from './flag-rules';
import { usesInVisible, visibleUses } from './visible-uses-resolvers';

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
    flags: ({ id: projectId }, { filter, orderBy, ...args }, { loaders, now }) => {
      const order = orderBy ?? 'KEY';
      const request = { filter: filter ?? {}, order, now };
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
    attributeUses: async ({ id }, { attribute }, context) =>
      usesInVisible(await context.services.flags.attributeUses(id, attribute), context),
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
    lastChange: ({ id }, _args, { loaders }) => loaders.lastChangeOfFlag.load(id),
    lastEvaluatedAt: ({ id }, _args, { loaders }) => loaders.lastEvaluatedOfFlag.load(id),
    staleReason: ({ id }, _args, { loaders }) => loaders.staleReasonOfFlag.load(id),
    isStale: async ({ id }, _args, { loaders }) => (await loaders.staleReasonOfFlag.load(id)) !== null,
    dependents: async ({ id }, _args, context) => visibleUses(await context.loaders.dependentsOfFlag.load(id), context),
    history: ({ id }, args, { loaders }) => historyOf(id, args, loaders),
  },
};

/** The cursor of a list of flags holds the order, the value of its column and the id; that of another order is refused. */
function sortPositionOf(position: string | null, order: FlagOrder): readonly [string, string] | null {
  if (position === null) return null;
  const parts = parsedOrNull(position);
  const [its, value, id, ...rest] = Array.isArray(parts) ? (parts as unknown[]) : [];
  const isPosition = its === order && isSortValue(value, order) && typeof id === 'string' && rest.length === 0;
  if (isPosition && !hasUnstorableText([value, id])) return [value, id];
  throw new RequestFault('BAD_USER_INPUT', 'after: this is no cursor of this connection in this order.');
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
