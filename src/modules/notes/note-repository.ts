import type { Connection } from '../../database/transaction';
import { unstorable } from '../../validation/input-rules';
import { NoteEntity } from './note-entity';

export async function insertNote(connection: Connection, note: NoteEntity): Promise<void> {
  await connection.insert(NoteEntity, note);
}

export async function findNoteById(connection: Connection, id: string): Promise<NoteEntity | null> {
  return unstorable(id) ? null : connection.findOneBy(NoteEntity, { id });
}
