/**
 * Verifies that a chain of changes is as it was written (docs/AUDIT.md). Pure: the caller passes the rows in order, so that a
 * chain of any length takes little memory; only the paths of erased bodies are kept.
 */
import type { ChangeBodyEntity } from './change-body-entity';
import type { ChangeEntity } from './change-entity';
import {
  bodiesDigest,
  bodyDigest,
  canonicalRow,
  chainHash,
  type BodyPath,
  type ChainFormat,
  type ErasureRecord,
} from './change-rules';
import type { AuditHeadEntity } from './head-entities';

/** The end of a chain, as it was kept elsewhere. */
export interface KeptHead {
  readonly sequence: number;
  readonly hash: string;
}

/** The first row of a chain that is not as it was written. */
export interface ChainProblem {
  /** Position in the chain; 0 when the chain as a whole is at fault. */
  readonly sequence: number;
  /** Null when the row is missing. */
  readonly changeId: string | null;
  /** Says what is wrong: the rest of a sentence that begins with the row. */
  readonly what: string;
}

export interface ChainReport {
  /** Id of the organization, or `system`. */
  readonly organizationId: string;
  readonly rows: number;
  /** Null when there is none. */
  readonly head: KeptHead | null;
  readonly erasedBodies: number;
  /** Null when the chain holds. */
  readonly problem: ChainProblem | null;
}

/** The form of the salts of `record-change`: 16 bytes as base64url. Any other could move text between salt and body. */
const SALT_FORM = /^[A-Za-z0-9_-]{22}$/;

export class ChainVerifier {
  private rows = 0;
  private lastSequence = 0;
  private lastHash = '';
  private erasedBodies = 0;
  private problem: ChainProblem | null = null;
  /** Holds the erased bodies that no record has accounted for so far, by path as text, with the id of their change. */
  private readonly unaccounted = new Map<string, { readonly path: BodyPath; readonly changeId: string }>();

  constructor(
    private readonly organizationId: string,
    private readonly kept: KeptHead | null = null,
  ) {}

  /** Checks the next row by sequence, with its bodies by position. */
  take(row: ChangeEntity, bodies: readonly ChangeBodyEntity[]): void {
    const sequence = Number(row.sequence);
    const fail = (what: string): void => this.fail(sequence, row.id, what);
    this.rows++;
    if (sequence > this.lastSequence + 1) {
      this.fail(this.lastSequence + 1, null, `is missing: the next row is ${sequence} (${row.id})`);
    } else if (sequence <= this.lastSequence) {
      fail('is in the chain twice, or before its first row');
    }
    const format = checkColumns(row, fail);
    if (row.hash !== chainHash(this.lastHash, row.canonical)) {
      fail('has a hash that is not SHA-256 of the hash before it and its canonical text');
    }
    if (this.kept?.sequence === sequence && this.kept.hash !== row.hash) {
      fail('has a different hash than the head that was kept');
    }
    this.takeBodies(row, bodies, format, fail);
    this.lastSequence = sequence;
    this.lastHash = row.hash;
  }

  /** Checks the end of the chain; call it after the last row. `head`: null when the chain has no head row. */
  finish(head: AuditHeadEntity | null): ChainReport {
    const end = head && { sequence: Number(head.sequence), hash: head.hash };
    this.checkHead(end);
    if (this.kept !== null && this.kept.sequence > this.lastSequence) {
      this.fail(this.lastSequence + 1, null, `is missing: the head that was kept is ${this.kept.sequence}`);
    }
    for (const { path, changeId } of this.unaccounted.values()) {
      this.fail(path[0], changeId, `has the body ${path[1]} erased, and no erasure record accounts for it`);
    }
    const { organizationId, rows, erasedBodies, problem } = this;
    return { organizationId, rows, head: end, erasedBodies, problem };
  }

  private checkHead(head: KeptHead | null): void {
    if (head === null) {
      const what =
        this.rows > 0 ? 'is the last row, and the head of the chain is missing' : 'the chain has neither rows nor a head';
      return this.fail(this.lastSequence, null, what);
    }
    if (head.sequence > this.lastSequence) {
      return this.fail(this.lastSequence + 1, null, `is missing: the head of the chain is ${head.sequence}`);
    }
    if (head.sequence < this.lastSequence) {
      return this.fail(head.sequence + 1, null, `is beyond the head of the chain, which is ${head.sequence}`);
    }
    if (head.hash !== this.lastHash)
      this.fail(head.sequence, null, 'is the last row, and the head of the chain has a different hash');
  }

  private takeBodies(
    row: ChangeEntity,
    bodies: readonly ChangeBodyEntity[],
    format: ChainFormat,
    fail: (what: string) => void,
  ): void {
    bodies.forEach((body, i) => {
      if (body.position !== i) fail(`has no body ${i}, but a body ${body.position}`);
      if (body.salt === null) this.takeErased(row, body, fail);
      else if (!SALT_FORM.test(body.salt) || body.digest !== bodyDigest(body.salt, body.before, body.after)) {
        fail(`has a body ${body.position} whose texts, salt or digest were altered`);
      }
    });
    const covered = bodies.map(({ before: _before, after: _after, salt: _salt, ...columns }) => columns);
    if (row.bodyDigest !== bodiesDigest(covered, format)) {
      fail('has other bodies than were written: one was added, removed or moved, or a column of one was altered');
    }
    if (row.kind === 'PERSONAL_DATA_ERASED') for (const body of bodies) this.account(body, fail);
  }

  private takeErased(row: ChangeEntity, body: ChangeBodyEntity, fail: (what: string) => void): void {
    if (body.before !== null || body.after !== null) return fail(`has a body ${body.position} that was erased in part`);
    this.erasedBodies++;
    const path = [Number(row.sequence), body.position] as const;
    this.unaccounted.set(path.join(':'), { path, changeId: row.id });
  }

  private account(body: ChangeBodyEntity, fail: (what: string) => void): void {
    const record = erasureRecordOf(body.after);
    if (record === null) return fail(`is an erasure record whose body ${body.position} does not list what was erased`);
    for (const [sequence, position] of record.erasedBodies) {
      if (!this.unaccounted.delete(`${sequence}:${position}`)) {
        fail(`lists the body ${position} of row ${sequence} as erased, which is not erased or was before`);
      }
    }
  }

  /** Keeps the problem of the earliest row; the first of several of one row. */
  private fail(sequence: number, changeId: string | null, what: string): void {
    if (this.problem === null || sequence < this.problem.sequence) this.problem = { sequence, changeId, what };
  }
}

/** Describes the problem of a chain as a sentence; null when there is none. */
export function problemSentence({ organizationId, problem }: ChainReport): string | null {
  if (problem === null) return null;
  const { sequence, changeId, what } = problem;
  const row = sequence === 0 ? '' : ` row ${sequence}${changeId === null ? '' : ` (${changeId})`}`;
  return `Chain ${organizationId}:${row} ${what}.`;
}

/** Compares the canonical text with each column; answers the format in which the row was written. */
function checkColumns({ canonical, hash: _hash, ...columns }: ChangeEntity, fail: (what: string) => void): ChainFormat {
  const written = parsedObject(canonical);
  if (written === null) {
    fail('has a canonical text that is not a JSON object');
    return 2;
  }
  const { format } = written;
  // PostgreSQL has instants that a Date cannot hold: infinity, and years beyond 275,760.
  if (!Number.isFinite(Number(columns.createdAt))) {
    fail('has a created_at that is not a valid time');
    return 2;
  }
  if (format !== undefined && format !== 2) {
    fail(`was written in the format ${JSON.stringify(format)}, which this version does not know`);
    return 2;
  }
  const known = format ?? 1;
  if (canonicalRow(columns, known) === canonical) return known;
  const now = JSON.parse(canonicalRow(columns, known)) as Record<string, unknown>;
  const names = [...new Set([...Object.keys(now), ...Object.keys(written)])].filter((name) => now[name] !== written[name]);
  const which = names.length > 0 ? `: ${names.join(', ')}` : '';
  fail(`has a canonical text that does not say what its columns say${which}`);
  return known;
}

function erasureRecordOf(text: string | null): ErasureRecord | null {
  const record = text === null ? null : parsedObject(text);
  const list: unknown = record?.erasedBodies;
  const isPath = (entry: unknown): boolean => Array.isArray(entry) && entry.length === 2 && entry.every(Number.isSafeInteger);
  return Array.isArray(list) && list.every(isPath) ? { erasedBodies: list as BodyPath[] } : null;
}

function parsedObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
