import type { ApiKeyKind } from './api-key-format';
import type { SessionAuthentication } from './session-entity';
import { isAtLeast, READS_UPWARD, ROLE_PERMISSIONS, type Permission, type Role } from './permissions';

/** The organization, project or environment in which a permission is required. */
export interface Scope {
  readonly organizationId: string;
  /** Absent: the organization itself. */
  readonly projectId?: string | null;
  /** Absent: the project itself. */
  readonly environmentId?: string | null;
}

export interface Binding {
  readonly role: Role;
  readonly organizationId: string;
  readonly projectId: string | null;
  readonly environmentId: string | null;
}

/** Facts about the actor's request; the audit log keeps them. */
export interface RequestInfo {
  readonly requestId: string;
  /** IP address of the client as the server sees it. */
  readonly address: string;
  /** Cut to 256 characters. */
  readonly userAgent: string;
  /** The Origin header, which browsers send. Null when there is none. */
  readonly origin: string | null;
  readonly idempotency: IdempotencyClaim | null;
  /** Its span (W3C `traceparent`). Null or absent: it is not traced. */
  readonly traceParent?: string | null;
}

/** Stands for a request where no client made one; the audit log keeps its id and agent. */
export function internalRequest(requestId: string, userAgent = ''): RequestInfo {
  return { requestId, address: '', userAgent, origin: null, idempotency: null };
}

/** Makes a mutation apply once, however often it is sent. */
export interface IdempotencyClaim {
  readonly key: string;
  /** Digest of the mutation's name and input; with the actor, it is what makes two requests the same. */
  readonly digest: string;
  /** How many mutations of the same operation have the same digest and run before this one. */
  readonly repetition: number;
  /** The digests of all mutations of the operation, which the key covers. */
  readonly ofOperation: readonly string[];
}

/** The user, API key or system that acts. Created anew for each operation. */
export type Actor = AnonymousActor | UserActor | ApiKeyActor | SystemActor;

export interface AnonymousActor {
  readonly kind: 'ANONYMOUS';
  readonly request: RequestInfo;
}

export interface UserActor {
  readonly kind: 'USER';
  readonly id: string;
  /** E-mail. */
  readonly name: string;
  readonly sessionId: string;
  /** How the session began. */
  readonly authentication: SessionAuthentication;
  readonly bindings: readonly Binding[];
  readonly request: RequestInfo;
}

export interface ApiKeyActor {
  readonly kind: 'API_KEY';
  readonly id: string;
  readonly name: string;
  readonly keyKind: ApiKeyKind;
  readonly organizationId: string;
  /** Null: every project. Only an ADMIN key may have null. */
  readonly projectId: string | null;
  /** Null: every environment. Only an ADMIN key may have null. */
  readonly environmentId: string | null;
  /** The origins of a CLIENT or MOBILE key. Null: any. */
  readonly allowedOrigins: readonly string[] | null;
  /** The role of an ADMIN key. Empty for every other kind. */
  readonly bindings: readonly Binding[];
  readonly request: RequestInfo;
}

/** The server itself, for example when it creates the first owner from its configuration. */
export interface SystemActor {
  readonly kind: 'SYSTEM';
  readonly request: RequestInfo;
}

const KEY_PERMISSIONS: Readonly<Record<ApiKeyKind, ReadonlySet<Permission>>> = {
  SERVER: new Set<Permission>(['flag:evaluate', 'snapshot:read', 'client:report']),
  CLIENT: new Set<Permission>(['flag:evaluate', 'client:report']),
  MOBILE: new Set<Permission>(['flag:evaluate', 'client:report']),
  // The role of the key gives its permissions; the kind adds none.
  ADMIN: new Set<Permission>(),
};

/** The permissions that the secret of such a key gives in the scope of the key. */
export function permissionsOfKey({ kind, role }: { kind: ApiKeyKind; role: Role | null }): ReadonlySet<Permission> {
  return role === null ? KEY_PERMISSIONS[kind] : ROLE_PERMISSIONS[role];
}

/** Whether the actor is a key without a role, whose kind alone gives it its permissions, in its one environment. */
export function isKeyOfApplication(actor: Actor): actor is ApiKeyActor {
  return actor.kind === 'API_KEY' && actor.keyKind !== 'ADMIN';
}

/** Whether the kind of the key gives it the permission. */
export function keyHas({ keyKind }: ApiKeyActor, permission: Permission): boolean {
  return KEY_PERMISSIONS[keyKind].has(permission);
}

/** The roles of the actor in all scopes. Empty for a system actor, which may do everything. */
export function bindingsOf(actor: Actor): readonly Binding[] {
  return actor.kind === 'USER' || actor.kind === 'API_KEY' ? actor.bindings : [];
}

/**
 * Whether the actor has the permission in the scope. Denies by default. With `leastRole`, only roles of at least that
 * strength count, as a protected environment requires.
 */
export function permits(actor: Actor, permission: Permission, scope: Scope, leastRole: Role | null = null): boolean {
  switch (actor.kind) {
    case 'ANONYMOUS':
      return false;
    case 'SYSTEM':
      return true;
    case 'API_KEY':
      if (keyHas(actor, permission)) return scope.environmentId === actor.environmentId;
      return rolesPermit(actor, permission, scope, leastRole);
    case 'USER':
      return rolesPermit(actor, permission, scope, leastRole);
  }
}

/** Whether the actor has the permission in the scope or in anything inside it. Null: anywhere. */
export function permitsWithin(actor: Actor, permission: Permission, scope: Scope | null): boolean {
  switch (actor.kind) {
    case 'ANONYMOUS':
      return false;
    case 'SYSTEM':
      return true;
    case 'API_KEY':
      if (keyHas(actor, permission)) return scope === null || isWithin(actor, scope);
      return rolesPermitWithin(actor, permission, scope);
    case 'USER':
      return rolesPermitWithin(actor, permission, scope);
  }
}

type Bound = Pick<UserActor, 'bindings'>;

function rolesPermit({ bindings }: Bound, permission: Permission, scope: Scope, leastRole: Role | null): boolean {
  return bindings.some((binding) => isAtLeast(binding.role, leastRole) && bindingPermits(binding, permission, scope));
}

function rolesPermitWithin({ bindings }: Bound, permission: Permission, scope: Scope | null): boolean {
  return bindings.some(
    (binding) =>
      ROLE_PERMISSIONS[binding.role].has(permission) &&
      (scope === null || isWithin(binding, scope) || bindingPermits(binding, permission, scope)),
  );
}

/** Whether the inner scope equals the outer one or lies in it. */
function isWithin(inner: Scope, outer: Scope): boolean {
  const { organizationId, projectId = null, environmentId = null } = outer;
  return (
    inner.organizationId === organizationId &&
    (projectId === null || inner.projectId === projectId) &&
    (environmentId === null || inner.environmentId === environmentId)
  );
}

function bindingPermits(binding: Binding, permission: Permission, scope: Scope): boolean {
  if (binding.organizationId !== scope.organizationId || !ROLE_PERMISSIONS[binding.role].has(permission)) return false;
  const upward = READS_UPWARD.has(permission);
  return covers(binding.projectId, scope.projectId, upward) && covers(binding.environmentId, scope.environmentId, upward);
}

function covers(bound: string | null, asked: string | null | undefined, upward: boolean): boolean {
  if (bound === null || bound === asked) return true;
  return upward && (asked === null || asked === undefined);
}
