import type { Database } from '../../database/transaction';
import { unstorable } from '../../validation/input-rules';
import { findBindingsOfUser, findUsersByIds } from '../access/access-repository';
import { bindingsOf, permits, type Actor, type Binding } from '../access/actor';
import { requireIdentity } from '../access/authorize';
import type { UserEntity } from '../access/user-entity';

/** Finds people as other users see them. */
export class UserService {
  constructor(private readonly database: Database) {}

  /** Returns the actor with its current roles. */
  async withCurrentRoles(actor: Actor): Promise<Actor> {
    if (actor.kind !== 'USER') return actor;
    return { ...actor, bindings: await findBindingsOfUser(this.database.connection, actor.id) };
  }

  /** Finds the actor's own user, and members that the actor may read. Null otherwise. */
  async find(actor: Actor, id: string): Promise<UserEntity | null> {
    requireIdentity(actor);
    if (unstorable(id)) return null;
    const [user] = await findUsersByIds(this.database.connection, [id]);
    if (!user || (actor.kind === 'USER' && id === actor.id)) return user ?? null;
    const theirs = await findBindingsOfUser(this.database.connection, id);
    return theirs.some((binding) => isAmongMembers(actor, binding)) ? user : null;
  }
}

/** Whether the role makes its holder a member of an organization or project whose members the actor may read. */
function isAmongMembers(actor: Actor, { organizationId, projectId }: Binding): boolean {
  if (projectId !== null) return permits(actor, 'member:read', { organizationId, projectId });
  // A role on an organization reaches all its projects.
  const projectIds = bindingsOf(actor).map((own) => (own.organizationId === organizationId ? own.projectId : null));
  return [null, ...projectIds].some((id) => permits(actor, 'member:read', { organizationId, projectId: id }));
}
