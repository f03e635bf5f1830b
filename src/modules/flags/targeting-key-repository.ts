import type { Usage } from '../../errors';
import type { Connection } from '../../database/transaction';

/** A use of a targeting key: in an environment, in the variations of a flag, or in a segment. */
export interface TargetingKeyUse extends Usage {
  readonly projectKey: string;
}

/** Searches the targets, rules and variations of the flags and the keys and rules of the segments of an organization. */
export function findTargetingKeyUses(
  connection: Connection,
  organizationId: string,
  targetingKey: string,
  limit: number,
): Promise<TargetingKeyUse[]> {
  const VARS = `jsonb_build_object('k', $2::text)`;
  const IN_RULES = `'$.**.values.** ? (@ == $k)', ${VARS}`;
  return connection.query(
    `SELECT p.key AS "projectKey", f.key AS "flagKey", NULL AS "segmentKey", e.key AS "environmentKey", e.id AS "environmentId"
     FROM flag_configuration c
     JOIN flag f ON f.id = c.flag_id
     JOIN project p ON p.id = f.project_id
     JOIN environment e ON e.id = c.environment_id
     WHERE p.organization_id = $1
       AND (jsonb_path_exists(c.targets, '$[*].targetingKeys[*] ? (@ == $k)', ${VARS}) OR jsonb_path_exists(c.rules, ${IN_RULES}))
     UNION ALL
     SELECT p.key, f.key, NULL, NULL, NULL FROM flag f JOIN project p ON p.id = f.project_id
     WHERE p.organization_id = $1
       AND (jsonb_path_exists(f.variations::jsonb, '$[*].value.** ? (@ == $k)', ${VARS})
         OR jsonb_path_exists(f.variations::jsonb, '$[*].value.** ? (@.type() == "object").keyvalue().key ? (@ == $k)', ${VARS}))
     UNION ALL
     SELECT p.key, NULL, s.key, NULL, NULL FROM segment s JOIN project p ON p.id = s.project_id
     WHERE p.organization_id = $1
       AND (EXISTS (SELECT 1 FROM segment_key k WHERE k.segment_id = s.id AND k.targeting_key = $2)
         OR jsonb_path_exists(s.rules, ${IN_RULES}))
     ORDER BY 1, 2, 3, 4 LIMIT $3`,
    [organizationId, targetingKey, limit],
  );
}

/** The ids of the projects of an organization and of their environments. */
export async function findProjectAndEnvironmentIds(connection: Connection, organizationId: string): Promise<string[]> {
  const rows: { id: string }[] = await connection.query(
    `SELECT id FROM project WHERE organization_id = $1
     UNION ALL SELECT e.id FROM environment e JOIN project p ON p.id = e.project_id WHERE p.organization_id = $1`,
    [organizationId],
  );
  return rows.map(({ id }) => id);
}
