/** examples/vite-react: built by Vite with the packages as npm installs them, and opened in Chromium, with a real server. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/package-root';
import { describeInBrowser, startBrowser, type BrowserWorld } from '../../support/browser';
import { lend, makeHome, removeHomes } from '../../support/layout';
import { configure, makeApiKey, makeFlag, toggle, type Made } from '../../support/make';
import { createApplicationWith } from '../support/application';
import { serve, type Served } from '../support/served';

jest.setTimeout(600_000);

const TYPES: { readonly [end: string]: string } = { '.html': 'text/html', '.js': 'text/javascript' };

describeInBrowser('given the page of examples/vite-react', () => {
  let served: Served;
  let browser: BrowserWorld;
  let site: Server;
  let origin: string;
  let flag: Made;

  beforeAll(async () => {
    const application = createApplicationWith(makeHome(), join(PACKAGE_ROOT, 'test', 'packages', 'consumers', 'tools'));
    const folder = join(application.folder, 'vite-react');
    lend(join(PACKAGE_ROOT, 'examples', 'vite-react'), folder);
    site = createServer((request, response) => {
      const path = new URL(request.url!, origin).pathname.replace(/\/$/, '/index.html');
      response.setHeader('content-type', TYPES[extname(path)] ?? 'text/plain');
      response.end(readFileSync(join(folder, 'dist', path)));
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    served = await serve({ ALLOWED_ORIGINS: origin });
    const { project, environment } = served;
    flag = await makeFlag(project, { key: 'new-checkout', isClientAvailable: true });
    await configure(project, flag, environment, { targets: [{ variation: 'off', targetingKeys: ['grace'] }] });
    const variables = {
      VITE_FLAGSTAFF_URL: served.world.app.url,
      VITE_FLAGSTAFF_KEY: await makeApiKey(project, environment, 'CLIENT'),
    };
    application.write(
      'build.mjs',
      `Object.assign(process.env, ${JSON.stringify(variables)}); await import('vite').then(({ build }) => build({ root: 'vite-react', logLevel: 'warn' }));`,
    );
    application.run(process.execPath, ['build.mjs']);
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await served.close();
    site.close();
    removeHomes();
  });

  it('shows the flag of its user, follows it, and goes over to another user', async () => {
    const { page, complaints } = await browser.open(`${origin}/?user=ada`);
    const { project, environment } = served;

    await page.waitForSelector('text=New checkout');
    await toggle(project, flag, environment, false);
    await page.waitForSelector('text=Old checkout');
    await toggle(project, flag, environment, true);
    await page.waitForSelector('text=New checkout');
    await page.click('text=Be Grace');
    await page.waitForSelector('text=Old checkout');

    expect(await page.textContent('p')).toBe('Be Grace Flags are READY.');
    expect(complaints).toEqual([]);
  });
});
