/** Users, sessions, passwords, and the first owner. */
import type { NounModule } from '../noun-module';
import { accessResolvers } from './access-resolvers';
import type { AccessService } from './access-service';
import { PasswordResetEntity } from './password-reset-entity';
import type { PasswordResetMail } from './password-reset-mail';
import type { PasswordService } from './password-service';
import { serverResolvers } from './server-resolvers';
import type { ServerService } from './server-service';
import { createSessionLoaders, type SessionLoaders } from './session-loaders';
import { sessionResolvers } from './session-resolvers';
import type { SessionService } from './session-service';
import type { UserService } from './user-service';

declare module '../context' {
  interface Services {
    readonly access: AccessService;
    readonly sessions: SessionService;
    readonly passwords: PasswordService;
    readonly passwordResetMail: PasswordResetMail;
    readonly users: UserService;
    readonly server: ServerService;
  }
  interface Loaders extends SessionLoaders {}
}

export const accountsModule: NounModule = {
  entities: [PasswordResetEntity],
  resolvers: [accessResolvers, sessionResolvers, serverResolvers],
  loaders: createSessionLoaders,
  nodes: { user: { typeName: 'User', find: ({ users }, actor, id) => users.find(actor, id) } },
  // A user belongs to no organization; the object that contains it is checked.
  scopes: { User: null },
};
