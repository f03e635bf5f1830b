/** The same operation over every transport, told in the same words. */
import { JSON_HEADERS, send } from './raw';
import { openAcknowledged, type RawSocket } from './raw-socket';
import { authorization, type World } from './world';

export interface Operation {
  readonly query: string;
  readonly variables?: object;
  readonly operationName?: string;
}

export interface Told {
  readonly code: string | undefined;
  readonly message: string;
}

export const TRANSPORTS = ['HTTP', 'WebSocket'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** The errors of the answer; empty when there are none. A frame of more than 64 KiB never comes to be an operation. */
export async function errorsOver(transport: Transport, world: World, operation: Operation, credential?: string): Promise<Told[]> {
  return told(
    transport === 'HTTP' ? await overHttp(world, operation, credential) : await overSocket(world, operation, credential),
  );
}

async function overHttp(world: World, operation: Operation, credential?: string): Promise<unknown> {
  const headers = { ...JSON_HEADERS, ...authorization(credential) };
  return ((await send(world, { headers, body: JSON.stringify(operation) })).body as { errors?: unknown }).errors;
}

async function overSocket(world: World, operation: Operation, credential?: string): Promise<unknown> {
  const socket = await openAcknowledged(world, credential);
  const answer = await ask(socket, operation);
  socket.close();
  return answer;
}

/** The errors that come first for the operation. */
export async function ask(socket: RawSocket, payload: Operation, id = '1'): Promise<unknown> {
  socket.send({ id, type: 'subscribe', payload });
  const message = (await socket.next()) as { type: string; payload: { errors?: unknown } };
  return message.type === 'error' ? message.payload : message.payload.errors;
}

function told(errors: unknown): Told[] {
  return ((errors ?? []) as { message: string; extensions: { code: string } }[]).map(({ message, extensions }) => ({
    code: extensions.code,
    message,
  }));
}
