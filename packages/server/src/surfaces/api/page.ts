import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { sendRefusal } from './answers.ts';
import type { Decisions } from './deps.ts';
import { callerOf, refuseThrown } from './thrown.ts';

export interface PageOptions {
  /** Folder of the built page; without an index.html there the server has no page. */
  readonly dir: string;
  readonly decisions: Pick<Decisions, 'record' | 'newRequestId'>;
}

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const;

/** The built page, its index.html for every address that a browser opens, and the answer to routes that do not exist. */
export function registerPage(app: FastifyInstance, options: PageOptions): void {
  const { dir, decisions } = options;
  const built = existsSync(join(dir, 'index.html'));
  if (built) {
    void app.register(fastifyStatic, {
      root: dir,
      setHeaders: (reply, path) => {
        for (const [name, value] of Object.entries(HEADERS)) void reply.header(name, value);
        void reply.header('X-Request-Id', decisions.newRequestId());
        // Vite puts a hash into the names of assets.
        void reply.header('Cache-Control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
      cacheControl: false,
    });
  }
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const opensPage =
      request.method === 'GET' &&
      !/^\/(api|files|onebot)(\/|$)/.test(path) &&
      (request.headers.accept ?? '').includes('text/html');
    if (built && opensPage) return reply.code(200).sendFile('index.html');
    return sendRefusal(
      decisions,
      reply,
      { code: 'http.route_unknown', evidence: { path: path.slice(0, 256), method: request.method } },
      { caller: callerOf(request), uid: null },
    );
  });
  app.setErrorHandler(refuseThrown(decisions));
}
