import type { Resolvers } from '../../graphql/generated/resolver-types';
import { locateConditions } from './trace-rules';

export const traceResolvers: Resolvers = {
  FlagTrace: { variation: ({ variationKey }) => variationKey },
  RuleTrace: { conditions: ({ conditions }) => locateConditions(conditions) },
  SegmentRuleTrace: { conditions: ({ conditions }) => locateConditions(conditions) },
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
