/** The web SDK in Chromium, in pages of another origin than the server's: what only a browser has. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PACKAGE_ROOT } from '../../../src/package-root';
import { describeInBrowser, startBrowser, type BrowserWorld } from '../../support/browser';
import { configure, eventually, makeApiKey, makeFlag, toggle, type Made } from '../../support/make';
import { bundleBy } from '../support/builds';
import { startHttpProxy, type HttpProxy } from '../support/http-proxy';
import { serve, type Served } from '../support/served';

const SOURCE = join(PACKAGE_ROOT, 'packages', 'web-sdk', 'src');
const PROGRAM = `
import { createWebClient } from ${JSON.stringify(join(SOURCE, 'index.ts'))};
import { createSharedWebClient } from ${JSON.stringify(join(SOURCE, 'tabs.ts'))};
export const statuses = [];
export let client;
export function begin(options, isShared) {
  client = (isShared ? createSharedWebClient : createWebClient)(options);
  client.on('status', ({ status, via }) => statuses.push(status + ' ' + via));
  return { status: client.status, all: [...client.all().keys()] };
}
`;

type Begin = { readonly status: string; readonly all: readonly string[] };

describeInBrowser('given pages of another origin', () => {
  let served: Served;
  let browser: BrowserWorld;
  let site: Server;
  let proxy: HttpProxy;
  let key: string;
  let flag: Made;

  beforeAll(async () => {
    const script = bundleBy({
      stdin: { contents: PROGRAM, resolveDir: PACKAGE_ROOT },
      ...{ format: 'iife', globalName: 'flagstaff', target: ['chrome94'] },
    });
    site = createServer((request, response) => {
      const isScript = request.url === '/program.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      const page = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script src="/program.js"></script>';
      response.end(isScript ? script : page);
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    served = await serve();
    key = await makeApiKey(served.project, served.environment, 'CLIENT');
    flag = await makeFlag(served.project, { isClientAvailable: true });
    await configure(served.project, flag, served.environment);
    browser = await startBrowser();
  });

  beforeEach(async () => {
    proxy = await startHttpProxy(Number(new URL(served.world.url).port));
    await toggle(served.project, flag, served.environment, true);
  });

  afterEach(() => proxy.stop().catch(() => undefined));

  afterAll(async () => {
    await browser.close();
    site.close();
    site.closeAllConnections();
    await served.close();
  });

  const address = (): string => `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  const sockets = (): number => proxy.seen.filter(({ path }) => path === 'socket').length;

  const begin = (page: Page, options: object = {}, isShared = false): Promise<Begin> =>
    run(
      page,
      `flagstaff.begin(${JSON.stringify({ url: proxy.url, key, context: { targetingKey: 'ada' }, ...options })}, ${isShared})`,
    );
  const run = <T>(page: Page, expression: string): Promise<T> => page.evaluate<T>(expression);
  const valueOf = (page: Page): Promise<boolean> => run(page, `flagstaff.client.boolean(${JSON.stringify(flag.key)}, false)`);
  const ready = (page: Page): Promise<string> =>
    run(page, 'flagstaff.client.waitUntilReady().then(({ status, via }) => status + " " + via)');

  it.each([['websocket'], ['sse'], ['poll']])('follows by %s, with no complaint of the browser', async (transport) => {
    const { page, complaints } = await browser.open(address());
    await begin(page, { transports: [transport], pollSeconds: 5 });

    const status = await ready(page);
    const before = await valueOf(page);
    await toggle(served.project, flag, served.environment, false);
    await eventually(async () => !(await valueOf(page)));

    expect([status, before, complaints]).toEqual([`READY ${transport}`, true, []]);
  });

  it('shows at the next visit what it remembers, before the server has answered, and nothing of another context', async () => {
    const { page } = await browser.open(address());
    await begin(page);
    await ready(page);
    await page.reload();
    await proxy.stop();

    const again = await begin(page);
    const value = await valueOf(page);
    await page.reload();
    const other = await begin(page, { context: { targetingKey: 'grace' } });

    expect([again.status, value]).toEqual(['STALE', true]);
    expect(again.all).toContain(flag.key);
    expect(other).toEqual({ status: 'STARTING', all: [] });
    expect(await run(page, 'JSON.stringify(localStorage).includes("ada")')).toBe(false);
  });

  it('works where the page may store nothing', async () => {
    const { page } = await browser.open(address());
    await run(page, 'Object.defineProperty(globalThis, "localStorage", { get() { throw new Error("denied"); } })');
    await begin(page);

    expect(await ready(page)).toMatch(/^READY/);
  });

  it('reports what was served when the page is closed, as much as goes with it, and the rest at the next visit', async () => {
    const { page } = await browser.open(address());
    await begin(page);
    await ready(page);
    await valueOf(page);
    const keys = Array.from({ length: 900 }, (_, i) => `${'k'.repeat(60)}-${i}`);
    await run(page, `${JSON.stringify(keys)}.forEach((key) => flagstaff.client.reports.counts.addNamed(key, 'on'))`);
    const next = await page.context().newPage();

    await page.close({ runBeforeUnload: true });
    const counted = (): string[] => {
      const bodies = proxy.seen.filter(({ path }) => path === 'report').map(({ body }) => body);
      return bodies.flatMap((body) =>
        (JSON.parse(body) as { variables: { input: { counts: { flagKey: string }[] } } }).variables.input.counts.map(
          ({ flagKey }) => flagKey,
        ),
      );
    };
    await eventually(async () => counted().includes(flag.key));
    const first = counted().length;
    await next.goto(address());
    await begin(next);
    await ready(next);
    await run(next, 'flagstaff.client.flush()');
    await eventually(async () => new Set(counted()).size === 901);

    expect(first).toBeLessThan(901);
    expect(Math.max(...proxy.seen.filter(({ path }) => path === 'report').map(({ body }) => body.length))).toBeGreaterThan(1_000);
  });

  it('closes the connection of a page that nobody looks at, and opens it again', async () => {
    const { page } = await browser.open(address());
    await begin(page, { hiddenSeconds: 0 });
    await ready(page);
    const show = (state: string): Promise<unknown> =>
      run(
        page,
        `Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
         document.dispatchEvent(new Event('visibilitychange'))`,
      );

    await show('hidden');
    await eventually(async () => (await run(page, 'flagstaff.client.status')) === 'STALE');
    await toggle(served.project, flag, served.environment, false);
    const hidden = [sockets(), await valueOf(page)];
    await show('visible');
    await eventually(async () => (await run(page, 'flagstaff.client.status')) === 'READY');

    expect(hidden).toEqual([1, true]);
    expect([sockets(), await valueOf(page)]).toEqual([2, false]);
  });

  it('shares one connection among tabs, and another one takes over when the tab that holds it is closed', async () => {
    const first = (await browser.open(address())).page;
    const tabs = [first, await first.context().newPage(), await first.context().newPage()];
    for (const page of tabs.slice(1)) await page.goto(address());
    for (const page of tabs) {
      await begin(page, {}, true);
      expect(await ready(page)).toBe('READY websocket');
    }
    const shared = sockets();

    await toggle(served.project, flag, served.environment, false);
    for (const page of tabs) await eventually(async () => !(await valueOf(page)));
    await first.close();
    await eventually(async () => sockets() === 2);
    await toggle(served.project, flag, served.environment, true);
    for (const page of tabs.slice(1)) await eventually(() => valueOf(page));

    expect([shared, sockets()]).toEqual([1, 2]);
  });

  it('gives a tab of another context a connection of its own', async () => {
    const { page } = await browser.open(address());
    const other = await page.context().newPage();
    await other.goto(address());
    await begin(page, {}, true);
    await begin(other, { context: { targetingKey: 'grace' } }, true);

    expect(await Promise.all([ready(page), ready(other)])).toEqual(['READY websocket', 'READY websocket']);
    expect(sockets()).toBe(2);
  });
});
