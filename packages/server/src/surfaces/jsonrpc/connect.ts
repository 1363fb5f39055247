import { encodeConnected, type RpcConnectParams, type RpcId } from '@hufu/protocol/jsonrpc';
import type { Refusal } from '@hufu/refusals';
import { isUid } from '../../domain/messages/send-message.ts';
import { refusalOf } from '../../kernel/outcome.ts';
import { kickOthers } from '../../runtime/kick.ts';
import type { RpcConnection } from './connection.ts';

const LATEST_VERSION = 5;
const NO_ROOM: Refusal = { code: 'limit.connections', retryAfterSeconds: 10 };

/** `connect`, whatever happens answered. Steps: a possible uid, room for one more, the token, the answer, who has to leave. */
export async function handleConnect(connection: RpcConnection, id: RpcId, params: RpcConnectParams): Promise<void> {
  const { uid, token, deviceFlag, deviceId } = params;
  const claim = { uid, token, deviceFlag, deviceId };
  try {
    const refusal = await admit(connection, id, params);
    if (refusal !== null) connection.refuse(id, refusal, claim);
  } catch (error) {
    connection.refuse(id, refusalOf(error), claim);
  }
}

/** The refusal, or null when the session is live (or its client has gone meanwhile). */
async function admit(connection: RpcConnection, id: RpcId, params: RpcConnectParams): Promise<Refusal | null> {
  const { deps } = connection;
  const { uid, token, deviceFlag, deviceId } = params;
  const isFull = (): boolean => deps.hub.size >= deps.limits.connections;
  if (!isUid(uid)) return { code: 'wk.uid_invalid' };
  if (isFull()) return NO_ROOM;
  const admitted = await deps.authenticate({ uid, token, deviceFlag, deviceId, surface: 'jsonrpc' });
  if (!admitted.ok) return admitted.refusal;
  // The token check waits for the store: meanwhile the client may have gone, or others may have taken the last places.
  if (!connection.isAuthenticating) return null;
  if (isFull()) return NO_ROOM;

  const { user, deviceLevel } = admitted.value;
  connection.enter({ user, deviceFlag, deviceLevel, deviceId });
  const serverVersion = params.version === 0 ? LATEST_VERSION : Math.min(params.version, LATEST_VERSION);
  const timeDiff = deps.now() - params.clientTimestamp;
  connection.say(encodeConnected(id, { serverVersion, timeDiff, nodeId: deps.nodeId }));
  kickOthers(deps.hub, connection);
  return null;
}
