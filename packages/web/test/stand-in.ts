import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';

/** A server with canned answers for tests of the client and for looking at the page. It speaks the shapes of `/api/v1` and JSON-RPC, and decides nothing. */
export interface StandIn {
  readonly url: string;
  /** Sockets that passed `connect`. */
  readonly live: Set<WebSocket>;
  /** Parsed requests and notifications that came over sockets. */
  readonly heard: { method: string; params: Record<string, unknown> }[];
  /** Answers by `METHOD path`; the default knows one account `alice` / `secret`. */
  readonly routes: Map<string, (body: Record<string, unknown>, url: URL) => unknown>;
  /** Handles `send`; returning null leaves it unanswered. */
  onSend: (params: Record<string, unknown>) => { result?: unknown; error?: unknown } | null;
  notify(method: string, params: unknown): void;
  close(): Promise<void>;
}

export class Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  constructor(status: number, code: string, detail: string) {
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const CSP =
  "default-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

export async function startStandIn(pageDir?: string): Promise<StandIn> {
  const routes: StandIn['routes'] = new Map();
  const live = new Set<WebSocket>();
  const heard: StandIn['heard'] = [];
  routes.set('POST /auth/login', ({ uid, password }) =>
    uid === 'alice' && password === 'secret'
      ? { token: 'session-1', uid, name: 'Alice', kind: 'person', expiresAt: '2030-01-01T00:00:00Z' }
      : new Problem(401, 'cred.rejected', 'The credential was not accepted.'),
  );
  routes.set('POST /auth/logout', () => ({}));
  routes.set('GET /conversations', () => ({ conversations: [] }));

  const server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stand.in');
    if (!url.pathname.startsWith('/api/v1')) return page(url.pathname, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    let body: Record<string, unknown> = {};
    try {
      body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, unknown>;
    } catch {
      // A multipart body: no canned answer looks inside.
    }
    const route = routes.get(`${request.method} ${url.pathname.slice('/api/v1'.length)}`);
    const value = route === undefined ? new Problem(404, 'http.route_unknown', 'There is no such route.') : route(body, url);
    if (value instanceof Problem) {
      response.writeHead(value.status, { 'content-type': 'application/problem+json' });
      response.end(
        JSON.stringify({
          type: `/problems/${value.code}`,
          title: value.detail,
          status: value.status,
          detail: value.detail,
          code: value.code,
          requestId: 'q7f3k2m9',
        }),
      );
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  }
  function page(path: string, response: ServerResponse): void {
    if (pageDir === undefined) return void response.writeHead(404).end();
    const file = path !== '/' && !path.includes('..') && existsSync(join(pageDir, path)) ? path : '/index.html';
    response.writeHead(200, {
      'content-type': MIME[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': CSP,
    });
    createReadStream(join(pageDir, file)).pipe(response);
  }

  let nextSeq = 100;
  const standIn: StandIn = {
    url: '',
    live,
    heard,
    routes,
    onSend: () => ({ result: { messageId: String(++nextSeq), messageSeq: nextSeq, reasonCode: 1 } }),
    notify(method, params) {
      for (const socket of live) socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const sockets = new WebSocketServer({ server, path: '/wk' });
  sockets.on('connection', (socket) => {
    socket.on('close', () => live.delete(socket));
    socket.on('message', (data) => {
      const { id, method, params } = JSON.parse(String(data)) as { id?: string; method: string; params: Record<string, unknown> };
      heard.push({ method, params });
      const reply = (answer: object): void => socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
      if (method === 'connect' && params['token'] !== 'session-1') {
        reply({
          error: { code: 2, message: 'The credential was not accepted.', data: { reason: 'cred.rejected', requestId: 'q1' } },
        });
      } else if (method === 'connect') {
        live.add(socket);
        reply({ result: { reasonCode: 1 } });
      } else if (method === 'send') {
        const answer = standIn.onSend(params);
        if (answer !== null) reply(answer);
      } else if (method === 'ping') reply({ result: {} });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(standIn, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
