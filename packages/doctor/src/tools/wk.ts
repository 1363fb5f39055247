import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { createKeyPair } from '@hufu/protocol/wkproto/crypto';
import { encodeFrame, type Frame, FrameDecoder } from '@hufu/protocol/wkproto';
import { createWebSocketStream, WebSocket } from 'ws';
import type { WkSeen } from '../model/facts.ts';
import type { Secrets } from '../model/question.ts';
import { pinned } from './pinned.ts';
import { codeOf, since } from './reach.ts';
import { shorten } from './redact.ts';
import type { WkAsk } from './tools.ts';

/** What a phone of today says it speaks: late enough for the answer to carry the server's version. */
const VERSION = 4;

/** One CONNECT of WuKongIM's protocol, over TCP or WebSocket, and what comes back. */
export function wkAsk(ask: WkAsk, secrets: Secrets): Promise<WkSeen> {
  const startMs = performance.now();
  return new Promise((resolve) => {
    let connack: WkSeen['connack'] = null;
    let disconnect: WkSeen['disconnect'] = null;
    let strange = '';
    let closedAfterMs: number | null = null;
    let sentMs = performance.now();
    const decoder = new FrameDecoder({ maxFrameBytes: 64 * 1024, side: 'client' });
    decoder.version = VERSION;
    const stream = open(ask);
    const finish = (error: string | null) => {
      clearTimeout(timer);
      stream.destroy();
      resolve({
        kind: 'wk',
        request: `CONNECT (${ask.transport}) ${ask.uid === '' ? 'without a uid' : `uid ${ask.uid}`}, device flag ${ask.deviceFlag}`,
        transport: ask.transport,
        connack,
        disconnect,
        strangeBytes: strange,
        closedAfterMs,
        error: connack === null && strange === '' && closedAfterMs === null ? error : null,
        ms: since(startMs),
      });
    };
    const timer = setTimeout(() => finish('ETIMEDOUT'), ask.maxMs);
    const onFrame = (frame: Frame) => {
      if (frame.type === 'connack') {
        const { reasonCode, serverVersion, timeDiff, salt } = frame;
        const text = reasonCode === 1 ? '' : shorten(salt, secrets);
        connack = { reasonCode, version: serverVersion ?? 0, timeDiffMs: Number(timeDiff), text };
        // A phone's server follows with a DISCONNECT, if at all.
        setTimeout(() => finish(null), reasonCode === 1 ? 0 : 250).unref();
      } else if (frame.type === 'disconnect')
        disconnect = { reasonCode: frame.reasonCode, reason: shorten(frame.reason, secrets) };
    };
    stream.on('error', (error) => finish(codeOf(error)));
    // A WebSocket's stream only ends when the peer closes; a socket may be cut without an end.
    for (const event of ['end', 'close']) {
      stream.on(event, () => {
        closedAfterMs ??= since(sentMs);
        finish(null);
      });
    }
    stream.on('data', (bytes: Buffer) => {
      if (connack === null && strange === '' && decoder.push(bytes, onFrame) !== null) {
        strange = bytes.subarray(0, 32).toString('hex');
        finish(null);
      }
    });
    sentMs = performance.now();
    stream.write(
      encodeFrame(
        {
          type: 'connect',
          version: VERSION,
          deviceFlag: ask.deviceFlag,
          deviceId: ask.deviceId,
          uid: ask.uid,
          token: ask.token,
          clientTimestamp: BigInt(Date.now()),
          clientKey: createKeyPair().publicKey,
        },
        VERSION,
      ),
    );
  });
}

function open(ask: WkAsk): Duplex {
  if (ask.transport === 'ws') {
    const socket = new WebSocket(ask.to, { perMessageDeflate: false, rejectUnauthorized: false, ...pinned(ask.address) });
    return createWebSocketStream(socket);
  }
  const at = ask.to.lastIndexOf(':');
  return connect({ host: ask.address?.address ?? ask.to.slice(0, at), port: Number(ask.to.slice(at + 1)), noDelay: true });
}
