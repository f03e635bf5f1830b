// Keeps the layout of src as ARCHITECTURE.md draws it: few loose files, and a README in each folder.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

const LOOSE_FILES_MAX = 12;
const README_LINES = { min: 5, max: 15 };

const problems = [];
const map = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
const entries = readdirSync(join(root, 'src'), { withFileTypes: true, recursive: true });
const pathOf = (entry) => join(entry.parentPath ?? entry.path, entry.name).slice(join(root, 'src').length + 1);

const loose = entries.filter((entry) => entry.isFile() && !pathOf(entry).includes('/') && entry.name.endsWith('.ts'));
if (loose.length > LOOSE_FILES_MAX) {
  problems.push(`src/ has ${loose.length} files outside of folders; at most ${LOOSE_FILES_MAX} are allowed.`);
}
for (const { name } of loose) {
  if (!map.includes(`\`${name}\``)) problems.push(`ARCHITECTURE.md does not name \`${name}\`.`);
}
for (const entry of entries) {
  const folder = pathOf(entry);
  if (!entry.isDirectory() || folder.endsWith('generated')) continue;
  if (!map.includes(`\`${folder}/\``)) problems.push(`ARCHITECTURE.md does not name \`${folder}/\` in its code map.`);
  const readme = join(root, 'src', folder, 'README.md');
  const lines = existsSync(readme) ? readFileSync(readme, 'utf8').trimEnd().split('\n').length : 0;
  if (lines < README_LINES.min || lines > README_LINES.max) {
    problems.push(`src/${folder}/README.md has ${lines} lines; ${README_LINES.min} to ${README_LINES.max} are expected.`);
  }
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length === 0 ? 0 : 1);
