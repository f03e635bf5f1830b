/** The provider for pages in Chromium, bundled with both SDKs, with a real server. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeInBrowser, startBrowser, type BrowserWorld } from '../../support/browser';
import { configure, makeApiKey, makeFlag, toggle, type Made } from '../../support/make';
import { bundlePage } from '../support/builds';
import { serve, type Served } from '../support/served';

const PROGRAM = `
import { createWebProvider } from '@flagstaff/openfeature-web';
import { createWebClient } from '@flagstaff/web-sdk';
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';

export { OpenFeature };
export const told = [];
export async function begin(url, key, context) {
  await OpenFeature.setContext(context);
  await OpenFeature.setProviderAndWait(createWebProvider(createWebClient({ url, key })));
  for (const [name, type] of Object.entries(ProviderEvents)) OpenFeature.addHandler(type, () => told.push(name));
}
export const value = (key) => OpenFeature.getClient().getBooleanValue(key, false);
`;

describeInBrowser('given a page that uses OpenFeature', () => {
  let served: Served;
  let browser: BrowserWorld;
  let site: Server;
  let key: string;
  let flag: Made;

  beforeAll(async () => {
    const script = bundlePage(PROGRAM);
    site = createServer((request, response) => {
      const isScript = request.url === '/program.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(
        isScript
          ? script
          : '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script src="/program.js"></script>',
      );
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    served = await serve({ ALLOWED_ORIGINS: origin });
    key = await makeApiKey(served.project, served.environment, 'CLIENT');
    flag = await makeFlag(served.project, { isClientAvailable: true });
    const targets = [{ variation: 'on', targetingKeys: ['ada'] }];
    await configure(served.project, flag, served.environment, { targets, fallthrough: { variation: 'off' } });
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await served.close();
    site.close();
  });

  it('serves the context that is set, follows changes and goes over to another context', async () => {
    const { page, complaints } = await browser.open(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    const evaluate = <T>(text: string): Promise<T> => page.evaluate<T>(text);
    const begun = `flagstaff.begin(${JSON.stringify(served.world.app.url)}, ${JSON.stringify(key)}, { targetingKey: 'ada' })`;
    const value = `flagstaff.value(${JSON.stringify(flag.key)})`;

    await evaluate(begun);
    const first = await evaluate(value);
    await toggle(served.project, flag, served.environment, false);
    await page.waitForFunction(`!${value}`);
    await toggle(served.project, flag, served.environment, true);
    await page.waitForFunction(value);
    await evaluate(`flagstaff.OpenFeature.setContext({ targetingKey: 'grace' })`);
    const other = await evaluate(value);

    expect([first, other]).toEqual([true, false]);
    expect(await evaluate('flagstaff.told')).toEqual([
      ...['Ready', 'ConfigurationChanged', 'ConfigurationChanged', 'Reconciling', 'ConfigurationChanged', 'ContextChanged'],
    ]);
    expect(complaints).toEqual([]);
  });
});
