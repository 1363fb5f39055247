import type { ClientSurfaceDeps } from '../listen/client-deps.ts';
import type { ClientProtocol } from '../listen/client-handler.ts';
import { openSessions } from '../listen/sessions.ts';
import { WS_BINARY } from '../listen/ws-frames.ts';
import { WkConnection } from './connection.ts';
import { ServerKeys } from './server-keys.ts';

/** WKProto, versions 1 to 5, over TCP and WebSocket. */
export function createWkprotoSurface(clientDeps: ClientSurfaceDeps): ClientProtocol & { stop(): void } {
  const deps = { ...clientDeps, keys: new ServerKeys(clientDeps.now) };
  return openSessions(deps, WS_BINARY, (transport, peer, onGone) => new WkConnection(transport, peer, deps, onGone));
}
