// Checks that each name exported in src is declared in one file, so that no name means two things. Written code only.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { root } from './install.mjs';

const sources = readdirSync(join(root, 'src'), { withFileTypes: true, recursive: true })
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .filter((path) => path.endsWith('.ts') && !path.includes('generated'));

/** The names that a statement declares and exports. */
function exportedNames(statement) {
  if (!statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
  if (!ts.isVariableStatement(statement)) return statement.name ? [statement.name.text] : [];
  return statement.declarationList.declarations.filter(({ name }) => ts.isIdentifier(name)).map(({ name }) => name.text);
}

/** The files that declare each name. */
function declarations(paths) {
  const files = new Map();
  for (const path of paths) {
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
    // Overloads, and an interface beside a constant of its name, are one declaration.
    for (const name of new Set(source.statements.flatMap(exportedNames))) {
      files.set(name, [...(files.get(name) ?? []), relative(root, path)]);
    }
  }
  return files;
}

const twice = [...declarations(sources)].filter(([, files]) => files.length > 1);
for (const [name, files] of twice)
  process.stderr.write(`${name} is declared in ${files.join(' and ')}; give each its own name.\n`);
process.exit(twice.length === 0 ? 0 : 1);
