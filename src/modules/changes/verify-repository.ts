/** Reads chains from the database to verify them, page by page, without holding more than a few megabytes at once. */
import type { Connection } from '../../database/transaction';
import { ChangeBodyEntity } from './change-body-entity';
import { ChangeEntity } from './change-entity';
import { AuditHeadEntity } from './head-entities';
import { ChainVerifier, type ChainReport, type KeptHead } from './verify-chain';

const ROWS_PER_PAGE = 1_000;
/** A single change with larger bodies is still read whole. */
const BODY_BYTES_PER_READ = 4_000_000;

/**
 * Lists the ids of all chains that exist or must exist, in order: every chain with rows or a head, every organization, and
 * `system` once there is an account.
 */
export async function listChains(connection: Connection): Promise<string[]> {
  // Reads the index once for each chain, not once for each row.
  const rows: { id: string }[] = await connection.query(
    `WITH RECURSIVE chain AS (
       SELECT min(organization_id) AS id FROM change
       UNION ALL SELECT (SELECT min(organization_id) FROM change WHERE organization_id > chain.id) FROM chain WHERE id IS NOT NULL
     )
     SELECT id FROM chain WHERE id IS NOT NULL
     UNION SELECT organization_id FROM audit_head
     UNION SELECT id FROM organization
     UNION (SELECT 'system' FROM app_user LIMIT 1)
     ORDER BY id`,
  );
  return rows.map(({ id }) => id);
}

/**
 * Verifies one chain. A REPEATABLE READ transaction shows the chain of one instant while writers go on. `kept`: null when no
 * head was kept elsewhere.
 */
export async function verifyChain(
  connection: Connection,
  organizationId: string,
  kept: KeptHead | null = null,
): Promise<ChainReport> {
  const verifier = new ChainVerifier(organizationId, kept);
  for await (const page of pagesOf(connection, organizationId)) {
    for (const [row, bodies] of page) verifier.take(row, bodies);
  }
  return verifier.finish(await connection.findOneBy(AuditHeadEntity, { organizationId }));
}

/** Finds a body whose change is gone. Null when there is none. */
export async function findOrphan(connection: Connection): Promise<{ changeId: string; position: number } | null> {
  const rows: { changeId: string; position: number }[] = await connection.query(
    `SELECT b.change_id AS "changeId", b.position FROM change_body b
     WHERE NOT EXISTS (SELECT 1 FROM change c WHERE c.id = b.change_id) ORDER BY b.change_id, b.position LIMIT 1`,
  );
  return rows[0] ?? null;
}

/** Prepares a transaction for long reading. */
export async function prepareReading(connection: Connection): Promise<void> {
  await connection.query('SET LOCAL statement_timeout = 0');
  // A page is read in milliseconds; compiling its statement takes most of a second where statistics are old.
  await connection.query('SET LOCAL jit = off');
}

async function* pagesOf(
  connection: Connection,
  organizationId: string,
): AsyncGenerator<(readonly [ChangeEntity, ChangeBodyEntity[]])[]> {
  const columns = columnsOf(connection, ChangeEntity, 'c');
  // Begins at the least bigint, so that nothing hides before the first row.
  let [sequence, id] = ['-9223372036854775808', ''];
  for (;;) {
    const rows: (ChangeEntity & { bodyBytes: string })[] = await connection.query(
      `SELECT ${columns}, (SELECT coalesce(sum(coalesce(octet_length(b.before), 0) + coalesce(octet_length(b.after), 0)), 0) FROM change_body b
         WHERE b.change_id = c.id) AS "bodyBytes"
       FROM change c WHERE c.organization_id = $1 AND (c.sequence, c.id) > ($2, $3) ORDER BY c.sequence, c.id LIMIT ${ROWS_PER_PAGE}`,
      [organizationId, sequence, id],
    );
    for (const part of partsOf(rows)) yield await withBodies(connection, part);
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_PER_PAGE) return;
    ({ sequence, id } = last);
  }
}

/** Splits the rows into runs of neighbours whose bodies may be held in memory together. */
function partsOf(rows: readonly (ChangeEntity & { readonly bodyBytes: string })[]): ChangeEntity[][] {
  const parts: ChangeEntity[][] = [];
  let bytes = Infinity;
  for (const { bodyBytes, ...row } of rows) {
    bytes += Number(bodyBytes);
    if (bytes > BODY_BYTES_PER_READ) {
      parts.push([]);
      bytes = Number(bodyBytes);
    }
    parts.at(-1)?.push(row);
  }
  return parts;
}

async function withBodies(
  connection: Connection,
  rows: readonly ChangeEntity[],
): Promise<(readonly [ChangeEntity, ChangeBodyEntity[]])[]> {
  const bodies: ChangeBodyEntity[] = await connection.query(
    `SELECT ${columnsOf(connection, ChangeBodyEntity, 'b')} FROM change_body b WHERE b.change_id = ANY($1)
     ORDER BY b.change_id, b.position`,
    [rows.map((row) => row.id)],
  );
  const byChange = new Map<string, ChangeBodyEntity[]>(rows.map((row) => [row.id, []]));
  for (const body of bodies) byChange.get(body.changeId)?.push(body);
  return rows.map((row) => [row, byChange.get(row.id) ?? []] as const);
}

/** Lists every column that the entity has, so that none is forgotten; avoids the ORM's work for each row. */
function columnsOf(connection: Connection, table: new () => object, alias: string): string {
  const { columns } = connection.dataSource.getMetadata(table);
  return columns.map((column) => `${alias}."${column.databaseName}" AS "${column.propertyName}"`).join(', ');
}
