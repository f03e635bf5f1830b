import type { Database } from '../../database/transaction';
import { UserFault } from '../../errors';
import { newId } from '../../ids';
import type { Actor } from '../access/actor';
import { authorize, notFound, requireIdentity } from '../access/authorize';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import { findProjectsByIds } from '../projects/project-repository';
import { lockProjectFor } from '../projects/project-service';
import type { NoteEntity } from './note-entity';
import { findNoteById, insertNote } from './note-repository';
import { noteIssues } from './note-rules';

export interface NoteServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
}

export interface CreateNoteInput {
  readonly projectId: string;
  readonly text: string;
}

export class NoteService {
  constructor(private readonly options: NoteServiceOptions) {}

  /** Null when it does not exist or the actor may not see it. */
  async find(actor: Actor, id: string): Promise<NoteEntity | null> {
    requireIdentity(actor);
    const { connection } = this.options.database;
    const note = await findNoteById(connection, id);
    const [project] = await findProjectsByIds(connection, note ? [note.projectId] : []);
    if (!note || !project) return null;
    const scope = { organizationId: project.organizationId, projectId: project.id };
    return authorize(actor, { permission: 'note:read', toSee: 'note:read' }, scope) ? note : null;
  }

  async create(actor: Actor, input: CreateNoteInput): Promise<{ note: NoteEntity; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(actor, async (tx) => {
      const { projectId, text } = input;
      const locked = await lockProjectFor(tx.connection, actor, { projectId }, 'note:create');
      if (!locked) throw notFound('project', projectId, ['input', 'projectId']);
      const issues = noteIssues(text);
      if (issues.length > 0) throw new UserFault(issues);
      const note: NoteEntity = { id: newId('note'), projectId, text, createdAt: this.options.changes.now() };
      await insertNote(tx.connection, note);
      const revisions = await this.options.changes.record(tx, locked.actor, {
        kind: 'NOTE_CREATED',
        organizationId: locked.project.organizationId,
        projectId,
        items: [{ subjectKind: 'NOTE', subjectId: note.id, subjectKey: note.id, version: 1, before: null, after: { text } }],
        deliveries: [],
      });
      return { note, revisions };
    });
  }
}
