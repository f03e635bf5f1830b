import type { Resolvers } from '../../graphql/generated/resolver-types';
import { page } from '../../graphql/connection';

export const changeResolvers: Resolvers = {
  Query: {
    changes: async (_parent, { projectId, filter, ...args }, { actor, services }) => {
      const project = await services.projects.find(actor, projectId);
      if (!project) return null;
      const { kinds = null, subjectId = null, environmentId = null } = filter ?? {};
      return page(
        args,
        (before, limit) => services.changes.list({ projectId, kinds, subjectId, environmentId }, before, limit),
        (change) => change.sequence,
      );
    },
  },
  Change: {
    actor: ({ actorKind, actorId, actorName }) => ({ kind: actorKind, id: actorId, name: actorName }),
    items: ({ id }, _args, { loaders }) => loaders.bodiesOfChange.load(id),
  },
  ChangeItem: {
    before: ({ before }) => parsed(before),
    after: ({ after }) => parsed(after),
  },
};

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
