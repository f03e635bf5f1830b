/** The schema with its resolvers. */
import { makeExecutableSchema } from '@graphql-tools/schema';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOfMutation } from './graphql/payload';
import type { Resolvers } from './graphql/generated/resolver-types';
import { jsonObjectScalar, jsonScalar } from './graphql/json-scalars';
import { accessResolvers } from './modules/access/access-resolvers';
import { memberResolvers } from './modules/access/member-resolvers';
import { changeResolvers } from './modules/changes/change-resolvers';
import { apiKeyResolvers } from './modules/environments/api-key-resolvers';
import { environmentResolvers } from './modules/environments/environment-resolvers';
import { flagResolvers } from './modules/flags/flag-resolvers';
import { configurationResolvers } from './modules/flags/configuration-resolvers';
import { organizationResolvers } from './modules/organizations/organization-resolvers';
import { projectResolvers } from './modules/projects/project-resolvers';
import { segmentResolvers } from './modules/segments/segment-resolvers';
import { snapshotResolvers } from './modules/snapshots/snapshot-resolvers';
import { nodeResolvers } from './node-resolvers';
import type { Context } from './context';

const sharedResolvers: Resolvers = {
  DateTime: GraphQLDateTimeISO,
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
  InUseError: { usedBy: (issue) => issue.usedBy ?? [] },
};

export function createSchema(schemaDirectory: string): GraphQLSchema {
  const files = readdirSync(schemaDirectory).filter((file) => file.endsWith('.graphql'));
  const schema = makeExecutableSchema<Context>({
    typeDefs: files.sort().map((file) => readFileSync(join(schemaDirectory, file), 'utf8')),
    resolvers: [
      sharedResolvers,
      nodeResolvers,
      accessResolvers,
      memberResolvers,
      organizationResolvers,
      projectResolvers,
      environmentResolvers,
      apiKeyResolvers,
      segmentResolvers,
      flagResolvers,
      configurationResolvers,
      changeResolvers,
      snapshotResolvers,
    ],
    inheritResolversFromInterfaces: true,
  });
  separateMutations(schema);
  return schema;
}

/**
 * The mutation fields of an operation run one after the other: what was loaded before one of them is forgotten, so that each
 * answers what it wrote. One Idempotency-Key covers a whole request; each mutation field of it gets a claim of its own.
 */
function separateMutations(schema: GraphQLSchema): void {
  for (const [name, field] of Object.entries(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve as GraphQLFieldResolver<unknown, Context, { input: unknown }>;
    field.resolve = (parent, args: { input: unknown }, context: Context, info) => {
      for (const loader of Object.values(context.loaders)) (loader as { clearAll: () => unknown }).clearAll();
      const { idempotency } = context.actor.request;
      if (idempotency === null) return resolve(parent, args, context, info);
      const claim = { ...idempotency, field: String(info.path.key), digest: digestOfMutation(name, args.input) };
      const actor = { ...context.actor, request: { ...context.actor.request, idempotency: claim } };
      return resolve(parent, args, { ...context, actor }, info);
    };
  }
}
