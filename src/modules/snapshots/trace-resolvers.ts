import type { ConditionTrace } from '../../evaluation';
import type { Resolvers } from '../../graphql/generated/resolver-types';

/** A condition with how many groups are around it. */
export type LocatedConditionTrace = ConditionTrace & { readonly depth: number };

export const traceResolvers: Resolvers = {
  FlagTrace: { variation: ({ variationKey }) => variationKey },
  RuleTrace: { conditions: ({ conditions }) => located(conditions, 0) },
  SegmentRuleTrace: { conditions: ({ conditions }) => located(conditions, 0) },
  ConditionTrace: {
    __resolveType: ({ kind }) => {
      switch (kind) {
        case 'ATTRIBUTE':
          return 'AttributeConditionTrace';
        case 'SEGMENT':
          return 'SegmentConditionTrace';
        case 'GROUP':
          return 'GroupConditionTrace';
      }
    },
  },
};

/** Groups nest deeper than documents may: a flat list in the order of the walk, from which the tree can be had again. */
function located(conditions: readonly ConditionTrace[], depth: number): LocatedConditionTrace[] {
  return conditions.flatMap((condition) => [
    { ...condition, depth },
    ...(condition.kind === 'GROUP' ? located(condition.conditions, depth + 1) : []),
  ]);
}
