import type { Context } from '../context';
import { page, type ConnectionPage, type PageArguments } from '../../graphql/connection';
import { visibilityIn } from '../access/visibility';
import type { ChangeEntity } from './change-entity';
import { sequencePosition } from './change-service';

/** A thing and its project. */
export interface Recorded {
  readonly id: string;
  readonly project: { readonly id: string; readonly organizationId: string };
}

/** Answers a page of the visible history of a thing and of the things that have it as parent; newest first. */
export function historyOf(
  { id: ownerId, project }: Recorded,
  args: PageArguments,
  { actor, loaders }: Context,
): Promise<ConnectionPage<ChangeEntity>> {
  const visibility = visibilityIn(actor, { organizationId: project.organizationId, projectId: project.id });
  return page(
    args,
    (position, limit) => loaders.historyPage.load({ ownerId, visibility, position: sequencePosition(position), limit }),
    (change) => change.sequence,
  );
}
