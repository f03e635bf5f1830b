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
import { permits, permitsWithin, type Scope } from './actor';
import { requireCapableKey, requireIdentity, requireManager } from './authorize';
import { PERMISSIONS, type Permission } from './permissions';

type Field = GraphQLField<unknown, Context>;
type Resolver = GraphQLFieldResolver<unknown, Context>;
type Entrances = Partial<Pick<Field, 'resolve' | 'subscribe'>>;

/** Finds the scope of an object. Null: the object that contains it is gone. */
export type ScopeOf<Row> = (row: Row, context: Context) => Scope | null | Promise<Scope | null>;

/** The scopes of objects, by type. Null: a type without a scope; the object that contains it is checked. */
export type Scopes = Readonly<Record<string, ScopeOf<never> | null | undefined>>;

/** A field's declared access rule. */
export type Declaration =
  | { readonly kind: 'PUBLIC' }
  | { readonly kind: 'AUTHENTICATED' }
  | { readonly kind: 'PERMISSION'; readonly permission: Permission };

/**
 * Makes the wrapper that enforces the access rule of a field. It throws for a field that must declare its access rule and does
 * not, or that declares an unknown permission.
 */
export function createAccessWrapper(schema: GraphQLSchema, scopes: Scopes): (field: Field, type: GraphQLObjectType) => Entrances {
  requireScopes(schema, scopes);
  return (field, type) => {
    const declaration = declarationOf(schema, field, type.name);
    if (declaration === null && mustDeclare(schema, type, field)) {
      throw new Error(`${type.name}.${field.name} does not declare who may ask: @public, @authenticated or @requiresPermission.`);
    }
    return declaration ? guard({ schema, scopes }, type, field, declaration) : {};
  };
}

/** Throws for a type with ids for which no noun declares a scope, because its objects would be visible to everybody. */
function requireScopes(schema: GraphQLSchema, scopes: Scopes): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || !isNode(type) || Object.hasOwn(scopes, type.name)) continue;
    throw new Error(`${type.name} implements Node, and no module.ts declares its scope; null if it has none.`);
  }
}

/**
 * Returns null when the field declares nothing. Throws for more than one declaration, and for a permission that does not
 * exist.
 */
export function declarationOf(
  schema: GraphQLSchema,
  field: Pick<Field, 'name' | 'astNode'>,
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
export function mustDeclare(schema: GraphQLSchema, type: GraphQLObjectType, field: Pick<Field, 'type'>): boolean {
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

function guard(
  { schema, scopes }: { readonly schema: GraphQLSchema; readonly scopes: Scopes },
  type: GraphQLObjectType,
  field: Field,
  declaration: Declaration,
): Entrances {
  if (declaration.kind === 'PUBLIC') return {};
  const entrance = type === schema.getSubscriptionType() ? 'subscribe' : 'resolve';
  const inner: Resolver = field[entrance] ?? ((parent) => (parent as Record<string, unknown>)[field.name]);
  if (declaration.kind === 'AUTHENTICATED') {
    const authenticated: Resolver = (parent, args, context, info) => {
      requireIdentity(context.actor);
      // Mutations that only users may send say so themselves.
      if (type === schema.getQueryType()) requireManager(context.actor);
      return inner(parent, args, context, info);
    };
    return { [entrance]: authenticated };
  }
  const { permission } = declaration;
  const typeName = getNamedType(field.type).name;
  const root = isRoot(schema, type);
  // A root field may require a permission on the object that its arguments name and return something else; services
  // check it.
  const scopeOfValue = root && permission !== `${typeName.toLowerCase()}:read` ? undefined : scopes[typeName];
  const passValue = scopeOfValue && valueFilter(permission, scopeOfValue, isNonNullType(field.type));
  // A list of which the caller may see nothing is refused; a single object that it may not see is answered as absent.
  const standsAlone = scopeOfValue && !isListType(getNullableType(field.type));
  const scopeOfParent = standsAlone ? undefined : scopes[type.name];
  const permitted: Resolver = async (parent, args, context, info) => {
    requireIdentity(context.actor);
    if (root) requireCapableKey(context.actor, permission);
    const parentScope = scopeOfParent && (await scopeOfParent(parent as never, context));
    if (parentScope && !permitsWithin(context.actor, permission, parentScope)) throw new Forbidden(permission);
    const value: unknown = await inner(parent, args, context, info);
    return passValue && entrance === 'resolve' ? passValue(value, context) : value;
  };
  return { [entrance]: permitted };
}

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
