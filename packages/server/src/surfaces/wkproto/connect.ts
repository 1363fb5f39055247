import { randomBytes } from 'node:crypto';
import type { ConnectFrame } from '@hufu/protocol/wkproto';
import { deriveSession } from '@hufu/protocol/wkproto/crypto';
import type { Refusal } from '@hufu/refusals';
import type { Admitted } from '../../policy/credentials/device-token.ts';
import { handleArrival } from '../listen/admit.ts';
import type { WkConnection } from './connection.ts';
import { sayRefused } from './refuse.ts';
import { spokenVersion } from './version.ts';

const SALT_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function handleConnect(connection: WkConnection, frame: ConnectFrame): Promise<void> {
  const { uid, token, deviceFlag, deviceId } = frame;
  return handleArrival(connection.session, {
    claim: { uid, token, deviceFlag, deviceId, surface: 'wkproto' },
    welcome: (admitted) => welcome(connection, frame, admitted),
    refuse: (refusal) => sayRefused(connection, refusal, frame),
  });
}

/** The keys, after the token because they are the costly part, then CONNACK. */
function welcome(
  connection: WkConnection,
  frame: ConnectFrame,
  { user, deviceLevel, session: openedBy }: Admitted,
): Refusal | null {
  const { session, writer } = connection;
  const { deviceFlag, deviceId } = frame;
  const keys = connection.keys.current();
  const salt = newSalt();
  const secret = deriveSession(keys.privateKey, frame.clientKey, salt);
  if (secret === null) return { code: 'wk.client_key', evidence: { keyLength: frame.clientKey.length } };

  const version = spokenVersion(frame);
  connection.agree({ version, aesKey: secret.key.toString('latin1'), salt: secret.iv.toString('latin1') });
  session.enter({ uid: user.uid, u: user.u, deviceFlag, deviceId, deviceLevel, openedBy });
  session.say(
    writer.connack({
      clientVersion: frame.version,
      version,
      timeDiff: BigInt(session.deps.now()) - frame.clientTimestamp,
      reasonCode: 1,
      serverKey: keys.publicKey,
      salt,
      nodeId: session.deps.nodeId,
    }),
  );
  return null;
}

/** 16 letters and digits: the session's IV as ASCII bytes. */
function newSalt(): string {
  let salt = '';
  while (salt.length < 16) {
    for (const byte of randomBytes(24)) if (byte < 248 && salt.length < 16) salt += SALT_ALPHABET[byte % 62] ?? '';
  }
  return salt;
}
