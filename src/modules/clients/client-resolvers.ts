import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';
import { required } from '../../graphql/required';

const POSITIONS_MAX = 100;

export const clientResolvers: Resolvers = {
  Mutation: {
    report: (_parent, { input }, { actor, services }) => payload(services.clients.report(actor, input)),
  },
  Environment: {
    clients: async ({ id }, _args, { loaders }) => ({
      positions: await loaders.clientPositionsOfEnvironment.load(id),
      head: await required(loaders.environmentHead.load(id)),
    }),
  },
  EnvironmentClients: {
    total: ({ positions }) => positions.reduce((sum, { clients }) => sum + clients, 0),
    upToDate: ({ positions, head }) =>
      positions.find(({ epoch, revision }) => epoch === head.epoch && revision === head.revision)?.clients ?? 0,
    positions: ({ positions }) => positions.slice(0, POSITIONS_MAX),
  },
};
