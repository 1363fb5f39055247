import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { ClientSurfaceDeps } from '../listen/client-deps.ts';
import { IdleWatch } from '../listen/idle-watch.ts';
import type { Peer } from '../listen/peer.ts';
import type { MessageHandler } from '../listen/ws-accept.ts';
import { WkConnection } from './connection.ts';
import { ServerKeys } from './server-keys.ts';
import { tcpTransport, wsTransport } from './transport.ts';

export interface WkprotoSurface {
  onSocket(socket: Socket, peer: Peer): void;
  onWebSocket(ws: WebSocket, socket: Socket, peer: Peer): MessageHandler;
  /** Tells every client that the server goes, then lets go of them. */
  stop(): void;
}

const RESEND_CHECK_MS = 5000;

/** WKProto, versions 1 to 5, over TCP and WebSocket. */
export function createWkprotoSurface(clientDeps: ClientSurfaceDeps): WkprotoSurface {
  const deps = { ...clientDeps, keys: new ServerKeys() };
  const connections = new Set<WkConnection>();
  const idle = new IdleWatch();
  const resend = setInterval(() => {
    const nowMs = Date.now();
    for (const connection of connections) connection.resend(nowMs);
  }, RESEND_CHECK_MS);
  resend.unref();

  const onGone = (connection: WkConnection) => {
    connections.delete(connection);
    idle.remove(connection);
  };
  const keep = (connection: WkConnection) => {
    connections.add(connection);
    idle.add(connection);
    return connection;
  };
  return {
    onSocket(socket, peer) {
      const limits = { outboxBytes: deps.limits.outboxBytes, onSlow: () => connection.onSlow() };
      const connection: WkConnection = keep(new WkConnection(tcpTransport(socket, limits), peer, deps, onGone));
      socket.on('data', (bytes) => connection.onBytes(bytes));
      socket.once('close', () => connection.onClosed());
    },
    onWebSocket(ws, socket, peer) {
      const limits = { outboxBytes: deps.limits.outboxBytes, onSlow: () => connection.onSlow() };
      const connection: WkConnection = keep(new WkConnection(wsTransport(ws, socket, limits), peer, deps, onGone));
      return { onMessage: (bytes) => connection.onBytes(bytes), onClosed: () => connection.onClosed() };
    },
    stop() {
      clearInterval(resend);
      idle.stop();
      for (const connection of [...connections]) connection.close(1012, 'srv.draining');
    },
  };
}
