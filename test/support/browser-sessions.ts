/** Sessions as browsers have them: requests with the headers that a browser adds by itself, and the cookie it keeps. */
import { JSON_HEADERS, send, type RawAnswer } from './raw';
import { PASSWORD } from './members';
import type { World } from './world';

export type Headers = Readonly<Record<string, string>>;

/** The headers that a browser adds for a page of the server. */
export const OWN_PAGE: Headers = { 'sec-fetch-site': 'same-origin' };

export function askForSession(
  world: Pick<World, 'url'>,
  { email }: { readonly email: string },
  { password = PASSWORD, headers = OWN_PAGE }: { readonly password?: string; readonly headers?: Headers } = {},
): Promise<RawAnswer> {
  const body = JSON.stringify({ email, password });
  return send(world, { path: '/auth/session', headers: { ...JSON_HEADERS, ...headers }, body });
}

/** The `Cookie` header of a browser that has logged in. */
export async function logInBrowser(
  world: Pick<World, 'url'>,
  account: { readonly email: string },
  password = PASSWORD,
): Promise<string> {
  const { status, headers, body } = await askForSession(world, account, { password });
  if (status !== 204) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return (headers['set-cookie'] as string[])[0]!.split(';')[0]!;
}

/** The secret in the cookie. */
export const secretIn = (cookie: string): string => cookie.slice(cookie.indexOf('=') + 1);

const VIEWER = '{ viewer { user { email } } }';

/** The caller as a page of the server sees it: the e-mail, `nobody`, or the status of a refusal. */
export async function whoIs(world: Pick<World, 'url'>, cookie: string, headers: Headers = OWN_PAGE): Promise<string | number> {
  const body = JSON.stringify({ query: VIEWER });
  const answer = await send(world, { headers: { ...JSON_HEADERS, cookie, ...headers }, body });
  if (answer.status !== 200) return answer.status;
  const { data } = answer.body as { data: { viewer: { user: { email: string } } | null } };
  return data.viewer?.user.email ?? 'nobody';
}
