/** An HTTP proxy that treats each path as a test says: what stands between applications and servers does all of this. */
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How a path is treated. `hold` keeps the answer back until it has ended, as a proxy that buffers does; `lose` lets the server
 * answer, and cuts instead of passing the answer on; `msPerByte` passes it on one byte at a time.
 */
export type Treatment =
  | 'pass'
  | 'hold'
  | 'cut'
  | 'lose'
  | { readonly msPerByte: number }
  | { readonly status: number; readonly headers?: object; readonly body?: string };

export interface HttpProxy {
  readonly url: string;
  /** Of queries, reports, streams and WebSockets. */
  readonly set: (treatments: Partial<Record<Path, Treatment>>) => void;
  /** When each request came, in milliseconds of `performance.now()`, and what was in it; nothing for WebSockets. */
  readonly seen: { readonly path: Path; readonly at: number; readonly body: string }[];
  /** Bytes of all answers that were passed on, without their heads. */
  readonly bytesOut: () => number;
  /** Nothing listens any more, and what is open is cut. */
  readonly stop: () => Promise<void>;
  /** Listens again, on the same port. */
  readonly start: () => Promise<void>;
}

export type Path = 'query' | 'report' | 'stream' | 'socket';

export async function startHttpProxy(targetPort: number): Promise<HttpProxy> {
  const treatments: Record<Path, Treatment> = { query: 'pass', report: 'pass', stream: 'pass', socket: 'pass' };
  const seen: { path: Path; at: number; body: string }[] = [];
  const sockets = new Set<Socket>();
  let port = 0;
  let bytesOut = 0;
  const server = createServer((incoming, outgoing) => {
    const at = performance.now();
    void text(incoming).then(
      (body) => {
        const path = pathOf(incoming.url, body);
        seen.push({ path, at, body });
        treat(treatments[path], { incoming, body, onBytes: (count) => (bytesOut += count) }, outgoing, targetPort);
      },
      () => undefined,
    );
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (incoming, client: Socket, head) => {
    seen.push({ path: 'socket', at: performance.now(), body: '' });
    if (treatments.socket !== 'pass') {
      client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const target = connect(targetPort, '127.0.0.1');
    target.on('error', () => client.destroy());
    target.on('close', () => client.destroy());
    client.on('close', () => target.destroy());
    const headers = incoming.rawHeaders.flatMap((name, i) => (i % 2 ? [] : [`${name}: ${incoming.rawHeaders[i + 1]}\r\n`]));
    target.write(`GET ${incoming.url} HTTP/1.1\r\n${headers.join('')}\r\n`);
    target.write(head);
    target.pipe(client).pipe(target);
  });
  const start = async (): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    set: (changed) => void Object.assign(treatments, changed),
    seen,
    bytesOut: () => bytesOut,
    start,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function pathOf(url: string | undefined, body: string): Path {
  if (url === '/graphql/stream') return 'stream';
  return body.includes('report(input:') ? 'report' : 'query';
}

interface Request {
  readonly incoming: IncomingMessage;
  readonly body: string;
  readonly onBytes: (count: number) => void;
}

function treat(treatment: Treatment, { incoming, body, onBytes }: Request, outgoing: ServerResponse, port: number): void {
  if (treatment === 'cut') {
    outgoing.destroy();
    return;
  }
  if (typeof treatment === 'object' && 'status' in treatment) {
    outgoing.writeHead(treatment.status, { ...treatment.headers }).end(treatment.body);
    return;
  }
  const { method, url, headers } = incoming;
  const onward = request({ port, host: '127.0.0.1', method, path: url, headers }, (answer) => {
    if (treatment !== 'lose') answer.on('data', (chunk: Buffer) => onBytes(chunk.length));
    if (treatment === 'lose') {
      answer.resume();
      answer.on('end', () => outgoing.destroy());
    } else if (typeof treatment === 'object') {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      void drip(answer, outgoing, treatment.msPerByte);
    } else if (treatment === 'pass') {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    } else {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(Buffer.concat(chunks)));
    }
    answer.on('error', () => outgoing.destroy());
    outgoing.on('close', () => answer.destroy());
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  onward.end(body);
}

async function drip(answer: IncomingMessage, outgoing: ServerResponse, ms: number): Promise<void> {
  try {
    for await (const chunk of answer)
      for (const byte of chunk as Buffer) {
        if (outgoing.destroyed) return;
        outgoing.write(Buffer.of(byte));
        await sleep(ms);
      }
    outgoing.end();
  } catch {
    outgoing.destroy();
  }
}
