import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';

export const sessionResolvers: Resolvers = {
  Mutation: {
    refreshSession: (_parent, { input }, { actor, services }) => payload(services.sessions.refresh(actor, input)),
    logOut: (_parent, { input }, { actor, services }) => payload(services.sessions.logOut(actor, input)),
    changePassword: (_parent, { input }, { actor, services }) => payload(services.passwords.change(actor, input)),
    requestPasswordReset: (_parent, { input }, { actor, services }) => payload(services.passwordResetMail.request(actor, input)),
    resetPassword: (_parent, { input }, { actor, services }) => payload(services.passwords.reset(actor, input)),
    endSession: (_parent, { input }, { actor, services }) => payload(services.sessions.endOne(actor, input)),
  },
  Viewer: {
    session: (actor, _args, { loaders }) => (actor.kind === 'USER' ? loaders.session.load(actor.sessionId) : null),
    sessions: (actor, _args, { loaders }) => (actor.kind === 'USER' ? loaders.liveSessionsOfUser.load(actor.id) : []),
  },
  Session: {
    isCurrent: ({ id }, _args, { actor }) => actor.kind === 'USER' && actor.sessionId === id,
  },
};
