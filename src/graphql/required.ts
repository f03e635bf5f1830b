/** Loads a row that a foreign key promises. Its absence is a bug, or the row was deleted while the operation ran. */
export async function required<Row>(row: Promise<Row | null>): Promise<Row> {
  const found = await row;
  if (found === null) throw new Error('A referenced row no longer exists.');
  return found;
}
