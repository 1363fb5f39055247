import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { CONNECT_TIMEOUT_MS } from './client-deps.ts';
import { type AcceptOptions, type ClientHandler, startsLikeJson } from './client-handler.ts';
import type { Peer } from './peer.ts';
import type { UpgradeRoute } from './upgrade.ts';

export interface WsAcceptOptions extends AcceptOptions {
  matches(path: string): boolean;
  /** See UpgradeRoute. */
  readonly anyOrigin: boolean;
  readonly maxMessageBytes: number;
}

const LINGER_MS = 2000;

/** WebSocket connections of chat clients: the first message tells which of the two protocols the client speaks. */
export function acceptWebSockets(options: WsAcceptOptions): UpgradeRoute {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false,
    clientTracking: false,
    // Broken text is refused above, with words; `ws` itself would close without any.
    skipUTF8Validation: true,
  });
  return {
    matches: (path) => options.matches(path),
    anyOrigin: options.anyOrigin,
    handle(request: IncomingMessage, duplex: Duplex, head: Buffer, peer: Peer) {
      if (!(duplex instanceof Socket)) return void duplex.destroy();
      duplex.setNoDelay(true);
      server.handleUpgrade(request, duplex, head, (ws) => watch(ws, duplex, peer, options));
    },
  };
}

function watch(ws: WebSocket, socket: Socket, peer: Peer, options: WsAcceptOptions): void {
  let handler: ClientHandler | null = null;
  const refuse = (code: 'wk.auth_timeout' | 'wk.protocol', problem: string, wsClose: number): void => {
    const requestId = options.refuse({ code, evidence: { problem } }, peer);
    ws.close(wsClose, `${code}; req=${requestId}`);
    setTimeout(() => ws.terminate(), LINGER_MS).unref();
  };
  const silence = setTimeout(() => refuse('wk.auth_timeout', 'nothing was sent', 4408), CONNECT_TIMEOUT_MS);
  ws.on('message', (data, isBinary) => {
    const bytes = bufferOf(data);
    if (handler === null) {
      clearTimeout(silence);
      handler = (isBinary && !startsLikeJson(bytes) ? options.binary : options.json).onWebSocket(ws, socket, peer);
    }
    if (isBinary) handler.onBytes(bytes);
    else handler.onText(bytes);
  });
  ws.on('ping', () => handler?.onAlive());
  // `ws` has begun its closing handshake with the fitting code; nothing more is read.
  ws.on('error', (error) => {
    if (handler === null) refuse('wk.protocol', error.message, 1002);
    else handler.onBroken(error.message);
  });
  ws.once('close', () => {
    clearTimeout(silence);
    handler?.onClosed();
  });
}

function bufferOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
