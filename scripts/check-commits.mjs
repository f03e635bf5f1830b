// Checks commit messages: `area: what`, at most 72 characters, the reason in a body.
// With a file: the message in it, as Git's commit-msg hook hands it over. Without: each commit since the rule was made.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { root } from './install.mjs';

const SUBJECT_LENGTH_MAX = 72;
const BODY_LINE_LENGTH_MAX = 110;
/** The last commit before the rule. */
const BEFORE = '1a84fb71a581650a30c14165e73c824ccbc2f265';

/** Sentences that say what is wrong with a message; none when it is right. */
export function problemsOf(message) {
  const [subject = '', second = '', ...body] = message.split('\n').filter((line) => !line.startsWith('#'));
  // Git writes these subjects itself.
  if (/^(Merge|Revert|fixup!|squash!) /.test(subject)) return [];
  const problems = [];
  if (subject.length > SUBJECT_LENGTH_MAX) {
    problems.push(
      `The subject has ${subject.length} characters; at most ${SUBJECT_LENGTH_MAX} are allowed. The reason goes into the body.`,
    );
  }
  if (!/^[a-z][a-z0-9 ,/.-]*: \S/.test(subject))
    problems.push('The subject is `area: what`, for example `flags: refuse weights that do not sum up`.');
  if (subject.endsWith('.')) problems.push('The subject ends without a full stop.');
  if (second !== '') problems.push('The line after the subject is empty.');
  const long = body.find((line) => line.length > BODY_LINE_LENGTH_MAX && line.includes(' '));
  if (long !== undefined)
    problems.push(`A line of the body has ${long.length} characters; at most ${BODY_LINE_LENGTH_MAX} are allowed.`);
  return problems;
}

function git(...args) {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout : null;
}

/** Null in a tree without history (an archive, a shallow clone), of which nothing can be said. */
function messagesSince(commit) {
  return git('log', '--format=%h%n%B%x00', `${commit}..HEAD`)
    ?.split('\0')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => ({ name: text.slice(0, text.indexOf('\n')), message: text.slice(text.indexOf('\n') + 1) }));
}

function run(file) {
  const messages =
    file === undefined ? (messagesSince(BEFORE) ?? []) : [{ name: 'This commit', message: readFileSync(file, 'utf8') }];
  let isRight = true;
  for (const { name, message } of messages) {
    for (const problem of problemsOf(message)) {
      isRight = false;
      process.stderr.write(`${name}: ${problem}\n`);
    }
  }
  process.exit(isRight ? 0 : 1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) run(process.argv[2]);
