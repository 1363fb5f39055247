import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { CONNECT_TIMEOUT_MS } from './client-deps.ts';
import type { Peer } from './peer.ts';
import type { UpgradeRoute } from './upgrade.ts';

export interface MessageHandler {
  onMessage(bytes: Buffer): void;
  onClosed(): void;
}

export type OpenHandler = (ws: WebSocket, socket: Socket, peer: Peer) => MessageHandler;

export interface AcceptOptions {
  matches(path: string): boolean;
  readonly maxMessageBytes: number;
  /** First byte is no `{`: the binary protocol. */
  readonly onBinary: OpenHandler;
  readonly onJson: OpenHandler;
  /** Nothing came in time. */
  onSilent(ws: WebSocket, peer: Peer): void;
}

/** WebSocket connections of chat clients: the first message tells which of the two protocols the client speaks. */
export function acceptClients(options: AcceptOptions): UpgradeRoute {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false,
    clientTracking: false,
  });
  return {
    matches: (path) => options.matches(path),
    anyOrigin: true,
    handle(request: IncomingMessage, duplex: Duplex, head: Buffer, peer: Peer) {
      if (!(duplex instanceof Socket)) return void duplex.destroy();
      duplex.setNoDelay(true);
      server.handleUpgrade(request, duplex, head, (ws) => watch(ws, duplex, peer, options));
    },
  };
}

function watch(ws: WebSocket, socket: Socket, peer: Peer, options: AcceptOptions): void {
  let handler: MessageHandler | null = null;
  const silence = setTimeout(() => options.onSilent(ws, peer), CONNECT_TIMEOUT_MS);
  ws.on('error', () => ws.terminate());
  ws.on('message', (data) => {
    const bytes = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
    if (handler === null) {
      clearTimeout(silence);
      handler = (startsLikeJson(bytes) ? options.onJson : options.onBinary)(ws, socket, peer);
    }
    handler.onMessage(bytes);
  });
  ws.once('close', () => {
    clearTimeout(silence);
    handler?.onClosed();
  });
}

function startsLikeJson(bytes: Buffer): boolean {
  for (const byte of bytes.subarray(0, 64)) {
    if (byte === 0x7b) return true;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  }
  return false;
}
