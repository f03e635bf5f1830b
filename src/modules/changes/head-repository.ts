/** Reads the heads that tell a server which revisions and changes of access it has missed. */
import type { Connection } from '../../database/transaction';

/** A revision of an environment; in answers to a mutation, the one that holds the change. */
export interface EnvironmentRevision {
  readonly environmentId: string;
  readonly epoch: string;
  readonly revision: number;
}

/** The newest revision of an environment. */
export interface EnvironmentHead extends EnvironmentRevision {
  /** The change that made the revision. Null for revision 0, and until the next change when an older release deleted its row. */
  readonly changeId: string | null;
}

export interface Heads {
  /** The heads of the requested environments; environments that are gone are left out. */
  readonly environments: readonly EnvironmentHead[];
  /** Maps every chain (an organization, or `system`) to the revision of its access rules. */
  readonly access: ReadonlyMap<string, number>;
}

const ENVIRONMENT_HEADS = `SELECT h.environment_id, h.epoch, h.revision, r.change_id FROM environment_head h
  LEFT JOIN environment_revision r ON r.environment_id = h.environment_id AND r.revision = h.revision
  WHERE h.environment_id = ANY($1)`;

/** Reads all heads by one statement, so that they are of one moment. */
export async function readHeads(connection: Connection, environmentIds: readonly string[]): Promise<Heads> {
  const rows: { id: string; epoch: string | null; revision: number; change_id: string | null }[] = await connection.query(
    `SELECT environment_id AS id, epoch, revision, change_id FROM (${ENVIRONMENT_HEADS}) heads
     UNION ALL SELECT organization_id, NULL, revision, NULL FROM access_head`,
    [environmentIds],
  );
  const environments: EnvironmentHead[] = [];
  const access = new Map<string, number>();
  for (const { id, epoch, revision, change_id: changeId } of rows) {
    if (epoch === null) access.set(id, revision);
    else environments.push({ environmentId: id, epoch, revision, changeId });
  }
  return { environments, access };
}

/** Finds the head of an environment. Null when there is no such environment. */
export async function findEnvironmentHead(connection: Connection, environmentId: string): Promise<EnvironmentHead | null> {
  const rows: EnvironmentHead[] = await connection.query(
    `SELECT environment_id AS "environmentId", epoch, revision, change_id AS "changeId" FROM (${ENVIRONMENT_HEADS}) heads`,
    [[environmentId]],
  );
  return rows[0] ?? null;
}

/**
 * Reads the heads that every change of these projects raises: the end of the audit chain of their organization, and the revisions and
 * epochs of their environments. None when there is no such project.
 */
export function readHeadsOfProjects(connection: Connection, projectIds: readonly string[]): Promise<readonly object[]> {
  return connection.query(
    `SELECT organization_id AS id, hash AS state, sequence AS number FROM audit_head
     WHERE organization_id IN (SELECT organization_id FROM project WHERE id = ANY($1))
     UNION ALL SELECT environment_id, epoch, revision FROM environment_head WHERE project_id = ANY($1) ORDER BY id`,
    [projectIds],
  );
}

/** Reads the head that every change of an organization raises, and of what belongs to it. */
export function readHeadsOfOrganization(connection: Connection, organizationId: string): Promise<readonly object[]> {
  return connection.query('SELECT hash, sequence FROM audit_head WHERE organization_id = $1', [organizationId]);
}

/** Counts the changes that were ever recorded, of organizations that are gone, too. */
export async function countChanges(connection: Connection): Promise<number> {
  const [row] = await connection.query<{ count: number }[]>('SELECT coalesce(sum(sequence), 0)::float8 AS count FROM audit_head');
  return row?.count ?? 0;
}
