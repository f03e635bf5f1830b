/** Requests as they go over the wire, for what a well-behaved client would never send. */
import { request, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { GraphQLClient } from 'graphql-request';
import type { World } from './world';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Without `extensions.cost`, which depends on what others have asked. */
  readonly body: unknown;
  readonly cost: unknown;
}

export interface RawRequest {
  readonly method?: string;
  /** With the query string; `/graphql` when left out. */
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent in chunks without a Content-Length when it is a list. */
  readonly body?: string | readonly string[];
}

export const JSON_HEADERS = { 'content-type': 'application/json' };

export function send(world: Pick<World, 'url'>, raw: RawRequest): Promise<RawAnswer> {
  const { method = 'POST', path = '/graphql', headers = JSON_HEADERS, body = '' } = raw;
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, world.url), { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject).on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, ...partsOf(parsed(text)) });
      });
    });
    // The server may answer and close before the whole body is sent.
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
    outgoing.on('close', () => reject(new Error('The connection was closed without an answer.')));
    if (typeof body === 'string') outgoing.end(body);
    else {
      for (const part of body) outgoing.write(part);
      outgoing.end();
    }
  });
}

function partsOf(whole: unknown): Pick<RawAnswer, 'body' | 'cost'> {
  // Each character of a text would become a member.
  if (typeof whole === 'string') return { body: whole, cost: undefined };
  const { extensions, ...body } = (whole ?? {}) as { extensions?: { cost?: unknown } };
  return extensions?.cost === undefined ? { body: whole, cost: undefined } : { body, cost: extensions.cost };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The answer to a GraphQL request that is well formed as JSON. */
export function sendQuery(world: Pick<World, 'url'>, query: string, headers: OutgoingHttpHeaders = {}): Promise<RawAnswer> {
  return send(world, { headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify({ query }) });
}

export async function answersStill(world: World): Promise<boolean> {
  const { viewer } = await new GraphQLClient(world.url).request<{ viewer: null }>('{ viewer { user { id } } }');
  return viewer === null;
}

/** The server's answer to these bytes, up to its close of the connection; a reset is no answer. */
export function exchange({ url }: Pick<World, 'url'>, text: string): Promise<string> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
    socket.on('error', reject).on('close', () => resolve(answer));
  });
}
