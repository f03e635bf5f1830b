/** Runs once for each request and operation, whichever way it was answered: its time in the metrics, its line in the log. */
import type { NameSource, OperationTransport } from '../telemetry/metrics';
import type { Actor } from '../modules/access/actor';
import type { Context } from '../modules/context';
import { isForPages } from './cors';
import { createOperationLog, createRequestLog, type AnsweredRequest, type OperationLog } from './request-log';
import type { TransportOptions } from './transport';

export interface EndedHttpRequest extends AnsweredRequest {
  /** The pattern of its path. Null when nothing is there. */
  readonly route: string | null;
}

type Options = Pick<TransportOptions, 'log' | 'logRequests' | 'metrics'>;

const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz']);

export function createRequestEnd({ log, logRequests, metrics }: Options): (request: EndedHttpRequest) => void {
  const logRequest = createRequestLog(log, logRequests);
  let evaluations = 0;
  metrics.observe('flagstaff_evaluate_requests_total', () => [{ labels: { answered_by: 'framework' }, value: evaluations }]);
  return (request) => {
    const { route, status, path, durationMs, actor, outcome } = request;
    metrics.requestEnded(request);
    if (route === '/graphql' && actor !== null && outcome !== null) {
      metrics.operationEnded({ ...operationOf('http', { actor, outcome }), durationMs });
      if (outcome.rootFields.includes('evaluate')) evaluations++;
    }
    // A probe asks every few seconds, and only another answer than the usual one is worth a line.
    if (status !== 200 || path === null || !PROBES.has(path)) logRequest(request);
  };
}

/** The same for an operation over a connection that stays open; of a subscription, when it has begun. */
export function createOperationEnd({ log, logRequests, metrics }: Options): OperationLog {
  const logOperation = createOperationLog(log, logRequests);
  return (context, about) => {
    const transport = about.socket === true ? 'websocket' : 'event_stream';
    metrics.operationEnded({ ...operationOf(transport, context), durationMs: about.durationMs });
    logOperation(context, about);
  };
}

function operationOf(transport: OperationTransport, { actor, outcome }: Pick<Context, 'actor' | 'outcome'>) {
  const { operationName: name, rootFields, errorCodes } = outcome;
  return { transport, name, errorCodes, nameFrom: rootFields.length === 0 ? 'nobody' : nameSourceOf(actor) } as const;
}

export function nameSourceOf(actor: Actor): NameSource {
  if (actor.kind === 'ANONYMOUS') return 'nobody';
  return isForPages(actor) ? 'public' : 'trusted';
}
