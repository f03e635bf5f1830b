/** The schema with its resolvers. */
import { makeExecutableSchema } from '@graphql-tools/schema';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { GraphQLScalarType, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { enforceAccess } from './modules/access/access-directives';
import { digestOfMutation } from './graphql/payload';
import type { Resolvers } from './graphql/generated/resolver-types';
import { jsonObjectScalar, jsonScalar } from './graphql/json-scalars';
import { accessResolvers } from './modules/accounts/access-resolvers';
import { sessionResolvers } from './modules/accounts/session-resolvers';
import { memberResolvers } from './modules/members/member-resolvers';
import { changeResolvers } from './modules/changes/change-resolvers';
import { apiKeyResolvers } from './modules/api-keys/api-key-resolvers';
import { environmentResolvers } from './modules/environments/environment-resolvers';
import { visibleUses } from './modules/flags/visible-uses-resolvers';
import { flagResolvers } from './modules/flags/flag-resolvers';
import { contextErasureResolvers } from './modules/erasure/context-erasure-resolvers';
import { configurationResolvers } from './modules/flags/configuration-resolvers';
import { usageResolvers } from './modules/usage/usage-resolvers';
import { organizationResolvers } from './modules/organizations/organization-resolvers';
import { projectResolvers } from './modules/projects/project-resolvers';
import { segmentResolvers } from './modules/segments/segment-resolvers';
import { snapshotResolvers } from './modules/snapshots/snapshot-resolvers';
import { traceResolvers } from './modules/snapshots/trace-resolvers';
import { nodeResolvers } from './modules/node-resolvers';
import type { Context } from './modules/context';

const sharedResolvers: Resolvers = {
  // Variables declared with the type name of the schema would be refused under the scalar's own name.
  DateTime: new GraphQLScalarType({ ...GraphQLDateTimeISO.toConfig(), name: 'DateTime' }),
  JSON: jsonScalar,
  JSONObject: jsonObjectScalar,
  UserError: {
    __resolveType: (issue) => {
      if (issue.stale) return 'StaleVersionError';
      return issue.usedBy ? 'InUseError' : 'InputError';
    },
  },
  StaleVersionError: {
    currentVersion: (issue) => issue.stale?.currentVersion ?? 0,
    changedBy: (issue) => issue.stale?.changedBy ?? null,
    changedAt: (issue) => issue.stale?.changedAt ?? null,
  },
  InUseError: { usedBy: (issue, _args, context) => visibleUses(issue.usedBy ?? [], context) },
};

export function createSchema(schemaDirectory: string): GraphQLSchema {
  const files = readdirSync(schemaDirectory).filter((file) => file.endsWith('.graphql'));
  const schema = makeExecutableSchema<Context>({
    typeDefs: files.sort().map((file) => readFileSync(join(schemaDirectory, file), 'utf8')),
    resolvers: [
      sharedResolvers,
      nodeResolvers,
      accessResolvers,
      sessionResolvers,
      memberResolvers,
      organizationResolvers,
      projectResolvers,
      environmentResolvers,
      apiKeyResolvers,
      segmentResolvers,
      flagResolvers,
      configurationResolvers,
      contextErasureResolvers,
      usageResolvers,
      changeResolvers,
      snapshotResolvers,
      traceResolvers,
    ],
    inheritResolversFromInterfaces: true,
  });
  enforceAccess(schema);
  separateMutations(schema);
  return schema;
}

/**
 * Runs the mutation fields of an operation one after the other and clears the loaders before each, so that each answers
 * what it wrote. One Idempotency-Key covers a whole request; each mutation field of it gets a claim of its own.
 */
function separateMutations(schema: GraphQLSchema): void {
  for (const [name, field] of Object.entries(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve as GraphQLFieldResolver<unknown, Context, { input: unknown }>;
    field.resolve = async (parent, args: { input: unknown }, context: Context, info) => {
      for (const loader of Object.values(context.loaders)) (loader as { clearAll: () => unknown }).clearAll();
      const { actor } = context;
      const { idempotency } = actor.request;
      const claim = idempotency && { ...idempotency, field: String(info.path.key), digest: digestOfMutation(name, args.input) };
      const claimant = { ...actor, request: { ...actor.request, idempotency: claim } };
      const payload: unknown = await resolve(parent, args, { ...context, actor: claimant }, info);
      // The mutation may have given or removed roles, and its payload leads to what they let the caller see.
      context.actor = await context.services.users.withCurrentRoles(actor);
      return payload;
    };
  }
}
