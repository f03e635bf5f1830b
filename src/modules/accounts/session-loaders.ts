import DataLoader from 'dataloader';
import type { Connection } from '../../database/transaction';
import type { SessionEntity } from '../access/session-entity';
import { findSessionById, listLiveSessions } from '../access/session-repository';

/** How many sessions of theirs a user is shown. */
const SESSIONS_MAX = 100;

export interface SessionLoaders {
  readonly session: DataLoader<string, SessionEntity | null>;
  /** Those of one user that are alive, newest first, at most 100. Nobody asks for those of two users in one operation. */
  readonly liveSessionsOfUser: DataLoader<string, SessionEntity[]>;
}

export function createSessionLoaders(connection: Connection, now: Date): SessionLoaders {
  return {
    session: new DataLoader((ids) => Promise.all(ids.map((id) => findSessionById(connection, id)))),
    liveSessionsOfUser: new DataLoader((userIds) =>
      Promise.all(userIds.map((userId) => listLiveSessions(connection, userId, now, SESSIONS_MAX))),
    ),
  };
}
