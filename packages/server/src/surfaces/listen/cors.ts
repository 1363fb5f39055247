import type { IncomingMessage, ServerResponse } from 'node:http';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS = 'Authorization, Content-Type, token, X-API-Key, X-Request-Id';
const ANSWER_HEADERS = 'X-Request-Id, Retry-After, WWW-Authenticate, Allow, Date';
const MAX_AGE_SECONDS = 600;

/** For an origin that has passed the check: every answer, a refusal too, may be read by its page. */
export function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Allow-Credentials', 'true');
  response.setHeader('Access-Control-Expose-Headers', ANSWER_HEADERS);
  response.setHeader('Vary', 'Origin');
}

/** A browser that asks first (Fetch standard): OPTIONS with an origin and the method it means to use. Answered before credentials. */
export function isPreflight(request: IncomingMessage): boolean {
  const { headers } = request;
  return request.method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

export function answerPreflight(response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Methods', METHODS);
  response.setHeader('Access-Control-Allow-Headers', REQUEST_HEADERS);
  response.setHeader('Access-Control-Max-Age', String(MAX_AGE_SECONDS));
  response.setHeader('Vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers');
  response.writeHead(204).end();
}
