/** One audit chain for everything in an organization: flags, members and keys of several projects at once. */
import { verifyChain } from '../../src/modules/changes/verify-repository';
import { make, makeApiKey, makeEnvironment, makeFlag, makeProject, toggle, type MadeProject } from '../support/make';
import { makeMember, uniqueEmail } from '../support/members';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const ROUNDS = 6;

it('keeps the chain valid for 8 writers of flags, members and keys in several projects, none of whom fails', async () => {
  const first = await makeProject(world);
  const { organizationId, client } = first;
  const input = { organizationId, key: 'other', name: 'Other' };
  const { project } = await make<{ project: { id: string; key: string } }>(client, 'createProject', input, 'project { id key }');
  const projects: MadeProject[] = [first, { ...first, ...project }];
  const places = await Promise.all(
    projects.map(async (own) => ({ own, environment: await makeEnvironment(own), flag: await makeFlag(own) })),
  );
  const member = await makeMember(world, 'VIEWER', { organizationId });
  const verified = (): ReturnType<typeof verifyChain> =>
    world.app.database.readConsistently((snapshot) => verifyChain(snapshot, organizationId, null));
  const before = await verified();

  const write = async (writer: number): Promise<void> => {
    for (let round = 0; round < ROUNDS; round++) {
      const { own, environment, flag } = places[(writer + round) % 2]!;
      const place = { organizationId, projectId: own.id };
      switch (writer % 4) {
        case 0:
          await toggle(own, flag, environment, round % 2 === 0);
          await makeFlag(own);
          break;
        case 1:
          await make(client, 'inviteMember', { ...place, email: uniqueEmail(), role: 'EDITOR' }, 'invitation { id }');
          break;
        case 2: {
          const role = round % 2 === 0 ? 'EDITOR' : 'VIEWER';
          await make(client, 'setMemberRole', { organizationId, userId: member.id, role }, 'revisions { revision }');
          await makeApiKey(own, environment);
          break;
        }
        default: {
          const key = { environmentId: environment.id, kind: 'CLIENT', name: 'Short-lived' };
          const { apiKey } = await make<{ apiKey: { id: string } }>(client, 'createApiKey', key, 'apiKey { id }');
          await make(client, 'revokeApiKey', { apiKeyId: apiKey.id }, 'apiKey { id }');
        }
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
  const after = await verified();

  expect([before.problem, after.problem]).toEqual([null, null]);
  // Each writer records at least a flag, an invitation, a key, or a key and its end in each round.
  expect(after.rows - before.rows).toBeGreaterThanOrEqual(8 * ROUNDS);
}, 120_000);
