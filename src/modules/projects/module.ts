/** Products, each with flags, segments and environments. */
import type { NounModule } from '../noun-module';
import { ProjectEntity } from './project-entity';
import { createProjectLoaders, type ProjectLoaders } from './project-loaders';
import { projectResolvers } from './project-resolvers';
import type { ProjectService } from './project-service';

declare module '../../ids' {
  interface IdKinds {
    readonly project: true;
  }
}

declare module '../context' {
  interface Services {
    readonly projects: ProjectService;
  }
  interface Loaders extends ProjectLoaders {}
}

export const projectsModule: NounModule = {
  entities: [ProjectEntity],
  resolvers: [projectResolvers],
  loaders: createProjectLoaders,
  nodes: { project: { typeName: 'Project', find: ({ projects }, actor, id) => projects.find(actor, id) } },
  scopes: { Project: ({ id, organizationId }) => ({ organizationId, projectId: id }) },
};
