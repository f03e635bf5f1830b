import type { SubjectKind } from './change-kinds';
import type { ChangeItemDraft } from './record-change';

/** The columns of a row with a key and a version that its changes keep. */
interface KeyedRow {
  readonly id: string;
  readonly key: string;
  readonly version: number;
}

/** A row before and after a change. Null when it did not exist; never both. */
export interface RowEdit<Row> {
  readonly before: Row | null;
  readonly after: Row | null;
}

/** Describes the edit of a row as history keeps it; `bodyOf` omits secrets. A deletion counts as one more version. */
export function rowItem<Row extends KeyedRow>(
  subjectKind: SubjectKind,
  { before, after }: RowEdit<Row>,
  bodyOf: (row: Row) => object,
): ChangeItemDraft {
  const row = (after ?? before) as Row;
  return {
    subjectKind,
    subjectId: row.id,
    subjectKey: row.key,
    version: after?.version ?? row.version + 1,
    before: before && bodyOf(before),
    after: after && bodyOf(after),
  };
}
