/** Records every write. */
import type { NounModule } from '../noun-module';
import { ChangeBodyEntity } from './change-body-entity';
import { ChangeEntity } from './change-entity';
import { createChangeLoaders, type ChangeLoaders } from './change-loaders';
import { changeResolvers } from './change-resolvers';
import type { ChangeService } from './change-service';
import { EnvironmentRevisionEntity } from './environment-revision-entity';
import { AccessHeadEntity, AuditHeadEntity, EnvironmentHeadEntity } from './head-entities';
import { IdempotencyRecordEntity } from './idempotency-record-entity';

declare module '../../ids' {
  interface IdKinds {
    readonly change: true;
  }
}

declare module '../context' {
  interface Services {
    readonly changes: ChangeService;
  }
  interface Loaders extends ChangeLoaders {}
}

export const changesModule: NounModule = {
  entities: [
    IdempotencyRecordEntity,
    ChangeEntity,
    ChangeBodyEntity,
    EnvironmentRevisionEntity,
    EnvironmentHeadEntity,
    AccessHeadEntity,
    AuditHeadEntity,
  ],
  resolvers: [changeResolvers],
  loaders: createChangeLoaders,
  nodes: { change: { typeName: 'Change', find: ({ changes }, actor, id) => changes.find(actor, id) } },
  scopes: { Change: ({ organizationId, projectId }) => ({ organizationId, projectId }) },
};
