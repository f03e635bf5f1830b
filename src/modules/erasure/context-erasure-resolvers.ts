import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';

export const contextErasureResolvers: Resolvers = {
  Mutation: {
    eraseContextData: (_parent, { input }, { actor, services }) => payload(services.contextErasure.erase(actor, input)),
  },
};
