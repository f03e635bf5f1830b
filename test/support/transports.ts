/** The same operation over every transport, told in the same words. */
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { JSON_HEADERS, send } from './raw';
import { openAcknowledged, type RawSocket } from './raw-socket';
import { authorization, type World } from './world';

export interface Operation {
  readonly query: string;
  readonly variables?: object;
  readonly operationName?: string;
}

export interface SentEvaluation {
  readonly code: string | undefined;
  readonly message: string;
}

/** The first result of an operation, or what it was refused with. */
export interface Answer {
  /** Null over WebSocket. */
  readonly status: number | null;
  readonly data?: unknown;
  readonly errors: readonly AnsweredError[];
}

export interface AnsweredError {
  readonly message: string;
  readonly path?: readonly unknown[];
  readonly extensions: { readonly code: string; readonly requestId: string };
}

type Result = Partial<Pick<Answer, 'data' | 'errors'>>;

export const TRANSPORTS = ['HTTP', 'WebSocket', 'SSE'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Those over which subscriptions go. */
export const LIVE_TRANSPORTS = ['WebSocket', 'SSE'] as const;
export type LiveTransport = (typeof LIVE_TRANSPORTS)[number];

export const STREAM_PATH = '/graphql/stream';

/** A socket that is closed instead is told as an error with its close code. */
export async function answerOver(
  transport: Transport,
  world: Pick<World, 'url'>,
  operation: Operation,
  credential?: string,
): Promise<Answer> {
  if (transport === 'WebSocket') return overSocket(world, operation, credential);
  const headers = { ...JSON_HEADERS, ...authorization(credential) };
  const path = transport === 'SSE' ? STREAM_PATH : '/graphql';
  const { status, body } = await send(world, { path, headers, body: JSON.stringify(operation) });
  const { data, errors = [] } = typeof body === 'string' ? resultsIn(body)[0]! : (body as Result);
  return { status, data, errors };
}

/** The errors of the answer; empty when there are none. */
export async function errorsOver(
  transport: Transport,
  world: World,
  operation: Operation,
  credential?: string,
): Promise<SentEvaluation[]> {
  const { errors } = await answerOver(transport, world, operation, credential);
  return errors.map(({ message, extensions }) => ({ code: extensions.code, message }));
}

async function overSocket(world: Pick<World, 'url'>, operation: Operation, credential?: string): Promise<Answer> {
  const socket = await openAcknowledged(world, credential);
  const { data, errors = [] } = await nextOf(socket, operation, '1');
  socket.close();
  return { status: null, data, errors };
}

/** The errors that come first for the operation. */
export async function ask(socket: RawSocket, payload: Operation, id = '1'): Promise<unknown> {
  return (await nextOf(socket, payload, id)).errors;
}

async function nextOf(socket: RawSocket, payload: Operation, id: string): Promise<Result> {
  socket.send({ id, type: 'subscribe', payload });
  const closed = socket.closed.then(({ code, reason }) => ({
    type: 'error',
    payload: [{ message: reason, extensions: { code: String(code), requestId: '' } }],
  }));
  return resultIn(await Promise.race([socket.next(), closed]));
}

function resultIn(message: unknown): Result {
  const { type, payload } = message as { type: string; payload: unknown };
  return type === 'error' ? { errors: payload as AnsweredError[] } : (payload as Result);
}

/** Events `next` in the text of a stream. */
export function resultsIn(text: string): Result[] {
  return [...text.matchAll(/^event: next\ndata: ([^\n]*)\n\n/gm)].map(([, data]) => JSON.parse(data!) as Result);
}

/** A subscription, read result by result. */
export interface Subscribed {
  readonly next: () => Promise<Result>;
  readonly stop: () => void;
}

export async function subscribeOver(
  transport: LiveTransport,
  world: Pick<World, 'url'>,
  operation: Operation,
  credential: string,
): Promise<Subscribed> {
  if (transport === 'SSE') return readStream(await openStream(world, operation, credential));
  const socket = await openAcknowledged(world, credential);
  socket.send({ id: '1', type: 'subscribe', payload: operation });
  return { next: async () => resultIn(await socket.next()), stop: () => socket.close() };
}

async function openStream(world: Pick<World, 'url'>, operation: Operation, credential: string): Promise<IncomingMessage> {
  const headers = { ...JSON_HEADERS, accept: 'text/event-stream', ...authorization(credential) };
  const outgoing = request(new URL(STREAM_PATH, world.url), { method: 'POST', headers, agent: false });
  outgoing.end(JSON.stringify(operation));
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response.setEncoding('utf8');
}

function readStream(response: IncomingMessage): Subscribed {
  let text = '';
  let taken = 0;
  response.on('data', (part: string) => (text += part));
  if (response.statusCode !== 200) {
    const refused = once(response, 'end').then(() => JSON.parse(text) as Result);
    return { next: () => refused, stop: () => response.destroy() };
  }
  return {
    next: async () => {
      for (;;) {
        const result = resultsIn(text)[taken];
        if (result) {
          taken++;
          return result;
        }
        await once(response, 'data');
      }
    },
    stop: () => response.destroy(),
  };
}
