import { page } from '../../graphql/connection';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { visibilityIn, FULL_VISIBILITY } from '../access/visibility';
import { differencesOf } from './difference-rules';

export const changeResolvers: Resolvers = {
  Query: {
    changes: async (_parent, { projectId, filter, ...args }, { actor, services }) => {
      const project = await services.projects.find(actor, projectId);
      if (!project) return null;
      const visibility = visibilityIn(actor, { organizationId: project.organizationId, projectId });
      return page(
        args,
        (before, limit) => services.changes.list({ ...filter, projectId }, visibility, before, limit),
        (change) => change.sequence,
      );
    },
    auditLog: async (_parent, { organizationId, filter, ...args }, { actor, services }) => {
      if (!services.changes.mayReadAudit(actor, organizationId)) return null;
      return page(
        args,
        (before, limit) => services.changes.list({ ...filter, organizationId }, FULL_VISIBILITY, before, limit),
        (change) => change.sequence,
      );
    },
  },
  AuditLogEntry: { change: (change) => change },
  Change: {
    actor: ({ actorKind, actorId, actorName }) => ({ kind: actorKind, id: actorId, name: actorName }),
    items: async (change, _args, { actor, services, loaders }) =>
      services.changes.visibleItems(actor, change, await loaders.bodiesOfChange.load(change.id)),
  },
  ChangeItem: {
    before: ({ before }) => parsed(before),
    after: ({ after }) => parsed(after),
    isErased: ({ salt }) => salt === null,
    differences: ({ before, after }) =>
      before === null || after === null ? [] : differencesOf(parsed(before) as object, parsed(after) as object),
  },
};

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
