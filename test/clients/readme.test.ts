/** The examples of the README for evaluating and for sessions: run as they stand, by a shell with the real curl, and by Node. */
import { parse, validate } from 'graphql';
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSchema } from '../../src/schema';
import { configure, eventually, makeApiKey, makeEnvironment, makeFlag, makeProject } from '../support/make';
import { logIn } from '../support/sessions';
import { createWorld, type World } from '../support/world';

const README = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const section = (title: string): string => README.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
const blocks = (title: string, language: string): string[] =>
  [...section(title).matchAll(/```(\w+)\n([^]*?)```/g)].flatMap(([, name, text]) => (name === language ? [text!] : []));

let world: World;
let key: string;
let environmentId: string;
beforeAll(async () => {
  world = await createWorld();
  const project = await makeProject(world);
  const environment = await makeEnvironment(project, 'production');
  const variations = [
    { key: 'low', value: 25 },
    { key: 'normal', value: 50 },
  ];
  const input = {
    key: 'free-shipping-threshold',
    valueType: 'NUMBER',
    variations,
    offVariation: 'normal',
    onVariation: 'normal',
  };
  const threshold = await makeFlag(project, input);
  await makeFlag(project, { key: 'new-checkout' });
  const inEurope = { attribute: { attribute: 'country', operator: 'IN', values: ['NL'], ignoreCase: false } };
  await configure(project, threshold, environment, {
    offVariation: 'normal',
    fallthrough: { variation: 'normal' },
    rules: [{ conditions: [inEurope], serve: { variation: 'low' } }],
  });
  await makeFlag(project, { key: 'new-search' });
  environmentId = environment.id;
  key = await makeApiKey(project, environment);
});
afterAll(() => world.close());

async function run(program: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, FLAGSTAFF_KEY: key };
  return (await promisify(execFile)(program, args, { env })).stdout;
}

/** Without the line that is for the reader to fill in. */
const shell = (text: string): Promise<string> =>
  run('bash', ['-c', text.replace(/^export FLAGSTAFF_KEY=.*$/m, '').replaceAll('http://localhost:4000', world.app.url)]);

it('answers the first query as the README says, but for the revision', async () => {
  const [command] = blocks('A first query', 'bash');
  const [answer] = blocks('A first query', 'json');
  const expected = JSON.parse(answer!) as { data: { evaluate: { revision: number } } };
  const told = JSON.parse(await shell(command!)) as typeof expected;

  expect(told.data.evaluate.revision).toBeGreaterThan(0);
  told.data.evaluate.revision = expected.data.evaluate.revision;
  expect(told.data).toEqual(expected.data);
});

it('evaluates from bash as the README says', async () => {
  const [command] = blocks('Evaluate from your language', 'bash');

  expect(JSON.parse(await shell(command!))).toMatchObject({
    data: { evaluate: { results: [{ values: { 'free-shipping-threshold': 25, 'new-checkout': false, 'new-search': false } }] } },
  });
});

it('evaluates from Node as the README says', async () => {
  const [program] = blocks('Evaluate from your language', 'ts');
  const text = program!.replaceAll('http://localhost:4000', world.app.url);

  expect(await run(process.execPath, ['--input-type=module', '--eval', text])).toBe('25\n');
});

it('refreshes a session as the README says', async () => {
  const [command] = blocks('Users and their sessions', 'bash');
  const { refreshToken } = await logIn(world, world.owner);
  const answer = JSON.parse(await shell(command!.replace('fs_refresh_…', refreshToken))) as {
    data: { refreshSession: Record<string, unknown> };
  };

  expect(answer.data.refreshSession).toEqual({
    accessToken: expect.stringMatching(/^eyJ/) as string,
    refreshToken: expect.stringMatching(/^fs_refresh_/) as string,
    expiresAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    userErrors: [],
  });
  expect(answer.data.refreshSession.refreshToken).not.toBe(refreshToken);
});

it('is told by examples/subscribe.mjs of what examples/toggle.mjs changes', async () => {
  const { email: OWNER_EMAIL, password: OWNER_PASSWORD } = world.owner;
  const env = { ...process.env, OWNER_EMAIL, OWNER_PASSWORD, FLAGSTAFF_URL: world.url };
  const directory = join(__dirname, '../../examples');
  const follower = spawn(process.execPath, [join(directory, 'subscribe.mjs')], {
    env: { ...env, FLAGSTAFF_KEY: key, FLAGSTAFF_URL: world.url.replace('http', 'ws') },
  });
  let printed = '';
  follower.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  let isEnabled = false;

  // Nothing tells when a subscription has begun.
  const answer = await eventually(async () => {
    isEnabled = !isEnabled;
    const args = [join(directory, 'toggle.mjs'), environmentId, 'new-search', isEnabled ? 'on' : 'off'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    return printed === '' ? null : stdout;
  });
  const { configuration, revisions, userErrors } = JSON.parse(answer) as {
    configuration: object;
    revisions: { revision: number }[];
    userErrors: unknown[];
  };
  const line = await eventually(async () => printed.split('\n').find((text) => text.includes(` ${revisions[0]!.revision}: `)));
  follower.kill();

  expect([configuration, userErrors]).toEqual([{ isEnabled, version: expect.any(Number) as number }, []]);
  expect(JSON.parse(line.replace(/^revision \d+: /, ''))).toEqual({
    kind: 'UPDATED',
    flagKey: 'new-search',
    flag: { isEnabled, version: expect.any(Number) as number },
  });
});

it('offers queries to begin with that are right', () => {
  const document = parse(readFileSync(join(__dirname, '../../examples/queries.graphql'), 'utf8'));

  expect(validate(createSchema(join(__dirname, '../../schema')), document)).toEqual([]);
});
