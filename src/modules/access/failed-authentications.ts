/**
 * Records failed authentications outside the audit chain, so that an attacker never holds the locks of writers. Noting one
 * only touches memory; a timer writes the batch with one statement. Memory and writes per minute are bounded, however many
 * attempts come.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import type { Clock } from '../../clock';
import { WriteBehind } from '../../concurrency/write-behind';
import type { Database } from '../../database/transaction';
import { newId } from '../../ids';
import { LabelledCounts } from '../../telemetry/labelled-counts';
import type { FailedAuthenticationEntity, FailedAuthenticationKind } from './failed-authentication-entity';
import { insertFailedAuthentications, purgeFailedAuthentications } from './failed-authentication-repository';

/** Equal attempts within this time share one row. */
const WINDOW_MS = 60_000;
/** 200 rows a minute are enough to see an attack, and few enough for any database. */
export const ROWS_PER_WINDOW_MAX = 200;
/** About 300 MB: the most that a year-long attack leaves. */
const ROWS_KEPT_MAX = 1_000_000;
const DAY_MS = 86_400_000;
const TEXT_LENGTH_MAX = 256;

export interface FailedAttempt {
  readonly kind: Exclude<FailedAuthenticationKind, 'OVERFLOW'>;
  /** IP address of the client as the server sees it. */
  readonly address: string;
  readonly userAgent: string;
  /**
   * The account that was tried: the e-mail, or the visible prefix of a key; never a password or a whole secret. Only a
   * keyed hash is stored, because people type passwords into the wrong field.
   */
  readonly account?: string | null;
  /** The user whose account was tried, when there is one. */
  readonly userId?: string | null;
  readonly organizationId?: string | null;
}

export interface FailedAuthenticationsOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Keys the hashes of accounts. */
  readonly secret: string;
  /** How long rows are kept. */
  readonly days: number;
  /** Called when writing or purging failed; the batch is kept for the next time. */
  readonly onError: (error: unknown) => void;
}

export class FailedAuthentications {
  /** Counts what was noted, by kind. */
  readonly counted = new LabelledCounts('kind');
  private readonly rows: WriteBehind<FailedAuthenticationEntity>;
  private readonly key: Buffer;

  constructor(private readonly options: FailedAuthenticationsOptions) {
    this.key = Buffer.from(hkdfSync('sha256', options.secret, '', 'failed-authentication', 32));
    this.rows = new WriteBehind({
      intervalMs: WINDOW_MS,
      insert: insertBounded,
      write: (rows) => insertFailedAuthentications(options.database.connection, [...rows.values()]),
      onError: options.onError,
    });
  }

  /** Neither waits nor throws. */
  note(attempt: FailedAttempt): void {
    this.counted.add(attempt.kind.toLowerCase());
    const now = this.options.clock.now();
    const row: FailedAuthenticationEntity = {
      id: newId('failure'),
      kind: attempt.kind,
      address: bounded(attempt.address),
      userAgent: bounded(attempt.userAgent),
      account: attempt.account ? this.hashOf(attempt.account) : null,
      userId: attempt.userId ?? null,
      organizationId: attempt.organizationId ?? null,
      count: 1,
      firstAt: now,
      lastAt: now,
    };
    this.rows.add(keyOf(row), row);
  }

  /** The number of rows that wait to be written. */
  get waitingCount(): number {
    return this.rows.size;
  }

  /** Writes the batch. Never throws. */
  flush(): Promise<void> {
    return this.rows.flush();
  }

  /** Deletes rows that are too old. */
  async purge(): Promise<void> {
    const end = new Date(this.options.clock.now().getTime() - this.options.days * DAY_MS);
    await purgeFailedAuthentications(this.options.database.connection, end, ROWS_KEPT_MAX);
  }

  /** Writes every minute. Returns the function that stops after a last write. */
  start(): () => Promise<void> {
    this.rows.start();
    return () => this.rows.stop();
  }

  /** The hash that identifies an account, hexadecimal. */
  hashOf(account: string): string {
    return createHmac('sha256', this.key).update(account.trim().toLowerCase(), 'utf8').digest('hex');
  }
}

/** Attempts of one key are one row. */
function keyOf({ kind, address, account, organizationId }: FailedAuthenticationEntity): string {
  return JSON.stringify([kind, address, account, organizationId]);
}

/** Counts attempts beyond the bound in one row that names nobody. */
function insertBounded(rows: Map<string, FailedAuthenticationEntity>, key: string, row: FailedAuthenticationEntity): void {
  const known = rows.get(key);
  if (known || row.kind === 'OVERFLOW' || rows.size < ROWS_PER_WINDOW_MAX) {
    rows.set(key, known ? joined(known, row) : row);
    return;
  }
  const nobody = { address: '', userAgent: '', account: null, userId: null, organizationId: null };
  const overflow: FailedAuthenticationEntity = { ...row, ...nobody, kind: 'OVERFLOW' };
  insertBounded(rows, keyOf(overflow), overflow);
}

function joined(known: FailedAuthenticationEntity, row: FailedAuthenticationEntity): FailedAuthenticationEntity {
  const firstAt = row.firstAt < known.firstAt ? row.firstAt : known.firstAt;
  const lastAt = row.lastAt > known.lastAt ? row.lastAt : known.lastAt;
  return { ...known, count: known.count + row.count, firstAt, lastAt };
}

/** Replaces characters that PostgreSQL cannot store, which would fail the whole statement. */
function bounded(text: string): string {
  return text.slice(0, TEXT_LENGTH_MAX).replace(/[\p{Cc}\p{Surrogate}]/gu, '\ufffd');
}
