/** HTTP in Node by `node:http`, whose sockets can be told not to keep the process alive; those of `fetch` cannot. */
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { createGunzip } from 'node:zlib';
import type { SendHttp } from './http';

export interface NodeSender {
  readonly send: SendHttp;
  /** Closes connections that are kept for the next request. */
  readonly close: () => void;
}

export function createNodeSender(): NodeSender {
  const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };
  const send: SendHttp = ({ url, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const { protocol } = new URL(url);
      const options = {
        method: 'POST',
        // A stream is not compressed, and its chunks must not wait for each other.
        headers: {
          ...headers,
          ...(headers['accept'] === 'text/event-stream' ? {} : { 'accept-encoding': 'gzip' }),
          'content-length': Buffer.byteLength(body),
        },
        signal,
      };
      const request =
        protocol === 'https:'
          ? requestHttps(url, { ...options, agent: agents['https:'] })
          : requestHttp(url, { ...options, agent: agents['http:'] });
      request.on('socket', (socket) => socket.unref());
      request.on('error', reject);
      request.on('response', (answer) => {
        resolve({
          status: answer.statusCode ?? 0,
          header: (name) => headerOf(answer, name),
          body: answer.headers['content-encoding'] === 'gzip' ? decompress(answer) : answer,
        });
      });
      request.end(body);
    });
  return {
    send,
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function headerOf(answer: IncomingMessage, name: string): string | null {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : null;
}

function decompress(answer: IncomingMessage): AsyncIterable<Uint8Array> {
  const unzipped = createGunzip();
  answer.on('error', (error) => unzipped.destroy(error));
  answer.on('aborted', () => unzipped.destroy(new Error('the connection was cut.')));
  return answer.pipe(unzipped);
}
