import { countedPage, page } from '../../graphql/connection';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';
import { required } from '../../graphql/required';
import { historyOf } from '../changes/history-resolvers';
import { searchText } from '../projects/project-service';

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
    segments: ({ id: ownerId }, { search, ...args }, { loaders }) => {
      const request = { ownerId, text: searchText(search) };
      return countedPage(
        args,
        (position, limit) => loaders.segmentsOfProject.load({ ...request, position, limit }),
        (segment) => segment.key,
        () => loaders.segmentCountOfProject.load(request),
      );
    },
  },
  SegmentConnection: { totalCount: ({ count }) => count() },
  Segment: {
    includedCount: async ({ id }, _args, { loaders }) => (await loaders.keyCountsOfSegment.load(id)).included,
    excludedCount: async ({ id }, _args, { loaders }) => (await loaders.keyCountsOfSegment.load(id)).excluded,
    keys: ({ id: ownerId }, { list, ...args }, { loaders }) =>
      page(
        args,
        async (position, limit) => {
          const rows = await loaders.keysOfSegment.load({ ownerId, list, position, limit });
          return rows.map((row) => row.targetingKey);
        },
        (key) => key,
      ),
    project: ({ projectId }, _args, { loaders }) => required(loaders.project.load(projectId)),
    usedBy: ({ id }, _args, { loaders }) => loaders.usesOfSegment.load(id),
    history: ({ id }, args, { loaders }) => historyOf(id, args, loaders),
  },
};
