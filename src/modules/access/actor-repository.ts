import type { Connection } from '../../database/transaction';
import type { Binding } from './actor';
import { ApiKeyEntity } from './api-key-entity';
import { RoleBindingEntity } from './role-binding-entity';

/** Held against whoever takes a role away or changes it, until the transaction ends. */
export function lockBindingsOfUser(connection: Connection, userId: string, organizationId: string): Promise<Binding[]> {
  return connection.find(RoleBindingEntity, {
    where: { userId, organizationId },
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_read' },
  });
}

/** Held against whoever revokes the key, until the transaction ends. Null when there is none. */
export function lockApiKey(connection: Connection, id: string): Promise<ApiKeyEntity | null> {
  return connection.findOne(ApiKeyEntity, { where: { id }, lock: { mode: 'pessimistic_read' } });
}
