import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { definitionOf } from '@hufu/refusals';
import { editDistance } from '../../kernel/nearest.ts';
import { callerOf } from '../listen/caller.ts';
import { sendRefusal } from './answers.ts';
import type { Decisions } from './deps.ts';
import { refuseThrown } from './thrown.ts';

export interface PageOptions {
  /** Folder of the built page; without an index.html there the server has no page. */
  readonly dir: string;
  /** Every route there is, for suggestions. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  readonly decisions: Pick<Decisions, 'record' | 'newRequestId'>;
}

/**
 * Everything of the page is served here, so nothing else may be loaded, and nothing can be sent elsewhere. `host` has passed the Host check; it is named because
 * not every browser counts a WebSocket to the same host as 'self'.
 */
function headersFor(host: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'self'",
    "img-src 'self' data: blob:",
    `connect-src 'self' ws://${host} wss://${host}`,
    "object-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
  };
}

/** The built page, its index.html for every address that a browser opens, and the answer to routes that do not exist. */
export function registerPage(app: FastifyInstance, options: PageOptions): void {
  const { dir, decisions, routes } = options;
  const built = existsSync(join(dir, 'index.html'));
  if (built) {
    void app.register(fastifyStatic, {
      root: dir,
      dotfiles: 'ignore',
      setHeaders: (reply, path) => {
        for (const [name, value] of Object.entries(headersFor(reply.request.headers.host ?? ''))) void reply.header(name, value);
        void reply.header('X-Request-Id', decisions.newRequestId());
        // Vite puts a hash into the names of assets.
        void reply.header('Cache-Control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
      cacheControl: false,
    });
  }
  const refuseUnknown = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const caller = callerOf(request);
    const near = nearRoutes(caller.path, routes);
    // The key in which back ends of WuKongIM look for words.
    const msg = definitionOf('http.route_unknown').public.zh;
    const evidence = { path: caller.path.slice(0, 256), method: request.method, near: near.join(', ') };
    return sendRefusal(decisions, reply, { code: 'http.route_unknown', evidence }, { caller, uid: null, extra: { near, msg } });
  };
  // Before the body is read: an unknown route has no content type and no limit of its own.
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404 && !(built && opensPage(request))) return refuseUnknown(request, reply);
  });
  app.setNotFoundHandler(async (request, reply) =>
    built && opensPage(request) ? reply.code(200).sendFile('index.html') : refuseUnknown(request, reply),
  );
  app.setErrorHandler(refuseThrown(decisions));
}

function opensPage(request: FastifyRequest): boolean {
  const { path } = callerOf(request);
  return (
    request.method === 'GET' && !/^\/(api|files|onebot)(\/|$)/.test(path) && (request.headers.accept ?? '').includes('text/html')
  );
}

const MAX_NEAR = 3;
const MAX_PATH = 128;

/** Routes that the path may have meant: the same behind a prefix that a proxy added or took away, or a slip of a few letters. */
function nearRoutes(path: string, routes: PageOptions['routes']): readonly string[] {
  const given = path.slice(0, MAX_PATH).replace(/\/+$/, '').toLowerCase();
  return routes
    .map(({ method, path: known }) => {
      const shifted = given.length > 1 && (given.endsWith(known) || known.endsWith(given));
      return { name: `${method} ${known}`, distance: shifted ? 0 : editDistance(given, known), allowed: known.length / 4 };
    })
    .filter((one) => one.distance <= one.allowed)
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, MAX_NEAR)
    .map((one) => one.name);
}
