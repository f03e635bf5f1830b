/** The schema with its resolvers, and what is wrapped around each of them. */
import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  isObjectType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dateTimeScalar } from './graphql/date-time-scalar';
import type { Resolvers } from './graphql/generated/resolver-types';
import { jsonObjectScalar, jsonScalar } from './graphql/json-scalars';
import { digestMutations } from './graphql/mutation-digests';
import type { Refusal } from './graphql/payload';
import { createAccessWrapper, type Scopes } from './modules/access/access-directives';
import type { IdempotencyClaim } from './modules/access/actor';
import { createIdArgumentWrapper } from './modules/access/id-arguments';
import type { Context } from './modules/context';
import { modules } from './modules';
import { nodeResolvers } from './modules/node-resolvers';
import type { OperationGuard } from './operations/operation-guard';
import type { Tracing } from './telemetry/tracing';

const sharedResolvers: Resolvers = {
  DateTime: dateTimeScalar,
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
};

export interface SchemaOptions {
  /** Absent: neither time nor size of an operation is bounded. */
  readonly guard?: OperationGuard;
  /** Null or absent: traces are off. */
  readonly tracing?: Tracing | null;
}

/** Throws when the SDL or a noun lacks a declaration. */
export function createSchema(schemaDirectory: string, { guard, tracing = null }: SchemaOptions = {}): GraphQLSchema {
  const files = readdirSync(schemaDirectory).filter((file) => file.endsWith('.graphql'));
  const schema = makeExecutableSchema<Context>({
    typeDefs: files.sort().map((file) => readFileSync(join(schemaDirectory, file), 'utf8')),
    resolvers: [sharedResolvers, nodeResolvers, ...modules.flatMap(({ resolvers = [] }) => resolvers)],
    inheritResolversFromInterfaces: true,
    // Otherwise the whole schema is copied to hold them.
    updateResolversInPlace: true,
  });
  const scopes = Object.assign({}, ...modules.map((module) => module.scopes)) as Scopes;
  wrapResolvers(schema, [
    // Innermost: whether ids are ids. Then who may ask, so that others are not told.
    createIdArgumentWrapper(schema),
    createAccessWrapper(schema, scopes),
    createMutationWrapper(schema),
    // Deadline and size.
    ...(guard ? [guard.wrap] : []),
    // Outermost: a span for each root field.
    ...(tracing ? [createTraceWrapper(schema, tracing)] : []),
  ]);
  return schema;
}

/** Gives root fields spans, not each field below them: a list of a thousand flags would have ten thousand. */
function createTraceWrapper(schema: GraphQLSchema, tracing: Tracing): Wrapper {
  const roots = new Set([schema.getQueryType(), schema.getMutationType()]);
  return (field, type) => {
    const { resolve: inner } = field;
    if (!roots.has(type) || inner === undefined) return {};
    const name = `${type.name}.${field.name}`;
    return { resolve: (...args) => tracing.childSpan(name, { kind: 'INTERNAL' }, () => inner(...args)) };
  };
}

type Field = GraphQLField<unknown, Context>;

/** Returns the replacements of a field's resolver and subscriber; nothing for those that stay. */
type Wrapper = (field: Field, type: GraphQLObjectType) => Partial<Pick<Field, 'resolve' | 'subscribe'>>;

/** Applies the wrappers to every field; each wraps those before it. */
function wrapResolvers(schema: GraphQLSchema, wrappers: readonly Wrapper[]): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      for (const wrap of wrappers) Object.assign(field, wrap(field as Field, type));
    }
  }
}

/**
 * Runs the mutation fields of an operation one after the other and clears the loaders before each, so that each answers
 * what it wrote. One Idempotency-Key covers a whole request; each mutation field of it gets a claim of its own, by what it does and
 * not by its alias, which gateways draw anew.
 */
function createMutationWrapper(schema: GraphQLSchema): Wrapper {
  return (field, type) => {
    if (type !== schema.getMutationType()) return {};
    const inner = field.resolve as GraphQLFieldResolver<unknown, Context, { input: unknown }>;
    const resolve = async (...[parent, args, context, info]: Parameters<typeof inner>): Promise<object> => {
      for (const loader of Object.values(context.loaders)) (loader as { clearAll: () => unknown }).clearAll();
      const { actor } = context;
      const claim = actor.request.idempotency && claimOf(actor.request.idempotency, info);
      const claimant = { ...actor, request: { ...actor.request, idempotency: claim } };
      const payload = (await inner(parent, args, { ...context, actor: claimant }, info)) as Partial<Refusal>;
      for (const { code } of payload.userErrors ?? []) context.outcome.errorCodes.add(code);
      // The mutation may have given or removed roles, and its payload leads to what they let the caller see.
      context.actor = await context.services.users.withCurrentRoles(actor);
      return payload;
    };
    return { resolve };
  };
}

/** Digests of the mutations of each operation, by the claim that came with its request: the input may be large. */
const digestsByRequest = new WeakMap<IdempotencyClaim, ReadonlyMap<string, string>>();

function claimOf(ofRequest: IdempotencyClaim, info: GraphQLResolveInfo): IdempotencyClaim {
  const digests = digestsByRequest.get(ofRequest) ?? digestMutations(info);
  digestsByRequest.set(ofRequest, digests);
  const responseName = String(info.path.key);
  const digest = digests.get(responseName) ?? '';
  const ofOperation = [...digests.values()];
  const before = ofOperation.slice(0, [...digests.keys()].indexOf(responseName));
  const repetition = before.filter((earlier) => earlier === digest).length;
  return { key: ofRequest.key, digest, repetition, ofOperation };
}
