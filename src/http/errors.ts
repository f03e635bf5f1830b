/** Formats refused and failed requests over HTTP: our error shape, with the status of its code. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { RequestFault, TryLater, type RequestErrorCode } from '../errors';
import { formatError, type ErrorContext } from '../graphql/errors';
import { BODY_BYTES_MAX_ORDINARY } from '../operations/operations';
import { noteErrorCode } from './request-notes';
import { SECURITY_HEADERS } from './security-headers';

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Handles everything thrown outside of GraphQL, and unknown paths. */
export function addErrorHandlers(app: FastifyInstance, log: Logger): void {
  app.setNotFoundHandler((request, reply) => {
    sendError(reply, 404, new RequestFault('NOT_FOUND', `There is nothing at ${request.url.split('?')[0]}.`), log);
  });
  app.setErrorHandler((error: FastifyError | RequestFault, request, reply) => {
    const fault = error instanceof RequestFault ? error : faultOfFastify(error, request.routeOptions.bodyLimit);
    sendError(reply, statusOf(fault?.code ?? 'INTERNAL_SERVER_ERROR'), fault ?? error, log);
  });
}

/** Answers what Fastify refuses before any hook has run: a path that cannot be decoded. `endWhenAnswered` logs it. */
export function answerFrameworkError(
  error: FastifyError,
  {
    request,
    reply,
    log,
    endWhenAnswered,
  }: Exchange & { readonly log: Logger; readonly endWhenAnswered: (request: FastifyRequest, reply: FastifyReply) => void },
): void {
  endWhenAnswered(request, reply);
  const fault = error.code === 'FST_ERR_BAD_URL' ? new RequestFault('BAD_REQUEST', 'The path of the URL is malformed.') : null;
  // Hooks have not run; any page may read that its URL is malformed.
  void reply.headers({ 'x-request-id': request.id, ...SECURITY_HEADERS, 'access-control-allow-origin': '*' });
  sendError(reply, fault ? 400 : 500, fault ?? error, log);
}

export function bodyTooLarge(bytesMax: number): RequestFault {
  return new RequestFault('PAYLOAD_TOO_LARGE', `The body is larger than the limit of ${bytesMax} bytes.`);
}

export function errorContextOf(request: FastifyRequest, log: Logger): ErrorContext {
  return {
    requestId: request.id,
    report: (cause) => log.error({ requestId: request.id, err: cause }, 'request failed'),
  };
}

const STATUS_OF_CODE: Partial<Record<RequestErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  REVISION_NOT_REACHED: 503,
  DEADLINE_EXCEEDED: 503,
  UNAVAILABLE: 503,
  PROVIDER_FAILED: 502,
  INTERNAL_SERVER_ERROR: 500,
};

export function statusOf(code: RequestErrorCode): number {
  return STATUS_OF_CODE[code] ?? 400;
}

/** The fault for an error that Fastify raises about a request before it reaches GraphQL; null for our own faults. */
export function faultOfFastify(error: FastifyError, bodyBytesMax = BODY_BYTES_MAX_ORDINARY): RequestFault | null {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return bodyTooLarge(bodyBytesMax);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new RequestFault('UNSUPPORTED_MEDIA_TYPE', 'The content type must be application/json.');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new RequestFault('BAD_REQUEST', 'The body is not valid JSON.');
    default:
      if (error instanceof SyntaxError) return new RequestFault('BAD_REQUEST', 'The body is not valid JSON.');
      return (error.statusCode ?? 500) < 500 ? new RequestFault('BAD_REQUEST', 'The request is malformed.') : null;
  }
}

function sendError(reply: FastifyReply, status: number, error: Error, log: Logger): void {
  const formatted = formatError(error, errorContextOf(reply.request, log));
  noteErrorCode(reply.request, String(formatted.extensions?.code));
  if (error instanceof TryLater) void reply.header('retry-after', String(error.retryAfterSeconds));
  else if (status === 503) void reply.header('retry-after', '1');
  void reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send({ errors: [formatted] });
}
