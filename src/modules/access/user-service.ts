import type { Database } from '../../database/transaction';
import { unstorable } from '../input-rules';
import { findBindingsOfUser, findUsersByIds } from './access-repository';
import { bindingsOf, type Actor } from './actor';
import { requireIdentity } from './authorize';
import type { UserEntity } from './user-entity';

/** People as others see them. */
export class UserService {
  constructor(private readonly database: Database) {}

  /** The actor as it may act now. */
  async withCurrentRoles(actor: Actor): Promise<Actor> {
    if (actor.kind !== 'USER') return actor;
    return { ...actor, bindings: await findBindingsOfUser(this.database.connection, actor.id) };
  }

  /** A user oneself, and whoever has a role in an organization in which the actor has one. Null otherwise. */
  async find(actor: Actor, id: string): Promise<UserEntity | null> {
    requireIdentity(actor);
    const ours = new Set(bindingsOf(actor).map(({ organizationId }) => organizationId));
    if (unstorable(id)) return null;
    const [user] = await findUsersByIds(this.database.connection, [id]);
    if (!user || (actor.kind === 'USER' && id === actor.id)) return user ?? null;
    const theirs = await findBindingsOfUser(this.database.connection, id);
    return theirs.some(({ organizationId }) => ours.has(organizationId)) ? user : null;
  }
}
