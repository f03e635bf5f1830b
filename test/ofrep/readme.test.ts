/** The examples of the README about OpenFeature, LaunchDarkly clients and traces: run as they stand, by a shell. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeApiKey, makeEnvironment, makeFlag, makeProject } from '../support/make';
import { createWorld, type World } from '../support/world';

const README = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const [, section = ''] = /^## OpenFeature, LaunchDarkly[^\n]*\n([^]*?)^## /m.exec(README) ?? [];
const EXAMPLES = [...section.matchAll(/```bash\n([^]*?)```\n```\n([^]*?)```/g)].map(
  ([, command, output]) => [command!, output!] as const,
);

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('finds its examples', () => {
  expect(EXAMPLES).toHaveLength(3);
});

it.each(EXAMPLES)('answers as the README says: %s', async (command, output) => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project, 'production');
  await makeFlag(project, { key: 'new-checkout' });
  const key = await makeApiKey(project, environment);

  const { stdout } = await promisify(execFile)('bash', ['-c', command.replaceAll('http://localhost:4000', world.app.url)], {
    env: { ...process.env, FLAGSTAFF_KEY: key },
  });

  expect(JSON.parse(stdout)).toMatchObject(JSON.parse(output));
});
