import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { FrameDecoder } from '@hufu/protocol/wkproto';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Seen, WsSeen } from '../model/facts.ts';
import type { Secrets } from '../model/question.ts';
import { MAX_BODY, shorten } from '../tools/redact.ts';
import { note, readCall, readSignature } from './read-call.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly secrets: Secrets;
  /** Longest wait for a first connection. */
  readonly waitMs: number;
  /** How long to listen to a WebSocket that was accepted. */
  readonly listenMs: number;
  onListening(address: string): void;
}

const MAX_POST = 256 * 1024;
const MAX_FRAMES = 8;
/** For the close frame, and for the answer to a POST, to leave. */
const CLOSE_MS = 200;
const ANSWER_MS = 50;

/** Waits for one connection, accepts what it can, answers what came. Nothing is sent but the 101 or a 204. */
export function listenOnce(options: ListenOptions): Promise<Readonly<Record<string, Seen>>> {
  const { secrets } = options;
  return new Promise((resolve, reject) => {
    let done = false;
    const sockets = new Set<Socket>();
    const web = createHttpServer({ maxHeaderSize: 32 * 1024 });
    const upgrades = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024, perMessageDeflate: false });
    const server = createServer((socket) => onSocket(socket));
    const finish = (seen: Readonly<Record<string, Seen>>) => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      server.close();
      for (const socket of sockets) socket.destroy();
      resolve(seen);
    };
    // Health checks and port scanners say nothing: the one that is waited for may still come.
    let quiet: Readonly<Record<string, Seen>> = {};
    const timer = setTimeout(() => finish(quiet), options.waitMs);

    const onSocket = (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      quiet = { first: first(socket, 'nothing') };
      socket.once('data', (bytes) => {
        const protocol = protocolOf(bytes);
        if (protocol !== 'http') return finish({ first: first(socket, protocol), ...connectOf(bytes, protocol, secrets) });
        socket.pause();
        socket.unshift(bytes);
        web.emit('connection', socket);
        socket.resume();
      });
    };

    web.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const seen = { first: first(socket, 'http'), ...readCall(request, secrets) };
      upgrades.handleUpgrade(request, socket, head, async (ws) => {
        const frames = await hear(ws, options);
        ws.close(1000);
        setTimeout(() => finish({ ...seen, frames }), CLOSE_MS);
      });
    });
    web.on('request', async (request, response) => {
      const body = await readBody(request);
      response.writeHead(204).end();
      const isEvent = request.method === 'POST';
      const signature = isEvent ? readSignature(headerOf(request, 'x-signature'), body, secrets['secret']) : null;
      const seen = { first: first(request.socket, 'http'), ...readCall(request, secrets) };
      setTimeout(() => finish(signature === null ? seen : { ...seen, signature }), ANSWER_MS);
    });
    web.on('clientError', (_, socket) => {
      socket.destroy();
      finish({ first: note('first bytes', { protocol: 'other' }) });
    });
    server.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    server.listen({ host: options.host, port: options.port }, () => {
      const address = server.address();
      if (typeof address !== 'object' || address === null) return;
      options.onListening(`${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`);
    });
  });
}

/** What a WebSocket says until it closes, or for `listenMs`. */
function hear(ws: WebSocket, { listenMs, secrets }: Pick<ListenOptions, 'listenMs' | 'secrets'>): Promise<WsSeen> {
  const startMs = performance.now();
  const frames: string[] = [];
  const heard = (close: { readonly code: number; readonly reason: string } | null): WsSeen => {
    const ms = Math.round(performance.now() - startMs);
    const closed = close === null ? null : { ...close, afterMs: ms };
    return { kind: 'ws', request: 'frames', status: 101, headers: {}, body: '', frames, close: closed, error: null, ms };
  };
  return new Promise((resolve) => {
    const listening = setTimeout(() => resolve(heard(null)), listenMs);
    ws.on('error', () => ws.terminate());
    ws.on('message', (data) => {
      if (frames.length < MAX_FRAMES) frames.push(shorten(String(data), secrets, MAX_BODY));
    });
    ws.once('close', (code, reason) => {
      clearTimeout(listening);
      resolve(heard({ code, reason: shorten(String(reason), secrets) }));
    });
  });
}

/** Of a body that is too long, what fits. A peer that goes away in the middle is never answered: the wait goes on. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_POST) chunks.push(chunk);
  });
  return new Promise((resolve) => request.once('end', () => resolve(Buffer.concat(chunks))));
}

function first(socket: Socket, protocol: string): Seen {
  return note('first bytes', { protocol, from: socket.remoteAddress ?? '' });
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** A TLS client hello, a WuKongIM CONNECT, an HTTP request line, or something else. */
function protocolOf(bytes: Uint8Array): 'tls' | 'wkproto' | 'http' | 'other' {
  if (bytes[0] === 0x16 && bytes[1] === 0x03) return 'tls';
  if (bytes[0] === 0x10) return 'wkproto';
  return /^[A-Z]{3,10} \S+ HTTP\//.test(Buffer.from(bytes).toString('latin1', 0, 2048)) ? 'http' : 'other';
}

/** What a WuKongIM client said of itself. */
function connectOf(bytes: Uint8Array, protocol: string, secrets: Secrets): Record<string, Seen> {
  if (protocol !== 'wkproto') return {};
  const seen: Record<string, Seen> = {};
  new FrameDecoder({ maxFrameBytes: 64 * 1024, side: 'server' }).push(bytes, (frame) => {
    if (frame.type !== 'connect') return;
    const { uid, deviceFlag, deviceId, version, token } = frame;
    seen['connect'] = note('CONNECT', {
      uid: shorten(uid, secrets),
      deviceFlag,
      deviceId: shorten(deviceId, secrets),
      version,
      token: token === '' ? 'none' : 'present',
    });
  });
  return seen;
}
