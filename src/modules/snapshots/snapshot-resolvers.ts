import type { EvaluationsChangedEvent } from '../../delivery/evaluation-stream';
import type { FlagChangedEvent } from '../../delivery/stream';
import { RequestFault } from '../../errors';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { selectsField } from '../../graphql/selection';
import { absence } from '../access/absence';
import { isNewer } from './snapshot-rules';

export const snapshotResolvers: Resolvers = {
  Query: {
    evaluate: async (_parent, args, { actor, services, budget }, info) => {
      const withTrace = ['results', 'resultsIfNewer'].some((list) => selectsField(info, [list, 'evaluations', 'trace']));
      const opened = await services.snapshots.openEvaluation(actor, { ...args, withTrace }, budget);
      // An evaluation counts whatever is selected of it, but for those that may turn out not to be wanted.
      if (!selectsField(info, ['resultsIfNewer'])) opened?.run();
      return opened;
    },
    segmentsFor: async (_parent, { environmentId, context }, { actor, services }) => {
      const found = await services.snapshots.segmentsOf(actor, environmentId, context);
      return found && services.segments.listByKeys(found.projectId, found.keys);
    },
    snapshot: (_parent, args, { actor, services }) => services.snapshots.read(actor, args),
    flagChanges: async (_parent, { environmentId, since }, { actor, services, stream }) => {
      const state = await services.snapshots.openFor(actor, environmentId, 'snapshot:read');
      return state && stream.listChanges(state, since);
    },
  },
  Subscription: {
    flagChanged: {
      subscribe: async (_parent, { environmentId, flagKeys, since }, { actor, services, stream }) => {
        const state = await services.snapshots.openFor(actor, environmentId, 'snapshot:read');
        if (!state) throw noEnvironment(environmentId);
        return stream.flagChanged(state, { since: since ?? null, flagKeys: flagKeys ? new Set(flagKeys) : null });
      },
      resolve: (event: FlagChangedEvent) => event,
    },
    evaluationsChanged: {
      subscribe: async (_parent, args, { actor, services, stream, budget }) => {
        const followed = await services.snapshots.follow(actor, args, budget);
        if (!followed) throw noEnvironment(args.environmentId);
        return stream.evaluationsChanged(followed);
      },
      resolve: (event: EvaluationsChangedEvent) => event,
    },
  },
  SnapshotResult: {
    snapshotIfNewer: ({ snapshot, ...newest }, { than }) => (isNewer(newest, than) ? snapshot : null),
  },
  EvaluateResult: {
    resultsIfNewer: (opened, { than }) => (isNewer(opened, than) ? opened.results : null),
  },
  ContextEvaluations: {
    values: ({ evaluations }) =>
      Object.fromEntries(evaluations.filter(({ reason }) => reason !== 'ERROR').map(({ flagKey, value }) => [flagKey, value])),
  },
  Evaluation: { variation: ({ variationKey }) => variationKey },
  FlagChange: {
    flagKey: (event) => (event.kind === 'SEGMENT_UPDATED' ? null : event.flagKey),
    segmentKey: (event) => (event.kind === 'SEGMENT_UPDATED' ? event.segmentKey : null),
    flag: (event) => (event.kind === 'SEGMENT_UPDATED' ? null : event.flag),
    wire: (event) => (event.kind === 'SEGMENT_UPDATED' ? event.segment : (event.flag?.wire ?? null)),
  },
  FlagVersion: {
    key: ({ wire }) => wire.key,
    name: ({ label }) => label.name,
    tags: ({ label }) => label.tags,
    valueType: ({ wire }) => wire.valueType,
    isEnabled: ({ wire }) => wire.isEnabled,
    isArchived: ({ wire }) => wire.isArchived,
    isClientAvailable: ({ wire }) => wire.isClientAvailable,
    version: ({ wire }) => wire.version,
    variations: ({ wire }) => wire.variations,
  },
};

function noEnvironment(environmentId: string | null | undefined): RequestFault {
  const ofKey = 'The environment of this key no longer exists.';
  const isNamed = environmentId !== null && environmentId !== undefined;
  return new RequestFault('NOT_FOUND', isNamed ? absence('environment', environmentId) : ofKey);
}
