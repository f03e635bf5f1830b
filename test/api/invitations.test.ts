/** The delivery of an invitation, and its withdrawal. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { make, makeEnvironment, makeOrganization, makeProject, mutate, type Made } from '../support/make';
import { lastChange, makeMember, PASSWORD, refusalOf, uniqueEmail } from '../support/members';
import { startSmtp, type SmtpWorld } from '../support/smtp';
import { createWorld, type World } from '../support/world';

interface Invited {
  readonly invitation: { readonly id: string; readonly email: string } | null;
  readonly invitationToken: string | null;
  readonly isMailed: boolean | null;
}
const FIELDS = 'invitation { id email } invitationToken isMailed';

let smtp: SmtpWorld;
let world: World;
let organization: Made;
beforeAll(async () => {
  smtp = await startSmtp();
  const env = { SMTP_URL: smtp.url, MAIL_FROM: 'flags@example.com', PUBLIC_URL: 'https://flags.example.com' };
  world = await createWorld({ env });
  organization = await makeOrganization(world);
});
afterAll(async () => {
  await world.close();
  await smtp.close();
});

const owner = () => world.client(world.owner.accessToken);
const invite = (email: string, role = 'EDITOR'): Promise<Invited> =>
  make(owner(), 'inviteMember', { organizationId: organization.id, email, role }, FIELDS);

/** An SMTP server that greets and then never says anything again. */
async function startMuteSmtp(): Promise<{ url: string; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.write('220 mail.example.com ESMTP\r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

it('gives the token to the inviter while there is time when the mail server falls silent', async () => {
  const mute = await startMuteSmtp();
  const env = { SMTP_URL: mute.url, MAIL_FROM: 'flags@example.com', EXECUTION_TIMEOUT_MS: '4000' };
  const waiting = await createWorld({ env });
  const client = waiting.client(waiting.owner.accessToken);
  const { id } = await makeOrganization(waiting);
  const email = uniqueEmail('grace');

  const invited = await make<Invited>(client, 'inviteMember', { organizationId: id, email, role: 'EDITOR' }, FIELDS);
  const accepted = await make<{ user: { email: string } }>(
    waiting.client(),
    'acceptInvitation',
    { token: invited.invitationToken, name: 'Grace', password: PASSWORD },
    'user { email }',
  );
  const query = `mutation ($a: InviteMemberInput!, $b: InviteMemberInput!) {
    a: inviteMember(input: $a) { invitationToken isMailed } b: inviteMember(input: $b) { invitationToken isMailed } }`;
  const [a, b] = ['ada', 'joan'].map((name) => ({ organizationId: id, email: uniqueEmail(name), role: 'VIEWER' }));
  const both = await client.request<Record<'a' | 'b', Invited>>(query, { a, b });
  const line = waiting.logLines().find(({ msg }) => msg === 'an e-mail could not be sent');
  await waiting.close();
  await mute.close();

  expect([invited.isMailed, accepted.user.email]).toEqual([false, email]);
  const token = { invitationToken: expect.stringMatching(/./) as string, isMailed: false };
  expect(both).toEqual({ a: token, b: token });
  expect(line).toMatchObject({ cause: expect.stringMatching(/^The SMTP server took longer than [12]\d{3} ms\.$/) as string });
});

describe('where the server sends mail', () => {
  it('mails the token only to the address, and shows it to nobody else', async () => {
    const email = uniqueEmail('ada');

    const invited = await invite(email);

    expect(invited).toMatchObject({
      invitation: { id: expect.any(String) as string, email },
      invitationToken: null,
      isMailed: true,
    });
    const mail = smtp.mails.find(({ to }) => to.includes(email))!;
    expect([mail.to, mail.subject]).toEqual([[email], 'An invitation to Acme on Flagstaff']);
    const token = /accept-invitation#(\S+)/.exec(mail.text)![1]!;
    const accepted = await make<{ user: { email: string } }>(
      world.client(),
      'acceptInvitation',
      { token, name: 'Ada', password: PASSWORD },
      'user { email }',
    );
    expect(accepted.user.email).toBe(email);
    expect(JSON.stringify(world.logLines())).not.toContain(token);
  });

  it('mails nothing for a request that is repeated with its Idempotency-Key, and returns no token', async () => {
    const email = uniqueEmail('joan');
    const client = world.client(world.owner.accessToken, { 'idempotency-key': uniqueEmail('request') });
    const ask = (): Promise<Invited> =>
      make(client, 'inviteMember', { organizationId: organization.id, email, role: 'EDITOR' }, FIELDS);

    const [first, ...repeated] = [await ask(), await ask(), await ask()];

    expect(first).toMatchObject({ invitation: { email }, invitationToken: null, isMailed: true });
    const again = { ...first, isMailed: null };
    expect(repeated).toEqual([again, again]);
    expect(smtp.mails.filter(({ to }) => to.includes(email))).toHaveLength(1);
  });

  it('gives the token to the inviter when the mail could not be sent', async () => {
    const email = uniqueEmail('grace');
    smtp.refuse('no such mailbox');

    const invited = await invite(email);
    smtp.refuse(null);

    expect([invited.isMailed, typeof invited.invitationToken]).toEqual([false, 'string']);
    const input = { token: invited.invitationToken, name: 'Grace', password: PASSWORD };
    expect((await mutate(world.client(), 'acceptInvitation', input, 'user { id }')).userErrors).toEqual([]);
  });
});

it('gives the token to the inviter where the server sends no mail', async () => {
  const own = await createWorld();
  const { id: organizationId } = await makeOrganization(own);
  const input = { organizationId, email: uniqueEmail(), role: 'VIEWER' };

  const invited = await make<Invited>(own.client(own.owner.accessToken), 'inviteMember', input, FIELDS);
  await own.close();

  expect([invited.isMailed, typeof invited.invitationToken]).toEqual([false, 'string']);
});

describe('withdrawInvitation', () => {
  it('invalidates the token, and is recorded', async () => {
    const email = uniqueEmail();
    smtp.refuse('no such mailbox');
    const { invitation, invitationToken } = await invite(email);
    smtp.refuse(null);

    const withdrawn = await mutate<{ withdrawnInvitationId: string }>(
      owner(),
      'withdrawInvitation',
      { invitationId: invitation!.id },
      'withdrawnInvitationId revisions { revision }',
    );
    const accepted = await mutate(
      world.client(),
      'acceptInvitation',
      { token: invitationToken, name: 'Late', password: PASSWORD },
      'user { id }',
    );

    expect(withdrawn).toEqual({ withdrawnInvitationId: invitation!.id, revisions: [], userErrors: [] });
    expect(accepted.userErrors.map(({ code }) => code)).toEqual(['NOT_FOUND']);
    expect(await lastChange(world, organization.id)).toMatchObject({
      kind: 'INVITATION_WITHDRAWN',
      items: [{ kind: 'INVITATION', before: { email, role: 'EDITOR' }, after: null }],
    });
  });

  it('lets exactly one of twenty withdrawals and acceptances through', async () => {
    smtp.refuse('no such mailbox');
    const { invitation, invitationToken } = await invite(uniqueEmail());
    smtp.refuse(null);

    const payloads = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        i % 2 === 0
          ? mutate(owner(), 'withdrawInvitation', { invitationId: invitation!.id }, 'withdrawnInvitationId')
          : mutate(
              world.client(),
              'acceptInvitation',
              { token: invitationToken, name: 'Ada', password: PASSWORD },
              'user { id }',
            ),
      ),
    );

    const codes = payloads.map(({ userErrors }) => userErrors[0]?.code ?? 'done');
    expect(codes.filter((code) => code === 'done')).toHaveLength(1);
    expect(codes.filter((code) => code === 'NOT_FOUND' || code === 'DUPLICATE')).toHaveLength(19);
  });

  it('lets an ADMIN withdraw no offer of OWNER', async () => {
    const admin = await memberWithRole('ADMIN');
    const { invitation } = await invite(uniqueEmail(), 'OWNER');

    const refused = await refusalOf(
      mutate(admin, 'withdrawInvitation', { invitationId: invitation!.id }, 'withdrawnInvitationId'),
    );

    expect(refused).toEqual({ code: 'FORBIDDEN', message: 'This needs the permission owner:name.' });
  });
});

it('lets no actor replace an invitation that it could not make', async () => {
  const own = await createWorld();
  const project = await makeProject(own);
  const { organizationId, id: projectId } = project;
  const environment = await makeEnvironment(project);
  const admin = await makeMember(own, 'ADMIN', { organizationId, projectId, environmentId: environment.id });
  const email = uniqueEmail();
  const first = await make<Invited>(project.client, 'inviteMember', { organizationId, email, role: 'OWNER' }, FIELDS);

  const place = { organizationId, projectId, environmentId: environment.id };
  const second = await mutate(admin.client, 'inviteMember', { ...place, email, role: 'VIEWER' }, FIELDS);
  const input = { token: first.invitationToken, name: 'Ada', password: PASSWORD };
  const accepted = await mutate(own.client(), 'acceptInvitation', input, 'user { id }');
  await own.close();

  const message = `${email} already has an open invitation to the organization; ask somebody who may withdraw it.`;
  expect(second.userErrors).toEqual([{ code: 'DUPLICATE', message, path: ['input', 'email'] }]);
  expect(accepted.userErrors).toEqual([]);
});

async function memberWithRole(role: string) {
  smtp.refuse('no such mailbox');
  const person = await makeMember(world, role, { organizationId: organization.id });
  smtp.refuse(null);
  return person.client;
}
