import { page } from '../../graphql/connection';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';

export const organizationResolvers: Resolvers = {
  Query: {
    organization: (_parent, { id }, { actor, services }) => services.organizations.find(actor, id),
    organizations: (_parent, args, { actor, services }) =>
      page(
        args,
        (afterKey, limit) => services.organizations.list(actor, afterKey, limit),
        (organization) => organization.key,
      ),
  },
  Mutation: {
    createOrganization: (_parent, { input }, { actor, services }) => payload(services.organizations.create(actor, input)),
  },
  Organization: {
    projects: (organization, args, { actor, services }) =>
      page(
        args,
        (afterKey, limit) => services.projects.list(actor, organization.id, afterKey, limit),
        (project) => project.key,
      ),
  },
};
