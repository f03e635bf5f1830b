import { groupRows } from '../../database/group-rows';
import type { Connection } from '../../database/transaction';
import { ApiKeyEntity } from './api-key-entity';
import { findUsersByIds } from './access-repository';
import { InvitationEntity } from './invitation-entity';
import type { BindingScope } from './member-rules';
import { RoleBindingEntity } from './role-binding-entity';
import type { UserEntity } from './user-entity';

/** All keys, roles and invitations of a scope and of everything in it. */
export interface AccessWithin {
  readonly keys: readonly ApiKeyEntity[];
  readonly members: readonly { readonly user: UserEntity; readonly bindings: readonly RoleBindingEntity[] }[];
  readonly invitations: readonly InvitationEntity[];
}

/** Locks the rows until the transaction ends. Deleting the scope deletes them with it. */
export async function lockAccessWithin(connection: Connection, scope: BindingScope): Promise<AccessWithin> {
  const keys = await lockWithin(connection, ApiKeyEntity, scope);
  const bindings = await lockWithin(connection, RoleBindingEntity, scope);
  const invitations = await lockWithin(connection, InvitationEntity, scope);
  const users = await findUsersByIds(connection, [...new Set(bindings.map(({ userId }) => userId))]);
  const bindingsOf = groupRows(bindings, ({ userId }) => userId);
  return { keys, members: users.map((user) => ({ user, bindings: bindingsOf.get(user.id) ?? [] })), invitations };
}

function lockWithin<Row extends ApiKeyEntity | RoleBindingEntity | InvitationEntity>(
  connection: Connection,
  table: new () => Row,
  { organizationId, projectId, environmentId }: BindingScope,
): Promise<Row[]> {
  const query = connection.createQueryBuilder(table, 'x').where('x.organizationId = :organizationId', { organizationId });
  if (projectId !== null) query.andWhere('x.projectId = :projectId', { projectId });
  if (environmentId !== null) query.andWhere('x.environmentId = :environmentId', { environmentId });
  return query.orderBy('x.id').setLock('pessimistic_write').getMany();
}
