/** React bindings in a real browser against the real server, with React 18 and 19, in their forms for development, which complain. */
import type { Page } from 'playwright-core';
import type { Bootstrap } from '../../../packages/client/src/flag-api';
import { describeInBrowser, startBrowser, type BrowserWorld, type OpenedPage } from '../../support/browser';
import { makeHome, removeHomes } from '../../support/layout';
import { configure, eventually, makeApiKey, makeFlag, toggle, type Made } from '../../support/make';
import { serve, type Served } from '../support/served';
import { servePages, type Pages, type ReactVersion } from './support/pages';

jest.setTimeout(120_000);

let served: Served;
let key: string;
const home = makeHome();
beforeAll(async () => {
  served = await serve();
  key = await makeApiKey(served.project, served.environment, 'CLIENT');
});
afterAll(async () => {
  await served.close();
  removeHomes();
});

const COLORS = {
  valueType: 'STRING',
  variations: [
    { key: 'on', value: 'red' },
    { key: 'off', value: 'blue' },
  ],
};

/** Serves true to everybody, or the first variation, until it is switched off. */
async function makeClientFlag(input: object = {}, patch: object = {}): Promise<Made> {
  const flag = await makeFlag(served.project, { isClientAvailable: true, ...input });
  await configure(served.project, flag, served.environment, patch);
  return flag;
}

const makeColor = (): Promise<Made> => makeClientFlag(COLORS);

const switchTo = (flag: Made, isEnabled: boolean): Promise<unknown> =>
  toggle(served.project, flag, served.environment, isEnabled);

/** What the server SDK puts into a page. */
async function bootstrapFor(context: object): Promise<Bootstrap> {
  const { client } = served.connect();
  await client.waitUntilReady();
  const bootstrap = client.bootstrapFor(context);
  await client.close();
  return bootstrap;
}

type Texts = Readonly<Record<string, string>>;

const textsOf = (page: Page): Promise<Texts> =>
  page.evaluate(`Object.fromEntries([...document.querySelectorAll('p')].map(({ id, textContent }) => [id, textContent]))`);

/** Waits until these texts are on the page. Fails with those that are. */
async function shows({ page }: OpenedPage, expected: Texts): Promise<void> {
  const isShown = (texts: Texts): boolean => Object.entries(expected).every(([id, text]) => texts[id] === text);
  const end = Date.now() + 20_000;
  let texts = await textsOf(page);
  while (!isShown(texts) && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    texts = await textsOf(page);
  }
  expect(texts).toMatchObject(expected);
}

interface Shown {
  readonly scenario: string;
  readonly props: object;
  readonly isStrict?: boolean;
  readonly isHydrated?: boolean;
}

const connect = ({ page }: OpenedPage, options: object = {}): Promise<void> =>
  page.evaluate(`application.connect(${JSON.stringify({ url: served.url, key, ...options })})`);
const show = ({ page }: OpenedPage, shown: Shown): Promise<void> => page.evaluate(`application.show(${JSON.stringify(shown)})`);
const read = <T>({ page }: OpenedPage, name: string): Promise<T> => page.evaluate(`application.${name}`);
const isReady = (opened: OpenedPage): Promise<unknown> => eventually(() => read<boolean>(opened, `client.status === 'READY'`));

describeInBrowser('in a browser', () => {
  let browser: BrowserWorld;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  describe.each([18, 19] as const)('with React %d', (version: ReactVersion) => {
    let pages: Pages;
    beforeAll(async () => {
      pages = await servePages(version, home);
    });
    afterAll(() => pages.close());

    const open = async (shown: Shown, options: object = {}): Promise<OpenedPage> => {
      const opened = await browser.open(pages.urlOf());
      await connect(opened, options);
      await show(opened, shown);
      return opened;
    };

    it('is the React that is meant', async () => {
      expect(await read(await browser.open(pages.urlOf()), 'version')).toMatch(new RegExp(`^${version}\\.`));
    });

    it('renders the components of a flag that changed, once each, and no others', async () => {
      const [a, b] = [await makeClientFlag(), await makeClientFlag()];
      const opened = await open({ scenario: 'Shop', props: { a: a.key, b: b.key } });
      await shows(opened, { first: 'true', second: 'true', other: 'true', status: 'READY' });
      const before = await read(opened, 'counts');

      await switchTo(a, false);
      await shows(opened, { first: 'false', second: 'false', other: 'true' });
      await switchTo(b, false);
      await shows(opened, { other: 'false' });

      // Once with fallbacks, and once with what is served.
      expect(before).toEqual({ shop: 1, first: 2, second: 2, other: 2 });
      expect(await read(opened, 'counts')).toEqual({ shop: 1, first: 3, second: 3, other: 3 });
      expect(opened.complaints).toEqual([]);
    });

    it('follows in StrictMode, which mounts everything twice, and ends its subscriptions', async () => {
      const [a, b] = [await makeClientFlag(), await makeClientFlag()];
      const opened = await open({ scenario: 'Shop', props: { a: a.key, b: b.key }, isStrict: true });
      await shows(opened, { first: 'true', second: 'true', other: 'true' });

      await switchTo(a, false);
      await shows(opened, { first: 'false', second: 'false', other: 'true' });
      const during = await read(opened, 'subscriptions');
      await opened.page.evaluate('application.end()');

      // Two for each of three flags, and one for the status.
      expect([during, await read(opened, 'subscriptions')]).toEqual([7, 0]);
      expect(opened.complaints).toEqual([]);
    });

    it('never shows two revisions together, although a change comes while a transition renders', async () => {
      const a = await makeClientFlag();
      const opened = await open({ scenario: 'SlowScreen', props: { a: a.key, length: 60 } });
      await isReady(opened);
      await opened.page.evaluate(`application.interrupted = 0;
        application.client.on('change', () => { if (application.slow.isRendering) application.interrupted += 1; })`);

      let isEnabled = true;
      for (let round = 1; round <= 60 && (await read<number>(opened, 'interrupted')) < 5; round += 1) {
        await opened.page.evaluate(`application.startTransition(() => application.slow.start())`);
        await switchTo(a, (isEnabled = !isEnabled));
        await shows(opened, { round: `${round}` });
      }

      expect(await read(opened, 'interrupted')).toBeGreaterThanOrEqual(5);
      expect((await read<string[]>(opened, 'screens')).filter((texts) => texts.includes(','))).toEqual([]);
      await eventually(async () => (await read<string[]>(opened, 'screens')).at(-1) === String(isEnabled));
      expect(opened.complaints).toEqual([]);
    });

    it('suspends in the first render until there are flags, and shows no fallback value meanwhile', async () => {
      const [a, b] = [await makeColor(), await makeColor()];
      served.proxy.delay(500);
      const opened = await open({ scenario: 'Suspended', props: { a: a.key, b: b.key } });
      await shows(opened, { waiting: 'waiting' });
      const meanwhile = await read(opened, 'seen');
      served.proxy.delay(0);
      await shows(opened, { first: '"red"', other: '"red"' });
      await switchTo(a, false);
      await shows(opened, { first: '"blue"' });

      expect(meanwhile).toEqual({});
      expect(await read(opened, 'seen')).toEqual({ first: ['red', 'blue'], other: ['red'] });
      expect(opened.complaints).toEqual([]);
    });

    it('suspends for five seconds at most, and follows afterwards', async () => {
      const a = await makeColor();
      served.proxy.stall();
      const started = Date.now();
      const opened = await open({ scenario: 'Suspended', props: { a: a.key, b: a.key } });
      await shows(opened, { first: '"none"', other: '"none"' });
      const took = Date.now() - started;
      served.proxy.heal();
      await shows(opened, { first: '"red"', other: '"red"' });

      expect(took).toBeGreaterThanOrEqual(4_900);
    });

    it('does not suspend when the server refuses', async () => {
      const opened = await open({ scenario: 'Suspended', props: { a: 'a', b: 'b' } }, { key: 'fs_client_wrong' });

      await shows(opened, { first: '"none"', other: '"none"' });
      expect(await read(opened, 'client.status')).toBe('REFUSED');
    });

    it('waits with its children until there are flags, or until the time is over', async () => {
      const a = await makeColor();
      served.proxy.delay(500);
      const waiting = await open({ scenario: 'Gated', props: { a: a.key } });
      const hasty = await open({ scenario: 'Gated', props: { a: a.key, timeoutMs: 300 } });
      await shows(hasty, { first: '"none"' });
      const meanwhile = await textsOf(waiting.page);
      served.proxy.delay(0);
      await shows(waiting, { first: '"red"' });
      await shows(hasty, { first: '"red"' });

      expect(meanwhile).toEqual({ waiting: 'waiting' });
      expect(await read(waiting, 'seen')).toEqual({ first: ['red'] });
      expect(await read(hasty, 'seen')).toEqual({ first: ['none', 'red'] });
    });

    describe('on a page that the server has rendered', () => {
      const context = { targetingKey: 'ada', attributes: { country: 'de' } };
      const openRendered = async (shown: Shown, bootstrap?: Bootstrap): Promise<OpenedPage> =>
        browser.open(pages.urlOf(pages.renderPage({ ...shown, context, bootstrap })));
      const makeShop = async (): Promise<{ a: Made; b: Made; shown: Shown }> => {
        const a = await makeClientFlag({}, { targets: [{ variation: 'on', targetingKeys: ['ada'] }] });
        const b = await makeClientFlag();
        return { a, b, shown: { scenario: 'Shop', props: { a: a.key, b: b.key }, isHydrated: true } };
      };

      it('is hydrated with the bootstrap without an error, and is live', async () => {
        const { a, shown } = await makeShop();
        const bootstrap = await bootstrapFor(context);
        const opened = await openRendered(shown, bootstrap);
        const rendered = await textsOf(opened.page);

        await connect(opened, { context, bootstrap });
        await show(opened, shown);
        await shows(opened, { status: 'READY' });
        const before = await read(opened, 'counts');
        await switchTo(a, false);
        await shows(opened, { first: 'false', second: 'false', other: 'true' });

        expect(rendered).toEqual({ first: 'true', second: 'true', other: 'true', status: 'STALE' });
        expect(before).toEqual({ shop: 1, first: 1, second: 1, other: 1 });
        expect([await read(opened, 'recovered'), opened.complaints]).toEqual([[], []]);
      });

      it('is hydrated as it was rendered, although a flag has changed since', async () => {
        const { a, shown } = await makeShop();
        const bootstrap = await bootstrapFor(context);
        await switchTo(a, false);
        const opened = await openRendered(shown, bootstrap);

        await connect(opened, { context, bootstrap });
        await isReady(opened);
        await show(opened, shown);
        await shows(opened, { first: 'false', second: 'false', other: 'true', status: 'READY' });

        expect(await read(opened, 'seen')).toEqual({ first: [true, false], second: [true, false], other: [true] });
        expect([await read(opened, 'recovered'), opened.complaints]).toEqual([[], []]);
      });

      it('is hydrated with fallbacks where there was no bootstrap', async () => {
        const { shown } = await makeShop();
        const opened = await openRendered(shown);
        const rendered = await textsOf(opened.page);

        await connect(opened, { context });
        await isReady(opened);
        await show(opened, shown);
        await shows(opened, { first: 'true', second: 'true', other: 'true', status: 'READY' });

        expect(rendered).toEqual({ first: 'false', second: 'false', other: 'false', status: 'STARTING' });
        expect([await read(opened, 'recovered'), opened.complaints]).toEqual([[], []]);
      });

      it('does not suspend with a bootstrap, on the server or in the page', async () => {
        const a = await makeColor();
        const bootstrap = await bootstrapFor(context);
        const shown: Shown = { scenario: 'Suspended', props: { a: a.key, b: a.key }, isHydrated: true };
        const opened = await openRendered(shown, bootstrap);
        const rendered = await textsOf(opened.page);

        await connect(opened, { context, bootstrap });
        await show(opened, shown);
        await switchTo(a, false);
        await shows(opened, { first: '"blue"', other: '"blue"' });

        expect(rendered).toEqual({ first: '"red"', other: '"red"' });
        expect(await read(opened, 'seen')).toEqual({ first: ['red', 'blue'], other: ['red', 'blue'] });
        expect([await read(opened, 'recovered'), opened.complaints]).toEqual([[], []]);
      });
    });

    it('follows another context, and another client', async () => {
      const a = await makeClientFlag({}, { targets: [{ variation: 'off', targetingKeys: ['grace'] }] });
      const shown = { scenario: 'Alone', props: { a: a.key } };
      const opened = await open(shown, { context: { targetingKey: 'ada' } });
      await shows(opened, { first: 'true' });
      await opened.page.evaluate(`application.client.setContext({ targetingKey: 'grace' }).then(() => undefined)`);
      await shows(opened, { first: 'false' });
      await opened.page.evaluate('application.client.close()');
      await connect(opened, { context: { targetingKey: 'ada' } });
      await show(opened, shown);
      await shows(opened, { first: 'true' });
      await switchTo(a, false);
      await shows(opened, { first: 'false' });

      expect(opened.complaints).toEqual([]);
    });

    it('renders as often as it must when each of many components has a fallback of its own', async () => {
      const a = await makeColor();
      const opened = await open({ scenario: 'Rows', props: { a: a.key, length: 40 } });
      await shows(opened, { 'missing-39': '{"i":39}' });
      await isReady(opened);
      await eventually(async () => (await textsOf(opened.page))['row-39']?.startsWith('["red",null,'));
      const before = await read<Record<string, number>>(opened, 'counts');
      await switchTo(a, false);
      await eventually(async () => (await textsOf(opened.page))['row-39']?.startsWith('["blue",null,'));

      expect([before['row-0'], before['row-39'], before['missing-0'], before['missing-39']]).toEqual([2, 2, 1, 1]);
      expect(await read(opened, 'counts')).toMatchObject({ 'row-0': 3, 'row-39': 3, 'missing-0': 1, 'missing-39': 1 });
      expect(opened.complaints).toEqual([]);
    });

    describe('with flags of a test', () => {
      const openTest = async (scenario: string, props: object, values: object): Promise<OpenedPage> => {
        const opened = await browser.open(pages.urlOf());
        await opened.page.evaluate(`application.showTest(${JSON.stringify({ scenario, props, values })})`);
        return opened;
      };

      it('serves the values given at once, and changes them inside act', async () => {
        const opened = await openTest('Shop', { a: 'a', b: 'b' }, { a: true, b: false });
        const before = await textsOf(opened.page);
        await opened.page.evaluate(`application.act(() => { application.client.flags.set('b', true).setStatus('STALE'); })`);

        expect(before).toEqual({ first: 'true', second: 'true', other: 'false', status: 'READY' });
        expect(await textsOf(opened.page)).toEqual({ first: 'true', second: 'true', other: 'true', status: 'STALE' });
        expect(await read(opened, 'counts')).toEqual({ shop: 1, first: 1, second: 1, other: 2 });
        expect(opened.complaints).toEqual([]);
      });

      it('loses no change between render and subscription', async () => {
        const opened = await openTest('Racing', { a: 'a' }, { a: false });

        expect(await textsOf(opened.page)).toEqual({ first: 'true' });
        expect(await read(opened, 'seen')).toEqual({ first: [false, true] });
        expect(opened.complaints).toEqual([]);
      });

      it('keeps what components track', async () => {
        const opened = await openTest('Tracking', {}, {});
        await opened.page.click('#buy');

        expect(await read(opened, 'client.flags.tracked')).toEqual([{ event: 'bought', context: {}, details: { value: 3 } }]);
      });
    });

    it('says what is missing where there is no provider', () => {
      expect(() => pages.renderAlone({ scenario: 'Alone', props: { a: 'a' } })).toThrow(
        new Error('Hooks of @flagstaff/react need a <FlagstaffProvider client={…}> above.'),
      );
    });
  });
});
