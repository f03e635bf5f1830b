/** The export of the audit log is charged like anything else, and aborts when its caller may no longer read the log. */
import { request, type IncomingMessage } from 'node:http';
import { cloneRows, make, makeProject, type MadeProject } from '../support/make';
import { makeMember } from '../support/members';
import { send, type RawAnswer } from '../support/raw';
import { authorization, createWorld, type World } from '../support/world';

const LIMIT = 50;
/** More than a connection buffers while the client does not read. */
const MANY_CHANGES = 20_000;

const pathOf = ({ organizationId }: MadeProject): string => `/organizations/${organizationId}/audit-log.jsonl`;

async function makeAdminKey({ client, organizationId }: MadeProject): Promise<{ id: string; secret: string }> {
  const input = { organizationId, kind: 'ADMIN', role: 'ADMIN', name: 'Export' };
  const made = await make<{ apiKey: { id: string }; secret: string }>(client, 'createApiKey', input, 'apiKey { id } secret');
  return { id: made.apiKey.id, secret: made.secret };
}

it("charges a point per change and item, and refuses an export beyond the caller's limit", async () => {
  const world = await createWorld({ env: { RATE_LIMIT_MANAGEMENT: String(LIMIT), REDIS_URL: '' } });
  const project = await makeProject(world);
  const { secret } = await makeAdminKey(project);
  const ask = (): Promise<RawAnswer> => send(world, { method: 'GET', path: pathOf(project), headers: authorization(secret) });

  const answers: RawAnswer[] = [];
  for (let i = 0; i < 12; i++) answers.push(await ask());

  // Three changes of one item each; a tenth of the limit is reserved while it runs.
  const taken = answers.findIndex(({ status }) => status === 429);
  expect(String(answers[0]!.body).trim().split('\n')).toHaveLength(3);
  expect(answers[0]!.headers['ratelimit']).toMatch(/^"management";r=45;t=\d+$/);
  expect(answers[1]!.headers['ratelimit']).toMatch(/^"management";r=39;t=\d+$/);
  expect(taken).toBe(8);
  expect(answers[taken]!.body).toMatchObject({
    errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } }],
  });
  await world.close();
});

describe('while it runs', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world.close());

  /** An export of which only the headers have been read. */
  async function begin(project: MadeProject, credential: string): Promise<IncomingMessage> {
    await cloneRows(world, 'change', [1, MANY_CHANGES], {
      where: `t.organization_id = '${project.organizationId}' AND t.sequence = 1`,
      set: { id: `'change_copy_${project.id}_' || i`, sequence: '1000 + i' },
    });
    return new Promise((resolve, reject) => {
      const asked = request(
        new URL(pathOf(project), world.url),
        { agent: false, headers: authorization(credential) },
        (answer) => {
          answer.on('error', () => undefined);
          resolve(answer);
        },
      );
      asked.on('error', reject).end();
    });
  }

  /** Reads the rest; returns whether it was complete. */
  async function isWhole(answer: IncomingMessage): Promise<boolean> {
    answer.resume();
    await new Promise((resolve) => answer.once('close', resolve));
    return answer.complete;
  }

  it('aborts when its key is revoked', async () => {
    const project = await makeProject(world);
    const key = await makeAdminKey(project);
    const answer = await begin(project, key.secret);

    await make(project.client, 'revokeApiKey', { apiKeyId: key.id }, 'apiKey { id }');

    expect([answer.statusCode, await isWhole(answer)]).toEqual([200, false]);
  });

  it('aborts when its reader is no longer a member', async () => {
    const project = await makeProject(world);
    const { organizationId } = project;
    const member = await makeMember(world, 'ADMIN', { organizationId });
    const { authorization: bearer } = member.client.requestConfig.headers as { authorization: string };
    const answer = await begin(project, bearer.replace('Bearer ', ''));

    await make(project.client, 'removeMember', { organizationId, userId: member.id }, 'removedUserId');

    expect([answer.statusCode, await isWhole(answer)]).toEqual([200, false]);
  });

  it('continues when access rules change and its reader may still read', async () => {
    const project = await makeProject(world);
    const key = await makeAdminKey(project);
    const answer = await begin(project, key.secret);

    await makeMember(world, 'VIEWER', { organizationId: project.organizationId });

    expect(await isWhole(answer)).toBe(true);
  });
});
