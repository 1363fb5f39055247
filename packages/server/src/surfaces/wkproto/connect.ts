import { randomBytes } from 'node:crypto';
import type { ConnectFrame } from '@hufu/protocol/wkproto';
import { deriveSession } from '@hufu/protocol/wkproto/crypto';
import { isUid } from '../../domain/messages/send-message.ts';
import { refusalOf } from '../../kernel/outcome.ts';
import { kickOthers } from '../../runtime/kick.ts';
import type { WkConnection } from './connection.ts';
import type { WkDeps } from './deps.ts';

const LATEST_VERSION = 5;
const SALT_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** CONNECT, whatever happens answered: a fault of ours is a refusal too. */
export async function handleConnect(connection: WkConnection, frame: ConnectFrame): Promise<void> {
  try {
    await admit(connection, frame);
  } catch (error) {
    connection.refuse(refusalOf(error), frame);
  }
}

/** Step by step: a possible uid, room for one more, the token (before the costly key exchange), the keys, CONNACK, who has to leave. */
async function admit(connection: WkConnection, frame: ConnectFrame): Promise<void> {
  const { deps } = connection;
  if (!isUid(frame.uid)) return connection.refuse({ code: 'wk.uid_invalid' }, frame);
  if (isFull(deps)) return connection.refuse(NO_ROOM, frame);

  const claim = {
    uid: frame.uid,
    token: frame.token,
    deviceFlag: frame.deviceFlag,
    deviceId: frame.deviceId,
    surface: 'wkproto',
  } as const;
  const admitted = await deps.authenticate(claim);
  if (!admitted.ok) return connection.refuse(admitted.refusal, frame);
  // The token check waits for the store: meanwhile the client may have gone, or others may have taken the last places.
  if (!connection.isAuthenticating) return;
  if (isFull(deps)) return connection.refuse(NO_ROOM, frame);

  const keys = deps.keys.current();
  const salt = newSalt();
  const session = deriveSession(keys.privateKey, frame.clientKey, salt);
  if (session === null)
    return connection.refuse({ code: 'wk.client_key', evidence: { keyLength: frame.clientKey.length } }, frame);

  const { user, deviceLevel } = admitted.value;
  const version = spokenVersion(frame);
  connection.enter({
    uid: user.uid,
    u: user.u,
    deviceFlag: frame.deviceFlag,
    deviceId: frame.deviceId,
    deviceLevel,
    version,
    aesKey: session.key.toString('latin1'),
    salt: session.iv.toString('latin1'),
  });
  connection.transport.send(
    connection.writer.connack({
      clientVersion: frame.version,
      version,
      timeDiff: BigInt(deps.now()) - frame.clientTimestamp,
      reasonCode: 1,
      serverKey: keys.publicKey,
      salt,
      nodeId: deps.nodeId,
    }),
  );
  kickOthers(deps.hub, connection);
}

const NO_ROOM = { code: 'limit.connections', retryAfterSeconds: 10 } as const;

function isFull({ hub, limits }: WkDeps): boolean {
  return hub.size >= limits.connections;
}

/** The lower of the two latest versions. A client that says 0 reads the layout of version 1. */
export function spokenVersion({ version }: ConnectFrame): number {
  return Math.min(Math.max(version, 1), LATEST_VERSION);
}

/** 16 letters and digits: the session's IV as ASCII bytes. */
function newSalt(): string {
  let salt = '';
  while (salt.length < 16) {
    for (const byte of randomBytes(24)) if (byte < 248 && salt.length < 16) salt += SALT_ALPHABET[byte % 62] ?? '';
  }
  return salt;
}
