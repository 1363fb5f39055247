import type { RpcParsed } from '@hufu/protocol/jsonrpc';
import type { ClientSurfaceDeps } from '../listen/client-deps.ts';
import type { ClientProtocol } from '../listen/client-handler.ts';
import { openSessions } from '../listen/sessions.ts';
import { WS_TEXT } from '../listen/ws-frames.ts';
import { RpcConnection } from './connection.ts';

/** WuKongIM's JSON-RPC: the page, the Easy SDKs and mini programs over WebSocket; over TCP too, as WuKongIM v2 does. */
export function createJsonRpcSurface(deps: ClientSurfaceDeps): ClientProtocol & { stop(): void } {
  return openSessions<RpcParsed>(deps, WS_TEXT, (session) => new RpcConnection(session));
}
