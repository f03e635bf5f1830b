// The log-in of the GraphiQL page: one for all of its windows and tabs, kept over reloads, and renewed before it ends. A refresh
// token may be used once, so windows take turns (a Web Lock) and each reads what the one before has kept.
import { ask } from './ask.js';

const KEPT = 'flagstaff:log-in';
/** An access token is renewed when it has less than this left. */
const MARGIN_MS = 60_000;

const TOKENS = 'accessToken refreshToken expiresAt userErrors { message }';
const LOG_IN = `mutation LogIn($input: LogInInput!) { logIn(input: $input) { ${TOKENS} } }`;
const WHO = 'query Who { viewer { apiKey { id } } }';
const LOG_OUT = 'mutation LogOut { logOut(input: {}) { userErrors { message } } }';
const REFRESH = `mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { ${TOKENS} } }`;

const listeners = [];

/** Calls `listener` with `current()` whenever somebody logs in or out, in this window or another, and when a log-in has ended. */
export function onChange(listener) {
  listeners.push(listener);
}

addEventListener('storage', ({ key }) => {
  if (key === KEPT) tellListeners();
});

/** `{ label, credential }` for a key; with `refreshToken` and `expiresAt` for a session. Null: nobody is logged in. */
export function current() {
  try {
    return JSON.parse(localStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

function tellListeners() {
  for (const listener of listeners) listener(current());
}

function keep(next) {
  if (next === null) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, JSON.stringify(next));
  tellListeners();
}

const sessionOf = (label, { accessToken, refreshToken, expiresAt }) => ({
  label,
  credential: accessToken,
  refreshToken,
  expiresAt,
});

export async function logIn(email, password) {
  const { logIn: payload } = await ask(LOG_IN, { input: { email, password } });
  if (payload.userErrors.length > 0) throw new Error(payload.userErrors.map(({ message }) => message).join(' '));
  keep(sessionOf(email, payload));
}

/** Keeps the key when the server knows it. Throws a sentence otherwise. */
export async function useKey(credential) {
  const { viewer } = await ask(WHO, {}, credential);
  if (!viewer?.apiKey) throw new Error('This is no API key.');
  keep({ label: `the key ${credential.slice(0, 16)}…`, credential });
}

/** Ends the session at the server, where it can be reached, and forgets the log-in here in any case. */
export async function logOut() {
  if (current()?.refreshToken) await ask(LOG_OUT, {}, await credential()).catch(() => undefined);
  keep(null);
}

/** Asks the server whether the log-in still holds, and forgets one that does not. A server that cannot be reached changes nothing. */
export function check() {
  return inTurn(async () => {
    const kept = current();
    if (kept === null) return;
    await ask(WHO, {}, kept.credential).catch(async ({ codes }) => {
      if (!codes?.includes('UNAUTHENTICATED')) return;
      if (kept.refreshToken) await refresh(kept).catch(() => undefined);
      else keep(null);
    });
  });
}

/** The value for an Authorization header; null when nobody is logged in. */
export async function credential() {
  if (isDue(current())) await inTurn(renew);
  return current()?.credential ?? null;
}

const isDue = (kept) => Boolean(kept?.refreshToken) && new Date(kept.expiresAt) - Date.now() < MARGIN_MS;

async function renew() {
  const kept = current();
  // Another window may have done it while this one waited.
  if (isDue(kept)) await refresh(kept);
}

async function refresh(kept) {
  const { refreshSession: payload } = await ask(REFRESH, { input: { refreshToken: kept.refreshToken } });
  keep(payload.userErrors.length > 0 ? null : sessionOf(kept.label, payload));
}

let turn = Promise.resolve();

/** Browsers have locks on https and localhost only; elsewhere, the turns are those of this window. */
function inTurn(work) {
  if (navigator.locks) return navigator.locks.request(KEPT, work);
  turn = turn.then(work, work);
  return turn;
}
