import type { FastifyReply, FastifyRequest } from 'fastify';
import { notedAsRefused } from './cors';

/** Headers of a stream of Server-Sent Events. Proxies neither keep it (`cache-control`) nor hold it back (nginx's own header). */
export const EVENT_STREAM_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

/**
 * Whether the client is an EventSource, or asks like one. It takes every status but 200 for final (HTML standard, section
 * 9.2.3), so one that should come back must be told so by a stream that ends.
 */
export function isEventSource({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && headers.accept === 'text/event-stream';
}

/** Answers with a stream that ends at once; the client opens another one after these seconds. */
export function comeBackAfter(seconds: number, reply: FastifyReply): FastifyReply {
  notedAsRefused(reply.request);
  return reply
    .code(200)
    .headers(EVENT_STREAM_HEADERS)
    .send(`retry: ${seconds * 1_000}\n\n`);
}
