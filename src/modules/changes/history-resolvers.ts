import type { Loaders } from '../../context';
import { page, type Connection, type PageArguments } from '../../graphql/connection';
import type { ChangeEntity } from './change-entity';
import { sequencePosition } from './change-service';

/** A page of the history of a thing, and of what has it as parent; newest first. */
export function historyOf(ownerId: string, args: PageArguments, loaders: Loaders): Promise<Connection<ChangeEntity>> {
  return page(
    args,
    (position, limit) => loaders.historyPage.load({ ownerId, position: sequencePosition(position), limit }),
    (change) => change.sequence,
  );
}
