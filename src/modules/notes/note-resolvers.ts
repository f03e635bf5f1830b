import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';
import { required } from '../../graphql/required';

export const noteResolvers: Resolvers = {
  Query: {
    note: (_parent, { id }, { actor, services }) => services.notes.find(actor, id),
  },
  Mutation: {
    createNote: (_parent, { input }, { actor, services }) => payload(services.notes.create(actor, input)),
  },
  Note: {
    project: ({ projectId }, _args, { loaders }) => required(loaders.project.load(projectId)),
  },
};
