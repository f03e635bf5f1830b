/** Facts about a request that the line in the log needs, and that are known in different places. */
import type { FastifyRequest } from 'fastify';
import type { Context } from '../modules/context';

interface Notes {
  context: Context | null;
  errorCode: string | null;
}

const notes = new WeakMap<FastifyRequest, Notes>();

export function notesOf(request: FastifyRequest): Readonly<Notes> {
  return notes.get(request) ?? { context: null, errorCode: null };
}

export function noteContext(request: FastifyRequest, context: Context): void {
  notes.set(request, { ...notesOf(request), context });
}

/** Notes the code with which the request was refused outside of an operation. */
export function noteErrorCode(request: FastifyRequest, errorCode: string): void {
  notes.set(request, { ...notesOf(request), errorCode });
}
