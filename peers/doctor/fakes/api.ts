import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** How the fake API behaves. It is shaped like the token APIs people meet: a key in Authorization, JSON refusals, a list of addresses, scopes, a rate. */
export interface ApiBehaviour {
  readonly key?: string;
  readonly revoked?: string;
  readonly expired?: string;
  /** Refuse every address: naming the one seen, without a word, or with the page of a CDN. */
  readonly address?: 'named' | 'silent' | 'page';
  /** The address it believes to see, e.g. behind a proxy. */
  readonly sees?: string;
  readonly methods?: readonly string[];
  /** The key is known and lacks this. */
  readonly scope?: string;
  readonly silentScope?: true;
  readonly plan?: true;
  readonly rate?: string;
  /** Reads the key from this header only, or from this key of the query. */
  readonly header?: string;
  readonly query?: string;
  readonly cors?: { readonly origin: string; readonly methods: string; readonly headers: string };
  /** Says nothing but the status. */
  readonly mute?: true;
}

export interface FakeApi {
  readonly url: string;
  readonly requests: { method: string; url: string; authorization: string | undefined }[];
  [Symbol.dispose](): void;
}

export function startApi(behaviour: ApiBehaviour): Promise<FakeApi> {
  const requests: FakeApi['requests'] = [];
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? '', url: request.url ?? '', authorization: request.headers.authorization });
    request.resume();
    answer(request, response, behaviour);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({ url: `http://127.0.0.1:${port}/v1/messages`, requests, [Symbol.dispose]: () => void server.close() });
    });
  });
}

function answer(request: IncomingMessage, response: ServerResponse, behaviour: ApiBehaviour): unknown {
  const methods = behaviour.methods ?? ['GET', 'POST'];
  const say = (status: number, error: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...cors(behaviour), ...headers });
    response.end(behaviour.mute === true ? '' : JSON.stringify({ error, requestId: Math.random().toString(16).slice(2) }));
  };
  if (request.method === 'OPTIONS') {
    const preflight =
      behaviour.cors === undefined
        ? {}
        : { 'Access-Control-Allow-Methods': behaviour.cors.methods, 'Access-Control-Allow-Headers': behaviour.cors.headers };
    response.writeHead(204, { Allow: [...methods, 'OPTIONS'].join(', '), ...cors(behaviour), ...preflight }).end();
    return;
  }
  if (behaviour.address !== undefined) {
    const seen = behaviour.sees ?? request.socket.remoteAddress ?? '';
    if (behaviour.address === 'page') {
      response.writeHead(403, { 'Content-Type': 'text/html; charset=UTF-8', Server: 'cloudflare' });
      return response.end(`<html><title>Access denied</title><p>Your IP: ${seen}</p></html>`);
    }
    return say(403, behaviour.address === 'named' ? `IP address ${seen} is not in the whitelist` : 'Forbidden');
  }
  const url = new URL(request.url ?? '', 'http://any');
  if (url.pathname !== '/v1/messages') return say(404, 'not found');
  if (!methods.includes(request.method ?? '')) return say(405, 'method not allowed', { Allow: methods.join(', ') });
  const header = behaviour.header ?? 'authorization';
  const given =
    behaviour.query === undefined
      ? String(request.headers[header] ?? '').replace(/^Bearer /, '')
      : (url.searchParams.get(behaviour.query) ?? '');
  if (given === '') return say(401, 'API key is missing', { 'WWW-Authenticate': 'Bearer realm="api"' });
  if (behaviour.rate !== undefined) return say(429, 'too many requests', { 'Retry-After': behaviour.rate });
  if (given === behaviour.revoked) return say(403, 'this key was revoked');
  if (given === behaviour.expired)
    return say(401, 'token expired', { 'WWW-Authenticate': 'Bearer error="invalid_token", error_description="expired"' });
  if (given !== behaviour.key) return say(401, 'invalid key');
  if (behaviour.scope !== undefined) return say(403, `scope ${behaviour.scope} is needed`);
  if (behaviour.silentScope === true) return say(403, 'Forbidden');
  if (behaviour.plan === true) return say(403, 'not included in your plan, please upgrade your subscription');
  response.writeHead(200, { 'Content-Type': 'application/json', ...cors(behaviour) }).end('{"messages":[]}');
}

function cors(behaviour: ApiBehaviour): Record<string, string> {
  return behaviour.cors === undefined ? {} : { 'Access-Control-Allow-Origin': behaviour.cors.origin };
}
