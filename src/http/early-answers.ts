/**
 * Answers requests that are refused before their body has come. Closing a connection with unread bytes resets it (RFC 9112,
 * section 9.6): the client may lose the answer, and a proxy in between takes the server for broken. So the rest is read and
 * dropped, within bounds, and the answer ends only then.
 */
import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { BODY_BYTES_MAX, BODY_BYTES_MAX_ORDINARY } from '../operations/operations';

/** The largest body that any route takes, so the largest that a proxy lets through. */
const DROPPED_BYTES_MAX = BODY_BYTES_MAX;
const DROPPING_MS_MAX = 5_000;

const answered = new WeakSet<Socket>();

/** Whether the last request on the connection was answered, although its body has not come. */
export function isAnsweredEarly(socket: Socket): boolean {
  return answered.has(socket);
}

/** Must be added after all hooks that change the answer. */
export function addEarlyAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async ({ raw, headers, method }, reply, payload) => {
    if (raw.complete || !hasBody(headers)) return payload;
    const dropped = dropRest(raw);
    const isLast = !reply.raw.shouldKeepAlive || reply.getHeader('connection') === 'close' || !isShort(headers);
    if (!isLast || method === 'HEAD' || (typeof payload !== 'string' && !Buffer.isBuffer(payload))) return payload;
    answered.add(raw.socket);
    reply.headers({ connection: 'close', 'content-length': Buffer.byteLength(payload) });
    return Readable.from(endingAfter(dropped, payload), { objectMode: false });
  });
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;
}

/** Whether it costs less to read the rest than to open another connection. */
function isShort(headers: IncomingHttpHeaders): boolean {
  return Number(headers['content-length']) <= BODY_BYTES_MAX_ORDINARY;
}

async function* endingAfter(dropped: Promise<void>, payload: string | Buffer): AsyncGenerator<string | Buffer> {
  yield payload;
  await dropped;
}

/** Resolves when the body has ended, or a bound is reached. */
function dropRest(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, DROPPING_MS_MAX).unref();
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    let bytes = 0;
    request.unpipe();
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > DROPPED_BYTES_MAX) end();
    });
    request.once('end', end).once('close', end).resume();
  });
}
