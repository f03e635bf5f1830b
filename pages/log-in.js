// The log-in of the GraphiQL page: one for all of its windows and tabs, kept over reloads, and renewed before it ends. A refresh
// token may be used once, so windows take turns (a Web Lock) and each reads what the one before has kept.
import { ask } from './ask.js';

const KEPT = 'flagstaff:log-in';
/** An access token is renewed when it has less than this left. */
const MARGIN_MS = 60_000;

const TOKENS = 'accessToken refreshToken expiresAt userErrors { message }';
const LOG_IN = `mutation LogIn($input: LogInInput!) { logIn(input: $input) { ${TOKENS} } }`;
const REFRESH = `mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { ${TOKENS} } }`;

const listeners = [];

/** Calls `listener` whenever somebody logs in or out, in this window or another. */
export function onChange(listener) {
  listeners.push(listener);
}

addEventListener('storage', ({ key }) => {
  if (key === KEPT) for (const listener of listeners) listener();
});

/** `{ label, credential }` for a key; with `refreshToken` and `expiresAt` for a session. Null: nobody is logged in. */
export function current() {
  try {
    return JSON.parse(localStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

function keep(next) {
  if (next === null) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, JSON.stringify(next));
  for (const listener of listeners) listener();
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

export function useKey(credential) {
  keep({ label: `the key ${credential.slice(0, 16)}…`, credential });
}

/** Forgets the log-in here. The session itself is ended by `forget`. */
export async function logOut(forget) {
  if (current()?.refreshToken) await forget(await credential()).catch(() => undefined);
  keep(null);
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
  if (!isDue(kept)) return;
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
