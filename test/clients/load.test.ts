/** `npm run load` against a real server: what it counts, and what it says when something is wrong. */
import { parse, validate } from 'graphql';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/package-root';
import { createSchema } from '../../src/schema';
import { make, makeApiKey, type Made, type MadeProject } from '../support/make';
import { makeScene } from '../support/scene';
import { COUNTING_ALONE, createWorld, type World } from '../support/world';

jest.setTimeout(120_000);

let world: World;
let project: MadeProject;
let environment: Made;
let flag: Made;
let keys: { readonly FLAGSTAFF_KEY: string; readonly FLAGSTAFF_ADMIN_KEY: string };
beforeAll(async () => {
  world = await createWorld({ env: COUNTING_ALONE });
  ({ project, environment, flag } = await makeScene(world));
  const scope = { organizationId: project.organizationId, projectId: project.id, environmentId: environment.id };
  const admin = { ...scope, kind: 'ADMIN', role: 'ADMIN', name: 'Load' };
  const { secret } = await make<{ secret: string }>(project.client, 'createApiKey', admin, 'secret');
  keys = { FLAGSTAFF_KEY: await makeApiKey(project, environment), FLAGSTAFF_ADMIN_KEY: secret };
});
afterAll(() => world.close());

interface Ran {
  readonly code: number;
  readonly output: string;
}

function load(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { PATH = '', HOME = '' } = process.env;
  const all = { PATH, HOME, FLAGSTAFF_URL: world.app.url, ...keys, ...env };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['scripts/load.mjs', ...args],
      { cwd: PACKAGE_ROOT, env: all },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}

/** The count of a row of the report. */
const countOf = (name: string, { output }: Ran): number => Number(new RegExp(`^${name} +(\\d+) `, 'm').exec(output)?.[1]);

it('sends evaluations at the rate, changes, and counts each frame of each subscriber', async () => {
  const ran = await load([
    '--seconds',
    '3',
    '--evaluations',
    '40',
    '--subscribers',
    '5',
    '--changes',
    '2',
    '--environment',
    environment.id,
    '--flag',
    flag.key,
  ]);

  expect(ran).toMatchObject({ code: 0, output: expect.stringContaining('Nothing was refused, and nothing failed.') as string });
  expect(countOf('evaluate', ran)).toBeGreaterThanOrEqual(110);
  expect(countOf('evaluate', ran)).toBeLessThanOrEqual(120);
  const changes = countOf('change', ran);
  expect(changes).toBeGreaterThanOrEqual(5);
  expect(countOf('change to each frame', ran)).toBe(changes * 5);
});

it.each([
  [
    'a key that is not valid',
    { FLAGSTAFF_KEY: 'fs_server_x' },
    [],
    1,
    /^The access token or API key is not valid, has expired, or was revoked\./,
  ],
  ['no key', { FLAGSTAFF_KEY: '' }, [], 2, /^FLAGSTAFF_KEY is not set: it must be a SERVER key/],
  [
    'a flag that is not there',
    {},
    ['--changes', '1', '--flag', 'nothing', '--environment', 'OWN'],
    2,
    /^There is no flag nothing in the project of the environment/,
  ],
  ['changes without a flag', {}, ['--changes', '1'], 2, /^--changes needs --environment, an id, and --flag/],
  ['a server elsewhere', { FLAGSTAFF_URL: 'http://flags.example.com' }, [], 2, /^flags\.example\.com is not this machine/],
  ['nobody there', { FLAGSTAFF_URL: 'http://127.0.0.1:2' }, [], 1, /^No server answers at http:\/\/127\.0\.0\.1:2\/graphql/],
])('says in one sentence what is wrong: %s', async (_what, env, args, code, sentence) => {
  const own = args.map((arg) => (arg === 'OWN' ? environment.id : arg));
  const ran = await load([...own, '--seconds', '1'], env);

  expect(ran.code).toBe(code);
  expect(ran.output).toMatch(sentence);
  expect(ran.output).not.toMatch(/^\s+at /m);
});

it('sends documents by k6 that the schema has', () => {
  const schema = createSchema(join(PACKAGE_ROOT, 'schema'));
  const documents = ['evaluate.js', 'subscribe.js'].flatMap((file) => {
    const text = readFileSync(join(PACKAGE_ROOT, 'deploy/k6', file), 'utf8');
    return [...text.matchAll(/'((?:query|subscription) [^']+)'/g)].map(([, document]) => document!);
  });

  expect(documents).toHaveLength(2);
  expect(documents.flatMap((document) => validate(schema, parse(document)).map(({ message }) => message))).toEqual([]);
});
