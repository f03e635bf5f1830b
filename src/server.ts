/** The transports: GraphQL over HTTP and WebSocket, health, GraphiQL. Knows no business words. */
import Fastify, { type FastifyInstance } from 'fastify';
import type { ServerOptions as HttpServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { addAuditExport } from './http/audit-export';
import { basePathOf, serveUnder } from './http/base-path';
import { Drain } from './http/drain';
import { addEvaluateRoute } from './fast-evaluate/route';
import { addGraphiql, isGraphiqlInstalled } from './http/graphiql';
import { addGraphql, createApollo } from './http/graphql';
import { addErrorHandlers, answerFrameworkError } from './http/errors';
import { addHooks, createEndWhenAnswered, newRequestId, type EndWhenAnswered } from './http/hooks';
import { addLaunchDarklyFormat } from './http/launchdarkly/routes';
import { LiveOperations } from './subscriptions/live-operations';
import { addOfrep } from './http/ofrep/routes';
import { addOidc, type Oidc } from './http/oidc/routes';
import { BODY_BYTES_MAX_ORDINARY, Operations } from './operations/operations';
import { addOpenapi } from './http/openapi';
import { addMetrics } from './http/metrics';
import { createMalformedAnswer } from './http/malformed-input';
import { addPages } from './http/pages';
import { boundPipelines } from './http/pipelining-limit';
import { ServedPaths } from './http/served-paths';
import { addSessionRoutes } from './http/session-routes';
import { UPGRADES } from './subscriptions/ignored-upgrade';
import { SocketAdmission } from './subscriptions/socket-admission';
import { createSocketServer, type LiveOptions, type SocketServer } from './subscriptions/socket-server';
import { addEventStreams } from './subscriptions/sse';
import type { Readiness, TransportOptions } from './http/transport';

export interface Server {
  /** `http://host:port`, with the port that was actually bound. */
  readonly url: string;
  /** Null where GraphiQL is not served. */
  readonly graphiqlUrl: string | null;
  /** Answers at `/readyz` that no more requests should come, and lets connections end; goes on accepting new ones. */
  readonly beginDrain: () => void;
  /** Stops accepting, lets running requests finish, closes sockets with 1001, then closes. */
  readonly close: () => Promise<void>;
}

const HEADERS_TIMEOUT_MS = 10_000;

export interface ServerOptions extends Omit<TransportOptions, 'ending'> {
  readonly host: string;
  readonly port: number;
  /** Null: log-in through a provider is off. */
  readonly oidc: Oidc | null;
}

/**
 * Connections that wait to be accepted; the system bounds them, too (net.core.somaxconn). Node's 511 are fewer than the clients that
 * come at once when another server stops, and one too many waits for seconds.
 */
const BACKLOG = 4_096;

export async function startServer(serverOptions: ServerOptions): Promise<Server> {
  const ending = new AbortController();
  const options = { ...serverOptions, ending: ending.signal };
  const endWhenAnswered = createEndWhenAnswered(options);
  const app = createHttp(options, endWhenAnswered);
  const operations = new Operations(options);
  const apollo = createApollo(options, operations);
  await apollo.start();
  // Fastify accepts plain text too, which a page of another site may send without a preflight.
  app.removeContentTypeParser('text/plain');
  addErrorHandlers(app, options.log);
  addHooks(app, options, endWhenAnswered);
  const paths = new ServedPaths(app);
  addGraphql(app, apollo, operations, options);
  addEvaluateRoute(app, operations, options);
  const drain = new Drain(app.server, options.limits);
  boundPipelines(app.server);
  serveUnder(app.server, basePathOf(options.publicUrl));
  addHealth(app, options, drain);
  addMetrics(app, options);
  addAuditExport(app, options);
  addOfrep(app, paths, options);
  addSessionRoutes(app, operations, options);
  addOidc(app, options);
  addPages(app);
  addOpenapi(app, options);
  addLaunchDarklyFormat(app, options);
  const live = createLive(operations, options);
  addEventStreams(app, live, options);
  const hasGraphiql = !options.isProduction && isGraphiqlInstalled();
  if (hasGraphiql) addGraphiql(app, basePathOf(options.publicUrl));
  await app.listen({ host: options.host, port: options.port, backlog: BACKLOG });
  const sockets = createSocketServer(app.server, live, options);
  const url = urlOf(options.host, app.server.address() as AddressInfo);
  return {
    url,
    graphiqlUrl: hasGraphiql ? `${url}/graphiql` : null,
    beginDrain: () => drain.begin(),
    close: async () => {
      await endConnections(drain, sockets, { ending, log: options.log });
      await app.close();
      await apollo.stop();
      options.access.close();
      options.load.close();
    },
  };
}

function createLive(operations: Operations, options: TransportOptions): LiveOptions {
  const { socketAcceptRate: acceptRate, socketsPendingMax: pendingMax } = options.limits;
  const admission = new SocketAdmission({ acceptRate, pendingMax });
  options.metrics.observe('flagstaff_overload_refusals_total', () => [
    { labels: { what: 'operation' }, value: operations.shedCount },
    { labels: { what: 'connection' }, value: admission.refusedCount },
  ]);
  return { live: new LiveOperations(operations, options), access: options.access, admission };
}

async function endConnections(
  drain: Drain,
  sockets: SocketServer,
  { ending, log }: { readonly ending: AbortController; readonly log: Logger },
): Promise<void> {
  const { ended } = await drain.stopAccepting();
  // Streams and sockets end only now, so that their clients come back to another server.
  ending.abort();
  await sockets.close();
  const cut = await ended;
  if (cut > 0) log.warn({ connections: cut }, 'connections were cut off, because they did not end in time');
}

function createHttp(options: TransportOptions, endWhenAnswered: EndWhenAnswered): FastifyInstance {
  const { log } = options;
  return Fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX_ORDINARY,
    // Contexts may have these names as any others. Nothing copies members by assignment to an object that has a prototype.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    // Paths contain flag keys, up to their longest.
    routerOptions: { maxParamLength: 1_000 },
    requestTimeout: options.limits.requestTimeoutMs,
    http: { ...slowRequests(options.limits), ...UPGRADES },
    frameworkErrors: (error, request, reply) => answerFrameworkError(error, { request, reply, log, endWhenAnswered }),
    clientErrorHandler: createMalformedAnswer(options),
    genReqId: newRequestId,
  });
}

/** Node uses the shorter of both timeouts for the headers, so theirs must be set too; it checks them periodically. */
function slowRequests({ requestTimeoutMs }: TransportOptions['limits']): HttpServerOptions {
  const headersTimeout = Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs);
  return { headersTimeout, requestTimeout: requestTimeoutMs, connectionsCheckingInterval: Math.min(5_000, requestTimeoutMs) };
}

function urlOf(host: string, address: AddressInfo): string {
  const name = ['127.0.0.1', '0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${address.port}`;
}

function addHealth(app: FastifyInstance, { readiness }: TransportOptions, drain: Drain): void {
  app.get('/livez', async () => ({ status: 'live' }));
  app.get('/readyz', async (_request, reply) => {
    const answer: Readiness = drain.isDraining ? { status: 'unready', reason: 'the server is about to stop' } : readiness();
    return reply.code(answer.status === 'ready' ? 200 : 503).send(answer);
  });
}
