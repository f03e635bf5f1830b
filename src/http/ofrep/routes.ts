/** The OpenFeature Remote Evaluation Protocol, version 0.3.0, on the same snapshots as `evaluate` (docs/OFREP.md). */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Context } from '../../modules/context';
import { RequestFault } from '../../errors';
import type { EvaluationContext } from '../../evaluation';
import { basePathOf } from '../base-path';
import { addPreflight, authenticateWith, contextOfRequest, sendTagged, withinLimits } from '../evaluation-routes';
import { absence } from '../../modules/access/absence';
import { attributesProblem } from '../../modules/snapshots/snapshot-rules';
import type { EvaluateOutcome } from '../../modules/snapshots/snapshot-service';
import type { ServedPaths } from '../served-paths';
import { noteErrorCode } from '../request-notes';
import type { TransportOptions } from '../transport';
import { addEventStream, EVENT_STREAM_PATH, revisionOfEvent } from './event-stream';
import { ofrepAnswer, type OfrepFailure, type OfrepSuccess } from './ofrep-answers';
import { OfrepFault, sendOfrepError } from './ofrep-errors';

/** Seconds for which a page may be hidden before its client closes the stream; the specification's default. */
const INACTIVITY_DELAY_SECONDS = 120;
/** Names the environment, when the credential is not a key of one. */
const ENVIRONMENT_HEADER = 'x-flagstaff-environment';

type EventQuery = { readonly flagConfigEtag?: unknown };

export function addOfrep(root: FastifyInstance, paths: ServedPaths, options: TransportOptions): void {
  const basePath = basePathOf(options.publicUrl);
  void root.register(async (app) => {
    app.setErrorHandler((error: Error, request, reply) => sendOfrepError(error, request, reply, options.log));
    addPreflight(app, '/ofrep/*');
    // Unknown paths and methods are refused here, and so in the form of the protocol.
    app.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: '/ofrep/*',
      onRequest: async (request, reply) => {
        throw paths.refusal(request, reply);
      },
      handler: async () => undefined,
    });
    addEventStream(app, options);
    const onRequest = authenticateWith(options, ({ headers }) => {
      const key = headers['x-api-key'];
      return headers.authorization === undefined && typeof key === 'string' ? key : undefined;
    });
    app.post<{ Params: { key: string }; Querystring: EventQuery }>(
      '/ofrep/v1/evaluate/flags/:key',
      { onRequest },
      async (request, reply) => {
        const [answer] = (await evaluateFor(request, options, [request.params.key])).answers;
        if (answer === undefined) throw new Error('A flag was not answered.');
        if ('errorCode' in answer) noteErrorCode(request, answer.errorCode);
        return reply.code(statusOfAnswer(answer)).send(answer);
      },
    );
    app.post<{ Querystring: EventQuery }>('/ofrep/v1/evaluate/flags', { onRequest }, async (request, reply) => {
      const { answers, environmentId } = await evaluateFor(request, options, null);
      return sendTagged(request, reply, {
        flags: answers,
        ...eventStreamsFor(contextOfRequest(request), environmentId, basePath),
      });
    });
  });
}

async function evaluateFor(
  request: FastifyRequest<{ Querystring: EventQuery }>,
  options: TransportOptions,
  flagKeys: readonly string[] | null,
): Promise<{ answers: readonly (OfrepSuccess | OfrepFailure)[]; environmentId: string }> {
  const asking = contextOfRequest(request);
  const context = contextOfBody(request.body);
  const outcome = await withinLimits(options, asking, () => evaluate(asking, request, context, flagKeys));
  const [{ evaluations } = { evaluations: [] }] = outcome.results;
  return {
    answers: evaluations.map((evaluation) => ofrepAnswer(evaluation, outcome.compiled, context)),
    environmentId: outcome.environmentId,
  };
}

async function evaluate(
  { actor, services, budget }: Context,
  { headers, query }: FastifyRequest<{ Querystring: EventQuery }>,
  context: EvaluationContext,
  flagKeys: readonly string[] | null,
): Promise<EvaluateOutcome> {
  const header = headers[ENVIRONMENT_HEADER];
  const environmentId = typeof header === 'string' ? header : null;
  if (environmentId === null && (actor.kind === 'USER' || (actor.kind === 'API_KEY' && actor.environmentId === null))) {
    const message = `The header X-Flagstaff-Environment must name an environment by its id: the credential is not a key of one environment.`;
    throw new RequestFault('BAD_USER_INPUT', message);
  }
  // A client that another server notified of a revision must not get an answer from before it.
  const minRevision = revisionOfEvent(query.flagConfigEtag);
  const input = { environmentId, contexts: [context], areContextsChecked: true, flagKeys, minRevision };
  const outcome = await services.snapshots.evaluate(actor, input, budget);
  if (outcome === null) {
    const message =
      environmentId === null ? 'The environment of this key no longer exists.' : absence('environment', environmentId);
    throw new RequestFault('NOT_FOUND', message);
  }
  return outcome;
}

/** Throws `OfrepFault` with all problems. */
function contextOfBody(body: unknown): EvaluationContext {
  const context = isObject(body) ? body['context'] : undefined;
  if (!isObject(context)) {
    throw new OfrepFault(
      'INVALID_CONTEXT',
      'The body must be an object with the member "context", an object: {"context": {"targetingKey": "…"}}.',
    );
  }
  const { targetingKey, ...attributes } = context;
  const problems = [
    typeof targetingKey === 'string' || targetingKey === undefined || targetingKey === null
      ? null
      : `context.targetingKey must be a string; got ${Array.isArray(targetingKey) ? 'a list' : `a value of the type ${typeof targetingKey}`}.`,
    attributesProblem('context', attributes),
  ].filter((problem) => problem !== null);
  if (problems.length > 0) throw new OfrepFault('INVALID_CONTEXT', problems.join(' '));
  return { targetingKey, attributes } as EvaluationContext;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function statusOfAnswer(answer: OfrepSuccess | OfrepFailure): number {
  if (!('errorCode' in answer)) return 200;
  return answer.errorCode === 'FLAG_NOT_FOUND' ? 404 : 400;
}

/** Offers event streams only to keys of one environment: their tickets end with the key. Others have GraphQL subscriptions. */
function eventStreamsFor({ actor, services }: Context, environmentId: string, basePath: string): object {
  if (actor.kind !== 'API_KEY' || actor.environmentId === null) return {};
  const ticket = services.streamTickets.issue(actor.id, environmentId);
  // The URI has no origin: the client resolves it against the address that it reached us at, which we may not know.
  const endpoint = { requestUri: `${basePath}${EVENT_STREAM_PATH}?ticket=${ticket}` };
  return { eventStreams: [{ type: 'sse', endpoint, inactivityDelaySec: INACTIVITY_DELAY_SECONDS }] };
}
