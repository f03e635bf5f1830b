import { searchTextOf } from '../../database/search-text';
import type { Connection } from '../../database/transaction';
import { storable, unstorable } from '../../validation/input-rules';
import { FlagConfigurationEntity } from './flag-configuration-entity';
import { FlagEntity } from './flag-entity';

// The compiler cannot handle TypeORM's partials of the recursive JSON type.
const FLAG_TABLE: new () => object = FlagEntity;
const CONFIGURATION_TABLE: new () => object = FlagConfigurationEntity;

export async function insertFlag(connection: Connection, flag: FlagEntity): Promise<void> {
  await connection.insert(FLAG_TABLE, { ...flag, searchText: searchTextOf(flag) });
}

export function findFlagsByIds(connection: Connection, ids: readonly string[]): Promise<FlagEntity[]> {
  return connection
    .createQueryBuilder(FlagEntity, 'f')
    .where('f.id = ANY(:ids)', { ids: storable(ids) })
    .getMany();
}

export async function findFlagByKey(connection: Connection, projectId: string, key: string): Promise<FlagEntity | null> {
  if (unstorable(projectId) || unstorable(key)) return null;
  return connection.findOneBy(FlagEntity, { projectId, key });
}

export function findFlagsByKeys(connection: Connection, projectId: string, keys: readonly string[]): Promise<FlagEntity[]> {
  return connection
    .createQueryBuilder(FlagEntity, 'f')
    .where('f.projectId = :projectId AND f.key = ANY(:keys)', { projectId, keys: storable(keys) })
    .getMany();
}

/** Writes the flag if its row still has this version, the one before unless given; returns whether it did. */
export async function updateFlag(connection: Connection, next: FlagEntity, fromVersion = next.version - 1): Promise<boolean> {
  const { id, version, projectId: _projectId, key: _key, createdAt: _createdAt, ...columns } = next;
  const result = await connection.update(
    FLAG_TABLE,
    { id, version: fromVersion },
    {
      ...columns,
      version,
      searchText: searchTextOf(next),
    },
  );
  return result.affected === 1;
}

export async function removeFlag(connection: Connection, id: string): Promise<void> {
  await connection.delete(FlagEntity, { id });
}

/** Sets the time of the last change of these flags' configurations. */
export async function touchFlags(connection: Connection, ids: readonly string[], now: Date): Promise<void> {
  await connection.query('UPDATE flag SET changed_at = $2 WHERE id = ANY($1)', [ids, now]);
}

/** Flag id -> last evaluation in one of the environments (null: in any); flags that were never evaluated are left out. */
export async function findLastEvaluated(
  connection: Connection,
  flagIds: readonly string[],
  environmentIds: readonly string[] | null,
): Promise<Map<string, Date>> {
  const rows: { flag_id: string; at: Date }[] = await connection.query(
    `SELECT flag_id, max(last_evaluated_at) AS at FROM flag_usage
     WHERE flag_id = ANY($1) AND ($2::text[] IS NULL OR environment_id = ANY($2)) GROUP BY flag_id`,
    [flagIds, environmentIds],
  );
  return new Map(rows.map((row) => [row.flag_id, row.at]));
}

export function findAllFlags(connection: Connection, projectId: string): Promise<FlagEntity[]> {
  return connection.findBy(FlagEntity, { projectId });
}

/** Null for a configuration that was never set. */
export function findConfiguration(
  connection: Connection,
  flagId: string,
  environmentId: string,
): Promise<FlagConfigurationEntity | null> {
  return connection.findOneBy(FlagConfigurationEntity, { flagId, environmentId });
}

/** Those of these places that were ever set. */
export function findConfigurationsIn(
  connection: Connection,
  places: readonly { readonly flagId: string; readonly environmentId: string }[],
): Promise<FlagConfigurationEntity[]> {
  return connection
    .createQueryBuilder(FlagConfigurationEntity, 'c')
    .where('(c.flagId, c.environmentId) IN (SELECT * FROM unnest(CAST(:flagIds AS text[]), CAST(:environmentIds AS text[])))', {
      flagIds: places.map(({ flagId }) => flagId),
      environmentIds: places.map(({ environmentId }) => environmentId),
    })
    .getMany();
}

export function findConfigurationsByFlagIds(
  connection: Connection,
  flagIds: readonly string[],
): Promise<FlagConfigurationEntity[]> {
  return connection.createQueryBuilder(FlagConfigurationEntity, 'c').where('c.flagId = ANY(:flagIds)', { flagIds }).getMany();
}

export function findConfigurationsByEnvironment(
  connection: Connection,
  environmentId: string,
): Promise<FlagConfigurationEntity[]> {
  return connection.findBy(FlagConfigurationEntity, { environmentId });
}

/** Flag key -> keys of its prerequisites in the environment, for flags that have any. */
export async function findPrerequisiteKeys(connection: Connection, environmentId: string): Promise<Map<string, string[]>> {
  const rows: { key: string; prerequisites: { flagKey: string }[] }[] = await connection.query(
    `SELECT f.key, c.prerequisites FROM flag_configuration c JOIN flag f ON f.id = c.flag_id
     WHERE c.environment_id = $1 AND jsonb_array_length(c.prerequisites) > 0 ORDER BY f.key`,
    [environmentId],
  );
  return new Map(rows.map(({ key, prerequisites }) => [key, prerequisites.map(({ flagKey }) => flagKey)]));
}

/** Writes again what the same transaction wrote before. */
export async function saveConfigurationAgain(connection: Connection, next: FlagConfigurationEntity): Promise<void> {
  const { flagId, environmentId, ...columns } = next;
  await connection.update(CONFIGURATION_TABLE, { flagId, environmentId, version: next.version }, columns);
}

/**
 * Writes the configuration if its row still has the previous version; returns whether it did. Version 0 has no row, so the
 * first write is an insert.
 */
export async function saveConfiguration(connection: Connection, next: FlagConfigurationEntity): Promise<boolean> {
  if (next.version === 1) {
    const result = await connection
      .createQueryBuilder()
      .insert()
      .into(CONFIGURATION_TABLE)
      .values(next)
      .orIgnore()
      .returning('flag_id')
      .execute();
    return (result.raw as unknown[]).length === 1;
  }
  const { flagId, environmentId, ...columns } = next;
  const result = await connection.update(CONFIGURATION_TABLE, { flagId, environmentId, version: next.version - 1 }, columns);
  return result.affected === 1;
}
