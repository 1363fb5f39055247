import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { encodeFrame, type Frame, FrameWriter } from '@hufu/protocol/wkproto';
import { deriveSession, SessionCipher } from '@hufu/protocol/wkproto/crypto';
import { decodeAll } from './support.ts';

const SALT = 'AbCdEfGh12345678';
const CLIENT_KEY = 'B6N8vBQgk8i3VdwbEOhstCY3StFqqFPtC9/AsrhtHHw=';
const SERVER_KEY = 'WGmv9FBUlzLLqu1eXfmzCm2jHLDldCutWtShp2jxpns=';
const WIRE_PAYLOAD = 'ro3FSPwjSzSSbXoKzgFTPpNAfK+pDVp7TEtL3YNV0BMJqKB6RCrCgPzkM0AliQ/j';
const PLAIN = Buffer.from('{"type":1,"content":"hi 你好"}');
const payloadHex = Buffer.from(WIRE_PAYLOAD).toString('hex');
const connectTail =
  '0100056465763157000275310003746f6b0000018bcfe56800002c42364e38764251676b38693356647762454f687374435933537446717146507443392f41737268744848773d';
const CONNECT_V2 = `104802${connectTail}`;
const sendKeyHex = Buffer.from('4868b9114717b3f07d1f3a787ba1ecd4').toString('hex');
const SEND_V2 = `3271000000000100036d2d3100027532010020${sendKeyHex}${payloadHex}`;

const SEND_V5 = `327500000000010003${hexOf('m-1')}0002${hexOf('u2')}01000000000020${sendKeyHex}${payloadHex}`;
const recvKeyHex = hexOf('3ab2be18fa95237b05259b3ced243bea');
const recvTail = `0003${hexOf('m-1')}112210f47de98115000000076553f101${payloadHex}`;
const RECV_V2 = `528101000020${recvKeyHex}0002${hexOf('u1')}0002${hexOf('u1')}01${recvTail}`;
const RECV_V5 = `528501000020${recvKeyHex}0002${hexOf('u1')}0002${hexOf('u1')}0100000000${recvTail}`;
const BIG_ID = 1_234_567_890_123_456_789n;

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}

const connectWords = {
  deviceFlag: 1,
  deviceId: 'dev1W',
  uid: 'u1',
  token: 'tok',
  clientTimestamp: 1_700_000_000_000n,
  clientKey: CLIENT_KEY,
};
const sendWords = {
  flags: 2,
  setting: 0,
  clientSeq: 1,
  clientMsgNo: 'm-1',
  streamNo: '',
  channelId: 'u2',
  channelType: 1,
  expire: 0,
  msgKey: '4868b9114717b3f07d1f3a787ba1ecd4',
  topic: '',
  payload: Buffer.from(WIRE_PAYLOAD),
};
const recvWords = {
  flags: 2,
  setting: 0,
  msgKey: '3ab2be18fa95237b05259b3ced243bea',
  fromUid: 'u1',
  channelId: 'u1',
  channelType: 1,
  expire: 0,
  clientMsgNo: 'm-1',
  messageId: BIG_ID,
  messageSeq: 7,
  timestamp: 1_700_000_001,
  topic: '',
  payload: Buffer.from(WIRE_PAYLOAD),
};
const ackWords = { messageId: BIG_ID, clientSeq: 1, messageSeq: 7, reasonCode: 1 };

const PACKETS: readonly (readonly [name: string, version: number, frame: Frame, hex: string])[] = [
  ['CONNECT v2', 2, { type: 'connect', version: 2, ...connectWords }, CONNECT_V2],
  ['CONNECT v5', 5, { type: 'connect', version: 5, ...connectWords }, `104805${connectTail}`],
  ['SEND v2', 2, { type: 'send', ...sendWords }, SEND_V2],
  ['SEND v5', 5, { type: 'send', ...sendWords }, SEND_V5],
  ['SENDACK', 5, { type: 'sendack', flags: 2, ...ackWords, clientMsgNo: '' }, '4211112210f47de98115000000010000000701'],
  [
    'SENDACK v6',
    6,
    { type: 'sendack', flags: 2, ...ackWords, clientMsgNo: 'm-1' },
    '421a112210f47de981150000000100000000000000070100036d2d31',
  ],
  ['RECV v2', 2, { type: 'recv', ...recvWords }, RECV_V2],
  ['RECV v5', 5, { type: 'recv', ...recvWords }, RECV_V5],
  ['RECVACK', 5, { type: 'recvack', flags: 2, messageId: BIG_ID, messageSeq: 7 }, '620c112210f47de9811500000007'],
  ['PONG', 5, { type: 'pong' }, '80'],
  [
    'DISCONNECT',
    5,
    { type: 'disconnect', reasonCode: 12, reason: 'login in other device' },
    '90180c00156c6f67696e20696e206f7468657220646576696365',
  ],
  [
    'SUBACK',
    5,
    { type: 'suback', subNo: 's1', channelId: 'c1', channelType: 7, action: 0, reasonCode: 1 },
    'b00b0002733100026331070001',
  ],
  [
    'EVENT',
    5,
    { type: 'event', id: 'e1', eventType: 'stream.delta', timestamp: 1_700_000_001_000n, data: Buffer.from('{}') },
    'c01c00026531000c73747265616d2e64656c74610000018bcfe56be87b7d',
  ],
];

function sessionCipher(): SessionCipher {
  const privateKey = createPrivateKey({
    key: Buffer.concat([
      Buffer.from('302e020100300506032b656e04220420', 'hex'),
      Buffer.from(Array.from({ length: 32 }, (_, index) => index + 0x21)),
    ]),
    format: 'der',
    type: 'pkcs8',
  });
  const session = deriveSession(privateKey, CLIENT_KEY, SALT);
  assert.ok(session);
  assert.equal(session.key.toString('latin1'), '8e65549ac3e59ba4');
  return new SessionCipher(session.key, session.iv);
}

const recv = {
  flags: 2,
  setting: 0,
  fromUid: 'u1',
  channelId: 'u1',
  channelType: 1,
  expire: 0,
  clientMsgNo: 'm-1',
  messageId: 7_000_000_001,
  messageSeq: 7,
  timestamp: 1_700_000_001,
  topic: '',
  payload: PLAIN,
};

describe('WKProto golden vectors', () => {
  it('reads CONNECT of version 2 and 5', () => {
    const [frame] = decodeAll(Buffer.from(CONNECT_V2, 'hex'), 'server', 5);
    assert.deepEqual(frame, {
      type: 'connect',
      version: 2,
      deviceFlag: 1,
      deviceId: 'dev1W',
      uid: 'u1',
      token: 'tok',
      clientTimestamp: 1_700_000_000_000n,
      clientKey: CLIENT_KEY,
    });
    const [newer] = decodeAll(Buffer.from(`104805${connectTail}`, 'hex'), 'server', 5);
    assert.equal(newer?.type === 'connect' && newer.version, 5);
  });

  it('writes CONNACK with version and node id from version 4 on, also on failure', () => {
    const writer = new FrameWriter();
    const ok = { timeDiff: 0n, reasonCode: 1, serverKey: SERVER_KEY, salt: SALT, nodeId: 1001 };
    const fail = { timeDiff: 0n, reasonCode: 2, serverKey: '', salt: '', nodeId: 1001 };
    const hex = (fields: typeof ok, version: number) =>
      Buffer.from(writer.connack({ ...fields, clientVersion: version, version })).toString('hex');
    assert.equal(hex(fail, 2), '200d00000000000000000200000000');
    assert.equal(hex(fail, 5), '2116050000000000000000020000000000000000000003e9');
    assert.equal(
      hex(ok, 2),
      '2049000000000000000001002c57476d76394642556c7a4c4c7175316558666d7a436d326a484c446c644375745774536870326a78706e733d001041624364456647683132333435363738',
    );
    assert.equal(
      hex(ok, 5),
      '215205000000000000000001002c57476d76394642556c7a4c4c7175316558666d7a436d326a484c446c644375745774536870326a78706e733d0010416243644566476831323334353637380000' +
        '0000000003e9',
    );
  });

  it('verifies and decrypts SEND, and refuses a changed one', () => {
    const cipher = sessionCipher();
    const [frame] = decodeAll(Buffer.from(SEND_V2, 'hex'), 'server', 2);
    assert.ok(frame?.type === 'send');
    assert.equal(cipher.sendKeyMatches(frame), true);
    assert.deepEqual(Buffer.from(cipher.decrypt(frame.payload) ?? []), PLAIN);
    assert.equal(cipher.sendKeyMatches({ ...frame, channelId: 'u3' }), false);
    assert.deepEqual(Buffer.from(cipher.decrypt(frame.payload) ?? []), PLAIN, 'the chain starts at the fixed IV each time');
  });

  it('writes SENDACK, DISCONNECT, PONG and reads PING and RECVACK', () => {
    const writer = new FrameWriter();
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    assert.equal(hex(writer.disconnect(12, 'login in other device')), '90180c00156c6f67696e20696e206f7468657220646576696365');
    assert.equal(hex(writer.pong()), '80');
    assert.equal(
      hex(writer.sendack({ messageId: 1, clientSeq: 1, messageSeq: 7, reasonCode: 1, flags: 0 }, 5)),
      '40110000000000000001000000010000000701',
    );
    assert.deepEqual(decodeAll(Buffer.from('70620c112210f47de9811500000007', 'hex'), 'server', 5), [
      { type: 'ping' },
      { type: 'recvack', flags: 2, messageId: 1_234_567_890_123_456_789n, messageSeq: 7 },
    ]);
  });

  it('every packet of the list is written byte for byte and read back', () => {
    for (const [name, version, frame, hex] of PACKETS) {
      assert.equal(Buffer.from(encodeFrame(frame, version)).toString('hex'), hex, name);
      const side = ['connect', 'send', 'recvack', 'sub'].includes(frame.type) ? 'server' : 'client';
      assert.deepEqual(decodeAll(Buffer.from(hex, 'hex'), side, version), [frame], name);
    }
  });

  it('encrypts RECV so that the message key covers exactly what is sent', () => {
    const cipher = sessionCipher();
    assert.equal(cipher.encryptBase64(PLAIN), WIRE_PAYLOAD);
    assert.equal(cipher.keyOf(`12345678901234567897m-11700000001u1u11${WIRE_PAYLOAD}`), '3ab2be18fa95237b05259b3ced243bea');
    const bytes = new FrameWriter().recv(recv, 5, cipher);
    const [frame] = decodeAll(bytes, 'client', 5);
    assert.ok(frame?.type === 'recv');
    assert.equal(Buffer.from(frame.payload).toString(), WIRE_PAYLOAD);
    assert.equal(frame.msgKey, cipher.keyOf(`70000000017m-11700000001u1u11${WIRE_PAYLOAD}`));
  });
});
