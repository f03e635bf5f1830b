/** Deployment stages of a project. */
import type { NounModule } from '../noun-module';
import { EnvironmentEntity } from './environment-entity';
import { createEnvironmentLoaders, type EnvironmentLoaders } from './environment-loaders';
import { environmentResolvers } from './environment-resolvers';
import { scopeOfEnvironment } from './environment-scope';
import type { EnvironmentService } from './environment-service';

declare module '../../ids' {
  interface IdKinds {
    readonly environment: true;
  }
}

declare module '../context' {
  interface Services {
    readonly environments: EnvironmentService;
  }
  interface Loaders extends EnvironmentLoaders {}
}

export const environmentsModule: NounModule = {
  entities: [EnvironmentEntity],
  resolvers: [environmentResolvers],
  loaders: createEnvironmentLoaders,
  nodes: {
    environment: { typeName: 'Environment', find: ({ environments }, actor, id) => environments.find(actor, id) },
  },
  scopes: { Environment: scopeOfEnvironment },
};
