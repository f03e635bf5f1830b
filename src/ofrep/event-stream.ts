/**
 * `GET /ofrep/v1/event-stream`: Server-Sent Events that say "ask again" when the flags of an environment change (OFREP
 * ADR-0008, docs/OFREP.md). They carry no flags, so a client that is slow or was away misses nothing: it hears of the newest
 * revision only, and first of all, whatever it knows, unless `Last-Event-ID` says that it knows just that.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { RequestFault, TryLater, Unauthenticated } from '../errors';
import { notedFor } from '../cors';
import { contextOf } from '../graphql-http';
import type { EnvironmentBook } from '../modules/snapshots/environment-book';
import type { TransportOptions } from '../transport';
import { ChangeWaiter } from './change-waiter';

export const EVENT_STREAM_PATH = '/ofrep/v1/event-stream';

/** Proxies end connections on which nothing comes for a minute. */
const HEARTBEAT_MS = 15_000;
/** Changes that come one after the other are told once. */
const COALESCE_MS = 100;
/** How long streams have to end when the server goes. */
const DRAIN_MS = 1_000;
const STREAMS_MAX = 10_000;
/** Clients come back after a time of their own, so that a restart does not bring all of them at once. */
const RETRY_MS = { least: 1_000, spread: 4_000 };

interface Following {
  readonly book: EnvironmentBook;
  readonly knownId: string | null;
  readonly isWelcome: () => Promise<boolean>;
}

export function addEventStream(app: FastifyInstance, options: TransportOptions): void {
  const open = new Map<Readable, ChangeWaiter>();
  app.addHook('preClose', async () => {
    for (const [stream, waiter] of open) {
      waiter.end();
      // Whoever does not read does not come to the end.
      setTimeout(() => stream.destroy(), DRAIN_MS).unref();
    }
  });
  app.get<{ Querystring: { ticket?: unknown } }>(EVENT_STREAM_PATH, async (request, reply) => {
    const following = await followingOf(request, options);
    if (open.size >= STREAMS_MAX) throw new TryLater('UNAVAILABLE', `This server has ${STREAMS_MAX} event streams already.`, 5);
    const waiter = new ChangeWaiter(following.book);
    const stream = Readable.from(linesOf(following, waiter), { objectMode: false, highWaterMark: 1 });
    open.set(stream, waiter);
    stream.once('close', () => {
      open.delete(stream);
      waiter.end();
    });
    reply.type('text/event-stream; charset=utf-8').header('cache-control', 'no-store').header('x-accel-buffering', 'no');
    return reply.send(stream);
  });
}

async function followingOf(
  request: FastifyRequest<{ Querystring: { ticket?: unknown } }>,
  options: TransportOptions,
): Promise<Following> {
  const { services, actor: anonymous } = await contextOf(request, options);
  const { ticket } = request.query;
  const redeemed = typeof ticket === 'string' ? await services.streamTickets.redeem(ticket, anonymous.request) : null;
  if (redeemed === null) {
    throw new Unauthenticated(
      'The ticket of this event stream is not valid, or has ended; ask for the flags again to get another.',
    );
  }
  const { actor, environmentId } = redeemed;
  notedFor(request, actor);
  const { settle } = await options.rateLimits.operation(actor, 1);
  await settle(1);
  const book = await services.snapshots.openFor(actor, environmentId, 'flag:evaluate');
  if (book === null) throw new RequestFault('NOT_FOUND', 'There is no such environment any more.');
  const knownId = request.headers['last-event-id'];
  return {
    book,
    knownId: typeof knownId === 'string' ? knownId : null,
    isWelcome: () => services.streamTickets.isLive(actor),
  };
}

async function* linesOf({ book, knownId, isWelcome }: Following, waiter: ChangeWaiter): AsyncGenerator<string> {
  let known = knownId;
  yield `retry: ${RETRY_MS.least + Math.floor(Math.random() * RETRY_MS.spread)}\n\n`;
  while (!waiter.hasEnded && !book.isClosed) {
    waiter.arm();
    const newest = eventIdOf(book);
    if (newest !== known) {
      known = newest;
      yield eventOf(newest);
      await sleep(COALESCE_MS, undefined, { ref: false });
      continue;
    }
    if (await waiter.wait(HEARTBEAT_MS)) continue;
    if (!(await isWelcome())) return;
    yield ': still here\n\n';
  }
}

function eventIdOf({ epoch, revision }: EnvironmentBook): string {
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
