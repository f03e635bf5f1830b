/** `GET /organizations/{id}/audit-log.jsonl`: the whole audit log as JSON Lines, oldest last, one object for each change. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Context } from './context';
import { RequestFault } from './errors';
import type { ChangeEntity } from './modules/changes/change-entity';

const PAGE_ROWS = 500;

/** `contextOf` authenticates; it throws `Unauthenticated`. */
export function addAuditExport(app: FastifyInstance, contextOf: (request: FastifyRequest) => Promise<Context>): void {
  app.get<{ Params: { id: string } }>('/organizations/:id/audit-log.jsonl', async (request, reply) => {
    const context = await contextOf(request);
    const { id } = request.params;
    if (!context.services.changes.mayReadAudit(context.actor, id)) {
      throw new RequestFault('NOT_FOUND', `There is no organization ${JSON.stringify(id)}.`);
    }
    reply.type('application/jsonl; charset=utf-8').header('cache-control', 'no-store');
    return reply.send(Readable.from(linesOf(context, id)));
  });
}

/** Page by page, so that no connection to the database waits for a slow reader. */
async function* linesOf({ services, loaders }: Context, organizationId: string): AsyncGenerator<string> {
  let before: string | null = null;
  for (;;) {
    const changes: ChangeEntity[] = await services.changes.list({ organizationId }, before, PAGE_ROWS);
    const bodies = await loaders.bodiesOfChange.loadMany(changes.map((change) => change.id));
    yield changes.map((change, i) => `${JSON.stringify(lineOf(change, bodies[i]))}\n`).join('');
    loaders.bodiesOfChange.clearAll();
    if (changes.length < PAGE_ROWS) return;
    before = changes.at(-1)?.sequence ?? null;
  }
}

function lineOf(change: ChangeEntity, bodies: unknown): object {
  const { canonical: _canonical, ...envelope } = change;
  const items = Array.isArray(bodies)
    ? bodies.map((body: { before: string | null; after: string | null; salt: string | null }) => {
        const { salt: _salt, ...item } = body;
        return { ...item, before: parsed(body.before), after: parsed(body.after) };
      })
    : [];
  return { ...envelope, items };
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
