/** Compresses large answers for clients that accept it (RFC 9110, 12.5.3), off the event loop. */
import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

/** Shorter answers are sent faster uncompressed. Counted in UTF-16 code units. */
const COMPRESSED_LENGTH_MIN = 64 * 1024;

const compress = promisify(gzip);

/** Adds Accept-Encoding to `Vary` for answers of this length, because caches must keep one per encoding. */
export function varyWith(vary: string, text: string): string {
  return text.length < COMPRESSED_LENGTH_MIN ? vary : `${vary}, Accept-Encoding`;
}

export interface Compressed {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Null when the answer is sent uncompressed. Never rejects. */
export function compressedFor(headers: IncomingHttpHeaders, text: string): Promise<Compressed> | null {
  if (text.length < COMPRESSED_LENGTH_MIN || !acceptsGzip(headers['accept-encoding'])) return null;
  return compress(text, { level: constants.Z_BEST_SPEED }).then((bytes) => ({
    bytes,
    headers: { 'content-encoding': 'gzip' },
  }));
}

/** Covers all text sent through Fastify. Runs after the hooks that set `Vary`. */
export function addCompression(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string') return payload;
    reply.header('vary', varyWith(String(reply.getHeader('vary')), payload));
    const compressed = await compressedFor(request.headers, payload);
    if (compressed === null) return payload;
    reply.headers(compressed.headers).removeHeader('content-length');
    const tag = reply.getHeader('etag');
    // A strong tag promises the same bytes (RFC 9110, 8.8.1).
    if (typeof tag === 'string' && !tag.startsWith('W/')) reply.header('etag', `W/${tag}`);
    return compressed.bytes;
  });
}

function acceptsGzip(header: string | string[] | undefined): boolean {
  if (typeof header !== 'string') return false;
  return header.split(',').some((part) => /^\s*gzip\s*(;\s*q\s*=\s*(1(\.0*)?|0\.\d*[1-9]\d*)\s*)?$/i.test(part));
}
