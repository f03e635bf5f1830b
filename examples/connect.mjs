// What the examples share: where the server is, what they are given, and how they say what is wrong. Plain Node.

/** Ends the program with one sentence. 1: refused or failed; 2: called in a wrong way. */
export function fail(sentence, code = 1) {
  process.stderr.write(`${sentence}\n`);
  process.exit(code);
}

/**
 * `http://…/graphql`, from FLAGSTAFF_URL in whatever form it was given (http or ws, with or without /graphql), or else from PORT,
 * as the server reads it.
 */
export function graphqlUrl() {
  const given = process.env.FLAGSTAFF_URL || `http://localhost:${process.env.PORT || 4000}`;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !/^(http|ws)s?:$/.test(url.protocol)) {
    fail(`FLAGSTAFF_URL is ${JSON.stringify(given)}; it must be a URL such as http://localhost:4000.`, 2);
  }
  const path = url.pathname.replace(/\/(graphql\/?)?$/, '');
  return `${url.protocol.replace('ws', 'http')}//${url.host}${path}/graphql`;
}

/** The same, for subscriptions. */
export function socketUrl() {
  return graphqlUrl().replace(/^http/, 'ws');
}

/** The value of a variable; ends the program when it is not set. `what` says what to set it to. */
export function given(name, what) {
  // Files from Windows end lines with CR, too.
  const value = process.env[name]?.trim();
  if (value) return value;
  return fail(`${name} is not set: it must be ${what}.`, 2);
}

/** Sends one operation and returns its data. Throws what `sentenceFor` understands, also for user errors of a mutation. */
export async function ask(query, variables = {}, credential = null) {
  const response = await fetch(graphqlUrl(), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(credential ? { authorization: `Bearer ${credential}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json().catch(() => ({}));
  if (errors) throw errors;
  if (!data) throw Object.assign(new Error('no GraphQL answer'), { response: { status: response.status } });
  const userErrors = userErrorsIn(data);
  if (userErrors.length > 0) throw userErrors;
  return data;
}

/** The user errors of every mutation in an answer. */
export function userErrorsIn(data) {
  return Object.values(data ?? {}).flatMap((payload) => payload?.userErrors ?? []);
}

/** A sentence for whatever went wrong with a request. */
export function sentenceFor(error) {
  const causes = [error, error?.cause, ...(error?.cause?.errors ?? []), ...(error?.errors ?? [])];
  if (causes.some((cause) => ['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET', 'ETIMEDOUT'].includes(cause?.code))) {
    return `No server answers at ${graphqlUrl()}: start one with npm start, or set FLAGSTAFF_URL or PORT to where it is.`;
  }
  if (error?.message === 'fetch failed')
    return `${graphqlUrl()} cannot be reached: ${error.cause?.message ?? 'no reason is known'}.`;
  const refusals = error?.response?.errors ?? (Array.isArray(error) ? error : null);
  if (refusals) return refusals.map(({ message, code }) => message ?? code).join(' ');
  if (error?.response?.status) return `${graphqlUrl()} answered with status ${error.response.status}, and not as GraphQL does.`;
  return error?.message || String(error);
}
