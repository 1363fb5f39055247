import type { WebSocket } from 'ws';
import type { ClientSurfaceDeps } from '../listen/client-deps.ts';
import { IdleWatch } from '../listen/idle-watch.ts';
import type { Peer } from '../listen/peer.ts';
import type { MessageHandler } from '../listen/ws-accept.ts';
import { RpcConnection } from './connection.ts';

export interface JsonRpcSurface {
  onWebSocket(ws: WebSocket, peer: Peer): MessageHandler;
  stop(): void;
}

/** WuKongIM's JSON-RPC over WebSocket: the page, the Easy SDKs and mini programs. */
export function createJsonRpcSurface(deps: ClientSurfaceDeps): JsonRpcSurface {
  const connections = new Set<RpcConnection>();
  const idle = new IdleWatch();
  const onGone = (connection: RpcConnection) => {
    connections.delete(connection);
    idle.remove(connection);
  };
  return {
    onWebSocket(ws, peer) {
      const connection = new RpcConnection(ws, peer, deps, onGone);
      connections.add(connection);
      idle.add(connection);
      return { onMessage: (bytes) => connection.onText(bytes.toString('utf8')), onClosed: () => connection.onClosed() };
    },
    stop() {
      idle.stop();
      for (const connection of [...connections]) connection.close(1012, 'srv.draining');
    },
  };
}
