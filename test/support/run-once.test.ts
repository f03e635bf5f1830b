/**
 * CI runs on one database only what run-once.json names. The folders under `pure`: whatever their tests import, it must not lead
 * to a database. The files under `transport`: a server with a database stands behind them, and they are about documents, limits
 * and connections; they must not look at the database, nor be other tests on another.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { transformFileSync, type Options } from '@swc/core';
import { PACKAGE_ROOT } from '../../src/package-root';
import runOnce from './run-once.json';

const compilerOptions = createRequire(__filename)('../../jest.swc.cjs') as Options;
const LOOKS_AT_DATABASE =
  /isEmbedded|DATABASE_URL|REDIS_URL|startSecondServer|countStatements|cloneRows|\.database\b|support\/data/;
const WAYS_OUT = ['pg', 'ioredis', '@electric-sql/pglite', 'node:child_process', 'node:net'];

function testsIn(folder: string): string[] {
  return readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(PACKAGE_ROOT, folder, name));
}

/** The files that the file requires when it runs: imports of types are gone. */
function importsOf(path: string): string[] {
  const { code } = transformFileSync(path, { ...compilerOptions, sourceMaps: false });
  return [...code.matchAll(/\b(?:require|import)\("([^"]+)"\)/g)].map(([, name]) => name!);
}

/** The file that is meant, or the name of the package. */
function targetOf(from: string, name: string): string {
  if (!name.startsWith('.')) return name;
  const path = resolve(dirname(from), name);
  return [`${path}.ts`, join(path, 'index.ts')].find(existsSync) ?? path;
}

/** All files and packages that the files lead to. */
function reachedFrom(paths: readonly string[]): Set<string> {
  const reached = new Set(paths);
  for (const path of reached) {
    if (path.endsWith('.ts')) for (const name of importsOf(path)) reached.add(targetOf(path, name));
  }
  return reached;
}

const waysOutOf = (folder: string): string[] => {
  const reached = reachedFrom(testsIn(folder));
  return WAYS_OUT.filter((name) => reached.has(name));
};

it.each(runOnce.pure)('%s has tests, which reach no database, no Redis and no other process', (folder) => {
  expect(testsIn(folder)).not.toEqual([]);
  expect(waysOutOf(folder)).toEqual([]);
});

it('would see it where tests do', () => {
  expect(waysOutOf('test/api')).toEqual(WAYS_OUT);
  expect(waysOutOf('test/migrations')).toContain('pg');
});

it.each(runOnce.transport)('%s looks at no database', (path) => {
  expect(readFileSync(join(PACKAGE_ROOT, path), 'utf8')).not.toMatch(LOOKS_AT_DATABASE);
});
