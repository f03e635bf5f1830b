import type { Connection, Transaction } from '../../database/transaction';
import { RequestFault, UserFault } from '../../errors';
import { newId } from '../../ids';
import { memberItem } from '../accounts/access-items';
import { findUserByEmail, insertBinding, insertUser, isMember } from '../access/access-repository';
import type { AnonymousActor } from '../access/actor';
import { countOwners, deleteBindings } from '../access/member-repository';
import {
  findOrganizationRoles,
  findOrganizationsOfGroups,
  findUserByIdentity,
  hasIdentityAt,
  insertIdentity,
} from './oidc-repository';
import {
  planAdmission,
  isOrganizationId,
  planGroupRole,
  roleOn,
  rolesOfGroups,
  type OidcAdmission,
  type GroupRole,
  type OidcIdentity,
} from './oidc-rules';
import { endPasswordResets, updatePassword } from '../accounts/password-reset-repository';
import { DECOY_HASH } from '../accounts/passwords';
import type { Role } from '../access/permissions';
import type { RoleBindingEntity } from '../access/role-binding-entity';
import { lockUser } from '../access/session-repository';
import type { BrowserSession, SessionBeginning, SessionService, SessionTokens } from '../accounts/session-service';
import type { UserEntity } from '../access/user-entity';
import type { ChangeService } from '../changes/change-service';
import { SYSTEM_CHAIN, type ChangeItemDraft } from '../changes/record-change';
import { lockOrganization } from '../organizations/organization-repository';
import { withdrawOffers } from './member-service';

export interface OidcServiceOptions {
  readonly changes: ChangeService;
  readonly sessions: SessionService;
  readonly settings: OidcAdmissionSettings;
}

export interface OidcAdmissionSettings {
  readonly roles: readonly GroupRole[];
  /** Whether users without an account get one. */
  readonly createsUsers: boolean;
}

export interface OidcLogIn extends SessionTokens {
  readonly user: UserEntity;
}

/** Begins a session as the last step of the transaction. */
type BeginSession<Session> = (tx: Transaction, beginning: SessionBeginning, user: UserEntity) => Promise<Session>;

/** A locked organization, with the role that the user's groups give in it. */
interface LockedOrganization {
  readonly id: string;
  readonly wanted: Role | null;
}

const RACE = {
  code: 'DUPLICATE',
  message: 'Another log-in of the same person happened at the same moment; try again.',
  path: null,
} as const;
const RACES = {
  app_user_email_unique: RACE,
  oidc_identity_pkey: RACE,
  oidc_identity_user_id_issuer_unique: RACE,
};

/**
 * Logs in users whom an OpenID provider has authenticated. Lives here and not in access, because it also gives and removes
 * roles in organizations.
 */
export class OidcService {
  constructor(private readonly options: OidcServiceOptions) {}

  /** Begins a session whose client gets tokens. Throws FORBIDDEN when the identity may not log in here. */
  logIn(actor: AnonymousActor, identity: OidcIdentity): Promise<OidcLogIn> {
    const { sessions } = this.options;
    return this.admit(actor, identity, async (tx, beginning, user) => ({ ...(await sessions.begin(tx, beginning)), user }));
  }

  /** Begins a session of a browser. Throws FORBIDDEN when the identity may not log in here. */
  logInBrowser(actor: AnonymousActor, identity: OidcIdentity): Promise<BrowserSession> {
    return this.admit(actor, identity, (tx, beginning) => this.options.sessions.beginInBrowser(tx, beginning));
  }

  /**
   * Finds, links or creates the user, replaces the roles from groups by those of the current groups, and begins a session,
   * all in one transaction. Of several concurrent first log-ins of one person, one creates the user and the others find it.
   */
  private async admit<Session>(actor: AnonymousActor, identity: OidcIdentity, begin: BeginSession<Session>): Promise<Session> {
    const work = async (tx: Transaction): Promise<Session> => {
      const user = await this.admitUser(tx, actor, identity);
      return begin(tx, { user, authentication: 'OIDC', actor }, user);
    };
    const admit = (): Promise<Session> => this.options.changes.commit(actor, work, RACES);
    return admit().catch((error: unknown) => {
      if (error instanceof UserFault && error.issues.includes(RACE)) return admit();
      throw error;
    });
  }

  private async admitUser(tx: Transaction, actor: AnonymousActor, identity: OidcIdentity): Promise<UserEntity> {
    const organizations = await this.lockOrganizations(tx.connection, identity);
    const admission = await this.admissionOf(tx.connection, identity);
    if (admission.refusal !== undefined) throw new RequestFault('FORBIDDEN', admission.refusal);
    const user = admission.kind === 'CREATE' ? this.newUser(admission.email, identity) : admission.user;
    if (admission.kind === 'CREATE') await insertUser(tx.connection, user);
    if (admission.kind !== 'KNOWN') await insertIdentity(tx.connection, this.identityRow(identity, user));
    for (const organization of organizations) await this.replaceRoles(tx, actor, user, organization);
    if (admission.kind === 'CREATE') await this.recordNewUser(tx, actor, identity, user);
    if (admission.kind === 'LINK') await this.handOver(tx, actor, identity, user);
    return user;
  }

  /** Locks in id order and before the user, like every transaction that writes members. */
  private async lockOrganizations(connection: Connection, identity: OidcIdentity): Promise<LockedOrganization[]> {
    const wanted = rolesOfGroups(identity.groups, this.options.settings.roles);
    const user = await findUserByIdentity(connection, identity.issuer, identity.subject);
    const found = await findOrganizationsOfGroups(connection, idsAndKeys([...wanted.keys()]), user?.id ?? null);
    const locked: LockedOrganization[] = [];
    for (const organization of found) {
      // It may have been deleted before it was locked.
      const { id } = organization;
      if (await lockOrganization(connection, id)) locked.push({ id, wanted: roleOn(wanted, organization) });
    }
    return locked;
  }

  private async admissionOf(connection: Connection, identity: OidcIdentity): Promise<OidcAdmission> {
    const { issuer, subject, email, isEmailVerified } = identity;
    const found = await findUserByIdentity(connection, issuer, subject);
    const known = found && (await lockUser(connection, found.id));
    const holder = known === null && email !== null && isEmailVerified ? await findUserByEmail(connection, email) : null;
    const account = holder && (await lockUser(connection, holder.id));
    const isAccountTaken = account !== null && (await hasIdentityAt(connection, issuer, account.id));
    return planAdmission(identity, { known, account, isAccountTaken, createsUsers: this.options.settings.createsUsers });
  }

  private async replaceRoles(
    tx: Transaction,
    actor: AnonymousActor,
    user: UserEntity,
    { id: organizationId, wanted }: LockedOrganization,
  ): Promise<void> {
    const existing = await findOrganizationRoles(tx.connection, organizationId, user.id);
    const plan = planGroupRole(user, existing, wanted, await countOwners(tx.connection, organizationId));
    if (plan === null) return;
    const scope = { organizationId, projectId: null, environmentId: null };
    const given: RoleBindingEntity[] =
      plan.give === null
        ? []
        : [
            {
              ...scope,
              id: newId('binding'),
              userId: user.id,
              role: plan.give,
              source: 'OIDC',
              createdAt: this.options.changes.now(),
            },
          ];
    await deleteBindings(
      tx.connection,
      plan.take.map(({ id }) => id),
    );
    for (const binding of given) await insertBinding(tx.connection, binding);
    await this.options.changes.record(tx, actor, {
      kind: plan.give === null ? 'MEMBER_REMOVED' : 'MEMBER_ROLE_SET',
      organizationId,
      projectId: null,
      deliveries: [],
      changesAccess: true,
      items: [
        memberItem(user, scope, plan.take.length > 0 ? plan.take : null, given.length > 0 ? given : null),
        ...((await isMember(tx.connection, organizationId, user.id))
          ? []
          : await withdrawOffers(tx.connection, organizationId, user)),
      ],
    });
  }

  private async recordNewUser(tx: Transaction, actor: AnonymousActor, identity: OidcIdentity, user: UserEntity): Promise<void> {
    await this.options.changes.record(tx, actor, {
      kind: 'USER_CREATED',
      organizationId: SYSTEM_CHAIN,
      projectId: null,
      deliveries: [],
      provedBy: { user, authentication: 'OIDC' },
      items: [{ ...linkedItem(user, identity), before: null }],
    });
  }

  /**
   * Ends every other way into the account. Somebody else with an invitation to the address may have created it; from now on
   * only its owner can log in.
   */
  private async handOver(tx: Transaction, actor: AnonymousActor, identity: OidcIdentity, account: UserEntity): Promise<void> {
    const { changes, sessions } = this.options;
    const user: UserEntity = { ...account, passwordHash: DECOY_HASH, version: account.version + 1 };
    await updatePassword(tx.connection, user);
    await endPasswordResets(tx.connection, user.id, changes.now());
    const ended = await sessions.endAllOf(tx, user, { reason: 'IDENTITY_LINKED', exceptId: null });
    await changes.record(tx, actor, {
      kind: 'IDENTITY_LINKED',
      organizationId: SYSTEM_CHAIN,
      projectId: null,
      deliveries: [],
      changesAccess: true,
      provedBy: { user, authentication: 'OIDC' },
      items: [linkedItem(user, identity), ...ended],
    });
  }

  /** The user has a password that nobody knows; a reset by mail can set one. */
  private newUser(email: string, { name }: OidcIdentity): UserEntity {
    const createdAt = this.options.changes.now();
    return { id: newId('user'), email, name: name ?? email, passwordHash: DECOY_HASH, version: 1, createdAt };
  }

  private identityRow({ issuer, subject }: OidcIdentity, { id: userId }: UserEntity): Parameters<typeof insertIdentity>[1] {
    return { issuer, subject, userId, createdAt: this.options.changes.now() };
  }
}

/** Separates ids from keys in the names of the mapping. */
function idsAndKeys(names: readonly string[]): { readonly ids: readonly string[]; readonly keys: readonly string[] } {
  return { ids: names.filter(isOrganizationId), keys: names.filter((name) => !isOrganizationId(name)) };
}

/** Lists organizations of the mapping that do not exist. Somebody who creates one with such a key only gains members. */
export async function findUnknownOrganizations(connection: Connection, mapping: readonly GroupRole[]): Promise<string[]> {
  const names = [...new Set(mapping.map(({ organization }) => organization))];
  const found = await findOrganizationsOfGroups(connection, idsAndKeys(names), null);
  const known = new Set(found.flatMap(({ id, key }) => [id, ...(isOrganizationId(key) ? [] : [key])]));
  return names.filter((name) => !known.has(name));
}

function linkedItem({ id, email, name, version }: UserEntity, { issuer, subject }: OidcIdentity): ChangeItemDraft {
  const before = { email, name };
  const after = { ...before, identity: { issuer, subject } };
  return { subjectKind: 'USER', subjectId: id, subjectKey: email, version, before, after };
}
