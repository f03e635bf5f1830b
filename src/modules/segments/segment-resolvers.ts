import { countedPage, page } from '../../graphql/connection';
import type { Context } from '../context';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';
import { required } from '../../graphql/required';
import { visibilityIn } from '../access/visibility';
import { historyOf } from '../changes/history-resolvers';
import type { ProjectEntity } from '../projects/project-entity';
import { searchText } from '../projects/project-service';
import type { SegmentEntity } from './segment-entity';

export const segmentResolvers: Resolvers = {
  Query: {
    segment: (_parent, { id }, { actor, services }) => services.segments.find(actor, id),
    segmentByKey: (_parent, { projectId, key }, { actor, services }) => services.segments.findByKey(actor, projectId, key),
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
    project: (segment, _args, context) => readableProject(segment, context),
    usedBy: async (segment, _args, context) => {
      const { id: projectId, organizationId } = await readableProject(segment, context);
      const visibility = visibilityIn(context.actor, { organizationId, projectId });
      return (await context.loaders.usesOfSegment.load({ id: segment.id, visibility })) ?? [];
    },
    history: async (segment, args, context) => {
      const project = await readableProject(segment, context);
      return historyOf({ id: segment.id, project }, args, context);
    },
  },
};

/**
 * Returns the segment's project. Throws `Forbidden` for SERVER keys, which see segments through `segmentsFor` but may not
 * read their project.
 */
async function readableProject({ projectId }: SegmentEntity, { actor, services, loaders }: Context): Promise<ProjectEntity> {
  const project = await required(loaders.project.load(projectId));
  services.segments.requireReader(actor, project);
  return project;
}
