/** Members, invitations, sessions and passwords. */
import { noteMails, PASSWORD, type Stage } from './stage';
import { at } from './story';

const INVITATION =
  'invitation { id email role organization { key } projectId environmentId invitedBy { name } createdAt expiresAt } invitationToken isMailed';
const USER = 'user { id email name }';
const ACCEPTED = `${USER} roles { role organizationId projectId environmentId }`;
const LOG_IN = `accessToken expiresAt refreshToken refreshExpiresAt ${USER}`;
const MEMBER = 'member { user { email } roles { role organizationId projectId environmentId } joinedAt }';

export async function tellPeople(stage: Stage): Promise<void> {
  await tellInvitations(stage);
  await tellMembers(stage);
  await tellSessions(stage);
  await tellBrowserSessions(stage);
  await tellPasswords(stage);
}

const tokenIn = (mail: { readonly text: string } | undefined): string =>
  /fs_\w+?_[\w-]{43}/.exec(mail?.text ?? '')?.[0] ?? 'none';

async function tellInvitations(stage: Stage): Promise<void> {
  const { story } = stage;
  const organizationId = story.kept('acme');
  const invite = ['inviteMember', INVITATION] as const;
  const accept = ['acceptInvitation', ACCEPTED] as const;
  await story.mutate('invite a bad address', 'owner', invite, { organizationId, email: 'nobody', role: 'VIEWER' });
  const unknown = { organizationId, email: 'a@example.com', role: 'VIEWER', projectId: 'project_0', environmentId: 'x' };
  await story.mutate('invite to places that are not there', 'owner', invite, unknown);
  const environmentId = story.kept('development');
  const people = [
    ['admin', { role: 'ADMIN' }],
    ['editor', { role: 'EDITOR' }],
    ['viewer', { role: 'VIEWER' }],
    ['local viewer', { role: 'VIEWER', projectId: story.kept('shop'), environmentId }],
    ['outsider', { role: 'ADMIN', organizationId: story.kept('elsewhere') }],
  ] as const;
  let sent = 0;
  for (const [who, place] of people) {
    const email = `${who.replace(' ', '.')}@example.com`;
    await story.mutate(`invite the ${who}`, 'owner', invite, { organizationId, email, ...place });
    const [mail] = await noteMails(stage, `mail to the ${who}`, sent, ++sent);
    const token = story.keep(`invitation of ${who}`, tokenIn(mail));
    if (who === 'admin') {
      await story.mutate('accept with a wrong token', 'nobody', accept, {
        token: 'fs_invitation_guessed',
        name: 'A',
        password: PASSWORD,
      });
      await story.mutate('accept without a name and a password', 'nobody', accept, { token });
      await story.mutate('accept with bad input', 'nobody', accept, { token, name: '', password: 'short' });
    }
    await story.mutate(`accept as the ${who}`, 'nobody', accept, { token, name: `The ${who}`, password: PASSWORD });
    const payload = await story.mutate(`log in as the ${who}`, 'nobody', ['logIn', LOG_IN], { email, password: PASSWORD });
    story.keep(who, at(payload, 'accessToken'));
    story.keep(`refresh token of ${who}`, at(payload, 'refreshToken'));
    story.keep(`id of ${who}`, at(payload, 'user', 'id'));
  }
  const again = { token: story.kept('invitation of admin'), name: 'A', password: PASSWORD };
  await story.mutate('accept a second time', 'nobody', accept, again);
  await story.mutate('invite a member', 'owner', invite, { organizationId, email: 'viewer@example.com', role: 'VIEWER' });
  const made = await story.mutate('invite somebody who never comes', 'admin', invite, {
    organizationId,
    email: 'never@example.com',
    role: 'EDITOR',
  });
  // An invitation is answered when its mail was handed over.
  await noteMails(stage, 'mails to those who never come', sent, stage.mails.length);
  await story.mutate('invite an owner as an admin', 'admin', invite, { organizationId, email: 'o@example.com', role: 'OWNER' });
  const list = `query ($id: ID!) { organization(id: $id) { invitations { totalCount edges { cursor } nodes { email role expiresAt } pageInfo { hasNextPage } } } }`;
  await story.query('invitations', 'owner', list, { id: organizationId });
  await story.query('invitations as a viewer', 'viewer', list, { id: organizationId });
  const invitationId = story.keep('invitation', at(made, 'invitation', 'id'));
  const withdraw = ['withdrawInvitation', 'withdrawnInvitationId'] as const;
  await story.mutate('withdraw an invitation', 'owner', withdraw, { invitationId });
  await story.mutate('withdraw it again', 'owner', withdraw, { invitationId });
}

async function tellMembers({ story }: Stage): Promise<void> {
  const organizationId = story.kept('acme');
  const set = ['setMemberRole', MEMBER] as const;
  const remove = ['removeMember', 'removedUserId'] as const;
  const viewer = story.kept('id of viewer');
  const owner = story.kept('id of owner');
  const projectId = story.kept('shop');
  await story.mutate('give a role', 'owner', set, { organizationId, userId: viewer, role: 'EDITOR', projectId });
  await story.mutate('give the same role again', 'owner', set, { organizationId, userId: viewer, role: 'EDITOR', projectId });
  await story.mutate('take a role in a project', 'owner', remove, { organizationId, userId: viewer, projectId });
  await story.mutate('take a role that nobody has', 'owner', remove, { organizationId, userId: viewer, projectId });
  await story.mutate('take the last owner their role', 'owner', set, { organizationId, userId: owner, role: 'ADMIN' });
  await story.mutate('remove the last owner', 'owner', remove, { organizationId, userId: owner });
  await story.mutate('give a role to an outsider', 'owner', set, {
    organizationId,
    userId: story.kept('id of outsider'),
    role: 'VIEWER',
  });
  await story.mutate('name an owner as an admin', 'admin', set, { organizationId, userId: viewer, role: 'OWNER' });
  await story.mutate('remove an owner as an admin', 'admin', remove, { organizationId, userId: owner });
  const list = `query ($id: ID!, $first: Int, $after: String) { organization(id: $id) { members(first: $first, after: $after) {
    totalCount edges { cursor } nodes { user { email name } roles { role projectId environmentId } joinedAt } pageInfo { hasNextPage endCursor }
  } } }`;
  await story.query('members', 'owner', list, { id: organizationId });
  const page = await story.query('first page of members', 'viewer', list, { id: organizationId, first: 2 });
  const after = at(page, 'organization', 'members', 'pageInfo', 'endCursor');
  await story.query('second page of members', 'viewer', list, { id: organizationId, first: 2, after });
  const ofProject = 'query ($id: ID!) { project(id: $id) { members { totalCount nodes { user { email } roles { role } } } } }';
  await story.query('members of a project', 'owner', ofProject, { id: projectId });
  await story.query(
    'viewer with a role in one environment',
    'local viewer',
    '{ viewer { user { name } roles { role environmentId } } }',
  );
}

async function tellSessions({ story }: Stage): Promise<void> {
  const refresh = ['refreshSession', LOG_IN] as const;
  const refreshToken = story.kept('refresh token of local viewer');
  const next = await story.mutate('refresh a session', 'nobody', refresh, { refreshToken });
  story.keep('local viewer', at(next, 'accessToken'));
  await story.mutate('refresh with an unknown token', 'nobody', refresh, { refreshToken: 'fs_refresh_guessed' });
  await story.mutate('refresh with a used token', 'nobody', refresh, { refreshToken });
  await story.query('viewer of a session that ended for that', 'local viewer', '{ viewer { user { id } } }');
  const credentials = { email: 'local.viewer@example.com', password: PASSWORD };
  const first = await story.mutate('log in once more', 'nobody', ['logIn', LOG_IN], credentials, {
    'user-agent': 'another device',
  });
  story.keep('second session', at(first, 'accessToken'));
  const again = await story.mutate('log in on a third device', 'nobody', ['logIn', LOG_IN], credentials);
  story.keep('local viewer', at(again, 'accessToken'));
  const sessions = '{ viewer { sessions { id authentication userAgent createdAt isCurrent } } }';
  const data = await story.query('sessions', 'local viewer', sessions);
  const id = at(data, 'viewer', 'sessions', 1, 'id');
  const end = ['endSession', 'endedSessionCount'] as const;
  await story.mutate('end another session', 'local viewer', end, { sessionId: id });
  await story.mutate('end it again', 'local viewer', end, { sessionId: id });
  await story.mutate('end a session of somebody else', 'viewer', end, { sessionId: id });
  await story.query('viewer of a session that was ended', 'second session', '{ viewer { user { id } } }');
  const logOut = ['logOut', 'endedSessionCount'] as const;
  const more = await story.mutate('log in to log out', 'nobody', ['logIn', 'accessToken'], credentials);
  story.keep('to be logged out', at(more, 'accessToken'));
  await story.mutate('log out', 'to be logged out', logOut, {});
  await story.mutate('log out again', 'to be logged out', logOut, { everywhere: true });
  await story.mutate('log out as nobody', 'nobody', logOut, {});
}

/** How a browser logs in and out; what its cookie is good for is in test/api/session-cookies. */
async function tellBrowserSessions({ story }: Stage): Promise<void> {
  const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
  const path = '/auth/session';
  const logIn = (name: string, password: string): ReturnType<typeof story.ask> =>
    story.ask(name, { path, headers, body: JSON.stringify({ email: 'viewer@example.com', password }) });
  await logIn('log a browser in', PASSWORD);
  await logIn('log a browser in with a wrong password', 'wrong');
  await story.ask('log a browser in from elsewhere', {
    path,
    headers: { ...headers, 'sec-fetch-site': 'cross-site' },
    body: '{}',
  });
  await story.ask('log a browser out', { method: 'DELETE', path, headers: { 'sec-fetch-site': 'same-origin' } });
  await story.query(
    'the server',
    'nobody',
    '{ server { version needsFirstOwner sendsMail logIn { byPassword provider { name } } } }',
  );
  await story.mutate('rename oneself', 'viewer', ['updateViewer', USER], { name: 'The viewer herself' });
  await story.mutate('rename oneself to nothing', 'viewer', ['updateViewer', USER], { name: '' });
}

async function tellPasswords(stage: Stage): Promise<void> {
  const { story, mails } = stage;
  const change = ['changePassword', USER] as const;
  const newPassword = 'another horse battery staple';
  await story.mutate('change a password with a wrong one', 'viewer', change, {
    currentPassword: 'wrong horse battery',
    newPassword,
  });
  await story.mutate('change a password to a short one', 'viewer', change, { currentPassword: PASSWORD, newPassword: 'short' });
  await story.mutate('change a password to the address', 'viewer', change, {
    currentPassword: PASSWORD,
    newPassword: 'viewer@example.com',
  });
  await story.mutate('change a password', 'viewer', change, { currentPassword: PASSWORD, newPassword });
  await story.mutate('change a password as nobody', 'nobody', change, { currentPassword: PASSWORD, newPassword });
  const request = ['requestPasswordReset', ''] as const;
  const reset = ['resetPassword', USER] as const;
  const sent = mails.length;
  await story.mutate('request a reset for a bad address', 'nobody', request, { email: '' });
  await story.mutate('request a reset for an unknown address', 'nobody', request, { email: 'unknown@example.com' });
  await story.mutate('request a reset', 'nobody', request, { email: 'viewer@example.com' });
  const [mail] = await noteMails(stage, 'mail with a reset token', sent, sent + 1);
  const token = tokenIn(mail);
  await story.mutate('reset with an unknown token', 'nobody', reset, { token: 'fs_reset_guessed', newPassword });
  await story.mutate('reset to a short password', 'nobody', reset, { token, newPassword: 'short' });
  await story.mutate('reset a password', 'nobody', reset, { token, newPassword: PASSWORD });
  await story.mutate('reset it again', 'nobody', reset, { token, newPassword: PASSWORD });
  const credentials = { email: 'viewer@example.com', password: PASSWORD };
  const payload = await story.mutate('log in with the new password', 'nobody', ['logIn', LOG_IN], credentials);
  story.keep('viewer', at(payload, 'accessToken'));
}
