/** Flags and their configurations. */
import { scopeOfEnvironment } from '../environments/environment-scope';
import type { NounModule } from '../noun-module';
import { scopeInProject } from '../projects/project-scope';
import type { ChangeSetService } from './change-set-service';
import type { ComparisonService } from './comparison-service';
import { configurationResolvers } from './configuration-resolvers';
import type { ConfigurationService } from './configuration-service';
import { FlagConfigurationEntity } from './flag-configuration-entity';
import { FlagEntity } from './flag-entity';
import { createFlagLoaders, type FlagLoaders } from './flag-loaders';
import { flagResolvers } from './flag-resolvers';
import type { FlagService } from './flag-service';
import type { SegmentRemovalService } from './segment-removal-service';
import { visibleUsesResolvers } from './visible-uses-resolvers';

declare module '../../ids' {
  interface IdKinds {
    readonly configuration: true;
    readonly flag: true;
  }
}

declare module '../context' {
  interface Services {
    readonly flags: FlagService;
    readonly configurations: ConfigurationService;
    readonly changeSets: ChangeSetService;
    readonly comparisons: ComparisonService;
    readonly segmentRemoval: SegmentRemovalService;
  }
  interface Loaders extends FlagLoaders {}
}

export const flagsModule: NounModule = {
  entities: [FlagEntity, FlagConfigurationEntity],
  resolvers: [flagResolvers, configurationResolvers, visibleUsesResolvers],
  loaders: createFlagLoaders,
  nodes: {
    flag: { typeName: 'Flag', find: ({ flags }, actor, id) => flags.find(actor, id) },
    configuration: {
      typeName: 'FlagConfiguration',
      find: ({ flags }, actor, id) => flags.findConfiguration(actor, id),
      isRow: (row) => 'flagId' in row,
    },
  },
  scopes: {
    Flag: ({ projectId }, context) => scopeInProject(projectId, context),
    FlagConfiguration: async ({ environmentId }, context) => {
      const environment = await context.loaders.environment.load(environmentId);
      return environment && scopeOfEnvironment(environment, context);
    },
  },
};
