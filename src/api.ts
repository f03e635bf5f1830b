/** The schema with its resolvers, and what each of them is given. */
import { makeExecutableSchema } from '@graphql-tools/schema';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlagStream } from './delivery/stream';
import { digestOfMutation } from './graphql/payload';
import type { Resolvers } from './graphql/generated/resolver-types';
import { jsonObjectScalar, jsonScalar } from './graphql/json-scalars';
import type { AccessLoaders } from './modules/access/access-loaders';
import { createAccessLoaders } from './modules/access/access-loaders';
import { accessResolvers } from './modules/access/access-resolvers';
import { memberResolvers } from './modules/access/member-resolvers';
import type { UserService } from './modules/access/user-service';
import type { AccessService } from './modules/access/access-service';
import type { Actor } from './modules/access/actor';
import { createChangeLoaders, type ChangeLoaders } from './modules/changes/change-loaders';
import { changeResolvers } from './modules/changes/change-resolvers';
import type { ChangeService } from './modules/changes/change-service';
import { apiKeyResolvers } from './modules/environments/api-key-resolvers';
import type { ApiKeyService } from './modules/environments/api-key-service';
import { createEnvironmentLoaders, type EnvironmentLoaders } from './modules/environments/environment-loaders';
import { environmentResolvers } from './modules/environments/environment-resolvers';
import type { EnvironmentService } from './modules/environments/environment-service';
import type { InvitationService } from './modules/environments/invitation-service';
import type { MemberService } from './modules/environments/member-service';
import { createFlagLoaders, type FlagLoaders } from './modules/flags/flag-loaders';
import { flagResolvers } from './modules/flags/flag-resolvers';
import type { ComparisonService } from './modules/flags/comparison-service';
import { configurationResolvers } from './modules/flags/configuration-resolvers';
import type { ConfigurationService } from './modules/flags/configuration-service';
import type { FlagService } from './modules/flags/flag-service';
import type { SegmentRemovalService } from './modules/flags/segment-removal-service';
import { createOrganizationLoaders, type OrganizationLoaders } from './modules/organizations/organization-loaders';
import { organizationResolvers } from './modules/organizations/organization-resolvers';
import type { OrganizationService } from './modules/organizations/organization-service';
import { createProjectLoaders, type ProjectLoaders } from './modules/projects/project-loaders';
import { projectResolvers } from './modules/projects/project-resolvers';
import type { ProjectService } from './modules/projects/project-service';
import { createSegmentLoaders, type SegmentLoaders } from './modules/segments/segment-loaders';
import { segmentResolvers } from './modules/segments/segment-resolvers';
import type { SegmentService } from './modules/segments/segment-service';
import { snapshotResolvers } from './modules/snapshots/snapshot-resolvers';
import type { SnapshotService } from './modules/snapshots/snapshot-service';
import { nodeResolvers } from './node-resolvers';

/** The use-cases. They live as long as the process. */
export interface Services {
  readonly access: AccessService;
  readonly users: UserService;
  readonly changes: ChangeService;
  readonly organizations: OrganizationService;
  readonly projects: ProjectService;
  readonly environments: EnvironmentService;
  readonly apiKeys: ApiKeyService;
  readonly members: MemberService;
  readonly invitations: InvitationService;
  readonly segments: SegmentService;
  readonly flags: FlagService;
  readonly configurations: ConfigurationService;
  readonly comparisons: ComparisonService;
  readonly segmentRemoval: SegmentRemovalService;
  readonly snapshots: SnapshotService;
}

/** Batches and remembers reads for one operation, or for one event of a subscription; never longer. */
export type Loaders = AccessLoaders &
  OrganizationLoaders &
  ProjectLoaders &
  EnvironmentLoaders &
  SegmentLoaders &
  FlagLoaders &
  ChangeLoaders;

/** What a resolver is given. One for each operation. */
export interface Context {
  readonly actor: Actor;
  readonly services: Services;
  readonly loaders: Loaders;
  readonly stream: FlagStream;
  readonly requestId: string;
  /** When the operation began. */
  readonly now: Date;
}

export function createLoaders(connection: Parameters<typeof createFlagLoaders>[0], now: Date): Loaders {
  return {
    ...createAccessLoaders(connection),
    ...createOrganizationLoaders(connection),
    ...createProjectLoaders(connection),
    ...createEnvironmentLoaders(connection),
    ...createSegmentLoaders(connection),
    ...createFlagLoaders(connection, now),
    ...createChangeLoaders(connection),
  };
}

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
