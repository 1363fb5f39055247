import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { encodeFrame, type Frame, FrameWriter } from '@hufu/protocol/wkproto';
import { decodeAll } from './support.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const u8 = fc.nat(255);
const u32 = fc.nat(0xffff_ffff);
const i64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
const flags = fc.nat(15);
const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array));
const versions = fc.integer({ min: 1, max: 6 });
const TOPIC = 8;
const STREAM = 2;
const STREAM_OLD = 4;

type Side = 'server' | 'client';
const connect = fc.record({
  type: fc.constant('connect' as const),
  version: u8,
  deviceFlag: u8,
  deviceId: text,
  uid: text,
  token: text,
  clientTimestamp: i64,
  clientKey: text,
});
const message = { setting: u8, msgKey: text, channelId: text, channelType: u8, clientMsgNo: text, topic: text, payload: bytes };

/** Any frame as a peer of that version can mean it: fields that its version or setting leaves out are empty. */
const anyFrame: fc.Arbitrary<readonly [Side, number, Frame]> = versions.chain((version) => {
  const expire = version >= 3 ? u32 : fc.constant(0);
  const messageSeq = version >= 6 ? fc.maxSafeNat() : u32;
  const send = fc
    .record({ type: fc.constant('send' as const), flags, clientSeq: u32, streamNo: text, expire, ...message })
    .map((frame) => ({
      ...frame,
      topic: (frame.setting & TOPIC) === 0 ? '' : frame.topic,
      streamNo: version >= 2 && version < 5 && (frame.setting & STREAM) !== 0 ? frame.streamNo : '',
    }));
  const recv = fc
    .record({
      type: fc.constant('recv' as const),
      flags,
      fromUid: text,
      expire,
      messageId: i64,
      messageSeq,
      timestamp: fc.nat(0x7fff_ffff),
      ...message,
    })
    .map((frame) => ({
      ...frame,
      topic: (frame.setting & TOPIC) === 0 ? '' : frame.topic,
      setting: version < 5 ? frame.setting & ~(STREAM | STREAM_OLD) : frame.setting,
    }));
  const ack = { flags, messageId: i64, messageSeq };
  const connack = fc
    .record({
      isNew: fc.boolean(),
      serverVersion: fc.constant(version),
      timeDiff: i64,
      reasonCode: u8,
      serverKey: text,
      salt: text,
      nodeId: i64,
    })
    .map(({ isNew, serverVersion, nodeId, ...rest }) => ({
      type: 'connack' as const,
      ...rest,
      serverVersion: isNew ? serverVersion : null,
      nodeId: isNew ? nodeId : null,
    }));
  const place = { subNo: text, channelId: text, channelType: u8, action: u8 };
  const toServer: fc.Arbitrary<Frame>[] = [
    connect,
    send,
    fc.record({ type: fc.constant('recvack' as const), ...ack }),
    fc.constant({ type: 'ping' as const }),
    fc.record({ type: fc.constant('sub' as const), setting: u8, ...place, param: text }),
  ];
  const toClient: fc.Arbitrary<Frame>[] = [
    connack,
    recv,
    fc.record({ type: fc.constant('sendack' as const), clientSeq: u32, reasonCode: u8, clientMsgNo: text, ...ack }),
    fc.constant({ type: 'pong' as const }),
    fc.record({ type: fc.constant('suback' as const), ...place, reasonCode: u8 }),
    fc.record({ type: fc.constant('event' as const), id: text, eventType: text, timestamp: i64, data: bytes }),
    fc.record({ type: fc.constant('disconnect' as const), reasonCode: u8, reason: text }),
  ];
  return fc.oneof(
    fc.oneof(...toServer).map((frame) => ['server', version, { ...frame }] as const),
    fc.oneof(...toClient).map((frame) => ['client', version, { ...frame }] as const),
  );
});

it('every frame of every version survives the way through encoder and decoder', () => {
  fc.assert(
    fc.property(anyFrame, ([side, version, frame]) => {
      assert.deepEqual(decodeAll(encodeFrame(frame, version), side, version), [frame]);
    }),
    { numRuns: 2000 },
  );
});

it('every frame decodes the same at every split point, also byte by byte', () => {
  fc.assert(
    fc.property(anyFrame, ([side, version, frame]) => {
      const stream = Buffer.concat([encodeFrame(frame, version), encodeFrame(frame, version)]);
      const step = Math.max(1, Math.floor(stream.length / 300));
      for (let cut = 1; cut < stream.length; cut += step)
        assert.deepEqual(decodeAll(stream, side, version, [cut]), [frame, frame]);
      const everywhere = Array.from({ length: stream.length - 1 }, (_, index) => index + 1);
      assert.deepEqual(decodeAll(stream, side, version, everywhere), [frame, frame]);
    }),
    { numRuns: 100 },
  );
});

it('the writer of the hot path writes RECV and SENDACK as the general encoder does', () => {
  const writer = new FrameWriter();
  fc.assert(
    fc.property(anyFrame, fc.nat(1_000_000_000), ([, version, frame], id) => {
      if (frame.type === 'recv') {
        const fields = { ...frame, messageId: id };
        const general = encodeFrame({ ...frame, messageId: BigInt(id), msgKey: '' }, version);
        assert.deepEqual(Buffer.from(writer.recv(fields, version, null)), Buffer.from(general));
      } else if (frame.type === 'sendack')
        assert.deepEqual(
          Buffer.from(writer.sendack(frame, version)),
          Buffer.from(encodeFrame({ ...frame, clientMsgNo: '' }, version)),
        );
    }),
    { numRuns: 1000 },
  );
});

it('an unstored message is written with its id from 2^62 on', () => {
  const ack = { clientSeq: 1, messageSeq: 0, reasonCode: 1, flags: 1 };
  const [frame] = decodeAll(new FrameWriter().sendack({ messageId: -5, ...ack }, 5), 'client', 5);
  assert.ok(frame?.type === 'sendack');
  assert.equal(frame.messageId, (1n << 62n) + 5n);
});
