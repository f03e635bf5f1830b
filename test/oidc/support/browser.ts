/** A browser that goes where it is sent, with its cookies, and fills in the pages of the provider. */
import type { App } from '../../../src/app';

/** The servers of the tests are said to be here; nothing listens there. */
export const PUBLIC_URL = 'http://flags.test';

export interface Begun {
  /** The URL at the provider that the server sent the browser to. */
  readonly location: URL;
  /** `name=value` of the log-in's cookie. */
  readonly cookie: string;
  readonly setCookie: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Null when it is not JSON. */
  readonly body: unknown;
}

/** `to`: the page that the callback is to lead to, with a cookie of the session. */
export async function beginLogIn({ url }: Pick<App, 'url'>, to?: string): Promise<Begun> {
  const query = to === undefined ? '' : `?to=${encodeURIComponent(to)}`;
  const response = await fetch(`${url}/auth/oidc/log-in${query}`, { redirect: 'manual' });
  if (response.status !== 302) throw new Error(`${response.status}: ${await response.text()}`);
  const [setCookie = ''] = response.headers.getSetCookie();
  return { location: new URL(response.headers.get('location')!), cookie: setCookie.split(';')[0]!, setCookie };
}

/** The callback, as the browser makes it that comes back from the provider. */
export async function callBack(
  { url }: Pick<App, 'url'>,
  search: string | Record<string, string>,
  cookie: string | null,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const query = typeof search === 'string' ? search : `?${new URLSearchParams(search).toString()}`;
  return answerOf(
    await fetch(`${url}/auth/oidc/callback${query}`, {
      redirect: 'manual',
      headers: { accept: 'application/json', ...headers, ...(cookie === null ? {} : { cookie }) },
    }),
  );
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Status, code and message of a refusal. */
export function refusalIn({ status, body }: Answer): { status: number; code: string; message: string } {
  const [error] = (body as { errors: { message: string; extensions: { code: string } }[] }).errors;
  return { status, code: error!.extensions.code, message: error!.message };
}

const STEPS_MAX = 20;

/** Logs in at the provider as `login`, consents, and answers with what the provider sends the browser back. */
export async function passProvider(location: URL, login: string): Promise<URL> {
  const jar = new Map<string, string>();
  let next: { url: URL; form: Record<string, string> | null } = { url: location, form: null };
  for (let step = 0; step < STEPS_MAX; step++) {
    const response = await fetch(next.url, {
      redirect: 'manual',
      method: next.form ? 'POST' : 'GET',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(next.form ? { body: new URLSearchParams(next.form) } : {}),
    });
    keep(jar, response);
    const target = response.headers.get('location');
    if (target !== null) {
      const url = new URL(target, next.url);
      if (url.origin === PUBLIC_URL) return url;
      next = { url, form: null };
    } else {
      const prompt = /name="prompt" value="(\w+)"/.exec(await response.text())?.[1];
      if (prompt === undefined) throw new Error(`The provider answered ${response.status} at ${next.url.pathname}.`);
      next = { url: next.url, form: prompt === 'login' ? { prompt, login, password: 'any' } : { prompt } };
    }
  }
  throw new Error('The provider never sends back.');
}

function keep(jar: Map<string, string>, response: Response): void {
  for (const cookie of response.headers.getSetCookie()) {
    const [name = '', value = ''] = cookie.split(';')[0]!.split(/=(.*)/s);
    if (value === '') jar.delete(name);
    else jar.set(name, value);
  }
}

/** All of a log-in. */
export async function logInAs(app: Pick<App, 'url'>, login: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { location, cookie } = await beginLogIn(app);
  const back = await passProvider(location, login);
  return callBack(app, back.search, cookie, headers);
}
