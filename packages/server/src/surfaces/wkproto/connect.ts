import { randomBytes } from 'node:crypto';
import type { ConnectFrame } from '@hufu/protocol/wkproto';
import { deriveSession } from '@hufu/protocol/wkproto/crypto';
import { isUid } from '../../domain/messages/send-message.ts';
import type { WkConnection } from './connection.ts';
import { kickOthers } from '../../runtime/kick.ts';

const LATEST_VERSION = 5;
const SALT_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** CONNECT, step by step: a possible uid, room for one more, the token (before the costly key exchange), the keys, who has to leave, CONNACK. */
export async function handleConnect(connection: WkConnection, frame: ConnectFrame): Promise<void> {
  const { deps } = connection;
  if (!isUid(frame.uid)) return connection.refuse({ code: 'wk.uid_invalid' }, frame);
  if (deps.hub.size >= deps.limits.connections)
    return connection.refuse({ code: 'limit.connections', retryAfterSeconds: 10 }, frame);

  const claim = {
    uid: frame.uid,
    token: frame.token,
    deviceFlag: frame.deviceFlag,
    deviceId: frame.deviceId,
    surface: 'wkproto',
  } as const;
  const admitted = await deps.authenticate(claim);
  if (!admitted.ok) return connection.refuse(admitted.refusal, frame);

  const keys = deps.keys.current();
  const salt = newSalt();
  const session = deriveSession(keys.privateKey, frame.clientKey, salt);
  if (session === null)
    return connection.refuse({ code: 'wk.client_key', evidence: { keyLength: frame.clientKey.length } }, frame);

  const { user, deviceLevel } = admitted.value;
  const version = frame.version >= 1 && frame.version <= LATEST_VERSION ? frame.version : LATEST_VERSION;
  connection.enter({
    uid: user.uid,
    u: user.u,
    deviceFlag: frame.deviceFlag,
    deviceId: frame.deviceId,
    deviceLevel,
    version,
    aesKey: session.key,
    salt: session.iv,
  });
  connection.transport.send(
    connection.writer.connack({
      clientVersion: frame.version,
      version,
      timeDiff: deps.now() - Number(frame.clientTimestamp),
      reasonCode: 1,
      serverKey: keys.publicKey,
      salt,
      nodeId: deps.nodeId,
    }),
  );
  kickOthers(deps.hub, connection);
}

/** 16 letters and digits: the session's IV as ASCII bytes. */
function newSalt(): string {
  let salt = '';
  while (salt.length < 16) {
    for (const byte of randomBytes(24)) if (byte < 248 && salt.length < 16) salt += SALT_ALPHABET[byte % 62] ?? '';
  }
  return salt;
}
