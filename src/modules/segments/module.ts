/** Reusable sets of contexts. */
import type { NounModule } from '../noun-module';
import { scopeInProject } from '../projects/project-scope';
import { SegmentEntity } from './segment-entity';
import { SegmentKeyEntity } from './segment-key-entity';
import { createSegmentLoaders, type SegmentLoaders } from './segment-loaders';
import { segmentResolvers } from './segment-resolvers';
import type { SegmentService } from './segment-service';

declare module '../../ids' {
  interface IdKinds {
    readonly rule: true;
    readonly segment: true;
  }
}

declare module '../context' {
  interface Services {
    readonly segments: SegmentService;
  }
  interface Loaders extends SegmentLoaders {}
}

export const segmentsModule: NounModule = {
  entities: [SegmentEntity, SegmentKeyEntity],
  resolvers: [segmentResolvers],
  loaders: createSegmentLoaders,
  nodes: { segment: { typeName: 'Segment', find: ({ segments }, actor, id) => segments.find(actor, id) } },
  scopes: { Segment: ({ projectId }, context) => scopeInProject(projectId, context) },
};
