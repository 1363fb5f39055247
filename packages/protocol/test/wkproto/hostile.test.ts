import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encodeFrame, type Frame, FrameDecoder } from '@hufu/protocol/wkproto';

const MIB = 1024 * 1024;
const hex = (text: string) => Buffer.from(text, 'hex');

function decoderOf(maxFrameBytes = MIB): FrameDecoder {
  return new FrameDecoder({ maxFrameBytes, side: 'server' });
}

function errorOf(bytes: Uint8Array, maxFrameBytes?: number): string | undefined {
  return decoderOf(maxFrameBytes).push(bytes, () => {})?.reason;
}

const send: Frame = {
  type: 'send',
  flags: 2,
  setting: 8,
  clientSeq: 1,
  clientMsgNo: 'm-1',
  streamNo: '',
  channelId: 'u2',
  channelType: 1,
  expire: 7,
  msgKey: '4868b9114717b3f07d1f3a787ba1ecd4',
  topic: 'sport',
  payload: Buffer.from('ro3FSPwjSzSSbXoKzgFTPg=='),
};
const connect: Frame = {
  type: 'connect',
  version: 5,
  deviceFlag: 1,
  deviceId: 'dev1W',
  uid: 'u1',
  token: 'tok',
  clientTimestamp: 1_700_000_000_000n,
  clientKey: 'B6N8vBQgk8i3VdwbEOhstCY3StFqqFPtC9/AsrhtHHw=',
};
const stream = Buffer.concat([connect, send, { type: 'ping' } as const, send].map((frame) => encodeFrame(frame, 5)));

describe('the decoder and bytes that are no packets', () => {
  it('refuses types that do not exist and packets in the wrong direction', () => {
    assert.equal(errorOf(hex('00')), 'frame type 0');
    assert.equal(errorOf(hex('0f00')), 'frame type 0');
    for (const type of [13, 14, 15]) assert.equal(errorOf(Buffer.from([type << 4, 0])), `frame type ${type}`);
    for (const type of [2, 4, 5, 11]) assert.match(errorOf(Buffer.from([type << 4, 0])) ?? '', /towards the server/);
  });

  it('refuses a length of five bytes, and takes one of four that spends more than it needs', () => {
    assert.equal(errorOf(hex('30ffffffffff01')), 'length of more than 4 bytes');
    assert.equal(errorOf(hex('3080808080')), 'length of more than 4 bytes');
    const frames: Frame[] = [];
    assert.equal(
      decoderOf().push(hex('9086808000000003627965'), (frame) => frames.push(frame)),
      null,
    );
    assert.deepEqual(frames, [{ type: 'disconnect', reasonCode: 0, reason: 'bye' }]);
  });

  it('takes a packet of 1 MiB and refuses the next larger one as soon as its length is read', () => {
    const body = Buffer.concat([hex('00000003e800000002753201000000000000'), Buffer.alloc(MIB - 18, 0x41)]);
    const frames: Frame[] = [];
    const decoder = decoderOf();
    assert.equal(
      decoder.push(Buffer.concat([hex('30808040'), body]), (frame) => frames.push(frame)),
      null,
    );
    assert.equal(frames.length, 1);
    assert.equal(errorOf(hex('30818040')), `frame of ${MIB + 1} bytes`);
    assert.equal(errorOf(hex('30ffffff7f')), 'frame of 268435455 bytes');
  });

  it('refuses a text that is longer than its packet, and one whose length is negative (above 32 767)', () => {
    assert.equal(errorOf(hex('300c00000000017fff6162636465')), 'body of frame type 3 is too short');
    assert.equal(errorOf(hex('300c0000000001ffff6162636465')), 'body of frame type 3 is too short');
    assert.equal(errorOf(hex('300c000000000180006162636465')), 'body of frame type 3 is too short');
    assert.equal(errorOf(hex('3000')), 'body of frame type 3 is too short');
    assert.equal(errorOf(hex('60020000')), 'body of frame type 6 is too short');
  });

  it('bytes that are no UTF-8 become replacement characters and never break a text in two', () => {
    const frames: Frame[] = [];
    assert.equal(
      decoderOf().push(hex('9006000003ff41fe'), (frame) => frames.push(frame)),
      null,
    );
    assert.deepEqual(frames, [{ type: 'disconnect', reasonCode: 0, reason: '\ufffdA\ufffd' }]);
  });

  it('keeps memory for what has arrived, never for what was announced', () => {
    const decoder = decoderOf();
    decoder.push(hex('30ffff3f'), () => {});
    assert.ok(decoder.heldBytes <= 64, `${decoder.heldBytes}`);
    for (let arrived = 4; arrived < 200_000; arrived += 1000) {
      decoder.push(Buffer.alloc(1000), () => {});
      assert.ok(decoder.heldBytes <= Math.max(64, arrived * 2 + 2000), `${decoder.heldBytes} for ${arrived}`);
    }
    const done = decoderOf(1000);
    done.push(stream.subarray(0, 100), () => {});
    done.push(stream.subarray(100), () => {});
    assert.equal(done.heldBytes, 0, 'nothing is kept between packets');
  });

  it('random bytes end in packets or in one refusal, after which nothing is read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(2000), (bytes, at) => {
        const cut = Math.min(at, bytes.length);
        const decoder = decoderOf(4096);
        const first = decoder.push(bytes.subarray(0, cut), () => {});
        const second = decoder.push(bytes.subarray(cut), () => assert.equal(first, null));
        assert.ok(decoder.heldBytes <= 4096 + 64);
        if (first === null) return;
        assert.equal(second, first);
        assert.equal(decoder.heldBytes, 0);
      }),
      { numRuns: 3000 },
    );
  });

  it('changed bytes of real packets do the same', () => {
    const changes = fc.array(fc.tuple(fc.nat(stream.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(changes, fc.nat(stream.length), (changed, cut) => {
        const bytes = Buffer.from(stream);
        for (const [at, value] of changed) bytes[at] = value;
        const whole: Frame[] = [];
        const parts: Frame[] = [];
        const [one, two] = [decoderOf(4096), decoderOf(4096)];
        const error = one.push(bytes, (frame) => whole.push(frame));
        two.push(bytes.subarray(0, cut), (frame) => parts.push(frame));
        const later = two.push(bytes.subarray(cut), (frame) => parts.push(frame));
        assert.deepEqual(later, error, 'where the bytes are cut makes no difference');
        assert.equal(parts.length, whole.length);
      }),
      { numRuns: 3000 },
    );
  });
});
