import type { ConnectFrame } from '@hufu/protocol/wkproto';
import { type Refusal, type RefusalCode, wireOf, wkReasonForWeb } from '@hufu/refusals';
import { closeReason } from '../listen/client-session.ts';
import type { Transport } from '../listen/transport.ts';
import type { WkConnection } from './connection.ts';
import { spokenVersion } from './version.ts';

const APP = 0;

/**
 * The refusal of a CONNECT as each client understands it: always a CONNACK with the closest reason, the public code and request id in `salt`
 * (no SDK reads it on failure, the JS one hands it to the app), then the close with the same text. Phones on TCP stop only on a DISCONNECT, so they get one;
 * to a WebSocket client it would turn "connect failed" into "kicked". A connection that is refused without a CONNECT is only closed.
 */
export function sayRefused({ session, writer }: WkConnection, refusal: Refusal, connect: ConnectFrame | null): void {
  if (session.isDeaf) return;
  const { transport, deps } = session;
  const { wsClose } = wireOf(refusal.code);
  const reasonCode = reasonFor(transport, refusal.code);
  const requestId = session.refused(refusal, {
    call: 'CONNECT',
    answer: connect === null ? `close ${wsClose}` : `CONNACK ${reasonCode}`,
    ...(connect === null ? {} : { claim: claimOf(connect) }),
  });
  const text = closeReason(refusal, requestId);
  if (connect !== null) {
    session.say(
      writer.connack({
        clientVersion: connect.version,
        version: spokenVersion(connect),
        timeDiff: BigInt(deps.now()) - connect.clientTimestamp,
        reasonCode,
        serverKey: '',
        salt: text,
        nodeId: deps.nodeId,
      }),
    );
    if (transport.kind === 'tcp' && connect.version >= 4 && connect.deviceFlag === APP)
      session.say(writer.disconnect(reasonCode, text));
  }
  session.close(wsClose, text);
}

function claimOf({ uid, token, deviceFlag, deviceId }: ConnectFrame) {
  return { uid, token, deviceFlag, deviceId };
}

/** The reason byte that this client knows: over a WebSocket it is the JS SDK, which knows fewer. */
export function reasonFor(transport: Transport, code: RefusalCode): number {
  return transport.kind === 'ws' ? wkReasonForWeb(code) : wireOf(code).wkReason;
}
