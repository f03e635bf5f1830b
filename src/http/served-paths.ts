/** Tells a wrong method from a wrong path, and refuses both before the body is read. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestFault } from '../errors';

/** Methods that are answered wherever others are, and not worth naming. */
const UNNAMED: ReadonlySet<string> = new Set(['HEAD', 'OPTIONS']);

export class ServedPaths {
  private readonly routes: { readonly path: RegExp; readonly methods: readonly string[] }[] = [];

  /** Must be created before the routes; those that catch everything else are no paths. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      if (url.includes('*')) return;
      const methods = [method].flat().filter((name) => !UNNAMED.has(name));
      this.routes.push({ path: patternOf(url), methods });
    });
    app.addHook('onRequest', async (request, reply) => {
      if (request.is404) throw this.refusal(request, reply);
    });
  }

  /** For a request that no route takes. Sets the `Allow` header. */
  refusal({ url, method }: FastifyRequest, reply: FastifyReply): RequestFault {
    const path = url.split('?')[0] ?? '';
    const methods = [...new Set(this.routes.filter((route) => route.path.test(path)).flatMap((route) => route.methods))].sort();
    if (methods.length === 0) return new RequestFault('NOT_FOUND', `There is nothing at ${path}.`);
    reply.header('allow', methods.join(', '));
    return new RequestFault('METHOD_NOT_ALLOWED', `${path} is served over ${methods.join(' and ')}, not ${method}.`);
  }
}

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}$`);
}
