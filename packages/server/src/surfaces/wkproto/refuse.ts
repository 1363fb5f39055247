import type { ConnectFrame } from '@hufu/protocol/wkproto';
import { definitionOf, type Refusal, type RefusalCode, wireOf, wkReasonForWeb } from '@hufu/refusals';
import type { Transport } from '../listen/transport.ts';
import { spokenVersion } from './connect.ts';
import type { WkConnection } from './connection.ts';

const APP = 0;

/**
 * The refusal of a CONNECT as each client understands it: always a CONNACK with the closest reason, the public code and request id in `salt`
 * (no SDK reads it on failure, the JS one hands it to the app), then the close with the same text. Phones on TCP stop only on a DISCONNECT, so they get one;
 * to a WebSocket client it would turn "connect failed" into "kicked".
 */
export function sayRefused(connection: WkConnection, refusal: Refusal, connect: ConnectFrame | null): void {
  const { transport, writer, deps, peer } = connection;
  const { wsClose } = wireOf(refusal.code);
  const reasonCode = reasonFor(transport, refusal.code);
  const claim =
    connect === null
      ? connection.claim()
      : { uid: connect.uid, token: connect.token, deviceFlag: connect.deviceFlag, deviceId: connect.deviceId };
  const answer = connect === null ? `close ${wsClose}` : `CONNACK ${reasonCode}`;
  const requestId = deps.refused({ refusal, surface: 'wkproto', peer, claim, answer });
  const text = `${definitionOf(refusal.code).publicCode}; req=${requestId}`;
  if (connect !== null) {
    transport.send(
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
      transport.send(writer.disconnect(reasonCode, text));
  }
  transport.close(wsClose, text);
}

/** The reason byte that this client knows: over a WebSocket it is the JS SDK, which knows fewer. */
export function reasonFor(transport: Transport, code: RefusalCode): number {
  return transport.kind === 'ws' ? wkReasonForWeb(code) : wireOf(code).wkReason;
}
