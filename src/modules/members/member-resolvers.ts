import { countedPage } from '../../graphql/connection';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';
import { required } from '../../graphql/required';

export const memberResolvers: Resolvers = {
  Query: {
    invitationOffer: (_parent, { token }, { actor, services }) => services.invitations.findOffer(actor, token),
  },
  Mutation: {
    inviteMember: (_parent, { input }, { actor, services, now }) => payload(services.invitationMail.invite(actor, input, now)),
    withdrawInvitation: (_parent, { input }, { actor, services }) => payload(services.invitations.withdraw(actor, input)),
    acceptInvitation: (_parent, { input }, { actor, services }) => payload(services.invitations.accept(actor, input)),
    setMemberRole: (_parent, { input }, { actor, services }) => payload(services.members.setRole(actor, input)),
    removeMember: (_parent, { input }, { actor, services }) => payload(services.members.remove(actor, input)),
  },
  Organization: {
    members: async ({ id: ownerId }, args, { actor, services, loaders }) => {
      services.members.authorizeOrganization(actor, ownerId, 'member:read');
      return countedPage(
        args,
        (position, limit) => loaders.membersOfOrganization.load({ ownerId, position, limit }),
        (member) => member.email,
        () => loaders.memberCountOfOrganization.load({ ownerId }),
      );
    },
    invitations: async ({ id: ownerId }, args, { actor, services, loaders }) => {
      services.members.authorizeOrganization(actor, ownerId, 'member:invite');
      return countedPage(
        args,
        (position, limit) => loaders.invitationsOfOrganization.load({ ownerId, position, limit }),
        (invitation) => invitation.email,
        () => loaders.invitationCountOfOrganization.load({ ownerId }),
      );
    },
  },
  Project: {
    members: async ({ id: ownerId, organizationId }, args, { actor, services, loaders }) => {
      services.members.authorizeProject(actor, { organizationId, projectId: ownerId });
      return countedPage(
        args,
        (position, limit) => loaders.membersOfProject.load({ ownerId, position, limit }),
        (member) => member.email,
        () => loaders.memberCountOfProject.load({ ownerId }),
      );
    },
  },
  MemberConnection: { totalCount: ({ count }) => count() },
  InvitationConnection: { totalCount: ({ count }) => count() },
  Member: {
    user: ({ userId }, _args, { loaders }) => required(loaders.user.load(userId)),
    roles: (member, _args, { loaders }) => loaders.rolesOfMember.load(member),
    joinedAt: async (member, _args, { loaders }) => {
      const [first] = (await loaders.rolesOfMember.load(member)).map(({ createdAt }) => createdAt).toSorted((a, b) => +a - +b);
      return required(Promise.resolve(first ?? null));
    },
  },
  Invitation: {
    organization: ({ organizationId }, _args, { loaders }) => required(loaders.organization.load(organizationId)),
    invitedBy: ({ invitedById }, _args, { loaders }) => (invitedById === null ? null : loaders.user.load(invitedById)),
  },
};
