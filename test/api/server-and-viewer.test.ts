/** Facts about the server that anybody is given, and the changes that users make to themselves. */
import { version } from '../../package.json';
import { make, makeApiKey, makeEnvironment, makeProject, mutate } from '../support/make';
import { lastActor, lastChange, refusalOf } from '../support/members';
import { sendQuery } from '../support/raw';
import { logIn, makeAccount, written } from '../support/sessions';
import { createWorld, type World } from '../support/world';

const SERVER = '{ server { version needsFirstOwner sendsMail logIn { byPassword provider { name } } } }';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

describe('server', () => {
  it('tells anybody its version, and that it has an owner, sends no mail and knows no provider', async () => {
    const { status, body } = await sendQuery(world, SERVER);

    const logIn = { byPassword: true, provider: null };
    expect([status, body]).toEqual([200, { data: { server: { version, needsFirstOwner: false, sendsMail: false, logIn } } }]);
  });

  it('tells that it sends mail, which provider it has, and that it needs its first owner until there is one', async () => {
    const env = {
      SMTP_URL: 'smtp://127.0.0.1:9',
      MAIL_FROM: 'flags@example.com',
      OIDC_ISSUER: 'http://127.0.0.1:9/realms/main',
      OIDC_CLIENT_ID: 'flags',
    };
    const own = await createWorld({ ownerless: true, env });
    const ask = async (): Promise<unknown> => (await sendQuery(own, SERVER)).body;

    const before = await ask();
    const input = { setUpToken: own.app.setUpToken, email: 'a@example.com', name: 'A', password: 'correct horse battery' };
    await make(own.client(), 'createFirstOwner', input, 'user { id }');
    const after = await ask();
    await own.close();

    const rest = { version, sendsMail: true, logIn: { byPassword: true, provider: { name: '127.0.0.1:9' } } };
    expect([before, after]).toEqual([
      { data: { server: { ...rest, needsFirstOwner: true } } },
      { data: { server: { ...rest, needsFirstOwner: false } } },
    ]);
  });
});

describe('updateViewer', () => {
  const UPDATED = 'user { email name } revisions { revision }';
  const update = (token: string | undefined, name: string): Promise<object> =>
    mutate<object>(world.client(token), 'updateViewer', { name }, UPDATED);

  it('changes the name of the user who asks, and records what it was', async () => {
    const { id, email } = await makeAccount(world);
    const { accessToken } = await logIn(world, { email });

    const payload = await update(accessToken, 'Ada Lovelace');
    const { viewer } = await world.client(accessToken).request<{ viewer: object }>('{ viewer { user { name } } }');

    expect(payload).toEqual({ user: { email, name: 'Ada Lovelace' }, revisions: [], userErrors: [] });
    expect(viewer).toEqual({ user: { name: 'Ada Lovelace' } });
    expect(await lastChange(world, 'system')).toEqual({
      kind: 'USER_UPDATED',
      items: [{ kind: 'USER', version: 2, before: { email, name: 'Somebody' }, after: { email, name: 'Ada Lovelace' } }],
    });
    expect(await lastActor(world, 'system')).toEqual({ kind: 'USER', id, name: email, authentication: 'PASSWORD' });
  });

  it('writes nothing when the name is the same', async () => {
    const { email } = await makeAccount(world);
    const { accessToken } = await logIn(world, { email });
    const before = await written(world);

    expect(await update(accessToken, 'Somebody')).toEqual({ user: { email, name: 'Somebody' }, revisions: [], userErrors: [] });
    expect(await written(world)).toEqual(before);
  });

  it.each([
    ['nothing', '', 'BLANK', 'Name must not be empty.'],
    ['blanks', ' \t\u3000', 'BLANK', 'Name must not be empty.'],
    ['256 characters', 'a'.repeat(256), 'TOO_LONG', 'Name has 256 characters; at most 255 are allowed.'],
    ['U+0000', 'a\u0000b', 'INVALID', 'Name must not contain U+0000 or a lone surrogate.'],
    ['half a character', 'a\ud800b', 'INVALID', 'Name must not contain U+0000 or a lone surrogate.'],
  ])('refuses %s, and writes nothing', async (_what, name, code, message) => {
    const { accessToken } = await logIn(world, await makeAccount(world));
    const before = await written(world);

    const payload = await update(accessToken, name);

    expect(payload).toEqual({ user: null, revisions: [], userErrors: [{ code, message, path: ['input', 'name'] }] });
    expect(await written(world)).toEqual(before);
  });

  it.each(['<b>Ada</b>', `'; DROP TABLE app_user; --`, '\u202eadA', 'Ada\r\nSet-Cookie: x=y', '__proto__'])(
    'keeps %j as it is, as any other name',
    async (name) => {
      const { email } = await makeAccount(world);
      const { accessToken } = await logIn(world, { email });

      expect(await update(accessToken, name)).toEqual({ user: { email, name }, revisions: [], userErrors: [] });
    },
  );

  it('refuses API keys and anonymous callers, and writes nothing', async () => {
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    const server = await makeApiKey(project, environment);
    const input = { organizationId: project.organizationId, kind: 'ADMIN', role: 'ADMIN', name: 'A' };
    const { secret: admin } = await make<{ secret: string }>(project.client, 'createApiKey', input, 'secret');
    const before = await written(world);

    const refusals = [];
    for (const credential of [server, admin, undefined]) refusals.push(await refusalOf(update(credential, 'Mallory')));

    const byKey = { code: 'FORBIDDEN', message: 'An API key is no user: to rename the key, use updateApiKey.' };
    expect(refusals).toEqual([byKey, byKey, expect.objectContaining({ code: 'UNAUTHENTICATED' })]);
    expect(await written(world)).toEqual(before);
  });

  it('loses neither a name nor a password of two calls at once', async () => {
    const account = await makeAccount(world);
    const { accessToken } = await logIn(world, account);
    const password = 'a new horse battery staple';

    await Promise.all([
      update(accessToken, 'Ada'),
      make(
        world.client(accessToken),
        'changePassword',
        { currentPassword: 'correct horse battery staple', newPassword: password },
        'user { id }',
      ),
    ]);
    const again = await logIn(world, account, password);
    const { viewer } = await world.client(again.accessToken).request<{ viewer: object }>('{ viewer { user { name } } }');
    const [row] = await world.app.database.connection.query<object[]>('SELECT version FROM app_user WHERE id = $1', [account.id]);

    expect([viewer, row]).toEqual([{ user: { name: 'Ada' } }, { version: 3 }]);
  });
});
