import { decodeBody } from './decode-body.ts';
import { BodyReader } from './body-reader.ts';
import { EVENT, type Frame, PING, PONG } from './frames.ts';

/** What was wrong with the bytes; `reason` names it with its number for people, `code` for programs. */
export interface DecodeError {
  readonly code: 'frame_type' | 'frame_length' | 'frame_too_large' | 'frame_body' | 'frame_direction';
  readonly reason: string;
}

export interface DecoderOptions {
  /** Limit of the remaining length; the protocol's own is 1 MiB. */
  readonly maxFrameBytes: number;
  /** Who decodes: a server takes only what clients send, and the reverse. */
  readonly side: 'server' | 'client';
}

/** Shared by all decoders: a body is read in one go. */
const reader = new BodyReader();
const MAX_LENGTH_BYTES = 4;
const MIN_PARTIAL_BYTES = 64;

/**
 * Cuts a byte stream into frames, at any split point. A frame that lies whole in a chunk is read in place. What a frame refers to (payload) stays valid after
 * the call. Memory is bound by `maxFrameBytes` and grows with what has arrived, never with what was announced. After an error nothing more is read.
 */
export class FrameDecoder {
  /** Negotiated version: 5 until the server sets it after CONNECT; a client's own is set by its owner, then by CONNACK. */
  version = 5;
  readonly #options: DecoderOptions;
  /** The beginning of a frame whose end has not arrived; its first `#held` bytes count. */
  #partial: Uint8Array | null = null;
  #held = 0;
  #error: DecodeError | null = null;
  /** Of the last head that was read. */
  #headBytes = 0;

  constructor(options: DecoderOptions) {
    this.#options = options;
  }

  /** Bytes kept for a frame that is not complete yet. */
  get heldBytes(): number {
    return this.#partial?.length ?? 0;
  }

  push(chunk: Uint8Array, onFrame: (frame: Frame) => void): DecodeError | null {
    if (this.#error !== null) return this.#error;
    let at = this.#partial === null ? 0 : this.#completePartial(chunk, onFrame);
    while (at < chunk.length && this.#error === null) {
      const size = this.#frameSize(chunk, at, chunk.length);
      if (size < 0) break;
      if (size === 0 || at + size > chunk.length) {
        this.#keep(chunk, at, chunk.length, size);
        break;
      }
      this.#emit(chunk, at, at + size, onFrame);
      at += size;
    }
    return this.#error;
  }

  /** Fills the begun frame from the chunk; answers how many bytes of the chunk were used. */
  #completePartial(chunk: Uint8Array, onFrame: (frame: Frame) => void): number {
    let used = 0;
    while (used < chunk.length && this.#partial !== null && this.#error === null) {
      let size = this.#frameSize(this.#partial, 0, this.#held);
      if (size < 0) break;
      if (size === 0) {
        // The head itself is split: byte by byte, five at most.
        this.#keep(chunk, used, used + 1, 0);
        used += 1;
        size = this.#frameSize(this.#partial, 0, this.#held);
        if (size <= 0) continue;
      }
      const taken = Math.min(size - this.#held, chunk.length - used);
      this.#keep(chunk, used, used + taken, size);
      used += taken;
      if (this.#held < size) break;
      const whole = this.#partial;
      this.#partial = null;
      this.#held = 0;
      this.#emit(whole, 0, size, onFrame);
    }
    return used;
  }

  /** Appends to the begun frame. Doubling keeps a peer that sends byte by byte from costing a copy each. */
  #keep(chunk: Uint8Array, from: number, to: number, size: number): void {
    const needed = this.#held + to - from;
    if (this.#partial === null || needed > this.#partial.length) {
      const doubled = Math.max(needed, MIN_PARTIAL_BYTES, this.#held * 2);
      const grown = allocate(size > 0 ? Math.min(doubled, size) : doubled);
      if (this.#partial !== null) grown.set(this.#partial.subarray(0, this.#held));
      this.#partial = grown;
    }
    this.#partial.set(chunk.subarray(from, to), this.#held);
    this.#held = needed;
  }

  /** Bytes of the frame at `at` with its head; 0 while the head is incomplete, −1 after an error. */
  #frameSize(bytes: Uint8Array, at: number, end: number): number {
    const type = (bytes[at] ?? 0) >> 4;
    this.#headBytes = 1;
    if (type === PING || type === PONG) return 1;
    if (type === 0 || type > EVENT) return this.#fail('frame_type', `frame type ${type}`);
    let length = 0;
    for (let index = 0; index < MAX_LENGTH_BYTES; index += 1) {
      if (at + 1 + index >= end) return 0;
      const byte = bytes[at + 1 + index] ?? 0;
      length |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80) {
        this.#headBytes = 2 + index;
        if (length > this.#options.maxFrameBytes) return this.#fail('frame_too_large', `frame of ${length} bytes`);
        return this.#headBytes + length;
      }
    }
    return this.#fail('frame_length', 'length of more than 4 bytes');
  }

  #emit(bytes: Uint8Array, start: number, end: number, onFrame: (frame: Frame) => void): void {
    const first = bytes[start] ?? 0;
    const type = first >> 4;
    if (type === PING) return onFrame(PING_FRAME);
    if (type === PONG) return onFrame(PONG_FRAME);
    reader.reset(bytes, start + this.#headBytes, end);
    const frame = decodeBody({ reader, type, flags: first & 0x0f, version: this.version, side: this.#options.side });
    if (frame === null) this.#fail('frame_direction', `frame type ${type} towards the ${this.#options.side}`);
    else if (reader.failed) this.#fail('frame_body', `body of frame type ${type} is too short`);
    else {
      if (frame.type === 'connack' && frame.serverVersion !== null) this.version = frame.serverVersion;
      onFrame(frame);
    }
  }

  #fail(code: DecodeError['code'], reason: string): -1 {
    this.#error = { code, reason };
    this.#partial = null;
    this.#held = 0;
    return -1;
  }
}

const PING_FRAME = { type: 'ping' } as const;
const PONG_FRAME = { type: 'pong' } as const;

/** A Buffer in Node: text is read faster from it. */
function allocate(bytes: number): Uint8Array {
  return typeof Buffer === 'undefined' ? new Uint8Array(bytes) : Buffer.alloc(bytes);
}
