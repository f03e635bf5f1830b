/** Roles, invitations, and log-in by an OpenID provider. */
import type { NounModule } from '../noun-module';
import type { InvitationMail } from './invitation-mail';
import type { InvitationService } from './invitation-service';
import { memberResolvers } from './member-resolvers';
import type { MemberService } from './member-service';
import { OidcIdentityEntity } from './oidc-identity-entity';

declare module '../context' {
  interface Services {
    readonly members: MemberService;
    readonly invitations: InvitationService;
    readonly invitationMail: InvitationMail;
  }
}

export const membersModule: NounModule = {
  entities: [OidcIdentityEntity],
  resolvers: [memberResolvers],
  nodes: { invitation: { typeName: 'Invitation', find: ({ invitations }, actor, id) => invitations.find(actor, id) } },
  scopes: {
    Invitation: ({ organizationId, projectId, environmentId }) => ({ organizationId, projectId, environmentId }),
  },
};
