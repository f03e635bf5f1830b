/** Finds references inside stored targeting, with one statement each for any number of objects. */
import type { Usage } from '../../errors';
import type { Connection } from '../../database/transaction';

interface UsageRow extends Usage {
  readonly id: string;
}

/** Uses of segments by flags in these environments (null: in all) and by other segments. `id` is the segment's. */
export function findSegmentUses(
  connection: Connection,
  segmentIds: readonly string[],
  environmentIds: readonly string[] | null = null,
): Promise<UsageRow[]> {
  return connection.query(
    `WITH used AS (SELECT id, project_id, key FROM segment WHERE id = ANY($1))
     SELECT DISTINCT u.id, f.key AS "flagKey", NULL AS "segmentKey", e.key AS "environmentKey", e.id AS "environmentId"
     FROM flag_configuration c
     JOIN flag f ON f.id = c.flag_id
     JOIN environment e ON e.id = c.environment_id
     CROSS JOIN LATERAL jsonb_path_query(c.rules, '$.**.segments[*]') AS named(key)
     JOIN used u ON u.project_id = f.project_id AND u.key = named.key #>> '{}'
     WHERE f.project_id IN (SELECT project_id FROM used) AND ($2::text[] IS NULL OR c.environment_id = ANY($2))
     UNION ALL
     SELECT DISTINCT u.id, NULL, s.key, NULL, NULL
     FROM segment s
     CROSS JOIN LATERAL jsonb_path_query(s.rules, '$.**.segments[*]') AS named(key)
     JOIN used u ON u.project_id = s.project_id AND u.key = named.key #>> '{}'
     WHERE s.project_id IN (SELECT project_id FROM used)
     ORDER BY 2, 3, 4`,
    [segmentIds, environmentIds],
  );
}

/**
 * Flags that have these flags as a prerequisite in these environments (null: in any). `id` is the prerequisite's;
 * `variation` the one that it must serve.
 */
export function findDependents(
  connection: Connection,
  flagIds: readonly string[],
  environmentIds: readonly string[] | null = null,
): Promise<(UsageRow & { readonly variation: string; readonly isArchived: boolean })[]> {
  return connection.query(
    `WITH used AS (SELECT id, project_id, key FROM flag WHERE id = ANY($1))
     SELECT u.id, f.key AS "flagKey", NULL AS "segmentKey", e.key AS "environmentKey", e.id AS "environmentId",
            named.prerequisite->>'variation' AS variation, f.is_archived AS "isArchived"
     FROM flag_configuration c
     JOIN flag f ON f.id = c.flag_id
     JOIN environment e ON e.id = c.environment_id
     CROSS JOIN LATERAL jsonb_array_elements(c.prerequisites) AS named(prerequisite)
     JOIN used u ON u.project_id = f.project_id AND u.key = named.prerequisite->>'flagKey'
     WHERE f.project_id IN (SELECT project_id FROM used) AND ($2::text[] IS NULL OR c.environment_id = ANY($2))
     ORDER BY f.key, e.position, e.key`,
    [flagIds, environmentIds],
  );
}

export interface RuleUse extends Usage {
  /** Null for a rollout of the fallthrough. */
  readonly ruleId: string | null;
}

/** Rules that test an attribute, or hash it, in the segments of a project and in its flags in these environments (null: in all). */
export function findAttributeUses(
  connection: Connection,
  projectId: string,
  attribute: string,
  environmentIds: readonly string[] | null,
): Promise<RuleUse[]> {
  const NAMES_IT = `'$.** ? (@.attribute == $a || @.bucketBy == $a)', jsonb_build_object('a', $2::text)`;
  return connection.query(
    `SELECT f.key AS "flagKey", NULL AS "segmentKey", e.key AS "environmentKey", e.id AS "environmentId",
            r.rule->>'id' AS "ruleId"
     FROM flag_configuration c
     JOIN flag f ON f.id = c.flag_id
     JOIN environment e ON e.id = c.environment_id
     CROSS JOIN LATERAL jsonb_array_elements(c.rules || jsonb_build_array(c.fallthrough)) AS r(rule)
     WHERE f.project_id = $1 AND ($3::text[] IS NULL OR c.environment_id = ANY($3))
       AND jsonb_path_exists(r.rule, ${NAMES_IT})
     UNION ALL
     SELECT NULL, s.key, NULL, NULL, r.rule->>'id'
     FROM segment s CROSS JOIN LATERAL jsonb_array_elements(s.rules) AS r(rule)
     WHERE s.project_id = $1 AND jsonb_path_exists(r.rule, ${NAMES_IT})
     ORDER BY 1, 2, 3, 5 LIMIT 1000`,
    [projectId, attribute, environmentIds],
  );
}
