import assert from 'node:assert/strict';
import { type Frame, FrameDecoder } from '@hufu/protocol/wkproto';

/** The frames of the bytes, cut at these places; payloads as Buffers, so that they compare. */
export function decodeAll(bytes: Uint8Array, side: 'server' | 'client', version: number, cuts: readonly number[] = []): Frame[] {
  const decoder = new FrameDecoder({ maxFrameBytes: 1 << 20, side });
  decoder.version = version;
  const frames: Frame[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    const error = decoder.push(bytes.subarray(from, cut), (frame) => frames.push(comparable(frame)));
    assert.equal(error, null);
    from = cut;
  }
  assert.equal(decoder.heldBytes, 0);
  return frames;
}

function comparable(frame: Frame): Frame {
  if (frame.type === 'event') return { ...frame, data: Buffer.from(frame.data) };
  return frame.type === 'send' || frame.type === 'recv' ? { ...frame, payload: Buffer.from(frame.payload) } : frame;
}
