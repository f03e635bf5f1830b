/** Transactions that write to several chains take their heads in one order. */
import type { SystemActor } from '../../src/modules/access/actor';
import { verifyChain } from '../../src/modules/changes/verify-repository';
import { make, makeOrganization } from '../support/make';
import { PASSWORD, logInByPassword, uniqueEmail } from '../support/members';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  // All wait for locks; none waits for a connection, which a pool grants within seconds or not at all.
  world = await createWorld({ env: { DATABASE_POOL_SIZE: '20', EXECUTION_TIMEOUT_MS: '120000' } });
});
afterAll(() => world.close());

const request = { requestId: 'test', address: '', userAgent: '', origin: null, idempotency: null };
const SYSTEM: SystemActor = { kind: 'SYSTEM', request };

it('refuses to write to a chain after one with a later id, because two such transactions would wait for each other', async () => {
  const { id } = await makeOrganization(world);
  const { changes } = world.app.services;
  const draft = { kind: 'ORGANIZATION_UPDATED', projectId: null, items: [], deliveries: [] } as const;
  const writeTo = (...chains: string[]): Promise<void> =>
    changes.commit(SYSTEM, async (tx) => {
      for (const organizationId of chains) await changes.record(tx, SYSTEM, { ...draft, organizationId });
    });

  await expect(writeTo('system', id)).rejects.toThrow(`The chain ${id} must be written to before system.`);
  await expect(writeTo(id, id, 'system', 'system')).resolves.toBeUndefined();
  expect(await verifyChain(world.app.database.connection, id)).toMatchObject({ rows: 3, problem: null });
});

it('creates accounts by invitations to two organizations while others log in, all at once', async () => {
  const owner = world.client(world.owner.accessToken);
  const places = [await makeOrganization(world), await makeOrganization(world)];
  const invited = await Promise.all(
    Array.from({ length: 16 }, async (_, i) => {
      const email = uniqueEmail();
      const input = { organizationId: places[i % 2]!.id, email, role: 'VIEWER' };
      return { email, ...(await make<{ invitationToken: string }>(owner, 'inviteMember', input, 'invitationToken')) };
    }),
  );

  const accepted = await Promise.all(
    invited.flatMap(({ invitationToken: token }) => [
      make(world.client(), 'acceptInvitation', { token, name: 'Somebody', password: PASSWORD }, 'user { id }').then(
        () => 'accepted',
      ),
      logInByPassword(world, world.owner.email, world.owner.password).then(() => 'in'),
    ]),
  );

  expect(accepted.toSorted()).toEqual([...Array<string>(16).fill('accepted'), ...Array<string>(16).fill('in')]);
  const recorded = await world.app.database.connection.query(
    `SELECT b.subject_key AS email FROM change c JOIN change_body b ON b.change_id = c.id
     WHERE c.organization_id = 'system' AND c.kind = 'USER_CREATED' AND c.authentication = 'INVITATION' ORDER BY b.subject_key`,
  );
  expect(recorded).toEqual(invited.map(({ email }) => ({ email })).toSorted((a, b) => (a.email < b.email ? -1 : 1)));
  for (const chain of ['system', ...places.map(({ id }) => id)]) {
    expect(await verifyChain(world.app.database.connection, chain)).toMatchObject({ problem: null });
  }
});
