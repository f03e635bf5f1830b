import fc from 'fast-check';
import type { ChangeBodyEntity } from '../../src/modules/changes/change-body-entity';
import type { ChangeEntity } from '../../src/modules/changes/change-entity';
import {
  bodiesDigest,
  bodyDigest,
  canonicalRow,
  canonicalText,
  chainHash,
  type ChainFormat,
} from '../../src/modules/changes/change-rules';
import type { AuditHeadEntity } from '../../src/modules/changes/head-entities';
import { ChainVerifier, problemSentence, type ChainReport, type KeptHead } from '../../src/modules/changes/verify-chain';

interface Chain {
  readonly rows: ChangeEntity[];
  readonly bodies: ChangeBodyEntity[];
  readonly head: AuditHeadEntity | null;
}

const ORGANIZATION = 'organization_1';
const salt = (n: number): string => `salt-${String(n).padStart(17, '0')}`;

/** Verifies rows in any state, as the database would return them. */
function verify({ rows, bodies, head }: Chain, kept: KeptHead | null = null): ChainReport {
  const verifier = new ChainVerifier(ORGANIZATION, kept);
  const own = rows.filter(({ organizationId }) => organizationId === ORGANIZATION);
  const inOrder = own.toSorted((a, b) => Number(a.sequence) - Number(b.sequence) || (a.id < b.id ? -1 : 1));
  for (const row of inOrder) {
    const ofRow = bodies.filter(({ changeId }) => changeId === row.id).toSorted((a, b) => a.position - b.position);
    verifier.take(row, ofRow);
  }
  return verifier.finish(head?.organizationId === ORGANIZATION ? head : null);
}

/** Row 1 as it was written in the first format; rows 2 to 5; row 6 accounts for the erased first body of row 3. */
function makeChain(): Chain {
  const chain = { rows: [] as ChangeEntity[], bodies: [] as ChangeBodyEntity[] };
  for (let sequence = 1; sequence <= 5; sequence++) append(chain, sequence === 1 ? 1 : 2, 'FLAG_UPDATED', sequence % 3);
  Object.assign(
    chain.bodies.find(({ changeId }) => changeId === 'change_2')!,
    { before: null, after: null, salt: null },
  );
  append(chain, 2, 'PERSONAL_DATA_ERASED', 1, { erasedBodies: [[2, 0]] });
  const { sequence, hash } = chain.rows.at(-1)!;
  return { ...chain, head: { organizationId: ORGANIZATION, sequence, hash } };
}

function append(
  { rows, bodies }: { rows: ChangeEntity[]; bodies: ChangeBodyEntity[] },
  format: ChainFormat,
  kind: ChangeEntity['kind'],
  bodyCount: number,
  after: object = { name: 'é "quoted" \u2028', version: 2 },
): void {
  const sequence = rows.length + 1;
  const id = `change_${sequence}`;
  const own = Array.from({ length: bodyCount }, (_, position): ChangeBodyEntity => {
    const texts = [canonicalText({ version: 1 }), canonicalText(after)] as const;
    return {
      changeId: id,
      position,
      subjectKind: 'FLAG',
      subjectId: 'flag_1',
      subjectKey: 'dark-mode',
      parentId: position === 0 ? null : 'flag_2',
      environmentId: position === 0 ? 'environment_1' : null,
      version: 2,
      before: texts[0],
      after: texts[1],
      salt: salt(sequence * 10 + position),
      digest: bodyDigest(salt(sequence * 10 + position), ...texts),
    };
  });
  const covered = own.map(({ before: _before, after: _after, salt: _salt, ...columns }) => columns);
  const row = {
    id,
    organizationId: ORGANIZATION,
    sequence: String(sequence),
    projectId: sequence % 2 ? null : 'project_1',
    kind,
    actorKind: 'USER' as const,
    actorId: 'user_1',
    actorName: 'ada@example.com',
    authentication: 'PASSWORD' as const,
    address: '192.0.2.1',
    userAgent: 'curl/8\u0085',
    requestId: `request_${sequence}`,
    result: 'SUCCEEDED' as const,
    bodyDigest: bodiesDigest(covered, format),
    createdAt: new Date(Date.UTC(2026, 10, 21, 9, 30, sequence, 5)),
  };
  const canonical = canonicalRow(row, format);
  rows.push({ ...row, canonical, hash: chainHash(rows.at(-1)?.hash ?? '', canonical) });
  bodies.push(...own);
}

const INTACT = makeChain();
const copyOf = (chain: Chain): Chain => structuredClone(chain);
type Writable = Record<string, unknown>;

/** A different value of a type that the column can store. */
function altered(value: unknown, place: number): unknown {
  if (value === null) return 'x';
  // A clone's dates are of another realm.
  if (typeof value === 'object') return new Date(Number(value) + 1 + place);
  if (typeof value === 'number') return value + 1 + place;
  const text = value as string;
  if (/^\d+$/.test(text)) return String(Number(text) + 1 + place);
  const at = place % (text.length + 1);
  const other = text[at] === '0' ? '1' : '0';
  return text.slice(0, at) + other + text.slice(at + 1);
}

/**
 * Sequence of the first problem when a row is at fault: a body that an altered erasure record no longer accounts for comes
 * before it.
 */
const placesOf = (sequence: number): number[] => (sequence === 6 ? [2, 6] : [sequence]);

it('finds no problem in a chain as it was written, in both formats and with an erasure', () => {
  const { sequence, hash } = INTACT.rows[3]!;

  expect(verify(INTACT, { sequence: Number(sequence), hash })).toEqual({
    organizationId: ORGANIZATION,
    rows: 6,
    head: { sequence: 6, hash: INTACT.rows[5]!.hash },
    erasedBodies: 1,
    problem: null,
  });
  expect(problemSentence(verify(INTACT))).toBeNull();
});

it('detects an altered character in any column of any change, and names the row', () => {
  const columns = Object.keys(INTACT.rows[0]!).filter((column) => column !== 'sequence');
  fc.assert(
    fc.property(fc.nat(5), fc.constantFrom(...columns), fc.nat(300), (at, column, place) => {
      const chain = copyOf(INTACT);
      const row = chain.rows[at] as unknown as Writable;
      row[column] = altered(row[column], place);

      expect(placesOf(at + 1)).toContain(verify(chain).problem?.sequence);
    }),
    { numRuns: 2_000 },
  );
});

it('detects an altered character in any column of any body, and names its change', () => {
  const columns = Object.keys(INTACT.bodies[0]!);
  fc.assert(
    fc.property(fc.nat(INTACT.bodies.length - 1), fc.constantFrom(...columns), fc.nat(300), (at, column, place) => {
      const chain = copyOf(INTACT);
      const body = chain.bodies[at] as unknown as Writable;
      const { changeId } = INTACT.bodies[at]!;
      body[column] = altered(body[column], place);
      // The first format did not cover these.
      fc.pre(changeId !== 'change_1' || ['changeId', 'position', 'before', 'after', 'salt', 'digest'].includes(column));
      // A body that was given to another change is missed in its own.
      fc.pre(!chain.rows.some(({ id }) => column === 'changeId' && id === body.changeId));

      expect(placesOf(Number(changeId.slice('change_'.length)))).toContain(verify(chain).problem?.sequence);
    }),
    { numRuns: 2_000 },
  );
});

it('detects rows that are removed, repeated or reordered', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 1 }), (order) => {
      fc.pre(order.some((from, to) => from !== to) || order.length < 6);
      const chain = copyOf(INTACT);
      const rows = order.map((from, to): ChangeEntity => ({ ...chain.rows[from]!, sequence: String(to + 1) }));
      const first = order.findIndex((from, to) => from !== to);

      const { problem } = verify({ ...chain, rows });

      // Row 2, whose body is erased, is at fault as soon as the record that accounts for it is gone.
      const isUnaccounted = order[1] === 1 && !order.includes(5);
      const broken = first === -1 ? order.length + 1 : first + 1;
      expect(problem?.sequence).toBe(isUnaccounted ? Math.min(2, broken) : broken);
    }),
    { numRuns: 500 },
  );
});

const without = (sequence: number, { rows, ...rest }: Chain): Chain => ({
  ...rest,
  rows: rows.filter((row) => row.sequence !== String(sequence)),
});
const headAt = (sequence: number): AuditHeadEntity => ({
  organizationId: ORGANIZATION,
  sequence: String(sequence),
  hash: INTACT.rows[sequence - 1]!.hash,
});

it.each<[string, (chain: Chain) => Chain, string]>([
  ['the first row removed', (chain) => without(1, chain), 'row 1 is missing: the next row is 2 (change_2).'],
  ['a middle row removed', (chain) => without(4, chain), 'row 4 is missing: the next row is 5 (change_5).'],
  ['the last row removed', (chain) => without(5, withoutErasure(chain)), 'row 5 is missing: the head of the chain is 5.'],
  ['all rows removed', (chain) => ({ ...chain, rows: [], bodies: [] }), 'row 1 is missing: the head of the chain is 6.'],
  ['rows and head removed', () => ({ rows: [], bodies: [], head: null }), 'the chain has neither rows nor a head.'],
  ['the head removed', (chain) => ({ ...chain, head: null }), 'row 6 is the last row, and the head of the chain is missing.'],
  ['the head set back', (chain) => ({ ...chain, head: headAt(4) }), 'row 5 is beyond the head of the chain, which is 4.'],
  [
    'the hash of the head altered',
    (chain) => ({ ...chain, head: { ...chain.head!, hash: 'x' } }),
    'row 6 is the last row, and the head of the chain has a different hash.',
  ],
  [
    'a column altered',
    (chain) => patched(chain, 4, { actorName: 'eve@example.com', projectId: null }),
    'row 4 (change_4) has a canonical text that does not say what its columns say: actorName, projectId.',
  ],
  [
    'a column and the canonical text altered alike',
    (chain) => patched(chain, 4, recomputed({ ...chain.rows[3]!, actorName: 'eve@example.com' })),
    'row 4 (change_4) has a hash that is not SHA-256 of the hash before it and its canonical text.',
  ],
  [
    'a row and its hash made anew',
    (chain) => {
      const row = { ...chain.rows[3]!, ...recomputed({ ...chain.rows[3]!, actorName: 'eve@example.com' }) };
      return patched(chain, 4, { ...row, hash: chainHash(chain.rows[2]!.hash, row.canonical) });
    },
    'row 5 (change_5) has a hash that is not SHA-256 of the hash before it and its canonical text.',
  ],
  [
    'no JSON',
    (chain) => patched(chain, 2, { canonical: '{' }),
    'row 2 (change_2) has a canonical text that is not a JSON object.',
  ],
  [
    'an unknown format',
    (chain) => patched(chain, 2, { canonical: '{"format":3}' }),
    'row 2 (change_2) was written in the format 3, which this version does not know.',
  ],
  [
    'a format taken away',
    (chain) => patched(chain, 2, { canonical: chain.rows[1]!.canonical.replace('"format":2,', '') }),
    'row 2 (change_2) has a hash that is not SHA-256 of the hash before it and its canonical text.',
  ],
  [
    'an instant that is none',
    (chain) => patched(chain, 2, { createdAt: Infinity as never }),
    'row 2 (change_2) has a created_at that is not a valid time.',
  ],
  [
    'a text of a body altered',
    (chain) => patchedBody(chain, 'change_5', 1, { after: '{}' }),
    'row 5 (change_5) has a body 1 whose texts, salt or digest were altered.',
  ],
  [
    'text moved from a body into its salt',
    (chain) => {
      const { salt: own, before } = chain.bodies.find(({ changeId }) => changeId === 'change_5')!;
      return patchedBody(chain, 'change_5', 0, { salt: `${own}${before}` });
    },
    'row 5 (change_5) has a body 0 whose texts, salt or digest were altered.',
  ],
  [
    'a column of a body altered',
    (chain) => patchedBody(chain, 'change_5', 1, { subjectKey: 'light-mode' }),
    'row 5 (change_5) has other bodies than were written: one was added, removed or moved, or a column of one was altered.',
  ],
  [
    'the first body removed',
    (chain) => ({ ...chain, bodies: chain.bodies.filter((body) => body.changeId !== 'change_5' || body.position !== 0) }),
    'row 5 (change_5) has no body 0, but a body 1.',
  ],
  [
    'the last body removed',
    (chain) => ({ ...chain, bodies: chain.bodies.filter((body) => body.changeId !== 'change_5' || body.position !== 1) }),
    'row 5 (change_5) has other bodies than were written: one was added, removed or moved, or a column of one was altered.',
  ],
  [
    'a body added',
    (chain) => ({ ...chain, bodies: [...chain.bodies, { ...chain.bodies[0]!, changeId: 'change_4', position: 1 }] }),
    'row 4 (change_4) has other bodies than were written: one was added, removed or moved, or a column of one was altered.',
  ],
  [
    'a body erased without a record',
    (chain) => patchedBody(chain, 'change_4', 0, { before: null, after: null, salt: null }),
    'row 4 (change_4) has the body 0 erased, and no erasure record accounts for it.',
  ],
  [
    'a body erased in part',
    (chain) => patchedBody(chain, 'change_4', 0, { after: null, salt: null }),
    'row 4 (change_4) has a body 0 that was erased in part.',
  ],
  [
    'an erasure record erased itself',
    (chain) => patchedBody(chain, 'change_6', 0, { before: null, after: null, salt: null }),
    'row 2 (change_2) has the body 0 erased, and no erasure record accounts for it.',
  ],
  [
    'erased texts put back',
    (chain) => patchedBody(chain, 'change_2', 0, { before: '{}', after: '{}', salt: salt(20) }),
    'row 2 (change_2) has a body 0 whose texts, salt or digest were altered.',
  ],
])('names the first row at fault: %s', (_name, tamper, sentence) => {
  const chain = tamper(copyOf(INTACT));

  expect(problemSentence(verify(chain))).toBe(`Chain organization_1: ${sentence}`);
});

it('distinguishes erased texts that were put back as they were from an erasure', () => {
  const chain = { rows: [] as ChangeEntity[], bodies: [] as ChangeBodyEntity[] };
  append(chain, 2, 'FLAG_UPDATED', 1);
  append(chain, 2, 'PERSONAL_DATA_ERASED', 1, { erasedBodies: [[1, 0]] });

  const report = verify({ ...chain, head: { organizationId: ORGANIZATION, sequence: '2', hash: chain.rows[1]!.hash } });

  expect(report.problem).toEqual({
    sequence: 2,
    changeId: 'change_2',
    what: 'lists the body 0 of row 1 as erased, which is not erased or was before',
  });
});

it('detects by a head that was kept elsewhere that the end was cut off with the head, or that all was written anew', () => {
  const kept = { sequence: 5, hash: INTACT.rows[4]!.hash };
  const cut = { ...withoutErasure(copyOf(INTACT)), head: headAt(3) };
  const shorter = { ...cut, rows: cut.rows.slice(0, 3) };

  expect(verify(shorter).problem).toBeNull();
  expect(problemSentence(verify(shorter, kept))).toBe('Chain organization_1: row 4 is missing: the head that was kept is 5.');
  expect(problemSentence(verify(INTACT, { ...kept, hash: '0'.repeat(64) }))).toBe(
    'Chain organization_1: row 5 (change_5) has a different hash than the head that was kept.',
  );
});

/** Without the erasure record, and the body that it accounts for whole again. */
function withoutErasure(chain: Chain): Chain {
  const body = { before: canonicalText({ version: 1 }), after: canonicalText({ name: 'é "quoted" \u2028', version: 2 }) };
  const rest = { rows: chain.rows.slice(0, 5), bodies: chain.bodies.filter(({ changeId }) => changeId !== 'change_6') };
  return patchedBody({ ...rest, head: headAt(5) }, 'change_2', 0, { ...body, salt: salt(20) });
}

function patched({ rows, ...rest }: Chain, sequence: number, patch: Partial<ChangeEntity>): Chain {
  return { ...rest, rows: rows.map((row) => (row.sequence === String(sequence) ? { ...row, ...patch } : row)) };
}

function patchedBody({ bodies, ...rest }: Chain, changeId: string, position: number, patch: Partial<ChangeBodyEntity>): Chain {
  const is = (body: ChangeBodyEntity): boolean => body.changeId === changeId && body.position === position;
  return { ...rest, bodies: bodies.map((body) => (is(body) ? { ...body, ...patch } : body)) };
}

function recomputed({
  canonical: _canonical,
  hash: _hash,
  ...columns
}: ChangeEntity): Partial<ChangeEntity> & { canonical: string } {
  return { ...columns, canonical: canonicalRow(columns) };
}
