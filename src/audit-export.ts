/** `GET /organizations/{id}/audit-log.jsonl`: the whole audit log as JSON Lines, oldest last, one object for each change. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Context } from './context';
import { RequestFault } from './errors';
import type { ChangeBodyEntity } from './modules/changes/change-body-entity';
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
    yield changes.map((change, i) => `${jsonLine(lineOf(change, bodies[i]))}\n`).join('');
    loaders.bodiesOfChange.clearAll();
    if (changes.length < PAGE_ROWS) return;
    before = changes.at(-1)?.sequence ?? null;
  }
}

/** All that an independent verification needs (docs/AUDIT.md): the canonical text follows from the rest. */
function lineOf({ canonical, ...envelope }: ChangeEntity, bodies: readonly ChangeBodyEntity[] | Error | undefined): object {
  // The export breaks off; it never tells less than there is.
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

/** JSON without any character that some reader of lines takes for the end of one (NEL, U+2028, U+2029), or a terminal for a command. */
function jsonLine(value: object): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
