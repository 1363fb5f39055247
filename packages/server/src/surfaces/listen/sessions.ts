import type { ClientSurfaceDeps } from './client-deps.ts';
import type { ClientProtocol } from './client-handler.ts';
import { ClientSession, type Dialect } from './client-session.ts';
import { IdleWatch } from './idle-watch.ts';
import type { Peer } from './peer.ts';
import { TcpTransport, type Transport, WsTransport } from './transport.ts';

const RESEND_CHECK_MS = 5000;

/** All connections of one client protocol: opened on their transport, watched for silence, asked to deliver again. */
export function openSessions<Item>(
  deps: ClientSurfaceDeps,
  opcode: number,
  dialect: (session: ClientSession<Item>) => Dialect<Item>,
): ClientProtocol & { stop(): void } {
  const sessions = new Set<ClientSession<Item>>();
  const idle = new IdleWatch(deps.now);
  const resend = setInterval(() => {
    const nowMs = deps.now();
    for (const session of sessions) session.resend(nowMs);
  }, RESEND_CHECK_MS);
  resend.unref();

  const does = {
    dialect,
    onGone(session: ClientSession<Item>): void {
      sessions.delete(session);
      idle.remove(session);
    },
  };
  const open = (peer: Peer, transport: Transport): ClientSession<Item> => {
    const session = new ClientSession({ transport, peer }, deps, does);
    sessions.add(session);
    idle.add(session);
    return session;
  };
  const { outboxBytes } = deps.limits;
  return {
    onSocket: (socket, peer) => open(peer, new TcpTransport(socket, outboxBytes)),
    onWebSocket: (ws, socket, peer) => open(peer, new WsTransport(ws, socket, { outboxBytes, opcode })),
    /** Tells every client that the server goes, then lets go of them. */
    stop() {
      clearInterval(resend);
      idle.stop();
      for (const session of [...sessions]) session.close(1012, 'srv.draining');
    },
  };
}
