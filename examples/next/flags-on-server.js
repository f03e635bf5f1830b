import { createServerClient } from '@flagstaff/server-sdk';

/** One client for the process, made when the first request comes: a build needs none. */
export function flagsOnServer() {
  globalThis.flagstaff ??= createServerClient({ url: process.env.FLAGSTAFF_URL, key: process.env.FLAGSTAFF_SERVER_KEY });
  return globalThis.flagstaff;
}
