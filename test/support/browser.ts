/** A real browser for pages of ours: Chromium as the system has it, driven by playwright-core, which downloads none. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const executablePath = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find(isExecutable);

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A missing browser is a failure in CI, not a reason to leave tests out. Looks at `describe` only when it is called: this module
 * outlives the test file that loaded it, and `describe` belongs to one file.
 */
export const describeInBrowser = (name: string, tests: () => void): void =>
  (executablePath !== undefined || process.env.CI ? describe : sayingWhy(describe.skip))(name, tests);

function sayingWhy(skip: jest.Describe): jest.Describe {
  process.stderr.write(`Tests in a browser are left out: none of ${NAMES.join(', ')} is on the PATH.\n`);
  return skip;
}

export interface OpenedPage {
  readonly page: Page;
  /** Complaints of the browser: errors of scripts, refusals of the policy, files that were not there. */
  readonly complaints: string[];
}

export interface BrowserWorld {
  readonly open: (url: string, options?: BrowserContextOptions) => Promise<OpenedPage>;
  readonly close: () => Promise<void>;
}

export const PHONE: BrowserContextOptions = {
  viewport: { width: 320, height: 640 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};
export const DARK: BrowserContextOptions = { colorScheme: 'dark' };

export async function startBrowser(): Promise<BrowserWorld> {
  if (executablePath === undefined) throw new Error(`A browser is needed: one of ${NAMES.join(', ')}.`);
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  return {
    // Each has a profile of its own: nothing is left of the page before.
    open: async (url, options) => {
      const page = await (await browser.newContext(options)).newPage();
      page.setDefaultTimeout(30_000);
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(url);
      return { page, complaints };
    },
    close: () => browser.close(),
  };
}
