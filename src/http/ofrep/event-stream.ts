/**
 * `GET /ofrep/v1/event-stream`: Server-Sent Events that say "ask again" when the flags of an environment change (OFREP
 * ADR-0008, docs/OFREP.md). They carry no flags, so a client that is slow or was away misses nothing: it hears of the newest
 * revision only, and first of all, whatever it knows, unless `Last-Event-ID` says that it knows just that.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { RequestFault, TryLater, Unauthenticated } from '../../errors';
import { notedFor } from '../cors';
import { comeBackAfter, EVENT_STREAM_HEADERS, isEventSource } from '../event-stream-headers';
import { contextOf } from '../graphql';
import type { Connected, LiveAccess } from '../../modules/access/live-access';
import type { ApiKeyActor } from '../../modules/access/actor';
import type { EnvironmentState } from '../../modules/snapshots/environment-state';
import { waitUntil } from '../../modules/snapshots/wait-until';
import type { TransportOptions } from '../transport';
import { sendOfrepError } from './ofrep-errors';

export const EVENT_STREAM_PATH = '/ofrep/v1/event-stream';

/** Proxies end connections on which nothing comes for a minute. */
const HEARTBEAT_MS = 15_000;
/** Changes in quick succession are sent as one event. */
const COALESCE_MS = 100;
/** How long streams have to end when the server or their key goes. */
const DRAIN_MS = 1_000;
const STREAMS_MAX = 10_000;
/** Clients come back after a time of their own, so that a restart does not bring all of them at once. */
const RETRY_MS = { least: 1_000, spread: 4_000 };

interface Following {
  readonly state: EnvironmentState;
  readonly knownId: string | null;
  readonly key: ApiKeyActor;
  /** The generation of access rules at which the key was found valid. */
  readonly since: number;
}

export function addEventStream(app: FastifyInstance, options: TransportOptions): void {
  const open = new Set<EventStream>();
  options.metrics.observe('flagstaff_connections', () => [{ labels: { transport: 'ofrep_event_stream' }, value: open.size }]);
  options.ending.addEventListener('abort', () => {
    for (const stream of open) stream.end();
  });
  app.addHook('onClose', async () => options.ticketAccess.close());
  const errorHandler = (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void => {
    if (error instanceof TryLater && isEventSource(request)) void comeBackAfter(error.retryAfterSeconds, reply);
    else sendOfrepError(error, request, reply, options.log);
  };
  app.get<{ Querystring: { ticket?: unknown } }>(EVENT_STREAM_PATH, { errorHandler }, async (request, reply) => {
    const following = await followingOf(request, options);
    if (options.ending.aborted) throw new TryLater('UNAVAILABLE', 'This server is about to stop.', 1);
    if (open.size >= STREAMS_MAX)
      throw new TryLater('UNAVAILABLE', `This server already has ${STREAMS_MAX} event streams, the most that it serves.`, 5);
    const stream = new EventStream(following, options.ticketAccess);
    open.add(stream);
    stream.readable.once('close', () => open.delete(stream));
    return reply.headers(EVENT_STREAM_HEADERS).send(stream.readable);
  });
}

/** One stream that was opened. It ends when the key that opened it does. */
class EventStream implements Connected {
  readonly readable: Readable;
  private readonly ending = new AbortController();

  constructor(following: Following, access: LiveAccess<string>) {
    this.readable = Readable.from(linesOf(following, this.ending.signal), { objectMode: false, highWaterMark: 1 });
    const { key, since } = following;
    const tracked = access.track(key.id, key.request, this, since);
    this.readable.once('close', () => {
      this.ending.abort();
      access.release(tracked, this);
    });
  }

  /** A key of one environment evaluates there as long as it lives. */
  review(): void {}

  refuse(): void {
    this.end();
  }

  end(): void {
    this.ending.abort();
    // A client that does not read never comes to the end.
    setTimeout(() => this.readable.destroy(), DRAIN_MS).unref();
  }
}

async function followingOf(
  request: FastifyRequest<{ Querystring: { ticket?: unknown } }>,
  options: TransportOptions,
): Promise<Following> {
  const { services, actor: anonymous } = await contextOf(request, options);
  const { ticket } = request.query;
  const since = options.ticketAccess.generation;
  const redeemed = typeof ticket === 'string' ? await services.streamTickets.redeem(ticket, anonymous.request) : null;
  if (redeemed === null) {
    throw new Unauthenticated(
      'The ticket for this event stream is invalid or has expired; request the flags again to get a new one.',
    );
  }
  const { actor, environmentId } = redeemed;
  notedFor(request, actor);
  options.rateLimits.operation(actor, 1).settle(1);
  const state = await services.snapshots.openFor(actor, environmentId, 'flag:evaluate');
  if (state === null) throw new RequestFault('NOT_FOUND', 'The environment no longer exists.');
  const knownId = request.headers['last-event-id'];
  return {
    state,
    knownId: typeof knownId === 'string' ? knownId : null,
    key: actor,
    since,
  };
}

/** Ends, and says nothing more, once the signal has aborted. */
async function* linesOf({ state, knownId }: Following, signal: AbortSignal): AsyncGenerator<string> {
  let known = knownId;
  yield `retry: ${RETRY_MS.least + Math.floor(Math.random() * RETRY_MS.spread)}\n\n`;
  while (!signal.aborted && !state.isClosed) {
    const newest = eventIdOf(state);
    if (newest !== known) {
      known = newest;
      yield eventOf(newest);
      await sleep(COALESCE_MS, undefined, { ref: false });
      continue;
    }
    const hasNews = (): boolean => state.isClosed || eventIdOf(state) !== newest;
    const isWoken = await waitUntil(state, hasNews, { timeoutMs: HEARTBEAT_MS, signal });
    if (!isWoken && !signal.aborted) yield ': still here\n\n';
  }
}

function eventIdOf({ epoch, revision }: EnvironmentState): string {
  return `${epoch}:${revision}`;
}

function eventOf(id: string): string {
  const data = { type: 'refetchEvaluation', etag: id, lastModified: Math.floor(Date.now() / 1000) };
  return `id: ${id}\nevent: message\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The revision that an event named in its `etag`; null for anything else. */
export function revisionOfEvent(etag: unknown): { epoch: string; revision: number } | null {
  const [, epoch, revision] = (typeof etag === 'string' && /^([A-Za-z0-9_-]{1,100}):(\d{1,15})$/.exec(etag)) || [];
  return epoch === undefined ? null : { epoch, revision: Number(revision) };
}
