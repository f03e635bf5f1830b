/** What a server writes behind its requests, by timers, and never where a test can see when. */
import type { FailedAuthentications } from '../../../src/modules/access/failed-authentications';
import type { KeyUsage } from '../../../src/modules/access/key-usage';
import type { World } from '../../support/world';

/** Writes now what the timers would write, so that none of it falls into what is counted next. */
export async function writeWhatWaits({ app }: World): Promise<void> {
  const { apiKeys, sessions, usage } = app.services as unknown as {
    apiKeys: { options: { keyUsage: KeyUsage } };
    sessions: { options: { attempts: { options: { failures: FailedAuthentications } } } };
    usage: { flush: () => Promise<void> };
  };
  await apiKeys.options.keyUsage.flush();
  await sessions.options.attempts.options.failures.flush();
  await usage.flush();
}
