import type { Connection } from '../../database/transaction';
import { lockBindingsOfUser } from './actor-repository';
import type { Actor } from './actor';

/**
 * The actor with the roles that it has in the organization now, which nobody can take away until the transaction ends.
 * Asked for after the lock of the organization or project, so that locks are taken in one order everywhere.
 */
export async function currentActor<Known extends Actor>(
  connection: Connection,
  actor: Known,
  organizationId: string,
): Promise<Known> {
  if (actor.kind !== 'USER') return actor;
  return { ...actor, bindings: await lockBindingsOfUser(connection, actor.id, organizationId) };
}
