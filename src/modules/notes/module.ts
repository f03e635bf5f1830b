/** Texts that people leave on a project for each other. */
import type { NounModule } from '../noun-module';
import { scopeInProject } from '../projects/project-scope';
import { NoteEntity } from './note-entity';
import { noteResolvers } from './note-resolvers';
import type { NoteService } from './note-service';

declare module '../../ids' {
  interface IdKinds {
    readonly note: true;
  }
}

declare module '../context' {
  interface Services {
    readonly notes: NoteService;
  }
}

export const notesModule: NounModule = {
  entities: [NoteEntity],
  resolvers: [noteResolvers],
  nodes: { note: { typeName: 'Note', find: ({ notes }, actor, id) => notes.find(actor, id) } },
  scopes: { Note: ({ projectId }, context) => scopeInProject(projectId, context) },
};
