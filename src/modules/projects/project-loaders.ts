import DataLoader from 'dataloader';
import { orderById } from '../../database/group-rows';
import { createCountLoader, createPageLoader } from '../../database/page-loader';
import type { Connection } from '../../database/transaction';
import type { ProjectEntity } from './project-entity';
import { countProjects, findProjectsByIds, listProjects, type ProjectPage, type ProjectSearch } from './project-repository';

export interface ProjectLoaders {
  readonly project: DataLoader<string, ProjectEntity | null>;
  /** Ordered by key. */
  readonly projectsOfOrganization: DataLoader<ProjectPage, ProjectEntity[], string>;
  readonly projectCountOfOrganization: DataLoader<ProjectSearch, number, string>;
}

export function createProjectLoaders(connection: Connection): ProjectLoaders {
  return {
    project: new DataLoader(async (ids) => orderById(await findProjectsByIds(connection, ids), ids)),
    projectsOfOrganization: createPageLoader(
      (requests, shared) => listProjects(connection, requests, shared),
      (project) => project.organizationId,
      ({ text, position, limit }) => [text, position, limit],
    ),
    projectCountOfOrganization: createCountLoader(
      (requests, shared) => countProjects(connection, requests, shared),
      ({ text }) => text,
    ),
  };
}
