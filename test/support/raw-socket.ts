/** A WebSocket that speaks as its test says, for what the graphql-ws client would never do. */
import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import type { World } from './world';

export interface RawSocket {
  readonly send: (message: object | string) => void;
  /** The next message, in the order of their coming. */
  readonly next: () => Promise<unknown>;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly close: () => void;
}

interface Message {
  readonly payload?: { readonly extensions?: { readonly cost?: unknown } };
}

/** The cost of an operation depends on what others have asked; tests of the cost read it elsewhere. */
function withoutCost(message: Message): unknown {
  if (message.payload?.extensions?.cost === undefined) return message;
  const { extensions: _extensions, ...payload } = message.payload;
  return { ...message, payload };
}

export const socketUrlOf = (world: Pick<World, 'url'>): string => world.url.replace(/^http/, 'ws');

/** Fails with the status when the upgrade is refused. */
export async function openSocket(
  world: Pick<World, 'url'>,
  protocols: string[] = ['graphql-transport-ws'],
  options: ClientOptions = {},
): Promise<RawSocket> {
  const socket = new WebSocket(socketUrlOf(world), protocols, options);
  const messages: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const message = withoutCost(JSON.parse(data.toString('utf8')) as Message);
    const wake = waiting.shift();
    if (wake) wake(message);
    else messages.push(message);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code: number, reason: Buffer) => resolve({ code, reason: reason.toString('utf8') }));
  });
  await once(socket, 'open');
  socket.on('error', () => undefined);
  return {
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: () => (messages.length > 0 ? Promise.resolve(messages.shift()) : new Promise((resolve) => waiting.push(resolve))),
    closed,
    close: () => socket.close(),
  };
}

/** An open socket that the server has acknowledged. */
export async function openAcknowledged(world: Pick<World, 'url'>, credential?: string): Promise<RawSocket> {
  const socket = await openSocket(world);
  const payload = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
  socket.send({ type: 'connection_init', payload });
  await socket.next();
  return socket;
}
