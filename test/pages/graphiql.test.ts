/** GraphiQL as somebody finds it who has just started the server: in a browser. */
import { describeInBrowser, startBrowser, DARK, PHONE, type BrowserWorld, type OpenedPage } from '../support/browser';
import { eventually, makeApiKey, toggle, type Made, type MadeProject } from '../support/make';
import { send } from '../support/raw';
import { makeScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
let project: MadeProject;
let environment: Made;
let flag: Made;
beforeAll(async () => {
  world = await createWorld();
  ({ project, environment, flag } = await makeScene(world));
});
afterAll(() => world.close());

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

it('leads a browser from the address of the API to GraphiQL, and nobody else', async () => {
  const visit = (path: string, headers: Record<string, string>): Promise<unknown[]> =>
    send(world, { method: 'GET', path, headers }).then(({ status, headers: { location } }) => [status, location]);

  expect(await visit('/graphql', HTML)).toEqual([302, 'graphiql']);
  expect(await visit('/', HTML)).toEqual([302, 'graphiql']);
  expect(await visit('/graphql', { accept: 'application/json' })).toEqual([400, undefined]);
  expect(await visit('/graphql?query=%7Bviewer%7Buser%7Bid%7D%7D%7D', { ...HTML, 'apollo-require-preflight': '1' })).not.toEqual([
    302,
    'graphiql',
  ]);
  expect(world.app.graphiqlUrl).toBe(`${world.app.url}/graphiql`);
});

it('leads nowhere in production, where there is none', async () => {
  const production = await createWorld({ env: { NODE_ENV: 'production' } });
  const answers = await Promise.all(
    ['/graphql', '/graphiql', '/pages/graphiql.js'].map((path) => send(production, { method: 'GET', path, headers: HTML })),
  );
  await production.close();

  expect(answers.map(({ status }) => status)).toEqual([400, 404, 404]);
  expect(production.app.graphiqlUrl).toBeNull();
});

it('has an icon for every page, and for answers that are none', async () => {
  const { status, headers } = await send(world, { method: 'GET', path: '/favicon.ico', headers: {} });

  expect([status, headers['content-type']]).toEqual([200, 'image/svg+xml; charset=utf-8']);
});

const CONTRAST = `(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const comment = document.querySelector('.cm-comment');
  let behind = comment;
  while (rgb(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const [light, dark] = [getComputedStyle(comment).color, getComputedStyle(behind).backgroundColor]
    .map((text) => luminance(rgb(text))).sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
})()`;

describeInBrowser('in a browser', () => {
  let browser: BrowserWorld;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  const open = (options = {}): Promise<OpenedPage> => browser.open(`${world.app.url}/graphql`, options);
  const logIn = async ({ page }: OpenedPage): Promise<void> => {
    await page.getByLabel('E-mail').fill(world.owner.email);
    await page.getByLabel('Password').fill(world.owner.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText(`Logged in as ${world.owner.email}.`).waitFor();
  };
  /** Runs what the active tab has, and answers what is shown. */
  const execute = async ({ page }: OpenedPage, expected: string): Promise<void> => {
    await page.getByRole('button', { name: /^Execute query/ }).click();
    // The editor draws only the lines that fit the window: its value has all of them.
    const shown = "document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()";
    await eventually(async () => (await page.evaluate<string>(shown)).includes(expected));
  };
  const choose = async ({ page }: OpenedPage, label: RegExp): Promise<void> => {
    const menu = page.getByLabel('Examples');
    const example = await menu.locator('option').filter({ hasText: label }).getAttribute('value');
    const operation = /^(?:query|mutation|subscription) (\w+)/m.exec(example ?? '')![1]!;
    const tabs = page.locator('.graphiql-tab');
    // A single tab has no name.
    const tab = tabs.nth(Math.max(1, await tabs.count()));
    await menu.selectOption(example);
    // Until it is named, the new tab has all examples, and its button asks which of them to execute.
    await tab.and(page.locator('.graphiql-tab-active')).getByText(operation, { exact: true }).waitFor();
  };
  /** The contrast of the comments, which have the hints: WCAG asks for 4.5. */
  const contrastOfHints = async ({ page }: OpenedPage): Promise<number> => {
    await page.locator('.cm-comment').first().waitFor();
    return page.evaluate<number>(CONTRAST);
  };

  it('logs in once for every tab and after a reload, and out again', async () => {
    const opened = await open();
    const { page, complaints } = opened;
    await page.getByLabel('E-mail').fill(world.owner.email);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Log in' }).click();
    const refusal = await page.getByRole('alert').filter({ hasText: /\w/ }).innerText();
    await logIn(opened);
    await choose(opened, /What is there/);
    await execute(opened, `"email": "${world.owner.email}"`);
    await page.getByRole('button', { name: 'Add tab' }).click();
    const inNewTab = await page.locator('.graphiql-query-editor').innerText();
    await page.reload();
    await page.getByText(`Logged in as ${world.owner.email}.`).waitFor();
    await choose(opened, /What is there/);
    await execute(opened, `"email": "${world.owner.email}"`);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('button', { name: 'Log in' }).waitFor();

    expect(refusal).toBe('E-mail or password is wrong.');
    expect(inNewTab).toContain('# 1. On an empty installation');
    expect(complaints).toEqual([]);
  });

  it('renews the log-in before it ends, in one of two windows', async () => {
    const opened = await open();
    await logIn(opened);
    const second = await opened.page.context().newPage();
    await second.goto(opened.page.url());
    await second.getByText('Logged in as').waitFor();
    // The log-in looks as if a quarter of an hour had passed.
    const old = await opened.page.evaluate<string>(
      `(() => { const kept = JSON.parse(localStorage['flagstaff:log-in']); kept.expiresAt = new Date().toISOString();
        localStorage['flagstaff:log-in'] = JSON.stringify(kept); return kept.refreshToken; })()`,
    );
    const asks = [opened, { page: second, complaints: [] }];
    for (const each of asks) await choose(each, /What is there/);
    await Promise.all(asks.map((each) => execute(each, `"email": "${world.owner.email}"`)));
    const renewed = await second.evaluate<string>(`JSON.parse(localStorage['flagstaff:log-in']).refreshToken`);

    expect(renewed).toMatch(/^fs_refresh_/);
    expect(renewed).not.toBe(old);
  });

  it('lets go of a log-in that has ended elsewhere, says so, and takes another', async () => {
    const opened = await open();
    const { page } = opened;
    await logIn(opened);
    const { credential } = await page.evaluate<{ credential: string }>(`JSON.parse(localStorage['flagstaff:log-in'])`);
    await world.client(credential).request('mutation { logOut(input: {}) { userErrors { code } } }');
    await choose(opened, /What is there/);
    await execute(opened, 'UNAUTHENTICATED');
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    const problem = await page.getByRole('alert').innerText();
    await logIn(opened);
    await execute(opened, `"email": "${world.owner.email}"`);

    expect(problem).toBe('The log-in has ended. Log in again.');
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('forgets a key that was revoked while the page was closed, and has the schema all the same', async () => {
    const opened = await open();
    const { page } = opened;
    // The page looks at what is kept before it shows how to log in.
    await page.getByRole('button', { name: 'Use key' }).waitFor();
    await page.evaluate(
      `localStorage['flagstaff:log-in'] = JSON.stringify({ label: 'the key of old', credential: 'fs_server_revoked' })`,
    );
    await page.reload();
    await page.getByRole('button', { name: 'Use key' }).waitFor();
    const problem = await page.getByRole('alert').innerText();
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByText('A GraphQL schema provides a root type for each kind of operation.').waitFor();

    expect(problem).toBe('The log-in has ended. Log in again.');
  });

  it('shows the answer below the query on a phone', async () => {
    const opened = await open(PHONE);
    await logIn(opened);
    await choose(opened, /What is there/);
    await execute(opened, `"email": "${world.owner.email}"`);
    const answer = (await opened.page.locator('.result-window').boundingBox())!;
    const query = (await opened.page.locator('.graphiql-query-editor').boundingBox())!;

    expect(answer.width).toBeGreaterThan(200);
    expect(answer.height).toBeGreaterThan(100);
    expect(answer.y).toBeGreaterThan(query.y);
  });

  it('takes an API key that the server knows, and subscribes with it, in the dark', async () => {
    const opened = await open(DARK);
    const { page } = opened;
    const contrast = await contrastOfHints(opened);
    await page.getByLabel('API key').fill('fs_server_wrong');
    await page.getByRole('button', { name: 'Use key' }).click();
    const refusal = await page.getByRole('alert').filter({ hasText: /\w/ }).innerText();
    await page.getByLabel('API key').fill(await makeApiKey(project, environment));
    await page.getByRole('button', { name: 'Use key' }).click();
    await page.getByText('Logged in as the key fs_server_').waitFor();
    await choose(opened, /Every change/);
    await page.getByRole('button', { name: /^Execute query/ }).click();
    let isEnabled = false;
    // The start of a subscription is not acknowledged.
    await eventually(async () => {
      await toggle(project, flag, environment, (isEnabled = !isEnabled));
      return page.locator('.result-window').getByText(`"flagKey": "${flag.key}"`).first().isVisible();
    });

    expect(contrast).toBeGreaterThanOrEqual(4.5);
    expect(refusal).toBe('The access token or API key is not valid, has expired, or was revoked.');
  });

  it('runs every example that reads, as it stands, with ids of what is there', async () => {
    const opened = await open();
    const contrast = await contrastOfHints(opened);
    await logIn(opened);

    for (const [label, expected] of [
      [/What is there/, '"organizations"'],
      [/Many flags/, '"targetingKey": "grace"'],
      [/Switch a flag/, '"userErrors": []'],
      [/Who did what/, '"history"'],
    ] as const) {
      await choose(opened, label);
      await execute(opened, expected);
    }

    expect(contrast).toBeGreaterThanOrEqual(4.5);
    expect(opened.complaints).toEqual([]);
  });
});
