import type { Connection } from '../../database/transaction';
import type { Binding } from './actor';
import { ApiKeyEntity } from './api-key-entity';
import { RoleBindingEntity } from './role-binding-entity';

/** Locks the user's bindings until the transaction ends, so that nobody can change or remove a role meanwhile. */
export function lockBindingsOfUser(connection: Connection, userId: string, organizationId: string): Promise<Binding[]> {
  return connection.find(RoleBindingEntity, {
    where: { userId, organizationId },
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_read' },
  });
}

/** Locks the key until the transaction ends, so that nobody can revoke it meanwhile. Null when it does not exist. */
export function lockApiKey(connection: Connection, id: string): Promise<ApiKeyEntity | null> {
  return connection.findOne(ApiKeyEntity, { where: { id }, lock: { mode: 'pessimistic_read' } });
}
