import { encodeRecv } from '@hufu/protocol/jsonrpc';
import { FrameDecoder, FrameWriter, encodeFrame, type SendFrame } from '@hufu/protocol/wkproto';
import { createKeyPair, deriveSession, SessionCipher } from '@hufu/protocol/wkproto/crypto';

/** WKProto on one core: `node bench/codec.ts [rounds]`. Prints µs per frame, the best of five runs, for a payload of 100 bytes. */
const rounds = Number(process.argv[2] ?? 100_000);
const server = createKeyPair();
const session = deriveSession(server.privateKey, createKeyPair().publicKey, 'AbCdEfGh12345678');
if (session === null) throw new Error('no session');
const cipher = new SessionCipher(session.key, session.iv);
const writer = new FrameWriter();
const plain = Buffer.from(JSON.stringify({ type: 1, content: 'x'.repeat(77) }));

const wire = cipher.encryptBase64(plain);
const head = {
  flags: 2,
  setting: 0,
  clientSeq: 1234,
  clientMsgNo: '0123456789abcdef0123456789abcdef',
  channelId: 'group-1',
  channelType: 2,
};
const send: SendFrame = {
  type: 'send',
  ...head,
  streamNo: '',
  expire: 0,
  msgKey: cipher.sendKey(head, wire),
  topic: '',
  payload: Buffer.from(wire),
};
const sendBytes = Buffer.from(encodeFrame(send, 5));
const recv = {
  flags: 2,
  setting: 0,
  fromUid: 'user-1',
  channelId: 'group-1',
  channelType: 2,
  expire: 0,
  clientMsgNo: head.clientMsgNo,
  messageId: 70_000_000_001,
  messageSeq: 7,
  timestamp: 1_700_000_001,
  topic: '',
  payload: plain,
};
const recvAck = Buffer.from(encodeFrame({ type: 'recvack', flags: 0, messageId: 70_000_000_001n, messageSeq: 7 }, 5));
const decoder = new FrameDecoder({ maxFrameBytes: 1 << 20, side: 'server' });
let taken = 0;
const count = (): void => {
  taken += 1;
};

measure('SEND decode', () => decoder.push(sendBytes, count));
measure('SEND decode + verify + decrypt', () =>
  decoder.push(sendBytes, (frame) => {
    if (frame.type === 'send' && cipher.sendKeyMatches(frame) && cipher.decrypt(frame.payload) !== null) taken += 1;
  }),
);
const ack = { messageId: 70_000_000_001, clientSeq: 1234, messageSeq: 7, reasonCode: 1, flags: 2 };
measure('SENDACK encode', () => writer.sendack(ack, 5));
measure('RECV encode, in clear', () => writer.recv(recv, 5, null));
measure('RECV encode + encrypt', () => writer.recv(recv, 5, cipher));
measure('recv as JSON', () => Buffer.from(encodeRecv({ ...recv, messageId: '70000000001' })));
measure('RECVACK decode', () => decoder.push(recvAck, count));
measure(
  'handshake (X25519)',
  () => createKeyPair() && deriveSession(server.privateKey, server.publicKey, 'AbCdEfGh12345678'),
  Math.min(rounds, 500),
);
if (taken === 0) throw new Error('nothing was decoded');

function measure(name: string, step: () => unknown, times = rounds): void {
  let bestUs = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5; run += 1) {
    const started = performance.now();
    for (let index = 0; index < times; index += 1) step();
    bestUs = Math.min(bestUs, ((performance.now() - started) * 1000) / times);
  }
  console.log(`${name.padEnd(34)} ${bestUs.toFixed(2)} µs`);
}
