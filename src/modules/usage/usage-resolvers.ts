import { RequestFault } from '../../errors';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { USAGE_POINTS_MAX, usageCountProblem, usageRangeProblem } from './usage-rules';

export const usageResolvers: Resolvers = {
  FlagConfiguration: {
    usage: async ({ flagId, environmentId }, { from, to, resolution }, { loaders }) => {
      const request = { from, to, resolution: resolution ?? 'HOUR', limit: USAGE_POINTS_MAX + 1 } as const;
      refuse(usageRangeProblem(from, to));
      const points = await loaders.usageOfConfiguration.load({ flagId, environmentId, request });
      refuse(usageCountProblem(points.length));
      return points;
    },
  },
  UsagePoint: { variation: ({ variationKey }) => (variationKey === '' ? null : variationKey) },
};

function refuse(problem: string | null): void {
  if (problem !== null) throw new RequestFault('BAD_USER_INPUT', problem);
}
