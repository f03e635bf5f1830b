import type { MigrationInterface, QueryRunner } from 'typeorm';

const ROWS_PER_STATEMENT = 20_000;

interface RevisionRange {
  readonly environmentId: string;
  readonly first: number;
  readonly last: number;
}

/**
 * Times of revisions never go back from one to the next, whatever the clocks of the servers said, so that the revision that
 * held at an instant is found by one look into an index.
 */
export class RevisionTimes1795000015000 implements MigrationInterface {
  /** Each statement commits by itself: what it locks is not kept from others for long. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const ranges = (await runner.query(
      `SELECT environment_id AS "environmentId", min(revision) AS first, max(revision) AS last
       FROM environment_revision GROUP BY environment_id`,
    )) as RevisionRange[];
    for (const range of ranges) await raiseTimes(runner, range);
  }

  /** A raised time does no harm. */
  async down(): Promise<void> {}
}

async function raiseTimes(runner: QueryRunner, { environmentId, first, last }: RevisionRange): Promise<void> {
  // Each statement begins with the last row of the one before, whose time is raised by then.
  for (let start = first; start < last; start += ROWS_PER_STATEMENT) {
    await runner.query(
      `UPDATE environment_revision r SET created_at = raised.created_at FROM (
         SELECT revision, max(created_at) OVER (ORDER BY revision) AS created_at FROM environment_revision
         WHERE environment_id = $1 AND revision BETWEEN $2 AND $3
       ) raised WHERE r.environment_id = $1 AND r.revision = raised.revision AND r.created_at < raised.created_at`,
      [environmentId, start, start + ROWS_PER_STATEMENT],
    );
  }
}
