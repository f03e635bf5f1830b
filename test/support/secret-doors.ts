/** The ways by which a text comes into a server. Each sends it once, and answers all that came back. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { openSocket } from './raw-socket';
import { authorization } from './world';

export interface Target {
  readonly url: string;
  /** The secrets of a SERVER key and of a session, for doors that ask for a credential first. */
  readonly key: string;
  readonly token: string;
}

export type Door = (text: string, target: Target) => Promise<string>;

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** Status, headers and body of the answer, as one text. `node:http` sends header fields that `fetch` does not. */
function send({ url }: Pick<Target, 'url'>, { path = '/graphql', method = 'POST', headers = {}, body }: Sent): Promise<string> {
  const { hostname, port } = new URL(url);
  const fields = { ...(body === undefined ? {} : JSON_TYPE), ...headers };
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers: fields, agent: false }, (response) => {
      let text = `${response.statusCode}\n${response.rawHeaders.join('\n')}\n`;
      // A stream that a ticket opens has no end.
      if (response.headers['content-type']?.startsWith('text/event-stream')) response.destroy();
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject).on('close', () => resolve(text));
    });
    outgoing.on('error', reject).end(body);
  });
}

const query = (text: string, variables: object = {}): string => JSON.stringify({ query: text, variables });

/** Sends GraphQL, with a credential or without. */
const asks =
  (makeBody: (text: string) => string, credentialOf: (target: Target) => string | undefined = () => undefined): Door =>
  (text, target) =>
    send(target, { headers: authorization(credentialOf(target)), body: makeBody(text) });

const withHeader =
  (name: string, valueOf: (text: string) => string = (text) => text): Door =>
  (text, target) =>
    send(target, { headers: { ...authorization(target.key), [name]: valueOf(text) }, body: query('{ __typename }') });

/** The cookie of a session, as a page of the server sends it. */
const withCookie =
  (method: string, path: string, more: Readonly<Record<string, string>> = { 'sec-fetch-site': 'same-origin' }): Door =>
  (text, target) =>
    send(target, {
      method,
      path,
      headers: { ...more, cookie: `__Host-flagstaff_session=${text}; flagstaff_session=${text}` },
      body: method === 'POST' ? query('{ viewer { user { id } } }') : undefined,
    });

const withoutKey =
  (valueOf: (text: string) => string): Door =>
  (text, target) =>
    send(target, { headers: { authorization: valueOf(text) }, body: query('{ viewer { apiKey { id } } }') });

const visits =
  (pathOf: (text: string) => string, method = 'GET'): Door =>
  (text, target) =>
    send(target, { path: pathOf(encodeURIComponent(text)), method, headers: { 'apollo-require-preflight': 'yes' } });

const LOG_IN = 'mutation ($input: LogInInput!) { logIn(input: $input) { accessToken userErrors { code message } } }';
const inline = (field: string, input: string): string =>
  query(`mutation { ${field}(input: { ${input} }) { userErrors { code message } } }`);
const quoted = (text: string): string => JSON.stringify(text);
const evaluate = (text: string): string =>
  query(
    `{ evaluate(contexts: [{ targetingKey: ${quoted(text)}, attributes: { name: ${quoted(text)}, list: [${quoted(text)}] } }]) { revision } }`,
  );

const OPERATIONS: Record<string, Door> = {
  'a variable': asks((text) => query(LOG_IN, { input: { email: 'a@example.com', password: text } })),
  'a variable beside one of the wrong type': asks((text) => query(LOG_IN, { input: { email: 5, password: text } })),
  'a variable of the wrong type': asks((text) => query(LOG_IN, { input: { email: 'a@example.com', password: [text] } })),
  'a variable instead of an object': asks((text) => query(LOG_IN, { input: text })),
  'variables instead of an object': asks((text) => JSON.stringify({ query: LOG_IN, variables: text })),
  'a variable that is not declared': asks((text) => query(LOG_IN, { input: { email: '', password: '' }, more: text })),
  'a literal': asks((text) => inline('logIn', `email: "a@example.com", password: ${quoted(text)}`)),
  'a literal as a reset token': asks((text) => inline('resetPassword', `token: ${quoted(text)}, newPassword: ${quoted(text)}`)),
  'a literal as a refresh token': asks((text) => inline('refreshSession', `refreshToken: ${quoted(text)}`)),
  'a literal as an invitation': asks((text) =>
    inline('acceptInvitation', `token: ${quoted(text)}, name: "A", password: ${quoted(text)}`),
  ),
  'a literal as a set-up token': asks((text) =>
    inline('createFirstOwner', `setUpToken: ${quoted(text)}, email: "a@example.com", name: "A", password: ${quoted(text)}`),
  ),
  'a literal as a current password': asks(
    (text) => inline('changePassword', `currentPassword: ${quoted(text)}, newPassword: "sh0rt"`),
    ({ token }) => token,
  ),
  'a literal of a field that is not there': asks((text) => inline('logIn', `email: "a@example.com", pasword: ${quoted(text)}`)),
  'a literal before an error of syntax': asks((text) => query(`{ logIn(input: { password: ${quoted(text)} ) }`)),
  'a literal where a name belongs': asks((text) => query(`mutation { ${quoted(text)} }`)),
  'a block string': asks((text) => inline('logIn', `email: "a@example.com", password: """${text}""" 5`)),
  'a context': asks(evaluate, ({ key }) => key),
  'a context in a variable': asks(
    (text) =>
      query('query ($c: EvaluationContextInput!) { evaluate(contexts: [$c]) { revision } }', {
        c: { targetingKey: text, attributes: { [`x${text.length}`]: text, nested: { deep: text } } },
      }),
    ({ key }) => key,
  ),
  'a context of the wrong type': asks(
    (text) =>
      query('query ($c: EvaluationContextInput!) { evaluate(contexts: [$c]) { revision } }', {
        c: { targetingKey: 5, attributes: text },
      }),
    ({ key }) => key,
  ),
};

const HEADERS: Record<string, Door> = {
  'Authorization: Bearer': withoutKey((text) => `Bearer ${text}`),
  'Authorization without a scheme': withoutKey((text) => text),
  'Authorization: Basic': withoutKey((text) => `Basic ${Buffer.from(`${text}:${text}`).toString('base64')}`),
  'Authorization twice': withoutKey((text) => `Bearer ${text}, Bearer ${text}`),
  ...Object.fromEntries(
    [
      'x-api-key',
      'api-key',
      'x-auth-token',
      'proxy-authorization',
      'cookie',
      'idempotency-key',
      'if-none-match',
      'tracestate',
    ].map((name) => [name, withHeader(name, name === 'cookie' ? (text) => `session=${text}; fs=${text}` : undefined)]),
  ),
  'user-agent': withHeader('user-agent'),
  referer: withHeader('referer', (text) => `https://example.com/?token=${text}`),
  traceparent: withHeader('traceparent', (text) => `00-${text}-01`),
  baggage: withHeader('baggage', (text) => `key=${text}`),
  'content-type': withHeader('content-type', (text) => `application/${text}`),
  origin: withHeader('origin', (text) => `https://${text.replaceAll(/[^a-z0-9]/gi, '')}.example`),
};

const URLS: Record<string, Door> = {
  ...Object.fromEntries(
    [
      '/graphql',
      '/graphql/stream',
      '/ofrep/v1/event-stream',
      '/environments/test/flags',
      '/metrics',
      '/livez',
      '/auth/oidc/log-in',
      '/reset-password',
      '/accept-invitation',
      '/nowhere',
      '/organizations/organization_0/audit-log.jsonl',
    ].map((path) => [
      `the query of ${path}`,
      visits((text) => `${path}?authorization=Bearer%20${text}&token=${text}&ticket=${text}&api_key=${text}&${text}`),
    ]),
  ),
  'the query of OFREP': visits((text) => `/ofrep/v1/evaluate/flags?api_key=${text}`, 'POST'),
  'the query of the callback of a provider': visits((text) => `/auth/oidc/callback?code=${text}&state=${text}&error=${text}`),
  'variables in the query of GraphQL': visits(
    (text) => `/graphql?query=query($id:ID!){node(id:$id){id}}&variables={"token":"${text}","id":"x"}&extensions={"a":"${text}"}`,
  ),
  'malformed variables in the query of GraphQL': visits((text) => `/graphql?query={__typename}&variables={"token":"${text}"`),
};

const BODIES: Record<string, Door> = {
  'a body that ends too early': (text, target) =>
    send(target, { body: `{"query":"{ __typename }","variables":{"password":"${text}"` }),
  'a body that is no JSON from the beginning': (text, target) => send(target, { body: `${text} {` }),
  'a body of one JSON string': (text, target) => send(target, { body: quoted(text) }),
  'a body with the text beside JSON': (text, target) => send(target, { body: `{"password": ${text}}` }),
  'a list': (text, target) => send(target, { body: `[${query('{ __typename }', { password: text })}]` }),
  'a form': (text, target) =>
    send(target, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `password=${encodeURIComponent(text)}`,
    }),
  'plain text': (text, target) => send(target, { headers: { 'content-type': 'text/plain' }, body: text }),
  'a malformed context of OFREP': (text, target) =>
    send(target, { path: '/ofrep/v1/evaluate/flags', headers: authorization(target.key), body: `{"context":{"a":"${text}"` }),
  'a context of OFREP of the wrong type': (text, target) =>
    send(target, { path: '/ofrep/v1/evaluate/flags', headers: authorization(target.key), body: query('', { context: text }) }),
  'a body of LaunchDarkly': (text, target) =>
    send(target, {
      path: '/environments/test/flags',
      headers: { authorization: text },
      body: `{"kind":"user","key":${quoted(text)}}`,
    }),
  'bytes that are no HTTP': (text, { url }) => exchangeRaw(url, `${text} ${text}\r\n${text}\r\n\r\n`),
  'a header without a colon': (text, { url }) => exchangeRaw(url, `GET /livez HTTP/1.1\r\nhost: x\r\n${text}\r\n\r\n`),
};

const SESSIONS: Record<string, Door> = {
  'the cookie of a session': withCookie('POST', '/graphql'),
  'the cookie of a session from elsewhere': withCookie('POST', '/graphql', { 'sec-fetch-site': 'cross-site' }),
  'the cookie of a session that exports': withCookie('GET', '/organizations/organization_0/audit-log.jsonl'),
  'the cookie of a session that ends': withCookie('DELETE', '/auth/session', { 'sec-fetch-site': 'cross-site' }),
  'the password of a browser': (text, target) =>
    send(target, {
      path: '/auth/session',
      headers: { 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ email: 'a@example.com', password: text }),
    }),
  'the address of a browser': (text, target) =>
    send(target, {
      path: '/auth/session',
      headers: { 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ email: text, password: [text] }),
    }),
  'the page to return to': visits((text) => `/auth/oidc/log-in?to=${text}`),
};

const SOCKETS: Record<string, Door> = {
  connectionParams: (text, target) => speak(target, { type: 'connection_init', payload: { authorization: `Bearer ${text}` } }),
  'connectionParams of other names': (text, target) =>
    speak(target, { type: 'connection_init', payload: { token: text, apiKey: text, 'X-API-Key': text, cookie: text } }),
  'connectionParams of the wrong type': (text, target) =>
    speak(target, { type: 'connection_init', payload: { authorization: [text] } }),
  'connectionParams that are a text': (text, target) => speak(target, { type: 'connection_init', payload: text }),
  'a message that is no JSON': (text, target) => speak(target, `{"type":"connection_init","payload":{"authorization":"${text}"`),
  'a message of an unknown type': (text, target) => speak(target, { type: text }),
  'variables over a socket': async (text, target) =>
    speak(
      target,
      { type: 'connection_init', payload: authorization(target.key) },
      { id: '1', type: 'subscribe', payload: { query: LOG_IN, variables: { input: { email: 5, password: text } } } },
    ),
  'the context of a subscription': async (text, target) =>
    speak(
      target,
      { type: 'connection_init', payload: authorization(target.key) },
      {
        id: '1',
        type: 'subscribe',
        payload: {
          query: `subscription { evaluationsChanged(context: { targetingKey: ${quoted(text)}, attributes: { a: ${quoted(text)} } }) { revision } }`,
        },
      },
    ),
};

/** Doors for any secret, also one that has no form by which it could be recognised. */
export const DOORS: Readonly<Record<string, Door>> = { ...OPERATIONS, ...HEADERS, ...URLS, ...BODIES, ...SESSIONS, ...SOCKETS };

/** Doors at which the server shows what it was sent: it recognises its own secrets by their form, and shortens them. */
export const ECHOING_DOORS: Readonly<Record<string, Door>> = {
  'a path': visits((text) => `/${text}`),
  'a flag of OFREP': (text, target) =>
    send(target, { path: `/ofrep/v1/evaluate/flags/${text}`, headers: authorization(target.key), body: '{"context":{}}' }),
  'an environment of LaunchDarkly': visits((text) => `/environments/${text}/flags`),
  'an organization': visits((text) => `/organizations/${text}/audit-log.jsonl`),
  'x-request-id': withHeader('x-request-id'),
  'the name of an operation': asks(
    (text) => query(`query ${nameIn(text)} { __typename }`),
    ({ key }) => key,
  ),
  'the name of an operation that fails': asks(
    (text) => query(`query ${nameIn(text)} { organizations(first: -1) { totalCount } }`),
    ({ token }) => token,
  ),
  operationName: asks((text) => JSON.stringify({ query: 'query A { __typename } query B { __typename }', operationName: text })),
  'a field': asks((text) => query(`{ ${nameIn(text)} }`)),
  'an alias': asks(
    (text) => query(`{ ${nameIn(text)}: organizations(first: -1) { totalCount } }`),
    ({ token }) => token,
  ),
  'an enum': asks((text) => inline('createApiKey', `kind: ${nameIn(text)}, name: "A"`)),
  'the key of a flag': asks(
    (text) =>
      query(
        `{ evaluate(contexts: [{ targetingKey: "a" }], flagKeys: [${quoted(text)}]) { results { evaluations { errorMessage } } } }`,
      ),
    ({ key }) => key,
  ),
  'an id': asks(
    (text) => query('query ($id: ID!) { node(id: $id) { id } environment(id: $id) { id } }', { id: text }),
    ({ token }) => token,
  ),
  'the id of a key': asks(
    (text) => inline('revokeApiKey', `apiKeyId: ${quoted(text)}`),
    ({ token }) => token,
  ),
  'the name of a key': asks(
    (text) => inline('createApiKey', `kind: SERVER, name: "A", environmentId: ${quoted(text)}`),
    ({ token }) => token,
  ),
  'a number': asks(
    (text) => query('query ($n: Int) { organizations(first: $n) { totalCount } }', { n: text }),
    ({ token }) => token,
  ),
  'a literal where a number belongs': asks(
    (text) => query(`{ organizations(first: ${quoted(text)}) { totalCount } }`),
    ({ token }) => token,
  ),
  'a cursor': asks(
    (text) => query('query ($c: String) { organizations(first: 1, after: $c) { totalCount } }', { c: text }),
    ({ token }) => token,
  ),
};

/** Names have no dots and dashes (GraphQL, section 2.1.9). */
export function nameIn(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_]/g, '_');
}

function exchangeRaw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.end(bytes));
    socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
    socket.on('error', reject).on('close', () => resolve(answer));
  });
}

/** The first answer to each of the messages, or how the socket was closed. */
async function speak({ url }: Target, ...messages: (object | string)[]): Promise<string> {
  const socket = await openSocket({ url: `${url}/graphql` });
  const answers: unknown[] = [];
  for (const message of messages) {
    socket.send(message);
    answers.push(await Promise.race([socket.next(), socket.closed]));
  }
  socket.close();
  answers.push(await socket.closed);
  return JSON.stringify(answers);
}
