import type { GraphQLClient } from 'graphql-request';
import { make, makeEnvironment, makeFlag, makeProject } from '../support/make';
import { makeMember, makeOutsider, refusalOf, uniqueEmail } from '../support/members';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

async function node(client: GraphQLClient, id: string): Promise<unknown> {
  return (await client.request<{ node: unknown }>('query ($id: ID!) { node(id: $id) { __typename id } }', { id })).node;
}

async function makeAll(): Promise<{ organizationId: string; ids: Record<string, string> }> {
  const project = await makeProject(world);
  const { organizationId, client } = project;
  const environment = await makeEnvironment(project);
  const flag = await makeFlag(project);
  const key = { environmentId: environment.id, kind: 'SERVER', name: 'A key' };
  const { apiKey } = await make<{ apiKey: { id: string } }>(client, 'createApiKey', key, 'apiKey { id }');
  const segment = { projectId: project.id, key: 'staff', name: 'Staff' };
  const made = await make<{ segment: { id: string } }>(client, 'createSegment', segment, 'segment { id }');
  const invited = { organizationId, email: uniqueEmail(), role: 'VIEWER' };
  const { invitation } = await make<{ invitation: { id: string } }>(client, 'inviteMember', invited, 'invitation { id }');
  const member = await makeMember(world, 'VIEWER', { organizationId });
  const { flag: read } = await client.request<{
    flag: { configurations: { id: string }[]; history: { nodes: { id: string }[] } };
  }>('query ($id: ID!) { flag(id: $id) { configurations { id } history { nodes { id } } } }', { id: flag.id });
  return {
    organizationId,
    ids: {
      Organization: organizationId,
      Project: project.id,
      Environment: environment.id,
      Flag: flag.id,
      FlagConfiguration: read.configurations[0]!.id,
      Segment: made.segment.id,
      ApiKey: apiKey.id,
      Invitation: invitation.id,
      Change: read.history.nodes[0]!.id,
      User: member.id,
    },
  };
}

it('answers every kind of object by its id', async () => {
  const { ids } = await makeAll();
  const client = world.client(world.owner.accessToken);

  for (const [typeName, id] of Object.entries(ids)) {
    expect(await node(client, id)).toEqual({ __typename: typeName, id });
  }
});

it('answers null for objects that the caller may not see', async () => {
  const { ids } = await makeAll();
  const { client } = await makeOutsider(world);

  for (const id of Object.values(ids)) expect([id, await node(client, id)]).toEqual([id, null]);
});

it('shows a VIEWER everything but keys and invitations', async () => {
  const { ids, organizationId } = await makeAll();
  const { client } = await makeMember(world, 'VIEWER', { organizationId });
  const seen: string[] = [];

  for (const [typeName, id] of Object.entries(ids)) if (await node(client, id)) seen.push(typeName);

  expect(seen).toEqual(Object.keys(ids).filter((typeName) => typeName !== 'ApiKey' && typeName !== 'Invitation'));
});

it('answers null for an id of something that is no node', async () => {
  expect(await node(world.client(world.owner.accessToken), 'rule_0192f0c1d5c07c3a8a3b4c5d6e7f8091')).toBeNull();
});

it.each(['', 'nothing', 'flag_0', 'a\u0000'])('says of %j that it is no id', async (id) => {
  const refusal = await refusalOf(node(world.client(world.owner.accessToken), id));

  expect(refusal).toEqual({
    code: 'BAD_USER_INPUT',
    message: `id: There is no object ${JSON.stringify(id)}. This wants an id; each object has one in its field id.`,
  });
});

it("answers the actor's own user, and others only in a common organization", async () => {
  const [one, two] = [await makeOutsider(world), await makeOutsider(world)];

  expect(await node(one.client, one.id)).toEqual({ __typename: 'User', id: one.id });
  expect(await node(one.client, two.id)).toBeNull();
});

it('refuses anonymous callers, whether or not the object exists', async () => {
  const { ids } = await makeAll();

  for (const id of [ids.Flag!, 'nothing']) expect((await refusalOf(node(world.client(), id)))?.code).toBe('UNAUTHENTICATED');
});
