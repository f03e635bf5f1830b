/** The examples with React, as somebody who copies them builds them: with Vite, and with Next, whose packages are fetched. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/package-root';
import { describeInBrowser, startBrowser, type BrowserWorld } from '../../support/browser';
import { makeHome, removeHomes } from '../../support/layout';
import { configure, eventually, makeApiKey, makeFlag, toggle, type Made } from '../../support/make';
import { createApplicationOf, type Application } from '../support/application';
import { serve, type Served } from '../support/served';

jest.setTimeout(900_000);

let served: Served;
let browser: BrowserWorld;
let flag: Made;
let clientKey: string;
beforeAll(async () => {
  served = await serve();
  flag = await makeFlag(served.project, { key: 'new-checkout', isClientAvailable: true });
  await configure(served.project, flag, served.environment, { targets: [{ variation: 'off', targetingKeys: ['grace'] }] });
  clientKey = await makeApiKey(served.project, served.environment, 'CLIENT');
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await served.close();
  removeHomes();
});

/** The example in a folder of its own, installed as its package.json says, with our packages from tarballs. */
function copyExample(name: string): Application {
  return createApplicationOf(makeHome(), join(PACKAGE_ROOT, 'examples', name));
}

/** Switches the flag until the test has seen what it waits for. */
async function opensLive(url: string): Promise<readonly unknown[]> {
  const { page, complaints } = await browser.open(`${url}/?user=ada`);
  const text = (): Promise<string | null> => page.locator('#checkout').textContent();
  await eventually(async () => (await page.locator('#status').textContent()) === 'READY');
  const before = await text();
  await toggle(served.project, flag, served.environment, false);
  await eventually(async () => (await text()) === 'The old checkout');
  await toggle(served.project, flag, served.environment, true);
  await eventually(async () => (await text()) === 'The new checkout');
  return [before, complaints];
}

/** Says nothing of our packages: a first build in CI, and that Next would rather have no edge. */
const OF_NEXT_ITSELF = /No build cache found|Edge Runtime is deprecated|Using edge runtime on a page/;

describeInBrowser('in a browser', () => {
  it('builds the page with Vite without a warning', () => {
    const { folder, run } = copyExample('vite-react');
    const built = run(join(folder, 'node_modules', '.bin', 'vite'), ['build'], { VITE_FLAGSTAFF_URL: served.url });

    expect(built).toContain('built in');
    expect(built).not.toMatch(/warn/i);
  });

  it('builds the application with Next without a warning; it is rendered on the server, hydrated and live', async () => {
    const { folder } = copyExample('next');
    const next = join(folder, 'node_modules', '.bin', 'next');
    const settings = {
      FLAGSTAFF_URL: served.url,
      FLAGSTAFF_SERVER_KEY: served.key,
      FLAGSTAFF_CLIENT_KEY: clientKey,
      NEXT_TELEMETRY_DISABLED: '1',
    };
    const built = spawnSync(next, ['build'], { cwd: folder, encoding: 'utf8', env: { ...process.env, ...settings } });
    const warnings = `${built.stdout}${built.stderr}`
      .split('\n')
      .filter((line) => line.includes('⚠') && !OF_NEXT_ITSELF.test(line));
    const child: ChildProcess = spawn(next, ['start', '--port', '0', '--hostname', '127.0.0.1'], {
      cwd: folder,
      env: { ...process.env, ...settings, NODE_ENV: 'production' },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const closed = once(child, 'close');
    try {
      const url = await eventually(async () => /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(output)?.[0]);
      const rendered = async (user: string): Promise<readonly (string | undefined)[]> => {
        const html = await (await fetch(`${url}/?user=${user}`)).text();
        return ['server', 'checkout', 'status'].map((id) => new RegExp(`<p id="${id}">([^<]*)`).exec(html)?.[1]);
      };

      expect([built.status, warnings]).toEqual([0, []]);
      expect(await rendered('ada')).toEqual(['new', 'The new checkout', 'STALE']);
      expect(await rendered('grace')).toEqual(['old', 'The old checkout', 'STALE']);
      expect(await (await fetch(`${url}/edge?user=ada`)).json()).toEqual({ checkout: 'new' });
      expect(await opensLive(url)).toEqual(['The new checkout', []]);
    } finally {
      process.kill(-child.pid!, 'SIGKILL');
      await closed;
    }
  });
});
