import { UserFault } from '../../errors';
import type { Actor } from '../access/actor';
import type { EnvironmentRevision } from '../changes/head-repository';
import { staleIssues } from '../changes/stale-version';
import { quote } from '../../evaluation';
import { inPlaces } from '../../validation/input-rules';
import { removeSegment } from '../segments/segment-repository';
import { segmentBody } from '../segments/segment-rules';
import type { SegmentService } from '../segments/segment-service';
import { findSegmentUses } from './usage-repository';

export interface SegmentRemovalServiceOptions {
  readonly segments: SegmentService;
}

const USES_NAMED_MAX = 100;

/** Deletes segments. Lives here and not in segments, because it reads the flags. */
export class SegmentRemovalService {
  constructor(private readonly options: SegmentRemovalServiceOptions) {}

  /** Refused while a flag or another segment uses it; the issue names them. */
  async delete(
    actor: Actor,
    input: { readonly segmentId: string; readonly expectedVersion: number },
  ): Promise<{ deletedSegmentId: string; revisions: EnvironmentRevision[] }> {
    const { segments } = this.options;
    return segments.change(actor, input.segmentId, 'segment:delete', async (tx, locked) => {
      const { segment } = locked;
      const version = { current: segment.version, expected: input.expectedVersion };
      const issues = [...(await staleIssues(tx.connection, 'segment', { subjectId: segment.id, ...version }))];
      const uses = await findSegmentUses(tx.connection, [segment.id]);
      if (uses.length > 0) {
        const usedBy = uses.slice(0, USES_NAMED_MAX).map(({ flagKey, segmentKey, environmentKey, environmentId }) => ({
          flagKey,
          segmentKey,
          environmentKey,
          environmentId,
        }));
        const message = `The segment ${quote(segment.key)} is used ${inPlaces(uses.length)}.`;
        issues.push({ code: 'IN_USE', message, path: ['input', 'segmentId'], usedBy });
      }
      if (issues.length > 0) throw new UserFault(issues);
      await removeSegment(tx.connection, segment.id);
      const gone = { ...locked, segment: { ...segment, version: segment.version + 1 } };
      const event = { kind: 'SEGMENT_UPDATED', segmentKey: segment.key, segment: null } as const;
      const revisions = await segments.record(tx, actor, 'SEGMENT_DELETED', {
        ...gone,
        before: segmentBody(segment),
        after: null,
        event,
      });
      return { deletedSegmentId: segment.id, revisions };
    });
  }
}
