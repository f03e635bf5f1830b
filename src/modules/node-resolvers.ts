/** Resolves `node(id)`. Lives here and not with a noun, because it knows them all. */
import type { Context } from './context';
import type { Resolvers, ResolversTypes } from '../graphql/generated/resolver-types';
import { kindOfId } from '../ids';
import type { Actor } from './access/actor';
import { requireIdentity } from './access/authorize';

type Node = Awaited<ResolversTypes['Node']>;
type TypeName =
  NonNullable<NonNullable<Resolvers['Node']>['__resolveType']> extends (...args: never[]) => infer Name ? Awaited<Name> : never;

interface NodeKind {
  readonly typeName: NonNullable<TypeName>;
  /** Null when it does not exist or the actor may not see it. */
  readonly find: (services: Context['services'], actor: Actor, id: string) => Promise<Node | null>;
}

/** Kinds by the noun with which an id begins. Every type that implements Node is listed. */
const KINDS: Readonly<Record<string, NodeKind>> = {
  organization: { typeName: 'Organization', find: ({ organizations }, actor, id) => organizations.find(actor, id) },
  project: { typeName: 'Project', find: ({ projects }, actor, id) => projects.find(actor, id) },
  environment: { typeName: 'Environment', find: ({ environments }, actor, id) => environments.find(actor, id) },
  flag: { typeName: 'Flag', find: ({ flags }, actor, id) => flags.find(actor, id) },
  configuration: { typeName: 'FlagConfiguration', find: ({ flags }, actor, id) => flags.findConfiguration(actor, id) },
  segment: { typeName: 'Segment', find: ({ segments }, actor, id) => segments.find(actor, id) },
  user: { typeName: 'User', find: ({ users }, actor, id) => users.find(actor, id) },
  invitation: { typeName: 'Invitation', find: ({ invitations }, actor, id) => invitations.find(actor, id) },
  change: { typeName: 'Change', find: ({ changes }, actor, id) => changes.find(actor, id) },
  key: { typeName: 'ApiKey', find: ({ apiKeys }, actor, id) => apiKeys.find(actor, id) },
};

export const nodeResolvers: Resolvers = {
  Query: {
    node: async (_parent, { id }, { actor, services }) => {
      requireIdentity(actor);
      return (await KINDS[kindOfId(id) ?? '']?.find(services, actor, id)) ?? null;
    },
  },
  Node: {
    // A configuration is the only Node whose row has no id of its own.
    __resolveType: (row) => ('flagId' in row ? 'FlagConfiguration' : (KINDS[kindOfId(row.id) ?? '']?.typeName ?? null)),
  },
};
