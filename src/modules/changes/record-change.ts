/**
 * Records a change as the last statements of the transaction that made it. History, audit and delivery all read what is
 * written here. The caller holds the lock of the project or organization; the heads are locked in the order environment heads
 * by id, then audit head, so that revision order is commit order (docs/adr/0004). A transaction that writes to several chains
 * does so in the order of their ids, `system` last.
 */
import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../database/transaction';
import { newId } from '../../ids';
import type { Actor } from '../access/actor';
import type { ChangeBodyEntity } from './change-body-entity';
import type { ActorKind, AuthenticationMethod, ChangeKind, SubjectKind } from './change-kinds';
import { appendChange, lockAuditHead, raiseAccessHead, raiseEnvironmentHeads, type RevisionCause } from './change-repository';
import { bodiesDigest, bodyDigest, canonicalRow, canonicalText, chainHash } from './change-rules';
import type { FlagEvent } from './flag-event';
import type { EnvironmentRevision } from './head-repository';

/** The chain of things that belong to no organization: accounts and sessions. */
export const SYSTEM_CHAIN = 'system';

export interface ChangeDraft {
  readonly kind: ChangeKind;
  readonly organizationId: string;
  readonly projectId: string | null;
  readonly items: readonly ChangeItemDraft[];
  /** Lists the events for each environment. Empty when nothing that is evaluated changed. */
  readonly deliveries: readonly Delivery[];
  /** Tells whether the organization's keys, members or roles changed. */
  readonly changesAccess?: boolean;
  /** The user who proved their identity in this very request, recorded as the actor. Absent: the actor of the request. */
  readonly provedBy?: ProvedUser;
}

export interface ProvedUser {
  readonly user: { readonly id: string; readonly email: string };
  readonly authentication: Exclude<AuthenticationMethod, 'NONE' | 'API_KEY' | 'ACCESS_TOKEN'>;
}

export interface ChangeItemDraft {
  readonly subjectKind: SubjectKind;
  readonly subjectId: string;
  readonly subjectKey: string;
  readonly parentId?: string;
  readonly environmentId?: string;
  readonly version: number;
  /** The thing before, without secrets. Null when it was created. */
  readonly before: object | null;
  /** The thing after, without secrets. Null when it was deleted. */
  readonly after: object | null;
}

export interface Delivery {
  readonly environmentId: string;
  readonly events: readonly FlagEvent[];
}

/** Answers the new revisions of the environments in `deliveries`, in id order. */
export async function recordChange(tx: Transaction, actor: Actor, now: Date, draft: ChangeDraft): Promise<EnvironmentRevision[]> {
  keepChainOrder(tx, draft.organizationId);
  const changeId = newId('change');
  const revisions = await raiseHeads(tx, { changeId, now, traceParent: actor.request.traceParent ?? null }, draft);
  await appendToChain(tx, actor, { changeId, now }, draft);
  return revisions;
}

const lastChains = new WeakMap<Transaction, string>();

/** Keeps the order of chains: transactions that lock the heads of two chains in different orders would deadlock. */
function keepChainOrder(tx: Transaction, chain: string): void {
  const last = lastChains.get(tx);
  if (last !== undefined && chain < last) throw new Error(`The chain ${chain} must be written to before ${last}.`);
  lastChains.set(tx, chain);
}

async function raiseHeads(tx: Transaction, cause: RevisionCause, draft: ChangeDraft): Promise<EnvironmentRevision[]> {
  if (draft.changesAccess) {
    await raiseAccessHead(tx.connection, draft.organizationId);
    tx.raisedHeads.add(draft.organizationId);
  }
  if (draft.deliveries.length === 0) return [];
  const heads = await raiseEnvironmentHeads(tx.connection, cause, draft.deliveries);
  for (const head of heads) tx.raisedHeads.add(head.environmentId);
  return heads;
}

async function appendToChain(
  tx: Transaction,
  actor: Actor,
  { changeId, now }: { readonly changeId: string; readonly now: Date },
  draft: ChangeDraft,
): Promise<void> {
  const bodies = draft.items.map((item, position) => bodyOfItem(changeId, position, item));
  const head = await lockAuditHead(tx.connection, draft.organizationId);
  const row = {
    id: changeId,
    organizationId: draft.organizationId,
    sequence: String(BigInt(head.sequence) + 1n),
    projectId: draft.projectId,
    kind: draft.kind,
    ...(draft.provedBy ? columnsOf(draft.provedBy) : actorColumns(actor)),
    requestId: actor.request.requestId,
    address: actor.request.address,
    userAgent: actor.request.userAgent,
    result: 'SUCCEEDED' as const,
    bodyDigest: bodiesDigest(bodies.map(({ before: _before, after: _after, salt: _salt, ...columns }) => columns)),
    createdAt: now,
  };
  const canonical = canonicalRow(row);
  const hash = chainHash(head.hash, canonical);
  await appendChange(tx.connection, { ...row, canonical, hash }, bodies);
}

/** The row of one item of a change. */
export function bodyOfItem(changeId: string, position: number, item: ChangeItemDraft): ChangeBodyEntity {
  const before = item.before === null ? null : canonicalText(item.before);
  const after = item.after === null ? null : canonicalText(item.after);
  const salt = randomBytes(16).toString('base64url');
  return {
    changeId,
    position,
    subjectKind: item.subjectKind,
    subjectId: item.subjectId,
    subjectKey: item.subjectKey,
    parentId: item.parentId ?? null,
    environmentId: item.environmentId ?? null,
    version: item.version,
    before,
    after,
    salt,
    digest: bodyDigest(salt, before, after),
  };
}

interface ActorColumns {
  readonly actorKind: ActorKind;
  readonly actorId: string | null;
  readonly actorName: string;
  readonly authentication: AuthenticationMethod;
}

function columnsOf({ user, authentication }: ProvedUser): ActorColumns {
  return { actorKind: 'USER', actorId: user.id, actorName: user.email, authentication };
}

function actorColumns(actor: Actor): ActorColumns {
  switch (actor.kind) {
    case 'USER':
      return { actorKind: 'USER', actorId: actor.id, actorName: actor.name, authentication: actor.authentication };
    case 'API_KEY':
      return { actorKind: 'API_KEY', actorId: actor.id, actorName: actor.name, authentication: 'API_KEY' };
    // The server acts while the first owner is created or a reset is requested: no user has proved their identity yet.
    case 'ANONYMOUS':
    case 'SYSTEM':
      return { actorKind: 'SYSTEM', actorId: null, actorName: 'system', authentication: 'NONE' };
  }
}
