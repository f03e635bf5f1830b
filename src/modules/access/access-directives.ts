/**
 * Enforces what the schema declares about permissions: it serves no field without a declaration, refuses callers without a
 * credential where one is needed, and returns no object that the caller may not see. The object that the arguments of a
 * root field name is authorized by the service that loads it.
 */
import {
  getDirectiveValues,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Context } from '../context';
import { Forbidden } from '../../errors';
import type { EnvironmentEntity } from '../environments/environment-entity';
import type { FlagConfigurationEntity } from '../flags/flag-configuration-entity';
import { permits, permitsWithin, type Scope } from './actor';
import { requireIdentity } from './authorize';
import { PERMISSIONS, type Permission } from './permissions';

type Field = GraphQLField<unknown, Context>;
type Resolver = GraphQLFieldResolver<unknown, Context>;

/** A field's declared access rule. */
export type Declaration =
  | { readonly kind: 'PUBLIC' }
  | { readonly kind: 'AUTHENTICATED' }
  | { readonly kind: 'PERMISSION'; readonly permission: Permission };

/** Throws for a field that must declare its access rule and does not, or that declares an unknown permission. */
export function enforceAccess(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const declaration = declarationOf(schema, field, type.name);
      if (declaration === null && mustDeclare(schema, type, field)) {
        throw new Error(
          `${type.name}.${field.name} does not declare who may ask: @public, @authenticated or @requiresPermission.`,
        );
      }
      if (declaration) guard(schema, type, field as Field, declaration);
    }
  }
}

/**
 * Returns null when the field declares nothing. Throws for more than one declaration, and for a permission that does not
 * exist.
 */
export function declarationOf(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
  typeName: string,
): Declaration | null {
  const names = (field.astNode?.directives ?? []).map(({ name }) => name.value);
  const declared = ['public', 'authenticated', 'requiresPermission'].filter((name) => names.includes(name));
  if (declared.length > 1)
    throw new Error(`${typeName}.${field.name} declares more than one of @public, @authenticated and @requiresPermission.`);
  if (declared[0] === 'public') return { kind: 'PUBLIC' };
  if (declared[0] === 'authenticated') return { kind: 'AUTHENTICATED' };
  const directive = schema.getDirective('requiresPermission');
  const values = directive && field.astNode ? getDirectiveValues(directive, field.astNode) : undefined;
  if (values === undefined) return null;
  const permission = PERMISSIONS.find((known) => known === values.permission);
  if (permission) return { kind: 'PERMISSION', permission };
  throw new Error(`${typeName}.${field.name} requires a permission that does not exist: ${String(values.permission)}.`);
}

/**
 * True for root fields and for fields that return an object with an id, a connection of such objects, or a sensitive type.
 */
export function mustDeclare(schema: GraphQLSchema, type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): boolean {
  const named = getNamedType(field.type);
  return isRoot(schema, type) || isNode(named) || named.name.endsWith('Connection') || isSensitive(named);
}

function isRoot(schema: GraphQLSchema, type: GraphQLObjectType): boolean {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(type);
}

function isNode(type: GraphQLNamedType): boolean {
  if (isInterfaceType(type)) return type.name === 'Node';
  return isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
}

function isSensitive({ astNode }: GraphQLNamedType): boolean {
  return astNode?.directives?.some(({ name }) => name.value === 'sensitive') ?? false;
}

function guard(schema: GraphQLSchema, type: GraphQLObjectType, field: Field, declaration: Declaration): void {
  if (declaration.kind === 'PUBLIC') return;
  const entrance = type === schema.getSubscriptionType() ? 'subscribe' : 'resolve';
  const inner: Resolver = field[entrance] ?? ((parent) => (parent as Record<string, unknown>)[field.name]);
  if (declaration.kind === 'AUTHENTICATED') {
    field[entrance] = (parent, args, context, info) => {
      requireIdentity(context.actor);
      return inner(parent, args, context, info);
    };
    return;
  }
  const { permission } = declaration;
  const typeName = getNamedType(field.type).name;
  const root = isRoot(schema, type);
  // A root field may require a permission on the object that its arguments name and return something else; services
  // check it.
  const scopeOfValue = root && permission !== `${typeName.toLowerCase()}:read` ? undefined : SCOPES[typeName];
  const passValue = scopeOfValue && valueFilter(permission, scopeOfValue, isNonNullType(field.type));
  // A list of which the caller may see nothing is refused; a single object that it may not see is answered as absent.
  const standsAlone = scopeOfValue && !isListType(getNullableType(field.type));
  const scopeOfParent = standsAlone ? undefined : SCOPES[type.name];
  field[entrance] = async (parent, args, context, info) => {
    requireIdentity(context.actor);
    const parentScope = scopeOfParent && (await scopeOfParent(parent as never, context));
    if (parentScope && !permitsWithin(context.actor, permission, parentScope)) throw new Forbidden(permission);
    const value: unknown = await inner(parent, args, context, info);
    return passValue && entrance === 'resolve' ? passValue(value, context) : value;
  };
}

type ScopeOf<Row> = (row: Row, context: Context) => Scope | null | Promise<Scope | null>;

/** Removes what the caller may not see from a list; answers null for a single object that it may not see. */
function valueFilter(
  permission: Permission,
  scopeOf: ScopeOf<never>,
  isRequired: boolean,
): (value: unknown, context: Context) => Promise<unknown> {
  const isVisible = async (row: unknown, context: Context): Promise<boolean> => {
    const scope = await scopeOf(row as never, context);
    return scope !== null && permits(context.actor, permission, scope);
  };
  return async (value, context) => {
    if (value === null || value === undefined) return value;
    if (Array.isArray(value)) {
      const rows: readonly unknown[] = value;
      const visible = await Promise.all(rows.map(async (row) => (await row) !== null && isVisible(await row, context)));
      return rows.filter((_row, i) => visible[i]);
    }
    if (await isVisible(value, context)) return value;
    if (isRequired) throw new Forbidden(permission);
    return null;
  };
}

type Scoped = { readonly organizationId: string; readonly projectId: string | null; readonly environmentId?: string | null };
const ownColumns = ({ organizationId, projectId, environmentId }: Scoped): Scope => ({
  organizationId,
  projectId,
  environmentId,
});

const inProject = async (projectId: string, { loaders }: Context): Promise<Scope | null> => {
  const project = await loaders.project.load(projectId);
  return project && { organizationId: project.organizationId, projectId };
};

const inEnvironment = async ({ id, projectId }: EnvironmentEntity, context: Context): Promise<Scope | null> => {
  const scope = await inProject(projectId, context);
  return scope && { ...scope, environmentId: id };
};

/**
 * The scope of an object, by type. A type with an id that is not listed has no scope: the object that contains it is
 * checked.
 */
const SCOPES: Readonly<Record<string, ScopeOf<never>>> = {
  Organization: ({ id }: { readonly id: string }) => ({ organizationId: id }),
  Project: ({ id, organizationId }: { readonly id: string; readonly organizationId: string }) => ({
    organizationId,
    projectId: id,
  }),
  Environment: inEnvironment,
  Flag: ({ projectId }: { readonly projectId: string }, context: Context) => inProject(projectId, context),
  FlagConfiguration: async ({ environmentId }: FlagConfigurationEntity, context: Context) => {
    const environment = await context.loaders.environment.load(environmentId);
    return environment && inEnvironment(environment, context);
  },
  Segment: ({ projectId }: { readonly projectId: string }, context: Context) => inProject(projectId, context),
  ApiKey: ownColumns,
  Invitation: ownColumns,
  Change: ({ organizationId, projectId }: Scoped) => ({ organizationId, projectId }),
};
