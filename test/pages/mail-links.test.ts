/** Links in mail: every link in every mail is followed in a browser, as in production, until its job is done. */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DARK, describeInBrowser, PHONE, startBrowser, type BrowserWorld } from '../support/browser';
import { eventually, make, makeEnvironment, makeProject, mutate } from '../support/make';
import { PASSWORD, uniqueEmail } from '../support/members';
import { makeAccount } from '../support/sessions';
import { startSmtp, type ReceivedMail, type SmtpWorld } from '../support/smtp';
import { createWorld, type World } from '../support/world';

/** Pages are served under a base path, by a proxy that takes it off, as an installation beside others has it. */
const BASE_PATH = '/flags';
const NEW_PASSWORD = 'a new battery for the horse';

let world: World;
let smtp: SmtpWorld;
let proxy: Server;
let publicUrl: string;
let place: { readonly organizationId: string };
beforeAll(async () => {
  smtp = await startSmtp();
  let target = '';
  proxy = createServer((incoming, answer) => {
    const { method, headers, url = '' } = incoming;
    if (!url.startsWith(`${BASE_PATH}/`)) return void answer.writeHead(404).end();
    const onward = request(`${target}${url.slice(BASE_PATH.length)}`, { method, headers }, (received) => {
      answer.writeHead(received.statusCode ?? 502, received.headers);
      received.pipe(answer);
    });
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  publicUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${BASE_PATH}`;
  const env = { NODE_ENV: 'production', SMTP_URL: smtp.url, MAIL_FROM: 'flags@example.com', PUBLIC_URL: publicUrl };
  world = await createWorld({ env });
  target = world.app.url;
  const project = await makeProject(world);
  place = { organizationId: project.organizationId };
});
afterAll(async () => {
  await world.close();
  proxy.closeAllConnections();
  proxy.close();
  await smtp.close();
});

const mailTo = (address: string): Promise<ReceivedMail> =>
  eventually(async () => smtp.mails.filter(({ to }) => to.includes(address)).at(-1));
const linkIn = ({ text }: ReceivedMail): string => /https?:\/\/\S+#\S+/.exec(text)![0];

async function invite(email: string, where: object = {}): Promise<ReceivedMail> {
  const input = { ...place, email, role: 'EDITOR', ...where };
  await make(world.client(world.owner.accessToken), 'inviteMember', input, 'isMailed');
  return mailTo(email);
}

async function forget(email: string): Promise<ReceivedMail> {
  await make(world.client(), 'requestPasswordReset', { email }, 'revisions { revision }');
  return mailTo(email);
}

const canLogIn = async (email: string, password: string): Promise<boolean> =>
  (await mutate<object>(world.client(), 'logIn', { email, password }, 'expiresAt')).userErrors.length === 0;

it('names organization, inviter, server and role in an invitation, whatever they are called', async () => {
  const { client, ...project } = await makeProject(world);
  const environment = await makeEnvironment({ client, ...project });
  const name = 'Grüße\nOpen http://evil.example "now"';
  const rename = { organizationId: project.organizationId, expectedVersion: 1, name };
  await make(client, 'updateOrganization', rename, 'organization { id }');

  const mail = await invite(uniqueEmail(), { organizationId: project.organizationId, environmentId: environment.id });

  expect(mail.text.split('\n').slice(0, 3)).toEqual([
    `"Owner" (${world.owner.email}) invites you to the organization "Grüße Open http://evil.example 'now'"`,
    `on the Flagstaff server at ${publicUrl}, with the role EDITOR, in the environment "Environment" of the project "Shop".`,
    '',
  ]);
});

it('names account and server in the mail about a forgotten password', async () => {
  const { email } = await makeAccount(world);

  const mail = await forget(email);

  expect(mail.text.split('\n').slice(0, 3)).toEqual([
    'Somebody, probably you, asked for a new password for the account',
    `${email} on the Flagstaff server at ${publicUrl}.`,
    '',
  ]);
});

it('has in every mail links that answer with a page that loads only what answers, too', async () => {
  const source = join(__dirname, '../../src');
  const senders = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && /\bmailer\.send\(/.test(readFileSync(join(source, file), 'utf8')))
    .map((file) => file.split('/').at(-1));
  const { email } = await makeAccount(world);
  const mails = [await invite(uniqueEmail()), await forget(email)];

  const links = mails.flatMap(({ text }) => text.match(/https?:\/\/\S+[^\s.,]/g) ?? []).filter((link) => link.includes('#'));
  const answers = await Promise.all(links.map((link) => fetch(link)));
  const pages = await Promise.all(answers.map((answer) => answer.text()));
  const files = pages.flatMap((page) => [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, file]) => file!));
  const parts = await Promise.all([...new Set(files)].map((file) => fetch(new URL(file, links[0]))));

  // A mail of another kind must be added to this test.
  expect(senders.toSorted()).toEqual(['invitation-mail.ts', 'password-reset-mail.ts']);
  expect(links).toHaveLength(2);
  expect(answers.map(({ status, headers }) => [status, headers.get('content-type')])).toEqual(
    links.map(() => [200, 'text/html; charset=utf-8']),
  );
  expect(answers[0]!.headers.get('content-security-policy')).not.toContain('unsafe');
  expect(parts.map(({ status }) => status)).toEqual(parts.map(() => 200));
});

describeInBrowser('in a browser', () => {
  let browser: BrowserWorld;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it.each([
    ['a desk', {}],
    ['a phone in the dark', { ...PHONE, ...DARK }],
  ])('accepts an invitation and makes the account, at %s', async (_where, options) => {
    const email = uniqueEmail('ada');
    const link = linkIn(await invite(email));

    const { page, complaints } = await browser.open(link, options);
    await page.getByLabel('Your name').fill('Ada Lovelace');
    await page.getByLabel('Password').fill(NEW_PASSWORD);
    const shown = await page.locator('main').innerText();
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    await page.getByRole('button', { name: 'Accept the invitation' }).click();
    await page.getByRole('heading', { name: 'Welcome to Acme' }).waitFor();

    expect(shown).toContain(`Owner (${world.owner.email}) invites you to the organization Acme`);
    expect(overflow).toBe(0);
    expect(page.url()).toBe(link.split('#')[0]);
    expect(await page.getByRole('status').innerText()).toBe(`${email} now has the role EDITOR in Acme. You can log in.`);
    expect(complaints).toEqual([]);
    expect(await canLogIn(email, NEW_PASSWORD)).toBe(true);
  });

  it('accepts an invitation for an account that exists, with its password only', async () => {
    const { email } = await makeAccount(world);
    const { page, complaints } = await browser.open(linkIn(await invite(email)));

    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button').click();
    await page.getByText('The password is not the one of the account').waitFor();
    const asksForName = await page.getByLabel('Your name').isVisible();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'Welcome to Acme' }).waitFor();

    expect(asksForName).toBe(false);
    expect(complaints).toEqual([]);
  });

  it('says of an invitation that was accepted, of one cut off and of a wrong token what to do', async () => {
    const email = uniqueEmail();
    const mail = await invite(email);
    const token = linkIn(mail).split('#')[1]!;
    await make(world.client(), 'acceptInvitation', { token, name: 'Ada', password: PASSWORD }, 'user { id }');

    const sentences = [];
    for (const link of [linkIn(mail), linkIn(mail).split('#')[0]!, `${linkIn(mail).split('#')[0]}#%E0%A4%A`]) {
      const { page, complaints } = await browser.open(link);
      await page.getByText(/Loading/).waitFor({ state: 'hidden' });
      sentences.push(await page.getByRole('status').innerText());
      expect(complaints).toEqual([]);
    }

    const over =
      'This invitation is no longer open: it was accepted, withdrawn or replaced by a newer one. Ask the person who invited you for another.';
    const cut = 'This link is incomplete: open the whole link of the mail, or copy all of it into the address bar.';
    expect(sentences).toEqual([over, cut, over]);
  });

  it.each([
    ['a desk in the dark', DARK],
    ['a phone', PHONE],
  ])('sets a new password at %s, once', async (_where, options) => {
    const member = await makeAccount(world);
    const link = linkIn(await forget(member.email));

    const { page, complaints } = await browser.open(link, options);
    await page.getByLabel('New password').fill(member.email);
    await page.getByRole('button').click();
    await page.getByText('Password must not be the e-mail address.').waitFor();
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'The password is set' }).waitFor();
    const again = await browser.open(link);
    await again.page.getByLabel('New password').fill(PASSWORD);
    await again.page.getByRole('button').click();
    const refusal = again.page.getByRole('alert').filter({ visible: true });
    await refusal.waitFor();

    expect(complaints).toEqual([]);
    expect([await canLogIn(member.email, PASSWORD), await canLogIn(member.email, NEW_PASSWORD)]).toEqual([false, true]);
    expect(await refusal.innerText()).toContain('token');
  });
});
