/** How long the lists of this schema can be, for the cost of operations. docs/LIMITS.md tells clients the same. */
import type { CostBounds } from '../operations/cost';

const CONTEXTS = { argument: 'contexts', otherwise: 1 } as const;
const FLAGS = { argument: 'flagKeys', otherwise: 'flags' } as const;

/**
 * Lists that are not here are parts of one stored row, which is read as a whole: rules, conditions, targets, shares,
 * prerequisites, differences, traces. They count once beforehand, and as what they were afterwards.
 */
export const costBounds: CostBounds = {
  lists: {
    'Project.environments': 100,
    'Environment.apiKeys': 100,
    'Flag.configurations': 100,
    'ApplyChangeSetPayload.configurations': 100,
    'Flag.variations': 100,
    'FlagVersion.variations': 100,
    'FlagChangedEvent.changes': 100,
    'Change.items': 100,
    'Query.segmentsFor': 200,
    'Project.attributeUses': 1_000,
    'Flag.dependents': 1_000,
    'Segment.usedBy': 1_000,
    'Viewer.roles': 100,
    'Viewer.sessions': 100,
    'Member.roles': 100,
    '*.revisions': 100,
    'FlagConfiguration.usage': 1_000,
    'EvaluateResult.results': CONTEXTS,
    'ContextEvaluations.evaluations': FLAGS,
    'EvaluationsChangedEvent.evaluations': FLAGS,
  },
  work: {
    'Query.evaluate': [CONTEXTS, FLAGS],
    'Subscription.evaluationsChanged': [FLAGS],
  },
  introspection: 10_000,
};
