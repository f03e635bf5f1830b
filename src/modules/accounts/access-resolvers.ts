import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';
import { bindingsOf } from '../access/actor';

export const accessResolvers: Resolvers = {
  Query: {
    viewer: (_parent, _args, { actor }) => (actor.kind === 'USER' || actor.kind === 'API_KEY' ? actor : null),
  },
  Mutation: {
    createFirstOwner: (_parent, { input }, { actor, services }) => payload(services.access.createFirstOwner(actor, input)),
    updateViewer: (_parent, { input }, { actor, services }) => payload(services.users.updateOwn(actor, input)),
    logIn: (_parent, { input }, { actor, services }) => payload(services.access.logIn(actor, input)),
  },
  Viewer: {
    user: (actor, _args, { loaders }) => (actor.kind === 'USER' ? loaders.user.load(actor.id) : null),
    apiKey: (actor, _args, { loaders }) => (actor.kind === 'API_KEY' ? loaders.apiKey.load(actor.id) : null),
    roles: (actor) => bindingsOf(actor),
  },
};
