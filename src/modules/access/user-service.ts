import type { Database } from '../../database/transaction';
import { unstorable } from '../input-rules';
import { findBindingsOfUser, findUsersByIds } from './access-repository';
import type { Actor } from './actor';
import { requireIdentity } from './authorize';
import type { UserEntity } from './user-entity';

/** People as others see them. */
export class UserService {
  constructor(private readonly database: Database) {}

  /** Oneself, and whoever has a role in an organization in which the actor has one. Null otherwise. */
  async find(actor: Actor, id: string): Promise<UserEntity | null> {
    requireIdentity(actor);
    if (actor.kind !== 'USER' || unstorable(id)) return null;
    const [user] = await findUsersByIds(this.database.connection, [id]);
    if (!user || id === actor.id) return user ?? null;
    const theirs = await findBindingsOfUser(this.database.connection, id);
    const ours = new Set(actor.bindings.map(({ organizationId }) => organizationId));
    return theirs.some(({ organizationId }) => ours.has(organizationId)) ? user : null;
  }
}
