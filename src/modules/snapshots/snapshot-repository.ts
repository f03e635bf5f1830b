import type { Snapshot } from '../../evaluation';
import type { Connection } from '../../database/transaction';
import { findEnvironmentHeads } from '../changes/change-repository';
import { findEnvironmentsByIds } from '../environments/environment-repository';
import { findAllFlags, findConfigurationsByEnvironment } from '../flags/flag-repository';
import { initialConfiguration, wireOfFlag } from '../flags/flag-wire';
import { findProjectsByIds } from '../projects/project-repository';
import { byKey } from './apply-revisions';
import type { EnvironmentScope } from './environment-book';

/** The whole environment as it is now. Run it in one REPEATABLE READ transaction. Null when there is no such environment. */
export async function readSnapshot(
  connection: Connection,
  environmentId: string,
): Promise<{ scope: EnvironmentScope; snapshot: Snapshot } | null> {
  const [environment] = await findEnvironmentsByIds(connection, [environmentId]);
  const [head] = await findEnvironmentHeads(connection, [environmentId]);
  const [project] = await findProjectsByIds(connection, environment ? [environment.projectId] : []);
  if (!environment || !head || !project) return null;
  const flags = await findAllFlags(connection, project.id);
  const configurations = new Map(
    (await findConfigurationsByEnvironment(connection, environmentId)).map((row) => [row.flagId, row]),
  );
  const wires = flags.map((flag) => wireOfFlag(flag, configurations.get(flag.id) ?? initialConfiguration(flag, environmentId)));
  return {
    scope: { environmentId, projectId: project.id, organizationId: project.organizationId },
    snapshot: {
      formatVersion: 1,
      epoch: head.epoch,
      revision: head.revision,
      flags: wires.sort(byKey),
      segments: [],
    },
  };
}
