import type { Resolvers } from '../../graphql/generated/resolver-types';

export const serverResolvers: Resolvers = {
  Query: {
    server: (_parent, _args, { services }) => services.server,
  },
  Server: {
    needsFirstOwner: (server) => server.needsFirstOwner(),
    logIn: (server) => server,
  },
  LogInWays: {
    // Passwords cannot be turned off by a setting.
    byPassword: () => true,
    provider: ({ providerName }) => (providerName === null ? null : { name: providerName }),
  },
};
