/** Tenants. */
import type { NounModule } from '../noun-module';
import { OrganizationEntity } from './organization-entity';
import { createOrganizationLoaders, type OrganizationLoaders } from './organization-loaders';
import { organizationResolvers } from './organization-resolvers';
import type { OrganizationService } from './organization-service';

declare module '../../ids' {
  interface IdKinds {
    readonly organization: true;
  }
}

declare module '../context' {
  interface Services {
    readonly organizations: OrganizationService;
  }
  interface Loaders extends OrganizationLoaders {}
}

export const organizationsModule: NounModule = {
  entities: [OrganizationEntity],
  resolvers: [organizationResolvers],
  loaders: createOrganizationLoaders,
  nodes: {
    organization: { typeName: 'Organization', find: ({ organizations }, actor, id) => organizations.find(actor, id) },
  },
  scopes: { Organization: ({ id }) => ({ organizationId: id }) },
};
