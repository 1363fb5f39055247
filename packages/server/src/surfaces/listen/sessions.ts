import type { ClientSurfaceDeps } from './client-deps.ts';
import type { ClientHandler, ClientProtocol } from './client-handler.ts';
import { IdleWatch, type Watched } from './idle-watch.ts';
import type { Peer } from './peer.ts';
import { TcpTransport, type Transport, type TransportOwner, WsTransport } from './transport.ts';

/** A connection of either client protocol, as its surface keeps it. */
export interface ClientConnection extends ClientHandler, TransportOwner, Watched {
  /** Delivers again what was not acknowledged in time. */
  resend(nowMs: number): void;
  close(code: number, reason: string): void;
}

const RESEND_CHECK_MS = 5000;

/** All connections of one client protocol: opened on their transport, watched for silence, asked to deliver again. */
export function openSessions<C extends ClientConnection>(
  deps: Pick<ClientSurfaceDeps, 'limits' | 'now'>,
  opcode: number,
  create: (transport: Transport, peer: Peer, onGone: (connection: C) => void) => C,
): ClientProtocol & { stop(): void } {
  const connections = new Set<C>();
  const idle = new IdleWatch(deps.now);
  const resend = setInterval(() => {
    const nowMs = deps.now();
    for (const connection of connections) connection.resend(nowMs);
  }, RESEND_CHECK_MS);
  resend.unref();

  const onGone = (connection: C): void => {
    connections.delete(connection);
    idle.remove(connection);
  };
  const open = (peer: Peer, transport: Transport): C => {
    const connection = create(transport, peer, onGone);
    transport.owner = connection;
    connections.add(connection);
    idle.add(connection);
    return connection;
  };
  const { outboxBytes } = deps.limits;
  return {
    onSocket: (socket, peer) => open(peer, new TcpTransport(socket, outboxBytes)),
    onWebSocket: (ws, socket, peer) => open(peer, new WsTransport(ws, socket, { outboxBytes, opcode })),
    /** Tells every client that the server goes, then lets go of them. */
    stop() {
      clearInterval(resend);
      idle.stop();
      for (const connection of [...connections]) connection.close(1012, 'srv.draining');
    },
  };
}
