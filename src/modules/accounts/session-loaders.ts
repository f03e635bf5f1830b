import DataLoader from 'dataloader';
import type { Connection } from '../../database/transaction';
import type { SessionEntity } from '../access/session-entity';
import { findSessionById, listLiveSessions } from '../access/session-repository';

/** The most sessions that a user's list shows. */
const SESSIONS_MAX = 100;

export interface SessionLoaders {
  readonly session: DataLoader<string, SessionEntity | null>;
  /** The user's live sessions, newest first, at most 100. Not batched, because no operation asks for two users. */
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
