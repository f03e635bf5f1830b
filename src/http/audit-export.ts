/** `GET /organizations/{id}/audit-log.jsonl`: the whole audit log as JSON Lines, newest first, one object per change. */
import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import type { Context } from '../modules/context';
import { Forbidden, RequestFault } from '../errors';
import { authorizationHeaderOf } from './credential-header';
import { contextFor } from './graphql';
import type { Connected } from '../modules/access/live-access';
import { absence } from '../modules/access/absence';
import { permits, type Actor } from '../modules/access/actor';
import { FULL_VISIBILITY } from '../modules/access/visibility';
import type { ChangeBodyEntity } from '../modules/changes/change-body-entity';
import type { ChangeEntity } from '../modules/changes/change-entity';
import { rateLimitHeaders } from './rate-limit-headers';
import type { TransportOptions } from './transport';

const PAGE_ROWS = 500;

export function addAuditExport(app: FastifyInstance, options: TransportOptions): void {
  const { access, rateLimits, sessionCookies } = options;
  app.get<{ Params: { id: string } }>('/organizations/:id/audit-log.jsonl', async (request, reply) => {
    const since = access.generation;
    const credential = authorizationHeaderOf(request.headers) ?? sessionCookies.read(request.headers);
    const context = await contextFor(request, credential, options);
    const { actor, services } = context;
    const { id } = request.params;
    if (!services.changes.mayReadAudit(actor, id)) {
      throw new RequestFault('NOT_FOUND', absence('organization', id));
    }
    const admission = rateLimits.operation(actor, PAGE_ROWS);
    const exported = new AuditExport(context, id);
    const tracked = access.track(credential ?? '', actor.request, exported, since);
    exported.lines.once('close', () => {
      access.release(tracked, exported);
      admission.settle(Math.max(1, exported.rows));
    });
    reply.headers(rateLimitHeaders(admission));
    reply.type('application/jsonl; charset=utf-8').header('cache-control', 'no-store');
    return reply.send(exported.lines);
  });
}

/** Aborts the export when its caller may no longer read the audit log, so that nobody takes a part for the whole. */
class AuditExport implements Connected {
  readonly lines: Readable;
  /** Changes and items read so far: the cost of the export. */
  rows = 0;

  constructor(
    context: Context,
    private readonly organizationId: string,
  ) {
    this.lines = Readable.from(linesOf(context, organizationId, (rows) => (this.rows += rows)));
  }

  review(actor: Actor): void {
    if (!permits(actor, 'audit:read', { organizationId: this.organizationId })) this.refuse(new Forbidden('audit:read'));
  }

  refuse(fault: RequestFault): void {
    this.lines.destroy(fault);
  }
}

/** Reads page by page, so that no database connection waits for a slow reader. */
async function* linesOf(
  { services, loaders }: Context,
  organizationId: string,
  count: (rows: number) => void,
): AsyncGenerator<string> {
  let before: string | null = null;
  for (;;) {
    const changes: ChangeEntity[] = await services.changes.list({ organizationId }, FULL_VISIBILITY, before, PAGE_ROWS);
    const bodies = await loaders.bodiesOfChange.loadMany(changes.map((change) => change.id));
    count(bodies.reduce((rows, items) => rows + (items instanceof Error ? 0 : items.length), changes.length));
    yield changes.map((change, i) => `${jsonLine(lineOf(change, bodies[i]))}\n`).join('');
    loaders.bodiesOfChange.clearAll();
    if (changes.length < PAGE_ROWS) return;
    before = changes.at(-1)?.sequence ?? null;
  }
}

/** Everything that an independent verification needs (docs/AUDIT.md): the canonical text follows from the rest. */
function lineOf({ canonical, ...envelope }: ChangeEntity, bodies: readonly ChangeBodyEntity[] | Error | undefined): object {
  // The export aborts; it never leaves anything out silently.
  if (bodies === undefined || bodies instanceof Error) throw bodies ?? new Error('The bodies of a change were not answered.');
  const items = bodies.map((body) => ({
    ...body,
    before: parsed(body.before),
    after: parsed(body.after),
    isErased: body.salt === null,
  }));
  const { format = 1 } = JSON.parse(canonical) as { readonly format?: number };
  return { ...envelope, format, items };
}

/** JSON without characters that some readers take for the end of a line (NEL, U+2028, U+2029), or terminals for a command. */
function jsonLine(value: object): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
