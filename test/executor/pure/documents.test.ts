/** The memory of documents is bounded, whatever is sent. */
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createSchema } from '../../../src/schema';
import { BYTES_MAX, Documents, ENTRIES_MAX } from '../../../src/operations/documents';
import { compilePlan } from '../../../src/fast-evaluate/evaluate-plan';
import { PACKAGE_ROOT } from '../../../src/package-root';

jest.setTimeout(240_000);

const schema = createSchema(join(PACKAGE_ROOT, 'schema'));
const create = (): Documents => new Documents({ schema, isIntrospectionOn: true });
const small = (i: number): string => `{ a${i}: evaluate(contexts: []) { revision } }`;
/** Nearly as many tokens as a document may have. */
const large = (i: number): string => {
  const attributes = Array.from({ length: 600 }, (_, k) => `k${k}: ${i}`).join(' ');
  return `{ evaluate(contexts: [{ attributes: { ${attributes} } }]) { revision } }`;
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

it('remembers the last 2,000 documents, however many were sent', () => {
  const documents = create();
  const first = documents.prepare(small(0), null);
  expect(documents.prepare(small(0), null)).toEqual(first);

  const count = ENTRIES_MAX + 500;
  for (let i = 1; i <= count; i++) documents.prepare(small(i), null);
  const last = documents.prepare(small(count), null);

  expect(documents.remembered.documents).toBe(ENTRIES_MAX);
  expect(last.isReady && preparedBy(documents, small(count)) === last.prepared).toBe(true);
  expect(first.isReady && preparedBy(documents, small(0)) === first.prepared).toBe(false);
});

function preparedBy(documents: Documents, text: string): unknown {
  const preparation = documents.prepare(text, null);
  return preparation.isReady ? preparation.prepared : preparation.errors;
}

it('remembers fewer of large documents: never more than 64 MiB', () => {
  const documents = create();
  const sizes: number[] = [];
  for (let i = 0; i < 100; i++) {
    expect(documents.prepare(large(i), null).isReady).toBe(true);
    sizes.push(documents.remembered.bytes);
  }

  expect(BYTES_MAX).toBe(64 * 1024 * 1024);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(BYTES_MAX);
  expect(documents.remembered.documents).toBeLessThan(60);
});

it('remembers what it refused within the same bounds, by its text', () => {
  const documents = create();
  for (let i = 0; i < ENTRIES_MAX / 2; i++) documents.prepare(`{ nothing${i} }`, null);
  for (let i = 0; i < ENTRIES_MAX; i++) documents.prepare(`{ nothing${i}`, null);

  expect(documents.remembered.documents).toBe(ENTRIES_MAX);
  expect(documents.prepare(`{ nothing${ENTRIES_MAX - 1}`, null).isReady).toBe(false);
});

it('takes about the memory that it counts, of documents that it refused, too', () => {
  const attributes = Array.from({ length: 600 }, (_, k) => `k${k}: 1`).join(' ');
  const wrong = Array.from({ length: 15 }, (_, k) => `wrong${k}`).join(' ');
  const documents = create();
  const before = heapBytes();

  for (let i = 0; i < 300; i++) {
    const text = `{ a${i}: __typename ${wrong} evaluate(contexts: [{ attributes: { ${attributes} } }]) { revision } }`;
    expect(documents.prepare(text, null)).toMatchObject({ isReady: false, errors: { length: 15 } });
  }

  expect(documents.remembered.documents).toBe(300);
  expect(heapBytes() - before).toBeLessThan(3 * documents.remembered.bytes);
});

it('remembers nothing of names that a document does not have', () => {
  const documents = create();
  const text = 'query A { __typename } query B { __typename }';
  documents.prepare(text, 'A');
  const before = documents.remembered;

  for (let i = 0; i < 1_000; i++) expect(documents.prepare(text, `C${i}`).isReady).toBe(false);

  expect(documents.remembered).toEqual(before);
  expect(preparedBy(documents, text)).not.toBe(undefined);
});

it('compiles a document for 16 combinations of its conditions, and leaves the others to graphql-js', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const declared = names.map((name) => `$${name}: Boolean!`).join(' ');
  const fields = names.map((name) => `${name}: revision @include(if: $${name})`).join(' ');
  const preparation = create().prepare(`query (${declared}) { evaluate(contexts: []) { ${fields} } }`, null);
  let compiled = 0;
  const plan = preparation.isReady ? compilePlan(schema, preparation.prepared, () => ++compiled) : null;

  const writers = Array.from({ length: 64 }, (_, i) => {
    const variables = Object.fromEntries(names.map((name, bit) => [name, ((i >> bit) & 1) === 1]));
    return plan!.writerFor(variables);
  });

  expect(compiled).toBe(16);
  expect(writers.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
  expect(writers.slice(16, 32)).toEqual(Array.from({ length: 16 }, () => null));
  expect(writers.slice(32)).toEqual(writers.slice(0, 32));
});
