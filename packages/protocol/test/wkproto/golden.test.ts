import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Frame, FrameDecoder, FrameWriter } from '@hufu/protocol/wkproto';
import { deriveSession, SessionCipher } from '@hufu/protocol/wkproto/crypto';

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

function decodeAll(bytes: Uint8Array, side: 'server' | 'client', version: number, cuts: readonly number[] = []): Frame[] {
  const decoder = new FrameDecoder({ maxFrameBytes: 1 << 20, side });
  decoder.version = version;
  const frames: Frame[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    assert.equal(
      decoder.push(bytes.subarray(from, cut), (frame) => frames.push(frame)),
      null,
    );
    from = cut;
  }
  return frames;
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

  it('writes SENDACK, DISCONNECT, EVENT, PONG and reads PING and RECVACK', () => {
    const writer = new FrameWriter();
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    assert.equal(hex(writer.disconnect(12, 'login in other device')), '90180c00156c6f67696e20696e206f7468657220646576696365');
    assert.equal(
      hex(writer.event('e1', 'stream.delta', 1_700_000_001_000, '{}')),
      'c01c00026531000c73747265616d2e64656c74610000018bcfe56be87b7d',
    );
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

describe('the decoder', () => {
  const stream = Buffer.concat([Buffer.from(CONNECT_V2, 'hex'), Buffer.from('70', 'hex'), Buffer.from(SEND_V2, 'hex')]);

  it('gives the same frames at every split point', () => {
    const whole = decodeAll(stream, 'server', 2);
    assert.equal(whole.length, 3);
    for (let cut = 1; cut < stream.length; cut += 1) assert.deepEqual(decodeAll(stream, 'server', 2, [cut]), whole);
    assert.deepEqual(
      decodeAll(
        stream,
        'server',
        2,
        Array.from({ length: stream.length - 1 }, (_, index) => index + 1),
      ),
      whole,
    );
  });

  it('never throws on mutated bytes and reads nothing after an error', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(stream.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(stream.length),
        (changes, cut) => {
          const bytes = Buffer.from(stream);
          for (const [at, value] of changes) bytes[at] = value;
          const decoder = new FrameDecoder({ maxFrameBytes: 4096, side: 'server' });
          const first = decoder.push(bytes.subarray(0, cut), () => {});
          const second = decoder.push(bytes.subarray(cut), () => assert.equal(first, null));
          if (first !== null) assert.equal(second, first);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('refuses type 0, a length of five bytes and a frame above the limit', () => {
    const errorOf = (hex: string) =>
      new FrameDecoder({ maxFrameBytes: 100, side: 'server' }).push(Buffer.from(hex, 'hex'), () => {})?.reason;
    assert.equal(errorOf('00'), 'frame type 0');
    assert.equal(errorOf('30ffffffff01'), 'length of more than 4 bytes');
    assert.equal(errorOf('30ff01'), 'frame of 255 bytes');
    assert.equal(errorOf('30020000'), 'body of frame type 3 is too short');
    assert.match(errorOf('2002000000') ?? '', /towards the server/);
  });
});

it('RECV survives the way through writer and decoder for every version', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  fc.assert(
    fc.property(
      text,
      text,
      text,
      text,
      fc.uint8Array({ maxLength: 400 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(),
      (from, channel, no, topic, payload, version, id) => {
        const fields = {
          ...recv,
          fromUid: from,
          channelId: channel,
          clientMsgNo: no,
          topic,
          payload,
          setting: topic === '' ? 0 : 8,
          messageId: id,
          expire: version >= 3 ? 9 : 0,
        };
        const [frame] = decodeAll(new FrameWriter().recv(fields, version, null), 'client', version);
        assert.ok(frame?.type === 'recv');
        assert.deepEqual(
          { ...frame, payload: Buffer.from(frame.payload) },
          {
            type: 'recv',
            ...fields,
            msgKey: '',
            messageId: BigInt(id),
            payload: Buffer.from(payload),
          },
        );
      },
    ),
  );
});
