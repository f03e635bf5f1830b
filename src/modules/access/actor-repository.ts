import type { Connection } from '../../database/transaction';
import type { Binding } from './actor';
import { RoleBindingEntity } from './role-binding-entity';

/** Held against whoever takes a role away or changes it, until the transaction ends. */
export function lockBindingsOfUser(connection: Connection, userId: string, organizationId: string): Promise<Binding[]> {
  return connection.find(RoleBindingEntity, {
    where: { userId, organizationId },
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_read' },
  });
}
