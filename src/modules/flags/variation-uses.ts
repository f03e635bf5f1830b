import type { SnapshotServe } from '../../evaluation';
import type { Connection } from '../../database/transaction';
import { findEnvironmentsByProjectIds } from '../environments/environment-repository';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import { findConfigurationsByFlagIds } from './flag-repository';
import type { VariationUse } from './flag-rules';
import { configurationsIn } from './flag-view';
import { findDependents } from './usage-repository';

/** Finds the uses of each variation of a flag: in its own configurations, and by flags that have it as a prerequisite. */
export async function variationUses(connection: Connection, flag: FlagEntity): Promise<VariationUse[]> {
  const environments = await findEnvironmentsByProjectIds(connection, [flag.projectId]);
  const keys = new Map(environments.map((environment) => [environment.id, environment.key]));
  const stored = await findConfigurationsByFlagIds(connection, [flag.id]);
  const own = configurationsIn(flag, [...keys.keys()], stored).flatMap((configuration) =>
    variationsIn(configuration).map((variation) => ({
      variation,
      flagKey: flag.key,
      segmentKey: null,
      environmentKey: keys.get(configuration.environmentId) ?? null,
      environmentId: configuration.environmentId,
    })),
  );
  const dependents = await findDependents(connection, [flag.id]);
  return [
    ...own,
    ...dependents.map(({ variation, flagKey, segmentKey, environmentKey, environmentId }) => ({
      variation,
      flagKey,
      segmentKey,
      environmentKey,
      environmentId,
    })),
  ];
}

/** Distinct keys of the variations that a configuration names. */
function variationsIn({ offVariation, targets, rules, fallthrough }: FlagConfigurationEntity): string[] {
  const served = [fallthrough, ...rules.map((rule) => rule.serve)].flatMap(variationsServed);
  return [...new Set([offVariation, ...targets.map((target) => target.variation), ...served])];
}

function variationsServed(serve: SnapshotServe): string[] {
  if (serve.variation !== undefined) return [serve.variation];
  return [serve.rollout.whenMissing, ...serve.rollout.shares.map((share) => share.variation)];
}
