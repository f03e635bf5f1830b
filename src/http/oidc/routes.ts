/** `GET /auth/oidc/log-in` and `GET /auth/oidc/callback`: log-in through an OpenID provider (docs/OIDC.md). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AddressInfo } from 'node:net';
import { RequestFault } from '../../errors';
import type { AnonymousActor, RequestInfo } from '../../modules/access/actor';
import type { FailedAuthentications } from '../../modules/access/failed-authentications';
import type { OidcIdentity } from '../../modules/members/oidc-rules';
import type { BrowserSession } from '../../modules/accounts/session-service';
import type { OidcLogIn, OidcService } from '../../modules/members/oidc-service';
import { requestInfoOf, type TransportOptions } from '../transport';
import type { BegunLogIn, CookieOptions, LogInCookie } from './log-in-cookie';
import { logInPage, PAGE_POLICY } from './page';
import type { OidcProvider } from './provider';
import { returnPathOf, returnUrlOf } from './return-path';

/** Log-in through a provider, as built in the composition root. */
export interface Oidc {
  readonly provider: OidcProvider;
  readonly service: OidcService;
  readonly cookie: LogInCookie;
  readonly failed: FailedAuthentications;
  /** The base URL of the installation. Null: the address at which the server listens on this machine. */
  readonly publicUrl: string | null;
}

export interface OidcRouteOptions extends Pick<
  TransportOptions,
  'rateLimits' | 'isProduction' | 'allowedOrigins' | 'addressOf' | 'sessionCookies'
> {
  /** Null: no provider is configured. */
  readonly oidc: Oidc | null;
}

const LOG_IN_PATH = '/auth/oidc/log-in';
const CALLBACK_PATH = '/auth/oidc/callback';

/** Does nothing when no provider is configured. */
export function addOidc(app: FastifyInstance, options: OidcRouteOptions): void {
  const { oidc } = options;
  if (oidc === null) return;
  // A HEAD request would use the code up.
  const route = { exposeHeadRoute: false };
  app.get(LOG_IN_PATH, route, async (request, reply) => {
    options.rateLimits.logInAttempts(options.addressOf(request.raw), 1);
    const redirectUri = redirectUriOf(app, oidc);
    const to = returnPathOf(request.query, baseOf(redirectUri));
    const { url, secrets } = await oidc.provider.begin(redirectUri.href);
    keepPrivate(reply).header('set-cookie', oidc.cookie.set({ ...secrets, to }, cookieOptions(redirectUri, options)));
    return reply.redirect(url, 302);
  });
  app.get(CALLBACK_PATH, route, async (request, reply) => {
    keepPrivate(reply);
    options.rateLimits.logInAttempts(options.addressOf(request.raw), 1);
    const redirectUri = redirectUriOf(app, oidc);
    const cookie = cookieOptions(redirectUri, options);
    const attempt = { redirectUri, cookie, address: options.addressOf(request.raw) };
    const onOver = (): unknown => reply.header('set-cookie', oidc.cookie.clear(cookie));
    const ended = await endLogIn(request, attempt, oidc, onOver);
    if ('tokens' in ended) return sendTokens(request, reply, ended.tokens, originsOf(redirectUri, options));
    // Fastify adds to cookies that are set already.
    reply.header('set-cookie', options.sessionCookies.set(ended.session));
    return reply.redirect(returnUrlOf(ended.to, baseOf(redirectUri)).href, 303);
  });
}

/** The browser that logged in gets tokens, or a session and the page to go to. */
type EndedLogIn = { readonly tokens: OidcLogIn } | { readonly session: BrowserSession; readonly to: string };

interface LogInAttempt {
  readonly redirectUri: URL;
  readonly cookie: CookieOptions;
  /** Address that the request came from. */
  readonly address: string;
}

/** `onOver` is called as soon as this log-in is over, however it ends; not for a callback without a log-in of this browser. */
async function endLogIn(
  request: FastifyRequest,
  { redirectUri, cookie, address }: LogInAttempt,
  oidc: Oidc,
  onOver: () => void,
): Promise<EndedLogIn> {
  let identity: OidcIdentity | null = null;
  try {
    const currentUrl = new URL(redirectUri);
    currentUrl.search = request.url.split('?')[1] ?? '';
    const begun = begunLogInOf(oidc.cookie.read(request.headers.cookie, cookie), currentUrl);
    onOver();
    identity = await oidc.provider.end(currentUrl, begun);
    const requestInfo = { ...requestInfoOf(request.id, address, request.headers), idempotency: null };
    const actor: AnonymousActor = { kind: 'ANONYMOUS', request: requestInfo };
    const { to } = begun;
    if (to === null) return { tokens: await oidc.service.logIn(actor, identity) };
    return { session: await oidc.service.logInBrowser(actor, identity), to };
  } catch (error) {
    if (error instanceof RequestFault && isFailedAttempt(error))
      note({ address, userAgent: request.headers['user-agent'] ?? '' }, identity, oidc);
    throw error;
  }
}

/** The log-in that this browser began, if the callback belongs to it. */
function begunLogInOf(begun: BegunLogIn | null, { searchParams, pathname }: URL): BegunLogIn {
  // Begins with the base path of the installation.
  const startAgain = `Start again at ${pathname.replace(CALLBACK_PATH, LOG_IN_PATH)}.`;
  if (begun === null) {
    const message = `No log-in is in progress in this browser: its cookie is missing, was altered or is older than 10 minutes. ${startAgain}`;
    throw new RequestFault('BAD_REQUEST', message);
  }
  const once = (name: string): string | null => {
    const values = searchParams.getAll(name);
    return values.length === 1 ? (values[0] ?? null) : null;
  };
  if (once('state') !== begun.state) {
    throw new RequestFault('BAD_REQUEST', `The state does not match the log-in that this browser started. ${startAgain}`);
  }
  if ((once('code') === null) === (once('error') === null)) {
    throw new RequestFault('BAD_REQUEST', `The provider must send either a code or an error. ${startAgain}`);
  }
  return begun;
}

/** Whether the client, not the provider, caused the fault. */
function isFailedAttempt({ code }: RequestFault): boolean {
  return code === 'BAD_REQUEST' || code === 'UNAUTHENTICATED' || code === 'FORBIDDEN';
}

function note(
  caller: Pick<RequestInfo, 'address' | 'userAgent'>,
  identity: OidcIdentity | null,
  { failed }: Pick<Oidc, 'failed'>,
): void {
  const account = identity?.email ?? identity?.subject ?? null;
  failed.note({ kind: 'OIDC', ...caller, account });
}

function sendTokens(request: FastifyRequest, reply: FastifyReply, logIn: OidcLogIn, origins: readonly string[]): FastifyReply {
  const { accessToken, expiresAt, refreshToken, refreshExpiresAt, user } = logIn;
  const { id, email, name } = user;
  const answer = { accessToken, expiresAt, refreshToken, refreshExpiresAt, user: { id, email, name } };
  if (!wantsPage(request)) return reply.type('application/json; charset=utf-8').send(answer);
  reply.type('text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY);
  return reply.send(logInPage({ type: 'flagstaff:log-in', ...answer }, origins));
}

/** Browsers accept text/html when a person navigates to a page. */
function wantsPage({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? '').split(',').some((type) => type.split(';')[0]?.trim() === 'text/html');
}

/**
 * Forbids caching and the Referer header, because the URL contains the code. Keeps the opener throughout the log-in,
 * because it gets the tokens.
 */
function keepPrivate(reply: FastifyReply): FastifyReply {
  return reply.headers({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'unsafe-none',
  });
}

/** Ignores the Host header, which the client chooses. */
function redirectUriOf(app: FastifyInstance, { publicUrl }: Oidc): URL {
  const { port } = app.server.address() as AddressInfo;
  return new URL(`${publicUrl ?? `http://localhost:${port}`}${CALLBACK_PATH}`);
}

/** The base URL of the installation. */
function baseOf(redirectUri: URL): URL {
  return new URL(redirectUri.href.replace(CALLBACK_PATH, '/'));
}

function cookieOptions({ pathname, protocol }: URL, { isProduction }: OidcRouteOptions): CookieOptions {
  return { path: pathname.slice(0, pathname.lastIndexOf('/')), isSecure: isProduction || protocol === 'https:' };
}

/** The server's own origin, and those that may call it from browsers. */
function originsOf(redirectUri: URL, { allowedOrigins }: OidcRouteOptions): string[] {
  return [...new Set([redirectUri.origin, ...allowedOrigins.filter((origin) => URL.canParse(origin))])];
}
