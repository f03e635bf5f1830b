// Keeps the words of docs/GLOSSARY.md: fails with file:line where a renamed word comes back, or a comment or a description of the
// schema lacks its subject.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

/** Words in comments, descriptions of the schema, names of tests, README.md and docs. */
const PROSE = [
  [/\bbooks?\b/i, 'environment state, database or audit log'],
  [/\bbells?\b|\brung\b|\brings?\b/i, 'change notifier, notify or notification'],
  [/\b(untold|doubted|breathes?|sighted|in sight)\b/, 'unsent, unverified, yield to the event loop, visible'],
  [/\b(un)?seal(s|ed)?\b/, 'encrypt'],
  [/\bsign(s|ed|ing)?[ -]in\b/i, 'log in'],
  [/\btreatments?\b/i, 'variation'],
  [/(?<!open-)\bfeatures?\b(?![- ]flags?)/, 'flag'],
  [/\bwho(m|se)?ever\b/i, 'a noun, such as client, caller, actor or user'],
];
/** Parts of identifiers in src and packages. */
const NAMES = {
  ...{ bell: 'notifier', rung: 'notified', book: 'state', books: 'states', sight: 'visibility', demand: 'required' },
  ...{ told: 'sent', untold: 'unsent', seal: 'encrypt', sealed: 'encrypted', doubted: 'unverified', place: 'scope or path' },
  ...{ breathe: 'yieldIfDue', tally: 'counts', surroundings: 'references', grounds: 'details', treatment: 'variation' },
  ...{ feature: 'flag', signed: 'loggedIn' },
};
/** Names of SQL and of others. */
const ALLOWED = /^sealed_?[rR]esult$|^updateResolversInPlace$|^OpenFeature/;
const NO_SUBJECT = /^(Of|As|By|What|Whatever|Who|Whoever|Whichever|Nobody|Nothing|No|In|At|Where|After)\b/;

const CHECKED = ['src', 'packages', 'schema', 'migrations', 'test', 'bench', 'scripts', 'docs', 'README.md'];

const problems = [];
const { stdout } = spawnSync('git', ['ls-files', '-z', ...CHECKED], { cwd: root, encoding: 'utf8' });
for (const file of stdout.split('\0')) {
  if (!/\.(ts|mjs|cjs|md|graphql)$/.test(file) || /\/generated\/|^docs\/adr\/|^docs\/GLOSSARY/.test(file)) continue;
  let previous = '';
  let isDescription = false;
  for (const [index, line] of readFileSync(join(root, file), 'utf8').split('\n').entries()) {
    const say = (sentence) => problems.push(`${file}:${index + 1} ${sentence}`);
    const text = line.trim();
    const isComment = /^(\/\*|\*|\/\/)/.test(text);
    const isCode = /\.(ts|mjs|cjs)$/.test(file) && !file.startsWith('test/packages/');
    if (isCode && isComment) checkSubject(text, previous, say);
    if (isCode && !isComment && /^(src|packages)\//.test(file)) checkNames(text, say);
    if (file.endsWith('.graphql') && text === '"""') isDescription = !isDescription;
    if (isDescription && previous === '"""') checkOpening(text, say);
    if (file.endsWith('.md') || isDescription) checkProse(line, say);
    else if (isCode && isComment) checkProse(line, say);
    else if (file.startsWith('test/'))
      checkProse(/(?:^(?:it|test|describe)\b[.\w]*|^\]\))\((['`])(.*?)\1/.exec(text)?.[2] ?? '', say);
    previous = text;
  }
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length === 0 ? 0 : 1);

function checkProse(text, say) {
  for (const [word, right] of PROSE) {
    const found = word.exec(text);
    if (found) say(`"${found[0]}": say ${right}.`);
  }
}

/** Only the first line of a comment is checked. */
function checkSubject(text, previous, say) {
  const isFirst = text.startsWith('/*') || (text.startsWith('//') ? !previous.startsWith('//') : /^\/\*\*?$/.test(previous));
  if (isFirst) checkOpening(text.replace(/^(\/\*\*?|\*|\/\/)\s*/, ''), say);
}

function checkOpening(text, say) {
  const found = NO_SUBJECT.exec(text);
  if (found) say(`Begin with the subject, not with "${found[0]}".`);
}

function checkNames(text, say) {
  for (const [name] of text.replace(/'[^']*'|`[^`]*`|\/\/ .*/g, '').matchAll(/[A-Za-z_]\w*/g)) {
    if (ALLOWED.test(name)) continue;
    if (/[a-z]AtOnce$/.test(name)) say(`${name}: end it with Sync, or with nothing.`);
    const parts = name
      .replace(/([a-z\d])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .split('_');
    for (const part of parts.filter((one) => Object.hasOwn(NAMES, one))) say(`${name}: "${part}" is now ${NAMES[part]}.`);
  }
}
