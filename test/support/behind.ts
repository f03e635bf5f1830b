/**
 * Puts two servers behind a real load balancer in the place of one, for a run of tests that need not know
 * (`npm run test:behind`). What cannot be tested there is named in `not-behind.json`, with the reason.
 */
import type { App } from '../../src/app';
import { PROXIES, type ProxyName } from './proxies';

const asked = process.env.FLAGSTAFF_TEST_BEHIND;

/** Null: tests ask their server itself. */
export const BEHIND: ProxyName | null = isProxyName(asked) ? asked : null;

/** The load balancer says where a request comes from. */
export const BEHIND_PROXY = BEHIND === null ? {} : { TRUSTED_PROXIES: 'loopback' };

function isProxyName(name: string | undefined): name is ProxyName {
  return name !== undefined && name in PROXIES;
}

/** Services, database and clock are those of the first; what is asked by HTTP and WebSocket goes to either. */
export async function startBehind(name: ProxyName, start: () => Promise<App>): Promise<App> {
  const first = await start();
  const second = await start();
  const proxy = await PROXIES[name]([first.url, second.url]);
  return {
    ...first,
    url: proxy.url,
    beginDrain: () => {
      first.beginDrain();
      second.beginDrain();
    },
    close: async () => {
      await second.close();
      await first.close();
      await proxy.stop();
    },
  };
}
