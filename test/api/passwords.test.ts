/** New passwords: changed by their owner, or set with a one-time token that came by mail or from the server's operator. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { pino } from 'pino';
import { startApp, type App } from '../../src/app';
import { readConfig } from '../../src/config';
import { purgePasswordResets } from '../../src/modules/accounts/password-reset-repository';
import { verifyPassword } from '../../src/modules/accounts/passwords';
import { createPasswordReset } from '../../src/commands/password-reset';
import { createTestClock } from '../support/clock';
import { eventually, makeApiKey, makeEnvironment, makeProject, mutate, type UserError } from '../support/make';
import { lastActor, lastChange, PASSWORD, refusalOf, uniqueEmail } from '../support/members';
import { cleanUpProcesses, freePort, makePlace } from '../support/processes';
import { JSON_HEADERS, send } from '../support/raw';
import { logIn, makeAccount, accessHead, statusOf, TOKENS, written, type Account } from '../support/sessions';
import { startSmtp, type ReceivedMail, type SmtpWorld } from '../support/smtp';
import { createWorld, type World } from '../support/world';

const NEW_PASSWORD = 'incorrect donkey battery staple';
const HOUR_MS = 3_600_000;

const clock = createTestClock();
let smtp: SmtpWorld;
let world: World;
beforeAll(async () => {
  smtp = await startSmtp();
  const mail = { SMTP_URL: smtp.url, MAIL_FROM: 'Flagstaff <flags@example.com>', PUBLIC_URL: 'https://flags.example.com/' };
  // A hundred passwords in a line may take their time on a busy machine.
  const env = { ...mail, EXECUTION_TIMEOUT_MS: '120000' };
  world = await createWorld({ clock, env });
});
afterAll(async () => {
  await world.close();
  await smtp.close();
});
afterEach(cleanUpProcesses);

interface Answer {
  readonly user: { readonly email: string } | null;
  readonly userErrors: readonly UserError[];
}
const RESULT = 'user { email } revisions { revision }';
const change = (token: string, currentPassword: string, newPassword: string): Promise<Answer> =>
  mutate(world.client(token), 'changePassword', { currentPassword, newPassword }, RESULT);
const request = (email: string, of: World = world): Promise<object> =>
  mutate(of.client(), 'requestPasswordReset', { email }, 'revisions { revision }');
const reset = (token: string, newPassword = NEW_PASSWORD): Promise<Answer> =>
  mutate(world.client(), 'resetPassword', { token, newPassword }, RESULT);
const tryLogIn = (
  { email }: Account,
  password: string,
): Promise<{ accessToken: string | null; userErrors: readonly UserError[] }> =>
  mutate(world.client(), 'logIn', { email, password }, TOKENS);
const canLogIn = async (account: Account, password: string): Promise<boolean> =>
  (await tryLogIn(account, password)).accessToken !== null;

const taken = { revisions: [], userErrors: [] };
const refused = (...userErrors: object[]): object => ({ user: null, revisions: [], userErrors });
const badToken = {
  code: 'EXPIRED',
  message: 'The token is invalid, expired or already used; ask for another one.',
  path: ['input', 'token'],
};

/** The newest mail to the address, when there is one that is newer than `than`. */
const mailTo = (address: string, than?: ReceivedMail): Promise<ReceivedMail> =>
  eventually(async () => {
    const newest = smtp.mails.filter(({ to }) => to.includes(address)).at(-1);
    return newest === than ? null : newest;
  });
const tokenIn = ({ text }: ReceivedMail): string => /^(fs_reset_[\w-]{43})$/m.exec(text)![1]!;

/** Asks for a token and waits for the mail. */
async function requestToken({ email }: Account, than?: ReceivedMail): Promise<{ token: string; mail: ReceivedMail }> {
  await request(email);
  const mail = await mailTo(email, than);
  return { token: tokenIn(mail), mail };
}

const tooShort = (length: number): object => ({
  code: 'OUT_OF_RANGE',
  message: `Password has ${length} characters; 12 to 1024 are allowed.`,
  path: ['input', 'newPassword'],
});
const hostilePasswords: [string, (account: Account) => string, (text: string) => object][] = [
  ['no password', () => '', () => tooShort(0)],
  ['11 characters', () => 'x'.repeat(11), () => tooShort(11)],
  ['1,025 characters', () => 'x'.repeat(1_025), () => tooShort(1_025)],
  ...[
    ['the e-mail address', ({ email }: Account) => email, 'Password must not be the e-mail address.'] as const,
    [
      'the e-mail address in capitals',
      ({ email }: Account) => email.toUpperCase(),
      'Password must not be the e-mail address.',
    ] as const,
    ['U+0000', () => `${NEW_PASSWORD}\u0000`, 'Password must not contain U+0000 or a lone surrogate.'] as const,
    ['half a surrogate pair', () => `${NEW_PASSWORD}\ud800`, 'Password must not contain U+0000 or a lone surrogate.'] as const,
  ].map(([what, textOf, message]): [string, (account: Account) => string, () => object] => [
    what,
    textOf,
    () => ({ code: 'INVALID', message, path: ['input', 'newPassword'] }),
  ]),
];

describe('changePassword', () => {
  it('sets the password, ends all other sessions and tokens, and records it without the passwords', async () => {
    const account = await makeAccount(world);
    const { token } = await requestToken(account);
    const [here, there] = [await logIn(world, account), await logIn(world, account)];
    const headBefore = await accessHead(world);

    const answer = await change(here.accessToken, PASSWORD, NEW_PASSWORD);
    const statuses = [await statusOf(world, here.accessToken), await statusOf(world, there.accessToken)];
    const recorded = await lastChange(world, 'system');
    const head = await accessHead(world);

    expect(answer).toEqual({ user: { email: account.email }, ...taken });
    expect(statuses).toEqual([200, 401]);
    expect(head).toBe(headBefore! + 1);
    const body = { email: account.email, name: 'Somebody' };
    const session = { email: account.email, authentication: 'PASSWORD', expiresAt: there.refreshExpiresAt };
    expect(recorded).toEqual({
      kind: 'PASSWORD_CHANGED',
      items: [
        { kind: 'USER', version: 2, before: body, after: body },
        {
          kind: 'SESSION',
          version: 2,
          before: session,
          after: { ...session, endedAt: clock.now().toISOString(), reason: 'PASSWORD_CHANGED' },
        },
      ],
    });
    expect([await canLogIn(account, PASSWORD), await canLogIn(account, NEW_PASSWORD)]).toEqual([false, true]);
    expect(await reset(token)).toEqual(refused(badToken));
    const log = JSON.stringify(world.logLines());
    expect(log.includes(PASSWORD) || log.includes(NEW_PASSWORD)).toBe(false);
  });

  it('reports a wrong password and a bad new one together, and writes nothing', async () => {
    const account = await makeAccount(world);
    const { accessToken } = await logIn(world, account);
    const before = await written(world);

    const answer = await change(accessToken, 'wrong', 'short');

    const wrong = { code: 'WRONG_CREDENTIALS', message: 'The current password is wrong.', path: ['input', 'currentPassword'] };
    expect(answer).toEqual(refused(wrong, tooShort(5)));
    expect(await written(world)).toEqual(before);
  });

  it.each(hostilePasswords)('refuses %s as the new one', async (_what, textOf, issueOf) => {
    const account = await makeAccount(world);
    const { accessToken } = await logIn(world, account);
    const before = await written(world);
    const text = textOf(account);

    expect(await change(accessToken, PASSWORD, text)).toEqual(refused(issueOf(text)));
    expect(await written(world)).toEqual(before);
  });

  it.each([
    ['nothing', ''],
    ['U+0000', '\u0000'],
    ['half a surrogate pair', '\ud800'],
    ['the password with a space', `${PASSWORD} `],
    ['the password in capitals', PASSWORD.toUpperCase()],
    ['100,000 characters', 'x'.repeat(100_000)],
  ])('refuses %s as the current one', async (_what, text) => {
    const { accessToken } = await logIn(world, await makeAccount(world));
    const before = await written(world);

    const { userErrors } = await change(accessToken, text, NEW_PASSWORD);

    expect(userErrors).toMatchObject([{ code: 'WRONG_CREDENTIALS', path: ['input', 'currentPassword'] }]);
    expect(await written(world)).toEqual(before);
  });

  it('accepts a password however its accents are encoded', async () => {
    const account = await makeAccount(world);
    const { accessToken } = await logIn(world, account);

    await change(accessToken, PASSWORD, 'a caf\u00e9 with twelve');

    expect(await canLogIn(account, 'a cafe\u0301 with twelve')).toBe(true);
  });

  it('is applied once when it is repeated with an Idempotency-Key', async () => {
    const account = await makeAccount(world);
    const { accessToken } = await logIn(world, account);
    const client = world.client(accessToken, { 'idempotency-key': 'once' });
    const input = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };

    const first = await mutate(client, 'changePassword', input, RESULT);
    const before = await written(world);
    const second = await mutate(client, 'changePassword', input, RESULT);

    expect(second).toEqual(first);
    expect(second).toEqual({ user: { email: account.email }, ...taken });
    expect(await written(world)).toEqual(before);
  });

  it('leaves no session that logs in with the old password at the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const account = await makeAccount(world);
      const { accessToken } = await logIn(world, account);

      const [late] = await Promise.all([tryLogIn(account, PASSWORD), change(accessToken, PASSWORD, NEW_PASSWORD)]);
      const status = late.accessToken === null ? 401 : await statusOf(world, late.accessToken);

      expect(status).toBe(401);
    }
  });

  it('refuses API keys and anonymous callers', async () => {
    // Sessions from before the clock moved have expired.
    const { accessToken } = await logIn(world, world.owner);
    const project = await makeProject({ ...world, owner: { ...world.owner, accessToken } });
    const key = await makeApiKey(project, await makeEnvironment(project));
    const input = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const before = await written(world);

    const byKey = await refusalOf(mutate(world.client(key), 'changePassword', input, RESULT));
    const byNobody = await refusalOf(mutate(world.client(), 'changePassword', input, RESULT));

    expect(byKey).toEqual({ code: 'FORBIDDEN', message: 'An API key has no password: log in as a user to change yours.' });
    expect(byNobody).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await written(world)).toEqual(before);
  });
});

describe('requestPasswordReset', () => {
  it('sends one mail with a link and the token to the address of the account, ignoring case, and records it', async () => {
    const account = await makeAccount(world);

    const answer = await request(` ${account.email.toUpperCase()} `);
    const mail = await mailTo(account.email);
    const recorded = await lastChange(world, 'system');

    const token = tokenIn(mail);
    const expiresAt = new Date(clock.now().getTime() + HOUR_MS).toISOString();
    expect(answer).toEqual(taken);
    expect(mail).toEqual({
      from: 'flags@example.com',
      to: [account.email],
      subject: 'Reset your Flagstaff password',
      text: expect.stringContaining(`\nhttps://flags.example.com/reset-password#${token}\n`) as string,
    });
    expect(mail.text).toContain(`It can be used once, until ${expiresAt}`);
    const body = { email: account.email, name: 'Somebody' };
    expect(recorded).toEqual({
      kind: 'PASSWORD_RESET_REQUESTED',
      items: [{ kind: 'USER', version: 1, before: body, after: { ...body, resetExpiresAt: expiresAt } }],
    });
    const stored = JSON.stringify(await world.app.database.connection.query('SELECT * FROM password_reset'));
    expect(stored).not.toContain(token);
    expect(stored).toContain(createHash('sha256').update(token).digest('base64url'));
    expect(JSON.stringify(world.logLines())).not.toContain(token);
  });

  it('sends an account three mails an hour, however many are asked for at once, and records no more', async () => {
    const account = await makeAccount(world);

    const answers = await Promise.all(Array.from({ length: 20 }, () => request(account.email)));
    await settled();
    const mails = smtp.mails.filter(({ to }) => to.includes(account.email));
    const recorded = await world.app.database.connection.query(
      `SELECT c.actor_kind AS kind, c.authentication FROM change c JOIN change_body b ON b.change_id = c.id
       WHERE c.kind = 'PASSWORD_RESET_REQUESTED' AND b.subject_id = $1`,
      [account.id],
    );

    expect(answers).toEqual(answers.map(() => taken));
    expect(mails).toHaveLength(3);
    const byNobody = { kind: 'SYSTEM', authentication: 'NONE' };
    expect(recorded).toEqual([byNobody, byNobody, byNobody]);
    expect(await reset(tokenIn(mails[0]!))).toEqual({ user: { email: account.email }, ...taken });
    // A token that was used counts, too.
    await request(account.email);
    await settled();
    expect(smtp.mails.filter(({ to }) => to.includes(account.email))).toHaveLength(3);
    clock.advance(HOUR_MS);
    await requestToken(account, mails[2]);
  });

  it('answers an unknown address and look-alikes of a known one alike, sends nothing and writes nothing', async () => {
    const account = await makeAccount(world, uniqueEmail('kate-a'));
    const lookAlikes = [
      'nobody@example.com',
      account.email.replace('a', '\u0430'),
      account.email.replace('@example.com', '\uff20example.com@example.com'),
      account.email.replace('kate', '\uff4b\uff41\uff54\uff45'),
      account.email.replace('k', '\u212a'),
      account.email.replace('e', 'e\u0301'),
      account.email.replace('a', 'a\u200d'),
      account.email.replace('@', '+tag@'),
      `${account.email}.evil.example`,
    ];
    const before = await settled();
    const mailsBefore = smtp.mails.length;

    const answers = [];
    for (const email of lookAlikes) answers.push(await request(email));
    const after = await settled();

    expect(answers).toEqual(lookAlikes.map(() => taken));
    expect(smtp.mails.slice(mailsBefore)).toEqual([]);
    expect(after).toEqual(before);
  });

  it('refuses an invalid address, and writes nothing', async () => {
    const inputs: [string, string][] = [
      ['', 'BLANK'],
      ['   ', 'BLANK'],
      ['somebody', 'INVALID'],
      ['a@b@example.com', 'INVALID'],
      ['somebody@example.com,other@example.com', 'INVALID'],
      ['a\u0000@example.com', 'INVALID'],
      ['\ud800@example.com', 'INVALID'],
      ['a@example.com\r\nBcc: b@example.com', 'INVALID'],
      [`${'a'.repeat(250)}@example.com`, 'TOO_LONG'],
    ];
    const before = await written(world);

    const codes = [];
    for (const [email] of inputs) {
      const { userErrors } = (await request(email)) as { userErrors: UserError[] };
      codes.push(userErrors.map(({ code, path }) => ({ code, path })));
    }

    expect(codes).toEqual(inputs.map(([, code]) => [{ code, path: ['input', 'email'] }]));
    expect(await written(world)).toEqual(before);
  });

  it('answers the same when the mail cannot be sent, and says so in the log without the token', async () => {
    const account = await makeAccount(world);
    smtp.refuse('no such mailbox');
    const linesBefore = world.logLines().length;

    const answer = await request(account.email);
    const line = await eventually(async () =>
      world
        .logLines()
        .slice(linesBefore)
        .find(({ msg }) => msg === 'an e-mail could not be sent'),
    );
    smtp.refuse(null);

    expect(answer).toEqual(taken);
    expect(line).toMatchObject({ level: 50, subject: 'Reset your Flagstaff password', code: 'EENVELOPE' });
    expect(JSON.stringify(line)).not.toContain('fs_reset_');
  });

  it('refuses known and unknown addresses alike on a server that sends no mail', async () => {
    const silent = await createWorld();
    const before = await written(silent);

    const refusals = [
      await refusalOf(request(silent.owner.email, silent)),
      await refusalOf(request('nobody@example.com', silent)),
    ];
    const after = await written(silent);
    await silent.close();

    const message =
      'This server cannot send e-mail. Ask its administrator for a one-time token: npm run password:reset -- EMAIL prints one.';
    expect(refusals).toEqual([
      { code: 'UNAVAILABLE', message },
      { code: 'UNAVAILABLE', message },
    ]);
    expect(after).toEqual(before);
  });
});

/** Resolves when all earlier requests are handled, which are answered first. */
async function settled(): Promise<object> {
  await world.app.services.passwordResetMail.close();
  return written(world);
}

describe('resetPassword', () => {
  it('sets the password with the token, ends all sessions, and refuses the token a second time', async () => {
    const account = await makeAccount(world);
    const { accessToken, refreshExpiresAt } = await logIn(world, account);
    const { token } = await requestToken(account);
    const headBefore = await accessHead(world);

    const answer = await reset(token);
    const recorded = await lastChange(world, 'system');
    const actor = await lastActor(world, 'system');
    const head = await accessHead(world);
    const before = await written(world);
    const again = await reset(token, 'yet another long password');

    expect(answer).toEqual({ user: { email: account.email }, ...taken });
    expect(head).toBe(headBefore! + 1);
    expect(actor).toEqual({ kind: 'USER', id: account.id, name: account.email, authentication: 'RESET_TOKEN' });
    expect(recorded).toMatchObject({
      kind: 'PASSWORD_RESET',
      items: [
        { kind: 'USER', version: 2 },
        { kind: 'SESSION', after: { expiresAt: refreshExpiresAt, reason: 'PASSWORD_RESET' } },
      ],
    });
    expect(again).toEqual(refused(badToken));
    expect(await written(world)).toEqual(before);
    expect(await statusOf(world, accessToken)).toBe(401);
    expect([await canLogIn(account, PASSWORD), await canLogIn(account, NEW_PASSWORD)]).toEqual([false, true]);
  });

  it('lets one of two calls at once succeed', async () => {
    const account = await makeAccount(world);
    const { token } = await requestToken(account);
    const passwords = [NEW_PASSWORD, 'yet another long password'];

    const answers = await Promise.all(passwords.map((password) => reset(token, password)));
    const won = answers.map(({ user }) => user !== null);
    const valid = [];
    for (const password of passwords) valid.push(await canLogIn(account, password));

    expect(won.toSorted()).toEqual([false, true]);
    expect(answers[won.indexOf(false)]).toEqual(refused(badToken));
    expect(valid).toEqual(won);
  });

  it('accepts the first token although later ones exist, which end when it is used', async () => {
    const account = await makeAccount(world);
    const first = await requestToken(account);
    const second = await requestToken(account, first.mail);

    expect(await reset(first.token)).toEqual({ user: { email: account.email }, ...taken });
    expect(await reset(second.token)).toEqual(refused(badToken));
  });

  it.each([
    ['nothing', ''],
    ['U+0000', '\u0000'],
    ['half a surrogate pair', '\ud800'],
    ['100,000 characters', 'a'.repeat(100_000)],
    ['a token that nobody was given', `fs_reset_${'A'.repeat(43)}`],
  ])('refuses %s as a token like an expired one, and writes nothing', async (_what, token) => {
    const before = await written(world);

    expect(await reset(token)).toEqual(refused(badToken));
    expect(await written(world)).toEqual(before);
  });

  it('reports a bad token and a bad password together', async () => {
    expect(await reset('wrong', 'short')).toEqual(refused(badToken, tooShort(5)));
  });

  it.each(hostilePasswords)('refuses %s as the new password, and keeps the token', async (_what, textOf, issueOf) => {
    const account = await makeAccount(world);
    const { token } = await requestToken(account);
    const before = await written(world);
    const text = textOf(account);

    expect(await reset(token, text)).toEqual(refused(issueOf(text)));
    expect(await written(world)).toEqual(before);
    expect(await reset(token)).toEqual({ user: { email: account.email }, ...taken });
  });

  it.each([
    ['token', 'resetPassword', 'ResetPasswordInput', { newPassword: NEW_PASSWORD }],
    ['newPassword', 'resetPassword', 'ResetPasswordInput', { token: 'a' }],
    ['email', 'requestPasswordReset', 'RequestPasswordResetInput', {}],
  ])('refuses a %s that is not a string', async (field, name, type, input) => {
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code } } }`;

    const codes = [];
    for (const value of [null, 7, ['text'], {}]) {
      const body = JSON.stringify({ query, variables: { input: { ...input, [field]: value } } });
      const answer = await send(world, { headers: JSON_HEADERS, body });
      codes.push((answer.body as { errors: { extensions: { code: string } }[] }).errors[0]!.extensions.code);
    }

    expect(codes).toEqual(codes.map(() => 'BAD_USER_INPUT'));
  });
});

it('expires a token after an hour, and deletes it then', async () => {
  const own = createTestClock();
  const ageing = await createWorld({ clock: own, env: { SMTP_URL: smtp.url, MAIL_FROM: 'flags@example.com' } });
  const { email } = ageing.owner;
  const newPassword = NEW_PASSWORD;
  const resetThere = (token: string): Promise<Answer> => mutate(ageing.client(), 'resetPassword', { token, newPassword }, RESULT);

  await request(email, ageing);
  const first = await mailTo(email);
  own.advance(HOUR_MS);
  const late = await resetThere(tokenIn(first));
  const forgotten = await purgePasswordResets(ageing.app.database.connection, own.now());
  await request(email, ageing);
  const second = await mailTo(email, first);
  own.advance(HOUR_MS - 1);
  const kept = await purgePasswordResets(ageing.app.database.connection, own.now());
  const early = await resetThere(tokenIn(second));
  await ageing.close();

  expect(first.text).not.toContain('#');
  expect(late).toEqual(refused(badToken));
  expect([forgotten, kept]).toEqual([1, 0]);
  expect(early.userErrors).toEqual([]);
});

it('sends pending mails before it ends', async () => {
  const leaving = await createWorld({ env: { SMTP_URL: smtp.url, MAIL_FROM: 'flags@example.com' } });
  await request(leaving.owner.email, leaving);

  await leaving.close();

  expect(smtp.mails.filter(({ to }) => to.includes(leaving.owner.email))).toHaveLength(1);
});

it.each([
  ['does not answer', async (): Promise<number> => freePort()],
  ['says nothing', async (): Promise<number> => silentPort()],
])('logs when the SMTP server %s, and answers as usual', async (_what, portOf) => {
  const env = { SMTP_URL: `smtp://127.0.0.1:${await portOf()}`, MAIL_FROM: 'flags@example.com' };
  const alone = await createWorld({ env });

  const answer = await request(alone.owner.email, alone);
  await alone.close();

  expect(answer).toEqual(taken);
  expect(alone.logLines().filter(({ msg }) => msg === 'an e-mail could not be sent')).toHaveLength(1);
});

/** Accepts connections and never sends anything. */
async function silentPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  server.unref();
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

it('gives the operator a one-time token', async () => {
  const place = await makePlace();
  const env = { NODE_ENV: 'test', PORT: '0', ...place, OWNER_EMAIL: 'owner@example.com', OWNER_PASSWORD: PASSWORD };
  const config = readConfig(env);
  const start = (): Promise<App> => startApp({ config, log: pino({ level: 'silent' }) });
  await (await start()).close();

  const unknown = await createPasswordReset(config, 'nobody@example.com');
  const made = await createPasswordReset(config, 'Owner@Example.com');
  const app = await start();
  const there: World = { ...world, app, url: `${app.url}/graphql` };
  const recorded = await lastChange(there, 'system');
  const input = { input: { token: made!.token, newPassword: NEW_PASSWORD } };
  const body = JSON.stringify({
    query: 'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { user { email } userErrors { code } } }',
    variables: input,
  });
  const answer = await send(there, { headers: JSON_HEADERS, body });
  await app.close();

  expect(unknown).toBeNull();
  expect(made).toMatchObject({ email: 'owner@example.com' });
  expect(recorded.kind).toBe('PASSWORD_RESET_REQUESTED');
  expect(answer.body).toEqual({ data: { resetPassword: { user: { email: 'owner@example.com' }, userErrors: [] } } });
});

it('refuses further log-ins while a hundred passwords wait to be verified, and answers again afterwards', async () => {
  const { email } = world.owner;
  const leave = crowd();
  const attempts = Array.from({ length: 20 }, () => refusalOf(logIn(world, { email }, 'wrong').catch(tolerateWrong)));

  const refusals = (await Promise.all(attempts)).filter((refusal) => refusal !== null);
  await leave();
  const afterwards = await tryLogIn({ id: '', email }, world.owner.password);

  const message = 'Too many passwords are being verified at once; try again in a few seconds.';
  expect(refusals.length).toBeGreaterThan(0);
  expect(refusals).toEqual(refusals.map(() => ({ code: 'UNAVAILABLE', message })));
  expect(afterwards.userErrors).toEqual([]);
}, 240_000);

/** Keeps as many passwords in verification as may wait, until it is called. */
function crowd(): () => Promise<void> {
  let isOver = false;
  const come = (): Promise<boolean> => verifyPassword(null, 'wrong').catch(() => false);
  const all = Array.from({ length: 150 }, come);
  const coming = (async () => {
    while (!isOver) {
      // Refills those that may have left meanwhile, and more.
      for (let i = 0; i < 3; i++) all.push(come());
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(all);
  })();
  return () => {
    isOver = true;
    return coming;
  };
}

/** `make` fails on user errors; other errors are the refusals that are counted. */
function tolerateWrong(error: unknown): null {
  if (String(error).includes('WRONG_CREDENTIALS')) return null;
  throw error;
}

it.each([
  [{ SMTP_URL: 'smtp://127.0.0.1' }, 'MAIL_FROM must be set when SMTP_URL is set.'],
  [
    { SMTP_URL: 'https://mail.example.com', MAIL_FROM: 'a@example.com' },
    'SMTP_URL must be a URL such as smtps://user:password@mail.example.com.',
  ],
  [{ SMTP_URL: 'smtp://127.0.0.1', MAIL_FROM: 'flags' }, 'MAIL_FROM must be an address such as Flagstaff <flags@example.com>.'],
  [{ PUBLIC_URL: 'flags.example.com' }, 'PUBLIC_URL must be a URL such as https://flags.example.com.'],
])('refuses the configuration %j', (env, sentence) => {
  expect(() => readConfig({ JWT_SECRET: 'x'.repeat(32), KEY_PEPPER: 'x'.repeat(32), ...env })).toThrow(sentence);
});
