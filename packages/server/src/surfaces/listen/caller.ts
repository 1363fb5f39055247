import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { hasTokenInQuery } from '../../policy/credentials/extract.ts';

/** Who asks over HTTP, as the checks and the decisions see it. */
export interface Caller {
  readonly address: string;
  readonly headers: IncomingHttpHeaders;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Its query holds something that is named like a credential. */
  readonly queryToken: boolean;
}

export function callerOf(request: FastifyRequest): Caller {
  return {
    address: request.socket.remoteAddress ?? '',
    headers: request.raw.headers,
    method: request.method,
    path: request.url.split('?', 1)[0] ?? '/',
    queryToken: hasTokenInQuery(request.url),
  };
}
