/**
 * `GET` and `POST /environments/{environment}/flags`: all flags for one context in the form of LaunchDarkly's evaluated
 * bulk JSON, for clients and tools that read it (docs/OFREP.md).
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Context } from '../../modules/context';
import { RequestFault } from '../../errors';
import type { Evaluation, EvaluationContext } from '../../evaluation';
import { addPreflight, authenticateWith, contextOfRequest, sendTagged, withinLimits } from '../evaluation-routes';
import { readLaunchDarklyContext } from './context';
import { absence } from '../../modules/access/absence';
import { ofAnotherEnvironment } from '../../modules/access/authorize';
import { isApiKeyText } from '../../modules/access/api-key-format';
import type { TransportOptions } from '../transport';

const PATH = '/environments/:environment/flags';

interface Route {
  readonly Params: { readonly environment: string };
  readonly Querystring: { readonly context?: unknown };
}

/** The answer for one flag. */
interface BulkFlag {
  readonly value: unknown;
  /** Index of the variation in the flag's declared order. Null on an error. */
  readonly variation: number | null;
  readonly version: number | null;
  readonly flagVersion: number | null;
  /** Whether an experiment tracks the flag. */
  readonly trackEvents: boolean;
}

export function addLaunchDarklyFormat(root: FastifyInstance, options: TransportOptions): void {
  void root.register(async (app) => {
    addPreflight(app, PATH);
    // LaunchDarkly's clients send the bare key.
    const onRequest = authenticateWith(options, ({ headers: { authorization } }) =>
      authorization !== undefined && isApiKeyText(authorization.trim()) ? authorization.trim() : undefined,
    );
    app.get<Route>(PATH, { onRequest }, async (request, reply) =>
      sendTagged(request, reply, await flagsFor(request, options, contextOfQuery(request.query.context))),
    );
    app.post<Route>(PATH, { onRequest }, async (request, reply) =>
      sendTagged(request, reply, await flagsFor(request, options, contextOfJson(request.body))),
    );
  });
}

async function flagsFor(
  request: FastifyRequest<Route>,
  options: TransportOptions,
  context: EvaluationContext,
): Promise<Readonly<Record<string, BulkFlag>>> {
  const asking = contextOfRequest(request);
  const { actor, services, budget } = asking;
  const environmentId = await environmentIdOf(asking, request.params.environment);
  const input = { environmentId, contexts: [context], areContextsChecked: true };
  const outcome = await withinLimits(options, asking, () => services.snapshots.evaluate(actor, input, budget));
  if (outcome === null) throw new RequestFault('NOT_FOUND', absence('environment', request.params.environment));
  const [{ evaluations } = { evaluations: [] }] = outcome.results;
  return Object.fromEntries(evaluations.map((evaluation) => [evaluation.flagKey, bulkFlag(evaluation)]));
}

function bulkFlag({ value, variationKey, variationIndex, flagVersion, inExperiment }: Evaluation): BulkFlag {
  const variation = variationKey === null ? null : variationIndex;
  return { value, variation, version: flagVersion, flagVersion, trackEvents: inExperiment };
}

/** Lets a key of one environment name it also by the environment's key. */
async function environmentIdOf({ actor, loaders }: Context, idOrKey: string): Promise<string> {
  if (actor.kind !== 'API_KEY' || actor.environmentId === null || actor.environmentId === idOrKey) return idOrKey;
  const own = await loaders.environment.load(actor.environmentId);
  if (own?.key !== idOrKey) throw ofAnotherEnvironment();
  return own.id;
}

/** Decodes JSON from base64url or base64, with or without padding. */
function contextOfQuery(text: unknown): EvaluationContext {
  if (typeof text !== 'string' || text === '') {
    throw new RequestFault(
      'BAD_USER_INPUT',
      'The query parameter context must be given exactly once, as a base64url-encoded JSON object.',
    );
  }
  // A plus sign that was not escaped is a blank in a query.
  const encoded = text.replaceAll(' ', '+');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded)) throw new RequestFault('BAD_USER_INPUT', 'context: not valid base64url.');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64url')));
  } catch {
    throw new RequestFault('BAD_USER_INPUT', 'context: the decoded bytes are not JSON in UTF-8.');
  }
  return contextOfJson(json);
}

function contextOfJson(json: unknown): EvaluationContext {
  const read = readLaunchDarklyContext(json);
  if ('problems' in read) throw new RequestFault('BAD_USER_INPUT', read.problems.join(' '));
  return read.context;
}
