import type { Connection, Database, Transaction } from '../../database/transaction';
import { RequestFault, UserFault, type Issue } from '../../errors';
import { newId } from '../../ids';
import type { Attempts } from '../accounts/attempts';
import { invitationItem, memberItem } from '../accounts/access-items';
import { findUserByEmail, insertUser } from '../access/access-repository';
import { emailIssues, normalizeEmail } from '../access/access-rules';
import { permits, type Actor, type Binding } from '../access/actor';
import { notFound } from '../access/absence';
import { requireIdentity } from '../access/authorize';
import type { InvitationEntity } from '../access/invitation-entity';
import { createInvitationToken, hashInvitationToken, INVITATION_LIFETIME_MS } from './invitation-token';
import {
  deleteInvitation,
  findBindingsOfMembers,
  findInvitationByEmail,
  findInvitationById,
  findInvitationByTokenHash,
  findInvitationNames,
  insertInvitation,
  saveBinding,
  type InvitationNames,
} from '../access/member-repository';
import {
  invitationIssues,
  isSameScope,
  noInvitation,
  planAcceptance,
  strongerRole,
  type Acceptance,
  type Claimant,
  type BindingScope,
} from '../access/member-rules';
import { hashPassword, verifyPassword } from '../accounts/passwords';
import type { Role } from '../access/permissions';
import type { RoleBindingEntity } from '../access/role-binding-entity';
import type { UserEntity } from '../access/user-entity';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import { SYSTEM_CHAIN, type ChangeItemDraft, type ProvedUser } from '../changes/record-change';
import { unstorable } from '../../validation/input-rules';
import { lockOrganization } from '../organizations/organization-repository';
import { lockProject } from '../projects/project-repository';
import { requireOwnerName } from './member-service';
import { lockScopeFor, type ScopeInput } from './role-scope';

export interface InvitationServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
  readonly attempts: Attempts;
}

export interface InviteMemberInput extends ScopeInput {
  readonly email: string;
  readonly role: Role;
}

export interface MadeInvitation {
  readonly invitation: InvitationEntity;
  readonly invitationToken: string;
  readonly revisions: EnvironmentRevision[];
  /** False when a repeated request was answered without making anything. */
  readonly isNew: boolean;
}

export interface AcceptInvitationInput extends Acceptance {
  readonly token: string;
}

export interface AcceptedInvitation {
  readonly user: UserEntity;
  /** Roles in the organization, widest scope first. */
  readonly roles: readonly Binding[];
  readonly revisions: EnvironmentRevision[];
}

/** Tells the holder of the token what is offered, before it is accepted. */
export interface InvitationOffer extends InvitationNames, Pick<InvitationEntity, 'email' | 'role' | 'expiresAt'> {
  readonly isExpired: boolean;
  readonly hasAccount: boolean;
}

export class InvitationService {
  constructor(private readonly options: InvitationServiceOptions) {}

  /** Null when it does not exist or the actor may not see it. */
  async find(actor: Actor, id: string): Promise<InvitationEntity | null> {
    requireIdentity(actor);
    const invitation = unstorable(id) ? null : await findInvitationById(this.options.database.connection, id);
    return invitation && permits(actor, 'member:invite', invitation) ? invitation : null;
  }

  /** Null when there is no open invitation with the token; a wrong token counts as a failed attempt. */
  async findOffer(actor: Actor, token: string): Promise<InvitationOffer | null> {
    const { connection } = this.options.database;
    const invitation = await findInvitationByTokenHash(connection, hashInvitationToken(token));
    const names = invitation && (await this.findNames(invitation));
    if (invitation === null || names === null) {
      this.options.attempts.failed('INVITATION', actor);
      return null;
    }
    const { email, role, expiresAt } = invitation;
    const hasAccount = (await findUserByEmail(connection, email)) !== null;
    return { ...names, email, role, expiresAt, isExpired: expiresAt <= this.options.changes.now(), hasAccount };
  }

  /** Null when it is gone. */
  findNames({ id }: Pick<InvitationEntity, 'id'>): Promise<InvitationNames | null> {
    return findInvitationNames(this.options.database.connection, id);
  }

  /** Returns the token, which is stored nowhere. Ends an earlier invitation to the same address. */
  async invite(caller: Actor, input: InviteMemberInput): Promise<MadeInvitation> {
    const email = normalizeEmail(input.email);
    const token = createInvitationToken();
    const made = await this.options.changes.commit(caller, async (tx) => {
      const { scope, actor } = await lockScopeFor(tx.connection, caller, input, 'member:invite');
      requireOwnerName(actor, scope, [input.role]);
      const hasRole = emailIssues(email, []).length === 0 && (await hasRoleIn(tx.connection, scope, email));
      const issues = invitationIssues(email, input.role, scope, hasRole);
      if (issues.length > 0) throw new UserFault(issues);
      const earlier = await findInvitationByEmail(tx.connection, scope.organizationId, email);
      if (earlier) {
        if (!permits(actor, 'member:invite', earlier)) throw new UserFault([invitedElsewhere(email)]);
        requireOwnerName(actor, scope, [earlier.role]);
        await deleteInvitation(tx.connection, earlier.id);
      }
      const invitation = this.newInvitation(actor, { ...scope, email, role: input.role }, token);
      await insertInvitation(tx.connection, invitation);
      const revisions = await this.options.changes.record(tx, actor, {
        kind: 'MEMBER_INVITED',
        organizationId: scope.organizationId,
        projectId: scope.projectId,
        deliveries: [],
        changesAccess: true,
        items: [invitationItem(invitation, 'MADE'), ...(earlier ? [invitationItem(earlier, 'GONE')] : [])],
      });
      return { invitation, invitationToken: token, revisions };
    });
    return { ...made, isNew: made.invitationToken === token };
  }

  /** Lets one of several concurrent withdrawals and acceptances succeed. */
  async withdraw(
    caller: Actor,
    input: { readonly invitationId: string },
  ): Promise<{ withdrawnInvitationId: string; revisions: EnvironmentRevision[] }> {
    const path = ['input', 'invitationId'];
    const offered = await this.find(caller, input.invitationId);
    if (!offered) throw notFound('invitation', input.invitationId, path);
    return this.options.changes.commit(caller, async (tx) => {
      const { scope, actor } = await lockScopeFor(tx.connection, caller, offered, 'member:invite');
      requireOwnerName(actor, scope, [offered.role]);
      // Read again under the lock, because it may have been accepted, replaced or withdrawn meanwhile.
      const invitation = await findInvitationById(tx.connection, offered.id);
      if (!invitation) throw notFound('invitation', offered.id, path);
      await deleteInvitation(tx.connection, invitation.id);
      const revisions = await this.options.changes.record(tx, actor, {
        kind: 'INVITATION_WITHDRAWN',
        organizationId: scope.organizationId,
        projectId: scope.projectId,
        deliveries: [],
        items: [invitationItem(invitation, 'GONE')],
      });
      return { withdrawnInvitationId: invitation.id, revisions };
    });
  }

  /** Lets one of several concurrent calls with one token succeed; the others find no invitation. */
  async accept(actor: Actor, input: AcceptInvitationInput): Promise<AcceptedInvitation> {
    if (actor.kind === 'API_KEY') throw new RequestFault('FORBIDDEN', 'An API key cannot accept an invitation.');
    const { connection } = this.options.database;
    const tokenHash = hashInvitationToken(input.token);
    const invitation = await findInvitationByTokenHash(connection, tokenHash);
    const account = invitation && (await findUserByEmail(connection, invitation.email));
    const loggedInEmail = actor.kind === 'USER' ? actor.name : null;
    const now = this.options.changes.now();
    const plan = planAcceptance(invitation, input, { loggedInEmail, hasAccount: account !== null, now });
    if (invitation === null) this.options.attempts.failed('INVITATION', actor);
    if (plan.issues) throw new UserFault(plan.issues);
    if (invitation === null) throw new UserFault([noInvitation()]);
    if (plan.claimant === 'ACCOUNT') await this.requirePassword(actor, account, input);
    const user = account ?? (await this.newUser(invitation.email, input));
    const provedBy = proofOf(plan.claimant, user);
    const duplicate = 'An account with this address was created a moment ago; try again.';
    return this.options.changes.commit(
      actor,
      (tx) => this.take(tx, actor, invitation, { user, isNew: account === null, provedBy }),
      {
        app_user_email_unique: { code: 'DUPLICATE', message: duplicate, path: ['input', 'token'] },
      },
    );
  }

  private async take(
    tx: Transaction,
    actor: Actor,
    offered: InvitationEntity,
    { user, isNew, provedBy }: { readonly user: UserEntity; readonly isNew: boolean; readonly provedBy: ProvedUser | null },
  ): Promise<AcceptedInvitation> {
    const { organizationId, projectId, environmentId, role } = offered;
    const scope: BindingScope = { organizationId, projectId, environmentId };
    await lockOrganization(tx.connection, organizationId);
    if (projectId !== null) await lockProject(tx.connection, projectId);
    // Read again under the lock, because it may have been accepted, replaced or withdrawn meanwhile.
    const invitation = await findInvitationById(tx.connection, offered.id);
    if (!invitation) throw new UserFault([noInvitation()]);
    if (isNew) await insertUser(tx.connection, user);
    await deleteInvitation(tx.connection, invitation.id);
    const bindings = await findBindingsOfMembers(tx.connection, [organizationId], [user.id]);
    const current = bindings.find((binding) => binding.source === 'DIRECT' && isSameScope(binding, scope));
    const next: RoleBindingEntity = current
      ? { ...current, role: strongerRole(current.role, role) }
      : { ...scope, id: newId('binding'), userId: user.id, role, source: 'DIRECT', createdAt: this.options.changes.now() };
    await saveBinding(tx.connection, next, current === undefined);
    const revisions = await this.options.changes.record(tx, actor, {
      kind: 'INVITATION_ACCEPTED',
      organizationId,
      projectId,
      deliveries: [],
      changesAccess: true,
      items: [
        invitationItem(invitation, 'GONE'),
        memberItem(user, scope, current ? [current] : null, [next]),
        ...(isNew ? [userItem(user)] : []),
      ],
      ...(provedBy === null ? {} : { provedBy }),
    });
    if (isNew) await this.recordUser(tx, actor, user);
    return { user, roles: await findBindingsOfMembers(tx.connection, [organizationId], [user.id]), revisions };
  }

  /** Records the user in the system chain too, because the operator does not read the chain of the organization. */
  private async recordUser(tx: Transaction, actor: Actor, user: UserEntity): Promise<void> {
    await this.options.changes.record(tx, actor, {
      kind: 'USER_CREATED',
      organizationId: SYSTEM_CHAIN,
      projectId: null,
      deliveries: [],
      provedBy: { user, authentication: 'INVITATION' },
      items: [userItem(user)],
    });
  }

  private async requirePassword(actor: Actor, account: UserEntity | null, { password }: Acceptance): Promise<void> {
    const email = account?.email ?? '';
    this.options.attempts.begin(actor, email);
    if (await verifyPassword(account?.passwordHash ?? null, password ?? '')) return;
    this.options.attempts.failed('PASSWORD', actor, email);
    const message = 'The password is not the one of the account with the invited address.';
    throw new UserFault([{ code: 'WRONG_CREDENTIALS', message, path: ['input', 'password'] }]);
  }

  private newInvitation(
    actor: Actor,
    offer: BindingScope & { readonly email: string; readonly role: Role },
    token: string,
  ): InvitationEntity {
    const createdAt = this.options.changes.now();
    return {
      ...offer,
      id: newId('invitation'),
      tokenHash: hashInvitationToken(token),
      invitedById: actor.kind === 'USER' ? actor.id : null,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + INVITATION_LIFETIME_MS),
    };
  }

  private async newUser(email: string, { name, password }: Acceptance): Promise<UserEntity> {
    const passwordHash = await hashPassword(password ?? '');
    return { id: newId('user'), email, name: name ?? '', passwordHash, version: 1, createdAt: this.options.changes.now() };
  }
}

/** Null: the logged-in user. */
function proofOf(claimant: Claimant, user: UserEntity): ProvedUser | null {
  if (claimant === 'LOGGED_IN') return null;
  return { user, authentication: claimant === 'ACCOUNT' ? 'PASSWORD' : 'INVITATION' };
}

/** An address has one open invitation to an organization; only actors that may make it may replace it. */
function invitedElsewhere(email: string): Issue {
  const message = `${email} already has an open invitation to the organization; ask somebody who may withdraw it.`;
  return { code: 'DUPLICATE', message, path: ['input', 'email'] };
}

async function hasRoleIn(connection: Connection, scope: BindingScope, email: string): Promise<boolean> {
  const user = await findUserByEmail(connection, email);
  const bindings = user ? await findBindingsOfMembers(connection, [scope.organizationId], [user.id]) : [];
  return bindings.some((binding) => isSameScope(binding, scope));
}

function userItem({ id, email, name }: UserEntity): ChangeItemDraft {
  return { subjectKind: 'USER', subjectId: id, subjectKey: email, version: 1, before: null, after: { email, name } };
}
