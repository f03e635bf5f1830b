// node scripts/release-notes.mjs VERSION: prints what CHANGELOG.md says of the version, which must be that of package.json.
import { readFileSync } from 'node:fs';

const at = (name) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const [version = ''] = process.argv.slice(2);
const current = JSON.parse(at('package.json')).version;
const [, notes = ''] = at('CHANGELOG.md').split(`\n## [${version}] - `);
if (version !== current || notes === '') {
  process.stderr.write(
    version === current
      ? `CHANGELOG.md has no part "## [${version}] - DATE"; give "Unreleased" its number and date.\n`
      : `The version of package.json is ${current}, not ${JSON.stringify(version)}; change it, or the tag.\n`,
  );
  process.exit(1);
}
process.stdout.write(`${notes.split('\n## [')[0].split('\n').slice(1).join('\n').trim()}\n`);
