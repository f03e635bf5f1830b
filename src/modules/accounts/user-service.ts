import type { Database } from '../../database/transaction';
import { RequestFault, Unauthenticated, UserFault } from '../../errors';
import { nameIssues, unstorable } from '../../validation/input-rules';
import { findBindingsOfUser, findUsersByIds, updateUserName } from '../access/access-repository';
import { bindingsOf, permits, type Actor, type Binding } from '../access/actor';
import { requireIdentity } from '../access/authorize';
import { lockUser } from '../access/session-repository';
import type { UserEntity } from '../access/user-entity';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import { SYSTEM_CHAIN, type ChangeDraft } from '../changes/record-change';

export interface UpdatedUser {
  readonly user: UserEntity;
  readonly revisions: EnvironmentRevision[];
}

export interface UserServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
}

/** People as other users see them. */
export class UserService {
  constructor(private readonly options: UserServiceOptions) {}

  /** Returns the actor with its current roles. */
  async withCurrentRoles(actor: Actor): Promise<Actor> {
    if (actor.kind !== 'USER') return actor;
    return { ...actor, bindings: await findBindingsOfUser(this.options.database.connection, actor.id) };
  }

  /** Finds the actor's own user, and members that the actor may read. Null otherwise. */
  async find(actor: Actor, id: string): Promise<UserEntity | null> {
    requireIdentity(actor);
    if (unstorable(id)) return null;
    const [user] = await findUsersByIds(this.options.database.connection, [id]);
    if (!user || (actor.kind === 'USER' && id === actor.id)) return user ?? null;
    const theirs = await findBindingsOfUser(this.options.database.connection, id);
    return theirs.some((binding) => isAmongMembers(actor, binding)) ? user : null;
  }

  /** Changes the actor's own user, and records that. Of several concurrent calls, the last wins. */
  async updateOwn(actor: Actor, { name }: { readonly name: string }): Promise<UpdatedUser> {
    requireIdentity(actor);
    if (actor.kind !== 'USER') {
      throw new RequestFault('FORBIDDEN', 'An API key is no user: to rename the key, use updateApiKey.');
    }
    const { changes } = this.options;
    return changes.commit(actor, async (tx) => {
      const current = await lockUser(tx.connection, actor.id);
      if (current === null) throw new Unauthenticated('The user was deleted.');
      const issues = nameIssues('Name', name, ['input', 'name']);
      if (issues.length > 0) throw new UserFault(issues);
      if (current.name === name) return { user: current, revisions: [] };
      const user: UserEntity = { ...current, name, version: current.version + 1 };
      await updateUserName(tx.connection, user);
      return { user, revisions: await changes.record(tx, actor, updateOf(current, user)) };
    });
  }
}

function updateOf(before: UserEntity, { id, email, name, version }: UserEntity): ChangeDraft {
  const subject = { subjectKind: 'USER', subjectId: id, subjectKey: email } as const;
  return {
    kind: 'USER_UPDATED',
    organizationId: SYSTEM_CHAIN,
    projectId: null,
    deliveries: [],
    items: [{ ...subject, version, before: { email, name: before.name }, after: { email, name } }],
  };
}

/** Whether the role makes its holder a member of an organization or project whose members the actor may read. */
function isAmongMembers(actor: Actor, { organizationId, projectId }: Binding): boolean {
  if (projectId !== null) return permits(actor, 'member:read', { organizationId, projectId });
  // A role on an organization reaches all its projects.
  const projectIds = bindingsOf(actor).map((own) => (own.organizationId === organizationId ? own.projectId : null));
  return [null, ...projectIds].some((id) => permits(actor, 'member:read', { organizationId, projectId: id }));
}
