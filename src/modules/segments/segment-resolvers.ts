import { countedPage, page } from '../../graphql/connection';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';
import { required } from '../../graphql/required';

export const segmentResolvers: Resolvers = {
  Query: {
    segment: (_parent, { id }, { actor, services }) => services.segments.find(actor, id),
  },
  Mutation: {
    createSegment: (_parent, { input }, { actor, services }) => payload(services.segments.create(actor, input)),
    updateSegment: (_parent, { input }, { actor, services }) => payload(services.segments.update(actor, input)),
    deleteSegment: (_parent, { input }, { actor, services }) => payload(services.segmentRemoval.delete(actor, input)),
    addSegmentKeys: (_parent, { input }, { actor, services }) => payload(services.segments.addKeys(actor, input)),
    removeSegmentKeys: (_parent, { input }, { actor, services }) => payload(services.segments.removeKeys(actor, input)),
  },
  Project: {
    segments: ({ id: projectId }, { search, ...args }, { services }) => {
      const request = { projectId, text: search ?? null };
      return countedPage(
        args,
        (afterKey, limit) => services.segments.list(request, afterKey, limit),
        (segment) => segment.key,
        () => services.segments.count(request),
      );
    },
  },
  SegmentConnection: { totalCount: ({ count }) => count() },
  Segment: {
    includedCount: async ({ id }, _args, { loaders }) => (await loaders.keyCountsOfSegment.load(id)).included,
    excludedCount: async ({ id }, _args, { loaders }) => (await loaders.keyCountsOfSegment.load(id)).excluded,
    keys: ({ id }, { list, ...args }, { services }) =>
      page(
        args,
        (afterKey, limit) => services.segments.listKeys(id, list, afterKey, limit),
        (key) => key,
      ),
    project: ({ projectId }, _args, { loaders }) => required(loaders.project.load(projectId)),
    usedBy: ({ id }, _args, { loaders }) => loaders.usesOfSegment.load(id),
    history: ({ id, projectId }, args, { services }) =>
      page(
        args,
        (before, limit) => services.changes.list({ projectId, subjectId: id }, before, limit),
        (change) => change.sequence,
      ),
  },
};
