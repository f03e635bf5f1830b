/** Formats refused and failed requests of OFREP routes: the error bodies of the specification. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { RequestFault, TryLater, type RequestErrorCode } from '../../errors';
import { hideSecrets } from '../../evaluation';
import { formatError } from '../../graphql/errors';
import { noteErrorCode } from '../request-notes';
import { errorContextOf, faultOfFastify, statusOf } from '../errors';
import type { OfrepErrorCode } from './ofrep-answers';

/** A request error for which OFREP has a code. */
export class OfrepFault extends RequestFault {
  constructor(
    readonly errorCode: OfrepErrorCode,
    message: string,
  ) {
    super('BAD_USER_INPUT', message);
  }
}

const RETRY_AFTER_SECONDS = 1;

export function sendOfrepError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply, log: Logger): void {
  const fault = error instanceof RequestFault ? error : faultOfFastify(error as FastifyError, request.routeOptions.bodyLimit);
  const status = statusOf(fault?.code ?? 'INTERNAL_SERVER_ERROR');
  if (error instanceof TryLater) void reply.header('retry-after', String(error.retryAfterSeconds));
  else if (status === 503) void reply.header('retry-after', String(RETRY_AFTER_SECONDS));
  const { key } = request.params as { readonly key?: string };
  noteErrorCode(request, fault?.code ?? 'INTERNAL_SERVER_ERROR');
  void reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send({
      ...(key === undefined ? {} : { key: hideSecrets(key) }),
      errorCode: fault instanceof OfrepFault ? fault.errorCode : errorCodeOf(fault?.code),
      // Masks unintended errors, and logs them.
      errorDetails: formatError(fault ?? error, errorContextOf(request, log)).message,
    });
}

function errorCodeOf(code: RequestErrorCode | undefined): OfrepErrorCode {
  return code === 'BAD_REQUEST' ? 'PARSE_ERROR' : 'GENERAL';
}
