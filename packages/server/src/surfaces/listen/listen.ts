import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { definitionOf, type Refusal } from '@hufu/refusals';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { type HostRule, isHostAllowed, isOriginAllowed } from './hosts.ts';
import type { Peer } from './peer.ts';
import { readShared } from './shared-read.ts';
import type { UpgradeRoute } from './upgrade.ts';

export interface Listener {
  /** `host:port` as bound, with the real port. */
  readonly address: string;
  close(): Promise<void>;
}

/** Records a refusal met before any surface is known; answers its request id. */
export type RefuseEarly = (refusal: Refusal, peer: Peer, method: string, path: string) => string;

export interface HttpListenerOptions {
  readonly name: string;
  /** host:port, port 0 = any free one. */
  readonly address: string;
  readonly hosts: HostRule;
  readonly upgrades: readonly UpgradeRoute[];
  /** Plain requests, checked for Host and Origin; null = this listener takes upgrades only. */
  readonly onRequest: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  readonly refuse: RefuseEarly;
}

/** HTTP with upgrades: every request passes the Host check, a browser's also the Origin check. */
export function listenHttp(options: HttpListenerOptions): Promise<Outcome<Listener>> {
  const server = createHttpServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 10_000,
    requestTimeout: 60_000,
    keepAliveTimeout: 65_000,
  });
  const upgraded = new Set<Duplex>();
  server.on('request', (request, response) => {
    const refusal = checkRequest(request, options, false);
    if (refusal === null && options.onRequest !== null) return options.onRequest(request, response);
    const { head, body } = plainRefusal(refusal ?? { code: 'http.upgrade_missing' }, request, options);
    response.writeHead(head.status, head.headers).end(request.method === 'HEAD' ? undefined : body);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    const path = pathOf(request);
    const route = options.upgrades.find((one) => one.matches(path));
    const refusal: Refusal | null =
      checkRequest(request, options, route?.anyOrigin ?? true) ??
      (route === undefined ? { code: 'http.route_unknown', evidence: { path } } : null);
    if (refusal === null && route !== undefined) return route.handle(request, socket, head, peerOf(request, options.name));
    refuseUpgrade(socket, refusal ?? { code: 'http.route_unknown' }, request, options);
  });
  server.on('clientError', (_, socket) =>
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
  );
  return bind(server, options.name, options.address, () => {
    for (const socket of upgraded) socket.destroy();
    server.closeAllConnections();
  });
}

export interface TcpListenerOptions {
  readonly name: string;
  readonly address: string;
  /** Answers what takes the socket's bytes; they are valid until it returns. */
  onSocket(socket: Socket, peer: Peer): (bytes: Buffer) => void;
}

export function listenTcp(options: TcpListenerOptions): Promise<Outcome<Listener>> {
  const sockets = new Set<Socket>();
  const server = createTcpServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (accepted) => {
    const socket = readShared(accepted, (bytes) => take(bytes));
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    const take = options.onSocket(socket, { address: socket.remoteAddress ?? '', listener: options.name });
  });
  return bind(server, options.name, options.address, () => {
    for (const socket of sockets) socket.destroy();
  });
}

function bind(
  server: HttpServer | TcpServer,
  name: string,
  address: string,
  dropConnections: () => void,
): Promise<Outcome<Listener>> {
  const port = Number(/:(\d+)$/.exec(address)?.[1]);
  const host = address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(refuse('srv.listener_taken', { listener: name, address, error: error.code ?? error.message }));
    });
    server.listen({ host, port, backlog: 4096 }, () => {
      const close = () =>
        new Promise<void>((done) => {
          server.close(() => done());
          dropConnections();
        });
      resolve(ok({ address: addressText(server.address()), close }));
    });
  });
}

function addressText(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') return address ?? '';
  return address.family === 'IPv6' ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`;
}

function checkRequest(request: IncomingMessage, options: HttpListenerOptions, anyOrigin: boolean): Refusal | null {
  const { host, origin } = request.headers;
  if (!isHostAllowed(host, options.hosts))
    return { code: 'http.host_not_allowed', evidence: { host: (host ?? '').slice(0, 256) } };
  if (anyOrigin || isOriginAllowed(origin, host, options.hosts)) return null;
  const code = request.headers.upgrade === undefined ? 'cors.origin_not_allowed' : 'ws.origin_not_allowed';
  return { code, evidence: { origin: (origin ?? '').slice(0, 256) } };
}

function plainRefusal(refusal: Refusal, request: IncomingMessage, options: HttpListenerOptions) {
  const requestId = options.refuse(refusal, peerOf(request, options.name), request.method ?? '', pathOf(request));
  const definition = definitionOf(refusal.code);
  const status = STATUS_OF[refusal.code] ?? 403;
  const body = JSON.stringify({ code: definition.publicCode, msg: definition.public.en, status, requestId });
  const headers: Record<string, string | number> = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    ...(status === 426 ? { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' } : {}),
  };
  return { head: { status, headers }, body };
}

const STATUS_OF: Readonly<Record<string, number>> = {
  'http.route_unknown': 404,
  'http.upgrade_missing': 426,
  'http.host_not_allowed': 403,
};

/** Answers an upgrade request with an ordinary HTTP refusal and closes. */
function refuseUpgrade(socket: Duplex, refusal: Refusal, request: IncomingMessage, options: HttpListenerOptions): void {
  const { head, body } = plainRefusal(refusal, request, options);
  const lines = Object.entries(head.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${head.status} ${STATUS_CODES[head.status] ?? ''}\r\nConnection: close\r\n${lines.join('')}\r\n${body}`);
}

/** The path without its query: a query may hold a token and goes nowhere. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

export function peerOf(request: IncomingMessage, listener: string): Peer {
  return { address: request.socket.remoteAddress ?? '', listener };
}
