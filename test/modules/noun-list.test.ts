/** The list of nouns and their folders agree: in order, and in what each folder has. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { entities } from '../../src/modules/entities';
import { modules } from '../../src/modules/index';
import type { NounModule } from '../../src/modules/noun-module';
import { PACKAGE_ROOT } from '../../src/package-root';

const root = join(PACKAGE_ROOT, 'src', 'modules');
const list = readFileSync(join(root, 'index.ts'), 'utf8');
/** The nouns in the order of the imports, which ESLint reads. */
const nouns = [...list.matchAll(/from '\.\/([^/]+)\/module'/g)].map(([, noun]) => noun!);
const filesOf = (noun: string, ...suffixes: string[]): string[] =>
  readdirSync(join(root, noun)).filter((file) => suffixes.some((suffix) => file.endsWith(`${suffix}.ts`)));
const load = (noun: string, file: string): Record<string, unknown> =>
  createRequire(__filename)(join(root, noun, basename(file, '.ts'))) as Record<string, unknown>;
const exportsOf = (noun: string, ...suffixes: string[]): unknown[] =>
  filesOf(noun, ...suffixes).flatMap((file) => Object.values(load(noun, file)));
const moduleOf = (noun: string): NounModule => Object.values(load(noun, 'module'))[0] as NounModule;

it('has every folder of a noun once, in the order of its imports', () => {
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  expect([...nouns].sort()).toEqual(folders.map(({ name }) => name).sort());
  expect(modules).toEqual(nouns.map(moduleOf));
});

it.each(nouns)('lets %s import only nouns before it, resolvers aside', (noun) => {
  const earlier = nouns.slice(0, nouns.indexOf(noun));

  const imported = filesOf(noun, '')
    .filter((file) => !file.endsWith('-resolvers.ts'))
    .flatMap((file) => [...readFileSync(join(root, noun, file), 'utf8').matchAll(/from '\.\.\/([^/'.]+)\//g)])
    .map(([, folder]) => folder!);

  expect(imported.filter((folder) => !earlier.includes(folder))).toEqual([]);
});

it.each(nouns)('describes every entity, loader and resolver of %s', (noun) => {
  const { entities: rows = [], resolvers = [], loaders } = moduleOf(noun);

  const classes = exportsOf(noun, '-entity', '-entities').filter((value) => typeof value === 'function');
  const makers = exportsOf(noun, '-loaders').filter((value) => typeof value === 'function');
  const maps = exportsOf(noun, '-resolvers').filter((value) => typeof value === 'object');

  expect(new Set(rows)).toEqual(new Set(classes));
  expect(loaders ? [loaders] : []).toEqual(makers);
  expect(new Set(resolvers)).toEqual(new Set(maps));
});

it('lets no two nouns claim the same table, id, scope or field', () => {
  const claims = modules.flatMap(({ entities: rows = [], nodes = {}, scopes = {}, resolvers = [] }) => [
    ...rows.map(({ name }) => name),
    ...Object.keys(nodes).map((kind) => `id ${kind}`),
    ...Object.keys(scopes).map((type) => `scope ${type}`),
    ...resolvers.flatMap((map) =>
      Object.entries(map).flatMap(([type, fields]) => Object.keys(fields).map((field) => `${type}.${field}`)),
    ),
  ]);

  expect(claims.filter((claim, position) => claims.indexOf(claim) !== position)).toEqual([]);
  expect(entities.length).toBeGreaterThan(20);
});

it.each(nouns)('names rows that exist, for the types of %s', (noun) => {
  const file = join(root, noun, 'mappers.json');
  const mappers = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};

  const missing = Object.values(mappers).filter((row) => {
    const path = join(root, noun, row.split('#')[0]!);
    return !existsSync(`${path}.ts`) && !existsSync(join(path, 'index.ts'));
  });

  expect(missing).toEqual([]);
});
