import type { Frame } from '@hufu/protocol/wkproto';
import type { ClientSurfaceDeps } from '../listen/client-deps.ts';
import type { ClientProtocol } from '../listen/client-handler.ts';
import { openSessions } from '../listen/sessions.ts';
import { WS_BINARY } from '../listen/ws-frames.ts';
import { WkConnection } from './connection.ts';
import { ServerKeys } from './server-keys.ts';

/** WKProto, versions 1 to 5, over TCP and WebSocket. */
export function createWkprotoSurface(deps: ClientSurfaceDeps): ClientProtocol & { stop(): void } {
  const keys = new ServerKeys(deps.now);
  return openSessions<Frame>(deps, WS_BINARY, (session) => new WkConnection(session, keys));
}
