/** Credentials, roles and permissions. */
import type { NounModule } from '../noun-module';
import { createAccessLoaders, type AccessLoaders } from './access-loaders';
import { ApiKeyEntity } from './api-key-entity';
import { FailedAuthenticationEntity } from './failed-authentication-entity';
import { InvitationEntity } from './invitation-entity';
import { RefreshTokenEntity } from './refresh-token-entity';
import { RoleBindingEntity } from './role-binding-entity';
import { SessionEntity } from './session-entity';
import type { StreamTickets } from './stream-tickets';
import { UserEntity } from './user-entity';

declare module '../../ids' {
  interface IdKinds {
    readonly binding: true;
    readonly failure: true;
    readonly invitation: true;
    readonly key: true;
    readonly session: true;
    readonly user: true;
  }
}

declare module '../context' {
  interface Services {
    readonly streamTickets: StreamTickets;
  }
  interface Loaders extends AccessLoaders {}
}

export const accessModule: NounModule = {
  entities: [
    UserEntity,
    RoleBindingEntity,
    InvitationEntity,
    SessionEntity,
    RefreshTokenEntity,
    ApiKeyEntity,
    FailedAuthenticationEntity,
  ],
  loaders: createAccessLoaders,
};
