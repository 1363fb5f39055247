import { encodeConnected, type RpcConnectParams, type RpcId } from '@hufu/protocol/jsonrpc';
import { handleArrival } from '../listen/admit.ts';
import type { RpcConnection } from './connection.ts';

const LATEST_VERSION = 5;

export function handleConnect(connection: RpcConnection, id: RpcId, params: RpcConnectParams): Promise<void> {
  const { session } = connection;
  const { uid, token, deviceFlag, deviceId } = params;
  return handleArrival(session, {
    claim: { uid, token, deviceFlag, deviceId, surface: 'jsonrpc' },
    welcome({ user, deviceLevel, session: openedBy }) {
      session.enter({ uid: user.uid, u: user.u, deviceFlag, deviceId, deviceLevel, openedBy });
      const serverVersion = params.version === 0 ? LATEST_VERSION : Math.min(params.version, LATEST_VERSION);
      const timeDiff = session.deps.now() - params.clientTimestamp;
      connection.say(encodeConnected(id, { serverVersion, timeDiff, nodeId: session.deps.nodeId }));
      return null;
    },
    refuse: (refusal) => connection.refuse(refusal, id, { uid, token, deviceFlag, deviceId }),
  });
}
