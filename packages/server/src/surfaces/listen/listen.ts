import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Evidence, Refusal } from '@hufu/refusals';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { allowOrigin, answerPreflight, isPreflight } from './cors.ts';
import { earlyAnswer, handshakeProblem, type RefuseEarly, unreadable, writeAnswer } from './early-refusal.ts';
import { type HostRule, isHostAllowed, isOriginAllowed } from './hosts.ts';
import type { Peer } from './peer.ts';
import { readShared } from './shared-read.ts';
import type { UpgradeRoute } from './upgrade.ts';

export interface Listener {
  /** `host:port` as bound, with the real port. */
  readonly address: string;
  close(): Promise<void>;
}

interface ListenerOptions {
  /** As in the config. */
  readonly name: string;
  /** host:port, port 0 = any free one. */
  readonly address: string;
  /** Sockets open at once, whatever state they are in; the next one is dropped unread. */
  readonly maxSockets: number;
  /** A socket was dropped, or the machine could not give one; nobody could be told. */
  onDropped(peer: Peer, evidence: Evidence): void;
}

export interface HttpListenerOptions extends ListenerOptions {
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
    // Ours to refuse, with words.
    requireHostHeader: false,
  });
  const upgraded = new Set<Duplex>();
  const refusedAt = (request: IncomingMessage, refusal: Refusal, more?: Readonly<Record<string, string>>) => {
    const { method = '', headers } = request;
    const seen = { refusal, peer: peerOf(request, options.name), request: { method, path: pathOf(request), headers } };
    return earlyAnswer(options.refuse, seen, more);
  };
  server.on('request', (request, response) => {
    const upgradeOnly = options.onRequest === null || options.upgrades.some((one) => one.matches(pathOf(request)));
    const notHere = checkRequest(request, options, false);
    if (notHere === null) allowOrigin(request, response);
    const refusal = notHere ?? (upgradeOnly ? refuse('http.upgrade_missing').refusal : null);
    if (refusal === null) return isPreflight(request) ? answerPreflight(response) : options.onRequest?.(request, response);
    const { status, headers, body } = refusedAt(request, refusal);
    response.writeHead(status, { ...headers }).end(request.method === 'HEAD' ? undefined : body);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    const path = pathOf(request);
    const route = options.upgrades.find((one) => one.matches(path));
    const refusal =
      checkRequest(request, options, route?.anyOrigin ?? true) ??
      (route === undefined ? refuse('http.route_unknown', { path }).refusal : handshakeProblem(request));
    if (refusal === null) return route?.handle(request, socket, head, peerOf(request, options.name));
    writeAnswer(socket, refusedAt(request, refusal));
  });
  server.on('connect', (request, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    writeAnswer(socket, refusedAt(request, refuse('http.method_not_allowed').refusal, { Allow: 'GET, POST' }));
  });
  server.on('clientError', (error: Error & { code?: string; rawPacket?: Buffer }, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const peer = { address: socket.remoteAddress ?? '', listener: options.name };
    writeAnswer(socket, earlyAnswer(options.refuse, { refusal: unreadable(error), peer, request: null }));
  });
  server.maxConnections = options.maxSockets;
  server.on('drop', (dropped) => options.onDropped({ address: dropped?.remoteAddress ?? '', listener: options.name }, {}));
  return bind(server, options, () => {
    for (const socket of upgraded) socket.destroy();
    server.closeAllConnections();
  });
}

export interface TcpListenerOptions extends ListenerOptions {
  /** Answers what takes the socket's bytes; they are valid until it returns. */
  onSocket(socket: Socket, peer: Peer): (bytes: Buffer) => void;
}

export function listenTcp(options: TcpListenerOptions): Promise<Outcome<Listener>> {
  const sockets = new Set<Socket>();
  const server = createTcpServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (accepted) => {
    const peer = { address: accepted.remoteAddress ?? '', listener: options.name };
    if (sockets.size >= options.maxSockets) {
      accepted.destroy();
      return options.onDropped(peer, {});
    }
    const socket = readShared(accepted, (bytes) => take(bytes));
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    const take = options.onSocket(socket, peer);
  });
  return bind(server, options, () => {
    for (const socket of sockets) socket.destroy();
  });
}

function bind(server: HttpServer | TcpServer, options: ListenerOptions, dropConnections: () => void): Promise<Outcome<Listener>> {
  const { name, address } = options;
  const port = Number(/:(\d+)$/.exec(address)?.[1]);
  const host = address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(refuse('srv.listener_taken', { listener: name, address, error: error.code ?? error.message }));
    });
    server.listen({ host, port, backlog: 4096 }, () => {
      // From here on an error is one socket that could not be accepted (no more descriptors): the others live on.
      server.on('error', (error: NodeJS.ErrnoException) =>
        options.onDropped({ address: '', listener: name }, { error: error.code ?? error.message }),
      );
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

/** The path without its query: a query may hold a token and goes nowhere. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

function peerOf(request: IncomingMessage, listener: string): Peer {
  const { origin, 'user-agent': userAgent } = request.headers;
  return {
    address: request.socket.remoteAddress ?? '',
    listener,
    ...(origin === undefined ? {} : { origin: origin.slice(0, 128) }),
    ...(userAgent === undefined ? {} : { userAgent: userAgent.slice(0, 128) }),
  };
}
