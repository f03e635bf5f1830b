/** How things end while somebody is connected: keys, sessions, roles, environments, projects and organizations. */
import { StorySocket, StoryStream } from './sockets';
import { FIELDS, type Stage } from './stage';
import type { Story } from './story';

const EVALUATIONS =
  'subscription ($id: ID) { evaluationsChanged(environmentId: $id, context: {}, flagKeys: ["checkout"]) { revision } }';
const watch = (id: string, variables: object = {}): object => ({
  id,
  type: 'subscribe',
  payload: { query: EVALUATIONS, variables },
});

export async function tellEnds({ story }: Stage): Promise<void> {
  await tellKeys(story);
  await tellRoles(story);
  await tellPlaces(story);
}

async function tellKeys(story: Story): Promise<void> {
  const socket = await StorySocket.begin(story, 'mobile key');
  await socket.say('evaluations as the mobile key', watch('1'), 1);
  const stream = new StoryStream(story);
  const request = {
    path: '/graphql/stream',
    headers: { 'content-type': 'application/json', ...story.as('mobile key') },
    body: JSON.stringify({ query: EVALUATIONS }),
  };
  await stream.open('stream as the mobile key', request, 2);
  await story.mutate('revoke the mobile key', 'owner', ['revokeApiKey', FIELDS.apiKey], {
    apiKeyId: story.kept('id of mobile key'),
  });
  await socket.say('the socket of the revoked key', null, 1);
  await stream.more('the stream of the revoked key', 3);
  const page = await StorySocket.open(story, undefined, { headers: { origin: 'https://pages.example.com' } });
  await page.say('begin as a page', { type: 'connection_init', payload: story.as('client key') }, 1);
  const update = { apiKeyId: story.kept('id of client key'), allowedOrigins: ['https://other.example.com'] };
  await story.mutate('move a key to other pages', 'owner', ['updateApiKey', FIELDS.apiKey], update);
  await page.say('the socket of a page that may no more', null, 1);
}

async function tellRoles(story: Story): Promise<void> {
  const organizationId = story.kept('acme');
  const socket = await StorySocket.begin(story, 'editor');
  await socket.say('evaluations as the editor', watch('1', { id: story.kept('staging') }), 1);
  const remove = ['removeMember', 'removedUserId'] as const;
  await story.mutate('remove the editor', 'admin', remove, { organizationId, userId: story.kept('id of editor') });
  await socket.say('the socket of who is a member no more', null, 1);
  await story.query('what is left to the editor', 'editor', '{ viewer { roles { role } } organizations { totalCount } }');
  socket.close();
  const other = await StorySocket.begin(story, 'admin');
  await story.mutate('log out everywhere', 'admin', ['logOut', 'endedSessionCount'], { everywhere: true });
  await other.say('the socket of a session that ended', null, 1);
}

async function tellPlaces(story: Story): Promise<void> {
  const environment = { environmentId: story.kept('staging'), expectedVersion: 2 };
  const remove = ['deleteEnvironment', 'deletedEnvironmentId'] as const;
  const socket = await StorySocket.begin(story, 'viewer');
  await socket.say('evaluations of an environment that will go', watch('1', { id: environment.environmentId }), 1);
  await story.mutate('delete an environment with a wrong key', 'owner', remove, { ...environment, confirmKey: 'production' });
  await story.mutate('delete an environment of a stale version', 'owner', remove, {
    ...environment,
    expectedVersion: 1,
    confirmKey: 'staging',
  });
  await story.mutate('delete an environment', 'owner', remove, { ...environment, confirmKey: 'staging' });
  await socket.say('the subscription of the environment that is gone', null, 1);
  socket.close();
  await story.mutate('delete it again', 'owner', remove, { ...environment, confirmKey: 'staging' });
  const project = { projectId: story.kept('shop'), expectedVersion: 2 };
  const removeProject = ['deleteProject', 'deletedProjectId'] as const;
  await story.mutate('delete a project with a wrong key', 'owner', removeProject, { ...project, confirmKey: 'Shop' });
  await story.mutate('delete a project', 'owner', removeProject, { ...project, confirmKey: 'shop' });
  await story.query('evaluate in a project that is gone', 'server key', '{ evaluate(contexts: [{}]) { revision } }');
  const organization = { organizationId: story.kept('acme'), expectedVersion: 2 };
  const removeOrganization = ['deleteOrganization', 'deletedOrganizationId'] as const;
  await story.mutate('delete an organization as an outsider', 'outsider', removeOrganization, {
    ...organization,
    confirmKey: 'acme',
  });
  await story.mutate('delete an organization of a stale version', 'owner', removeOrganization, {
    ...organization,
    expectedVersion: 1,
    confirmKey: 'acme',
  });
  await story.mutate('delete an organization', 'owner', removeOrganization, { ...organization, confirmKey: 'acme' });
  await story.query('organizations that are left', 'owner', '{ organizations { nodes { key } } }');
  await story.query('viewer of a key of what is gone', 'admin key', '{ viewer { apiKey { name } } }');
}
