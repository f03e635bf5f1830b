import { byKey, type SnapshotSegment } from '../../evaluation';
import { groupRows } from '../../database/group-rows';
import type { Connection } from '../../database/transaction';
import { findEnvironmentHead } from '../changes/head-repository';
import { findEnvironmentsByIds } from '../environments/environment-repository';
import { findAllFlags, findConfigurationsByEnvironment } from '../flags/flag-repository';
import { initialConfiguration, wireOfFlag } from '../flags/flag-wire';
import { findProjectsByIds } from '../projects/project-repository';
import type { SegmentEntity } from '../segments/segment-entity';
import type { SegmentKeyEntity } from '../segments/segment-key-entity';
import { findAllKeys, findAllSegments } from '../segments/segment-repository';
import { wireRules } from '../segments/segment-wire';
import type { Reading } from './environment-state';

/** Reads the whole environment. Needs one REPEATABLE READ transaction. Null when there is no such environment. */
export async function readSnapshot(connection: Connection, environmentId: string): Promise<Reading | null> {
  const [environment] = await findEnvironmentsByIds(connection, [environmentId]);
  const head = await findEnvironmentHead(connection, environmentId);
  const [project] = await findProjectsByIds(connection, environment ? [environment.projectId] : []);
  if (!environment || !head || !project) return null;
  const flags = await findAllFlags(connection, project.id);
  const configurations = new Map(
    (await findConfigurationsByEnvironment(connection, environmentId)).map((row) => [row.flagId, row]),
  );
  const wires = flags.map((flag) => wireOfFlag(flag, configurations.get(flag.id) ?? initialConfiguration(flag, environmentId)));
  return {
    changeId: head.changeId,
    scope: { environmentId, projectId: project.id, organizationId: project.organizationId },
    snapshot: {
      formatVersion: 1,
      epoch: head.epoch,
      revision: head.revision,
      flags: wires.sort(byKey),
      segments: segmentWires(await findAllSegments(connection, project.id), await findAllKeys(connection, project.id)),
    },
  };
}

function segmentWires(segments: readonly SegmentEntity[], keys: readonly SegmentKeyEntity[]): SnapshotSegment[] {
  const bySegment = groupRows(keys, (row) => row.segmentId);
  const wires = segments.map((segment): SnapshotSegment => {
    const rows = bySegment.get(segment.id) ?? [];
    const keysIn = (list: string): string[] => rows.filter((row) => row.list === list).map((row) => row.targetingKey);
    return {
      key: segment.key,
      version: segment.version,
      included: keysIn('INCLUDED'),
      excluded: keysIn('EXCLUDED'),
      rules: wireRules(segment),
    };
  });
  return wires.sort(byKey);
}
